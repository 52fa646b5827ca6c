"""The worker's and beat's application: ``celery -A config.celery worker``."""

import os

from celery import Celery
from celery.signals import (
    after_task_publish,
    beat_init,
    heartbeat_sent,
    task_postrun,
    task_prerun,
    worker_process_init,
)
from django.db import close_old_connections

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


@task_prerun.connect
@task_postrun.connect
def look_after_connections(**kwargs) -> None:
    """A worker keeps its connection to the database from task to task as pages do from request to
    request: to open one costs more than most tasks."""
    close_old_connections()


@worker_process_init.connect
def end_with_the_worker(**kwargs) -> None:
    from config.up import leash

    leash.hold()
