"""What can be done with a conversation by the way: by a macro, or along with what is sent.

A step is {"do": name, "to": value}; `config/composition.py` says which names there are, and in
which order they are done. Doing one is always an ordinary action of whoever sends.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from ground.web.problems import Invalid
from inbox.actions.assigning import assign
from inbox.actions.prioritizing import prioritize
from inbox.actions.status import close, snooze
from inbox.actions.tagging import tag
from inbox.models import Conversation
from inbox.ways_back import UNTIL_REPLY, WayBack, ways_back
from people.models import Tag, Team, Teammate

ME = "me"
VALUE_LENGTH = 40
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """`choices` are the values that a viewer may give it; `words` says a value, with the names of
    teammates and teams by their public ids; `run` does it. What is not `is_beside` gives the
    conversation another status."""

    label: str
    choices: Callable[[Teammate], Choices]
    words: Callable[[str, Mapping[str, str]], str]
    run: Callable[[Conversation, Teammate, str], Any]
    is_beside: bool = True


def _morning(day: datetime) -> datetime:
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


# Local wall-clock times: adding days to an aware datetime keeps the hour across a clock change.
SNOOZES: dict[str, Callable[[datetime], datetime]] = {
    "later": lambda now: now + timedelta(hours=3),
    "tomorrow": lambda now: _morning(now + timedelta(days=1)),
    "week": lambda now: _morning(now + timedelta(days=7 - now.weekday())),
}
SNOOZE_WORDS = {
    "later": "for 3 hours",
    "tomorrow": "until tomorrow",
    "week": "until next week",
    UNTIL_REPLY: "until they write",
}


def snooze_end(name: str, now: datetime) -> datetime | None:
    """Until when one of SNOOZE_WORDS puts off; None until the contact writes. Raises KeyError."""
    return None if name == UNTIL_REPLY else SNOOZES[name](now)


def _snooze(conversation: Conversation, by: Teammate, to: str) -> None:
    if to not in SNOOZE_WORDS:
        raise Invalid(errors={"then": ["There is no such time to snooze until."]})
    snooze(conversation, by=by, until=snooze_end(to, timezone.localtime()))


def _close(conversation: Conversation, by: Teammate, to: str) -> None:
    close(conversation, by=by)


def _assign(conversation: Conversation, by: Teammate, to: str) -> None:
    found = by if to == ME else Teammate.objects.active().filter(public_id=to).first()
    if found is None:
        raise Invalid(errors={"then": ["The teammate to assign to is gone."]})
    assign(conversation, by=by, assignee=found)


def _to_team(conversation: Conversation, by: Teammate, to: str) -> None:
    found = Team.objects.visible_to(by).filter(public_id=to).first()
    if found is None:
        raise Invalid(errors={"then": ["The team to give this to is gone."]})
    assign(conversation, by=by, team=found)


def _tag(conversation: Conversation, by: Teammate, to: str) -> None:
    found = Tag.objects.offered().filter(public_id=to).first()
    if found is None:
        raise Invalid(errors={"then": ["The tag to put on is gone or archived."]})
    tag(conversation, by=by, add=[found])


def _prioritize(conversation: Conversation, by: Teammate, to: str) -> None:
    if to not in dict(Conversation.Priority.words()):
        raise Invalid(errors={"then": ["There is no such priority."]})
    prioritize(conversation, by=by, priority=Conversation.Priority.of(to))


TAG = Step(
    "Tag",
    lambda viewer: [(tag.public_id, str(tag)) for tag in Tag.objects.offered()],
    lambda to, names: f"Tag {names.get(to, '')}".strip(),
    _tag,
)
PRIORITY = Step(
    "Priority",
    lambda viewer: Conversation.Priority.words(),
    lambda to, names: f"Priority {dict(Conversation.Priority.words()).get(to, '')}".strip(),
    _prioritize,
)
SNOOZE = Step(
    "Snooze",
    lambda viewer: [(to, words.capitalize()) for to, words in SNOOZE_WORDS.items()],
    lambda to, names: f"Snooze {SNOOZE_WORDS.get(to, '')}".strip(),
    _snooze,
    is_beside=False,
)
CLOSE = Step(
    "Close",
    lambda viewer: [("yes", "Yes")],
    lambda to, names: "Close",
    _close,
    is_beside=False,
)
TEAM = Step(
    "Give to team",
    lambda viewer: [(team.public_id, str(team)) for team in Team.objects.visible_to(viewer)],
    lambda to, names: f"Give to {names.get(to, 'a team')}",
    _to_team,
)
ASSIGN = Step(
    "Assign to",
    lambda viewer: [
        (ME, "Whoever uses it"),
        *((mate.public_id, str(mate)) for mate in Teammate.objects.active()),
    ],
    lambda to, names: f"Assign to {'me' if to == ME else names.get(to, 'a teammate')}",
    _assign,
)


@cache
def known() -> dict[str, Step]:
    """Every step by its name, in the order in which they are done."""
    return {name: import_string(path) for name, path in import_string(settings.MACRO_STEPS).items()}


def sound(steps: Iterable[Any]) -> list[dict[str, str]]:
    """The steps in the order of doing, each at most once. Raises Invalid."""
    given: dict[str, str] = {}
    for step in steps:
        if not isinstance(step, dict) or set(step) - {"do", "to"}:
            raise Invalid(errors={"then": ["A step is what to do, and to whom or until when."]})
        do, to = step.get("do"), step.get("to", "")
        if not isinstance(do, str) or do not in known():
            raise Invalid(errors={"then": ["There is no such step."]})
        if not isinstance(to, str) or not to.isprintable() or len(to) > VALUE_LENGTH:
            raise Invalid(errors={"then": ["A step's value is a short text."]})
        given[do] = to
    if {"snooze", "close"} <= set(given):
        raise Invalid(errors={"then": ["A conversation is snoozed or closed, not both."]})
    return [{"do": do, "to": given[do]} for do in known() if do in given]


def carry_out(
    steps: Iterable[Mapping[str, str]], conversation: Conversation, by: Teammate
) -> tuple[Conversation, list[WayBack]]:
    """Does sound steps with a locked conversation, in the caller's transaction. Returns it as it is
    then, and what would take back each thing that has changed. Raises what their actions raise."""
    rows = Conversation.objects.for_list()
    before = rows.get(pk=conversation.pk)
    for step in steps:
        known()[step["do"]].run(conversation, by, step["to"])
    after = rows.get(pk=conversation.pk)
    return after, ways_back(before, after)


def as_text(step: Mapping[str, str]) -> str:
    """A step as browsers hold it and send it back."""
    return json.dumps({"do": step["do"], "to": step["to"]})


def names_for(viewer: Teammate | None, steps: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The names of the teammates, tags and visible teams that steps speak of, by public id."""
    ids = {step.get("to", "") for step in steps}
    mates = Teammate.objects.filter(public_id__in=ids)
    teams = Team.objects.visible_to(viewer).filter(public_id__in=ids)
    tags = Tag.objects.filter(public_id__in=ids)
    return {row.public_id: str(row) for row in [*mates, *teams, *tags]} if ids - {"", ME} else {}


def in_words(step: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What a stored step does; a step that the house has lost is named as it was."""
    found = known().get(step["do"])
    return found.words(step["to"], names) if found else step["do"]
