"""Walking a list page by page gives every row once, in order, whatever happens meanwhile."""

import base64
import datetime as dt
import json

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import Q
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground.web.models import IdempotencyKey
from ground.web.paging import Part, keyset, limit_from
from ground.web.problems import Invalid
from inbox.models import Conversation

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
NEWEST = ("-created_at", "-id")
ORDERS = [NEWEST, ("created_at", "id"), ("-status", "-id"), ("key", "id"), ("id",), ("-key",)]


def make(seconds: float, *, name: str | None = None, status: int = 0) -> IdempotencyKey:
    name = name or f"k{IdempotencyKey.objects.count()}"
    at = START + dt.timedelta(seconds=seconds)
    return IdempotencyKey.objects.create(owner="o", key=name, status=status, created_at=at)


def rows():
    return IdempotencyKey.objects.filter(owner="o")


def walk(order, limit, between=lambda: None):
    found, cursor = [], None
    while True:
        page = keyset(rows(), order=order, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        found.extend(page.items)
        if page.next is None:
            return found
        cursor = page.next
        between()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    times=st.lists(st.integers(0, 3), max_size=25),
    limit=st.integers(1, 8),
    order=st.sampled_from(ORDERS),
)
def test_a_walk_equals_the_sorted_list_also_with_ties(times, limit, order):
    IdempotencyKey.objects.all().delete()
    for number, seconds in enumerate(times):
        make(seconds, name=f"key {number:03}", status=seconds)
    assert walk(order, limit) == list(rows().order_by(*order))


