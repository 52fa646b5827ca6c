"""Pictures for articles."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File

from ground.web import files
from knowledge.models import Picture
from knowledge.permissions import only_editors
from people.models import Teammate
from people.permissions import Actor

SIDE_MAX = 1600


def keep_picture(upload: File[Any], *, by: Actor) -> Picture:
    """Keeps a picture for everybody's eyes, drawn anew. Raises NotAllowed, Invalid for what is no
    picture, TooLarge, Unavailable."""
    only_editors(by)
    key = files.store_image(upload, SIDE_MAX)
    width, height = files.size_of_image(key)
    return Picture.objects.create(
        key=key,
        name=files.clean_name(upload.name or ""),
        width=width,
        height=height,
        by=by if isinstance(by, Teammate) else None,
    )
