"""Doing what rules say of how a conversation is dealt with: how it is shared out, its service
level, that it is a complaint, and who is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ground.journal import record
from ground.journal.models import Entry
from ground.journal.recording import Automation
from inbox import kinds
from inbox.actions.thread import can_see, lock
from inbox.models import Conversation
from people.models import Team, Teammate
from routing.actions import complaining
from routing.by_hand import ASSIGNED, is_by_hand
from routing.engine import BEGINS, Decided
from routing.models import Handling, Policy

if TYPE_CHECKING:
    from routing.actions.routing import Done, Heard, House


def handle(
    conversation: Conversation,
    decided: Decided,
    house: House,
    heard: Heard,
    done: Done,
    cause: Entry,
) -> None:
    """Does it with a conversation that has its team and person by now."""
    keep(conversation, decided, heard, done)
    wanted = decided.wanted
    if wanted.complaint_by:
        name = house.names[wanted.complaint_by]
        is_placed = bool(wanted.took) or is_by_hand(conversation, ASSIGNED)
        complaint = complaining.Complaint.of_rule(wanted.complaint_by, name, is_placed=is_placed)
        is_followed = complaining.take_up(conversation, complaint, cause)
        (done.did if is_followed else done.kept).append("complaint")
    if wanted.told_by:
        call(conversation, decided, house, heard, done, cause)


# ---- how it is shared out, and what is promised --------------------------------------------------


def keep(conversation: Conversation, decided: Decided, heard: Heard, done: Done) -> None:
    """Notes what rules say of it. Where it began anew, nothing of before stays."""
    wanted = decided.wanted
    is_anew = heard.moment == BEGINS
    if heard.is_new and not (wanted.sharing or wanted.policy):
        return
    held = Handling.objects.filter(conversation=conversation).first()
    row = Handling(conversation=conversation) if held is None or is_anew else held
    if wanted.took and wanted.team and "assignment" not in done.kept:
        share_so(row, wanted.sharing, wanted.team, wanted.took, done)
    if wanted.policy:
        promise(row, wanted.policy, wanted.promised_by or "", done)
    says_something = bool(row.sharing or row.policy_id)
    if says_something:
        row.save(force_insert=held is None)
    elif held is not None:
        held.delete()


def forget_handling(heard: Sequence[Heard]) -> None:
    """What began anew in a house that has no rules any more."""
    anew = [each.entry.subject_id for each in heard if each.moment == BEGINS and not each.is_new]
    if anew:
        Handling.objects.filter(conversation__public_id__in=anew).delete()


def share_so(row: Handling, way: str, team: str, rule: str, done: Done) -> None:
    row.sharing, row.team, row.sharing_rule = "", None, ""
    if not way:
        return
    row.team = Team.objects.filter(public_id=team).first()
    if row.team is not None:
        row.sharing, row.sharing_rule = way, rule
        done.did.append("sharing")


def promise(row: Handling, name: str, rule: str, done: Done) -> None:
    policy = Policy.objects.filter(public_id=name, is_on=True).first()
    if policy is None:
        done.refused.append("The service level is gone, or off.")
        return
    row.policy, row.policy_rule = policy, rule
    done.did.append("policy")


# ---- who is called -------------------------------------------------------------------------------


def call(
    conversation: Conversation,
    decided: Decided,
    house: House,
    heard: Heard,
    done: Done,
    cause: Entry,
) -> None:
    """Rings for those whom a rule tells, as far as they may look, with what was written."""
    wanted = decided.wanted
    conversation = lock(conversation)
    mates = Teammate.objects.filter(public_id__in=wanted.tells).select_related("role")
    called = []
    for mate in mates.order_by("name", "pk"):
        if can_see(mate, conversation):
            called.append(mate)
        elif mate.is_active:
            done.refused.append(f"{mate} may not see it, so they were not told.")
        else:
            done.refused.append(f"{mate} is deactivated.")
    if not called:
        return
    name = house.names[wanted.told_by or ""]
    told = heard.entry.after
    record(
        kinds.CONVERSATION_CALLED,
        by=Automation(f"Rule “{name}”"[:40]),
        subject=conversation,
        after={
            **{name: told[name] for name in ("message", "seq") if name in told},
            "rule": wanted.told_by,
            "tell": [mate.public_id for mate in called],
        },
        cause=cause,
    )
    done.did.append("tells")
