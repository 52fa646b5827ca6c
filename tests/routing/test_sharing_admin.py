"""Admins set how teams share out, and see who has how much."""

import pytest

from ground.journal.models import Entry
from inbox.actions import assign
from people.actions import find_or_create_tag, set_away
from people.models import Team
from routing.models import Sharing, Workload
from tests.routing.crews import ask, hire, share

pytestmark = pytest.mark.django_db

SHARING = "/admin/routing/sharing/"
WORKLOAD = "/admin/routing/workload/"
WAY = {
    "way": "balanced",
    "capacity": "5",
    "quiet_hours": "4",
    "skills": "preferred",
    "takes_back": "shared",
    "overflow_minutes": "15",
}


def test_a_teams_way_of_sharing_out_is_set_and_changed_there(ada, support, browser_of):
    browser = browser_of(ada)
    assert browser.post(f"{SHARING}add/", WAY | {"team": support.pk}).status_code == 302
    sharing = Sharing.objects.get()
    assert (sharing.team, sharing.way, sharing.needs_presence) == (support, "balanced", False)
    page = f"{SHARING}{sharing.pk}/change/"
    assert b"Support" in browser.get(page).content
    assert browser.post(page, WAY | {"way": "round_robin"}).status_code == 302
    sharing.refresh_from_db()
    assert (sharing.way, sharing.version) == ("round_robin", 2)
    entries = Entry.objects.filter(kind="sharing.changed")
    assert [entry.actor_id for entry in entries] == [ada.public_id] * 2


def test_what_cannot_be_is_said_on_the_form(ada, support, browser_of):
    form = WAY | {"team": support.pk, "capacity": "0"}
    answer = browser_of(ada).post(f"{SHARING}add/", form)
    assert answer.status_code == 200 and not Sharing.objects.exists()
    assert b"greater than or equal to 1" in answer.content


def test_a_teammates_workload_is_set_there(ada, ben, browser_of):
    browser = browser_of(ada)
    coats, _ = find_or_create_tag("coats", by=ada)
    form = {
        "teammate": ben.pk,
        "capacity": "3",
        "languages": "de, EN",
        "tags": [coats.pk],
        "ramp_days": "14",
        "ramp_first": "1",
    }
    assert browser.post(f"{WORKLOAD}add/", form).status_code == 302
    workload = Workload.objects.get()
    assert (workload.capacity, workload.languages) == (3, ["de", "en"])
    assert list(workload.tags.all()) == [coats]
    answer = browser.post(f"{WORKLOAD}{workload.pk}/change/", form | {"languages": "klingon"})
    assert answer.status_code in {200, 302}
    workload.refresh_from_db()
    assert workload.languages == ["de", "en"]


def test_leads_see_who_is_there_and_what_they_have(
    line, dora, ada, ben, support, agent_role, browser_of
):
    hire("Eve", agent_role, support)
    gus = hire("Gus", agent_role, support)
    set_away(gus, True, by=gus)
    share(support, capacity=1)
    assign(ask(dora, line), by=ben, assignee=ben)
    ask(dora, line, support)
    page = browser_of(ada).get(f"{SHARING}now/").content.decode()
    assert "1 waits for somebody" in page
    for words in ("1 of 1", "0 of 1", "Has room", "Full", "Away"):
        assert words in page, words
    part = browser_of(ada).get(f"{SHARING}now/", headers={"HX-Request": "true"}).content.decode()
    assert "Has room" in part and "<html" not in part
    assert browser_of(ben).get(f"{SHARING}now/").status_code == 302


def test_the_page_costs_the_same_however_many_are_there(
    line, dora, ada, ben, support, agent_role, browser_of, django_assert_num_queries
):
    share(support)
    browser = browser_of(ada)
    browser.get(f"{SHARING}now/", headers={"HX-Request": "true"})
    for names in (["Eve"], ["Fay", "Gus", "Hal"]):
        for name in names:
            assign(ask(dora, line), by=None, assignee=hire(name, agent_role, support))
            ask(dora, line, support)
        with django_assert_num_queries(10):
            browser.get(f"{SHARING}now/", headers={"HX-Request": "true"})


def test_who_leads_teams_sees_who_has_how_much_of_those_that_they_may_see(
    ada, ben, cleo, billing, agent_role, browser_of
):
    share(Team.objects.create(name="Orders"))
    share(billing)
    path = "/inbox/teams/now/"
    page = browser_of(ben).get(path).content.decode()
    assert "Orders" in page and "Billing" not in page and "/admin/" not in page
    assert "Billing" in browser_of(cleo).get(path).content.decode()
    assert 'href="/inbox/teams/now/"' in browser_of(ben).get("/inbox/all/").content.decode()
    part = browser_of(ben).get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Orders" in part and "<html" not in part
    agent_role.capabilities.remove("teams.watch")
    agent_role.save()
    assert browser_of(ben).get(path).status_code == 403
    assert "/inbox/teams/now/" not in browser_of(ben).get("/inbox/all/").content.decode()
