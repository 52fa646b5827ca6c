"""How routing goes: each figure by examples, with the conversations behind it."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ground.hours import due
from ground.hours.models import DueRow
from ground.journal.reactions import run_owed
from ground.web.timing import OutOfTime
from inbox.actions import assign, close, rate, reply
from people.models import Team
from routing.actions.promising import save_policy
from routing.figures import period as periods
from routing.figures.ways import Way, way_of
from routing.handing import Answered, Given, Handed, handed
from routing.models import Beginning, Clock, Expectation, Handing, Policy
from tests.routing.conftest import PYTHON

pytestmark = pytest.mark.django_db

PAGE = "/admin/routing/beginning/"


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize(
    ("did", "kept", "triage", "has", "way"),
    [
        (["team", "tags"], [], None, True, Way.RULE),
        (["assignee"], [], None, True, Way.RULE),
        (["tags"], [], "tm_triage", True, Way.TRIAGE),
        ([], ["assignment"], None, True, Way.PERSON),
        (["tags"], [], None, True, Way.PERSON),
        (["tags"], [], None, False, Way.NOBODY),
    ],
)
def test_which_way_a_conversation_went(did, kept, triage, has, way):
    assert way_of(did, kept, triage, has) == way


ADA, BEN = Given(person="ada"), Given(person="ben")
NOBODY, SAID = Given(person=""), Answered("ada")


@pytest.mark.parametrize(
    ("events", "moves", "again"),
    [
        ([Given(team="orders"), ADA], 0, 0),
        ([Given(team="triage"), Given(team="orders")], 0, 0),
        ([Given(team="triage"), Given(team="orders"), Given(team="billing")], 1, 0),
        ([ADA, BEN], 1, 0),
        ([ADA, NOBODY, BEN], 1, 0),
        ([ADA, NOBODY, ADA], 0, 0),
        ([Given("orders", "ada"), Given("billing", "ben")], 1, 0),
        ([ADA, SAID, BEN], 1, 1),
        ([ADA, SAID, BEN, ADA], 2, 1),
        ([ADA, SAID, Given(team="billing")], 0, 0),
        ([SAID, BEN], 0, 1),
    ],
)
def test_what_is_handed_on_and_what_is_told_again(events, moves, again):
    assert handed(events, "triage") == Handed(moves, again)


def test_the_share_routed_by_rules_and_the_rest_with_the_conversations_behind(
    ada, ruled, technical, triage, begin, dora, emil, otto, browser_of
):
    rule = ruled("Python", PYTHON, team=technical.public_id)
    mine, other = begin(dora, "My python script"), begin(emil)
    begin(otto, "python again")
    ways = Beginning.objects.order_by("pk").values_list("way", "team__name", "rule")
    assert list(ways) == [
        ("rule", "Technical", rule.public_id),
        ("triage", "Triage", ""),
        ("rule", "Technical", rule.public_id),
    ]
    client = browser_of(ada)
    page = text_of(client, PAGE)
    assert "<b>66%</b> of 3 that began were routed by rules" in page and "Python" in page
    rows = text_of(client, f"{PAGE}rows/rule.{rule.public_id}/")
    assert mine.public_id in rows and other.public_id not in rows and "Technical · Python" in rows
    rows = text_of(client, f"{PAGE}rows/way.triage/?days=7")
    assert other.public_id in rows and mine.public_id not in rows
    rows = text_of(client, f"{PAGE}rows/way.triage/?team={technical.public_id}")
    assert "There are none." in rows
    Beginning.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert "No rule was asked" in text_of(client, f"{PAGE}?days=7")


def test_what_was_handed_on_three_times_is_an_alarm(
    ada, ben, cleo, billing, begin, dora, browser_of
):
    conversation = begin(dora)
    reply(conversation, by=ben, body="Here.", client_id=uuid.uuid4())
    for mate in (ben, ada, ben):
        assign(conversation, by=ada, assignee=mate)
        run_owed()
    row = Handing.objects.get()
    assert (row.moves, row.asked_again) == (2, 1)
    client = browser_of(ada)
    page = text_of(client, PAGE)
    assert "2× in all, told again 1×" in page and "handed on three times or more." not in page
    assign(conversation, by=ada, assignee=None, team=Team.objects.create(name="Orders"))
    assign(conversation, by=ada, assignee=cleo, team=billing)
    run_owed()
    assert "1 conversation was handed on three times or more." in text_of(client, PAGE)
    assert conversation.public_id in text_of(client, f"{PAGE}rows/hands.often/")
    close(conversation, by=ada)
    reply(conversation, by=dora, body="Again", client_id=uuid.uuid4())
    assign(conversation, by=ada, assignee=ada)
    run_owed()
    assert Handing.objects.get().moves == 3, "what begins anew is counted anew"


def test_levels_waits_and_complaints_have_their_shares_and_rows(
    ada, ben, begin, dora, emil, browser_of
):
    level = save_policy(
        Policy(), by=ada, name="House", condition={"all": []}, first_minutes=60, counts="wall"
    )
    kept, late = begin(dora), begin(emil)
    reply(kept, by=ben, body="Here.", client_id=uuid.uuid4())
    run_owed()
    now = timezone.now()
    Clock.objects.filter(conversation=late).update(due_at=now - timedelta(minutes=80))
    Expectation.objects.all().delete()
    for number, conversation in enumerate((kept, late)):
        Expectation.objects.create(
            conversation=conversation,
            since=now - timedelta(minutes=30),
            ahead=0,
            people=1,
            low_at=now - timedelta(minutes=25),
            high_at=now - timedelta(minutes=20),
            answered_at=now - timedelta(minutes=22 - 20 * number),
        )
    client = browser_of(ada)
    page = text_of(client, PAGE)
    assert "<b>50%</b> of 2 promises were kept" in page
    assert "<b>50%</b> of 2 came true; stated were 80%" in page and "Nobody complained." in page
    rows = text_of(client, f"{PAGE}rows/level.{level.public_id}.first.missed/")
    assert late.public_id in rows and kept.public_id not in rows
    assert "1 h 20 min after it was due, and not done yet" in rows
    rows = text_of(client, f"{PAGE}rows/told.later/")
    assert "told 5 min to 10 min, answered after 28 min" in rows and kept.public_id not in rows


def test_a_list_goes_on_by_a_cursor_and_asks_the_same_for_many(ada, begin, dora, browser_of):
    conversation = begin(dora)
    now = timezone.now()
    client, counts = browser_of(ada), []
    client.get(PAGE)
    for number in (5, 25):
        Beginning.objects.bulk_create(
            Beginning(
                conversation=conversation, way="nobody", created_at=now - timedelta(minutes=each)
            )
            for each in range(number)
        )
        with CaptureQueriesContext(connection) as captured:
            page = text_of(client, f"{PAGE}rows/way.nobody/")
        counts.append(len(captured))
    assert counts[0] == counts[1] and "Earlier ones" in page
    path = page.partition('href="?days=28&amp;cursor=')[2].partition('"')[0]
    rest = text_of(client, f"{PAGE}rows/way.nobody/?days=28&cursor={path}")
    assert rest.count("<b>Dora") == 5 and "Earlier ones" not in rest


@pytest.mark.parametrize(
    "path",
    [
        "rows/way.up/",
        "rows/level.sla_gone.first.kept/",
        "rows/level.x.first.kept.more/",
        "rows/x/",
        "rows/way.rule/?cursor=x",
    ],
)
def test_what_is_no_figure_is_not_found(ada, path, browser_of):
    client = browser_of(ada)
    assert client.get(PAGE + path).status_code == 404


def test_the_page_is_for_admins_and_strange_questions_get_the_usual_answer(ada, ben, browser_of):
    client = browser_of(ada)
    for asked in ("?days=9999", "?team=tm_gone", "?days=x&team=" + "y" * 300):
        assert "28 days" in text_of(client, PAGE + asked)
    assert client.post(PAGE).status_code == 403
    assert browser_of(ben).get(PAGE).status_code in (302, 403)


def test_where_there_is_no_time_less_is_looked_at_and_said(ada, browser_of, monkeypatch):
    tried = []

    def slow(since):
        tried.append(since)
        if len(tried) < 3:
            raise OutOfTime
        return "found"

    asked = periods.Period(90, timezone.now())
    looked = periods.look(asked, slow)
    assert looked.found == "found" and not looked.is_whole and tried[0] == asked.since
    assert looked.since == asked.until - timedelta(days=4.5)
    monkeypatch.setattr(periods, "TRIES", ())
    assert "This took too long to count." in text_of(browser_of(ada), PAGE)


def test_complaints_are_counted_with_those_that_wait(ada, ben, begin, dora, browser_of):
    conversation = begin(dora)
    reply(conversation, by=ben, body="Here.", client_id=uuid.uuid4())
    close(conversation, by=ben)
    rate(conversation, by=dora, score=1, comment="")
    run_owed()
    DueRow.objects.filter(kind="routing.follow_up").update(due_at=timezone.now())
    due.run_due()
    run_owed()
    client = browser_of(ada)
    assert "<b>0</b> of 1 complaints were answered" in text_of(client, PAGE)
    assert conversation.public_id in text_of(client, f"{PAGE}rows/complaints.open/")
    reply(conversation, by=ben, body="Sorry.", client_id=uuid.uuid4())
    assert "<b>1</b> of 1 complaints were answered" in text_of(client, PAGE)
    assert "There are none." in text_of(client, f"{PAGE}rows/complaints.open/")
