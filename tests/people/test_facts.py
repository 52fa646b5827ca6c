"""Conditions about contacts: asking one and asking the table give the same answer."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from ground.conditions import evaluate, facts_for, parse, to_queryset
from people.actions import (
    create_contact,
    find_or_create_tag,
    tag_contact,
    track,
    update_contact,
)
from people.models import Attribute, Contact, Event

CLAUSES = [
    {"fact": "contact.role", "op": "is", "value": "user"},
    {"fact": "contact.name", "op": "contains", "value": "dora"},
    {"fact": "contact.name", "op": "is_known"},
    {"fact": "contact.locale", "op": "is", "value": "de"},
    {"fact": "contact.is_blocked", "op": "is", "value": True},
    {"fact": "contact.created_at", "op": "less_than_days_ago", "value": 1},
    {"fact": "contact.last_seen_at", "op": "is_unknown"},
    {"fact": "contact.last_seen_at", "op": "more_than_days_ago", "value": 7},
    {"fact": "contact.email", "op": "is_known"},
    {"fact": "contact.email", "op": "ends_with", "value": "@acme.test"},
    {"fact": "contact.external_id", "op": "is", "value": "emil-1"},
    {"fact": "contact.phone", "op": "is_unknown"},
    {"fact": "company.name", "op": "is", "value": "acme"},
    {"fact": "company.plan", "op": "is_not", "value": "pro"},
    {"fact": "company.monthly_spend", "op": "at_least", "value": 900},
    {"fact": "contact.attributes.size", "op": "is", "value": "L"},
    {"fact": "contact.attributes.seats", "op": "more_than", "value": 10},
    {"fact": "contact.attributes.vip", "op": "is", "value": True},
    {"fact": "contact.attributes.renews_at", "op": "after", "value": "2026-01-01T00:00:00Z"},
    {"fact": "company.attributes.segment", "op": "is", "value": "retail"},
    {"fact": "contact.tags", "op": "contains", "value": "vip"},
    {"fact": "contact.tags", "op": "contains_all", "value": ["VIP", "Press"]},
    {"fact": "contact.tags", "op": "does_not_contain", "value": "press"},
    {"fact": "contact.events", "op": "at_least", "value": {"name": "order.placed", "count": 2}},
    {"fact": "contact.events", "op": "none", "value": {"name": "order.placed", "days": 3}},
    {"fact": "contact.events", "op": "ever", "value": {"name": "cart.left"}},
]


@pytest.fixture
def people(dora, emil, otto, acme):
    own = [
        ("contact", "size", "choice", ["M", "L"]),
        ("contact", "seats", "number", []),
        ("contact", "vip", "boolean", []),
        ("contact", "renews_at", "datetime", []),
        ("company", "segment", "text", []),
    ]
    for subject, key, type_, choices in own:
        Attribute.objects.create(subject=subject, key=key, label=key, type=type_, choices=choices)
    update_contact(
        dora,
        by=None,
        locale="de",
        attributes={"size": "L", "seats": 12, "vip": True, "renews_at": "2026-03-01T10:00:00Z"},
    )
    update_contact(
        emil,
        by=None,
        is_blocked=True,
        phone="+49 30 1234567",
        attributes={"size": "M", "seats": 2},
    )
    Contact.objects.filter(pk=emil.pk).update(created_at=Now() - timedelta(days=40))
    Contact.objects.filter(pk=emil.pk).update(last_seen_at=Now() - timedelta(days=9))
    acme.attributes = {"segment": "Retail"}
    acme.save()
    vip, press = (find_or_create_tag(name, by=None)[0] for name in ("VIP", "Press"))
    tag_contact(dora, by=None, add=[vip])
    tag_contact(otto, by=None, add=[press, vip])
    track(dora, "order.placed")
    track(dora, "order.placed")
    track(otto, "cart.left")
    track(otto, "order.placed")
    Event.objects.filter(contact=dora).update(created_at=Now() - timedelta(days=5))
    create_contact(by=None, role="visitor")


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: f"{clause['fact']} {clause['op']}")
@pytest.mark.parametrize("is_negated", [False, True])
def test_one_and_all_agree(people, clause, is_negated):
    now = timezone.now()
    tree = {"not": clause} if is_negated else clause
    condition = parse(tree, subject="contact")
    found = set(to_queryset(condition, Contact, now=now))
    everybody = Contact.objects.select_related("company")
    assert found == {contact for contact in everybody if evaluate(condition, contact, now=now)}
    assert 0 < len(found) < 4


def test_a_form_offers_own_attributes(people):
    names = {fact.name for fact in facts_for("contact")}
    assert {"contact.email", "company.plan", "contact.attributes.size"} <= names
    assert "company.attributes.segment" in names
