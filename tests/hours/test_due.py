"""What is due at a time: once, with its effect, whoever looks and whoever dies."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from config.composition import DUE
from ground.hours import due
from ground.hours.models import DueRow
from ground.hours.tasks import run_due
from people.models import Team
from tests.races import at_once

KIND = "test.due"
NOW = timezone.now


@pytest.fixture
def done(monkeypatch):
    """What was done: (key, payload) of each."""
    seen = []

    def perform(row):
        seen.append((row.key, row.payload))

    monkeypatch.setattr(due, "registry", lambda: {KIND: "test.perform"})
    monkeypatch.setattr(due, "handler", lambda name: perform)
    return seen


@pytest.fixture
def team(db):
    return Team.objects.create(name="Subject")


def plan(team, seconds=-1, *, key="k", **payload):
    due.plan(KIND, team, NOW() + timedelta(seconds=seconds), key=key, payload=payload)


def expire_leases():
    DueRow.objects.update(lease_until=NOW() - timedelta(seconds=1))


def test_what_is_due_is_done_once_and_what_is_not_waits(done, team):
    plan(team, key="past", n=1)
    plan(team, 60, key="future")
    assert run_due() == 1
    assert done == [("past", {"n": 1})]
    assert run_due() == 0
    row = DueRow.objects.get(key="past")
    assert (row.subject_type, row.subject_id) == ("team", team.public_id)
    assert row.done_at and not DueRow.objects.get(key="future").done_at


def test_to_plan_again_moves_it_and_the_same_again_changes_nothing(done, team):
    moment = NOW() - timedelta(seconds=5)
    due.plan(KIND, team, NOW() + timedelta(hours=1), key="k")
    for _ in range(2):
        due.plan(KIND, team, moment, key="k")
        run_due()
    assert len(done) == 1, "a reaction that runs twice plans nothing anew"
    due.plan(KIND, team, moment + timedelta(seconds=1), key="k")
    run_due()
    assert len(done) == 2, "another time is another matter"


def test_what_is_called_off_is_not_done_until_it_is_planned_anew(done, team):
    plan(team)
    moment = DueRow.objects.get().due_at
    assert due.call_off(["k", "unknown"]) == 1
    assert run_due() == 0 and due.call_off(["k"]) == 0
    due.plan(KIND, team, moment, key="k")
    assert run_due() == 1


def test_a_claim_of_what_was_moved_or_called_off_meanwhile_does_nothing(done, team):
    plan(team, key="moved")
    plan(team, key="off")
    claims = due.claim()
    assert len(claims) == 2 and due.claim() == []
    plan(team, 60, key="moved")
    due.call_off(["off"])
    assert [due.run(claimed) for claimed in claims] == [False, False]
    assert done == []


def test_what_fails_leaves_nothing_comes_again_and_dies_in_the_end(done, team, monkeypatch):
    def fail(row):
        Team.objects.update(name="Half done")
        raise ValueError("away")

    monkeypatch.setattr(due, "handler", lambda name: fail)
    plan(team)
    run_due()
    team.refresh_from_db()
    row = DueRow.objects.get()
    assert (team.name, row.done_at, row.error) == ("Subject", None, "ValueError: away")
    assert run_due() == 0, "it waits for its back-off"
    for _ in range(due.MAX_ATTEMPTS):
        expire_leases()
        run_due()
    assert DueRow.objects.get().dead_at and run_due() == 0
    due.plan(KIND, team, row.due_at, key="k")
    assert DueRow.objects.get().dead_at, "a person replays it"


def test_a_kind_that_nobody_does_is_refused_and_one_that_nobody_does_any_more_dies(
    done, team, monkeypatch
):
    with pytest.raises(KeyError):
        due.plan("test.unknown", team, NOW(), key="x")
    plan(team)
    monkeypatch.setattr(due, "registry", dict)
    run_due()
    assert "NoHandler" in DueRow.objects.get().error


def test_an_admin_replays_dead_letters(done, team, ada, browser_of):
    plan(team)
    DueRow.objects.update(dead_at=NOW(), error="ValueError: away", attempts=8)
    url = reverse("admin:hours_duerow_changelist")
    assert "ValueError: away" in browser_of(ada).get(url, {"state": "dead"}).content.decode()
    chosen = {"action": "replay", "_selected_action": [DueRow.objects.get().pk]}
    browser_of(ada).post(url, chosen)
    assert run_due() == 1 and len(done) == 1


def test_what_is_over_is_forgotten_after_a_month_and_what_failed_is_kept(done, team):
    long_ago = -timedelta(days=31).total_seconds()
    for key in ("done", "off", "dead"):
        plan(team, long_ago, key=key)
    DueRow.objects.filter(key="done").update(done_at=NOW())
    DueRow.objects.filter(key="dead").update(dead_at=NOW())
    due.call_off(["off"])
    assert due.forget_over() == 2
    assert DueRow.objects.get().key == "dead"


def test_every_kind_has_a_handler():
    assert all(callable(due.handler(name)) for name in DUE.values())


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_do_each_row_once(done):
    team = Team.objects.create(name="Subject")
    keys = [f"k{number}" for number in range(40)]
    for key in keys:
        plan(team, key=key)
    assert at_once(due.run_due, due.run_due, due.run_due) == []
    assert sorted(key for key, _ in done) == sorted(keys)


WORKER = """
import sys, time
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from ground.hours import due
from people.models import Team

def hang(row):
    Team.objects.update(name="Half done")
    print("doing", flush=True)
    time.sleep(60)

due.registry = lambda: {row_kind: "hang" for row_kind in ["test.due"]}
due.handler = lambda name: hang
due.run_due()
"""


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_was_doing_is_done_once_by_another(done):
    team = Team.objects.create(name="Subject")
    plan(team)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout.readline() == "doing\n"
        assert due.run_due() == 0, "it is that worker's"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with transaction.atomic():
        expire_leases()
    assert due.run_due() == 1 and due.run_due() == 0
    team.refresh_from_db()
    assert (team.name, len(done)) == ("Subject", 1)
