"""doctor, where nothing runs: each failure is named, with what to do about it."""

import io

import pytest
from django.core.management import CommandError, call_command

from config.management.commands import doctor


@pytest.fixture
def diagnosis(db, settings, monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE", 0.2)
    settings.SITE_URL, settings.LIVE_URL = "http://127.0.0.1:1", "ws://127.0.0.1:1"

    def ask() -> str:
        out = io.StringIO()
        with pytest.raises(CommandError, match="checks failed"):
            call_command("doctor", stdout=out, no_color=True)
        return out.getvalue()

    return ask


def test_what_works_is_told_from_what_does_not(diagnosis):
    said = diagnosis()
    assert "ok       database: PostgreSQL" in said
    assert "ok       cache:" in said
    assert "FAILED   pages: http://127.0.0.1:1/readyz cannot be reached" in said
    assert "cure: start the pages process" in said


def test_a_job_that_nobody_does_is_named_with_its_queue(diagnosis):
    said = diagnosis()
    for queue in ("reactions", "upkeep"):
        assert f"FAILED   job through {queue}: nobody did the job" in said
    assert "cure: start a worker" in said


def test_without_teammates_and_messengers_the_sockets_are_not_judged(diagnosis):
    said = diagnosis()
    assert "skipped  socket as contact: no messenger is installed yet" in said
    assert "skipped  socket as teammate: there is no teammate yet" in said


def test_a_socket_that_does_not_answer_is_named_and_its_session_is_gone(diagnosis, ada):
    from django.contrib.sessions.models import Session

    said = diagnosis()
    assert "FAILED   socket as teammate: ws://127.0.0.1:1/ws/inbox/" in said
    assert "cure: start the live process" in said
    assert not Session.objects.exists()
