"""The same done with a whole view, in the background: each conversation by its ordinary action, as
the teammate who asked, with a way to stop and a way back."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from ground.conditions import InvalidCondition
from ground.journal import record
from ground.web.problems import Invalid, NotAllowed, Problem, StateConflict, Unavailable
from ground.web.timing import OutOfTime, within
from inbox import asking, default_views, kinds
from inbox.actions.thread import lock
from inbox.changes import CHANGES, HOLDING_FIRST, Values, attempt, settled
from inbox.models import Batch, BatchedChange, Conversation
from inbox.querysets import ConversationQuerySet
from inbox.ways_back import as_it_is
from people.models import Teammate
from people.models.teammate import Capability

logger = logging.getLogger(__name__)

BUSY = "Something is still being done with a whole view. Let it end, or stop it."
CHANGED_SINCE = "Changed since."
REASON_LENGTH = 300
CONVERSATIONS_MAX = 1000
# Through so many keys a step looks for the next conversation of a view, and for so long.
STRETCH = 5_000
STEP_MS = asking.ASKED_MS


@dataclass(frozen=True)
class Step:
    """A conversation and what to do with it; for an undo, how it was left when it was changed."""

    found: Conversation
    values: Values
    left: Values | None = None


class CannotGoOn(Exception):
    """A batch cannot tell what is left to do; `reason` is for who began it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason[:REASON_LENGTH]
        super().__init__(reason)


def begin_batch(
    *,
    by: Teammate,
    view: str,
    part: str,
    values: Values,
    filters: Any = None,
    conversations: Sequence[str] = (),
) -> Batch:
    """Has all conversations of a view, narrowed by the filters, or those with these public ids,
    changed as a form would change one.

    What the view and its filters ask now stays what is meant, whatever becomes of the view.

    Raises NotFound for a view that there is not, NotAllowed, Invalid, and StateConflict while
    another batch of the teammate is running.
    """
    if not by.can(Capability.MANAGE):
        raise NotAllowed("Your role does not allow this.")
    if part not in CHANGES:
        raise Invalid(errors={"part": ["There is no such thing to do."]})
    asked = Batch(teammate=by, view=view, part=part, values=dict(values))
    if conversations:
        asked.conversations = sound_names(conversations)
        return begin(asked)
    found = default_views.find(view, by)
    if filters is not None:
        found = filtered(found, filters, by, is_stored=False)
    asked.condition = found.trees if found.is_asked else None
    return begin(asked)


def sound_names(conversations: Sequence[str]) -> list[str]:
    """Each once. Raises Invalid when they are too many."""
    if len(conversations) > CONVERSATIONS_MAX:
        most = f"Name at most {CONVERSATIONS_MAX} conversations."
        raise Invalid(errors={"conversations": [most]})
    return list(dict.fromkeys(conversations))


def filtered(
    view: default_views.View, tree: Any, by: Teammate, *, is_stored: bool
) -> default_views.View:
    """Raises Invalid."""
    try:
        return default_views.filtered(view, tree, asking.language(by), is_stored=is_stored)
    except InvalidCondition as wrong:
        raise Invalid(errors={"filter": list(wrong.errors.values())}) from None


def undo_batch(batch: Batch, *, by: Teammate) -> Batch:
    """Takes back what a batch has changed, in a batch of its own; once.

    Raises StateConflict while it is running, or when that was done before.
    """
    if batch.is_running:
        raise StateConflict("This is still running. Stop it first.")
    if batch.undoes is not None or Batch.objects.filter(undoes=batch).exists():
        raise StateConflict("This has been taken back.")
    return begin(Batch(teammate=by, view=batch.view, part=batch.part, undoes=batch))


def begin(batch: Batch) -> Batch:
    try:
        with transaction.atomic():
            # A new tag is made now: later, each conversation would be locked before it, while
            # whoever makes the same tag for one of them does it the other way round.
            batch.values = settled(batch.part, batch.values, batch.teammate)
            batch.save()
            note(batch, kinds.BATCH_BEGUN)
    except IntegrityError:
        raise StateConflict(BUSY) from None
    batch.refresh_from_db()
    return batch


def stop_batch(batch: Batch, *, by: Teammate) -> Batch:
    """Ends a batch where it is; what it has changed stays. Leaves one that has ended as it is."""
    with transaction.atomic():
        held = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if held.is_running:
            end(held, Batch.State.STOPPED)
        return held


def end(batch: Batch, state: str, reason: str = "") -> None:
    batch.state, batch.reason = state, reason or batch.reason
    batch.save(update_fields=["state", "reason"])
    note(batch, kinds.BATCH_ENDED)


def note(batch: Batch, kind: str) -> None:
    record(
        kind,
        by=batch.teammate,
        subject=batch,
        after={
            "state": batch.state,
            "view": batch.view,
            "conversations": batch.conversations,
            "part": batch.part,
            "values": batch.values,
            "undoes": batch.undoes.public_id if batch.undoes else None,
            "count": batch.count,
            "failed": batch.failed,
            "reason": batch.reason,
        },
    )


