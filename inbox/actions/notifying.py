"""Telling teammates what asks for their attention, and no longer when it is done.

All that happened at hand is looked at together: this is owed with every message. Notifications are
derived and have no entries of their own; what happened has.
"""

from collections.abc import Iterable

from django.db.models import Q

from ground.journal.models import Entry
from inbox import attention, audience
from inbox.actions.clearing import clear
from inbox.actions.telling import deliver
from inbox.models import Conversation, LaterMessage, Notification
from inbox.news import (
    DUE_KINDS,
    UNSENT,
    Key,
    Round,
    go_back,
    is_new,
    look_at,
    place_of,
    team_asked,
    team_of,
)
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
        names |= set(entry.after.get("mentioned", ())) | set(entry.after.get("tell", ()))
        asked = conversations.get(entry.subject_id)
        if entry.kind == "conversation.assigned" and asked is not None:
            teams.add(team_asked(entry, asked))
        if entry.kind in DUE_KINDS and asked is not None:
            teams.add(team_of(asked))
    members = members_of(teams - {""})
    new = {entry.subject_id for entry in entries if is_new(entry)}
    watchful = audience.of_new([row for name, row in conversations.items() if name in new])
    authors = authors_of(entry.subject_id for entry in entries if entry.kind in UNSENT)
    pks = {row.assignee_id for row in conversations.values()}.union(
        *members.values(),
        *(row.followed_by for row in conversations.values()),
        *watchful.values(),
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


def settle(gathered: Round) -> None:
    """Clears what the round has found done, all at once: so it is locked in one order."""
    some = gathered.finished | gathered.taken | gathered.answered
    if not (gathered.done or some):
        return
    looked_at = Q(conversation__in=some)
    for teammate, conversation in sorted(gathered.done):
        looked_at |= Q(teammate=teammate, conversation=conversation)
    open_ = Notification.objects.open().filter(side=None)
    rows = open_.filter(looked_at).values_list("pk", "teammate_id", "conversation_id", "reasons")
    pks = [pk for pk, mate, place, reasons in rows if is_over((mate, place), reasons, gathered)]
    clear(open_.filter(pk__in=pks))


def is_over(key: Key, reasons: Iterable[str], gathered: Round) -> bool:
    """Whether what waits for a teammate in a conversation is done: for them, for everybody, or
    because it only asked for somebody and there is one."""
    conversation, why = key[1], set(reasons)
    if key in gathered.done or conversation in gathered.finished:
        return True
    if conversation in gathered.taken and why <= {attention.TEAM, attention.NEW}:
        return True
    return conversation in gathered.answered and why <= {attention.NEW, attention.DUE}
