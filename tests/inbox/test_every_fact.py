"""Whatever is registered can be asked of one conversation and of all, with the same answer: each
fact by each operator of its type that has a set form, and its negation."""

import uuid

import pytest
from django.utils import timezone

from ground.conditions import OPERATORS, Facts, arguments, evaluate, filter, parse
from ground.hours.models import OfficeHours
from inbox import asking
from inbox.actions import assign, close, reply, tag
from inbox.models import Conversation
from people.actions import create_segment, find_or_create_tag, tag_contact, track, update_contact
from people.models import Attribute

pytestmark = pytest.mark.django_db

# What conditions must be able to ask, whatever else they can (docs/facts.md).
PROMISED = [
    "contact.attributes.size",
    "company.name",
    "company.plan",
    "company.monthly_spend",
    "contact.created_at",
    "company.created_at",
    "contact.tags",
    "contact.segments",
    "contact.events",
    "conversation.first_words",
    "conversation.said",
    "conversation.language",
    "conversation.channel",
    "conversation.page",
    "conversation.in_office_hours",
    "conversation.waiting_since",
    "conversation.earlier",
    "conversation.earlier_at",
    "conversation.earlier_rating",
    "conversation.priority",
    "conversation.sentiment",
    "conversation.last_message_at",
]


@pytest.fixture
def few(begin, line, ada, ben, support, dora, emil, otto):
    for subject, key, type_, choices in (
        ("contact", "size", "choice", ["M", "L"]),
        ("contact", "seats", "number", []),
        ("contact", "vip", "boolean", []),
        ("contact", "renews_at", "datetime", []),
        ("company", "trade", "text", []),
    ):
        Attribute.objects.create(subject=subject, key=key, label=key, type=type_, choices=choices)
    own = {"size": "L", "seats": 12, "vip": True, "renews_at": "2026-03-01T10:00:00Z"}
    update_contact(dora, by=None, locale="de", attributes=own)
    refund, vip = (find_or_create_tag(name, by=None)[0] for name in ("Refund", "VIP"))
    tag_contact(dora, by=None, add=[vip])
    track(dora, "order.placed")
    create_segment(
        by=None, name="Germans", condition={"fact": "contact.locale", "op": "is", "value": "de"}
    )
    OfficeHours.objects.create(name="House", zone="Europe/London", is_default=True)
    one = begin(dora, "Where is my coat?", page={"url": "https://shop.test/pricing"})
    tag(one, by=ben, add=[refund])
    assign(one, by=ben, assignee=ben, team=support)
    close(one, by=ben)
    Conversation.objects.filter(pk=one.pk).update(rating=2, sentiment=-0.5, language="ro")
    reply(begin(dora, "Another one"), by=ben, body="Yes?", client_id=uuid.uuid4())
    begin(emil, "An invoice, please")


def values(fact, op):
    """What a clause may ask by an operator, taken from what the few have where that is told."""
    choices = [value for value, _ in fact.current_choices()] if fact.choices else []
    given = {
        arguments.nothing: [None],
        arguments.text: ["e"],
        arguments.texts: [["de", "Where is my coat?", "Dora Lindqvist"]],
        arguments.member: choices[:1] or ["x"],
        arguments.members: [choices[:2] or ["x"]],
        arguments.number: [1],
        arguments.two_numbers: [[-1, 5]],
        arguments.boolean: [True, False],
        arguments.choice: choices[:3],
        arguments.choices: [choices[:2]],
        arguments.moment: ["2026-06-01"],
        arguments.days: [1],
        arguments.events: [{"name": "order.placed", "days": 3}],
        arguments.counted_events: [{"count": 1, "days": 3}, {"count": 1, "name": "order.placed"}],
        arguments.named_events: [{"name": "order.placed"}],
    }
    return [each for each in given[op.argument] if each != []]


def test_every_fact_that_the_product_promises_is_there(few, ben):
    known = {fact.name for fact in asking.language(ben).facts_for("conversation")}
    assert set(PROMISED) <= known


def test_every_fact_and_operator_gives_one_and_all_the_same_answer(few, ben):
    now, spoken = timezone.now(), asking.language(ben)
    rows = list(Conversation.objects.select_related("contact__company", "assignee", "team"))
    facts = {row: Facts(row, now=now, registry=spoken) for row in rows}
    asked = split = 0
    for fact in spoken.facts_for("conversation"):
        assert fact.path is not None, f"{fact.name} cannot be asked of lists"
        for name, op in OPERATORS[fact.type].items():
            if name == "matches":
                continue
            for value in values(fact, op):
                clause = {"fact": fact.name, "op": name}
                clause |= {} if value is None else {"value": value}
                condition = parse(clause, subject="conversation", registry=spoken)
                found = set(filter(Conversation.objects.all(), condition, now=now, registry=spoken))
                held = {
                    row
                    for row in rows
                    if evaluate(condition, row, now=now, facts=facts[row], registry=spoken)
                }
                assert found == held, clause
                opposite = parse({"not": clause}, subject="conversation", registry=spoken)
                others = filter(Conversation.objects.all(), opposite, now=now, registry=spoken)
                assert set(others) == set(rows) - held, f"not {clause}"
                asked, split = asked + 1, split + (0 < len(held) < len(rows))
    assert asked > 250 and split > asked / 4, "else it asks for nothing that matters"
