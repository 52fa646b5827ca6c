"""What cannot be meant is refused on save, with a sentence: in the admin and over REST alike."""

import pytest
from django.test import Client

from ground.journal.models import Entry
from ground.web.problems import Invalid
from people.actions import create_token, deactivate
from people.models import Team
from people.models.token import Scope
from routing.actions import arrange_sharing, save_rule, switch_rule
from routing.actions.promising import save_policy
from routing.models import Policy, Rule
from tests.routing.conftest import ALWAYS
from tests.routing.crews import share

pytestmark = pytest.mark.django_db

LIST = "/admin/routing/rule/"
CLAUSE = {
    "c.word": "all",
    "c.0.fact": "conversation.first_words",
    "c.0.was": "conversation.first_words",
    "c.0.op": "contains",
    "c.0.value": "python",
}


class Doors:
    """Both ways by which an admin writes a rule: what each answers to the same."""

    def __init__(self, ada, browser):
        self.browser = browser
        self.token = create_token(by=ada, name="script", teammate=ada, scopes=list(Scope.values))[1]

    def form(self, **given):
        posted = {"name": "R", "moment": "begins", "for_vips": "same", "is_on": "on"}
        posted |= {name: "on" if value is True else value for name, value in given.items()}
        tree = {} if "c.0.op" in posted else CLAUSE
        return self.browser.post(f"{LIST}add/", {**tree, **posted})

    def rest(self, **given):
        return self.post("assignment-rules", {"name": "R", "condition": ALWAYS, **given})

    def post(self, path, body):
        return Client().post(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )


@pytest.fixture
def doors(ada, browser_of):
    return Doors(ada, browser_of(ada))


@pytest.fixture
def gone(ada, agent_role, support):
    """Public ids of what was there once: a team, a level, a teammate; and a level that is off."""
    team = Team.objects.create(name="Gone")
    level = save_policy(Policy(), by=ada, name="Gone", condition=ALWAYS, first_minutes=5)
    off = save_policy(Policy(), by=ada, name="Off", condition=ALWAYS, first_minutes=5, is_on=False)
    names = {"team": team.public_id, "level": level.public_id, "off": off.public_id}
    team.delete()
    level.delete()
    return names


def refused(answer, said, field=""):
    """Both doors refuse with the sentence, and nothing is written."""
    assert answer.status_code == 400
    if answer["Content-Type"].startswith("application/problem+json"):
        texts = answer.json()["errors"][field]
        assert any(said in text for text in texts), texts
    else:
        assert said in answer.content.decode()
    assert not Rule.objects.filter(name="R").exists()
    assert not Entry.objects.filter(kind="rule.created", after__name="R").exists()


def test_what_is_gone_or_off_is_refused(doors, gone, ada, ben, support):
    deactivate(ben, by=ada)
    name = support.public_id
    for given, field, said in (
        ({"team": gone["team"]}, "team", "This team is gone."),
        ({"policy": gone["level"]}, "policy", "This service level is gone."),
        ({"policy": gone["off"]}, "policy", "The service level “Off” is off."),
        ({"teammate": ben.public_id}, "teammate", "Ben Okafor is deactivated."),
        ({"tells": [ben.public_id]}, "tells", "Ben Okafor is deactivated."),
        ({"tells": ["mate_gone"]}, "tells", "Somebody who is to be told is gone."),
        ({"team": name, "sharing": "raffle"}, "sharing", ""),
        ({"sharing": "balanced", "is_complaint": True}, "sharing", "Say which team"),
        ({}, "team", "Say what becomes of such a conversation"),
    ):
        refused(doors.form(**given), said)
        refused(doors.rest(**given), said, field)


def test_a_complaint_is_not_closed_as_well(doors):
    given = {"is_complaint": True, "closes": True, "moment": "writes"}
    refused(doors.form(**given), "A complaint stays open")
    refused(doors.rest(**given), "A complaint stays open", "closes")


def test_who_could_not_look_is_not_told(doors, ben, billing):
    given = {"team": billing.public_id, "tells": [ben.public_id]}
    refused(doors.form(**given), "Ben Okafor is not in that private team.")
    refused(doors.rest(**given), "Ben Okafor is not in that private team.", "tells")


def test_what_cannot_be_asked_is_refused(doors, support):
    name = support.public_id
    for fact, op, value, said in (
        ("contact.nothing", "is", "x", "nothing"),
        ("contact.name", "matches", "(a+)+\\1", "The expression cannot be used"),
        ("contact.name", "matches", "(", "The expression cannot be used"),
        ("conversation.team", "is", "tm_gone", ""),
    ):
        clause = {"fact": fact, "op": op, "value": value}
        refused(doors.rest(team=name, condition=clause), said, "condition")
        fields = {"c.0.fact": fact, "c.0.was": fact, "c.0.op": op, "c.0.value": value}
        refused(doors.form(team=name, **{"c.word": "all"}, **fields), "")


