"""The people of a team as they are at this moment: who of them could be given what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from ground.journal.models import Entry
from inbox import presence
from inbox.models import Conversation
from people.models import Team, Teammate
from people.models.teammate import Capability
from routing.choose import Candidate, Wanted, Way
from routing.load import ANSWERED, URGENT, URGENT_TIMES, WAITING, Work, load, ramped
from routing.models import Sharing, Turn, Workload

# Of the last changes of who has a conversation so many are looked at for who gave it back.
CHANGES_LOOKED_AT = 10
# Whoever gives back what they have goes away in the next moment.
GOING_AWAY = timedelta(minutes=1)


@dataclass
class Crew:
    """A team's people with what they have, by key. `is_in` is None when nobody knows."""

    sharing: Sharing
    mates: Sequence[Teammate]
    now: datetime
    is_in: set[str] | None
    loads: dict[int, float]
    given_at: dict[int, datetime]
    workloads: dict[int, Workload] = field(default_factory=dict)
    skills: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def way(self) -> Way:
        sharing = self.sharing
        return Way(
            sharing.way, sharing.needs_presence, sharing.previous_owner_first, sharing.skills
        )

    def candidates(
        self, *, previous_owner: int | None = None, gave_back: Iterable[str] = ()
    ) -> list[Candidate]:
        """Each of them, for a conversation that was the owner's before, or that some gave back."""
        return [
            Candidate(
                id=mate.public_id,
                name=str(mate),
                load=self.loads.get(mate.pk, 0.0),
                capacity=self.capacity_of(mate),
                is_active=mate.is_active,
                may_reply=not mate.is_active or mate.can(Capability.REPLY),
                is_away=mate.is_away,
                is_in_hours=is_in_hours(mate, self.now),
                is_in=None if self.is_in is None else mate.public_id in self.is_in,
                skills=self.skills.get(mate.pk, frozenset()),
                is_narrow=self.is_narrow(mate),
                has_given_back=mate.public_id in gave_back,
                is_previous_owner=mate.pk == previous_owner,
                last_given_at=self.given_at.get(mate.pk),
            )
            for mate in self.mates
        ]

    def is_narrow(self, mate: Teammate) -> bool:
        own = self.workloads.get(mate.pk)
        return own is not None and own.is_narrow

    def capacity_of(self, mate: Teammate) -> float:
        """In places, on this day."""
        own = self.workloads.get(mate.pk)
        whole = float(self.sharing.capacity)
        if own is None:
            return whole
        if own.capacity is not None:
            whole = float(own.capacity)
        if own.ramp_from is None:
            return whole
        day = (self.now.date() - own.ramp_from).days
        return ramped(whole, first=own.ramp_first, day=day, days=own.ramp_days)

    def asked_by(self, conversation: Conversation) -> Wanted:
        """What a conversation asks for; a skill that nobody here has is none."""
        known = frozenset[str]().union(*self.skills.values())
        return Wanted(weight_of(conversation), skills_of(conversation) & known)

    def give(self, mate: Teammate, wanted: Wanted) -> datetime:
        """Notes that somebody has been given one more; returns when, later than whatever anybody
        was given before."""
        self.loads[mate.pk] = self.loads.get(mate.pk, 0.0) + wanted.weight
        latest = max(self.given_at.values(), default=self.now)
        self.given_at[mate.pk] = max(self.now, latest + timedelta(microseconds=1))
        return self.given_at[mate.pk]


def people_of(team: Team | None) -> list[Teammate]:
    """The active ones of a team, or of the house, by name, with what `crew_of` asks of them."""
    rows = Teammate.objects.active().order_by("name", "pk")
    rows = rows.filter(memberships__team=team) if team is not None else rows
    with_hours = rows.select_related("role", "office_hours")
    return list(with_hours.prefetch_related("office_hours__own_days"))


def is_in_hours(mate: Teammate, now: datetime) -> bool:
    """Who has no hours of their own works at any time."""
    return mate.office_hours is None or mate.office_hours.calendar.is_open(now)