def work_off_batches(seconds: float) -> int:
    """Works on whatever batch nobody else works on, for so long; returns how many conversations it
    came to. A worker that dies loses at most the one it was at."""
    ends_at, count = time.monotonic() + seconds, 0
    aside: set[int] = set()
    while time.monotonic() < ends_at and do_next(aside):
        count += 1
    return count


def do_next(aside: set[int] | None = None) -> bool:
    """One conversation of one batch: its change, the way back and the place, all or nothing.

    A batch that cannot go on joins those that are put aside, so that the next has its turn.
    """
    aside = set() if aside is None else aside
    batch = None
    try:
        with transaction.atomic():
            batch = next_batch(aside)
            if batch is None:
                return False
            go_on(batch)
    except Exception:
        if batch is None:
            raise
        logger.exception("Batch %s is put aside", batch.public_id)
        aside.add(batch.pk)
    return True


def next_batch(aside: set[int]) -> Batch | None:
    free = Batch.objects.select_for_update(of=("self",), skip_locked=True)
    return (
        free.filter(state=Batch.State.RUNNING)
        .exclude(pk__in=aside)
        .select_related("teammate__role", "undoes")
        .order_by("id")
        .first()
    )


def go_on(batch: Batch) -> None:
    before = batch.after_id
    try:
        step = next_of(batch)
    except CannotGoOn as fault:
        end(batch, Batch.State.STOPPED, fault.reason)
        return
    if step is not None:
        do_one(batch, step)
    elif batch.after_id > before:
        batch.save(update_fields=["after_id"])
    else:
        end(batch, Batch.State.DONE)


def next_of(batch: Batch) -> Step | None:
    """What follows, with a conversation as the teammate may see it now; None where nothing does, or
    nothing up to the batch's place, which has moved then. Raises CannotGoOn."""
    visible = Conversation.objects.visible_to(batch.teammate)
    if batch.undoes is not None:
        changes = BatchedChange.objects.filter(batch=batch.undoes, conversation__in=visible)
        change = changes.filter(conversation_id__gt=batch.after_id).order_by("conversation").first()
        if change is None:
            return None
        return Step(visible.get(pk=change.conversation_id), change.undo, change.left)
    if batch.conversations:
        named = visible.filter(pk__gt=batch.after_id, public_id__in=batch.conversations)
        found = named.order_by("pk").first()
        return Step(found, batch.values) if found is not None else None
    return next_in(view_of(batch), visible, batch)


def view_of(batch: Batch) -> default_views.View:
    """Raises CannotGoOn with what has become of it."""
    try:
        view = default_views.find(batch.view, batch.teammate)
        for tree in batch.condition or ():
            view = filtered(view, tree, batch.teammate, is_stored=True)
    except Problem as problem:
        raise CannotGoOn(problem.sentences) from None
    if view.is_void:
        raise CannotGoOn(" ".join(view.faults))
    return view


def next_in(view: default_views.View, visible: ConversationQuerySet, batch: Batch) -> Step | None:
    """Looks for the next one in a stretch of keys only: so a step takes its time and no more,
    however few are in the view. Raises CannotGoOn when even that takes too long."""
    ahead = Conversation.objects.filter(pk__gt=batch.after_id).order_by("pk")
    begins = ahead.values_list("pk", flat=True).first()
    if begins is None:
        return None
    ends = begins + STRETCH
    rows = view.narrow(visible, batch.teammate).filter(
        pk__gte=begins, pk__lt=ends, last_message_at__lte=batch.created_at
    )
    try:
        with within(STEP_MS):
            found = rows.order_by("pk").first()
    except OutOfTime:
        raise CannotGoOn(asking.TOO_SLOW) from None
    if found is None:
        batch.after_id = ends - 1
        return None
    return Step(found, batch.values)


def do_one(batch: Batch, step: Step) -> None:
    batch.after_id = step.found.pk
    try:
        # Whoever is just writing has the lock: what is read without it may be over.
        found = step.found if batch.part in HOLDING_FIRST else lock(step.found)
        if batch.undoes is not None:
            if is_as_before(batch.part, step, found):
                batch.count += 1
                batch.save(update_fields=["after_id", "count"])
                return
        elif not batch.conversations and found.last_message_at > batch.created_at:
            batch.save(update_fields=["after_id"])
            return
        change = attempt(batch.part, found, batch.teammate, step.values)
    except Unavailable:
        # It passes: the same one is tried again.
        raise
    except Problem as problem:
        batch.failed += 1
        batch.reason = batch.reason or problem.sentences[:REASON_LENGTH]
    else:
        batch.count += 1
        if change.undo and batch.undoes is None:
            BatchedChange.objects.create(
                batch=batch,
                conversation=found,
                undo=change.undo,
                left=as_it_is(batch.part, change.conversation, change.undo),
            )
    batch.save(update_fields=["after_id", "count", "failed", "reason"])


def is_as_before(part: str, step: Step, found: Conversation) -> bool:
    """Whether there is nothing to take back any more. Raises StateConflict when somebody has
    changed since what an undo would overwrite; whatever else went on, it leaves alone."""
    now = as_it_is(part, found, step.values)
    if step.values.items() <= now.items():
        return True
    if step.left is not None and now != step.left:
        raise StateConflict(CHANGED_SINCE)
    return False
