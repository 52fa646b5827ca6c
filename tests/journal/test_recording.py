import pytest
from django.db import connection, transaction

from ground.journal import live, reactions, record
from ground.journal.models import Entry, Reaction
from ground.journal.recording import MAX_DEPTH, CausationTooDeep


def test_an_entry_says_who_did_what_to_whom_with_before_and_after(happened, subject, ada):
    entry = record(
        happened,
        by=ada,
        subject=subject,
        topics=["inbox"],
        before={"name": "Old"},
        after={"name": "Subject"},
    )
    entry.refresh_from_db()
    assert (entry.actor_type, entry.actor_id) == ("teammate", ada.public_id)
    assert (entry.subject_type, entry.subject_id) == ("team", subject.public_id)
    assert (entry.before, entry.after) == ({"name": "Old"}, {"name": "Subject"})
    assert (entry.topics, entry.depth, entry.cause) == (["inbox"], 0, None)


def test_what_follows_an_entry_is_owed_in_the_same_transaction(happened, subject, react_with):
    name = react_with(lambda entry: None)
    with pytest.raises(RuntimeError), transaction.atomic():
        record(happened, by=None, subject=subject)
        assert Reaction.objects.filter(name=name).exists()
        raise RuntimeError
    assert not Entry.objects.filter(kind=happened).exists()
    assert not Reaction.objects.filter(name=name).exists()


def test_a_kind_that_no_room_declares_is_refused(subject):
    with pytest.raises(KeyError, match=r"test\.unheard"):
        record("test.unheard", by=None, subject=subject)


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(happened, subject):
    with pytest.raises(transaction.TransactionManagementError):
        record(happened, by=None, subject=subject)
    assert Entry.objects.count() == 0


def test_a_chain_of_causes_ends(happened, subject):
    entry = None
    for depth in range(MAX_DEPTH + 1):
        entry = record(happened, by=None, subject=subject, cause=entry)
        assert entry.depth == depth
    with pytest.raises(CausationTooDeep):
        record(happened, by=None, subject=subject, cause=entry)


def test_frames_go_out_after_the_commit_and_before_the_hint(
    happened, subject, react_with, monkeypatch, django_capture_on_commit_callbacks
):
    react_with(lambda entry: None)
    order = []
    framer = {happened: [lambda entry: [(["inbox"], {"type": "seen"})]]}
    monkeypatch.setattr(live, "framers", lambda: framer)
    monkeypatch.setattr(live, "publish_all", order.extend)
    monkeypatch.setattr("ground.journal.recording.hint", lambda owed: order.append("hint"))
    with django_capture_on_commit_callbacks(execute=True):
        record(happened, by=None, subject=subject)
        assert order == []
    assert order == [(["inbox"], {"type": "seen"}), "hint"]


def test_a_frame_that_cannot_be_made_undoes_neither_the_change_nor_other_frames(
    happened, subject, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    sent = []

    def broken(entry):
        raise ValueError("no such template")

    def whole(entry):
        yield ["contact.x"], {"type": "message"}

    monkeypatch.setattr(live, "framers", lambda: {happened: [broken, whole]})
    monkeypatch.setattr(live, "publish_all", lambda frames: sent.extend(frames))
    with django_capture_on_commit_callbacks(execute=True):
        entry = record(happened, by=None, subject=subject)
    assert Entry.objects.filter(pk=entry.pk).exists()
    assert "could not be shown live" in caplog.text
    assert sent == [(["contact.x"], {"type": "message"})]


def test_recording_costs_one_statement(happened, subject, react_with, django_assert_num_queries):
    react_with(lambda entry: None)
    with django_assert_num_queries(1):
        record(happened, by=None, subject=subject)
    assert connection.in_atomic_block


def test_the_registry_names_only_what_exists():
    for names in reactions.registry().values():
        for name in names:
            assert callable(reactions.handler(name))
