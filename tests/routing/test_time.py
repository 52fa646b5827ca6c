"""Rules by time: asked when somebody has waited, or was silent, for so long; once in each wait."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from ground.hours import due
from ground.hours.models import DueRow, OfficeHours
from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from ground.web.problems import Invalid
from inbox.actions import assign, close, mark_spam, merge, reopen, reply, snooze
from inbox.models import Conversation, Message
from people.actions import block_contact
from people.models import Contact, Tag
from routing.actions import delete_rule, save_rule, switch_rule
from routing.models import Rule, RuleMatch
from tests.routing.conftest import PYTHON

pytestmark = pytest.mark.django_db

WAITING = {"moment": "passes", "since": "waiting", "after_minutes": 5}
UNASSIGNED = {"moment": "passes", "since": "unassigned", "after_minutes": 5}
SILENT = {"moment": "passes", "since": "silent", "after_minutes": 3 * 24 * 60}
BYE = {"en": "Shall we close this?", "de": "Dürfen wir das schließen?"}


def pass_time(**span):
    """So much time passes for all that has happened, as the clock cannot be moved."""
    run_owed()
    span = timedelta(**span)
    Conversation.objects.update(
        waiting_since=F("waiting_since") - span,
        created_at=F("created_at") - span,
        last_message_at=F("last_message_at") - span,
    )
    Message.objects.update(created_at=F("created_at") - span)
    Entry.objects.update(created_at=F("created_at") - span)
    Decision.objects.update(created_at=F("created_at") - span)
    Rule.objects.update(passes_from=F("passes_from") - span)
    DueRow.objects.filter(kind="routing.time").update(due_at=F("due_at") - span)
    # What was asked in a wait, by its beginning.
    for made in Decision.objects.filter(explanation__moment="passes"):
        was = datetime.fromisoformat(made.explanation["anchor"])
        made.explanation["anchor"] = (was - span).isoformat()
        made.save()
    for row in DueRow.objects.filter(kind="routing.time"):
        moved = {
            since: (datetime.fromisoformat(at) - span).isoformat()
            for since, at in row.payload["anchors"].items()
        }
        DueRow.objects.filter(pk=row.pk).update(payload={**row.payload, "anchors": moved})
    work()


def work():
    """What has happened is followed, and what is due is done, with what comes of it."""
    run_owed()
    for _ in range(9):
        if not due.run_due():
            return
        run_owed()
    raise AssertionError("It never ends.")


def row():
    """When rules are asked next of the one conversation that there is."""
    return DueRow.objects.get(kind="routing.time")


def answer(conversation, by, body="Here it is"):
    reply(conversation, by=by, body=body, client_id=uuid.uuid4())
    run_owed()


def texts(conversation):
    return list(conversation.messages.automatic().values_list("body_text", flat=True))


def decisions():
    return Decision.objects.filter(explanation__moment="passes").order_by("id")


def fresh(conversation):
    return Conversation.objects.get(pk=conversation.pk)


@pytest.fixture
def silent_rule(ruled, installation):
    return ruled("Closed after silence", **SILENT, says=BYE, closes=True)


# ---- nobody answers ------------------------------------------------------------------------------


def test_when_nobody_has_answered_for_five_minutes_a_team_gets_it_once(
    ruled, begin, dora, technical
):
    rule = ruled("Nobody answered", **WAITING, team=technical.public_id, priority="high")
    conversation = begin(dora)
    assert row().due_at == conversation.waiting_since + timedelta(minutes=5)
    pass_time(minutes=4)
    assert fresh(conversation).team is None and not decisions()
    pass_time(minutes=2)
    found = fresh(conversation)
    assert (found.team, found.priority_word) == (technical, "high")
    decision = decisions().get()
    assert decision.result["did"] == ["team", "priority"]
    assert decision.explanation["since"] == "waiting"
    passed = Entry.objects.get(kind="conversation.time_passed")
    assert passed.cause.kind == "message.received" and decision.entry == passed
    assert Entry.objects.get(kind="conversation.assigned").cause == passed
    assert RuleMatch.objects.get().rule == rule.public_id
    pass_time(hours=3)
    assert decisions().count() == 1, "once in this wait"


def test_an_answer_calls_it_off_and_the_next_question_plans_it_anew(
    ruled, begin, write, dora, ben, technical
):
    ruled("Nobody answered", **WAITING, team=technical.public_id)
    conversation = begin(dora)
    answer(conversation, ben)
    assert row().called_off_at is not None
    pass_time(minutes=9)
    assert not decisions()
    write(conversation)
    pass_time(minutes=6)
    assert fresh(conversation).team == technical


@pytest.mark.parametrize("what", ["closed", "snoozed", "spam", "merged"])
def test_what_is_no_longer_open_is_left_alone(what, ruled, begin, dora, ben, technical):
    ruled("Nobody answered", **WAITING, team=technical.public_id)
    conversation = begin(dora)
    done = {
        "closed": lambda: close(conversation, by=ben),
        "snoozed": lambda: snooze(conversation, by=ben, until=None),
        "spam": lambda: mark_spam(conversation, by=ben),
        "merged": lambda: merge(conversation, into=begin(dora), by=ben),
    }
    done[what]()
    run_owed()
    row = DueRow.objects.get(key=f"time:{conversation.public_id}")
    assert row.called_off_at is not None
    DueRow.objects.filter(pk=row.pk).update(called_off_at=None)
    pass_time(minutes=9)
    assert not decisions().filter(subject_id=conversation.public_id), "not even by a late row"


def test_who_is_given_it_ends_that_it_is_nobodys_and_giving_it_back_begins_that_anew(
    ruled, begin, dora, ben, technical
):
    ruled("Nobody has it", **UNASSIGNED, team=technical.public_id)
    conversation = begin(dora)
    assign(conversation, by=ben, assignee=ben)
    pass_time(minutes=9)
    assert not decisions()
    assign(conversation, by=ben, assignee=None)
    pass_time(minutes=4)
    assert not decisions(), "counted from when it was given back"
    pass_time(minutes=2)
    assert fresh(conversation).team == technical


def test_a_rule_that_is_off_deleted_or_changed_meanwhile_does_nothing(
    ruled, begin, dora, ada, technical
):
    rule = ruled("Nobody answered", **WAITING, team=technical.public_id)
    begin(dora)
    switch_rule(rule, by=ada, is_on=False)
    run_owed()
    assert row().called_off_at is not None
    DueRow.objects.filter(kind="routing.time").update(called_off_at=None)
    pass_time(minutes=9)
    assert not decisions(), "not even by a late row"
    switch_rule(rule, by=ada, is_on=True)
    pass_time(hours=1)
    assert not decisions(), "what was over before it was switched on is left alone"
    delete_rule(rule, by=ada)
    pass_time(hours=1)
    assert not decisions()


def test_a_changed_time_moves_what_waits_and_is_not_asked_twice(ruled, begin, dora, ada, technical):
    rule = ruled("Nobody answered", **WAITING, team=technical.public_id)
    conversation = begin(dora)
    save_rule(rule, by=ada, after_minutes=20)
    pass_time(minutes=9)
    assert not decisions()
    pass_time(minutes=12)
    assert fresh(conversation).team == technical
    save_rule(rule, by=ada, after_minutes=60)
    pass_time(hours=2)
    assert decisions().count() == 1


def test_a_new_rule_leaves_alone_what_is_over_unless_told(ruled, begin, dora, emil, ada, technical):
    old = begin(dora)
    pass_time(days=2)
    young = begin(emil)
    rule = ruled("Nobody answered", **WAITING, team=technical.public_id)
    work()
    pass_time(minutes=9)
    assert (fresh(old).team, fresh(young).team) == (None, technical)
    save_rule(rule, by=ada, includes_past=True)
    assert Entry.objects.filter(kind="rule.changed").latest("id").after["includes_past"]
    work()
    assert fresh(old).team == technical


def test_rules_whose_time_is_over_at_once_are_asked_in_their_order_and_the_first_ends_it(
    ruled, begin, dora, technical, support
):
    ruled("Python", PYTHON, **WAITING, team=technical.public_id)
    ruled("Others", **WAITING, team=support.public_id)
    ruled("Later", **{**WAITING, "after_minutes": 30}, priority="urgent")
    conversation = begin(dora, "python is broken")
    pass_time(hours=1)
    found = fresh(conversation)
    assert (found.team, found.priority_word) == (technical, "urgent")
    first, second = decisions()
    assert [each[2] for each in first.explanation["rules"]] == ["acted", "stopped"]
    assert len(second.explanation["rules"]) == 1 and second.cause == first.cause


def test_a_condition_is_asked_when_the_time_is_over_and_that_it_did_not_hold_is_kept(
    ruled, begin, write, dora, technical
):
    ruled(
        "Python",
        {"fact": "conversation.said", "op": "contains", "value": "python"},
        **WAITING,
        team=technical.public_id,
    )
    conversation = begin(dora)
    pass_time(minutes=9)
    assert decisions().get().result == {"wanted": {}}
    assert not Entry.objects.filter(kind="conversation.time_passed")
    write(conversation, "It is about python")
    pass_time(minutes=9)
    assert decisions().count() == 1, "this wait has had its moment"


def test_office_hours_of_the_team_are_counted_and_follow_its_change(
    ruled, begin, dora, ada, technical
):
    # Closed today, whatever day that is, so that the five minutes are another day's.
    today = datetime.now(UTC).weekday()
    weekly = [[["9:00", "17:00"]] if day != today else [] for day in range(7)]
    hours = OfficeHours.objects.create(name="Ours", weekly=weekly)
    technical.office_hours = hours
    technical.save()
    ruled("Nobody answered", **{**WAITING, "counts": "office"}, priority="high")
    conversation = begin(dora)
    assert row().due_at == conversation.waiting_since + timedelta(minutes=5), "of no team: always"
    assign(conversation, by=ada, team=technical)
    run_owed()
    expected = hours.calendar.add(conversation.waiting_since, timedelta(minutes=5))
    assert row().due_at == expected


# ---- silence -------------------------------------------------------------------------------------


def test_who_is_silent_for_three_days_is_told_in_their_language_and_it_is_closed(
    silent_rule, begin, dora, ben
):
    conversation = begin(dora)
    Conversation.objects.filter(pk=conversation.pk).update(language="de")
    answer(conversation, ben)
    pass_time(days=2)
    assert fresh(conversation).is_open
    pass_time(days=1, minutes=1)
    found = fresh(conversation)
    assert found.is_closed and texts(conversation) == [BYE["de"]]
    message = conversation.messages.automatic().get()
    assert (message.author_type, message.author_name) == ("bot", "Lumen")
    assert message.activity == {"kind": "automatic", "by": "Rule “Closed after silence”"}
    sent = Entry.objects.filter(kind="message.sent").latest("id")
    assert sent.after["is_automatic"] and sent.cause.kind == "conversation.time_passed"
    assert Entry.objects.get(kind="conversation.closed").cause == sent.cause
    assert decisions().get().result["did"] == ["says", "closes"]
    assert decisions().get().result["language"] == "de"
    pass_time(days=9)
    assert len(texts(conversation)) == 1


def test_the_next_word_opens_it_with_its_memory(silent_rule, begin, write, dora, ben, support):
    conversation = begin(dora)
    assign(conversation, by=ben, assignee=ben, team=support)
    answer(conversation, ben)
    pass_time(days=4)
    assert fresh(conversation).is_closed
    found = write(conversation, "Sorry, I was away")
    assert (found.is_open, found.assignee, found.team) == (True, ben, support)
    assert found.waiting_since is not None
    answer(conversation, ben)
    pass_time(days=4)
    assert fresh(conversation).is_closed and len(texts(conversation)) == 2, "another silence"


def test_a_text_is_no_answer(ruled, begin, dora, ben):
    ruled("Patience", **WAITING, says={"en": "It takes a while."})
    conversation = begin(dora)
    was = conversation.waiting_since
    assert conversation.team_read_seq == 0
    pass_time(minutes=9)
    found = fresh(conversation)
    assert texts(found) == ["It takes a while."]
    assert found.waiting_since == was - timedelta(minutes=9) and found.holder == "nobody"
    assert (found.team_read_seq, found.contact_unread) == (0, 1)
    assert found.preview == "It takes a while."
    close(found, by=ben)
    reopen(found, by=ben)
    assert fresh(found).waiting_since is not None, "who was not answered waits again"


def test_a_text_does_not_begin_another_silence(ruled, begin, dora, ben):
    ruled("Reminder", **SILENT, says={"en": "Are you there?"})
    ruled("End", **{**SILENT, "after_minutes": 5 * 24 * 60}, closes=True)
    conversation = begin(dora)
    answer(conversation, ben)
    pass_time(days=3, minutes=1)
    assert fresh(conversation).is_open and len(texts(conversation)) == 1
    pass_time(days=2)
    assert fresh(conversation).is_closed and len(texts(conversation)) == 1


def test_never_two_texts_within_an_hour(ruled, begin, write, dora):
    ruled("Hello", says={"en": "We have got it."})
    ruled("Patience", **WAITING, says={"en": "It takes a while."})
    conversation = begin(dora)
    assert texts(conversation) == ["We have got it."]
    pass_time(minutes=9)
    assert len(texts(conversation)) == 1
    refused = decisions().get().result
    assert refused["refused"] == ["Another automatic text went out less than an hour before."]
    assert "did" not in refused


def test_who_wrote_meanwhile_is_not_closed(silent_rule, begin, write, dora, ben):
    conversation = begin(dora)
    answer(conversation, ben)
    write(conversation, "Wait!")
    pass_time(days=4)
    assert fresh(conversation).is_open and not texts(conversation)


def test_what_was_opened_again_or_put_off_to_a_day_is_not_closed_the_moment_it_comes_back(
    silent_rule, begin, dora, ben
):
    conversation = begin(dora)
    answer(conversation, ben)
    until = datetime.now(UTC) + timedelta(days=4)
    snooze(conversation, by=ben, until=until)
    pass_time(days=4)
    assert fresh(conversation).status == "snoozed" and not texts(conversation)
    reopen(conversation, by=ben)
    work()
    assert fresh(conversation).is_open, "there is something to do in it"
    pass_time(days=3, minutes=1)
    assert fresh(conversation).is_closed


def test_what_was_put_off_until_they_write_is_closed(silent_rule, begin, dora, ben):
    conversation = begin(dora)
    answer(conversation, ben)
    snooze(conversation, by=ben, until=None)
    pass_time(days=3, minutes=1)
    assert fresh(conversation).is_closed and len(texts(conversation)) == 1


def test_who_is_blocked_is_told_nothing(ruled, begin, dora, ben, ada):
    ruled("Patience", **WAITING, says={"en": "It takes a while."}, priority="high")
    conversation = begin(dora)
    Contact.objects.filter(pk=dora.pk).update(is_blocked=True)
    pass_time(minutes=9)
    assert not texts(conversation)
    assert decisions().get().result["refused"] == ["This contact is blocked."]
    block_contact(Contact.objects.get(pk=dora.pk), by=ada)


# ---- robustness ----------------------------------------------------------------------------------


def test_a_chain_that_is_too_deep_is_refused_and_said(ruled, begin, dora, technical):
    ruled("Nobody answered", **WAITING, team=technical.public_id)
    conversation = begin(dora)
    Entry.objects.filter(pk=row().payload["cause"]).update(depth=7)
    pass_time(minutes=9)
    assert fresh(conversation).team is None
    assert "one effect too many" in decisions().get().result["refused"][0]
    assert not Entry.objects.filter(kind="conversation.time_passed")
    assert row().done_at, "and is not tried again"


def test_a_rule_that_breaks_later_is_passed_over_flagged_and_blocks_no_other(
    ruled, begin, dora, technical, support
):
    gone = Tag.objects.create(name="Gone")
    tree = {"fact": "conversation.tags", "op": "contains", "value": gone.public_id}
    broken = ruled("Broken", {"not": tree}, **WAITING, team=support.public_id)
    ruled("Sound", **WAITING, team=technical.public_id)
    conversation = begin(dora)
    gone.delete()
    pass_time(minutes=9)
    assert fresh(conversation).team == technical
    broken.refresh_from_db()
    assert "gone" in broken.broken
    assert Entry.objects.get(kind="rule.broke").subject_id == broken.public_id


def test_two_looks_at_the_same_time_do_it_once(silent_rule, begin, dora, ben):
    conversation = begin(dora)
    answer(conversation, ben)
    pass_time(days=4)
    DueRow.objects.filter(kind="routing.time").update(
        done_at=None, called_off_at=None, due_at=F("due_at") - timedelta(days=9)
    )
    Conversation.objects.update(status="open", closed_at=None)
    work()
    assert len(texts(conversation)) == 1 and decisions().count() == 1


@pytest.mark.parametrize("count", [0, 1, 300])
def test_what_a_message_costs_does_not_grow_with_the_rules(
    count, ruled, begin, dora, ben, technical, django_assert_num_queries
):
    from routing.actions.watching import watch

    begin(dora)
    if count:
        ruled("First", **WAITING, team=technical.public_id)
        first = Rule.objects.get()
        Rule.objects.bulk_create(
            Rule(
                name=f"Rule {number}",
                moment="passes",
                since="waiting",
                after_minutes=number + 5,
                condition=first.condition,
                team=technical,
            )
            for number in range(1, count)
        )
    entry = Entry.objects.get(kind="message.received")
    # The rules; whether there is a row, twice; the conversation, the time, the row; a savepoint.
    with django_assert_num_queries(8 if count else 1):
        watch([entry])
    assert DueRow.objects.filter(kind="routing.time").count() == bool(count)


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "field", "said"),
    [
        ({**WAITING, "since": ""}, "since", "last so long"),
        ({**WAITING, "since": "\x00"}, "since", "Expected one of"),
        ({**WAITING, "after_minutes": None}, "after_minutes", "after how long"),
        ({**WAITING, "after_minutes": 0}, "after_minutes", "1 minute to 90 days"),
        ({**WAITING, "after_minutes": 60 * 24 * 90 + 1}, "after_minutes", "90 days"),
        ({**WAITING, "after_minutes": True}, "after_minutes", "90 days"),
        ({**WAITING, "counts": "lunar"}, "counts", "Expected one of"),
        ({"says": {"en": "a\x00b"}}, "says", "control character"),
        ({"says": {"en": "\ud800"}}, "says", "surrogate"),
        ({"says": {"en": " \u200b "}}, "says", "must not be empty"),
        ({"says": {"en": "x" * 40_000}}, "says", "too long"),
        ({"says": {"xx": "Hello"}}, "says", "not known"),
        ({"says": ["Hello"]}, "says", "by language"),
        ({"says": {"en": 5}}, "says", "must be text"),
        ({"says": {"en": "{{teammate.name|we}}"}}, "says", "nobody's name"),
        ({"says": {"en": "Hi {{contact.first_name}}"}}, "says", "not known"),
        ({"says": {"en": "Hi {{contact.password|x}}"}}, "says", "nothing called"),
        ({"closes": True, "priority": "low"}, "closes", "at once"),
        ({**WAITING}, "team", "what becomes"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(wanted, field, said, ruled):
    with pytest.raises(Invalid) as problem:
        ruled("Wrong", **wanted)
    assert said in problem.value.errors[field][0]
    assert not Rule.objects.exists()


def test_hostile_words_come_out_as_words(ruled, begin, dora):
    Contact.objects.filter(pk=dora.pk).update(
        name="<img src=x onerror=alert(1)> [link](https://evil.test)"
    )
    text = "Dear {{contact.name|customer}}, <script>alert(1)</script> **wait**"
    ruled("Patience", **WAITING, says={"en": text})
    conversation = begin(dora)
    pass_time(minutes=9)
    html = conversation.messages.automatic().get().body_html
    assert "<script" not in html and "<img" not in html and "<a " not in html
    assert "<strong>wait</strong>" in html
