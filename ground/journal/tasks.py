"""Celery's part of the journal: drain on a hint, sweep without one."""

import time

from celery import shared_task

from ground.journal import reactions

GATHER_SECONDS = 0.1


@shared_task(name="journal.drain")
def drain() -> int:
    """Runs what is owed now, gathers for a moment what a busy time adds, and runs that.

    The hint is cleared before the last look, so that a later commit is hinted again: hundreds of
    messages a second cost some ten hints.
    """
    count = reactions.run_owed()
    time.sleep(GATHER_SECONDS)
    reactions.clear_hint()
    return count + reactions.run_owed()


@shared_task(name="journal.sweep", expires=5)
def sweep() -> int:
    """Finds what was never hinted and what a killed worker left behind."""
    return reactions.run_owed()
