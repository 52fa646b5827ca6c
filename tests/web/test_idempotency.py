"""A POST under an Idempotency-Key is done once, however often it is sent."""

import datetime as dt
import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from ground.web.idempotency import forget_old
from ground.web.models import IdempotencyKey
from tests.web import urls
from tests.web.urls import count_made

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.urls")]


def post(key=None, body=None, *, name="a", owner="token:1"):
    headers = {"x-owner": owner} | ({"idempotency-key": key} if key is not None else {})
    return Client().post(
        f"/api/owned/{name}/", body or {}, content_type="application/json", headers=headers
    )


def test_a_repeat_gets_the_first_answer_byte_for_byte():
    first = post("k1", {"a": 1, "b": [2]})
    again = post("k1", {"b": [2], "a": 1})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert count_made() == 1


def test_without_a_key_every_post_is_done():
    assert post().content != post().content
    assert count_made() == 2


def test_another_body_or_address_under_the_key_is_a_conflict():
    post("k1", {"a": 1})
    for repeat in (post("k1", {"a": 2}), post("k1", {"a": 1}, name="b")):
        assert (repeat.status_code, repeat.json()["type"]) == (409, "client-id-reused")
    assert count_made() == 1


def test_an_upload_is_the_same_when_its_bytes_are():
    def send(content):
        form = {"file": SimpleUploadedFile("a.txt", content), "title": ["x"]}
        headers = {"x-owner": "token:1", "idempotency-key": "k1"}
        return Client().post("/api/owned-file/a/", form, headers=headers)

    assert send(b"one").content == send(b"one").content
    assert send(b"two").status_code == 409
    assert count_made() == 1


def test_keys_of_different_owners_do_not_meet():
    assert post("k1").content != post("k1", owner="token:2").content
    assert count_made() == 2


def test_without_an_owner_nothing_is_kept():
    post("k1", owner="")
    assert not IdempotencyKey.objects.filter(key="k1").exists()


@pytest.mark.parametrize("how", ["raise", "answer"])
def test_a_failed_post_changes_nothing_and_may_be_tried_again(how):
    assert post("k1", {"fail": how}).status_code in (409, 422)
    assert count_made() == 0
    assert post("k1", {"now": "good"}).status_code == 201
    assert count_made() == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "é", "\x00", "emoji😀"])
def test_a_malformed_key_is_refused(key):
    answer = post(key)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert count_made() == 0


def test_answers_are_forgotten_after_a_week():
    post("old")
    post("young")
    IdempotencyKey.objects.filter(key="old").update(
        created_at=timezone.now() - dt.timedelta(days=7, seconds=1)
    )
    assert forget_old() == 1
    assert set(IdempotencyKey.objects.exclude(owner="made").values_list("key", flat=True)) == {
        "young"
    }


@pytest.mark.django_db(transaction=True)
def test_repeats_at_the_same_time_wait_for_the_first(monkeypatch):
    started = threading.Event()
    made = urls.count_made

    def slowly():
        started.set()
        time.sleep(0.3)
        return made()

    monkeypatch.setattr(urls, "count_made", slowly)
    answers = []

    def send():
        try:
            answers.append(post("k1", {"a": 1}))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    threads[0].start()
    assert started.wait(5)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 3
    assert made() == 1


@pytest.mark.django_db(transaction=True)
def test_when_the_first_fails_one_that_waited_does_the_work(monkeypatch):
    started = threading.Event()
    made = urls.count_made
    turns = iter([True])

    def failing_once():
        started.set()
        time.sleep(0.3)
        if next(turns, False):
            raise urls.problems.Unavailable
        return made()

    monkeypatch.setattr(urls, "count_made", failing_once)
    answers = []

    def send():
        try:
            answers.append(post("k1").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    threads[0].start()
    assert started.wait(5)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 201, 503]
    assert made() == 1
