"""What the contact thinks of how they were served: said once a closing, seen by the team."""

import pytest

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, NotFound, StateConflict
from inbox.actions import assign, close, mark_spam, note, rate, reopen
from inbox.models import Rating
from people.actions import block_contact
from tests.inbox.test_posting import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(conversation, ben, support):
    assign(conversation, by=ben, assignee=ben, team=support)
    return close(conversation, by=ben)


def test_a_rating_is_kept_with_those_who_served(closed, dora, ben, support):
    rating = rate(closed, by=dora, score=4, comment="  Quick, thank you.  ")
    assert (rating.score, rating.comment) == (4, "Quick, thank you.")
    assert (rating.teammate, rating.team, rating.closed_at) == (ben, support, closed.closed_at)
    closed.refresh_from_db()
    assert closed.rating == 4 and closed.is_closed
    entry = Entry.objects.get(kind="conversation.rated")
    assert (entry.actor_type, entry.actor_id) == ("contact", dora.public_id)
    assert entry.before == {}
    message = closed.messages.last()
    assert entry.after == {
        "score": 4,
        "comment": "Quick, thank you.",
        "message": message.public_id,
        "seq": message.seq,
    }
    assert message.activity == {"kind": "rated", "score": 4, "comment": "Quick, thank you."}
    assert message.public_seq is None


def test_rating_the_same_closing_again_changes_the_rating(closed, dora):
    rate(closed, by=dora, score=2)
    rate(closed, by=dora, score=5, comment="Solved after all")
    rate(closed, by=dora, score=5, comment="Solved after all")
    assert Rating.objects.get().score == 5
    entries = Entry.objects.filter(kind="conversation.rated").order_by("id")
    assert [entry.before for entry in entries] == [{}, {"score": 2, "comment": ""}]


def test_the_next_closing_is_rated_for_itself(closed, dora, ben):
    rate(closed, by=dora, score=2)
    reopen(closed, by=ben)
    again = close(closed, by=ben)
    rate(again, by=dora, score=5)
    assert sorted(Rating.objects.values_list("score", flat=True)) == [2, 5]
    again.refresh_from_db()
    assert again.rating == 5


def test_only_what_is_closed_is_rated(conversation, dora, ben):
    with pytest.raises(StateConflict):
        rate(conversation, by=dora, score=5)
    mark_spam(close(conversation, by=ben), by=ben)
    with pytest.raises(StateConflict):
        rate(conversation, by=dora, score=5)
    assert not Entry.objects.filter(kind="conversation.rated").exists()


def test_only_the_contact_rates_and_only_while_they_are_welcome(closed, dora, emil, ada):
    with pytest.raises(NotFound):
        rate(closed, by=emil, score=5)
    block_contact(dora, by=ada)
    with pytest.raises(NotAllowed):
        rate(closed, by=dora, score=5)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("score", [0, 6, -1, True, None, "5", 4.5, 10**20])
def test_a_score_is_a_whole_number_from_one_to_five(closed, dora, score):
    with pytest.raises(Invalid):
        rate(closed, by=dora, score=score)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("comment", ["x" * 2001, "a\x00b", "\ud800", 7, ["x"]])
def test_a_comment_is_sound_text(closed, dora, comment):
    with pytest.raises(Invalid):
        rate(closed, by=dora, score=5, comment=comment)
    assert not Rating.objects.exists()
    assert closed.messages.filter(activity__kind="rated").count() == 0


def test_the_team_reads_it_in_the_thread_and_in_the_record(closed, dora, ben, browser_of):
    rate(closed, by=dora, score=5, comment="<img src=x onerror=alert(1)> & more")
    page = browser_of(ben).get(f"/inbox/closed/{closed.public_id}/").content.decode()
    escaped = "&lt;img src=x onerror=alert(1)&gt; &amp; more"
    assert f"Dora Lindqvist rated this 5 of 5: {escaped}" in page
    assert "<img src=x" not in page
    record = page[page.index('id="record"') :]
    assert "5 of 5" in record and escaped in record


def test_screens_hear_of_a_rating(closed, dora, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        rate(closed, by=dora, score=3, comment="Hm")
    frames = {frame["type"]: (topics, frame) for topics, frame in published if "html" in frame}
    assert "rated this 3 of 5: Hm" in frames["message"][1]["html"]
    assert frames["conversation"][1]["state"]["rating"] == 3
    own = [frame for topics, frame in published if topics == [f"contact.{dora.public_id}"]]
    assert own[-1]["conversation"]["rating"] == {"score": 3, "comment": "Hm"}


def test_what_follows_a_closing_does_not_change_its_rating(closed, dora, ben):
    rate(closed, by=dora, score=3)
    note(closed, by=ben, body="Sad", client_id=new_id())
    closed.refresh_from_db()
    assert (closed.rating, closed.is_closed) == (3, True)
