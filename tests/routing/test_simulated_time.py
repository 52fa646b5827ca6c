"""Rules by time that are only being tried: over waits and silences as the journal tells them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ground.hours.models import OfficeHours
from ground.journal.models import Decision, Entry
from inbox.actions import assign, close, mark_spam, merge, snooze
from inbox.models import Conversation
from people.actions import update_company
from routing import asking, simulator, trying
from routing.actions import switch_rule
from tests.routing.test_simulator import PRO, SEEN
from tests.routing.test_time import SILENT, UNASSIGNED, WAITING, answer, pass_time

pytestmark = pytest.mark.django_db

DAYS = "of the last 30 days"


def tried(when, team=None, condition=None, **more):
    says = {
        "goes_on": False,
        "teammate": "",
        "priority": "",
        "tags": [],
        "people_only": False,
        "for_vips": "same",
        "vip_owner": "",
        "is_on": True,
        **when,
        **more,
    }
    rule, so_far = says.pop("rule", ""), says.pop("so_far", "")
    given = {"condition": condition or {"all": []}, "team": team.public_id if team else ""}
    return trying.try_rule(rule, {**says, **given}, asking.language(), so_far)


def found_in(trial):
    return trial.simulation.looked, trial.simulation.matched, trial.simulation.unknown


def test_what_was_answered_closed_or_snoozed_in_time_does_not_match_and_what_lasted_does(
    begin, dora, emil, otto, ben, technical
):
    talks = [begin(contact) for contact in (dora, emil, otto, dora)]
    pass_time(minutes=4)
    answer(talks[0], ben)
    close(talks[1], by=ben)
    snooze(talks[2], by=ben, until=None)
    pass_time(minutes=2)
    answer(talks[3], ben)
    found = tried(WAITING, technical)
    assert found_in(found) == (1, 1, 0)
    assert found.words == f"Of 1 long wait {DAYS} it would have taken 1."
    assert [case.conversation for case in found.matches] == [talks[3]]
    assert [(case.before, case.after) for case in found.differences] == [("nobody", "Technical")]
    assert [(each.name, each.change) for each in found.teams] == [
        ("nobody", "-1"),
        ("Technical", "+1"),
    ]
    assert not Decision.objects.exists() and not Entry.objects.filter(kind="conversation.assigned")


def test_the_moment_is_the_one_at_which_the_time_was_over_with_the_facts_of_then(
    begin, dora, ben, technical
):
    conversation = begin(dora)
    asked = conversation.waiting_since
    pass_time(hours=2)
    update_company(dora.company, by=None, plan="free")
    found = tried(WAITING, technical, PRO)
    assert found_in(found) == (1, 1, 0), "the plan was pro then"
    conversation.refresh_from_db()
    assert found.matches[0].at == conversation.waiting_since + timedelta(minutes=5)
    assert conversation.waiting_since < asked
    update = tried(WAITING, technical, SEEN)
    assert found_in(update) == (1, 0, 1)
    assert update.unknown == "For 1 long wait nobody can know: not recorded was Last seen."


def test_a_silence_of_three_days_closes_and_an_automatic_text_ends_none(
    ruled, installation, begin, write, dora, emil, ben
):
    silent, spoke = begin(dora), begin(emil)
    answer(silent, ben)
    answer(spoke, ben)
    pass_time(days=2)
    write(spoke)
    ruled("Reminds", moment="passes", since="silent", after_minutes=60, says={"en": "Still there?"})
    pass_time(days=2)
    found = tried(SILENT, closes=True)
    assert found_in(found) == (1, 1, 0)
    assert found.words == f"Of 1 long silence {DAYS} it would have taken 1."
    assert [(each.conversation, each.after) for each in found.differences] == [(silent, "closed")]
    assert Conversation.objects.get(pk=silent.pk).is_open, "nothing is done by it"


def test_who_takes_it_ends_that_nobody_has_it_and_giving_it_back_begins_that_anew(
    begin, dora, emil, ben, technical
):
    taken, back = begin(dora), begin(emil)
    for each in (taken, back):
        assign(each, by=ben, assignee=ben)
    pass_time(minutes=9)
    assert found_in(tried(UNASSIGNED, technical)) == (0, 0, 0)
    assign(back, by=ben, assignee=None)
    pass_time(minutes=4)
    assert found_in(tried(UNASSIGNED, technical)) == (0, 0, 0)
    pass_time(minutes=2)
    found = tried(UNASSIGNED, technical)
    assert [case.conversation for case in found.matches] == [back]
    assert found.words == f"Of 1 long time with nobody {DAYS} it would have taken 1."


def test_office_hours_are_those_of_now_and_it_says_so(begin, dora, technical):
    now = timezone.now()
    begin(dora)
    pass_time(days=1)
    closed = [[] for _ in range(7)]
    closed[now.weekday()] = [["00:00", "24:00"]]
    hours = OfficeHours.objects.get_or_create(is_default=True, defaults={"name": "House"})[0]
    OfficeHours.objects.filter(pk=hours.pk).update(zone="UTC", weekly=closed)
    since = Conversation.objects.get().waiting_since
    worked = int((timezone.now() - now.replace(hour=0, minute=0, second=0)).total_seconds() / 60)
    by_hours = {**WAITING, "counts": "office"}
    found = tried({**by_hours, "after_minutes": worked + 60}, technical)
    assert found_in(found) == (0, 0, 0) and found.note.endswith("Office hours are those of now.")
    assert since < now.replace(hour=0, minute=0, second=0), "it began when they were closed"
    assert found_in(tried({**WAITING, "after_minutes": 60}, technical))[1] == 1
    if worked:
        assert found_in(tried({**by_hours, "after_minutes": worked}, technical))[1] == 1


@pytest.mark.parametrize("what", ["merged", "spam"])
def test_what_nobody_can_know_is_counted_as_that(what, begin, dora, ben, technical):
    conversation, other = begin(dora), begin(dora)
    if what == "merged":
        merge(conversation, into=other, by=ben)
    else:
        answer(other, ben)
        mark_spam(conversation, by=ben)
    pass_time(minutes=9)
    found = tried(WAITING, technical)
    looked, matched, unknown = found_in(found)
    assert looked == unknown > 0 and matched == 0
    assert "not recorded was how long it lasted, after a merge, a split or spam" in found.unknown


def test_steps_of_any_size_come_to_the_same(
    ruled, begin, write, dora, emil, ben, technical, support, monkeypatch
):
    rule = ruled("Nobody answered", **WAITING, team=support.public_id, priority="high")
    for contact in (dora, emil, dora):
        talk = begin(contact)
        pass_time(minutes=9)
        answer(talk, ben)
        write(talk)
        pass_time(minutes=3)
    longer = {**WAITING, "after_minutes": 10, "rule": rule.public_id}
    whole = tried(longer, technical)
    assert whole.simulation.is_whole and whole.simulation.matched == 2
    assert whole.simulation.differing > 2, "those of five minutes are no more"
    monkeypatch.setattr(simulator, "SECONDS", 0)
    for size in (1, 2, 3):
        monkeypatch.setattr(simulator, "CHUNK", size)
        step, steps = tried(longer, technical), 1
        while step.goes_on:
            step, steps = tried(longer, technical, so_far=step.so_far), steps + 1
        assert steps > 1
        assert (step.words, step.teams) == (whole.words, whole.teams)
        assert [(each.conversation, each.at) for each in step.differences] == [
            (each.conversation, each.at) for each in whole.differences
        ]


def test_what_began_earlier_and_was_over_within_the_days_is_found(begin, dora, ben, technical):
    conversation = begin(dora)
    answer(conversation, ben)
    pass_time(days=34)
    assert found_in(tried(SILENT, closes=True)) == (0, 0, 0), "that was over 31 days ago"
    month = {**SILENT, "after_minutes": 20 * 24 * 60}
    assert found_in(tried(month, closes=True)) == (1, 1, 0)


def test_a_rule_by_time_is_tried_switched_and_with_what_the_present_rules_do(
    ruled, begin, dora, ada, technical, support
):
    rule = ruled("Nobody answered", **WAITING, team=technical.public_id)
    ruled("Others", **WAITING, team=support.public_id)
    ruled("Begins", team=support.public_id)
    begin(dora)
    pass_time(minutes=9)
    switch_rule(rule, by=ada, is_on=True)
    rules = asking.in_their_order()
    for way in ("switch", "without"):
        found = trying.try_named(f"{way} {rule.public_id}", rules, rules)
        assert found.words == f"Of 1 long wait {DAYS}, 1 would have gone another way."
        assert [(each.before, each.after) for each in found.differences] == [
            ("Technical", "Support")
        ]
    found = trying.try_order([rules[1], rules[0], rules[2]], rules)
    assert found.words == f"Of 1 long wait {DAYS}, 1 would have gone another way."
    blank = tried({**WAITING, "after_minutes": None}, technical)
    assert found_in(blank) == (0, 0, 0) and blank.note.startswith("Say after how long")
