"""The house itself as a Django app: its commands, its checks, its job application."""

from django.apps import AppConfig
from django.core.checks import Error, Tags, register
from django.db import connection


class HouseConfig(AppConfig):
    name = "config"
    verbose_name = "Counterfoil"

    def ready(self) -> None:
        # Tasks of every process belong to our application, wherever they are called from.
        from config import celery  # noqa: F401


@register(Tags.database)
def driver_is_psycopg2(app_configs, **kwargs):
    """Django takes psycopg 3 as soon as it can be imported; all figures are psycopg2's."""
    driver = connection.Database.__name__
    if driver == "psycopg2":
        return []
    return [Error(f"The database driver is {driver}, not psycopg2.", id="config.E001")]
