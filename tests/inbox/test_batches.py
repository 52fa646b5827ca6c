"""The same done with a whole view, in the background."""

import json
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from ground.conditions.grammar import DEPTH_MAX
from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, NotFound, StateConflict
from ground.web.timing import OutOfTime
from inbox import tasks
from inbox.actions import (
    assign,
    batches,
    close,
    delete_view,
    mark_spam,
    merge,
    reopen,
    reply,
    save_view,
    tag,
    unmerge,
)
from inbox.actions.batches import begin_batch, do_next, stop_batch, undo_batch, work_off_batches
from inbox.changes import CHANGES
from inbox.models import (
    Batch,
    BatchedChange,
    Conversation,
    Follower,
    ReadMarker,
    SavedView,
)
from people.actions import deactivate, find_or_create_tag
from people.models import Attribute, Role
from tests.inbox.state import statuses

pytestmark = pytest.mark.django_db

CLOSED = {"status": "closed"}
OPEN = {"fact": "conversation.status", "op": "is", "value": "open"}


@pytest.fixture
def five(begin, dora, emil, otto):
    return [begin(contact) for contact in (dora, emil, otto, dora, emil)]


def fresh(batch):
    return Batch.objects.get(pk=batch.pk)


def close_all(by, view="all"):
    return begin_batch(by=by, view=view, part="status", values=CLOSED)


def test_all_of_a_view_are_done_each_by_its_action_and_taken_back(five, ben):
    assign(five[0], by=ben, assignee=ben)
    batch = close_all(ben, "unassigned")
    assert statuses(five) == ["open"] * 5, "nothing is done while somebody waits for the page"
    work_off_batches(60)
    assert statuses(five) == ["open"] + ["closed"] * 4
    assert (fresh(batch).state, fresh(batch).count) == ("done", 4)
    closings = Entry.objects.filter(kind="conversation.closed", actor_id=ben.public_id)
    assert {each.subject_id for each in closings} == {each.public_id for each in five[1:]}
    begun, ended = Entry.objects.filter(kind__startswith="batch.").order_by("id")
    assert (begun.kind, begun.actor_id, begun.subject_id) == (
        "batch.begun",
        ben.public_id,
        batch.public_id,
    )
    assert (ended.kind, ended.after["state"], ended.after["count"]) == ("batch.ended", "done", 4)
    back = undo_batch(fresh(batch), by=ben)
    work_off_batches(60)
    assert statuses(five) == ["open"] * 5 and fresh(back).count == 4
    for each in (fresh(batch), fresh(back)):
        with pytest.raises(StateConflict):
            undo_batch(each, by=ben)


def test_what_came_after_it_began_is_left_alone(five, begin, dora, emil, ben):
    close_all(ben)
    do_next()
    reply(five[4], by=emil, body="Wait!", client_id=uuid.uuid4())
    late = begin(dora, "Just in time")
    # In one transaction the database's clock stands still.
    later = Batch.objects.get().created_at + timedelta(seconds=1)
    news = [five[4].pk, late.pk]
    Conversation.objects.filter(pk__in=news).update(last_message_at=later)
    work_off_batches(60)
    assert statuses([*five, late]) == ["closed"] * 4 + ["open"] * 2


def test_a_contact_who_writes_in_that_moment_is_not_closed_over(five, dora, ben, monkeypatch):
    batch, next_of = close_all(ben), batches.next_of

    def overtaken(batch):
        step = next_of(batch)
        if step and step.found.pk == five[0].pk:
            reply(five[0], by=dora, body="Wait!", client_id=uuid.uuid4())
            # In one transaction the database's clock stands still.
            said = batch.created_at + timedelta(seconds=1)
            Conversation.objects.filter(pk=five[0].pk).update(last_message_at=said)
        return step

    monkeypatch.setattr(batches, "next_of", overtaken)
    work_off_batches(60)
    assert statuses(five) == ["open"] + ["closed"] * 4
    assert (fresh(batch).state, fresh(batch).count, fresh(batch).failed) == ("done", 4, 0)
    closings = Entry.objects.filter(kind="conversation.closed")
    assert five[0].public_id not in {each.subject_id for each in closings}


