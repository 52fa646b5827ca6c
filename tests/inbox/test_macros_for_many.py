"""A macro's steps done with many conversations: without its words, and taken back in one go."""

import json

import pytest

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotFound
from inbox.actions import assign, save_macro
from inbox.actions.batches import begin_batch, undo_batch, work_off_batches
from inbox.models import Macro
from tests.inbox.state import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def macro(ada, vip):
    steps = [{"do": "tag", "to": vip.public_id}, {"do": "assign", "to": "me"}]
    return save_macro(
        Macro(), by=ada, name="Care", body="Dear {{contact.name}}", steps=[*steps, close()]
    )


def close():
    return {"do": "close", "to": "yes"}


def many(browser, rows):
    form = {"part": "macro", "rows": json.dumps(rows)}
    answer = browser.post("/inbox/all/many/", form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.json()


def rows(conversations, **values):
    return [{"id": each.public_id, "values": values} for each in conversations]


def state(conversation):
    found = now(conversation)
    return found.status, found.assignee, [tag["name"] for tag in found.shown_tags]


def test_the_steps_are_done_with_all_and_no_words_are_sent(
    begin, dora, emil, macro, ada, ben, browser_of
):
    both = [begin(dora), begin(emil)]
    assign(both[1], by=ada, assignee=ada)
    browser = browser_of(ben)
    assert "Tag VIP, Close, Assign to me" in browser.get("/inbox/all/many/").content.decode()
    done = many(browser, rows(both, macro=macro.public_id, timezone="Europe/Madrid"))
    assert (done["count"], done["failed"]) == (2, [])
    for each in both:
        assert state(each) == ("closed", ben, ["VIP"])
        assert not each.messages.filter(kind="reply", teammate=ben).exists()
    macro.refresh_from_db()
    assert macro.used == 2
    used = Entry.objects.filter(kind="macro.used").order_by("id")
    assert [entry.after for entry in used] == [
        {"conversation": each.public_id, "message": None} for each in both
    ]
    assert many(browser, done["undo"])["count"] == 2
    assert state(both[0]) == ("open", None, [])
    assert state(both[1]) == ("open", ada, [])


def test_what_somebody_changed_since_stays_and_the_rest_is_taken_back(
    conversation, macro, ada, ben, browser_of
):
    browser = browser_of(ben)
    done = many(browser, rows([conversation], macro=macro.public_id))
    assign(now(conversation), by=ada, assignee=ada)
    assert many(browser, done["undo"])["count"] == 1
    assert state(conversation) == ("open", ada, [])


def test_a_batch_does_it_with_a_whole_view_and_takes_it_back(begin, dora, emil, macro, ben):
    both = [begin(dora), begin(emil)]
    batch = begin_batch(by=ben, view="all", part="macro", values={"macro": macro.public_id})
    work_off_batches(5)
    batch.refresh_from_db()
    assert (batch.state, batch.count, batch.failed) == ("done", 2, 0)
    assert [state(each) for each in both] == [("closed", ben, ["VIP"])] * 2
    undo_batch(batch, by=ben)
    work_off_batches(5)
    assert [state(each) for each in both] == [("open", None, [])] * 2


def test_a_macro_of_others_or_without_steps_is_refused(conversation, macro, ben, cleo, browser_of):
    own = save_macro(Macro(), by=cleo, name="Own", body="", steps=[close()], owner=cleo)
    words = save_macro(Macro(), by=ben, name="Words", body="Hello", owner=ben)
    browser = browser_of(ben)
    for name in (own.public_id, words.public_id, "mc_never", ""):
        done = many(browser, rows([conversation], macro=name))
        assert (done["count"], len(done["failed"])) == (0, 1)
    shown = browser.get("/inbox/all/many/").content.decode()
    assert own.public_id not in shown
    assert words.public_id not in shown
    assert macro.public_id in shown
    with pytest.raises(NotFound):
        begin_batch(by=ben, view="all", part="macro", values={"macro": own.public_id})
    with pytest.raises(Invalid):
        begin_batch(by=ben, view="all", part="macro", values={"macro": words.public_id})
    assert state(conversation) == ("open", None, [])


@pytest.mark.parametrize("ways", ["{}", "[" * 9000, '[{"part": "merge"}]', "x" * 15_000])
def test_hostile_ways_back_change_nothing(ways, conversation, ben, browser_of):
    entries = Entry.objects.count()
    done = many(browser_of(ben), rows([conversation], ways=ways))
    assert (done["count"], len(done["failed"])) == (0, 1)
    assert Entry.objects.count() == entries
