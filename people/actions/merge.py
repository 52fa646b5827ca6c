"""Two records of one person become one, and can become two again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction

from ground.journal import record
from ground.web.problems import StateConflict
from people import kinds
from people.duplicates import obstacle
from people.models import Contact, ContactMerge, Identity, Teammate
from people.models.teammate import Capability
from people.permissions import Actor, require

# Who became whom, and who was told apart from whom: these must keep pointing at both.
BOOKKEEPING = {
    "people.contact.merged_into",
    "people.contactmerge.kept",
    "people.contactmerge.merged",
    "people.distinction.one",
    "people.distinction.other",
}
FILLED = ("name", "company_id", "locale", "timezone")
LATEST = ("last_seen_at", "last_heard_at", "last_contacted_at")
MAPPINGS = ("attributes", "claims")
ROLES = [Contact.Role.VISITOR, Contact.Role.LEAD, Contact.Role.USER]
BATCH = 5000


def current(contact: Contact) -> Contact:
    """The contact that stands for this one now, safe from merges until the transaction ends.

    Whoever adds rows to a contact from which others hang (a conversation, an address) asks this
    first, or a merge at the same moment would leave the row behind.
    """
    while True:
        # Found before it is locked: locking link by link would interlock with a merge.
        held = Contact.objects.held(Contact.objects.get(pk=contact.pk).resolve().pk)
        if not held.is_merged:
            return held


def references() -> list[models.ForeignObject]:
    """Every foreign key to Contact in the house, those of many-to-many tables included.

    In the order in which the models were defined: what hangs from a row comes after it, so that a
    message which is written meanwhile waits for its conversation and is not left behind.
    """
    fields = [
        relation.field
        for relation in Contact._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel) and not relation.parent_link
    ]
    return [field for field in fields if name_of(field) not in BOOKKEEPING]


def name_of(field: models.Field[Any, Any]) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"


def merge_contacts(kept: Contact, merged: Contact, *, by: Actor, reason: str = "") -> ContactMerge:
    """Makes `merged` a part of `kept`: its rows move, its fields fill what `kept` lacks.

    Where both have a row of which there may be one only, each keeps its own. Raises StateConflict
    when they are the same or one of them was merged already, e.g. by somebody else just now, and
    for a teammate when both are proved to be different users.
    """
    require(by, Capability.MERGE_CONTACTS)
    with transaction.atomic():
        kept, merged = both_held(kept, merged)
        if kept.pk == merged.pk:
            raise StateConflict("A contact cannot be merged into itself.")
        for contact in (kept, merged):
            if contact.is_merged:
                raise StateConflict(f"{contact} has been merged already.")
        reason_against = obstacle(kept, merged) if isinstance(by, Teammate) else ""
        if reason_against:
            raise StateConflict(reason_against)
        merge = ContactMerge.objects.create(
            kept=kept,
            merged=merged,
            moved={name_of(field): repoint(field, merged, kept) for field in references()},
            by=by if isinstance(by, Teammate) else None,
            reason=reason,
        )
        retire_keys(kept)
        merge.before, merge.after = fill(kept, merged)
        merge.save(update_fields=["before", "after"])
        merged.merged_into = kept
        merged.save(update_fields=["merged_into", "updated_at"])
        record(
            kinds.CONTACT_MERGED,
            by=by,
            subject=kept,
            topics=both_topics(kept, merged),
            before=merge.before,
            after={**merge.after, **summary(merge), "reason": reason},
        )
    return merge


def unmerge(merge: ContactMerge, *, by: Actor) -> Contact:
    """Takes a merge back and returns the contact that exists again.

    Exactly what moved returns; what was added since stays with the kept one, and so does a field
    that somebody changed since. Raises StateConflict when the merge was undone before, or when the
    kept one has itself been merged (that merge must be undone first).
    """
    require(by, Capability.MERGE_CONTACTS)
    with transaction.atomic():
        # Contacts first, as everywhere: whoever holds them may add to what moved.
        kept, merged = both_held(merge.kept, merge.merged)
        merge = ContactMerge.objects.select_for_update().get(pk=merge.pk)
        if merge.undone_at is not None:
            raise StateConflict("This merge has been undone already.")
        if kept.is_merged:
            raise StateConflict(f"{kept} has been merged itself since. Undo that merge first.")
        for field in reversed(references()):
            repoint(field, kept, merged, merge.moved.get(name_of(field), []))
        unfill(kept, merge)
        for contact in (kept, merged):
            revive_keys(contact)
        merged.merged_into = None
        merged.save(update_fields=["merged_into", "updated_at"])
        merge.undone_at = models.functions.Now()
        merge.save(update_fields=["undone_at"])
        record(
            kinds.CONTACT_UNMERGED,
            by=by,
            subject=kept,
            topics=both_topics(kept, merged),
            before=merge.after,
            after={**merge.before, **summary(merge)},
        )
    return merged


def go_along(row: Any, *, like: Any) -> None:
    """Says of a new row of a contact that it belongs to what came with another row: an undone
    merge gives both back. Under the contact's hold; both name it as their `contact`."""
    name = name_of(type(row)._meta.get_field("contact"))
    kept = [row.contact_id]
    while kept:
        merges = list(ContactMerge.objects.filter(kept__in=kept, undone_at=None))
        moving = [each for each in merges if like.pk in each.moved.get(name, [])]
        for merge in moving:
            merge.moved[name].append(row.pk)
            merge.save(update_fields=["moved"])
        kept = [merge.merged_id for merge in moving]