def test_undo_leaves_alone_what_went_on_since(five, ada, ben, emil):
    batch = begin_batch(by=ben, view="all", part="assignment", values={"assignee": "me"})
    work_off_batches(60)
    assign(five[0], by=ada, assignee=ada)
    reply(five[1], by=emil, body="Thanks, Ben.", client_id=uuid.uuid4())
    back = undo_batch(fresh(batch), by=ben)
    work_off_batches(60)
    now = Conversation.objects.in_bulk([each.pk for each in five])
    assert [now[each.pk].assignee for each in five] == [ada, None, None, None, None]
    assert (fresh(back).state, fresh(back).count, fresh(back).failed) == ("done", 4, 1)
    assert fresh(back).reason == "Changed since."
    ended = Entry.objects.filter(kind="batch.ended").latest("id")
    assert (ended.after["count"], ended.after["failed"]) == (4, 1)
    assert ended.after["reason"] == "Changed since."


def test_undo_of_a_tag_is_in_nobodys_way_and_nobody_in_its(five, ada, ben, emil):
    coat, _ = find_or_create_tag("coat", by=ben)
    other, _ = find_or_create_tag("other", by=ben)
    tag(five[4], by=ada, add=[coat])
    values = {"tag": coat.public_id, "is_on": "true"}
    batch = begin_batch(by=ben, view="all", part="tags", values=values)
    work_off_batches(60)
    reply(five[1], by=emil, body="Thanks.", client_id=uuid.uuid4())
    close(five[2], by=ada)
    tag(five[3], by=ada, add=[other], remove=[coat])
    back = undo_batch(fresh(batch), by=ben)
    work_off_batches(60)
    names = [{each.name for each in found.tags.all()} for found in five]
    assert names == [set(), set(), set(), {"other"}, {"coat"}]
    assert (fresh(back).count, fresh(back).failed) == (4, 0)


def test_undo_leaves_a_status_that_somebody_has_changed_since(five, ada, ben, emil):
    batch = close_all(ben)
    work_off_batches(60)
    reply(five[1], by=emil, body="Not yet!", client_id=uuid.uuid4())
    for found in five[2:4]:
        reopen(found, by=ada)
    close(five[2], by=ada)
    later = timezone.now() + timedelta(seconds=1)
    Conversation.objects.filter(pk=five[2].pk).update(closed_at=later)
    mark_spam(five[3], by=ada)
    back = undo_batch(fresh(batch), by=ben)
    work_off_batches(60)
    assert statuses(five) == ["open", "open", "closed", "spam", "open"]
    assert (fresh(back).count, fresh(back).failed) == (3, 2)


# ---- what is in the view -------------------------------------------------------------------------


def test_a_step_looks_through_a_stretch_of_keys_and_the_next_goes_on(five, ada, ben, monkeypatch):
    monkeypatch.setattr(batches, "STRETCH", 2)
    assign(five[4], by=ada, assignee=ben)
    batch = close_all(ben, "you")
    work_off_batches(60)
    assert statuses(five) == ["open"] * 4 + ["closed"]
    assert (fresh(batch).state, fresh(batch).count, fresh(batch).reason) == ("done", 1, "")


def test_a_view_that_takes_too_long_to_look_through_stops_the_batch_and_says_so(
    five, ben, monkeypatch
):
    batch = close_all(ben)
    do_next()

    @contextmanager
    def slow(milliseconds):
        assert 0 < milliseconds <= 5_000
        raise OutOfTime
        yield

    monkeypatch.setattr(batches, "within", slow)
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).count) == ("stopped", 1)
    assert "too long" in fresh(batch).reason
    ended = Entry.objects.get(kind="batch.ended")
    assert (ended.after["state"], ended.after["reason"]) == ("stopped", fresh(batch).reason)


