"""Service levels: what is promised, kept up to date by what happens, warned of and escalated."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ground.hours import due
from ground.hours.models import DueRow, OfficeHours
from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from ground.journal.recording import Automation
from ground.web.paging import keyset
from ground.web.problems import Invalid, NotAllowed
from inbox.actions import assign, close, hold, mark_spam, prioritize, reply, snooze
from inbox.models import Conversation, Notification
from inbox.orders import DUE
from people.actions import hours_saved
from routing import kept
from routing.actions import arrange_policies
from routing.actions.keeping import RECOMPUTE, keep
from routing.actions.promising import delete_policy, save_policy
from routing.levels import read
from routing.models import Clock, Policy, Promise
from tests.routing.conftest import ALWAYS, PYTHON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
URGENT = {"fact": "conversation.priority", "op": "is", "value": "urgent"}


@pytest.fixture
def level(ada):
    """level("House", first_minutes=60): a policy around the clock that ada wrote."""

    def written(name="House", condition=ALWAYS, **wanted):
        wanted = {"counts": "wall", "soon_minutes": 15, **wanted}
        return save_policy(Policy(), by=ada, name=name, condition=condition, **wanted)

    return written


def answer(conversation, mate):
    reply(conversation, by=mate, body="Here it is.", client_id=uuid.uuid4())
    run_owed()
    conversation.refresh_from_db()


def after(conversation, minutes):
    """So many minutes go by: all that happened there happened so much earlier."""
    by = timedelta(minutes=minutes)
    for entry in Entry.objects.filter(subject_id=conversation.public_id):
        Entry.objects.filter(pk=entry.pk).update(created_at=entry.created_at - by)
    Promise.objects.update(chosen_at=timezone.now() - timedelta(days=1))
    Clock.objects.filter(conversation=conversation).delete()
    keep(conversation.public_id, read(), is_chosen_anew=False)
    due.run_due()
    run_owed()
    conversation.refresh_from_db()


def in_minutes(moment):
    return round((moment - timezone.now()).total_seconds() / 60)


def test_what_is_promised_is_due_until_somebody_answers(level, begin, dora, ben):
    level(first_minutes=60, next_minutes=120)
    conversation = begin(dora)
    assert conversation.due_for == "first" and in_minutes(conversation.due_at) == 60
    assert in_minutes(conversation.due_soon_at) == 45
    entry = Entry.objects.get(kind="conversation.due_changed")
    assert (entry.actor_id, entry.after["due_for"]) == ("routing.sla", "first")
    answer(conversation, ben)
    assert (conversation.due_at, conversation.due_for) == (None, "")
    assert Clock.objects.get().state == "kept"
    reply(conversation, by=dora, body="And now?", client_id=uuid.uuid4())
    run_owed()
    conversation.refresh_from_db()
    assert conversation.due_for == "next" and in_minutes(conversation.due_at) == 120


def test_the_first_that_holds_is_the_one_and_why_is_stored(level, begin, dora, emil, ada):
    python, house = level("Python", PYTHON, first_minutes=10), level(first_minutes=60)
    level("Never", first_minutes=1)
    ours, others = begin(dora, "My python script"), begin(emil, "My coat")
    assert in_minutes(ours.due_at) == 10 and in_minutes(others.due_at) == 60
    decision = Decision.objects.get(decider="routing.sla", subject_id=others.public_id)
    assert decision.result == {"policy": house.public_id}
    assert decision.explanation["policies"] == [
        [python.public_id, 1, "no", [False]],
        [house.public_id, 1, "holds", []],
    ]
    assert decision.facts["conversation.first_words"] == "My coat"


def test_another_priority_may_mean_another_policy_from_the_same_beginning(level, begin, dora, ben):
    level("Urgent", URGENT, first_minutes=5)
    level(first_minutes=60)
    conversation = begin(dora)
    began = Clock.objects.get().began_at
    prioritize(conversation, by=ben, priority=Conversation.Priority.URGENT)
    run_owed()
    conversation.refresh_from_db()
    assert conversation.due_at == began + timedelta(minutes=5)
    assert Promise.objects.get().policy.name == "Urgent"


def test_a_house_that_promises_nothing_is_asked_little(begin, dora, django_assert_num_queries):
    conversation = begin(dora)
    assert conversation.due_at is None and not Promise.objects.exists()
    assert not Decision.objects.filter(decider="routing.sla").exists()


@pytest.mark.parametrize("act", [close, mark_spam, snooze])
def test_what_is_closed_put_away_or_put_off_is_not_due(level, begin, dora, ben, act):
    level(first_minutes=60)
    conversation = begin(dora)
    act(conversation, by=ben, **({"until": None} if act is snooze else {}))
    run_owed()
    conversation.refresh_from_db()
    assert conversation.due_at is None
    assert Clock.objects.get().state == ("paused" if act is snooze else "void")
    assert not DueRow.objects.filter(called_off_at=None, kind__startswith="sla.m").exists()


def test_a_bot_answers_nobody(level, begin, dora):
    level(first_minutes=60)
    conversation, bot = begin(dora), Automation("Bot")
    hold(conversation, by=bot, holder="bot", expected="nobody")
    reply(conversation, by=bot, body="Hello!", client_id=uuid.uuid4())
    run_owed()
    conversation.refresh_from_db()
    assert conversation.due_for == "first"


def test_who_has_it_is_warned_and_told_when_it_is_late(level, begin, dora, ben):
    level(first_minutes=60)
    conversation = begin(dora)
    assign(conversation, by=None, assignee=ben)
    run_owed()
    Notification.objects.all().delete()
    after(conversation, 50)
    told = Notification.objects.get(teammate=ben)
    assert "due" in told.reasons and told.preview == "The first answer is due soon."
    assert not Entry.objects.filter(kind="conversation.overdue").exists()
    after(conversation, 20)
    assert Entry.objects.filter(kind="conversation.overdue").count() == 1
    assert Clock.objects.get().state == "missed"
    assert conversation.due_at < timezone.now(), "it stays on top until somebody answers"
    due.run_due()
    assert Entry.objects.filter(kind="conversation.overdue").count() == 1


def test_steps_raise_the_priority_give_it_to_others_and_call_a_lead(
    level, begin, dora, ada, ben, cleo, technical
):
    level(
        first_minutes=60,
        steps=[
            {"target": "any", "minutes": -30, "do": "priority", "value": "urgent"},
            {"target": "first", "minutes": 0, "do": "notify", "value": ada.public_id},
            {"target": "first", "minutes": 30, "do": "team", "value": technical.public_id},
        ],
    )
    conversation = begin(dora)
    after(conversation, 40)
    assert conversation.priority_word == "urgent" and conversation.team is None
    after(conversation, 25)
    assert Notification.objects.get(teammate=ada).preview == "The first answer is due now."
    assert conversation.team is None
    after(conversation, 30)
    assert conversation.team == technical
    given = Entry.objects.get(kind="conversation.assigned")
    assert given.cause.kind == "conversation.escalated"
    assert (given.actor_type, given.actor_id) == ("automation", "SLA “House”")
    escalated = Entry.objects.filter(kind="conversation.escalated")
    assert {entry.after["do"] for entry in escalated} == {"priority", "notify", "team"}
    before = escalated.count()
    keep(conversation.public_id, read(), is_chosen_anew=True)
    due.run_due()
    assert escalated.count() == before, "each is done once"


def test_who_may_not_look_is_not_called(level, begin, dora, ben, cleo, billing):
    step = {"target": "any", "minutes": 0, "do": "notify", "value": ben.public_id}
    level(first_minutes=60, steps=[step])
    conversation = begin(dora)
    assign(conversation, by=None, team=billing)
    run_owed()
    after(conversation, 61)
    assert Entry.objects.get(kind="conversation.escalated").after["tell"] == []
    assert not Notification.objects.filter(teammate=ben, reasons__has_key="due").exists()


def test_an_answer_that_was_not_reckoned_yet_calls_what_was_due_off(level, begin, dora, ben):
    level(first_minutes=60)
    conversation = begin(dora)
    reply(conversation, by=ben, body="Here.", client_id=uuid.uuid4())
    DueRow.objects.update(due_at=timezone.now() - HOUR)
    due.run_due()
    assert not Entry.objects.filter(kind__in=["conversation.overdue"]).exists()


def test_a_reaction_that_runs_twice_changes_nothing(level, begin, dora):
    level(first_minutes=60)
    conversation = begin(dora)
    before = [list(model.objects.values()) for model in (Clock, Promise, DueRow, Entry, Decision)]
    keep(conversation.public_id, read(), is_chosen_anew=True)
    after = [list(model.objects.values()) for model in (Clock, Promise, DueRow, Entry, Decision)]
    assert before == after


def test_a_new_policy_and_other_hours_reach_what_is_open(level, begin, dora, ada):
    conversation = begin(dora)
    policy = level(counts="office", first_minutes=60)
    run_owed()
    due.run_due()
    conversation.refresh_from_db()
    # Without office hours a house is always open.
    assert in_minutes(conversation.due_at) == 60
    shut = [[], [], [], [], [], [], []]
    day = (timezone.now() + timedelta(days=3)).weekday()
    shut[day] = [["9:00", "17:00"]]
    hours_saved(OfficeHours.objects.create(name="House", weekly=shut), by=ada)
    run_owed()
    due.run_due()
    conversation.refresh_from_db()
    assert conversation.due_at > timezone.now() + timedelta(days=1)
    delete_policy(policy, by=ada)
    run_owed()
    due.run_due()
    conversation.refresh_from_db()
    assert conversation.due_at is None
    assert DueRow.objects.get(kind=RECOMPUTE).done_at


# ---- writing them --------------------------------------------------------------------------------


def test_a_policy_is_written_changed_and_deleted_with_an_entry_each(level, ada):
    policy = level(first_minutes=60)
    save_policy(policy, by=ada, first_minutes=30)
    save_policy(policy, by=ada, first_minutes=30)
    policy.refresh_from_db()
    assert (policy.first_minutes, policy.version) == (30, 2)
    entry = Entry.objects.get(kind="policy.changed")
    assert (entry.before, entry.after) == (
        {"first_minutes": 60},
        {"first_minutes": 30, "version": 2},
    )
    delete_policy(policy, by=ada)
    assert Entry.objects.get(kind="policy.deleted").before["first_minutes"] == 30


STEP = {"target": "first", "minutes": 0, "do": "priority", "value": "urgent"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"condition": {"fact": "conversation.moon", "op": "is", "value": 1}}, "condition"),
        ({"first_minutes": None}, "first_minutes"),
        ({"first_minutes": 0}, "first_minutes"),
        ({"first_minutes": 10**9}, "first_minutes"),
        ({"first_minutes": "60"}, "first_minutes"),
        ({"counts": "lunch"}, "counts"),
        ({"soon_minutes": -1}, "soon_minutes"),
        ({"steps": "none"}, "steps"),
        ({"steps": [STEP] * 11}, "steps"),
        ({"steps": [{**STEP, "target": "resolution"}]}, "steps"),
        ({"steps": [{**STEP, "do": "fly"}]}, "steps"),
        ({"steps": [{**STEP, "do": "team", "value": "tm_gone"}]}, "steps"),
        ({"steps": [{**STEP, "do": "notify", "value": "a\x00"}]}, "steps"),
        ({"steps": [{**STEP, "minutes": 10**9}]}, "steps"),
        ({"steps": [{"target": "first"}]}, "steps"),
    ],
)
def test_what_is_no_policy_is_refused_with_a_sentence(level, wrong, field):
    with pytest.raises(Invalid) as refused:
        level(**{"first_minutes": 60, **wrong})
    assert set(refused.value.errors) == {field}
    assert not Policy.objects.exists()


def test_escalations_in_a_circle_are_refused_with_the_way_they_go(level, technical, support):
    def lies_with(team):
        return {"fact": "conversation.team", "op": "is", "value": team.public_id}

    def to(team):
        return [{**STEP, "do": "team", "value": team.public_id}]

    level("A", lies_with(support), first_minutes=60, steps=to(technical))
    with pytest.raises(Invalid) as refused:
        level("B", {"any": [lies_with(technical), URGENT]}, first_minutes=60, steps=to(support))
    said = refused.value.errors["steps"][0]
    assert said == (
        "It would go round in a circle: "
        "Technical → Support (the service level “B”) → Technical (the service level “A”)."
    )
    level("B", {"not": lies_with(technical)}, first_minutes=60, steps=to(support))


def test_only_admins_promise(level, ben, ada):
    policy = level(first_minutes=60)
    for act in (
        lambda: save_policy(Policy(), by=ben, name="Mine", condition=ALWAYS, first_minutes=1),
        lambda: delete_policy(policy, by=ben),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Policy.objects.get() == policy


# ---- pages ---------------------------------------------------------------------------------------


def page_of(browser, path):
    return browser.get(path).content.decode()


def test_a_row_and_the_head_say_what_is_due_and_how_pressing_it_is(
    level, begin, dora, ben, browser_of
):
    level(first_minutes=60)
    conversation = begin(dora)
    browser = browser_of(ben)
    for minutes, state in ((0, "fine"), (50, "soon"), (20, "late")):
        after(conversation, minutes)
        row, head = page_of(browser, f"/inbox/all/{conversation.public_id}/").split('id="head"')
        for part in (row.split("row-state")[1], head):
            assert f'data-state="{state}"' in part and "First answer" in part
    assert f'href="/inbox/all/{conversation.public_id}/due/"' in head
    answer(conversation, ben)
    assert "data-state" not in page_of(browser, f"/inbox/all/{conversation.public_id}/")


def test_what_is_due_shows_live_in_the_list_and_the_head(
    level, begin, dora, ben, published, django_capture_on_commit_callbacks
):
    def last_row():
        return [pair for pair in published if pair[1]["type"] == "conversation"][-1]

    level(first_minutes=60)
    with django_capture_on_commit_callbacks(execute=True):
        conversation = begin(dora)
    topics, frame = last_row()
    assert {"inbox", f"conversation.{conversation.public_id}"} <= set(topics)
    assert 'data-state="fine"' in frame["html"] and frame["state"]["due_at"]
    with django_capture_on_commit_callbacks(execute=True):
        answer(conversation, ben)
    _, frame = last_row()
    assert frame["state"]["due_at"] == "" and "data-state" not in frame["html"]


def test_what_is_due_first_stands_first_then_what_is_not_due(level, begin, dora, emil, otto, ben):
    quiet = begin(otto)
    python = level("Python", PYTHON, first_minutes=10)
    level(first_minutes=60)
    later, sooner = begin(dora), begin(emil, "My python script")
    assert python.pk
    found = keyset(Conversation.objects.open(), order=DUE.keys, limit=10).items
    assert [row.public_id for row in found] == [each.public_id for each in (sooner, later, quiet)]


def test_a_deadline_is_explained_day_by_day(level, begin, dora, ben, otto, browser_of, client):
    level(counts="wall", first_minutes=60, resolution_minutes=600)
    conversation = begin(dora)
    after(conversation, 90)
    page = page_of(browser_of(ben), f"/inbox/all/{conversation.public_id}/due/")
    assert "The service level <b>House</b> holds: Every conversation" in page
    assert "First answer: 1 h" in page and "Resolution: 10 h" in page
    assert "Missed" in page and "Counted of 1 h" in page
    nothing = begin(otto)
    Promise.objects.filter(conversation=nothing).delete()
    assert "Nothing is promised" in page_of(browser_of(ben), f"/inbox/all/{nothing.public_id}/due/")


def test_who_may_not_know_a_private_team_does_not_read_its_name(
    level, begin, dora, ben, ada, billing, browser_of
):
    asks = {"any": [{"fact": "conversation.team", "op": "is", "value": billing.public_id}, ALWAYS]}
    level(condition=asks, first_minutes=60)
    conversation = begin(dora)
    path = f"/inbox/all/{conversation.public_id}/due/"
    assert "Billing" in page_of(browser_of(ada), path)
    page = page_of(browser_of(ben), path)
    assert "Why it is due then" in page and "First answer" in page and "Billing" not in page


def test_the_share_that_was_kept_is_reported(level, begin, dora, emil, otto, ada, ben, browser_of):
    policy = level(first_minutes=60, next_minutes=30)
    kept_one, late_one, void = begin(dora), begin(emil), begin(otto)
    answer(kept_one, ben)
    after(late_one, 61)
    close(void, by=ben)
    run_owed()
    share = kept.shares([policy.pk], timezone.now())[policy.pk][0]
    assert (share.kept, share.missed, share.percent) == (1, 1, 50)
    page = page_of(browser_of(ada), reverse("admin:routing_policy_changelist"))
    assert "First answer <b>50%</b><small> of 2" in page and "First answer in 1 h" in page


def test_an_admin_writes_a_policy_in_the_form(ada, technical, browser_of):
    url = reverse("admin:routing_policy_add")
    browser = browser_of(ada)
    assert "What is promised" in page_of(browser, url)
    said = {
        "do": "save",
        "name": "Premium",
        "first_minutes": "1:30",
        "next_minutes": "",
        "resolution_minutes": "48 h",
        "soon_minutes": "10 min",
        "counts": "office",
        "is_on": "on",
        "step_target": ["resolution", "any"],
        "step_span": ["30 min", ""],
        "step_side": ["before", "after"],
        "step_do": [f"team {technical.public_id}", ""],
    }
    assert browser.post(url, said).status_code == 302
    policy = Policy.objects.get()
    promised = (policy.first_minutes, policy.next_minutes, policy.resolution_minutes)
    assert promised == (90, None, 2880)
    assert (policy.pauses_snoozed, policy.is_on, policy.soon_minutes) == (False, True, 10)
    assert policy.steps == [
        {"target": "resolution", "minutes": -30, "do": "team", "value": technical.public_id}
    ]
    change = reverse("admin:routing_policy_change", args=[policy.pk])
    page = page_of(browser, change)
    assert 'value="90 min"' in page and 'value="48 h"' in page
    for wrong in ({"first_minutes": "soon"}, {"step_span": ["x", ""]}):
        answer = browser.post(change, said | wrong)
        assert answer.status_code == 400 and "asking-error" in answer.content.decode()


def test_levels_are_moved_and_switched_in_their_list(level, begin, dora, ada, browser_of):
    names = [level(name, first_minutes=60).public_id for name in "ABC"]
    url = reverse("admin:routing_policy_changelist")
    browser = browser_of(ada)
    page = browser.post(url, {"order": names, "do": f"down {names[0]}"}).content.decode()
    assert page.index(names[1]) < page.index(names[0])
    assert [each.name for each in Policy.objects.all()] == ["A", "B", "C"], "nothing is saved yet"
    order = [names[1], names[0], names[2]]
    assert browser.post(url, {"order": order, "do": "arrange"}).status_code == 302
    assert [each.name for each in Policy.objects.all()] == ["B", "A", "C"]
    entry = Entry.objects.get(kind="policy.moved")
    assert (entry.before["order"], entry.after["order"]) == (names, order)
    assert browser.post(url, {"order": order[:2], "do": "arrange"}).status_code == 400
    assert browser.post(url, {"do": f"switch {names[1]}"}).status_code == 302
    assert not Policy.objects.get(name="B").is_on
    conversation = begin(dora)
    assert conversation.promise.policy.name == "A", "the first that is on"


def test_the_form_shows_for_which_open_conversations_a_level_would_hold_now(
    level, begin, dora, emil, otto, ben, ada, browser_of
):
    python, coat, closed = begin(dora, "My python script"), begin(emil), begin(otto)
    close(closed, by=ben)
    run_owed()
    house = level(first_minutes=60)
    above = level("Python", PYTHON, first_minutes=30)
    arrange_policies([above.public_id, house.public_id], by=ada)
    browser = browser_of(ada)
    page = page_of(browser, reverse("admin:routing_policy_change", args=[house.pk]))
    assert coat.public_id in page and "without those that a level above takes" in page
    assert python.public_id not in page and closed.public_id not in page
    page = page_of(browser, reverse("admin:routing_policy_change", args=[above.pk]))
    assert python.public_id in page and coat.public_id not in page
