"""How long the database works on one statement, for whom."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.up.product import ROOT, environment

ASK = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
"""
DJANGO = "import django; django.setup()"


def limit_of(first: str, **given: object) -> str:
    """What a new process of ours, which begins with a line of Python, may take."""
    done = subprocess.run(
        [sys.executable, "-c", first + ASK],
        cwd=ROOT,
        env=environment(
            DATABASE_URL=settings.DATABASE_URL,
            DJANGO_SETTINGS_MODULE="config.settings",
            SECRET_KEY="x" * 32,
            **given,
        ),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("process", ["config.wsgi", "config.asgi"])
def test_what_people_wait_for_ends_in_time(process):
    assert limit_of(f"import {process}") == "20s"
    assert limit_of(f"import {process}", DATABASE_STATEMENT_SECONDS=7) == "7s"
    assert limit_of(f"import {process}", DATABASE_STATEMENT_SECONDS=0) == "0"


def test_commands_and_jobs_take_as_long_as_they_need():
    assert limit_of(DJANGO, DATABASE_STATEMENT_SECONDS=7) == "0"
    assert limit_of(f"import config.celery; {DJANGO}", DATABASE_STATEMENT_SECONDS=7) == "0"


def test_options_of_the_operators_own_come_first():
    own = "-c statement_timeout=3s"
    assert limit_of("import config.wsgi", PGOPTIONS=own) == "3s"
