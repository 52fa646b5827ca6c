"""Who is not content is answered: by whoever had the conversation, or by a team for that."""

import uuid
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from ground.hours import due
from ground.hours.models import DueRow
from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from ground.web.problems import Invalid
from inbox.actions import assign, close, rate, reopen, reply
from inbox.models import Conversation
from people.actions import set_away
from people.models import Team
from routing.actions import arrange_settings
from tests.routing.crews import ask, hire, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(line, dora, ben, support):
    """A conversation of dora's that ben has answered and closed."""
    conversation = assign(ask(dora, line, support), by=ben, assignee=ben)
    reply(conversation, by=ben, body="There you are", client_id=uuid.uuid4())
    return close(conversation, by=ben)


def later():
    """Everything that is planned comes due, and what follows from it is done."""
    run_owed()
    DueRow.objects.filter(done_at=None).update(due_at=Now() - timedelta(seconds=1))
    due.run_due()
    run_owed()


def complain(conversation, score=1, comment=""):
    rate(conversation, by=conversation.contact, score=score, comment=comment)
    later()
    conversation.refresh_from_db()
    return conversation


def test_a_bad_rating_opens_the_conversation_for_whoever_had_it_and_says_why(served, ben):
    complain(served, comment="Nothing works")
    assert (served.status, served.assignee, served.priority_word) == ("open", ben, "high")
    assert served.waiting_since is not None
    rated = Entry.objects.get(kind="conversation.rated")
    followed = Entry.objects.get(kind="complaint.followed_up")
    assert followed.cause == rated and followed.after["assignee"] == ben.public_id
    assert Entry.objects.get(kind="conversation.reopened").cause == rated
    decision = Decision.objects.get(decider="routing.complaints")
    assert decision.result["why"].startswith("The customer rated 1 of 5. Ben Okafor had")
    assert DueRow.objects.get(kind="routing.complaint_due").done_at is None


@pytest.mark.parametrize(("score", "status"), [(2, "open"), (3, "closed"), (5, "closed")])
def test_who_is_content_is_left_in_peace(served, score, status):
    assert complain(served, score).status == status


def test_who_thinks_better_of_it_in_time_does_not_complain(served, dora):
    rate(served, by=dora, score=1)
    run_owed()
    rate(served, by=dora, score=4)
    later()
    served.refresh_from_db()
    assert served.status == "closed"
    assert not Entry.objects.filter(kind="complaint.followed_up").exists()


def test_nothing_is_opened_twice_and_what_is_in_work_again_is_left_alone(served, ben, dora):
    rate(served, by=dora, score=1)
    run_owed()
    reopen(served, by=ben)
    later()
    assert not Entry.objects.filter(kind="complaint.followed_up").exists()


def test_a_team_for_complaints_gets_them_and_one_of_it_has_them(served, ada, agent_role, ben):
    leads = Team.objects.create(name="Leads")
    hire("Lea", agent_role, leads)
    arrange_settings(by=ada, complaint_team=leads)
    complain(served)
    assert (str(served.assignee), served.team) == ("Lea", leads)


def test_who_is_away_is_not_left_with_it(served, ben, support, agent_role):
    hire("Eve", agent_role, support)
    set_away(ben, True, by=ben)
    complain(served)
    assert str(served.assignee) == "Eve"


def test_an_answer_in_time_is_the_end_of_it(served, ben):
    complain(served)
    reply(served, by=ben, body="I am sorry", client_id=uuid.uuid4())
    later()
    assert not Entry.objects.filter(kind="complaint.unanswered").exists()
    assert not DueRow.objects.filter(done_at=None).exists()


def test_without_an_answer_in_time_somebody_else_has_it_and_it_is_urgent(
    served, ben, support, agent_role
):
    hire("Eve", agent_role, support)
    complain(served)
    close(served, by=ben)
    later()
    served.refresh_from_db()
    assert (served.status, str(served.assignee)) == ("open", "Eve")
    assert served.priority_word == "urgent"
    unanswered = Entry.objects.get(kind="complaint.unanswered")
    assert unanswered.after == {"tries": 1, "assignee": ben.public_id}
    for _ in range(3):
        later()
    assert Entry.objects.filter(kind="complaint.unanswered").count() == 3, "not for ever"
    assert not DueRow.objects.filter(done_at=None).exists()


def test_who_wants_no_following_up_has_none(served, ada):
    arrange_settings(by=ada, complaint_score=0)
    assert complain(served).status == "closed"
    assert Entry.objects.filter(kind="routing.changed").last().after == {"complaint_score": 0}


def test_complaints_are_set_in_the_admin(ada, support, browser_of):
    page = "/admin/routing/routingsettings/"
    browser = browser_of(ada)
    assert b"a complaint is a rating of at most" in browser.get(page).content.lower()
    form = {"complaint_score": "1", "complaint_team": support.pk, "complaint_hours": "4"}
    form |= {"tells_delay": "on", "delay_until_0": "", "delay_until_1": ""}
    assert browser.post(page, form).status_code == 302
    after = Entry.objects.get(kind="routing.changed").after
    expected = {"complaint_score": 1, "complaint_team": support.public_id, "complaint_hours": 4}
    assert after == expected


def test_a_waiting_time_that_is_over_sends_work_to_the_next_team(line, dora, ben, cleo, ada):
    support, billing = ben.teams.get(), cleo.teams.get()
    share(support, "nobody", overflow_team=billing, overflow_minutes=5)
    share(billing)
    waits, taken = ask(dora, line, support), ask(dora, line, support)
    assign(taken, by=ben, assignee=ben)
    later()
    waits.refresh_from_db()
    taken.refresh_from_db()
    assert (waits.team, str(waits.assignee)) == (billing, "Cleo Marchand")
    assert (taken.team, taken.assignee) == (support, ben)
    decision = Decision.objects.get(decider="routing.overflow")
    assert decision.result["why"] == "Nobody had it for 5 minutes."
    with pytest.raises(Invalid) as refused:
        share(billing, overflow_team=support)
    assert "Billing → Support → Billing" in str(refused.value.errors)
    assert Conversation.objects.filter(team=billing).count() == 1
