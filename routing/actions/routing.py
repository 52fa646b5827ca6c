"""Asking the rules about conversations, and doing what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from ground.conditions import Clause, Snapshot
from ground.conditions.values import written
from ground.journal import record
from ground.journal.models import Decision, Entry
from ground.journal.recording import Automation
from ground.journal.recording import decide as store_decision
from ground.web.problems import Invalid
from inbox.actions import assign, hold, prioritize, tag
from inbox.actions.notifying import notify
from inbox.actions.thread import lock
from inbox.models import Conversation
from people.models import Tag, Team, Teammate
from routing import asking, kinds, readings, rulebooks, rulings
from routing.actions import saying
from routing.actions.handling import forget_handling, handle
from routing.by_hand import ASSIGNED, PRIORITIZED, is_by_hand
from routing.engine import (
    BEGINS,
    DECIDER,
    PASSES,
    WRITES,
    Decided,
    Rulebook,
    Verdict,
    asked_by,
    decide,
)
from routing.figures.ways import way_of
from routing.models import Beginning, RoutingSettings, Rule, RuleMatch
from routing.rulebooks import Known

ACTOR_LENGTH = 40
# So many are told of a rule that is passed over.
ADMINS_MAX = 50
# How far back it is looked for what has acted in a conversation since it began.
EPISODE_MAX = 200
STARTED, REOPENED = "conversation.started", "conversation.reopened"


@dataclass
class House:
    """Rules and all that they need, as they are now: read once for any number of messages."""

    rules: Rulebook
    names: dict[str, str]
    spoken: Snapshot
    triage: Team | None
    vip: Clause | None
    version: str
    # Rules that are said to be broken, and can be asked again.
    mended: frozenset[str] = frozenset()
    # What they tell customers, by rule and language.
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def asks(self, moment: str) -> bool:
        return moment in self.rules.moments

    @property
    def is_bare(self) -> bool:
        return self.triage is None and not self.rules.moments


def house_now(at: str = "") -> House:
    """With the rules that are asked when customers write. at: the conversation by whose doing they
    are: broken ones are told there."""
    spoken = asking.language()
    return house_of(rulebooks.current(spoken), spoken, at)


def house_of(known: Known, spoken: Snapshot, at: str) -> House:
    settings = RoutingSettings.current()
    flag(known.faulty, at)
    return House(
        rules=known.book,
        names=known.names,
        spoken=spoken,
        triage=settings.triage_team,
        vip=asking.vip_clause(settings.vip_segment, spoken),
        version=known.version(settings),
        mended=known.mended,
        texts=known.texts,
    )


def flag(faulty: Iterable[tuple[Rule, str]], at: str) -> None:
    """Says of each rule that is on what is wrong with it now, once."""
    for row, fault in faulty:
        if row.is_on and row.broken != fault:
            break_rule(row, fault, at=at)


def break_rule(rule: Rule, why: str, *, at: str, cause: Entry | None = None) -> None:
    """Flags a rule that is passed over, and rings for the admins, once for each reason.

    at: the conversation in which it was, which they are led to.
    """
    why = why[:300]
    with transaction.atomic():
        flagged = Rule.objects.filter(pk=rule.pk).exclude(broken=why).update(broken=why)
        if not flagged:
            return
        admins = Teammate.objects.active().admins().order_by("pk")
        record(
            kinds.RULE_BROKE,
            by=None,
            subject=rule,
            after={
                "why": why,
                "words": f"The rule “{rule}” is passed over. {why}",
                "conversation": at,
                "tell": list(admins.values_list("public_id", flat=True)[:ADMINS_MAX]),
            },
            cause=cause,
        )


# ---- which moments -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """A customer's message, as its entry has it, and which moment it is."""

    entry: Entry
    cause: Entry
    moment: str
    is_new: bool


def route_all(entries: Sequence[Entry]) -> None:
    """Asks the rules about what customers wrote: entries of messages, or what these led to."""
    heard = all_heard(entries)
    if not heard:
        return
    house = house_now(heard[0].entry.subject_id)
    if house.is_bare:
        forget_handling(heard)
        ring(heard)
        return
    for each in heard:
        route(each, house)


