"""Rounds of sending: any number of beats and workers, each notice once."""

import threading

import pytest
from django.db import connection, connections

from messenger import away, notify, tasks
from messenger.models import Notice


def test_the_beat_starts_rounds(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["tell-the-away"]
    assert entry["task"] == tasks.tell_the_away.name and entry["schedule"] <= 15


def test_a_round_sends_what_is_due(talk, push_service, subscribe, answer, pass_time):
    subscribe(talk, push_service.browser())
    answer(talk.conversation)
    assert tasks.tell_the_away() == 0
    pass_time(minutes=1)
    assert tasks.tell_the_away() == 1
    assert tasks.tell_the_away() == 0
    assert len(push_service.calls) == 1


def test_a_round_leaves_the_others_their_turn(talk, answer, mailbox):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        before = cursor.fetchone()
        tasks.tell_the_away()
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == before


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_never_take_the_same(
    talk, push_service, subscribe, answer, pass_time, browser
):
    """Four senders, twelve due notices, no lock around the rounds."""
    from inbox.models import Conversation

    people = [talk, *[browser() for _ in range(11)]]
    for number, person in enumerate(people):
        name = person.start("Hi").json()["conversation"]["id"]
        subscribe(person, push_service.browser(str(number)))
        answer(Conversation.objects.get(public_id=name))
    assert Notice.objects.filter(state="queued").count() == 12
    pass_time(minutes=1)
    together, counts = threading.Barrier(4), []

    def send():
        try:
            together.wait(10)
            counts.append(away.tell_due())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(counts) == 12
    assert sorted(path for path, *_ in push_service.calls) == sorted(
        f"/send/{number}" for number in range(12)
    )
    assert set(Notice.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_the_page_that_asks_is_ours_alone_and_leaves_its_opener_in_reach(client, installation):
    page = client.get(f"/m/page/{installation.public_id}/notify/?locale=de")
    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "script-src 'self'" in policy
    assert page["X-Frame-Options"] == "DENY" and page["Cache-Control"] == "no-store"
    assert page["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert client.get("/m/page/app_unknown/notify/").status_code == 404


def test_the_page_speaks_the_language_it_is_asked_in(client, installation):
    page = client.get(f"/m/page/{installation.public_id}/notify/?locale=ar-EG")
    assert b'lang="ar" dir="rtl"' in page.content


def test_the_service_worker_is_served_for_its_scope(client):
    script = client.get("/m/sw.js")
    assert script.status_code == 200 and script["Content-Type"].startswith("text/javascript")
    assert script["Cache-Control"] == "no-cache"
    assert b"showNotification" in script.content
    assert notify.SCOPE == "/m/"
