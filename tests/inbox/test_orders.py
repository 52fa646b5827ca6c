"""The orders of a list: newest, oldest, waiting longest; by address, by key, by API."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ground.web.paging import keyset
from inbox import default_views
from inbox.actions import assign, close, prioritize, reply, snooze, tag
from inbox.models import Conversation
from inbox.orders import WAITING
from people.actions import create_token, find_or_create_tag

pytestmark = pytest.mark.django_db

FRAGMENT = {"HX-Request": "true", "HX-Target": "rows"}


def names_on(browser, path):
    page = browser.get(path, headers=FRAGMENT).content.decode()
    return re.findall(r'id="row-(cv_\w+)"', page), page


def set_times(conversation, *, said, waiting=None):
    """At which minute of an hour past the last message came, and since when the contact waits."""
    now = timezone.now() - timezone.timedelta(hours=2)
    hour = now.replace(minute=0, second=0, microsecond=0)
    Conversation.objects.filter(pk=conversation.pk).update(
        last_message_at=hour.replace(minute=said),
        waiting_since=None if waiting is None else hour.replace(minute=waiting),
    )


@pytest.fixture
def five(begin, dora, emil, otto):
    """Three wait, two are quiet."""
    times = {"a": (30, 5), "b": (20, 20), "c": (40, 1), "d": (50, None), "e": (10, None)}
    conversations = {}
    for (name, (said, waiting)), contact in zip(
        times.items(), [dora, emil, otto, dora, emil], strict=True
    ):
        conversations[name] = begin(contact, f"I am {name}")
        set_times(conversations[name], said=said, waiting=waiting)
    return conversations


def said(five, names):
    known = {conversation.public_id: name for name, conversation in five.items()}
    return "".join(known[name] for name in names)


ORDERS = {"newest": "dcabe", "oldest": "ebacd", "waiting": "cabde"}


@pytest.mark.parametrize(("order", "expected"), ORDERS.items())
def test_a_list_stands_in_the_order_of_its_address(five, ben, browser_of, order, expected):
    names, _ = names_on(browser_of(ben), f"/inbox/all/?order={order}")
    assert said(five, names) == expected


@pytest.mark.parametrize(("order", "expected"), ORDERS.items())
def test_paging_goes_on_in_the_order_and_from_those_who_wait_to_the_quiet(
    five, ben, browser_of, order, expected
):
    browser, path, walked = browser_of(ben), f"/inbox/all/?limit=1&order={order}", ""
    while path:
        names, page = names_on(browser, path)
        walked += said(five, names)
        more = re.search(r'class="more"><a href="([^"]+)"', page)
        path = more and more.group(1).replace("&amp;", "&").replace("?", "?limit=1&")
    assert walked == expected


def test_the_view_of_those_who_wait_holds_no_others_and_counts_them(five, ben, browser_of):
    browser = browser_of(ben)
    names, _ = names_on(browser, "/inbox/waiting/")
    assert said(five, names) == "cab"
    snooze(five["c"], by=ben, until=timezone.now() + timezone.timedelta(days=1))
    close(five["a"], by=ben)
    names, _ = names_on(browser, "/inbox/waiting/")
    assert said(five, names) == "b"
    defaults, _ = default_views.with_counts(ben, Conversation.objects.visible_to(ben))
    assert {view.slug: size for view, size in defaults}["waiting"] == 1


def test_an_answer_makes_it_quiet(five, ben, browser_of):
    reply(five["c"], by=ben, body="Here.", client_id=uuid.uuid4())
    names, _ = names_on(browser_of(ben), "/inbox/all/?order=waiting")
    assert said(five, names) == "abcde"


def test_links_keep_an_unusual_order(five, ben, browser_of):
    browser = browser_of(ben)
    name = five["a"].public_id
    page = browser.get("/inbox/all/?order=oldest").content.decode()
    assert f'href="/inbox/all/{name}/?order=oldest"' in page and 'data-order="oldest"' in page
    page = browser.get(f"/inbox/all/{name}/?order=oldest").content.decode()
    assert page.index(five["e"].public_id) < page.index(five["d"].public_id)
    usual = browser.get("/inbox/waiting/").content.decode()
    assert f'href="/inbox/waiting/{name}/"' in usual and "data-parts" not in usual
    assert "data-parts" in browser.get("/inbox/all/?order=waiting").content.decode()


@pytest.mark.parametrize(
    "path",
    ["all/?order=best", "all/?order=", "all/?order=%00", "closed/?order=waiting"],
)
def test_an_order_that_a_list_does_not_have_is_refused(ben, browser_of, path):
    assert browser_of(ben).get(f"/inbox/{path}").status_code == 400


def test_a_cursor_of_another_order_is_refused(five, ben, browser_of):
    browser = browser_of(ben)
    _, page = names_on(browser, "/inbox/all/?limit=1&order=waiting")
    cursor = re.search(r"cursor=([\w-]+)", page).group(1)
    assert browser.get(f"/inbox/all/?cursor={cursor}&order=waiting").status_code == 200
    assert browser.get(f"/inbox/all/?cursor={cursor}").status_code == 400


def test_private_conversations_stay_hidden_in_every_order(
    five, ada, ben, cleo, billing, browser_of
):
    assign(five["c"], by=ada, team=billing)
    for order in ORDERS:
        assert "c" not in said(five, names_on(browser_of(ben), f"/inbox/all/?order={order}")[0])
        assert "c" in said(five, names_on(browser_of(cleo), f"/inbox/all/?order={order}")[0])


def test_a_page_costs_the_same_for_25_and_100_rows(
    begin, dora, emil, ben, browser_of, django_assert_num_queries
):
    for number in range(60):
        begin(dora, f"Waiting {number}")
        reply(begin(emil, f"Quiet {number}"), by=ben, body="Yes", client_id=uuid.uuid4())
    browser = browser_of(ben)
    for limit in (25, 60):
        with django_assert_num_queries(5):
            browser.get(f"/inbox/all/?order=oldest&limit={limit - 1}", headers=FRAGMENT)
    with django_assert_num_queries(5):
        browser.get("/inbox/all/?order=waiting&limit=25", headers=FRAGMENT)
    with django_assert_num_queries(6):
        browser.get("/inbox/all/?order=waiting&limit=100", headers=FRAGMENT)


def test_a_list_of_300_is_taken_anew_in_one_answer(
    begin, dora, ben, browser_of, django_assert_num_queries
):
    one = begin(dora, "Waiting")
    fields = {f.attname: getattr(one, f.attname) for f in one._meta.concrete_fields}
    own = {"id", "public_id", "client_id"}
    shared = {name: value for name, value in fields.items() if name not in own}
    Conversation.objects.bulk_create(
        Conversation(**shared, client_id=uuid.uuid4()) for _ in range(310)
    )
    browser = browser_of(ben)
    for limit in (25, 300):
        with django_assert_num_queries(5):
            page = browser.get(f"/inbox/all/?limit={limit}", headers=FRAGMENT).content.decode()
        assert page.count('class="row ') == limit
    assert browser.get("/inbox/all/?limit=401", headers=FRAGMENT).status_code == 400


def plan_of(queryset):
    with CaptureQueriesContext(connection) as captured:
        keyset(queryset, order=WAITING.keys, limit=2)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + captured.captured_queries[0]["sql"])
        return "\n".join(line for (line,) in cursor.fetchall())


def test_indexes_serve_those_who_wait(five, support, ben):
    conversations = Conversation.objects.all()
    # With a handful of rows one of these indexes is as good as another: each reads in order.
    for queryset in (
        conversations.open(),
        conversations.open().unassigned(),
        conversations.open().of_team(support),
    ):
        plan = plan_of(queryset)
        assert "Index Scan using inbox_conv_wait" in plan and "Sort" not in plan, plan


@pytest.fixture
def listed(client, ben):
    _, secret = create_token(by=None, teammate=ben, name="mine", scopes=["conversations:read"])

    def get(query):
        return client.get(
            f"/api/v1/conversations?{query}", headers={"authorization": f"Bearer {secret}"}
        )

    return get


def test_the_api_orders(five, listed, ben):
    for order, expected in ORDERS.items():
        answer = listed(f"status=open&order={order}").json()
        assert said(five, [row["id"] for row in answer["results"]]) == expected
    first = listed("view=waiting&limit=2").json()
    rest = listed(f"view=waiting&limit=2&cursor={first['next']}").json()
    assert said(five, [row["id"] for row in first["results"] + rest["results"]]) == "cab"
    for query in ("order=waiting", "status=closed&order=waiting", "view=spam&order=waiting"):
        assert "order" in listed(query).json()["errors"], query


def test_the_api_filters_by_tag_and_priority(five, listed, ben):
    vip, _ = find_or_create_tag("VIP", by=ben)
    for name in "ad":
        tag(five[name], by=ben, add=[vip])
    prioritize(five["a"], by=ben, priority=Conversation.Priority.HIGH)

    def found(query):
        return said(five, [row["id"] for row in listed(query).json()["results"]])

    assert found(f"tag={vip.public_id}") == "da"
    assert found("priority=high") == "a"
    assert found(f"tag={vip.public_id}&priority=normal&order=oldest") == "d"
    for query in ("tag=tag_gone", "tag=%00", "priority=3", "priority="):
        assert listed(query).status_code == 400, query
