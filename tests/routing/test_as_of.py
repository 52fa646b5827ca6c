"""A conversation as it was: seen at moments of its past, by who may see it now."""

import re
import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ground.journal.models import Entry
from inbox.actions import assign, close, note, reply
from inbox.actions.revising import edit_note
from people.actions import update_contact
from people.models import Team
from routing import as_of

pytestmark = pytest.mark.django_db


def address(conversation, at=None, more=""):
    query = f"?at={quote(at if isinstance(at, str) else at.isoformat())}{more}" if at else ""
    return f"/inbox/all/{conversation.public_id}/then/{query}"


def page_of(client, conversation, at=None, more=""):
    answer = client.get(address(conversation, at, more))
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def fact(page, label):
    return re.search(rf"<dt>{label}</dt><dd[^>]*>(.*?)</dd>", page)[1]


def entry_of(conversation, kind):
    return Entry.objects.filter(subject_id=conversation.public_id, kind=kind).latest("id")


def test_what_was_assigned_answered_and_closed_is_seen_as_it_was_at_each_of_three_moments(
    begin, dora, ada, ben, support, browser_of
):
    conversation = begin(dora, "My parcel is lost")
    begun = entry_of(conversation, "message.received").created_at
    conversation = assign(conversation, by=ada, assignee=ben, team=support)
    given = entry_of(conversation, "conversation.assigned").created_at
    reply(conversation, by=ben, body="It is found", client_id=uuid.uuid4())
    update_contact(dora, by=ada, name="Dora Berg")
    close(conversation, by=ben)
    client = browser_of(ben)

    first = page_of(client, conversation, begun)
    assert (fact(first, "Status"), fact(first, "Assignee"), fact(first, "Team")) == (
        "Open",
        "none",
        "none",
    )
    assert fact(first, "Name") == "Dora Lindqvist"
    assert "My parcel is lost" in first and "It is found" not in first
    assert "<time" in fact(first, "Waiting since")

    second = page_of(client, conversation, given)
    assert (fact(second, "Assignee"), fact(second, "Team")) == ("Ben Okafor", "Support")
    assert fact(second, "Status") == "Open" and "It is found" not in second
    assert "was given to a teammate or a team, or taken away. By Ada Byron" in second

    last = page_of(client, conversation)
    assert (fact(last, "Status"), fact(last, "Waiting since")) == ("Closed", "none")
    assert fact(last, "Name") == "Dora Berg" and "It is found" in last
    assert "Nothing has changed since." in last


def test_one_steps_from_change_to_change_and_back_to_the_first(begin, dora, ada, ben, browser_of):
    conversation = begin(dora)
    conversation = assign(conversation, by=ada, assignee=ben)
    close(conversation, by=ben)
    client = browser_of(ben)
    steps = as_of.steps_of(conversation).values_list("created_at", flat=True)
    ways = []
    page = page_of(client, conversation)
    while way := re.search(r'rel="prev" href="([^"]+)"', page):
        ways.append(way[1])
        page = client.get(f"/inbox/all/{conversation.public_id}/then/{way[1]}").content.decode()
    assert len(ways) == len(set(steps)) and fact(page, "Assignee") == "none"
    assert 'rel="next"' in page
    early = page_of(client, conversation, conversation.created_at - timedelta(days=1))
    assert "had not begun yet" in early and 'rel="next"' in early and "Where is" not in early


def test_who_may_not_see_it_now_sees_nothing_of_its_past(
    begin, dora, ada, billing, ben, cleo, client, browser_of
):
    conversation = begin(dora)
    before = timezone.now()
    assign(conversation, by=ada, team=billing)
    assert page_of(browser_of(ben), conversation, before) == 404
    assert page_of(client, conversation, before) == 302
    assert fact(page_of(browser_of(cleo), conversation, before), "Team") == "none"


