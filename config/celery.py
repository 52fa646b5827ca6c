"""The worker's and beat's application: ``celery -A config.celery worker``."""

import os

from celery import Celery
from celery.signals import after_task_publish, beat_init, heartbeat_sent, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("counterfoil")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@heartbeat_sent.connect
def worker_lives(**kwargs) -> None:
    """The worker's main loop turns and its broker is there."""
    from config import pulse

    pulse.beat("worker")


@beat_init.connect
def watch_beat(**kwargs) -> None:
    """From here on, whatever this process publishes shows that beat lives."""
    after_task_publish.connect(beat_lives)
    beat_lives()


def beat_lives(**kwargs) -> None:
    from config import pulse

    pulse.beat("beat")


@worker_process_init.connect
def end_with_the_worker(**kwargs) -> None:
    from config.up import leash

    leash.hold()
