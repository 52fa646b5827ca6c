"""The messenger says when people are back, or how long others wait, in words of the language."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from ground.hours.models import OfficeHours
from ground.web.languages import NAMES
from inbox.actions import start
from inbox.models import Conversation
from messenger import waiting
from messenger.present import conversations_json, with_ratings
from messenger.texts import texts_in
from messenger.visitors import new_visitor
from routing import waits
from routing.actions import arrange_settings
from routing.expecting import Expected
from routing.models import Expectation

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def fresh():
    cache.delete("routing.before_writing")
    yield
    cache.delete("routing.before_writing")


@pytest.fixture
def visitor(installation):
    found = new_visitor(installation)
    found.locale, found.timezone = "en-GB", "Europe/Berlin"
    return found


@pytest.fixture
def nine_to_five(db):
    return OfficeHours.objects.create(name="Shop", zone="Europe/London", is_default=True)


def said(visitor, at=MONDAY, shown="Soon"):
    return waiting.reply_time(visitor, shown, at)


def test_while_nobody_works_it_says_when_they_are_back_by_the_visitors_clock(visitor, nine_to_five):
    assert said(visitor) == "We’re back: 10:00"
    visitor.locale = "de"
    assert said(visitor) == "Wir sind wieder da: 10:00"


def test_of_another_day_it_names_the_day(visitor, nine_to_five):
    saturday = MONDAY - timedelta(days=2)
    assert said(visitor, saturday) == "We’re back: Mon 10:00"
    nine_to_five.own_days.create(name="Fair", first_on="2026-11-21", last_on="2026-12-01")
    cache.delete("routing.before_writing")
    assert said(visitor, saturday) == "We’re back: Wed 2 Dec, 10:00"


def test_a_house_without_hours_says_what_the_admin_wrote(visitor):
    assert said(visitor) == "Soon"


def test_while_they_work_it_says_how_long_others_wait(visitor, nine_to_five, monkeypatch):
    known = Expected(6 * MINUTE, 17 * MINUTE)
    monkeypatch.setattr(waits.Queue, "expected", lambda *asked: known)
    # The clock of the test, not of the machine, decides whether they work.
    assert said(visitor, MONDAY + timedelta(hours=5)) == "Expected wait: 5–20 minutes"


def test_an_admin_may_switch_it_off(visitor, nine_to_five):
    visitor.installation.is_wait_shown = False
    assert said(visitor) == "Soon"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0.2, "< 1 minute"),
        (0.5, 3, "< 5 minutes"),
        (5, 5, "5 minutes"),
        (61, 89, "60–90 minutes"),
        (90, 200, "1–4 hours"),
        (60 * 20, 60 * 30, "< 2 days"),
        (60 * 24 * 30, 60 * 24 * 60, "14 days"),
    ],
)
def test_a_range_is_said_in_steps_that_hold_it(low, high, words):
    expected = Expected(low * MINUTE, high * MINUTE)
    assert waiting.span(expected, waiting.locale_of("en")) == words


@pytest.mark.parametrize("language", NAMES)
def test_every_language_says_it_without_english(language):
    locale = waiting.locale_of(language, "xx-no-such")
    words = waiting.span(Expected(5 * MINUTE, 20 * MINUTE), locale)
    assert any(character.isdigit() for character in words)
    assert language in {"en", "fr"} or "minutes" not in words
    at = waiting.moment(MONDAY + timedelta(days=1), MONDAY, locale, UTC)
    assert language == "en" or "Tue" not in at


def test_who_has_written_is_told_when_and_no_longer_once_they_are_answered(visitor, dora, line):
    conversation = start(
        dora, line=line, identity=None, body="Where is it?", client_id=uuid.uuid4()
    ).conversation
    Conversation.objects.filter(pk=conversation.pk).update(waiting_since=timezone.now())
    since = MONDAY + timedelta(hours=4)
    row = Expectation.objects.create(
        conversation=conversation,
        since=since,
        told_at=since,
        ahead=1,
        people=1,
        low_at=since + 5 * MINUTE,
        high_at=since + 20 * MINUTE,
    )

    def shown():
        rows = Conversation.objects.filter(pk=conversation.pk).for_contact()
        (found,) = conversations_json(with_ratings(rows), visitor)
        return found["reply_time"]

    assert "10:35" in shown() and "10:50" in shown()
    row.answered_at = since
    row.save()
    assert shown() == ""


def test_a_longer_wait_than_usual_is_said_first_and_only_while_they_work(
    visitor, nine_to_five, ada, monkeypatch
):
    monkeypatch.setattr(waits.Queue, "expected", lambda *asked: Expected(6 * MINUTE, 17 * MINUTE))
    monkeypatch.setattr(waits, "is_far_above_usual", lambda *asked: True)
    at = MONDAY + timedelta(hours=5)
    long = "Replies take longer than usual today. Expected wait: 5–20 minutes"
    assert said(visitor, at) == long
    assert said(visitor) == "We’re back: 10:00"
    arrange_settings(by=ada, tells_delay=False)
    cache.delete(waits.KNOWN)
    assert said(visitor, at) == "Expected wait: 5–20 minutes"
    arrange_settings(by=ada, delay_until=timezone.now() + timedelta(hours=1))
    cache.delete(waits.KNOWN)
    assert said(visitor, at) == long
    monkeypatch.setattr(waits.Queue, "expected", lambda *asked: None)
    cache.delete(waits.KNOWN)
    assert said(visitor, at) == "Replies take longer than usual today. Soon"
    arrange_settings(by=ada, delay_until=timezone.now() - timedelta(minutes=1))
    cache.delete(waits.KNOWN)
    assert said(visitor, at) == "Soon"


def test_every_language_says_it_of_unusual_delays_in_its_own_words():
    english = texts_in("en")["wait.long"]
    said_in = {name: texts_in(name)["wait.long"] for name in NAMES}
    assert [name for name, text in said_in.items() if text == english] == ["en"]
