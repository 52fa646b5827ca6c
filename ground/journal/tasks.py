"""Celery's part of the journal: drain on a hint, sweep without one."""

from celery import shared_task

from ground.journal import reactions


@shared_task(name="journal.drain")
def drain() -> int:
    """Runs what is owed now. Clears the hint first, so that a later commit is hinted again."""
    reactions.clear_hint()
    return reactions.run_owed()


@shared_task(name="journal.sweep", expires=5)
def sweep() -> int:
    """Finds what was never hinted and what a killed worker left behind."""
    return reactions.run_owed()