def test_a_view_that_is_gone_stops_the_batch_and_says_so(five, ben):
    view = save_view(SavedView(), by=ben, name="Open", condition=OPEN)
    batch = close_all(ben, view.slug)
    do_next()
    delete_view(view, by=ben)
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).count) == ("stopped", 1)
    assert fresh(batch).reason == "There is no such view."


def test_a_view_that_asks_for_what_is_gone_stops_the_batch_and_says_so(five, ben):
    Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    asked = {"not": {"fact": "contact.attributes.size", "op": "is", "value": "L"}}
    view = save_view(SavedView(), by=ben, name="Sizes", condition=asked)
    batch = close_all(ben, view.slug)
    do_next()
    Attribute.objects.all().delete()
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).count) == ("stopped", 1)
    assert "contact.attributes.size" in fresh(batch).reason


@pytest.mark.parametrize("with_filter", [False, True])
def test_a_view_as_deep_as_the_grammar_allows_is_done_whole(five, ben, with_filter):
    tree = OPEN
    for depth in range(DEPTH_MAX - 1):
        tree = {"any" if depth % 2 == 0 else "all": [tree]}
    view = save_view(SavedView(), by=ben, name="Deep", condition=tree)
    batch = begin_batch(
        by=ben,
        view=view.slug,
        part="status",
        values=CLOSED,
        filters=tree if with_filter else None,
    )
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).count, fresh(batch).reason) == ("done", 5, "")


def test_one_process_does_batches_and_only_for_a_moment(five, ben, settings):
    beat = settings.CELERY_BEAT_SCHEDULE["work-off-batches"]
    assert beat["task"] == tasks.work_off_batches.name
    assert beat["schedule"] >= tasks.BATCH_SECONDS
    close_all(ben)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [tasks.BATCHING])
            assert tasks.work_off_batches() == 0 and statuses(five) == ["open"] * 5
            cursor.execute("SELECT pg_advisory_unlock(%s)", [tasks.BATCHING])
            assert tasks.work_off_batches() > 0
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [tasks.BATCHING])
            assert cursor.fetchone() == (True,), "it leaves the others their turn"
    finally:
        other.close()


def test_it_stops_where_it_is_and_undo_takes_back_that_much(five, ben):
    batch = close_all(ben)
    do_next()
    do_next()
    stop_batch(batch, by=ben)
    assert work_off_batches(60) == 0
    assert statuses(five) == ["closed"] * 2 + ["open"] * 3
    assert fresh(batch).state == "stopped"
    assert stop_batch(batch, by=ben).state == "stopped"
    assert Entry.objects.filter(kind="batch.ended").count() == 1
    undo_batch(fresh(batch), by=ben)
    work_off_batches(60)
    assert statuses(five) == ["open"] * 5


def test_one_that_fails_is_counted_with_its_reason_and_the_rest_goes_on(five, ben):
    vip, _ = find_or_create_tag("VIP", by=ben)
    batch = begin_batch(
        by=ben, view="all", part="tags", values={"tag": vip.public_id, "is_on": "true"}
    )
    do_next()
    vip.delete()
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).count, fresh(batch).failed) == ("done", 1, 4)
    assert fresh(batch).reason == "There is no such tag."


def test_one_that_nobody_foresaw_fails_alone_and_the_rest_goes_on(five, ada, ben, monkeypatch):
    close = CHANGES["status"]

    def stumble(found, by, values):
        changed = close(found, by, values)
        if found.pk == five[1].pk:
            connection.cursor().execute("SELECT '2030-01-01 00:00+23:59'::timestamptz")
        return changed if found.pk != five[2].pk else 1 / 0

    monkeypatch.setitem(CHANGES, "status", stumble)
    batch = close_all(ben)
    work_off_batches(60)
    assert statuses(five) == ["closed", "open", "open", "closed", "closed"]
    assert (fresh(batch).state, fresh(batch).count, fresh(batch).failed) == ("done", 3, 2)
    assert fresh(batch).reason == "A value in the request is out of range."
    assert Entry.objects.filter(kind="conversation.closed").count() == 3


