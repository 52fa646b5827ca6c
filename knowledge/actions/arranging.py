"""What holds for the whole help center."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid
from knowledge import kinds
from knowledge.actions.turns import known_locale, one_at_a_time, readers_see_something_else
from knowledge.models import HelpCenter
from knowledge.permissions import only_editors
from people.actions.fields import checked_fields, one_line
from people.permissions import Actor

_SITE = re.compile(r"https?://[^\s/@\\]+(/\S*)?")


def arrange_help_center(*, by: Actor, **wanted: Any) -> HelpCenter:
    """Sets the `name`, the default `locale`, the `site_url`. Raises NotAllowed and Invalid."""
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        held = HelpCenter.current()
        fields = checked_fields(
            wanted, {"name": sound_name, "locale": known_locale, "site_url": sound_site}
        )
        changed = {name: value for name, value in fields.items() if getattr(held, name) != value}
        if changed:
            before = {name: getattr(held, name) for name in changed}
            HelpCenter.objects.update_or_create(pk=1, defaults=changed)
            readers_see_something_else()
            record(kinds.HELP_CHANGED, by=by, subject=held, before=before, after=changed)
    return HelpCenter.current()


def sound_name(value: Any) -> str:
    name = one_line(value, "name", max_length=80)
    if not name:
        raise Invalid(errors={"name": ["Give the help center a name."]})
    return name


def sound_site(value: Any) -> str:
    url = one_line(value, "site_url", max_length=200)
    if url and not _SITE.fullmatch(url):
        raise Invalid(errors={"site_url": ["Write an address such as https://www.example.com."]})
    return url
