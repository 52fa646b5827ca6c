"""Bringing back what was deleted. The journal has it as it was: nothing written is lost."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model

from ground.journal import record
from ground.journal.models import Entry
from ground.web.problems import NotFound, StateConflict
from people.models import Team, Teammate

T = TypeVar("T", bound=Model)
READERS: dict[str, Any] = {"owner": Teammate, "team": Team}


def as_deleted(noun: str, kind: str, public_id: str) -> dict[str, Any]:
    """How the thing with this id was when it was deleted last. Raises NotFound."""
    entries = Entry.objects.filter(subject_type=noun, subject_id=public_id, kind=kind)
    entry = entries.order_by("-id").first()
    if entry is None:
        raise NotFound("There is nothing to bring back.")
    return dict(entry.before)


def name_of_deleted(noun: str, kind: str, public_id: str, *, by: Teammate) -> str:
    """What something was called that the teammate has deleted themselves; "" for all else."""
    own = Entry.objects.filter(
        subject_type=noun, subject_id=public_id, kind=kind, actor_id=by.public_id
    )
    entry = own.order_by("-id").first()
    return entry.before.get("name", "") if entry else ""


def with_readers(state: Mapping[str, Any]) -> dict[str, Any]:
    """The same with owner and team for their ids. Raises StateConflict when they are gone."""
    found = dict(state)
    for name in READERS.keys() & state.keys():
        if state[name]:
            found[name] = READERS[name].objects.filter(public_id=state[name]).first()
            if found[name] is None:
                raise StateConflict("Those whose it was are gone, so it cannot come back.")
    return found


def restore(
    model: type[T],
    public_id: str,
    *,
    by: Teammate,
    deleted: str,
    restored: str,
    check: Callable[[T, Teammate], None],
    state_of: Callable[[T], Mapping[str, Any]],
    rows_of: Callable[[T], Mapping[str, Any]] = lambda row: {},
) -> T:
    """Brings back what was deleted as the journal has it; what is there already stays as it is.

    `deleted` and `restored` are the kinds of its entries, `check` says who may change it, and
    `rows_of` is asked for what the entry's frames need, before it is stored. Raises NotFound when
    none was deleted, StateConflict when those whose it was are gone or somebody else brings it
    back at this moment, and what `check` and `rows_of` raise.
    """
    objects: Any = model._default_manager
    with transaction.atomic():
        there = objects.filter(public_id=public_id).first()
        if there is not None:
            if not objects.visible_to(by).filter(pk=there.pk).exists():
                raise NotFound("There is nothing to bring back.")
            check(there, by)
            return there
        was = as_deleted(model._meta.model_name or "", deleted, public_id)
        row = model(public_id=public_id, **with_readers(was))
        check(row, by)
        rows = rows_of(row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise StateConflict("Somebody is bringing it back already.") from None
        record(restored, by=by, subject=row, after=state_of(row), rows=rows)
        return row