def test_a_batch_that_cannot_go_on_lets_the_next_have_its_turn(five, ada, ben, monkeypatch):
    broken, sound = close_all(ben), close_all(ada)
    next_of = batches.next_of

    def stumble(batch):
        return next_of(batch) if batch.pk != broken.pk else 1 / 0

    monkeypatch.setattr(batches, "next_of", stumble)
    work_off_batches(60)
    assert (fresh(broken).state, fresh(broken).count) == ("running", 0)
    assert (fresh(sound).state, fresh(sound).count) == ("done", 5)
    monkeypatch.undo()
    work_off_batches(60)
    assert fresh(broken).state == "done", "its next round begins anew"


def test_what_passes_is_tried_again(five, ben, monkeypatch):
    def busy(*_):
        raise OperationalError("the database is starting")

    monkeypatch.setitem(CHANGES, "status", busy)
    batch = close_all(ben)
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).after_id, fresh(batch).failed) == ("running", 0, 0)
    monkeypatch.undo()
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).count) == ("done", 5)


@pytest.mark.parametrize("offset", ["+23:59", "-23:59"])
def test_a_time_of_any_offset_is_the_same_moment(five, ben, browser_of, offset):
    sign = 1 if offset[0] == "+" else -1
    until = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    local = until + sign * timedelta(hours=23, minutes=59)
    values = {"status": "snoozed", "until": f"{local:%Y-%m-%dT%H:%M:%S}{offset}"}
    given = {"part": "status", "values": json.dumps(values)}
    assert browser_of(ben).post("/inbox/all/many/all/", given).status_code == 201
    work_off_batches(60)
    assert Batch.objects.get().count == 5 and statuses(five) == ["snoozed"] * 5
    assert {each.snoozed_until for each in Conversation.objects.all()} == {until}


def test_it_has_the_rights_of_the_moment(five, ada, ben, billing):
    batch = close_all(ben)
    do_next()
    assign(five[1], by=ada, team=billing)
    do_next()
    assert statuses(five[:3]) == ["closed", "open", "closed"], "what ben cannot see is none of his"
    ben.role = Role.objects.create(name="Reader", capabilities=[])
    ben.save()
    do_next()
    assert fresh(batch).failed == 1
    deactivate(ben, by=ada)
    work_off_batches(60)
    assert (fresh(batch).state, fresh(batch).count) == ("done", 2)


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half(five, ben, monkeypatch):
    batch = close_all(ben)
    do_next()

    def die(**_):
        raise SystemExit

    monkeypatch.setattr(BatchedChange.objects, "create", die)
    with pytest.raises(SystemExit):
        do_next()
    monkeypatch.undo()
    assert statuses(five) == ["closed"] + ["open"] * 4 and fresh(batch).count == 1
    work_off_batches(60)
    assert fresh(batch).count == 5 and BatchedChange.objects.count() == 5


@pytest.mark.parametrize(
    ("part", "values", "undone"),
    [
        ("unread", {"is_unread": "true"}, "conversation.marked_unread"),
        ("following", {"is_following": "true"}, "conversation.followed"),
    ],
)
def test_what_is_ones_own_is_done_with_a_view_and_taken_back(five, ben, part, values, undone):
    def own():
        marks = ReadMarker.objects.filter(teammate=ben, is_unread=True)
        return marks.count(), Follower.objects.filter(teammate=ben).count()

    before = own()
    batch = begin_batch(by=ben, view="all", part=part, values=values)
    work_off_batches(60)
    assert fresh(batch).count == 5
    assert sum(own()) == sum(before) + 5
    assert Entry.objects.filter(kind=undone, actor_id=ben.public_id).count() == 5
    back = undo_batch(fresh(batch), by=ben)
    work_off_batches(60)
    assert (fresh(back).count, fresh(back).failed) == (5, 0)
    assert own() == before