def test_a_private_team_that_had_it_is_named_to_its_own_only(
    begin, dora, ada, billing, support, ben, cleo, browser_of
):
    conversation = assign(begin(dora), by=ada, team=billing)
    then = entry_of(conversation, "conversation.assigned").created_at
    assign(conversation, by=ada, team=support)
    seen = page_of(browser_of(ben), conversation, then)
    assert fact(seen, "Team") == "a private team" and "Billing" not in seen
    assert fact(page_of(browser_of(cleo), conversation, then), "Team") == "Billing"


def test_what_nobody_can_know_is_said_not_to_be_recorded(begin, dora, ben, browser_of):
    conversation = begin(dora)
    page = page_of(browser_of(ben), conversation)
    assert fact(page, "Last seen") == "not recorded"


def test_a_note_stands_as_it_is_now_and_the_page_says_so(begin, dora, ben, browser_of):
    conversation = begin(dora)
    written = note(conversation, by=ben, body="Secret word", client_id=uuid.uuid4()).message
    then = entry_of(conversation, "note.added").created_at
    said = "A note below has been edited or deleted since."
    assert said not in page_of(browser_of(ben), conversation, then)
    edit_note(conversation, written.public_id, by=ben, body="Harmless word")
    page = page_of(browser_of(ben), conversation, then)
    assert said in page and "Harmless word" in page and "Secret word" not in page


HOSTILE = [
    "x",
    "2026-13-40",
    "0001-01-01T00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "9" * 5_000,
    "2026-11-23T10:31:00'--",
    "٢٠٢٦-11-23",
    "2999-01-01T00:00:00Z",
    "-1",
    "<script>alert()",
]


@pytest.mark.parametrize("at", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_moment_of_the_past_is_refused_with_a_sentence(at, begin, dora, ben, browser_of):
    answer = browser_of(ben).get(address(begin(dora), at))
    page = answer.content.decode()
    assert answer.status_code == 400 and 'role="alert"' in page and "<script>alert" not in page


def test_a_character_that_cannot_be_stored_is_refused(begin, dora, ben, browser_of):
    assert page_of(browser_of(ben), begin(dora), "2026\0") == 400


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40])
def test_a_place_in_the_thread_that_is_none_is_refused(before, begin, dora, ben, browser_of):
    assert page_of(browser_of(ben), begin(dora), timezone.now(), f"&before={before}") == 400


def test_the_first_of_all_times_is_before_the_beginning(begin, dora, ben, browser_of):
    assert "had not begun" in page_of(browser_of(ben), begin(dora), "0001-01-01T00:00:00Z")


def test_of_what_is_too_long_only_the_thread_is_shown(begin, dora, ben, browser_of, monkeypatch):
    conversation = begin(dora)
    monkeypatch.setattr(as_of, "ENTRIES_MAX", 1)
    page = page_of(browser_of(ben), conversation)
    assert "is not worked out" in page and "Where is my coat?" in page and "<dt>" not in page


def test_a_long_past_costs_no_more_queries_than_a_short_one(begin, dora, ada, ben, browser_of):
    conversation = begin(dora)
    client = browser_of(ben)
    team = Team.objects.create(name="Second")
    counts = []
    for rounds in (3, 12):
        for _ in range(rounds):
            reply(conversation, by=dora, body="And?", client_id=uuid.uuid4())
            reply(conversation, by=ben, body="Soon", client_id=uuid.uuid4())
            assign(conversation, by=ada, team=team)
            assign(conversation, by=ada, team=None)
        then = as_of.steps_of(conversation).order_by("id")[2].created_at
        with CaptureQueriesContext(connection) as asked:
            assert "<dt>Status</dt>" in page_of(client, conversation, timezone.now())
            assert "<dt>Status</dt>" in page_of(client, conversation, then)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 52


def test_why_leads_to_what_it_was_then(ruled, begin, dora, support, ben, browser_of):
    ruled("All", team=support.public_id)
    conversation = begin(dora)
    client = browser_of(ben)
    page = client.get(f"/inbox/all/{conversation.public_id}/why/").content.decode()
    way = re.search(r'href="(/inbox/all/[^"]+/then/\?at=[^"]+)"', page)[1]
    assert "<dt>Status</dt>" in client.get(way).content.decode()
