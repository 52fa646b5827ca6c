"""Telling teammates what asks for their attention, and no longer when it is done.

All that happened at hand is looked at together: this is owed with every message. Notifications are
derived and have no entries of their own; what happened has.
"""

from collections.abc import Iterable

from django.db.models import Q

from ground.journal.models import Entry
from inbox import attention
from inbox.actions.clearing import clear
from inbox.actions.telling import deliver
from inbox.attention import APP
from inbox.models import Conversation, LaterMessage, Notification
from inbox.news import UNSENT, Round, go_back, look_at, place_of, team_asked
from people.models import Team, Teammate


def notify(entries: list[Entry]) -> None:
    """Tells whom these entries concern, oldest first, and clears what they settle."""
    gathered = gather(entries)
    # What has been merged meanwhile is told, and is open, where it is a part now.
    whole = {name for name, row in gathered.conversations.items() if not row.is_merged}
    ours = [entry for entry in entries if place_of(entry) in whole]
    for entry in reversed(ours):
        go_back(entry, gathered)
    for entry in ours:
        look_at(entry, gathered)
    settle(gathered)
    deliver(gathered)


def gather(entries: list[Entry]) -> Round:
    conversations = Conversation.objects.with_followers({place_of(entry) for entry in entries})
    names = {entry.actor_id for entry in entries if entry.actor_type == "teammate"}
    teams: set[str] = set()
    for entry in entries:
        names |= {entry.after.get("assignee"), entry.before.get("assignee")}
        names |= set(entry.after.get("mentioned", ()))
        asked = conversations.get(entry.subject_id)
        if entry.kind == "conversation.assigned" and asked is not None:
            teams.add(team_asked(entry, asked))
    members = members_of(teams - {""})
    is_new = any(entry.kind == "conversation.started" for entry in entries)
    watchful = set(waiting_for_new()) if is_new else set()
    authors = authors_of(entry.subject_id for entry in entries if entry.kind in UNSENT)
    pks = {row.assignee_id for row in conversations.values()}.union(
        *members.values(),
        *(row.followed_by for row in conversations.values()),
        watchful,
        authors.values(),
    )
    active = [mate for mate in mates_of(names - {None}, pks - {None}) if mate.is_active]
    return Round(
        conversations,
        {mate.public_id: mate for mate in active},
        {mate.pk: mate for mate in active},
        members,
        watchful,
        authors,
    )


# Most messages concern nobody in particular, and to ask the ORM for nothing costs it almost as much
# as to ask for something: so each question is only asked if there is one.


def members_of(teams: set[str]) -> dict[str, set[int]]:
    if not teams:
        return {}
    return {
        team.public_id: set(team.memberships.values_list("teammate_id", flat=True))
        for team in Team.objects.filter(public_id__in=teams)
    }


def mates_of(names: set[str], pks: set[int]) -> Iterable[Teammate]:
    if not names and not pks:
        return ()
    return Teammate.objects.filter(Q(public_id__in=names) | Q(pk__in=pks)).select_related("role")


def authors_of(names: Iterable[str]) -> dict[str, int]:
    wanted = set(names)
    if not wanted:
        return {}
    rows = LaterMessage.objects.filter(public_id__in=wanted)
    return dict(rows.values_list("public_id", "teammate_id"))


def waiting_for_new() -> Iterable[int]:
    wish = {attention.SUBJECT: {"kinds": {attention.NEW: [APP]}}}
    return Teammate.objects.active().filter(preferences__contains=wish).values_list("pk", flat=True)


def settle(gathered: Round) -> None:
    """Clears what the round has found done, all at once: so it is locked in one order."""
    if not (gathered.done or gathered.finished or gathered.taken):
        return
    open_ = Notification.objects.open().filter(side=None)
    done = Q(conversation__in=gathered.finished)
    for teammate, conversation in sorted(gathered.done):
        done |= Q(teammate=teammate, conversation=conversation)
    pks = set(open_.filter(done).values_list("pk", flat=True))
    if gathered.taken:
        only_team = open_.filter(conversation__in=gathered.taken)
        for each in only_team.filter(reasons__has_any_keys=[attention.TEAM, attention.NEW]):
            if set(each.reasons) <= {attention.TEAM, attention.NEW}:
                pks.add(each.pk)
    clear(open_.filter(pk__in=pks))
