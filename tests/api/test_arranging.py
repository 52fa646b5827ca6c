"""REST: service levels, how teams share out, workloads and the settings of routing. For admins."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from people.actions import find_or_create_tag
from people.models import Team
from routing.actions import arrange_sharing, save_rule
from routing.actions.promising import save_policy
from routing.models import Policy, RoutingSettings, Rule, Sharing, Workload

pytestmark = pytest.mark.django_db

ALWAYS = {"all": []}
STEP = {"target": "first", "minutes": 5, "do": "priority", "value": "urgent"}
GOLD = {"name": "Gold", "condition": ALWAYS, "first_minutes": 30, "steps": [STEP]}


def test_an_admins_program_promises(api, ada):
    script = api(ada)
    made = script.post("service-levels", GOLD)
    assert made.status_code == 201
    body = made.json()
    assert (body["steps"], body["fault"], body["version"]) == ([STEP], None, 1)
    path = f"service-levels/{body['id']}"
    changed = script.patch(path, {"next_minutes": 60, "first_minutes": None, "steps": []}).json()
    assert (changed["first_minutes"], changed["next_minutes"], changed["version"]) == (None, 60, 2)
    other = script.post("service-levels", GOLD | {"name": "Silver"}).json()
    order = {"levels": [other["id"], body["id"]]}
    assert script.put("service-level-order", order).json() == order
    listed = script.get("service-levels").json()["results"]
    assert [row["name"] for row in listed] == ["Silver", "Gold"]
    assert script.delete(path).json()["name"] == "Gold"
    assert script.get(path).status_code == 404
    assert Entry.objects.get(kind="policy.deleted").actor_id == ada.public_id


def test_a_level_that_a_rule_gives_is_not_deleted(api, ada):
    level = save_policy(Policy(), by=ada, name="Gold", condition=ALWAYS, first_minutes=5)
    save_rule(Rule(), by=ada, name="VIPs", condition=ALWAYS, policy=level.public_id)
    answer = api(ada).delete(f"service-levels/{level.public_id}")
    assert answer.status_code == 409 and "“VIPs”" in answer.json()["detail"]
    assert Policy.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"condition": "everything"},
        {"condition": {"fact": "contact.gone", "op": "is_known"}},
        {"first_minutes": 0},
        {"first_minutes": "30"},
        {"first_minutes": None},
        {"counts": "moon"},
        {"steps": [{**STEP, "do": "team", "value": "tm_gone"}]},
        {"steps": [{**STEP, "value": "\0"}]},
        {"steps": [STEP] * 11},
        {"steps": [{"target": "first"}]},
        {"steps": "none"},
        {"surprise": 1},
    ],
)
def test_what_is_no_service_level_is_refused(api, ada, wrong):
    assert api(ada).post("service-levels", GOLD | wrong).status_code == 400
    assert not Policy.objects.exists()


def test_an_admins_program_says_how_a_team_shares_out(api, ada, support, billing):
    script = api(ada)
    path = f"teams/{support.public_id}/sharing"
    assert script.get(path).json()["way"] == "nobody"
    given = {"way": "balanced", "capacity": 3, "overflow_team": billing.public_id}
    answer = script.patch(path, given).json()
    assert {name: answer[name] for name in given} == given
    entry = Entry.objects.get(kind="sharing.changed")
    assert entry.actor_id == ada.public_id and entry.after["way"] == "balanced"
    assert [row["team"] for row in script.get("team-sharing").json()["results"]] == [
        support.public_id
    ]
    back = script.patch(f"teams/{billing.public_id}/sharing", {"overflow_team": support.public_id})
    assert back.status_code == 400
    assert "Billing → Support → Billing" in back.json()["errors"]["overflow_team"][0]
    for wrong in (
        {"way": "raffle"},
        {"capacity": 0},
        {"capacity": 10**9},
        {"needs_presence": "yes"},
        {"overflow_team": "tm_gone"},
        {"overflow_minutes": None},
        {"team": billing.public_id},
    ):
        assert script.patch(path, wrong).status_code == 400, wrong
    assert Sharing.objects.get().version == 1
    assert script.get("teams/tm_gone/sharing").status_code == 404


def test_an_admins_program_says_how_much_somebody_is_given(api, ada, ben):
    script = api(ada)
    tag, _ = find_or_create_tag("Returns", by=ada)
    path = f"teammates/{ben.public_id}/workload"
    assert script.get(path).json()["capacity"] is None
    given = {
        "capacity": 4,
        "tags": [tag.public_id],
        "languages": ["de", "pt-BR"],
        "ramp_from": "2026-11-02",
    }
    answer = script.patch(path, given).json()
    assert (answer["capacity"], answer["tags"]) == (4, [tag.public_id])
    assert (answer["languages"], answer["ramp_from"]) == (["de", "pt"], "2026-11-02")
    assert len(script.get("workloads").json()["results"]) == 1
    for wrong in (
        {"capacity": -1},
        {"capacity": True},
        {"tags": ["tag_gone"]},
        {"languages": ["deutsch!"]},
        {"languages": ["a\0"]},
        {"ramp_from": "soon"},
        {"ramp_days": 0},
        {"teammate": ada.public_id},
    ):
        assert script.patch(path, wrong).status_code == 400, wrong
    assert script.delete(path).json()["capacity"] == 4
    assert not Workload.objects.exists()
    changed = Entry.objects.filter(kind="workload.changed").order_by("id")
    assert [each.actor_id for each in changed] == [ada.public_id] * 2
    assert changed[1].before["tags"] == [tag.public_id] and changed[1].after["capacity"] is None


def test_an_admins_program_sets_what_holds_for_all_rules_and_complaints(api, ada, support):
    script = api(ada)
    assert script.get("routing-settings").json()["complaint_score"] == 2
    given = {"triage_team": support.public_id, "complaint_hours": 4}
    answer = script.patch("routing-settings", given).json()
    assert (answer["triage_team"], answer["complaint_hours"]) == (support.public_id, 4)
    entries = Entry.objects.filter(kind="routing.changed")
    assert {each.actor_id for each in entries} == {ada.public_id} and entries.count() == 2
    until = "2026-12-24T17:00:00Z"
    answer = script.patch("routing-settings", {"tells_delay": False, "delay_until": until}).json()
    assert (answer["tells_delay"], answer["delay_until"]) == (False, until)
    for wrong in (
        {"complaint_score": 4},
        {"tells_delay": "no"},
        {"delay_until": "9999-12-31T23:59:59-23:00"},
        {"complaint_team": "tm_gone"},
        {"complaint_hours": 0},
        {"simulated_days": 91},
        {"vip_segment": "seg_gone"},
        {"triage_team": None, "vip_segment": "seg_gone"},
    ):
        assert script.patch("routing-settings", wrong).status_code == 400, wrong
    assert RoutingSettings.current().triage_team == support


def test_an_admins_program_sets_up_office_hours(api, ada, support):
    script = api(ada)
    week = ["9:00–12:00, 13-17"] * 5 + ["closed"] * 2
    day = {"name": "Inventory", "first_on": "2027-01-04", "hours": "10-12"}
    given = {"name": "House", "zone": "Europe/Berlin", "week": week, "own_days": [day]}
    made = script.post("office-hours", given)
    assert made.status_code == 201
    body = made.json()
    assert body["week"][:1] + body["week"][-1:] == ["9:00–12:00, 13:00–17:00", "closed"]
    assert body["is_default"] and body["own_days"][0]["hours"] == "10:00–12:00"
    assert Entry.objects.get(kind="hours.created").actor_id == ada.public_id
    path = f"office-hours/{body['id']}"
    changed = script.patch(path, {"country": "DE", "subdivision": "BY", "own_days": []}).json()
    assert (changed["country"], changed["own_days"]) == ("DE", [])
    assert Entry.objects.get(kind="hours.changed").before["own_days"][0]["name"] == "Inventory"
    for wrong in (
        {"name": ""},
        {"name": "\0"},
        {"zone": "Mars/Base"},
        {"week": ["9-17"] * 6},
        {"week": ["nine to five"] * 7},
        {"week": ["closed"] * 7},
        {"country": "ZZ"},
        {"subdivision": "XX"},
        {"is_default": False},
        {"own_days": [{"name": "x"}]},
        {"own_days": [{"name": "x", "first_on": "2027-01-04", "last_on": "2026-01-04"}]},
        {"own_days": [day] * 201},
    ):
        assert script.patch(path, wrong).status_code == 400, wrong
    assert script.get(path).json() == changed
    assert script.delete(path).status_code == 409, "they are the house's own"
    other = script.post("office-hours", {"name": "Late", "is_default": True}).json()
    assert [row["name"] for row in script.get("office-hours").json()["results"]] == [
        "House",
        "Late",
    ]
    assert script.delete(path).json()["name"] == "House"
    assert script.get(f"office-hours/{other['id']}").json()["is_default"]
    for name in ("99999999", "9" * 40, "x"):
        assert script.get(f"office-hours/{name}").status_code == 404


def test_arranging_is_for_admins(api, ada, ben, support):
    for script in (api(ben), api()):
        for path in (
            "service-levels",
            "team-sharing",
            f"teams/{support.public_id}/sharing",
            "workloads",
            f"teammates/{ben.public_id}/workload",
            "routing-settings",
            "office-hours",
        ):
            assert script.get(path).status_code == 403, path
        assert script.post("service-levels", GOLD).status_code == 403
        assert script.patch("routing-settings", {"complaint_hours": 1}).status_code == 403
    assert not Policy.objects.exists()


def test_lists_ask_the_same_for_one_as_for_many(api, ada, ben, cleo, agent_role):
    script = api(ada)

    def asked():
        found = []
        for path in ("service-levels", "team-sharing", "workloads", "assignment-rules"):
            with CaptureQueriesContext(connection) as queries:
                assert script.get(path).status_code == 200
            found.append(len(queries))
        return found

    def arrange(name, mate):
        level = save_policy(Policy(), by=ada, name=name, condition=ALWAYS, first_minutes=5)
        team = Team.objects.create(name=name)
        arrange_sharing(team, by=ada, way="balanced")
        script.patch(f"teammates/{mate.public_id}/workload", {"capacity": 1})
        given = {"policy": level.public_id, "tells": [mate.public_id], "team": team.public_id}
        save_rule(Rule(), by=ada, name=name, condition=ALWAYS, sharing="balanced", **given)

    arrange("First", ada)
    asked()
    one = asked()
    arrange("Second", ben)
    arrange("Third", cleo)
    assert asked() == one
