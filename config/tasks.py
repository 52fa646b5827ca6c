"""Jobs that belong to no room."""

from celery import shared_task
from django.core.management import call_command

from config import pulse
from ground.web.idempotency import forget_old


@shared_task
def tidy() -> None:
    """Drops what has served its time: old sessions, old idempotency keys, old log-in failures."""
    call_command("clearsessions")
    forget_old()
    call_command("axes_reset_logs", age=30)


@shared_task
def echo(token: str) -> None:
    """Leaves a mark that doctor waits for."""
    pulse.client().set(echo_key(token), "1", ex=60)


def echo_key(token: str) -> str:
    return f"counterfoil:doctor:{token}"
