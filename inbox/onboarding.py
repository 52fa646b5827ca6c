"""The first steps of a new install: what they are, and which of them are done.

Rooms add theirs through `config/composition.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse_lazy
from django.utils.module_loading import import_string

from inbox.models import Message
from people.models import Teammate

SUBJECT = "first steps"


@dataclass(frozen=True)
class Step:
    """Something an admin does once. `evidence` is what there is when it is done; it is read
    beside the teammate who looks, so `OuterRef("pk")` is theirs."""

    title: str
    words: str
    action: str
    address: str
    evidence: Callable[[], QuerySet]


@dataclass(frozen=True)
class Progress:
    """The steps in order, each with whether it is done."""

    steps: tuple[tuple[Step, bool], ...]

    @property
    def done(self) -> int:
        return sum(is_done for _, is_done in self.steps)

    @property
    def are_all_done(self) -> bool:
        return self.done == len(self.steps)

    @property
    def next(self) -> Step | None:
        return next((step for step, is_done in self.steps if not is_done), None)


@cache
def steps() -> tuple[Step, ...]:
    return tuple(import_string(path) for path in import_string(settings.FIRST_STEPS))


def progress_of(viewer: Teammate) -> Progress:
    """How far the install is. One query, whatever the number of steps."""
    found = (
        Teammate.objects.filter(pk=viewer.pk)
        .annotate(**{f"step_{n}": Exists(step.evidence()) for n, step in enumerate(steps())})
        .values_list(*(f"step_{n}" for n in range(len(steps()))))
        .get()
    )
    return Progress(tuple(zip(steps(), found, strict=True)))


def reminder_for(viewer: Teammate) -> Progress | None:
    """What is still to do, for whoever can do it and has not put it away."""
    if not (viewer.is_admin and viewer.is_staff) or viewer.preferences.get(SUBJECT):
        return None
    progress = progress_of(viewer)
    return None if progress.are_all_done else progress


INVITE = Step(
    title="Invite a teammate",
    words="Two answer faster than one. Give each a role and their teams.",
    action="Add a teammate",
    address=reverse_lazy("admin:people_teammate_add"),
    evidence=lambda: Teammate.objects.active().exclude(pk=OuterRef("pk")),
)
ANSWER = Step(
    title="Answer a customer",
    words="Write to yourself from your site or the hosted page, then answer here: R, write, send.",
    action="See what waits",
    address=reverse_lazy("inbox:view", args=["unassigned"]),
    evidence=lambda: Message.objects.filter(
        kind=Message.Kind.REPLY, author_type=Message.Author.TEAMMATE
    ),
)