def retire_keys(contact: Contact) -> None:
    """No anonymous browser opens a contact who is proved to be somebody: it must sign in."""
    if contact.is_verified:
        contact.identities.filter(kind=Identity.Kind.WIDGET_VISITOR).update(is_retired=True)


def revive_keys(contact: Contact) -> None:
    """A contact who is nobody again is opened by their browsers again, if not signed out there."""
    if not contact.is_verified:
        keys = contact.identities.filter(kind=Identity.Kind.WIDGET_VISITOR)
        signed_out = [Identity.SIGNED_OUT, Identity.SESSION_ENDED]
        keys.exclude(source__in=signed_out).update(is_retired=False)


def both_held(one: Contact, other: Contact) -> tuple[Contact, Contact]:
    """Both rows, locked lower id first whatever the direction, so that no two merges interlock."""
    held = {pk: Contact.objects.held(pk) for pk in sorted({one.pk, other.pk})}
    return held[one.pk], held[other.pk]


def both_topics(kept: Contact, merged: Contact) -> list[str]:
    return [f"contact.{kept.public_id}", f"contact.{merged.public_id}"]


def summary(merge: ContactMerge) -> dict[str, Any]:
    return {
        "kept": merge.kept.public_id,
        "merged": merge.merged.public_id,
        "merge": merge.pk,
        "moved": {name: len(ids) for name, ids in merge.moved.items() if ids},
    }


# ---- rows ----------------------------------------------------------------------------------------


def repoint(
    field: models.ForeignObject[Any, Any],
    source: Contact,
    target: Contact,
    ids: Iterable[int] | None = None,
) -> list[int]:
    """Points a foreign key's rows (all, or those of `ids`) from one contact at another.

    Returns the ids of those that moved: one that would double a row of the target stays.
    """
    rows = field.model._base_manager.filter(**{field.name: source})
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    found = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    moved: list[int] = []
    for start in range(0, len(found), BATCH):
        moved += move(field, found[start : start + BATCH], target)
    return moved


def move(field: models.ForeignObject[Any, Any], ids: list[int], target: Contact) -> list[int]:
    """All at once; one by one when one of them collides."""
    try:
        with transaction.atomic():
            field.model._base_manager.filter(pk__in=ids).update(**{field.name: target})
    except IntegrityError:
        if len(ids) == 1:
            return []
        middle = len(ids) // 2
        return move(field, ids[:middle], target) + move(field, ids[middle:], target)
    return ids


# ---- the kept one's own fields -------------------------------------------------------------------


def fill(kept: Contact, merged: Contact) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fills what the kept one lacks from the other; returns its changed fields before and after."""
    wanted: dict[str, Any] = {}
    for name in FILLED:
        wanted[name] = getattr(kept, name) or getattr(merged, name)
    for name in LATEST:
        moments = [getattr(kept, name), getattr(merged, name)]
        wanted[name] = max((moment for moment in moments if moment), default=None)
    for name in MAPPINGS:
        wanted[name] = {**getattr(merged, name), **getattr(kept, name)}
    wanted["role"] = max(kept.role, merged.role, key=lambda role: ROLES.index(Contact.Role(role)))
    # A block must not be shed by signing in.
    wanted["is_blocked"] = kept.is_blocked or merged.is_blocked
    differing = {name: value for name, value in wanted.items() if value != getattr(kept, name)}
    before = {name: stored(getattr(kept, name)) for name in differing}
    for name, value in differing.items():
        setattr(kept, name, value)
    kept.save(update_fields=[*differing, "updated_at"])
    return before, {name: stored(value) for name, value in differing.items()}


def unfill(kept: Contact, merge: ContactMerge) -> None:
    """Takes back what the merge filled in, unless somebody has changed it since."""
    for name, was in merge.before.items():
        now, became = getattr(kept, name), merge.after[name]
        if name in MAPPINGS:
            gained = {key: value for key, value in became.items() if key not in was}
            kept_keys = {k: v for k, v in now.items() if k not in gained or v != gained[k]}
            setattr(kept, name, kept_keys)
        elif stored(now) == became:
            field = Contact._meta.get_field(name)
            setattr(kept, name, field.to_python(was) if isinstance(field, models.Field) else was)
    kept.save(update_fields=[*merge.before, "updated_at"])


def stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def loaded(name: str, value: Any) -> Any:
    """The inverse of `stored`, for a column of Contact."""
    field = Contact._meta.get_field(name)
    return field.to_python(value) if isinstance(field, models.Field) else value