def ring(heard: Sequence[Heard]) -> None:
    """Where nobody has written rules there is nothing to wait for: a new conversation rings at
    once, and nothing more is written down for it."""
    words = {
        each.entry.cause_id: each.entry.after
        for each in heard
        if each.is_new and each.entry.cause_id is not None
    }
    if not words:
        return
    started = list(Entry.objects.filter(pk__in=words))
    for entry in started:
        entry.after = words[entry.pk] | entry.after
    notify(started)


def all_heard(entries: Sequence[Entry]) -> list[Heard]:
    further = {each.cause_id for each in entries if each.kind != "message.received"}
    messages = Entry.objects.in_bulk(further - {None}) if further else {}
    pairs = [
        (each, each if each.kind == "message.received" else messages.get(each.cause_id))
        for each in entries
    ]
    known = [(cause, message) for cause, message in pairs if message is not None]
    causes = {message.cause_id for _, message in known if message.cause_id is not None}
    started = among(causes, STARTED)
    again = begun_anew([message.pk for _, message in known])
    return [
        Heard(
            message,
            cause,
            BEGINS if message.cause_id in started or message.pk in again else WRITES,
            message.cause_id in started,
        )
        for cause, message in known
    ]


def among(pks: Iterable[int], kind: str) -> set[int]:
    wanted = set(pks)
    if not wanted:
        return set()
    return set(Entry.objects.filter(pk__in=wanted, kind=kind).values_list("pk", flat=True))


def begun_anew(messages: Sequence[int]) -> set[int]:
    """The messages that opened again what was closed."""
    opened = Entry.objects.filter(cause__in=messages, kind=REOPENED, before__status="closed")
    return {pk for pk in opened.values_list("cause_id", flat=True) if pk is not None}


# ---- one conversation ----------------------------------------------------------------------------


def route(heard: Heard, house: House) -> Decision | None:
    """Asks the rules about one conversation, stores why they decide as they do, and does it.

    What a person has decided stays. Done once for a message, however often it is called.
    """
    if heard.moment == WRITES and not house.asks(WRITES):
        return None
    with transaction.atomic():
        if is_done(heard.entry):
            return None
        conversation = opened(heard.entry.subject_id)
        return None if conversation is None else decided_on(conversation, heard, house)


def is_done(message: Entry) -> bool:
    made = Decision.objects.filter(cause=message, decider=DECIDER)
    return made.exclude(explanation__moment=PASSES).exists()


def opened(public_id: str) -> Conversation | None:
    """A conversation as rules are asked about it, unless it is settled by now."""
    rows = Conversation.objects.select_related("contact__company", "assignee", "team")
    found: Conversation | None = rows.filter(public_id=public_id).first()
    return found if found is not None and found.is_open else None


def record_routed(conversation: Conversation, heard: Heard, wanted: dict[str, Any]) -> Entry:
    said = {
        name: heard.entry.after[name] for name in ("message", "seq") if name in heard.entry.after
    }
    return record(
        kinds.CONVERSATION_ROUTED,
        by=Automation(DECIDER),
        subject=conversation,
        after={**said, "moment": heard.moment, "is_new": heard.is_new, "wanted": wanted},
        cause=heard.cause,
        rows={"conversation": conversation},
    )


