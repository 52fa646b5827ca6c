"""The admin's pages of rules: a list in their order, and the form of one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from people.actions import create_segment
from people.models import Attribute
from routing.models import RoutingSettings, Rule
from tests.routing.conftest import PYTHON

pytestmark = pytest.mark.django_db

LIST = "/admin/routing/rule/"
WHOLE = {
    "name": "Developers",
    "moment": "begins",
    "for_vips": "same",
    "is_on": "on",
    "c.word": "all",
    "c.0.fact": "conversation.first_words",
    "c.0.was": "conversation.first_words",
    "c.0.op": "contains",
    "c.0.value": "python",
}


def test_an_admin_writes_a_rule_in_the_condition_form(ada, technical, begin, dora, browser_of):
    begin(dora, "My python script")
    client = browser_of(ada)
    assert "Choose what…" in client.get(f"{LIST}add/").content.decode()
    answer = client.post(f"{LIST}add/", WHOLE | {"team": technical.public_id, "priority": "high"})
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    rule = Rule.objects.get()
    assert (rule.condition, rule.team, rule.priority) == ({"all": [PYTHON]}, technical, 2)
    assert Entry.objects.get(kind="rule.created").actor_id == ada.public_id
    page = client.get(f"{LIST}{rule.pk}/change/").content.decode()
    assert "first message contains python" in page and "Matches 1 conversation." in page
    listed = client.get(LIST).content.decode()
    assert "first message contains python" in listed and "Technical · High priority" in listed
    client.post(f"{LIST}{rule.pk}/change/", WHOLE | {"priority": "low", "goes_on": "on"})
    rule.refresh_from_db()
    assert (rule.team, rule.priority, rule.goes_on, rule.version) == (None, 0, True, 2)
    client.post(f"{LIST}{rule.pk}/delete/", {"post": "yes"})
    assert Entry.objects.get(kind="rule.deleted").actor_id == ada.public_id


def test_what_only_one_conversation_can_be_asked_is_offered_and_not_listed(
    ada, technical, browser_of
):
    given = WHOLE | {"team": technical.public_id, "c.0.op": "matches", "c.0.value": "pyth?on"}
    client = browser_of(ada)
    page = client.post(f"{LIST}add/", given | {"do": "draw"}).content.decode()
    assert '<option value="matches" selected>' in page and "none are listed here" in page
    assert client.post(f"{LIST}add/", given).status_code == 302
    bad = client.post(f"{LIST}add/", given | {"name": "Bad", "c.0.value": "(a+)\\1"})
    assert bad.status_code == 400 and "The expression cannot be used" in bad.content.decode()


def test_what_is_refused_is_said_in_the_form_and_stays_written(ada, technical, browser_of):
    client = browser_of(ada)
    answer = client.post(f"{LIST}add/", WHOLE | {"team": "tm_gone"})
    assert answer.status_code == 400 and "This team is gone." in answer.content.decode()
    answer = client.post(f"{LIST}add/", WHOLE)
    page = answer.content.decode()
    assert answer.status_code == 400 and 'value="python"' in page
    assert "Say what becomes of such a conversation" in page
    assert not Rule.objects.exists()


def test_rules_are_moved_on_the_page_and_saved_in_one_go(ada, ruled, technical, browser_of):
    names = [ruled(name, team=technical.public_id).public_id for name in "ABC"]
    client = browser_of(ada)
    page = client.post(LIST, {"order": names, "do": f"up {names[2]}"}).content.decode()
    assert page.index(names[2]) < page.index(names[1])
    assert [rule.name for rule in Rule.objects.all()] == ["A", "B", "C"], "nothing is saved yet"
    order = [names[0], names[2], names[1]]
    assert client.post(LIST, {"order": order, "do": "arrange"}).status_code == 302
    assert [rule.name for rule in Rule.objects.all()] == ["A", "C", "B"]
    assert client.post(LIST, {"order": order[:2], "do": "arrange"}).status_code == 400
    client.post(LIST, {"do": f"switch {names[0]}"})
    assert not Rule.objects.get(name="A").is_on
    assert Entry.objects.get(kind="rule.switched").actor_id == ada.public_id


@pytest.mark.parametrize(
    "do", ["", "up", "up rule_gone", "switch \0", "switch x", "dance", "do " * 99]
)
def test_a_strange_button_changes_nothing(ada, ruled, technical, browser_of, do):
    ruled("A", team=technical.public_id)
    answer = browser_of(ada).post(LIST, {"do": do, "order": ["rule_gone", "x" * 999]})
    assert answer.status_code in (200, 302)
    assert Entry.objects.filter(kind__startswith="rule.").count() == 1


def test_triage_and_vips_are_set_above_the_list(ada, technical, browser_of):
    vips = create_segment(
        by=None, name="VIPs", condition={"fact": "contact.name", "op": "is_known"}
    )
    given = {"triage_team": technical.public_id, "vip_segment": vips.public_id}
    client = browser_of(ada)
    for days in ("", "0", "91", "²", "many"):
        answer = client.post(LIST, {"do": "settings", "simulated_days": days, **given})
        assert answer.status_code == 400 and "Expected 1 to 90 days." in answer.content.decode()
    client.post(LIST, {"do": "settings", "simulated_days": "14", **given})
    kept = RoutingSettings.current()
    assert (kept.triage_team, kept.vip_segment, kept.simulated_days) == (technical, vips, 14)
    assert Entry.objects.get(kind="routing.changed").actor_id == ada.public_id


def test_the_list_says_what_is_broken_and_how_often_each_acted_and_asks_the_same_for_many(
    ada, ruled, technical, begin, dora, browser_of
):
    attribute = Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    size = {"fact": "contact.attributes.size", "op": "is", "value": "XL"}
    ruled("Size", size, team=technical.public_id)
    ruled("All", team=technical.public_id)
    begin(dora)
    attribute.delete()
    client, counts = browser_of(ada), []
    for number in (1, 24):
        for each in range(number):
            ruled(f"{number} {each}", PYTHON, teammate=ada.public_id)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(LIST).content.decode()
        counts.append(len(captured))
    assert "Passed over: There is no fact called" in page
    assert '<span class="ordered-count">1<small> in 7 days' in page
    assert counts[0] == counts[1]


def test_the_form_says_what_a_rule_decided_lately(ada, ruled, technical, begin, dora, browser_of):
    rule, other = ruled("Python", PYTHON, team=technical.public_id), ruled("All", priority="low")
    conversation = begin(dora, "My python")
    client = browser_of(ada)
    page = client.get(f"{LIST}{rule.pk}/change/").content.decode()
    assert f"/inbox/all/{conversation.public_id}/why/?decision=" in page
    assert "decided lately" not in client.get(f"{LIST}{other.pk}/change/").content.decode()


def test_only_admins_come_to_rules(ada, ben, ruled, technical, browser_of):
    ben.is_staff = True
    ben.save()
    rule = ruled("All", team=technical.public_id)
    client = browser_of(ben)
    for path in ("", "add/", f"{rule.pk}/change/", f"{rule.pk}/delete/"):
        assert client.get(LIST + path).status_code == 403
        assert client.post(LIST + path, WHOLE | {"post": "yes", "do": "arrange"}).status_code == 403
    assert Rule.objects.count() == 1
