"""Celery's part: what is due is done."""

from celery import shared_task

from ground.hours import due


@shared_task(name="hours.run_due", expires=5)
def run_due() -> int:
    return due.run_due()


@shared_task(name="hours.forget_over", expires=3600)
def forget_over() -> int:
    return due.forget_over()
