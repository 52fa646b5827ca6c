"""Who has a conversation, and who speaks in it."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from ground.journal import record
from ground.journal.models import Entry
from ground.web.problems import Invalid, StateConflict
from inbox import kinds
from inbox.actions.thread import (
    Actor,
    can_see,
    change,
    list_topic,
    lock,
    require,
    save,
    speaker_fields,
    topics,
)
from inbox.models import Conversation
from people.models import Team, Teammate
from people.models.teammate import Capability

KEEP: Any = object()
# Their names go in a header for undo, and proxies take no long ones.
GIVEN_BACK_MAX = 100


def assign(
    conversation: Conversation,
    *,
    by: Actor,
    assignee: Teammate | None = KEEP,
    team: Team | None = KEEP,
    expected: Teammate | None = KEEP,
    why: str = "",
    cause: Entry | None = None,
) -> Conversation:
    """Gives a conversation to a teammate, a team, both or (None) nobody; `why` in a few words for
    those who are told of it.

    With `expected` it stays as it is when meanwhile it is somebody else's. Raises Invalid when the
    teammate could not see it there, NotFound, NotAllowed.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        old_topic = list_topic(locked)
        if expected is not KEEP and locked.assignee != expected:
            return locked
        changes: dict[str, Any] = {}
        if assignee is not KEEP and assignee != locked.assignee:
            changes["assignee"] = assignee
        if team is not KEEP and team != locked.team:
            changes["team"] = team
        if not changes:
            return locked
        check_assignee(locked, changes)
        change(
            locked,
            kinds.CONVERSATION_ASSIGNED,
            by=by,
            activity=activity_of(changes),
            changes=changes,
            cause=cause,
            more_rows={"old_topic": old_topic},
            why=why,
            **handing_over(changes, by),
        )
        return locked


def handing_over(changes: dict[str, Any], by: Actor) -> dict[str, Any]:
    """What is kept on the conversation of who gave it to its assignee, for `change`."""
    if "assignee" not in changes:
        return {}
    if changes["assignee"] is None or changes["assignee"] == by or by is None:
        return {"repeated": {"handed_by": "", "handed_at": None}}
    return {"repeated": {"handed_by": speaker_fields(by)["author_name"]}, "dated": ["handed_at"]}


def release_unseen(teammate: Teammate, *, cause: Entry | None = None) -> int:
    """Takes from a teammate what they can no longer see; returns how many conversations.

    Closed ones keep their name: nobody waits for them.
    """
    theirs = Conversation.objects.assigned_to(teammate).exclude(status="closed").whole()
    visible = Conversation.objects.visible_to(teammate).values("pk")
    unseen = theirs.exclude(pk__in=visible).order_by("pk")
    for conversation in unseen:
        assign(conversation, by=None, assignee=None, cause=cause)
    return len(unseen)


def give_back(teammate: Teammate) -> list[Conversation]:
    """A teammate goes away: what they have open or snoozed waits for them no more, but for its team
    or for anybody. At most GIVEN_BACK_MAX at once; returns them. Raises NotAllowed.
    """
    theirs = Conversation.objects.visible_to(teammate).unfinished().assigned_to(teammate)
    newest = list(theirs.newest_first()[:GIVEN_BACK_MAX])
    why = f"{teammate} went away"
    after = [
        assign(each, by=teammate, assignee=None, expected=teammate, why=why) for each in newest
    ]
    return [each for each in after if each.assignee is None]


def take_up_again(teammate: Teammate, names: Collection[str]) -> int:
    """Undoes that for what nobody has taken since; returns how many."""
    free = Conversation.objects.visible_to(teammate).unfinished().unassigned()
    named = list(free.filter(public_id__in=names))
    after = [assign(each, by=teammate, assignee=teammate, expected=None) for each in named]
    return sum(each.assignee == teammate for each in after)


def check_assignee(conversation: Conversation, changes: dict[str, Any]) -> None:
    """A conversation is never given to somebody who is gone or could not see it."""
    person = changes.get("assignee", conversation.assignee)
    if person is None:
        return
    there = Conversation(team=changes.get("team", conversation.team))
    if can_see(person, there):
        return
    if "assignee" in changes:
        reason = "is deactivated" if not person.is_active else "is not in that private team"
        raise Invalid(errors={"assignee": [f"{person} {reason}."]})
    changes["assignee"] = None


def activity_of(changes: dict[str, Any]) -> dict[str, Any]:
    activity: dict[str, Any] = {"kind": "assigned"}
    if "assignee" in changes:
        activity["assignee"] = str(changes["assignee"]) if changes["assignee"] else None
    if "team" in changes:
        activity["team"] = str(changes["team"]) if changes["team"] else None
    return activity


def hold(
    conversation: Conversation,
    *,
    by: Actor,
    holder: str,
    expected: str,
    cause: Entry | None = None,
) -> Conversation:
    """Passes the right to speak, by compare-and-set.

    Raises StateConflict when somebody else than `expected` holds the conversation by now.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.REPLY)
        if locked.holder != expected:
            raise StateConflict(f"This conversation is held by: {locked.get_holder_display()}.")
        if holder != expected:
            locked.holder = Conversation.Holder(holder)
            save(locked, "holder")
            record(
                kinds.CONVERSATION_HELD,
                by=by,
                subject=locked,
                topics=topics(locked),
                before={"holder": expected},
                after={"holder": holder},
                cause=cause,
                rows={"conversation": locked},
            )
        return locked