def test_rows_added_in_between_neither_repeat_nor_hide_others():
    there = [make(seconds // 3) for seconds in range(20)]
    added = iter(range(1000, 2000))
    walked = walk(NEWEST, 3, between=lambda: make(next(added)))
    assert walked == sorted(there, key=lambda row: (row.created_at, row.pk), reverse=True)


def test_rows_removed_in_between_hide_no_others():
    there = [make(seconds) for seconds in range(10)]
    first = keyset(rows(), order=NEWEST, limit=3)
    first.items[-1].delete()
    then = keyset(rows(), order=NEWEST, cursor=first.next, limit=3)
    assert then.items == there[4:7][::-1]


def test_microseconds_and_odd_text_survive_in_a_cursor():
    for number, name in enumerate(["a'\"", "b\\", "c😀", "d\n", "e;--", "f"]):
        make(number / 1_000_000, name=name)
    assert walk(NEWEST, 1) == list(rows().order_by(*NEWEST))
    assert walk(("key", "id"), 1) == list(rows().order_by("key", "id"))


def test_a_page_is_one_query_without_count_or_offset():
    for seconds in range(5):
        make(seconds)
    cursor = keyset(rows(), order=NEWEST, limit=2).next
    with CaptureQueriesContext(connection) as queries:
        keyset(rows(), order=NEWEST, cursor=cursor, limit=2)
    assert len(queries) == 1
    sql = queries[0]["sql"]
    assert "OFFSET" not in sql
    assert "COUNT" not in sql
    assert '("web_idempotencykey"."created_at", "web_idempotencykey"."id") < (' in sql


def test_an_index_over_the_order_serves_a_page():
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX keyset_probe ON web_idempotencykey (created_at DESC, id DESC)")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    for seconds in range(50):
        make(seconds)
    everything = IdempotencyKey.objects.all()
    position = keyset(everything, order=NEWEST, limit=2).next
    with CaptureQueriesContext(connection) as queries:
        keyset(everything, order=NEWEST, cursor=position, limit=2)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (ROW(created_at, id) < " in plan
    assert "Sort" not in plan


def packed(value) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def key_of(cursor: str):
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def test_every_bad_cursor_is_refused():
    for seconds in range(5):
        make(seconds)
    good = keyset(rows(), order=NEWEST, limit=2).next
    tag, at, number = key_of(good)
    bad = [
        "",
        "x",
        "====",
        "äöü",
        "\x00",
        "a" * 5000,
        packed(b"\xff\xfe"),
        packed(b"[" * 1000),
        packed(None),
        packed(5),
        packed({}),
        packed([]),
        packed([tag]),
        packed([tag, at]),
        packed([tag, at, number, 1]),
        packed([tag + 1, at, number]),
        packed([tag, None, number]),
        packed([tag, at, None]),
        packed([tag, at, True]),
        packed([tag, at, 1.5]),
        packed([tag, at, [number]]),
        packed([tag, at, 10**30]),
        packed([tag, at, "NaN"]),
        packed([tag, at, "1e309"]),
        packed([tag, "yesterday", number]),
        packed([tag, "2026-11-22T00:00:00", number]),
        packed([tag, "9999-99-99T00:00:00+00:00", number]),
        packed([tag, 1, number]),
        packed([tag, "x\x00", number]),
        packed([tag, at, "1; DROP TABLE web_idempotencykey"]),
        packed(b"[1e999, NaN]"),
        good[:-3],
        good + "AAAA",
        good.swapcase(),
    ]
    for cursor in bad:
        with pytest.raises(Invalid) as caught:
            keyset(rows(), order=NEWEST, cursor=cursor)
        assert list(caught.value.errors) == ["cursor"], cursor


def test_a_cursor_of_another_list_is_refused():
    for seconds in range(5):
        make(seconds)
    other = keyset(rows(), order=("created_at", "id"), limit=2).next
    with pytest.raises(Invalid):
        keyset(rows(), order=NEWEST, cursor=other)


def test_text_in_a_cursor_obeys_the_rules_of_its_column():
    make(1, name="a")
    make(2, name="b")
    tag, *_ = key_of(keyset(rows(), order=("key", "id"), limit=1).next)
    for text in ("\x00", "\ud800", "x" * 201):
        with pytest.raises(Invalid):
            keyset(rows(), order=("key", "id"), cursor=packed([tag, text, 1]))


def test_a_list_of_parts_is_walked_part_by_part():
    there = [make(seconds % 7, status=seconds % 3) for seconds in range(20)]
    busy = Part(("key", "id"), Q(status__gt=0))
    quiet = Part(("-created_at", "-id"), Q(status=0))
    in_order = [
        *rows().filter(status__gt=0).order_by("key", "id"),
        *rows().filter(status=0).order_by("-created_at", "-id"),
    ]
    for limit in (1, 3, 19, 20, 50):
        assert walk((busy, quiet), limit) == in_order
    assert len(in_order) == len(there)
    cursor = keyset(rows(), order=(busy, quiet), limit=2).next
    for other in [busy.order, (quiet, busy), (busy,)]:
        with pytest.raises(Invalid):
            keyset(rows(), order=other, cursor=cursor)


def test_only_a_part_that_leaves_empty_values_out_may_be_sorted_by_them():
    with pytest.raises(FieldError):
        keyset(Conversation.objects.all(), order=("waiting_since", "id"))
    waiting = Part(("waiting_since", "id"), Q(waiting_since__isnull=False))
    assert keyset(Conversation.objects.all(), order=(waiting,)).items == []


def test_an_order_that_cannot_be_paged_is_our_own_mistake():
    for order in [("-created_at", "id"), ()]:
        with pytest.raises(FieldError):
            keyset(rows(), order=order)


@pytest.mark.parametrize(
    "bad", ["0", "-1", "101", "1e2", "10**30", "9" * 30, "NaN", "", "٣", "1.5"]
)
def test_a_page_size_out_of_bounds_is_refused(bad):
    with pytest.raises(Invalid):
        limit_from(RequestFactory().get("/", {"limit": bad}))


def test_a_page_size_within_bounds_is_taken():
    assert limit_from(RequestFactory().get("/")) == 25
    assert limit_from(RequestFactory().get("/"), default=50) == 50
    assert limit_from(RequestFactory().get("/", {"limit": "100"})) == 100