def test_hostile_values_of_results_are_refused_over_rest(doors):
    for given in (
        {"policy": 7},
        {"policy": "a\x00"},
        {"tells": "everybody"},
        {"tells": ["\x00"]},
        {"tells": ["x" * 41]},
        {"tells": [None]},
        {"tells": ["mate_x"] * 21},
        {"is_complaint": "yes"},
        {"is_complaint": None},
        {"sharing": 1},
    ):
        assert doors.rest(**given).status_code == 400, given
    assert not Rule.objects.exists()


# ---- nothing goes round --------------------------------------------------------------------------


def lies_with(team):
    return {"fact": "conversation.team", "op": "is", "value": team.public_id}


def to(team, minutes=5):
    step = {"target": "any", "minutes": minutes, "do": "team", "value": team.public_id}
    return [step]


@pytest.fixture
def level(ada):
    def promised(name, condition=ALWAYS, **wanted):
        given = {"condition": condition, "first_minutes": 60, **wanted}
        return save_policy(Policy(), by=ada, name=name, **given)

    return promised


def test_a_level_and_a_team_that_goes_on_make_no_circle(ada, level, support, technical):
    share(support, by=ada, overflow_team=technical)
    with pytest.raises(Invalid) as refusal:
        level("Gold", lies_with(technical), steps=to(support))
    said = "Technical → Support (the service level “Gold”) → Technical."
    assert refusal.value.errors["steps"] == [f"It would go round in a circle: {said}"]
    level("Gold", lies_with(technical), steps=to(support), is_on=False)
    arrange_sharing(support, by=ada, overflow_team=None)
    save_policy(Policy.objects.get(), by=ada, is_on=True)
    with pytest.raises(Invalid) as refusal:
        arrange_sharing(support, by=ada, overflow_team=technical)
    assert "the service level “Gold”" in refusal.value.errors["overflow_team"][0]


def test_a_rule_that_gives_a_level_makes_no_circle(doors, ada, level, support, technical):
    share(technical, by=ada, overflow_team=support)
    gold = level("Gold", by_rules_only=True, steps=to(technical))
    given = {"team": support.public_id, "policy": gold.public_id}
    said = "Support → Technical (the service level “Gold”) → Support."
    refused(doors.form(**given), said)
    refused(doors.rest(**given), said, "team")
    rule = save_rule(Rule(), by=ada, name="Off", condition=ALWAYS, is_on=False, **given)
    with pytest.raises(Invalid, match="round in a circle"):
        switch_rule(rule, by=ada, is_on=True)
    answer = doors.browser.post(LIST, {"do": f"switch {rule.public_id}", "order": []})
    assert answer.status_code == 400 and "round in a circle" in answer.content.decode()
    rule.refresh_from_db()
    assert not rule.is_on


def test_a_rule_by_time_makes_no_circle(doors, ada, support, technical):
    share(technical, by=ada, overflow_team=support)
    given = {"moment": "passes", "since": "waiting", "after_minutes": 5}
    given |= {"team": technical.public_id, "condition": lies_with(support)}
    refused(doors.rest(**given), "Support → Technical (the rule “R”) → Support.", "team")
    elsewhere = {"not": lies_with(support)}
    assert doors.rest(**given | {"condition": elsewhere}).status_code == 201


def test_three_that_hand_on_to_each_other_are_told_all(ada, level, support, technical, billing):
    level("A", lies_with(support), steps=to(technical))
    share(technical, by=ada, overflow_team=billing)
    with pytest.raises(Invalid) as refusal:
        level("C", lies_with(billing), steps=to(support))
    assert refusal.value.errors["steps"] == [
        "It would go round in a circle: Billing → Support (the service level “C”) → "
        "Technical (the service level “A”) → Billing."
    ]


def test_what_is_in_a_circle_elsewhere_keeps_nobody_from_saving(ada, level, support, technical):
    level("A", lies_with(support), steps=to(technical))
    Policy.objects.create(
        name="B", condition=lies_with(technical), first_minutes=5, steps=to(support)
    )
    other = Team.objects.create(name="Other")
    assert share(other, by=ada, overflow_team=support).overflow_team == support


def test_a_level_in_a_circle_is_refused_by_both_doors(doors, ada, support, technical):
    share(support, by=ada, overflow_team=technical)
    form = {
        "name": "Gold",
        "counts": "wall",
        "first_minutes": "1 h",
        "next_minutes": "",
        "resolution_minutes": "",
        "soon_minutes": "15 min",
        "is_on": "on",
        "c.word": "all",
        "c.0.fact": "conversation.team",
        "c.0.was": "conversation.team",
        "c.0.op": "is",
        "c.0.value": technical.public_id,
        "step_target": "any",
        "step_span": "5 min",
        "step_side": "after",
        "step_do": f"team {support.public_id}",
    }
    said = "Technical → Support (the service level “Gold”) → Technical."
    answer = doors.browser.post("/admin/routing/policy/add/", form)
    assert answer.status_code == 400 and said in answer.content.decode()
    given = {"name": "Gold", "condition": lies_with(technical), "first_minutes": 60}
    answer = doors.post("service-levels", given | {"steps": to(support)})
    assert answer.status_code == 400 and said in answer.json()["errors"]["steps"][0]
    assert not Policy.objects.exists()
