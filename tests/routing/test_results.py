"""What rules say of how a conversation is dealt with, and who is told of it."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from ground.hours import due
from ground.hours.models import DueRow
from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from ground.web.problems import StateConflict
from inbox.actions import assign, close
from inbox.models import Notification
from people.actions import change_team, deactivate, reactivate
from people.models import Team
from routing.actions import arrange_settings, save_rule, switch_rule
from routing.actions.promising import delete_policy, save_policy
from routing.asking import language, said_by
from routing.models import Handling, Policy, Promise, Rule, RuleEdition, Sharing
from routing.trying import try_rule
from tests.routing.conftest import ALWAYS, PYTHON
from tests.routing.crews import hire, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def level(ada):
    """level("Gold", first_minutes=5): a service level that ada promised."""

    def promised(name, **wanted):
        wanted = {"condition": ALWAYS, "counts": "wall", "first_minutes": 60, **wanted}
        return save_policy(Policy(), by=ada, name=name, **wanted)

    return promised


def last_decision(conversation, decider="routing.rules"):
    made = Decision.objects.filter(subject_id=conversation.public_id, decider=decider)
    return made.latest("id")


def later():
    run_owed()
    DueRow.objects.filter(done_at=None).update(due_at=Now() - timedelta(seconds=1))
    due.run_due()
    run_owed()


# ---- how it is shared out ------------------------------------------------------------------------


def test_a_rule_shares_out_what_it_gives_to_a_team_that_shares_nothing(
    ruled, begin, dora, ben, support, agent_role, browser_of
):
    hire("Eve", agent_role, support)
    rule = ruled("Fair", PYTHON, team=support.public_id, sharing="round_robin")
    Sharing.objects.update(needs_presence=False, previous_owner_first=False)
    first, second = begin(dora, "python 1"), begin(dora, "python 2")
    assert {str(first.assignee), str(second.assignee)} == {"Eve", "Ben Okafor"}
    facts = last_decision(first, "routing.allocator").facts
    assert (facts["way"], facts["way_by"]) == ("round_robin", rule.public_id)
    assert last_decision(first).result["did"] == ["team", "sharing"]
    page = browser_of(ben).get(f"/inbox/all/{first.public_id}/why/").content.decode()
    assert "By the rule “Fair” it is shared out in turn." in page
    other = assign(begin(dora), by=None, team=support)
    run_owed()
    other.refresh_from_db()
    assert other.assignee is None, "the rest of the team's is theirs to take"


def test_a_rule_leaves_what_it_gives_to_those_who_take_it(ruled, begin, dora, ben, support):
    share(support)
    ruled("Choosy", team=support.public_id, sharing="nobody")
    assert begin(dora).assignee is None
    Rule.objects.all().delete()
    other = assign(begin(dora), by=None, team=support)
    run_owed()
    other.refresh_from_db()
    assert other.assignee == ben


def test_a_way_of_sharing_out_holds_for_the_team_that_the_rule_gave_it_to(
    ruled, begin, dora, ben, support, technical
):
    share(technical)
    technical.memberships.create(teammate=ben)
    ruled("Choosy", team=support.public_id, sharing="nobody")
    conversation = assign(begin(dora), by=None, team=technical)
    run_owed()
    conversation.refresh_from_db()
    assert conversation.assignee == ben


def test_what_begins_anew_is_asked_anew(ruled, begin, write, dora, ada, ben, support, level):
    rule = ruled("Gold", team=support.public_id, sharing="nobody", policy=level("Gold").public_id)
    conversation = begin(dora)
    assert Handling.objects.get().sharing_rule == rule.public_id
    close(conversation, by=ben)
    ruled("Else", priority="high")
    switch_rule(rule, by=ada, is_on=False)
    write(conversation)
    assert not Handling.objects.exists()


# ---- what is promised ----------------------------------------------------------------------------


def test_the_service_level_of_a_rule_beats_what_the_levels_ask(
    ruled, begin, dora, ben, browser_of, level
):
    level("Everybody")
    gold = level("Gold", first_minutes=5, by_rules_only=True)
    plain = begin(dora)
    assert str(Promise.objects.get(conversation=plain).policy) == "Everybody"
    rule = ruled("Programmers", PYTHON, policy=gold.public_id)
    conversation = begin(dora, "python")
    assert Promise.objects.get(conversation=conversation).policy == gold
    decision = last_decision(conversation, "routing.sla")
    assert decision.explanation == {"policies": [], "rule": rule.public_id}
    assert decision.result == {"policy": gold.public_id}
    page = f"/inbox/all/{conversation.public_id}"
    browser = browser_of(ben)
    assert "the rule “Programmers” gave it" in browser.get(f"{page}/due/").content.decode()
    assert "service level Gold" in browser.get(f"{page}/why/").content.decode()


def test_without_its_service_level_a_rule_is_passed_over_and_the_levels_ask_again(
    ruled, begin, dora, ada, level, technical
):
    level("Everybody")
    gold = level("Gold", by_rules_only=True)
    rule = ruled("Programmers", PYTHON, policy=gold.public_id, team=technical.public_id)
    before = begin(dora, "python")
    with pytest.raises(StateConflict, match="The rule “Programmers” gives"):
        delete_policy(gold, by=ada)
    save_policy(gold, by=ada, is_on=False)
    later()
    assert str(Promise.objects.get(conversation=before).policy) == "Everybody"
    assert begin(dora, "python again").team is None
    rule.refresh_from_db()
    assert rule.broken == "The service level “Gold” is off."


def test_a_later_rule_gives_another_service_level(ruled, begin, write, dora, level):
    gold, silver = level("Gold"), level("Silver")
    ruled("First", policy=gold.public_id)
    ruled("Then", moment="writes", policy=silver.public_id)
    conversation = begin(dora)
    assert Promise.objects.get().policy == gold
    write(conversation)
    assert Promise.objects.get().policy == silver


# ---- complaints ----------------------------------------------------------------------------------


def test_what_is_a_complaint_by_its_words_is_somebodys_with_a_time_to_answer(
    ruled, begin, dora, ben, support
):
    rule = ruled("Upset", PYTHON, team=support.public_id, is_complaint=True)
    conversation = begin(dora, "I want to complain about python")
    assert (conversation.assignee, conversation.team) == (ben, support)
    assert conversation.priority_word == "high"
    entry = Entry.objects.get(kind="complaint.followed_up")
    assert entry.after["rule"] == rule.public_id and entry.cause.kind == "conversation.routed"
    decision = last_decision(conversation, "routing.complaints")
    assert decision.facts == {"rule": rule.public_id, "tries": 1}
    assert decision.result["why"].startswith("A complaint, by the rule “Upset”. Ben Okafor ")
    row = DueRow.objects.get(kind="routing.complaint_due")
    assert row.done_at is None and row.payload["rule"] == [rule.public_id, "Upset"]
    assert last_decision(conversation).result["did"] == ["team", "complaint"]


def test_a_complaint_that_nobody_answers_in_time_goes_to_somebody_else(
    ruled, begin, dora, ben, support, agent_role
):
    ruled("Upset", team=support.public_id, teammate=ben.public_id, is_complaint=True)
    conversation = begin(dora)
    hire("Eve", agent_role, support)
    later()
    conversation.refresh_from_db()
    assert (str(conversation.assignee), conversation.priority_word) == ("Eve", "urgent")
    assert Entry.objects.get(kind="complaint.unanswered").after["assignee"] == ben.public_id


def test_a_complaint_of_no_team_goes_to_the_team_for_complaints_else_to_anybody(
    ruled, begin, dora, ada, ben, agent_role
):
    ruled("Upset", is_complaint=True)
    assert begin(dora).assignee in (ada, ben)
    leads = Team.objects.create(name="Leads")
    lea = hire("Lea", agent_role, leads)
    arrange_settings(by=ada, complaint_team=leads)
    conversation = begin(dora)
    assert (conversation.assignee, conversation.team) == (lea, leads)


def test_a_complaint_that_is_followed_up_keeps_its_time(ruled, begin, write, dora, ben, support):
    ruled("Upset", team=support.public_id, is_complaint=True)
    ruled("Again", moment="writes", is_complaint=True)
    conversation = begin(dora)
    due_at = DueRow.objects.get(kind="routing.complaint_due").due_at
    write(conversation)
    assert DueRow.objects.get(kind="routing.complaint_due").due_at == due_at
    assert last_decision(conversation).result["kept"] == ["complaint"]
    assert Entry.objects.filter(kind="complaint.followed_up").count() == 1


# ---- who is told ---------------------------------------------------------------------------------


def test_a_rule_calls_people_who_may_look_at_once(
    ruled, begin, dora, ada, ben, cleo, support, billing
):
    rule = ruled("Upset", tells=[ada.public_id, cleo.public_id], team=support.public_id)
    conversation = begin(dora)
    told = Notification.objects.filter(reasons__has_key="escalated")
    assert {each.teammate for each in told} == {ada, cleo}
    assert told[0].reasons["escalated"] == "Rule “Upset”"
    assert told[0].preview == "Where is my coat?"
    entry = Entry.objects.get(kind="conversation.called")
    assert entry.after["rule"] == rule.public_id
    assert entry.subject_id == conversation.public_id and entry.cause.kind == "conversation.routed"
    assert last_decision(conversation).result["did"] == ["team", "tells"]


def test_who_may_not_see_a_conversation_is_not_called_there(ruled, begin, dora, ben, ada, support):
    ruled("Upset", tells=[ben.public_id, ada.public_id], team=support.public_id)
    change_team(support, by=ada, is_private=True)
    support.memberships.all().delete()
    conversation = begin(dora)
    assert Entry.objects.get(kind="conversation.called").after["tell"] == [ada.public_id]
    assert "Ben Okafor may not see it" in last_decision(conversation).result["refused"][0]
    assert not Notification.objects.filter(teammate=ben).exists()


# ---- what breaks later ---------------------------------------------------------------------------


def test_a_rule_that_breaks_is_passed_over_and_its_admins_are_told_once(
    ruled, begin, dora, ada, ben, cleo, support, technical
):
    rule = ruled("Upset", team=technical.public_id, tells=[cleo.public_id])
    ruled("Rest", team=support.public_id)
    deactivate(cleo, by=ada)
    conversation = begin(dora)
    assert conversation.team == support
    bell = Notification.objects.get(reasons__has_key="broken")
    assert (bell.teammate, bell.conversation) == (ada, conversation)
    assert bell.preview == "The rule “Upset” is passed over. Cleo Marchand is deactivated."
    begin(dora, "Another")
    assert Entry.objects.filter(kind="rule.broke").count() == 1
    assert Notification.objects.filter(reasons__has_key="broken").count() == 1
    reactivate(cleo, by=ada)
    assert begin(dora, "Third").team == technical
    rule.refresh_from_db()
    assert rule.broken == ""


# ---- what is written -----------------------------------------------------------------------------


def test_what_a_rule_gives_is_kept_with_its_version(ruled, ada, ben, level, support):
    gold = level("Gold")
    rule = ruled("All", team=support.public_id, sharing="balanced", tells=[ben.public_id])
    save_rule(rule, by=ada, policy=gold.public_id, is_complaint=True, tells=[], sharing=None)
    first, second = RuleEdition.objects.order_by("version")
    assert (first.says["sharing"], first.says["tells"]) == ("balanced", [ben.public_id])
    assert (second.says["policy"], second.says["is_complaint"]) == (gold.public_id, True)
    entry = Entry.objects.get(kind="rule.changed")
    assert entry.before == {
        "sharing": "balanced",
        "policy": None,
        "is_complaint": False,
        "tells": [ben.public_id],
    }


def test_a_rule_that_only_promises_or_calls_is_whole(ruled, ben, level):
    ruled("Promises", policy=level("Gold").public_id)
    ruled("Calls", tells=[ben.public_id])
    ruled("Complaint", is_complaint=True)
    assert Rule.objects.count() == 3


def test_a_rule_that_is_tried_differs_by_what_it_promises_and_whom_it_calls(
    ruled, begin, dora, ben, level, support
):
    rule = ruled("All", team=support.public_id)
    begin(dora)
    says = said_by(rule)
    spoken = language()
    for given in (
        {"policy": level("Gold").public_id},
        {"tells": [ben.public_id]},
        {"is_complaint": True},
        {"sharing": "balanced"},
    ):
        tried = try_rule(rule.public_id, {**says, **given}, spoken)
        assert tried.simulation.differing == 1, given
        assert tried.differences[0].before == "Support"
        assert tried.differences[0].after.startswith("Support · ")
    assert try_rule(rule.public_id, says, spoken).simulation.differing == 0