def decided_on(conversation: Conversation, heard: Heard, house: House) -> Decision:
    now = timezone.now()
    asked = asked_by(house.rules, heard.moment, house.vip)
    recorded, failed = readings.read(conversation, asked, now=now, spoken=house.spoken)
    acted = acted_since(conversation) if heard.moment == WRITES else []
    decided = decide(
        house.rules, recorded, now=now, moment=heard.moment, acted=acted, vip=house.vip
    )
    flag_unread(decided, failed, at=conversation.public_id, cause=heard.entry)
    unflag(decided, house)
    wanted = decided.wanted.to_json()
    entry = None
    done = Done()
    if wanted or heard.moment == BEGINS:
        conversation = lock(conversation)
        entry = record_routed(conversation, heard, wanted)
        done = carry_out(conversation, decided, house, heard, entry)
    stored = store_decision(
        DECIDER,
        version=house.version,
        subject=conversation,
        facts=recorded,
        explanation={
            "moment": heard.moment,
            "now": written(now),
            **rulings.stored(decided.rulings, house.version),
            "stopped_by": decided.stopped_by,
            **({"acted": acted} if acted else {}),
            **({"failed": failed} if failed else {}),
            **({"vip": house.vip.value} if house.vip else {}),
        },
        result={"wanted": wanted, **done.to_json()},
        cause=heard.entry,
        entry=entry,
    )
    RuleMatch.objects.bulk_create(
        RuleMatch(rule=rule, decision=stored) for rule in decided.wanted.rules
    )
    if heard.moment == BEGINS:
        count_beginning(conversation, decided, done)
    return stored


def count_beginning(conversation: Conversation, decided: Decided, done: Done) -> None:
    """Which way it went is kept where it can be counted (`routing.figures.ways`)."""
    lies = Conversation.objects.only("team", "assignee").get(pk=conversation.pk)
    has = lies.team_id is not None or lies.assignee_id is not None
    Beginning.objects.create(
        conversation=conversation,
        team_id=lies.team_id,
        way=way_of(done.did, done.kept, done.triage, has),
        rule=decided.wanted.took or "",
    )


def acted_since(conversation: Conversation) -> list[str]:
    """The rules that have acted in a conversation since it began, or began anew."""
    made = Decision.objects.filter(
        subject_type="conversation", subject_id=conversation.public_id, decider=DECIDER
    ).order_by("-id")
    found: dict[str, None] = {}
    told = made.values_list("explanation__moment", "result__wanted__rules")
    for moment, rules in told[:EPISODE_MAX]:
        if moment == BEGINS:
            break
        found |= dict.fromkeys(rules or ())
    return sorted(found)


def flag_unread(decided: Decided, failed: dict[str, str], *, at: str, cause: Entry | None) -> None:
    """A rule that hangs on a fact that could not be read was passed over: its admins are told."""
    if not failed:
        return
    why = " ".join(failed.values())
    unread = [each.rule for each in decided.rulings if each.verdict is Verdict.UNKNOWN]
    for rule in Rule.objects.filter(public_id__in=unread).exclude(broken=why[:300]):
        break_rule(rule, why, at=at, cause=cause)


def unflag(decided: Decided, house: House) -> None:
    """A rule that was said to be broken and has been asked soundly is not so any more."""
    known = (Verdict.ACTED, Verdict.STOPPED, Verdict.NO, Verdict.DONE)
    sound = [
        each.rule for each in decided.rulings if each.rule in house.mended and each.verdict in known
    ]
    if sound:
        Rule.objects.filter(public_id__in=sound).update(broken="")


# ---- doing what they say -------------------------------------------------------------------------


@dataclass
class Done:
    """What was done of what rules want, and why the rest was not."""

    did: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    triage: str | None = None
    # In which language the customer was told something.
    language: str | None = None

    def to_json(self) -> dict[str, Any]:
        found = {
            "did": self.did,
            "kept": self.kept,
            "refused": self.refused,
            "triage": self.triage,
            "language": self.language,
        }
        return {name: value for name, value in found.items() if value}


def carry_out(
    conversation: Conversation, decided: Decided, house: House, heard: Heard, cause: Entry
) -> Done:
    """Does with a locked conversation what rules want, by the inbox's own actions."""
    done = Done()
    wanted = decided.wanted
    by = doer_of(wanted.rules, house)
    if wanted.took:
        give(conversation, decided, doer_of([wanted.took], house), done, cause)
    elif heard.moment == BEGINS:
        to_triage(conversation, house, done, cause)
    if wanted.priority:
        set_priority(conversation, wanted.priority, by, done, cause)
    if wanted.tags:
        put_tags(conversation, wanted.tags, by, done, cause)
    if wanted.people_only:
        keep_for_people(conversation, by, done, cause)
    handle(conversation, decided, house, heard, done, cause)
    if wanted.says:
        saying.say_to(conversation, wanted.says, house, doer_of([wanted.says], house), done, cause)
    if wanted.closes:
        saying.close_it(conversation, by, done, cause)
    return done


