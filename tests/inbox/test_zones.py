"""Days and times by the teammate's own clock: in a search and on paper."""

import uuid
from datetime import UTC, datetime

import pytest

from ground.journal import reactions
from ground.journal.models import Entry
from ground.web.zones import zone_named
from inbox.actions import start
from inbox.finding.meaning import day_of
from inbox.models import Conversation, IndexedMessage, Message
from inbox.zones import zone_of
from people.actions import create_token
from people.models.token import Scope

pytestmark = pytest.mark.django_db

# Ten past midnight on 2 May in Madrid.
LATE = datetime(2026, 5, 1, 22, 10, tzinfo=UTC)


@pytest.fixture
def late(line, dora):
    """Dora's question, said at LATE."""
    posted = start(dora, line=line, identity=None, body="copper kettle", client_id=uuid.uuid4())
    reactions.run_owed()
    talk = posted.conversation
    Message.objects.filter(conversation=talk).update(created_at=LATE)
    Conversation.objects.filter(pk=talk.pk).update(created_at=LATE, last_message_at=LATE)
    IndexedMessage.objects.update(at=LATE)
    return talk


@pytest.fixture
def ask_api(client, ben):
    _, secret = create_token(by=ben, name="t", teammate=ben, scopes=[Scope.CONVERSATIONS_READ])

    def asked(path, **query):
        headers = {"Authorization": f"Bearer {secret}"}
        return client.get(f"/api/v1/{path}", query, headers=headers)

    return asked


def told(browser, zone, **headers):
    return browser.post("/inbox/zone/", {"timezone": zone}, **headers)


def told_of():
    return Entry.objects.filter(kind="teammate.preferences_changed")


def test_a_page_tells_the_zone_and_only_a_change_is_an_entry(ben, browser_of):
    browser = browser_of(ben)
    assert 'data-zone="UTC"' in browser.get("/inbox/search/").content.decode()
    for _ in range(2):
        assert told(browser, "Europe/Madrid", HTTP_HX_REQUEST="true").status_code == 204
    entry = told_of().get()
    assert (entry.subject_id, entry.actor_id) == (ben.public_id, ben.public_id)
    assert entry.after == {"zone": {"name": "Europe/Madrid"}}
    assert 'data-zone="Europe/Madrid"' in browser.get("/inbox/search/").content.decode()
    assert told(browser, "Asia/Tokyo").status_code == 302
    ben.refresh_from_db()
    assert str(zone_of(ben)) == "Asia/Tokyo" and told_of().count() == 2


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", "UTC\x00", "europe/madrid", "x" * 9000]
)
def test_a_zone_that_nobody_knows_is_refused_and_not_kept(zone, ben, browser_of):
    browser = browser_of(ben)
    told(browser, "Europe/Madrid")
    assert told(browser, zone).status_code == 400
    assert browser.post("/inbox/zone/").status_code == 400
    ben.refresh_from_db()
    assert str(zone_of(ben)) == "Europe/Madrid" and told_of().count() == 1


def test_who_said_none_has_that_of_their_quiet_hours_or_utc(ben):
    assert str(zone_of(ben)) == "UTC"
    quiet = {"from": "22:00", "to": "07:00", "zone": "Europe/Rome"}
    ben.preferences = {"notifications": {"quiet": quiet}}
    assert str(zone_of(ben)) == "Europe/Rome"
    ben.preferences["zone"] = {"name": "Gone/Away"}
    assert str(zone_of(ben)) == "Europe/Rome"


def test_a_search_means_the_teammates_own_days(late, ben, browser_of):
    browser = browser_of(ben)

    def finds(text):
        page = browser.get("/inbox/search/", {"q": f"copper {text}"})
        palette = browser.get("/inbox/palette/", {"q": f"copper {text}"})
        found = [late.public_id in each.content.decode() for each in (page, palette)]
        assert found[0] is found[1]
        return found[0]

    assert finds("before:2026-05-02") and not finds("after:2026-05-01")
    told(browser, "Europe/Madrid")
    assert finds("after:2026-05-01") and not finds("before:2026-05-02")
    assert finds("-before:2026-05-02") and finds("before:2026-05-03")


def test_the_api_searches_in_utc_unless_a_zone_is_given(late, ben, browser_of, ask_api):
    told(browser_of(ben), "Europe/Madrid")

    def finds(**zone):
        return len(ask_api("search", q="copper after:2026-05-01", **zone).json()["results"])

    assert (finds(), finds(time_zone="UTC"), finds(time_zone="Europe/Madrid")) == (0, 0, 1)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd"])
def test_the_api_refuses_a_zone_that_nobody_knows(zone, late, ask_api):
    for path in ("search?q=copper", f"conversations/{late.public_id}/transcript?form=text"):
        path, _, rest = path.partition("?")
        name, _, value = rest.partition("=")
        answer = ask_api(path, **{name: value, "time_zone": zone})
        assert answer.status_code == 400 and "time_zone" in answer.json()["errors"]


def test_a_transcript_has_the_readers_times_and_says_so(late, ben, browser_of, ask_api):
    browser, path = browser_of(ben), f"/inbox/all/{late.public_id}/transcript/"
    text = browser.get(path, {"form": "text"}).content.decode()
    assert "[2026-05-01 22:10] Dora" in text and "Times are in UTC." in text
    told(browser, "Europe/Madrid")
    text = browser.get(path, {"form": "text"}).content.decode()
    assert "Began 2026-05-02 00:10. Times are in Europe/Madrid." in text
    assert "[2026-05-02 00:10] Dora" in text
    for query in ({}, {"form": "html"}):
        page = browser.get(path, query).content.decode()
        assert ">2026-05-02 00:10</time>" in page and "times are in Europe/Madrid" in page
        assert 'datetime="2026-05-01T22:10' in page
    own = f"conversations/{late.public_id}/transcript"
    assert "[2026-05-01 22:10] Dora" in ask_api(own).json()["content"]
    given = ask_api(own, time_zone="Asia/Tokyo").json()["content"]
    assert "[2026-05-02 07:10] Dora" in given and "Times are in Asia/Tokyo." in given


@pytest.mark.parametrize(
    ("zone", "value", "begin", "end"),
    [
        # Spring forward: 23 hours; back: 25.
        ("Europe/Madrid", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Madrid", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("Europe/Madrid", "2026-10", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("America/New_York", "2026", "2026-01-01T05:00", "2027-01-01T05:00"),
        # There is no midnight there that day: the clock goes from 24:00 to 1:00.
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00", "2026-09-07T03:00"),
        ("Asia/Kolkata", "2026-05-01", "2026-04-30T18:30", "2026-05-01T18:30"),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(zone, value, begin, end):
    found = day_of(value, zone_named(zone))
    assert found == tuple(datetime.fromisoformat(f"{each}:00+00:00") for each in (begin, end))


def test_today_is_the_day_where_the_teammate_is():
    east, west = (zone_named(f"Etc/GMT{hours}") for hours in ("-14", "+12"))
    (east_begin, east_end), (west_begin, _) = day_of("today", east), day_of("today", west)
    now = datetime.now(UTC)
    assert east_begin <= now < east_end and west_begin <= now
    assert west_begin != east_begin and day_of("yesterday", east)[1] == east_begin
    for edge in ("0001-01-01", "9999-12-31"):
        assert day_of(edge, east) is None or day_of(edge, west) is None
