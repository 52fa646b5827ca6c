"""What a page fetches ahead and asks again for: versions, and that looking ahead is no reading."""

import html
import re
import uuid

import pytest

from ground.journal.models import Entry
from inbox.actions import assign, mark_read, note, prioritize, reply
from inbox.models import Conversation, ReadMarker

pytestmark = pytest.mark.django_db

PART = {"HX-Request": "true", "HX-Target": "conversation"}


@pytest.fixture
def ask(browser_of, ben, conversation):
    """ask(version): the conversation as ben's page fetches it, unless it has the newest one."""
    browser = browser_of(ben)

    def asked(version=""):
        known = {"If-None-Match": version} if version else {}
        return browser.get(f"/inbox/all/{conversation.public_id}/", headers=PART | known)

    return asked


def test_the_same_drawing_is_not_sent_twice(ask):
    first = ask()
    assert first.status_code == 200
    again = ask(first.headers["ETag"])
    assert again.status_code == 304
    assert again.content == b""
    assert "no-store" in again.headers["Cache-Control"]


@pytest.mark.parametrize(
    "change",
    [
        lambda found, ben, ada: reply(found, by=ada, body="On its way.", client_id=uuid.uuid4()),
        lambda found, ben, ada: note(found, by=ada, body="Mind him.", client_id=uuid.uuid4()),
        lambda found, ben, ada: prioritize(found, by=ada, priority=Conversation.Priority.URGENT),
        lambda found, ben, ada: mark_read(found, by=ben, seq=found.last_seq),
        lambda found, ben, ada: found.contact.__class__.objects.update(name="Dora Renamed"),
    ],
    ids=["a reply", "a note", "a priority", "reading", "a name"],
)
def test_whatever_is_shown_makes_another_version(ask, conversation, ben, ada, change):
    version = ask().headers["ETag"]
    change(conversation, ben, ada)
    fresh = ask(version)
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != version


def test_to_look_ahead_is_not_to_read(ask, ben):
    entries = Entry.objects.count()
    assert ask().status_code == 200
    assert not ReadMarker.objects.filter(teammate=ben).exists()
    assert Entry.objects.count() == entries


def test_a_version_is_no_way_to_what_is_not_yours(ask, conversation, ada, billing):
    version = ask().headers["ETag"]
    assign(conversation, by=ada, team=billing)
    assert ask(version).status_code == 404


def test_pages_are_compressed_with_noise_so_that_their_size_tells_nothing(browser_of, ben):
    browser = browser_of(ben)
    answers = [browser.get("/inbox/all/", headers={"Accept-Encoding": "gzip"}) for _ in range(8)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert len({len(answer.content) for answer in answers}) > 1


@pytest.mark.parametrize("part", ["", "room"])
def test_a_page_names_the_version_of_the_conversation_that_it_shows(
    browser_of, ben, conversation, ask, part
):
    headers = {"HX-Request": "true", "HX-Target": part} if part else {}
    answer = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/", headers=headers)
    (version,) = re.findall(r'data-version="([^"]*)"></template>', answer.content.decode())
    assert ask(html.unescape(version)).status_code == 304


def test_a_page_names_the_version_of_the_rows_that_it_shows(browser_of, ben, conversation):
    browser = browser_of(ben)
    page = browser.get("/inbox/all/").content.decode()
    (version,) = re.findall(r'class="rows" data-version="([^"]*)"', page)
    known = {"HX-Request": "true", "HX-Target": "rows", "If-None-Match": html.unescape(version)}
    assert browser.get("/inbox/all/?limit=25", headers=known).status_code == 304
    conversation.__class__.objects.update(preview="Something else.")
    assert browser.get("/inbox/all/?limit=25", headers=known).status_code == 200