def doer_of(rules: Sequence[str], house: House) -> Automation:
    if len(rules) == 1:
        return Automation(f"Rule “{house.names[rules[0]]}”"[:ACTOR_LENGTH])
    return Automation("Rules")


def give(
    conversation: Conversation, decided: Decided, by: Automation, done: Done, cause: Entry
) -> None:
    wanted = decided.wanted
    has_somebody = conversation.team is not None or conversation.assignee is not None
    if has_somebody and is_by_hand(conversation, ASSIGNED):
        done.kept.append("assignment")
        return
    team = Team.objects.filter(public_id=wanted.team).first() if wanted.team else None
    mate = named(wanted.owner, wanted.teammate, done)
    changes: dict[str, Any] = {}
    if team is not None:
        changes["team"] = team
    if mate is not None:
        changes["assignee"] = mate
    elif team is not None and team != conversation.team and conversation.assignee is not None:
        changes["assignee"] = None
    try_to_give(conversation, changes, by, done, cause)


def named(owner: str | None, teammate: str | None, done: Done) -> Teammate | None:
    """Whom a rule names: the owner of the VIPs when they are there, else its teammate."""
    mates = {
        mate.public_id: mate for mate in Teammate.objects.filter(public_id__in={owner, teammate})
    }
    first = mates.get(owner or "")
    if first is not None:
        if asking.is_there(first):
            return first
        done.refused.append(f"{first} is away, so it goes the way of everybody.")
    second = mates.get(teammate or "")
    if second is not None and not second.is_active:
        done.refused.append(f"{second} is deactivated.")
        return None
    return second


def try_to_give(
    conversation: Conversation, changes: dict[str, Any], by: Automation, done: Done, cause: Entry
) -> None:
    if not changes:
        return
    try:
        with transaction.atomic():
            assign(conversation, by=by, cause=cause, **changes)
        done.did += [name for name in changes if changes[name] is not None]
    except Invalid as problem:
        done.refused += [text for texts in (problem.errors or {}).values() for text in texts]
        if changes.pop("assignee", None) is not None:
            try_to_give(conversation, changes, by, done, cause)


def to_triage(conversation: Conversation, house: House, done: Done, cause: Entry) -> None:
    """What no rule takes and nobody has is looked at by people."""
    if house.triage is None or conversation.team is not None or conversation.assignee is not None:
        return
    done.triage = house.triage.public_id
    assign(conversation, by=Automation("Triage"), team=house.triage, cause=cause)


def set_priority(
    conversation: Conversation, word: str, by: Automation, done: Done, cause: Entry
) -> None:
    if is_by_hand(conversation, PRIORITIZED):
        done.kept.append("priority")
        return
    prioritize(conversation, by=by, priority=Conversation.Priority.of(word), cause=cause)
    done.did.append("priority")


def put_tags(
    conversation: Conversation, names: Sequence[str], by: Automation, done: Done, cause: Entry
) -> None:
    tags = list(Tag.objects.filter(public_id__in=names, is_archived=False))
    if len(tags) < len(names):
        done.refused.append("A tag is gone or archived.")
    try:
        with transaction.atomic():
            tag(conversation, by=by, add=tags, cause=cause)
        done.did.append("tags")
    except Invalid as problem:
        done.refused += [text for texts in (problem.errors or {}).values() for text in texts]


def keep_for_people(conversation: Conversation, by: Automation, done: Done, cause: Entry) -> None:
    """No bot speaks here from now on."""
    if conversation.holder != Conversation.Holder.PEOPLE:
        hold(
            conversation,
            by=by,
            holder=Conversation.Holder.PEOPLE,
            expected=conversation.holder,
            cause=cause,
        )
    done.did.append("people_only")
