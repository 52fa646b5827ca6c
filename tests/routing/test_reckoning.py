"""All that is unfinished, reckoned anew when what is promised changes: many at once come to the
same as one by one, in as many questions, and others have their turn in between."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ground.hours import due
from ground.hours.models import DueRow
from ground.journal import live
from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from inbox.actions import assign, close, prioritize, reply, snooze
from inbox.models import Conversation
from routing.actions import keeping, reckoning
from routing.actions.promising import save_policy
from routing.levels import read
from routing.models import Clock, Policy, Promise
from tests.routing.conftest import PYTHON

pytestmark = pytest.mark.django_db
URGENT = {"fact": "conversation.priority", "op": "is", "value": "urgent"}
VOLUMES = {"fact": "conversation.first_words", "op": "matches", "value": "py(thon)?"}


@pytest.fixture
def level(ada):
    def written(name, condition, **wanted):
        wanted = {"counts": "wall", "soon_minutes": 15, **wanted}
        return save_policy(Policy(), by=ada, name=name, condition=condition, **wanted)

    return written


@pytest.fixture
def house(level):
    level("Urgent", URGENT, first_minutes=10, resolution_minutes=600)
    return level("House", {"not": URGENT}, first_minutes=60, next_minutes=30)


def answered(conversation, mate):
    reply(conversation, by=mate, body="Here it is.", client_id=uuid.uuid4())


@pytest.fixture
def talks(begin, dora, emil, otto, ben, ada, support, house):
    """One in every state that a clock knows."""
    made = [begin(each, f"{word} {each}") for each in (dora, emil, otto) for word in ("coat", "py")]
    answered(made[0], ben)
    answered(made[1], ben)
    reply(made[1], by=made[1].contact, body="And now?", client_id=uuid.uuid4())
    snooze(made[2], by=ben, until=timezone.now() + timedelta(days=1))
    prioritize(made[3], by=ben, priority=Conversation.Priority.URGENT)
    assign(made[4], by=ada, team=support)
    close(made[5], by=ben)
    run_owed()
    due.run_due()
    return made


def all_that_is_kept(since):
    """What reckoning leaves behind, without keys and moments of the database."""
    told = Entry.objects.filter(pk__gt=since).order_by("subject_id", "kind")
    decided = Decision.objects.filter(decider="routing.sla").order_by("subject_id", "id")
    return {
        "conversations": list(
            Conversation.objects.order_by("pk").values_list(
                "public_id", "due_at", "due_soon_at", "due_for"
            )
        ),
        "clocks": sorted(
            Clock.objects.values_list(
                "conversation_id", "policy_id", "target", "began_at", "due_at", "ended_at", "state"
            ),
            key=str,
        ),
        "promises": sorted(Promise.objects.values_list("conversation_id", "policy_id")),
        "due": [
            (row.key, row.kind, row.due_at, row.payload, row.called_off_at is None)
            for row in DueRow.objects.order_by("key")
        ],
        "told": list(told.values_list("subject_id", "kind", "actor_id", "before", "after")),
        "decided": list(decided.values_list("subject_id", "facts", "explanation", "result")),
    }


def one_by_one(found):
    for name in (
        Conversation.objects.unfinished().order_by("pk").values_list("public_id", flat=True)
    ):
        keeping.keep(name, found, is_chosen_anew=True)


def at_once(found):
    keys = Conversation.objects.unfinished().order_by("pk").values_list("pk", flat=True)
    reckoning.reckon(list(keys), found)


def what_comes_of(how):
    with transaction.atomic():
        since = Entry.objects.latest("pk").pk
        how(read())
        found = all_that_is_kept(since)
        transaction.set_rollback(True)
    return found


CHANGES = {
    "other terms": lambda: Policy.objects.update(first_minutes=5, next_minutes=None),
    "other steps": lambda: Policy.objects.update(
        steps=[{"target": "any", "minutes": -2, "do": "raise", "value": "high"}], soon_minutes=1
    ),
    "another condition": lambda: Policy.objects.filter(name="Urgent").update(condition=PYTHON),
    "one that asks one at a time": lambda: Policy.objects.filter(name="Urgent").update(
        condition=VOLUMES
    ),
    "one for rules only": lambda: Policy.objects.filter(name="House").update(by_rules_only=True),
    "one less": lambda: Policy.objects.filter(name="House").update(is_on=False),
    "none": lambda: Policy.objects.all().delete(),
    "nothing": lambda: None,
}


@pytest.mark.parametrize("change", CHANGES)
def test_many_at_once_come_to_the_same_as_one_by_one(talks, change, monkeypatch):
    now = timezone.now() + timedelta(minutes=7)
    monkeypatch.setattr(timezone, "now", lambda: now)
    CHANGES[change]()
    expected, found = what_comes_of(one_by_one), what_comes_of(at_once)
    for part, said in expected.items():
        assert found[part] == said, part
    assert change == "nothing" or expected["told"]


def test_as_many_questions_for_twice_as_many(house, begin, dora):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            at_once(read())
        told = [each for each in captured if "counterfoil_" not in each["sql"]]
        return len(told)

    for number in range(4):
        begin(dora, f"coat {number}")
    Policy.objects.update(first_minutes=50)
    few = asked()
    for number in range(4):
        begin(dora, f"hat {number}")
    Policy.objects.update(first_minutes=40)
    assert asked() == few
    assert Entry.objects.filter(kind="conversation.due_changed").count() == 8 + 4 + 8


def test_what_falls_due_meanwhile_is_done_between_two_bits(house, begin, dora, ada, monkeypatch):
    monkeypatch.setattr(reckoning, "AT_ONCE", 2)
    talks = [begin(dora, f"coat {number}") for number in range(5)]
    save_policy(house, by=ada, first_minutes=5)
    run_owed()
    (recompute,) = due.claim()
    begin_at = timezone.now() - timedelta(seconds=1)
    due.plan(
        "sla.missed", talks[4], begin_at, key="another", payload={"target": "", "began_at": ""}
    )
    assert due.run(recompute)
    ends = [row.due_at for row in Conversation.objects.order_by("pk")]
    assert len(set(ends[:2])) == 2 and ends[0] < ends[4] - timedelta(minutes=50)
    first, second = due.claim()
    assert DueRow.objects.get(pk=first.pk).key == "another", "it was due before the next bit"
    assert DueRow.objects.get(pk=second.pk).kind == keeping.RECOMPUTE


def test_very_many_rows_are_shown_by_one_word_to_every_screen(
    house, begin, dora, ada, monkeypatch, django_capture_on_commit_callbacks
):
    shown = []
    monkeypatch.setattr(live, "publish_all", lambda frames: shown.extend(frames))
    talks = [begin(dora, f"coat {number}") for number in range(3)]

    def after(minutes):
        save_policy(house, by=ada, first_minutes=minutes)
        run_owed()
        shown.clear()
        with django_capture_on_commit_callbacks(execute=True):
            due.run_due()
        return [frame["type"] for _, frame in shown]

    assert after(5).count("conversation") == len(talks)
    monkeypatch.setattr(reckoning, "AT_ONCE", 2)
    assert after(50) == ["names"]
