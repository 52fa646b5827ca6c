"""Conditions about conversations: asking one and asking the table give the same answer."""

import pytest
from django.utils import timezone

from ground.conditions import evaluate, filter, parse
from inbox import asking
from inbox.actions import assign, close, prioritize, reply, snooze, tag
from inbox.facts import ME
from inbox.models import Conversation
from people.actions import find_or_create_tag, tag_contact

pytestmark = pytest.mark.django_db

CLAUSES = [
    {"fact": "conversation.status", "op": "is", "value": "open"},
    {"fact": "conversation.assignee", "op": "is", "value": "BEN"},
    {"fact": "conversation.assignee", "op": "is_none_of", "value": ["BEN"]},
    {"fact": "conversation.assignee", "op": "is_unknown"},
    {"fact": "conversation.team", "op": "is_any_of", "value": ["SUPPORT"]},
    {"fact": "conversation.team", "op": "is_known"},
    {"fact": "conversation.priority", "op": "is_not", "value": "urgent"},
    {"fact": "conversation.channel", "op": "is", "value": "email"},
    {"fact": "conversation.first_words", "op": "contains", "value": "COAT"},
    {"fact": "conversation.said", "op": "contains", "value": "MY COAT"},
    {"fact": "conversation.said", "op": "starts_with", "value": "and quickly"},
    {"fact": "conversation.said", "op": "does_not_contain", "value": "invoice"},
    {"fact": "conversation.sentiment", "op": "is", "value": "upset"},
    {"fact": "conversation.sentiment", "op": "is_not", "value": "content"},
    {"fact": "conversation.sentiment", "op": "is_unknown"},
    {"fact": "conversation.sentiment_score", "op": "at_most", "value": -0.5},
    {"fact": "conversation.language", "op": "is_any_of", "value": ["de", "ro"]},
    {"fact": "conversation.language", "op": "is_unknown"},
    {"fact": "conversation.earlier", "op": "at_least", "value": 1},
    {"fact": "conversation.earlier_at", "op": "less_than_days_ago", "value": 1},
    {"fact": "conversation.earlier_rating", "op": "at_most", "value": 2},
    {"fact": "conversation.page", "op": "contains", "value": "/pricing"},
    {"fact": "conversation.page", "op": "is_unknown"},
    {"fact": "conversation.contact_unread", "op": "at_least", "value": 1},
    {"fact": "conversation.snoozed_until", "op": "is_known"},
    {"fact": "conversation.closed_at", "op": "less_than_days_ago", "value": 1},
    {"fact": "conversation.waiting_since", "op": "less_than_days_ago", "value": 1 / 24},
    {"fact": "conversation.last_message_at", "op": "less_than_days_ago", "value": 0.5},
    {"fact": "conversation.tags", "op": "contains", "value": "refund"},
    {"fact": "contact.tags", "op": "contains", "value": "vip"},
    {"fact": "company.plan", "op": "is", "value": "pro"},
]


@pytest.fixture
def four(begin, line, ada, ben, support, dora, emil, otto, next_week):
    """One of each: assigned, with a team, snoozed, closed."""
    refund, vip = (find_or_create_tag(name, by=None)[0] for name in ("Refund", "VIP"))
    tag_contact(dora, by=None, add=[vip])
    one = begin(dora, "Where is my coat?", page={"url": "https://shop.test/pricing"})
    tag(one, by=ben, add=[refund])
    assign(one, by=ben, assignee=ben)
    two = begin(emil, "An invoice, please")
    prioritize(assign(two, by=ben, team=support), by=ben, priority=Conversation.Priority.URGENT)
    three = begin(otto, "Hm")
    reply(three, by=ben, body="What?", client_id="6f9619ff-8b86-4011-b42d-00cf4fc964ff")
    snooze(assign(three, by=ben, assignee=ada), by=ben, until=next_week)
    four = begin(otto, "Never mind")
    close(four, by=ben)
    line.__class__.objects.create(kind="email", name="Mail")
    four.bindings.update(line=line.__class__.objects.get(kind="email"))
    reply(two, by=emil, body="And quickly!", client_id="7f9619ff-8b86-4011-b42d-00cf4fc964ff")
    Conversation.objects.filter(pk=one.pk).update(sentiment=-0.5, language="ro")
    Conversation.objects.filter(pk=two.pk).update(sentiment=0.5, language="en")
    Conversation.objects.filter(pk=three.pk).update(sentiment=-0.49, rating=2)
    yesterday = timezone.now() - timezone.timedelta(days=1)
    Conversation.objects.filter(pk=two.pk).update(
        waiting_since=yesterday, last_message_at=yesterday
    )


def named(clause, ben, support):
    ids = {"BEN": ben.public_id, "SUPPORT": support.public_id}
    value = clause.get("value")
    if isinstance(value, list):
        return {**clause, "value": [ids.get(each, each) for each in value]}
    return {**clause, "value": ids.get(value, value)} if isinstance(value, str) else clause


@pytest.mark.parametrize("is_negated", [False, True])
def test_one_and_all_agree(four, ben, support, is_negated):
    """All clauses about the same four, which take longer to make than a clause to ask."""
    now, registry = timezone.now(), asking.language(ben)
    everything = Conversation.objects.select_related("contact__company", "assignee", "team")
    wrong = []
    for clause in CLAUSES:
        clause = named(clause, ben, support)
        tree = {"not": clause} if is_negated else clause
        condition = parse(tree, subject="conversation", registry=registry)
        found = set(filter(Conversation.objects.all(), condition, now=now))
        agreed = {row for row in everything.all() if evaluate(condition, row, now=now)}
        if found != agreed or not 0 < len(found) < 4:
            wrong.append((tree, found, agreed))
    assert wrong == []


def test_me_is_whoever_looks(four, ada, ben, support):
    tree = {"fact": "conversation.assignee", "op": "is", "value": ME}
    for teammate, count in ((ben, 1), (ada, 1), (None, 0)):
        condition = asking.sound(tree, asking.language(teammate))
        assert asking.narrow(Conversation.objects.all(), condition, teammate).count() == count


def test_nobody_learns_of_a_private_team_by_asking(ben, cleo, billing):
    tree = {"fact": "conversation.team", "op": "is", "value": billing.public_id}
    asking.sound(tree, asking.language(cleo))
    with pytest.raises(asking.InvalidCondition) as refused:
        asking.sound(tree, asking.language(ben))
    never = {**tree, "value": "tm_none"}
    with pytest.raises(asking.InvalidCondition) as unknown:
        asking.sound(never, asking.language(ben))
    assert refused.value.errors == unknown.value.errors
    assert "Billing" not in str(refused.value)
    assert billing.public_id not in str(refused.value)
    condition = asking.stored(tree, asking.language(ben))
    assert "Billing" not in asking.conditions.sentence(condition)
