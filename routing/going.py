"""How routing goes, as its page shows it: sections of bars, each with the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from routing.figures import complaints, expected, hands, promises, ways
from routing.figures.period import Looked, Period
from routing.figures.rows import TARGETS
from routing.figures.ways import Way

NO_TIME = "This took too long to count. Look at fewer days, or at one team."


@dataclass(frozen=True)
class Bar:
    """A share of a whole. `key` names the rows behind it, "" for none; `mark` is a share, in
    percent, that stands on the bar to be compared with."""

    label: str
    count: int
    percent: int
    key: str = ""
    tone: str = ""
    is_part: bool = False
    mark: int | None = None

    @property
    def tail(self) -> int:
        return 100 - self.percent


@dataclass(frozen=True)
class Section:
    """`figure` is what it comes to, `means` how it is counted. Without bars there is nothing to
    show but `empty`. since: from when on it was looked, where that was not the whole period."""

    id: str
    title: str
    figure: str
    says: str
    means: str
    bars: list[Bar] = field(default_factory=list)
    empty: str = ""
    alarm: str = ""
    alarm_key: str = ""
    since: datetime | None = None


def share(part: int, whole: int) -> int:
    """In percent, rounded down, so that 100 means all."""
    return 100 * part // whole if whole else 0


def sections(period: Period) -> list[Section]:
    return [
        by_rules(ways.ways(period)),
        handed_on(hands.hands(period)),
        kept(promises.promises(period)),
        waits(expected.record(period)),
        unhappy(complaints.complaints(period)),
    ]


def partly(looked: Looked[Any]) -> datetime | None:
    return None if looked.is_whole else looked.since


def by_rules(looked: Looked[ways.Ways]) -> Section:
    means = (
        "Of what began, or began anew. By rules: a rule gave it to a team or a person. Decided "
        "before: somebody had it already, by a person's or a program's decision."
    )
    title = "Who routes"
    found = looked.found
    if found is None or not found.size:
        said = NO_TIME if found is None else "No rule was asked about a conversation that began."
        return Section("ways", title, "–", "", means, empty=said)
    tones = {Way.RULE: "ok", Way.TRIAGE: "warn", Way.NOBODY: "danger"}
    bars: list[Bar] = []
    labels = {
        Way.RULE: "By rules",
        Way.TRIAGE: "To triage",
        Way.PERSON: "Decided before",
        Way.NOBODY: "To nobody",
    }
    for way, label in labels.items():
        count = found.counts[way]
        key = f"way.{way}"
        bars.append(Bar(label, count, share(count, found.size), key, tones.get(way, "")))
        if way == Way.RULE:
            bars += [
                Bar(name, size, share(size, found.size), f"rule.{rule}", "ok", is_part=True)
                for rule, name, size in found.rules
            ]
    says = f"of {found.size:,} that began were routed by rules"
    if found.refused:
        says += f"; in {found.refused:,} a rule held, but whom it names could not have it"
    figure = f"{share(found.counts[Way.RULE], found.size)}%"
    return Section("ways", title, figure, says, means, bars, since=partly(looked))


def handed_on(looked: Looked[hands.Hands]) -> Section:
    means = (
        "Handed on is what goes from one team, or one person, to another; sorting out of triage is "
        "not. Told again is what goes to a person who has not answered yet after somebody else had."
    )
    title = "Handed on"
    found = looked.found
    if found is None or not (found.size or found.again):
        said = NO_TIME if found is None else "Nothing was handed on."
        return Section("hands", title, "–" if found is None else "0", "", means, empty=said)
    whole = max(found.begun, found.size, found.again)
    bars = [
        Bar("Once", found.once, share(found.once, whole), "hands.once"),
        Bar("Twice", found.twice, share(found.twice, whole), "hands.twice", "warn"),
        Bar("Three times or more", found.often, share(found.often, whole), "hands.often", "danger"),
        Bar("Told again", found.again, share(found.again, whole), "hands.again", "warn"),
    ]
    each = found.per_conversation(found.moves)
    figure = f"{found.moves:,}" if each is None else f"{each:.2f}"
    counted = f"{found.moves:,}× in all, told again {found.asked_again:,}×"
    says = counted if each is None else f"times per conversation that began: {counted}"
    alarm = ""
    if found.often:
        many = "conversation was" if found.often == 1 else "conversations were"
        alarm = f"{found.often:,} {many} handed on three times or more."
    return Section(
        *("hands", title, figure, says, means, bars),
        alarm=alarm,
        alarm_key="hands.often",
        since=partly(looked),
    )


def kept(looked: Looked[promises.Kept]) -> Section:
    means = (
        "Of what began: kept when it was done in time, late when it was not, or is late now. What "
        "ended in time without an answer, or runs in time, is neither."
    )
    title = "Service levels kept"
    found = looked.found
    if not found:
        said = NO_TIME if found is None else "Nothing that was promised has ended."
        return Section("levels", title, "–", "", means, empty=said)
    bars: list[Bar] = []
    for policy, each in found:
        size, key = each.kept + each.missed, f"level.{policy.public_id}.{each.target}"
        label = f"{policy}: {TARGETS[each.target]}"
        bars.append(Bar(label, each.kept, share(each.kept, size), f"{key}.kept", "ok"))
        if each.missed:
            late = 100 - share(each.kept, size)
            bars.append(Bar("late", each.missed, late, f"{key}.missed", "danger", is_part=True))
    size = sum(each.kept + each.missed for _, each in found)
    done = sum(each.kept for _, each in found)
    says = f"of {size:,} promises were kept"
    return Section(
        "levels", title, f"{share(done, size)}%", says, means, bars, since=partly(looked)
    )


def waits(looked: Looked[expected.Record]) -> Section:
    means = (
        "Customers are told between which times the answer comes, so that "
        f"{expected.STATED} of 100 come true: more, and the ranges could be narrower; fewer, and "
        "the next are made wider by themselves."
    )
    title = "Expected waits"
    found = looked.found
    if found is None or not found.size:
        said = NO_TIME if found is None else "No wait was told that is over by now."
        return Section("told", title, "–", "", means, empty=said)
    bars = [
        Bar(
            "When it was told",
            found.kept,
            share(found.kept, found.size),
            "told.kept",
            "ok",
            mark=expected.STATED,
        ),
        Bar("Sooner", found.sooner, share(found.sooner, found.size), "told.sooner"),
        Bar("Later", found.later, share(found.later, found.size), "told.later", "danger"),
    ]
    says = f"of {found.size:,} came true; stated were {expected.STATED}%"
    figure = f"{share(found.kept, found.size)}%"
    return Section("told", title, figure, says, means, bars, since=partly(looked))


def unhappy(looked: Looked[complaints.Complaints]) -> Section:
    means = "A bad rating is a complaint. It is open while the customer waits for a word of ours."
    title = "Complaints"
    found = looked.found
    if found is None or not found.size:
        said = NO_TIME if found is None else "Nobody complained."
        return Section("complaints", title, "–" if found is None else "0", "", means, empty=said)
    answered = found.size - found.open
    bars = [
        Bar("Followed up", found.size, 100, "complaints.all", "ok"),
        Bar("Open still", found.open, share(found.open, found.size), "complaints.open", "danger"),
        Bar("Given again", found.again, share(found.again, found.size), "complaints.again", "warn"),
    ]
    says = f"of {found.size:,} complaints were answered"
    return Section("complaints", title, f"{answered:,}", says, means, bars, since=partly(looked))
