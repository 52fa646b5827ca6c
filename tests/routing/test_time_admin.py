"""Rules by time where people write and read them: the admin's form, the API, the thread."""

import pytest

from ground.journal.models import Entry
from routing.models import Rule
from tests.routing.test_time import (
    BYE,
    SILENT,
    WAITING,
    answer,
    fresh,
    pass_time,
)

pytestmark = pytest.mark.django_db

LIST = "/admin/routing/rule/"
CLOSED = {
    "name": "Closed after silence",
    "moment": "passes",
    "for_vips": "same",
    "is_on": "on",
    "after": "3",
    "unit": "day",
    "since": "silent",
    "counts": "wall",
    "language": ["en", "de"],
    "text": [BYE["en"], BYE["de"]],
    "closes": "on",
}


def test_an_admin_writes_that_a_silent_customer_is_told_and_it_is_closed(
    ada, browser_of, installation, begin, dora, ben
):
    client = browser_of(ada)
    drawn = client.post(f"{LIST}add/", {**CLOSED, "do": "draw"}).content.decode()
    assert "When so long has passed" in drawn and BYE["de"] in drawn
    more = client.post(f"{LIST}add/", {**CLOSED, "do": "language"}).content.decode()
    assert more.count('<textarea name="text"') == 3
    assert client.post(f"{LIST}add/", CLOSED).status_code == 302
    rule = Rule.objects.get()
    assert (rule.since, rule.after_minutes, rule.counts) == ("silent", 3 * 24 * 60, "wall")
    assert (rule.says, rule.closes, rule.passes_from is not None) == (BYE, True, True)
    assert Entry.objects.get(kind="rule.created").after["says"] == BYE
    page = client.get(f"{LIST}{rule.pk}/change/").content.decode()
    assert 'value="3"' in page and '<option value="day" selected>' in page
    listed = client.get(LIST).content.decode()
    assert "3 days of silence" in listed and "a text in Deutsch, English · closed" in listed
    conversation = begin(dora)
    answer(conversation, ben)
    pass_time(days=4)
    assert fresh(conversation).is_closed
    client.post(f"{LIST}{rule.pk}/change/", CLOSED | {"includes_past": "on"})
    rule.refresh_from_db()
    assert (rule.passes_from, rule.version) == (None, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"after": ""}, "Say after how long"),
        ({"after": "-1"}, "1 minute to 90 days"),
        ({"after": "٣"}, "1 minute to 90 days"),
        ({"after": "9" * 7}, "1 minute to 90 days"),
        ({"unit": "eon"}, "1 minute to 90 days"),
        ({"since": "never"}, "Expected one of"),
        ({"language": ["en", "en"]}, "English is there twice"),
        ({"language": ["en", "tlh"]}, "not known here"),
        ({"text": ["a\x00b", "c"]}, "control character"),
        ({"moment": "begins"}, "cannot be closed at once"),
    ],
)
def test_what_is_refused_is_said_in_the_form(changes, said, ada, browser_of):
    response = browser_of(ada).post(f"{LIST}add/", CLOSED | changes)
    assert response.status_code == 400 and said in response.content.decode()
    assert not Rule.objects.exists()


def test_the_form_tries_a_rule_by_time_before_it_is_saved(ada, browser_of, begin, dora, ben):
    client = browser_of(ada)
    page = client.post(f"{LIST}add/", {**CLOSED, "do": "try"}).content.decode()
    assert "Nothing of that kind lasted so long in the last 30 days." in page
    conversation = begin(dora)
    answer(conversation, ben)
    pass_time(days=4)
    page = client.post(f"{LIST}add/", {**CLOSED, "do": "try"}).content.decode()
    assert "Of 1 long silence of the last 30 days it would have taken 1." in page
    assert "What people and rules did then counts" in page
    for strange in ({"after": "9" * 7}, {"after": "\0"}, {"since": "\0x"}, {"counts": "x"}):
        assert client.post(f"{LIST}add/", CLOSED | strange | {"do": "try"}).status_code < 500
    assert not Rule.objects.exists()


def test_why_is_this_here_tells_of_the_time_and_what_was_said(
    ruled, browser_of, installation, begin, dora, ben, technical
):
    ruled("Closed after silence", **SILENT, says=BYE, closes=True)
    ruled("Nobody answered", **WAITING, team=technical.public_id)
    conversation = begin(dora)
    address = f"/inbox/all/{conversation.public_id}"
    client = browser_of(ben)
    pass_time(minutes=9)
    page = client.get(f"{address}/why/").content.decode()
    assert "The rule “Nobody answered” gave it to Technical." in page
    assert "when there had been 5 minutes without an answer" in page
    answer(conversation, ben)
    page = client.get(f"{address}/why/").content.decode()
    assert "Still to come" in page and "<b>“Closed after silence”</b>" in page
    pass_time(days=4)
    page = client.get(f"{address}/why/").content.decode()
    assert "The rule “Closed after silence” wrote to the customer and closed it." in page
    assert "It was to get: a text in English · closed" in page
    assert "when there had been 3 days of silence" in page
    thread = client.get(f"{address}/").content.decode()
    assert "Lumen · automatic, Rule “Closed after silence”" in thread
    assert "Rule “Closed after silence” closed this" in thread
    assert "wrote to the customer and closed it" in thread, "the record tells it in a line"


def test_that_a_time_came_to_nothing_does_not_hide_who_gave_it_to_whom(
    ruled, browser_of, begin, dora, ben, technical
):
    ruled("All", team=technical.public_id)
    ruled(
        "Python later",
        {"fact": "conversation.said", "op": "contains", "value": "python"},
        **WAITING,
        priority="high",
    )
    conversation = begin(dora)
    pass_time(minutes=9)
    thread = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert "The rule “All” gave it to Technical." in thread
