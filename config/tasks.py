"""Jobs that belong to no room: the ones that show that jobs run."""

from celery import shared_task

from config import pulse


@shared_task
def tick() -> None:
    """Does nothing: that beat publishes it every few seconds is beat's sign of life."""


@shared_task
def echo(token: str) -> None:
    """Leaves a mark that doctor waits for."""
    pulse.client().set(echo_key(token), "1", ex=60)


def echo_key(token: str) -> str:
    return f"counterfoil:doctor:{token}"