def test_one_at_a_time_for_each_teammate(five, ada, ben):
    close_all(ben)
    with pytest.raises(StateConflict):
        close_all(ben)
    close_all(ada)
    work_off_batches(60)
    assert [batch.count for batch in Batch.objects.order_by("id")] == [5, 0]


def test_who_may_not_or_asks_nonsense_begins_nothing(ben, cleo, billing):
    with pytest.raises(NotFound):
        close_all(ben, f"team-{billing.public_id}")
    with pytest.raises(Invalid):
        begin_batch(by=ben, view="all", part="deletion", values={})
    cleo.role = Role.objects.create(name="Reader", capabilities=[])
    cleo.save()
    with pytest.raises(NotAllowed):
        close_all(cleo)
    assert not Batch.objects.exists() and not Entry.objects.filter(kind="batch.begun").exists()


def test_the_page_begins_watches_stops_and_takes_back(five, ada, ben, browser_of):
    mark_spam(five[0], by=ben)
    browser = browser_of(ben)
    begun = browser.post("/inbox/all/many/all/", {"part": "status", "values": json.dumps(CLOSED)})
    assert begun.status_code == 201 and begun.json()["state"] == "running"
    url = begun.json()["url"]
    assert browser_of(ada).get(url).status_code == 404, "one's own is nobody else's"
    assert browser.post(url, {"do": "undo"}).status_code == 409
    work_off_batches(60)
    assert browser.get(url).json() == begun.json() | {"state": "done", "count": 4}
    assert browser.post(url, {"do": "stop"}).json()["state"] == "done"
    back = browser.post(url, {"do": "undo"})
    assert back.status_code == 201 and back.json()["is_undo"]
    work_off_batches(60)
    assert statuses(five) == ["spam"] + ["open"] * 4
    for values in ({}, {"do": "x"}):
        assert browser.post(url, values).status_code == 400


@pytest.mark.parametrize("values", ["", "[]", "null", '{"a": 1}', '{"a": "\\u0000"}', "[" * 2000])
def test_values_of_no_form_are_refused(ben, browser_of, values):
    given = {"part": "status", "values": values}
    assert browser_of(ben).post("/inbox/all/many/all/", given).status_code == 400
    assert not Batch.objects.exists()


def wholes(conversations):
    rows = Conversation.objects.in_bulk([each.pk for each in conversations])
    return [rows[each.pk].merged_into for each in conversations]


def test_those_of_one_customer_are_merged_and_all_but_what_changed_is_taken_back(
    begin, dora, emil, ada, ben
):
    *parts, whole = [begin(dora, f"{number}") for number in range(4)]
    others = begin(emil)
    named = [each.public_id for each in [*parts, whole, others]]
    values = {"is_merged": "true", "into": whole.public_id}
    batch = begin_batch(by=ben, view="", part="merge", values=values, conversations=named)
    work_off_batches(60)
    assert wholes([*parts, whole, others]) == [whole] * 3 + [None, None]
    assert (fresh(batch).state, fresh(batch).count, fresh(batch).failed) == ("done", 4, 1)
    assert "two customers" in fresh(batch).reason
    another = begin(dora, "Another")
    unmerge(parts[0], by=ada)
    unmerge(parts[1], by=ada)
    merge(parts[1], into=another, by=ada)
    back = undo_batch(fresh(batch), by=ben)
    work_off_batches(60)
    assert wholes(parts) == [None, another, None]
    assert (fresh(back).count, fresh(back).failed, fresh(back).reason) == (2, 1, "Changed since.")
