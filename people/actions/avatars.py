"""The pictures of those who answer."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.db import transaction

from ground.web import files
from people import kinds
from people.actions.teammates import lock, tell
from people.models import Teammate
from people.permissions import require_admin

SIDE = 256


def change_avatar(teammate: Teammate, upload: File[Any] | None, *, by: Teammate | None) -> Teammate:
    """Gives a teammate another picture, None takes it away; their own or an admin's to do.

    Raises Invalid for what is no raster picture, TooLarge, NotAllowed.
    """
    if by is None or by.pk != teammate.pk:
        require_admin(by)
    key = files.store_image(upload, SIDE) if upload is not None else ""
    with transaction.atomic():
        held = lock(teammate)
        before = held.avatar_key
        if before == key:
            return held
        held.avatar_key = key
        held.save(update_fields=["avatar_key"])
        was, has = {"avatar": before}, {"avatar": key}
        tell(kinds.TEAMMATE_AVATAR_CHANGED, held, by=by, before=was, after=has)
    return held
