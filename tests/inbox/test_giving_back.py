"""Going away: what one has is given back in one step, and taken again by undo."""

import json

import pytest

from ground.journal.models import Entry
from inbox.actions import assign, close, snooze
from inbox.actions.assigning import give_back, take_up_again
from inbox.querysets import ConversationQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(begin, dora, emil, otto, ada, ben, support, next_week):
    """What ben has: one open with his team, one snoozed, one closed."""
    open_, snoozed, closed = (
        assign(begin(contact), by=ada, assignee=ben) for contact in (dora, emil, otto)
    )
    assign(open_, by=ada, team=support)
    snooze(snoozed, by=ben, until=next_week)
    close(closed, by=ben)
    return open_, snoozed, closed


def go_away(browser, **more):
    form = {"is_away": "true", "give_back": "true"} | more
    return browser.post("/inbox/availability/", form, HTTP_HX_REQUEST="true")


def holders(work):
    for conversation in work:
        conversation.refresh_from_db()
    return [str(conversation.assignee or "") for conversation in work]


def test_open_and_snoozed_work_is_given_back_and_what_is_closed_keeps_its_name(
    work, ben, support, browser_of
):
    said = json.loads(go_away(browser_of(ben)).headers["HX-Trigger"])["inbox:given-back"]
    assert holders(work) == ["", "", "Ben Okafor"] and work[0].team == support
    assert sorted(said["names"]) == sorted(each.public_id for each in work[:2])
    assert "2 conversations are back" in said["words"]
    ben.refresh_from_db()
    assert ben.is_away
    entry = Entry.objects.filter(kind="conversation.assigned").last()
    assert entry.actor_id == ben.public_id and entry.after["assignee"] is None


def test_undo_takes_back_what_nobody_has_taken_since(work, ada, ben, cleo, emil, browser_of):
    browser = browser_of(ben)
    go_away(browser)
    assign(work[1], by=cleo, assignee=cleo)
    names = [each.public_id for each in work]
    form = {"is_away": "false", "take_back": names}
    assert browser.post("/inbox/availability/", form).status_code == 302
    assert holders(work) == ["Ben Okafor", "Cleo Marchand", "Ben Okafor"]
    ben.refresh_from_db()
    assert not ben.is_away


def test_going_away_alone_keeps_the_work(work, ben, browser_of):
    browser_of(ben).post("/inbox/availability/", {"is_away": "true"})
    assert holders(work) == ["Ben Okafor"] * 3


def test_who_may_not_assign_gives_nothing_back(work, ben, agent_role, browser_of):
    agent_role.capabilities = []
    agent_role.save()
    assert go_away(browser_of(ben)).status_code == 403
    assert holders(work) == ["Ben Okafor"] * 3
    ben.refresh_from_db()
    assert not ben.is_away


def test_nobody_takes_what_they_may_not_see(begin, dora, ada, ben, billing, browser_of):
    private = assign(begin(dora), by=ada, team=billing)
    form = {"is_away": "false", "take_back": [private.public_id]}
    browser_of(ben).post("/inbox/availability/", form)
    private.refresh_from_db()
    assert private.assignee is None


def test_what_a_colleague_took_meanwhile_stays_theirs(work, ada, ben, monkeypatch):
    read = ConversationQuerySet.newest_first
    mine = assign(work[0], by=ada, assignee=ben)

    def read_and_lose(self):
        rows = list(read(self)[:200])
        assign(mine, by=ada, assignee=ada)
        return rows

    monkeypatch.setattr(ConversationQuerySet, "newest_first", read_and_lose)
    given = give_back(ben)
    mine.refresh_from_db()
    assert mine.assignee == ada
    assert mine not in given
    assert take_up_again(ben, [mine.public_id]) == 0
