"""Saving, changing and deleting views; how a teammate arranges theirs."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from ground.conditions import InvalidCondition
from ground.journal import record
from ground.web.problems import Invalid, NotAllowed
from inbox import asking, kinds
from inbox.actions.restoring import restore
from inbox.actions.thread import plain
from inbox.models import SavedView
from people.actions import prefer
from people.actions.fields import one_line
from people.models import Team, Teammate
from people.models.teammate import Capability

FIELDS = ("name", "icon", "condition", "team", "is_shared")
# What one teammate may own, and what a rail shows and counts.
NAME_LENGTH = 60
OWNED_MAX = 50
RAIL_MAX = 30
ARRANGED = "views"
NOT_YOURS = "A view is its owner's to change, a shared one also an admin's."


def save_view(view: SavedView, *, by: Teammate, **wanted: Any) -> SavedView:
    """Makes a new view, or gives one another `name`, `icon`, `condition`, `team` or `is_shared`.

    Raises Invalid (`condition`: sentences by place in the tree), and NotAllowed for who may not
    change it or may not share with those readers.
    """
    with transaction.atomic():
        is_new = view.pk is None
        if is_new:
            view.owner = by
            check_room(by)
        else:
            view = SavedView.objects.select_for_update(of=("self",)).get(pk=view.pk)
            check_may_change(view, by)
        before = state_of(view)
        for name in FIELDS:
            if name in wanted:
                setattr(view, name, wanted[name])
        view.name = one_line(view.name, "name", max_length=NAME_LENGTH)
        check_shape(view)
        after = state_of(view)
        changed = [name for name in FIELDS if is_new or before[name] != after[name]]
        if not changed:
            return view
        if "condition" in changed:
            view.condition = sound_tree(view.condition, by)
            after = state_of(view)
        if {"team", "is_shared"} & set(changed):
            check_may_share(view, by)
        view.save()
        record(
            kinds.VIEW_CREATED if is_new else kinds.VIEW_CHANGED,
            by=by,
            subject=view,
            before={} if is_new else {name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            rows={"readers": readers_of(view, before)},
        )
        return view


def delete_view(view: SavedView, *, by: Teammate) -> None:
    """Raises NotAllowed."""
    with transaction.atomic():
        check_may_change(view, by)
        state = state_of(view)
        record(
            kinds.VIEW_DELETED,
            by=by,
            subject=view,
            before={**state, "owner": plain(view.owner)},
            rows={"readers": readers_of(view, state)},
        )
        view.delete()


def restore_view(public_id: str, *, by: Teammate) -> SavedView:
    """Brings back a deleted view as the journal has it; one that is there already stays as it is.

    Raises NotFound when none was deleted, NotAllowed for who might not have deleted it, Invalid
    when its owner has no room for it, StateConflict when those whose it was are gone.
    """
    return restore(
        SavedView,
        public_id,
        by=by,
        deleted=kinds.VIEW_DELETED,
        restored=kinds.VIEW_RESTORED,
        check=check_may_change,
        state_of=state_of,
        rows_of=with_room,
    )


def with_room(view: SavedView) -> dict[str, Any]:
    """Who hears that it is back. Raises Invalid when its owner has no room for it."""
    check_room(view.owner)
    return {"readers": readers_of(view, {})}


def arrange_views(teammate: Teammate, *, order: Sequence[str], hidden: Sequence[str]) -> Teammate:
    """In which order a teammate's rail shows the views that they may see, and which it leaves out;
    by their ids."""
    wishes: dict[str, Any] = {}
    known = set(SavedView.objects.visible_to(teammate).values_list("public_id", flat=True))
    for name, ids in (("order", order), ("hidden", hidden)):
        kept = [each for each in dict.fromkeys(ids) if each in known]
        if kept:
            wishes[name] = kept
    return prefer(teammate, ARRANGED, wishes, by=teammate)


def check_room(by: Teammate) -> None:
    # A row to wait at: two at once must not both be the last that fits.
    Teammate.objects.select_for_update(no_key=True).get(pk=by.pk)
    if by.saved_views.count() >= OWNED_MAX:
        raise Invalid(errors={"name": [f"{OWNED_MAX} views are the most. Delete one first."]})


def check_shape(view: SavedView) -> None:
    if not view.name:
        raise Invalid(errors={"name": ["Give the view a name."]})
    if view.icon not in SavedView.Icon.values:
        raise Invalid(errors={"icon": ["There is no such icon."]})
    if view.team is not None and view.is_shared:
        raise Invalid(errors={"team": ["Share it with a team or with everybody, not both."]})


def sound_tree(tree: Any, by: Teammate) -> Any:
    try:
        condition = asking.sound(tree, asking.language(by))
        if not any(True for _ in condition.clauses()):
            raise InvalidCondition({"condition": "Say what to look for."})
        return condition.to_json()
    except InvalidCondition as wrong:
        errors = {place: [said] for place, said in wrong.errors.items()}
        raise Invalid(errors={"condition": list(wrong.errors.values())}, places=errors) from None


def check_may_change(view: SavedView, by: Teammate) -> None:
    if not view.may_be_changed_by(by):
        raise NotAllowed(NOT_YOURS)


def check_may_share(view: SavedView, by: Teammate) -> None:
    if view.is_personal:
        return
    if not by.can(Capability.MANAGE):
        raise NotAllowed("Your role lets you keep views for yourself only.")
    if view.team is None or by.is_admin:
        return
    if not by.memberships.filter(team=view.team).exists():
        raise NotAllowed("Share with a team that you are in.")


def readers_of(view: SavedView, before: Mapping[str, Any]) -> list[str] | None:
    """The public ids of those whose rails may change; None for everybody."""
    if view.is_shared or before.get("is_shared"):
        return None
    teams = Team.objects.filter(public_id__in=filter(None, [before.get("team")]))
    mates = Teammate.objects.filter(memberships__team__in=[*teams, *filter(None, [view.team])])
    return sorted({view.owner.public_id, *mates.values_list("public_id", flat=True)})


def state_of(view: SavedView) -> dict[str, Any]:
    return {name: plain(getattr(view, name)) for name in FIELDS}
