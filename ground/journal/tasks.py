"""Celery's part of the journal: drain on a hint, sweep without one."""

import time

from celery import shared_task

from ground.journal import reactions

GATHER_SECONDS = 0.1
# To call a worker costs more than all that it does for a message, so it stays while there is more
# to come; not so long that it would be in the way of one that is to end.
LINGER_SECONDS = 1.0
STAY_SECONDS = 2.5


@shared_task(name="journal.drain")
def drain() -> int:
    """Runs what is owed now, and again and again what a busy time has added for a moment, until
    nothing comes any more.

    The hint is cleared before the last look, so that a later commit is hinted again.
    """
    began = worked_at = now = time.monotonic()
    count = reactions.run_quick()
    while now - worked_at < LINGER_SECONDS and now - began < STAY_SECONDS:
        reactions.keep_hint()
        time.sleep(GATHER_SECONDS)
        ran = reactions.run_quick()
        now = time.monotonic()
        worked_at = now if ran else worked_at
        count += ran
    reactions.clear_hint()
    return count + reactions.run_quick()


@shared_task(name="journal.sweep", expires=5)
def sweep() -> int:
    """Finds what was never hinted and what a killed worker left behind."""
    return reactions.run_quick()


@shared_task(name="journal.drain_apart", expires=5)
def drain_apart() -> int:
    """Runs what takes long, for a moment; what is left is hinted anew or swept."""
    count = reactions.run_apart(STAY_SECONDS)
    reactions.clear_hint(reactions.SLOW_HINT_KEY)
    return count + reactions.run_apart(0)
