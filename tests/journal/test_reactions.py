import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from ground.journal import live, reactions, record, tasks
from ground.journal.health import oldest_unreacted_seconds
from ground.journal.models import Entry, Reaction


@pytest.fixture
def owe(happened, subject):
    def write(times=1):
        for _ in range(times):
            record(happened, by=None, subject=subject)

    return write


def test_a_reaction_runs_once_and_is_done_with_its_effect(owe, react_with, subject):
    def rename(entry):
        type(subject).objects.filter(public_id=entry.subject_id).update(name="Reacted")

    react_with(rename)
    owe()
    assert reactions.run_owed() == 1
    subject.refresh_from_db()
    assert subject.name == "Reacted"
    assert Reaction.objects.get().done_at is not None
    assert reactions.run_owed() == 0


def test_a_failing_reaction_leaves_no_effect_and_comes_again_later(owe, react_with, subject):
    def fail(entry):
        type(subject).objects.filter(public_id=entry.subject_id).update(name="Half done")
        raise ValueError("provider is away")

    react_with(fail)
    owe()
    reactions.run_owed()
    subject.refresh_from_db()
    row = Reaction.objects.get()
    assert subject.name == "Subject"
    assert row.done_at is None and row.attempts == 1
    assert row.error == "ValueError: provider is away"
    assert reactions.run_owed() == 0, "it waits for its back-off"
    Reaction.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert reactions.run_owed() == 1


def test_what_never_works_becomes_a_dead_letter_that_can_be_revived(owe, react_with):
    def fail(entry):
        raise ValueError("never")

    react_with(fail)
    owe()
    for _ in range(reactions.MAX_ATTEMPTS):
        reactions.run_owed()
        Reaction.objects.filter(dead_at=None).update(lease_until=Now() - timedelta(seconds=1))
    row = Reaction.objects.get()
    assert row.dead_at is not None and row.attempts == reactions.MAX_ATTEMPTS
    assert reactions.run_owed() == 0

    seen = []
    react_with(seen.append)
    assert reactions.revive(Reaction.objects.all()) == 1
    assert reactions.run_owed() == 1
    assert len(seen) == 1 and isinstance(seen[0], Entry)
    assert Reaction.objects.get().error == ""


def test_what_a_killed_worker_held_is_claimed_again_when_its_lease_ends(owe, react_with):
    seen = []
    react_with(seen.append)
    owe()
    dead_workers_claim = reactions.claim()[0]
    assert reactions.claim() == [], "a leased row is nobody else's"
    Reaction.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert reactions.run_owed() == 1
    reactions.run(dead_workers_claim)
    assert len(seen) == 1, "the late claim finds the work done"


def test_an_overtaken_claim_does_nothing(owe, react_with):
    seen = []
    react_with(seen.append)
    owe()
    slow = reactions.claim()[0]
    Reaction.objects.update(lease_until=Now() - timedelta(seconds=1))
    fresh = reactions.claim()[0]
    reactions.run(slow)
    assert seen == []
    reactions.run(fresh)
    assert len(seen) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_share_the_work_without_doing_any_twice(happened, subject, react_with):
    from django.db import transaction

    seen = []
    react_with(lambda entry: seen.append(entry.pk))
    with transaction.atomic():
        for _ in range(60):
            record(happened, by=None, subject=subject)

    def work():
        try:
            reactions.run_owed()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reactions.run_owed()
    assert sorted(seen) == sorted(set(seen)) and len(seen) == 60


def test_only_one_hint_is_under_way_until_a_worker_looks(owe, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "ground.journal.tasks.drain.apply_async", lambda **options: sent.append(options)
    )
    reactions.clear_hint()
    reactions.hint()
    reactions.hint()
    assert len(sent) == 1 and sent[0]["retry"] is False
    reactions.clear_hint()
    reactions.hint()
    assert len(sent) == 2
    reactions.clear_hint()


def test_a_worker_that_was_called_stays_while_there_is_more_to_do(owe, react_with, monkeypatch):
    sent, rounds = [], []

    def more(seconds):
        rounds.append(seconds)
        if len(rounds) < 4:
            owe()
            reactions.hint()
        clock[0] += seconds

    clock = [0.0]
    monkeypatch.setattr("ground.journal.tasks.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("ground.journal.tasks.time.sleep", more)
    monkeypatch.setattr(tasks.drain, "apply_async", lambda **options: sent.append(options))
    react_with(lambda entry: None)
    reactions.clear_hint()
    owe()
    reactions.hint()
    assert tasks.drain() == 4
    assert len(sent) == 1, "nobody calls a worker that is there"
    assert sum(rounds) >= tasks.LINGER_SECONDS
    reactions.hint()
    assert len(sent) == 2, "it is called again when it has gone"
    reactions.clear_hint()


def test_a_worker_goes_even_if_there_is_always_more_to_do(owe, react_with, monkeypatch):
    def more(seconds):
        owe()
        clock[0] += seconds

    clock = [0.0]
    monkeypatch.setattr("ground.journal.tasks.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("ground.journal.tasks.time.sleep", more)
    react_with(lambda entry: None)
    owe()
    tasks.drain()
    assert tasks.STAY_SECONDS <= clock[0] < tasks.STAY_SECONDS + 1
    assert not Reaction.objects.filter(done_at=None).exists(), "what came last was done, too"


def test_a_hint_without_redis_is_no_error(monkeypatch):
    def away(*command):
        raise live.RedisAway

    monkeypatch.setattr(live.hotline(), "call", away)
    reactions.hint()


def test_the_age_of_the_oldest_owed_reaction_is_known(owe, react_with):
    react_with(lambda entry: None)
    assert oldest_unreacted_seconds() == 0
    owe()
    Reaction.objects.update(created_at=Now() - timedelta(seconds=90))
    assert 89 < oldest_unreacted_seconds() < 100


def test_a_handler_of_many_is_called_once_for_all_that_is_owed(owe, react_with):
    calls = []

    @reactions.together
    def note(entries):
        calls.append(len(entries))
        if len(calls) == 2:
            raise ValueError("not now")

    react_with(note)
    owe(3)
    assert reactions.run_owed() == 3
    assert calls == [3]
    owe(2)
    assert reactions.run_owed() == 2
    assert calls == [3, 2, 1, 1], "one by one when it fails"
    assert not Reaction.objects.filter(done_at=None).exists()