def crew_of(sharing: Sharing, mates: Sequence[Teammate], now: datetime) -> Crew:
    """`mates` are the team's people, their roles in place."""
    keys = [mate.pk for mate in mates]
    workloads = Workload.objects.filter(teammate__in=keys).prefetch_related("tags")
    own = {workload.teammate_id: workload for workload in workloads}
    turns = Turn.objects.filter(sharing=sharing.pk)
    return Crew(
        sharing=sharing,
        mates=mates,
        now=now,
        is_in=presence.are_in(mate.public_id for mate in mates),
        loads=loads_of(keys, now, timedelta(hours=sharing.quiet_hours)),
        given_at=dict(turns.values_list("teammate_id", "given_at")),
        workloads=own,
        skills={key: skills_in(workload) for key, workload in own.items()},
    )


def loads_of(mates: Sequence[int], now: datetime, quiet_after: timedelta) -> dict[int, float]:
    """How much each of these teammates is busy with, whatever team it lies with."""
    stirred = Q(last_message_at__gt=now - quiet_after) | Q(handed_at__gt=now - quiet_after)
    rows = Conversation.objects.open().filter(
        Q(waiting_since__isnull=False) | stirred, assignee__in=mates
    )
    found: dict[int, list[Work]] = {}
    for mate, waiting, said, handed, priority, seconds in rows.values_list(
        *("assignee_id", "waiting_since", "last_message_at", "handed_at", "priority"),
        "pace__seconds",
    ):
        pace = None if seconds is None else timedelta(seconds=seconds)
        work = Work(waiting is not None, max(said, handed or said), priority, pace)
        found.setdefault(mate, []).append(work)
    return {mate: load(work, now, quiet_after) for mate, work in found.items()}


def weight_of(conversation: Conversation) -> float:
    """What a conversation takes of whoever is given it now."""
    base = WAITING if conversation.waiting_since is not None else ANSWERED
    return base * (URGENT_TIMES if conversation.priority >= URGENT else 1)


def skills_in(workload: Workload) -> frozenset[str]:
    return frozenset(
        [f"tag:{tag.public_id}" for tag in workload.tags.all()]
        + [f"language:{code}" for code in workload.languages]
    )


def skills_of(conversation: Conversation) -> frozenset[str]:
    """What might be asked for by what a conversation is about."""
    topics = {f"tag:{tag['id']}" for tag in conversation.shown_tags}
    language = conversation.language.partition("-")[0]
    return frozenset(topics | ({f"language:{language}"} if language else set()))


def previous_owner(conversation: Conversation) -> int | None:
    """Who had the last other conversation of this contact that somebody had, by key."""
    others = Conversation.objects.filter(contact=conversation.contact_id, assignee__isnull=False)
    latest = others.exclude(pk=conversation.pk).newest_first()
    owner: int | None = latest.values_list("assignee_id", flat=True).first()
    return owner


def who_gave_back(conversation: Conversation, mates: Sequence[Teammate], now: datetime) -> set[str]:
    """Those of these teammates who had a conversation and do not want it: it is not given to them
    again. Who only went away, and has come back, is as anybody."""
    changes = Entry.objects.filter(
        subject_type="conversation",
        subject_id=conversation.public_id,
        kind="conversation.assigned",
        actor_type="teammate",
    ).order_by("-id")[:CHANGES_LOOKED_AT]
    known = {mate.public_id: mate for mate in mates}
    gave_back = set()
    for entry in changes:
        mate = known.get(entry.actor_id)
        is_own = entry.before.get("assignee") == entry.actor_id
        if mate is None or not is_own or entry.after.get("assignee", "") is not None:
            continue
        went_away = bool(entry.after.get("why"))
        if not went_away or mate.is_away or now - entry.created_at < GOING_AWAY:
            gave_back.add(mate.public_id)
    return gave_back
