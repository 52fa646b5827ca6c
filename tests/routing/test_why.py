"""Why a conversation is where it is: told from the store, to who may see it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Decision
from inbox.actions import assign
from people.actions import create_segment
from people.segments import FACT
from routing import why
from routing.actions import delete_rule, save_rule
from tests.routing.conftest import DEVELOPERS, PYTHON

pytestmark = pytest.mark.django_db


def page_of(client, conversation, query=""):
    answer = client.get(f"/inbox/all/{conversation.public_id}/why/{query}")
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def test_it_says_which_rule_decided_and_why_the_others_did_not(
    ruled, begin, dora, technical, support, ben, browser_of
):
    ruled("Developers", {"any": [PYTHON, DEVELOPERS]}, team=technical.public_id)
    ruled("Rest", team=support.public_id, priority="high")
    ruled("Never", is_on=False, team=support.public_id)
    conversation = begin(dora, page={"url": "https://lumen.test/cart"})
    page = page_of(browser_of(ben), conversation)
    assert "The rule “Rest” gave it to Support." in page
    assert "It was to get: Support · High priority" in page
    assert "first message contains python" in page and "it was: Where is my coat?" in page
    assert "it was: https://lumen.test/cart" in page and "did not hold" in page
    assert "was off" in page and "by Rule “Rest”" in page


def test_it_is_told_as_it_was_after_the_rule_and_the_customer_have_changed(
    ruled, begin, dora, technical, support, ada, browser_of
):
    rule = ruled("Developers", PYTHON, team=technical.public_id)
    conversation = begin(dora, "My python")
    save_rule(rule, by=ada, condition=DEVELOPERS, team=support.public_id, name="Pages")
    told = why.told(Decision.objects.get(), ada)
    assert told.headline == "The rule “Developers” gave it to Technical."
    assert [clause.words for clause in told.rules[0].clauses] == ["first message contains python"]
    assert told.rules[0].is_changed
    delete_rule(rule, by=ada)
    page = page_of(browser_of(ada), conversation)
    assert "Developers" in page and "has been changed or deleted since" in page


def test_what_was_asked_and_is_gone_is_still_told(ruled, begin, dora, technical, ada):
    segment = create_segment(
        by=None, name="Any", condition={"fact": "contact.name", "op": "is_known"}
    )
    asks = {"fact": FACT, "op": "contains", "value": segment.public_id}
    ruled("Segment", asks, team=technical.public_id)
    begin(dora)
    decision = Decision.objects.get()
    assert why.told(decision, ada).rules[0].clauses[0].read == "Any"
    segment.delete()
    told = why.told(decision, ada).rules[0].clauses[0]
    assert (told.truth, told.read) == (True, "(gone)")


def test_triage_and_people_are_named(begin, dora, triage, ben, ada, ruled, technical, browser_of):
    ruled("Developers", PYTHON, team=technical.public_id)
    conversation = begin(dora)
    assign(conversation, by=ada, assignee=ben)
    page = page_of(browser_of(ben), conversation)
    assert "No rule took it, so it went to Triage." in page
    assert "<b>Ben Okafor</b> by Ada Byron" in page and "is with Ben Okafor, Triage" in page


def test_a_private_team_is_named_to_its_own_only(
    ruled, begin, dora, billing, support, ben, cleo, browser_of
):
    asks = {"fact": "conversation.team", "op": "is", "value": billing.public_id}
    ruled("Bills", {"any": [asks, PYTHON]}, team=billing.public_id)
    ruled("Rest", team=support.public_id)
    conversation = begin(dora)
    seen = page_of(browser_of(ben), conversation)
    assert "Billing" not in seen and "a private team" in seen
    assert "Billing" in page_of(browser_of(cleo), conversation)
    hidden = begin(dora, "python")
    assert page_of(browser_of(ben), hidden) == 404


def test_the_record_says_it_in_a_line_and_leads_there(
    ruled, begin, dora, technical, ben, browser_of
):
    ruled("All", team=technical.public_id)
    conversation = begin(dora)
    page = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert "The rule “All” gave it to Technical." in page
    assert f'href="/inbox/all/{conversation.public_id}/why/" data-why' in page
    assert 'data-command="why"' in page


def test_an_older_decision_is_shown_by_its_number_and_no_other_conversations(
    ruled, begin, write, dora, emil, technical, ben, browser_of
):
    ruled("Begins", team=technical.public_id)
    ruled("Writes", moment="writes", priority="high")
    conversation, other = begin(dora), begin(emil)
    write(conversation)
    first = why.decisions_on(conversation).last()
    client = browser_of(ben)
    assert "when the customer wrote on" in page_of(client, conversation)
    older = page_of(client, conversation, f"?decision={first.pk}")
    assert "when the conversation began" in older
    foreign = why.decisions_on(other).get()
    for wrong in (foreign.pk, "0", "x", "9" * 30):
        assert page_of(client, conversation, f"?decision={wrong}") == 404


def test_without_rules_it_says_so(begin, dora, ben, browser_of):
    assert "No rule was asked" in page_of(browser_of(ben), begin(dora))


def test_as_many_questions_for_many_rules_and_decisions_as_for_few(
    ruled, begin, write, dora, technical, ben, browser_of
):
    ruled("Writes", {"any": [PYTHON, DEVELOPERS]}, moment="writes", tags=[], priority="high")
    conversation = begin(dora)
    client, counts = browser_of(ben), []
    # Rules that are written out with a decision, and so many that they are not, cost one question.
    for number in (24, 30):
        for each in range(number):
            ruled(f"{number} {each}", PYTHON, moment="writes", team=technical.public_id)
        write(conversation)
        with CaptureQueriesContext(connection) as captured:
            page_of(client, conversation)
        counts.append(len(captured))
    assert counts[0] == counts[1]
