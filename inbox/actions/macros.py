"""Writing, changing and deleting macros."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from ground.journal import record
from ground.web.problems import NotAllowed
from ground.web.text import clean
from inbox import kinds, steps
from inbox.actions.restoring import restore
from inbox.actions.thread import plain
from inbox.models import Macro
from people.models import Teammate

FIELDS = ("name", "body", "steps", "owner", "team")


def save_macro(macro: Macro, *, by: Teammate, **wanted: Any) -> Macro:
    """Makes a new macro, or gives one other `name`, `body`, `steps`, `owner` or `team`.

    Raises Invalid, and NotAllowed for who may not change it or may not speak to those readers.
    """
    with transaction.atomic():
        is_new = macro.pk is None
        if not is_new:
            macro = Macro.objects.select_for_update(of=("self",)).get(pk=macro.pk)
            check_may_change(macro, by)
        before = state_of(macro)
        for name, value in wanted.items():
            setattr(macro, name, value)
        macro.name = clean(macro.name, "name", max_bytes=320)
        macro.body = clean(
            macro.body, "body", max_bytes=settings.MESSAGE_MAX_KB * 1024, required=False
        )
        macro.steps = steps.sound(macro.steps)
        check_may_change(macro, by)
        after = state_of(macro)
        changed = [name for name in FIELDS if is_new or before[name] != after[name]]
        if not changed:
            return macro
        macro.save()
        record(
            kinds.MACRO_CREATED if is_new else kinds.MACRO_CHANGED,
            by=by,
            subject=macro,
            before={} if is_new else {name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            rows={"macro": macro},
        )
        return macro


def delete_macro(macro: Macro, *, by: Teammate) -> None:
    """Raises NotAllowed."""
    with transaction.atomic():
        check_may_change(macro, by)
        before = {**state_of(macro), "used": macro.used}
        record(kinds.MACRO_DELETED, by=by, subject=macro, before=before, rows={"macro": macro})
        macro.delete()


def restore_macro(public_id: str, *, by: Teammate) -> Macro:
    """Brings back a deleted macro as the journal has it; one that is there already stays as it is.

    Raises NotFound when none was deleted, NotAllowed for who might not have deleted it, and
    StateConflict when those whose it was are gone.
    """
    return restore(
        Macro,
        public_id,
        by=by,
        deleted=kinds.MACRO_DELETED,
        restored=kinds.MACRO_RESTORED,
        check=check_may_change,
        state_of=state_of,
        rows_of=lambda macro: {"macro": macro},
    )


def check_may_change(macro: Macro, by: Teammate) -> None:
    if not macro.may_be_changed_by(by):
        raise NotAllowed("Everybody's macros are an admin's to change, a team's its members'.")


def state_of(macro: Macro) -> Mapping[str, Any]:
    return {name: plain(getattr(macro, name)) for name in FIELDS}
