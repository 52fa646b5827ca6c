"""What rules would have done: over facts of then, and exactly as it was where it was decided."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ground.journal.models import Decision, Entry
from inbox.actions import close, mark_spam, unmark_spam
from people.actions import (
    create_segment,
    deactivate,
    find_or_create_tag,
    tag_contact,
    update_company,
    update_contact,
)
from people.models import Contact
from routing import asking, simulator, trying
from routing.actions import arrange_rules, change_settings, delete_rule, save_rule
from routing.actions.promising import save_policy
from routing.engine import Verdict
from routing.models import Policy, Rule
from tests.routing.conftest import DEVELOPERS, PYTHON

pytestmark = pytest.mark.django_db

PRO = {"fact": "company.plan", "op": "is", "value": "pro"}
COAT = {"fact": "conversation.first_words", "op": "contains", "value": "coat"}
WAITED = {"fact": "contact.created_at", "op": "more_than_days_ago", "value": 3}
SEEN = {"fact": "contact.last_seen_at", "op": "is_known"}


def tried(condition, team, **more):
    says = {
        "moment": "begins",
        "goes_on": False,
        "teammate": "",
        "priority": "",
        "tags": [],
        "people_only": False,
        "for_vips": "same",
        "vip_owner": "",
        "is_on": True,
        **more,
    }
    rule, so_far = says.pop("rule", ""), says.pop("so_far", "")
    given = {**says, "condition": condition, "team": team.public_id}
    return trying.try_rule(rule, given, asking.language(), so_far)


def sent_back(days):
    """What happened until now happened so many days before."""
    Entry.objects.update(created_at=timezone.now() - timedelta(days=days))


def test_replaying_the_rules_over_a_recorded_week_gives_the_stored_decisions_exactly(
    ruled, begin, write, dora, emil, otto, ben, ada, technical, support, triage
):
    vips = create_segment(by=None, name="VIPs", condition=PRO)
    change_settings(by=ada, vip_segment=vips.public_id)
    tag, _ = find_or_create_tag("VIP", by=ada)
    seen = {"fact": "contact.tags", "op": "contains", "value": tag.public_id}
    first = ruled("Tagged", {"not": seen}, goes_on=True, tags=[tag.public_id])
    ruled("Old", {"any": [WAITED, PYTHON]}, team=technical.public_id, priority="high")
    ruled("Coats", COAT, team=support.public_id, for_vips="owner", vip_owner=ben.public_id)
    ruled("More", moment="writes", priority="urgent")
    off = ruled("Off", is_on=False, team=support.public_id)
    for day in range(7):
        Contact.objects.update(created_at=timezone.now() - timedelta(days=day))
        talks = [begin(each, text) for each in (dora, emil, otto) for text in ("coat", "A python")]
        write(talks[day % 6])
        close(talks[0], by=ben)
        write(talks[0])
        if day == 2:
            tag_contact(dora, by=ada, add=[tag])
        if day == 3:
            save_rule(first, by=ada, condition={"any": [seen, DEVELOPERS]})
        if day == 5:
            others = Rule.objects.exclude(pk=off.pk).values_list("public_id", flat=True)
            arrange_rules([off.public_id, *others], by=ada)
    update_company(dora.company, by=None, plan="free", name="Other")
    update_contact(dora, by=ada, name="Somebody else")
    Contact.objects.update(created_at=timezone.now())
    delete_rule(off, by=ada)
    vips.delete()
    spoken = asking.language()
    decisions = list(Decision.objects.filter(decider="routing.rules"))
    assert len(decisions) > 50
    for decision in decisions:
        again = simulator.replay(decision, spoken)
        assert [each.to_json() for each in again.rulings] == decision.explanation["rules"]
        assert again.wanted.to_json() == decision.result["wanted"]
        assert again.stopped_by == decision.explanation["stopped_by"]
    said = {letter for each in decisions for _, _, letter, _ in each.explanation["rules"]}
    assert said >= {Verdict.ACTED, Verdict.STOPPED, Verdict.NO, Verdict.OFF, Verdict.OTHER}


def test_replaying_gives_all_that_rules_can_give_and_knows_those_that_were_broken_or_done(
    ruled, begin, write, dora, ben, ada, technical
):
    change_settings(
        by=ada, vip_segment=create_segment(by=None, name="VIPs", condition=PRO).public_id
    )
    policy = save_policy(Policy(), by=ada, name="Fast", condition=PYTHON, first_minutes=5)
    care = {"policy": policy.public_id, "is_complaint": True, "tells": [ada.public_id]}
    ruled("Care", goes_on=True, people_only=True, for_vips="fast", **care)
    ruled("Ben", goes_on=True, teammate=ben.public_id)
    ruled("Shared", team=technical.public_id, sharing="balanced")
    ruled("More", moment="writes", priority="urgent")
    deactivate(ben, by=ada)
    conversation = begin(dora)
    write(conversation)
    write(conversation)
    spoken = asking.language()
    decisions = list(Decision.objects.filter(decider="routing.rules"))
    for decision in decisions:
        again = simulator.replay(decision, spoken)
        assert [each.to_json() for each in again.rulings] == decision.explanation["rules"]
        assert again.wanted.to_json() == decision.result["wanted"]
    said = {verdict for each in decisions for _, _, verdict, _ in each.explanation["rules"]}
    assert said == {Verdict.ACTED, Verdict.BROKEN, Verdict.OTHER, Verdict.DONE}
    wanted = decisions[0].result["wanted"]
    assert wanted["policy"] == policy.public_id and wanted["sharing"] == "balanced"
    assert wanted["people_only"] and wanted["is_vip"] and wanted["tells"] == [ada.public_id]


def test_the_present_rules_tried_again_differ_nowhere(ruled, begin, dora, technical, support):
    rule = ruled("Coats", COAT, team=technical.public_id)
    ruled("Rest", team=support.public_id)
    begin(dora)
    begin(dora, "A hat")
    found = tried(COAT, technical, rule=rule.public_id)
    assert (found.simulation.looked, found.simulation.matched) == (2, 1)
    assert found.simulation.differing == 0
    assert found.words == "Of 2 messages of the last 30 days it would have taken 1."
    assert [(each.name, each.before, each.after) for each in found.teams] == [
        ("Support", 1, 1),
        ("Technical", 1, 1),
    ]


def test_another_rule_shows_what_goes_another_way_and_how_load_moves(
    ruled, begin, dora, emil, technical, support, triage
):
    rule = ruled("Coats", COAT, team=technical.public_id)
    begin(dora)
    begin(emil, "A hat")
    found = tried({"all": []}, support, rule=rule.public_id, priority="high")
    assert (found.simulation.matched, found.simulation.differing) == (2, 2)
    assert {(each.before, each.after) for each in found.differences} == {
        ("Technical", "Support · High priority"),
        ("Triage", "Support · High priority"),
    }
    assert {each.name: each.change for each in found.teams} == {
        "Support": "+2",
        "Technical": "-1",
        "Triage": "-1",
    }
    assert not Decision.objects.filter(decider="tried").exists()


def test_a_new_rule_is_tried_over_what_was_before_there_were_rules(begin, dora, emil, technical):
    begin(dora, "My python", page={"url": "https://lumen.test/developers"})
    begin(emil)
    found = tried({"all": [PYTHON, DEVELOPERS]}, technical)
    assert (found.simulation.looked, found.simulation.matched, found.unknown) == (2, 1, "")
    assert [each.conversation.contact for each in found.matches] == [dora]


def test_facts_are_those_of_then_and_what_was_not_recorded_is_said(begin, dora, technical, ada):
    begin(dora)
    update_company(dora.company, by=None, plan="free")
    update_contact(dora, by=ada, locale="ro")
    assert tried(PRO, technical).simulation.matched == 1, "the plan was pro then"
    spoke = {"fact": "contact.locale", "op": "is", "value": "ro"}
    assert tried(spoke, technical).simulation.matched == 0
    found = tried(SEEN, technical)
    assert (found.simulation.matched, found.simulation.unknown) == (0, 1)
    assert found.unknown == "For 1 message nobody can know: not recorded was Last seen."
    known = tried({"all": [SEEN, PYTHON]}, technical)
    assert known.simulation.unknown == 0, "it could not hold, whatever the other was"


def test_only_so_many_days_are_looked_at(begin, dora, technical):
    begin(dora)
    sent_back(days=31)
    assert tried(COAT, technical).words == (
        "No customer wrote at such a moment in the last 30 days."
    )
    sent_back(days=29)
    assert tried(COAT, technical).simulation.looked == 1


def test_it_goes_on_in_steps_from_where_it_came_and_pauses(
    begin, write, dora, emil, technical, support, ada, ruled, monkeypatch
):
    ruled("Rest", team=support.public_id)
    for contact in (dora, emil, dora):
        write(begin(contact))
    whole = tried({"all": []}, technical, moment="writes", goes_on=True)
    monkeypatch.setattr(simulator, "CHUNK", 1)
    monkeypatch.setattr(simulator, "PAUSE", 4)
    monkeypatch.setattr(simulator, "SECONDS", 0)
    step, seen = tried({"all": []}, technical, moment="writes", goes_on=True), []
    while step.goes_on:
        seen.append((step.simulation.looked, step.simulation.is_paused))
        step = tried({"all": []}, technical, moment="writes", goes_on=True, so_far=step.so_far)
    assert seen == [(1, False), (2, False), (3, False), (4, True), (5, False), (6, False)]
    assert (step.words, step.teams) == (whole.words, whole.teams)
    assert [each.at for each in step.matches] == [each.at for each in whole.matches]
    assert step.simulation.matched == 3 and step.simulation.share == 100
    first = tried({"all": []}, technical, moment="writes", goes_on=True)
    assert first.simulation.looked == 1
    for strange in ("", "x", first.so_far[:-3], "\0" * 9):
        again = tried({"all": []}, technical, moment="writes", goes_on=True, so_far=strange)
        assert again.simulation.looked == 1
    other = tried(COAT, technical, so_far=first.so_far)
    assert other.simulation.of != first.simulation.of, "another rule begins anew"


def test_a_rule_for_further_messages_acts_once_however_small_the_steps(
    begin, write, dora, technical, monkeypatch
):
    monkeypatch.setattr(simulator, "CHUNK", 1)
    conversation = begin(dora)
    for _ in range(3):
        write(conversation)
    assert tried({"all": []}, technical, moment="writes").simulation.matched == 1


def test_what_was_spam_when_it_was_written_is_not_looked_at(begin, write, dora, ada, technical):
    conversation = begin(dora)
    mark_spam(conversation, by=ada)
    write(conversation)
    unmark_spam(conversation, by=ada)
    assert tried({"all": []}, technical, moment="writes").simulation.looked == 0


def test_a_segment_that_was_made_since_is_asked_as_it_is(begin, ruled, dora, emil, technical):
    ruled("All", {"fact": "contact.segments", "op": "is_empty"}, priority="low")
    begin(dora)
    begin(emil)
    pro = create_segment(by=None, name="Pro", condition=PRO)
    asked = {"fact": "contact.segments", "op": "contains", "value": pro.public_id}
    found = tried(asked, technical)
    assert (found.simulation.matched, found.unknown) == (1, "")
    assert [each.conversation.contact for each in found.matches] == [dora]
    seen = create_segment(by=None, name="Seen", condition=SEEN)
    asked = {"fact": "contact.segments", "op": "contains", "value": seen.public_id}
    assert tried(asked, technical).simulation.unknown == 2


def test_a_rule_is_tried_switched_and_away(ruled, begin, dora, technical, support):
    name = ruled("Coats", COAT, team=technical.public_id).public_id
    off = ruled("Hats", PYTHON, team=support.public_id, is_on=False).public_id
    ruled("Rest", team=support.public_id)
    begin(dora)
    begin(dora, "My python")
    rules = asking.in_their_order()
    for way in ("switch", "without"):
        found = trying.try_named(f"{way} {name}", rules, rules)
        assert found.words == "Of 2 messages of the last 30 days, 1 would have gone another way."
        assert [(each.before, each.after) for each in found.differences] == [
            ("Technical", "Support")
        ]
    assert trying.try_named(f"switch {off}", rules, rules).simulation.differing == 0
    for strange in ("switch", "without rule_gone", f"dance {name}", "\0"):
        assert trying.try_named(strange, rules, rules) is None


def test_a_rule_for_further_messages_is_tried_once_for_each_conversation(
    begin, write, dora, technical
):
    conversation = begin(dora)
    write(conversation)
    write(conversation)
    found = tried({"all": []}, technical, moment="writes").simulation
    assert (found.looked, found.matched) == (2, 1)


def test_the_form_and_the_list_try_before_they_save(
    ada, ruled, begin, dora, technical, support, browser_of
):
    names = [
        ruled("Coats", COAT, team=technical.public_id).public_id,
        ruled("All", team=support.public_id).public_id,
    ]
    begin(dora)
    client = browser_of(ada)
    form = {"name": "New", "moment": "begins", "for_vips": "same", "is_on": "on"}
    page = client.post("/admin/routing/rule/add/", form | {"priority": "low", "do": "try"})
    assert "it would have taken 0" in page.content.decode()
    strange = dict.fromkeys(("moment", "for_vips", "priority", "team", "tags"), "\0x")
    assert client.post("/admin/routing/rule/add/", form | strange | {"do": "try"}).status_code < 500
    order = {"order": names[::-1], "do": "try"}
    page = client.post("/admin/routing/rule/", order).content.decode()
    assert "1 would have gone another way" in page and "This order is not saved yet." in page
    assert "<td>Technical</td><td>Support</td>" in page
    assert not Entry.objects.filter(kind="rule.moved").exists()


def test_the_list_tries_a_rule_switched_and_away_in_steps(
    ada, ruled, begin, dora, technical, support, browser_of, monkeypatch
):
    monkeypatch.setattr(simulator, "CHUNK", 1)
    monkeypatch.setattr(simulator, "SECONDS", 0)
    rule = ruled("Coats", COAT, team=technical.public_id)
    ruled("All", team=support.public_id)
    begin(dora)
    begin(dora, "Another coat")
    client, name = browser_of(ada), rule.public_id
    path = "/admin/routing/rule/"
    for what, title, does in (
        (f"switch {name}", "“Coats” switched off", f'value="switch {name}">Switch it off'),
        (f"without {name}", "Without “Coats”", f"{path}{rule.pk}/delete/"),
    ):
        page = client.post(path, {"do": f"try {what}"}).content.decode()
        assert title in page and does in page and f'value="go-on {what}"' in page
        assert "Of 1 message of the last 30 days, 1 would have gone another way." in page
        so_far = page.partition('name="so_far" value="')[2].partition('"')[0]
        asked = {"do": f"go-on {what}", "so_far": so_far}
        as_script = {"HX-Request": "true", "HX-Target": "tried"}
        part = client.post(path, asked, headers=as_script).content.decode()
        assert part.startswith('<section id="tried"') and "data-goes-on" in part
        assert "Of 2 messages of the last 30 days, 2 would have gone another way." in part
    assert "without" in client.get(f"{path}{rule.pk}/delete/").content.decode()
    assert not Entry.objects.filter(kind__in=("rule.switched", "rule.deleted")).exists()
