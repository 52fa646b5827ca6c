"""Very many rules: what is read of them once, what is stored of them once, and that nobody can tell
by what comes of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Decision, Entry
from people.actions import create_segment, find_or_create_tag
from people.models import Attribute, Segment, Teammate
from people.segments import FACT
from routing import asking, rulebooks, simulator, why
from routing.actions import arrange_rules, delete_rule, save_rule, switch_rule
from routing.models import Rule, RuleOrder
from routing.rulings import WRITTEN_OUT, rulings_of
from tests.routing.conftest import DEVELOPERS, PYTHON

pytestmark = pytest.mark.django_db

SIZE = {"fact": "contact.attributes.size", "op": "is", "value": "XL"}
BOTH = {"all": [PYTHON, {"not": DEVELOPERS}]}


@pytest.fixture
def many(ruled, technical):
    """Rules enough that a decision does not write them out."""
    return [
        ruled(f"Rule {number}", BOTH, team=technical.public_id) for number in range(WRITTEN_OUT + 5)
    ]


def asked(begin, contact, body):
    with CaptureQueriesContext(connection) as found:
        begin(contact, body)
    return [query["sql"] for query in found]


def test_as_many_questions_for_many_rules_as_for_twice_as_many(many, ruled, begin, dora, technical):
    begin(dora, "To warm up")
    some = len(asked(begin, dora, "coat 1"))
    for number in range(WRITTEN_OUT):
        ruled(f"More {number}", BOTH, team=technical.public_id)
    begin(dora, "To warm up again")
    assert len(asked(begin, dora, "coat 2")) == some


def test_rules_that_stay_as_they_are_are_read_once(many, begin, dora, ada):
    begin(dora)
    again = asked(begin, dora, "Hello")
    assert not any('"routing_rule"."condition"' in each for each in again)
    assert not any('INSERT INTO "routing_ruleorder"' in each for each in again)
    switch_rule(many[0], by=ada, is_on=False)
    assert any('"routing_rule"."condition"' in each for each in asked(begin, dora, "Hello"))


# ---- what has changed holds at once, whoever changed it ------------------------------------------


def known():
    return rulebooks.current(asking.language())


def tag_of(ada, name="Tagged"):
    return find_or_create_tag(name, by=ada)[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda rule, ada: Rule.objects.filter(pk=rule.pk).update(is_on=False),
        lambda rule, ada: switch_rule(rule, by=ada, is_on=False),
        lambda rule, ada: save_rule(rule, by=ada, condition=DEVELOPERS),
        lambda rule, ada: rule.tags.add(tag_of(ada)),
        lambda rule, ada: rule.tags.clear(),
        lambda rule, ada: Rule.objects.filter(pk=rule.pk).update(position=99),
        lambda rule, ada: Teammate.objects.filter(pk=rule.teammate_id).update(is_active=False),
        lambda rule, ada: delete_rule(rule, by=ada),
    ],
)
def test_a_change_by_any_hand_is_read(ruled, technical, ben, ada, change):
    tag = tag_of(ada, "First")
    rule = ruled("One", PYTHON, teammate=ben.public_id, tags=[tag.public_id])
    ruled("Two", DEVELOPERS, team=technical.public_id)
    before = known()
    assert known() is before, "nothing has changed, so nothing is read"
    change(rule, ada)
    after = known()
    fresh = asking.standings(asking.in_their_order(), asking.language())
    assert list(after.book) == fresh != list(before.book)


def test_what_a_rule_asks_for_goes_and_comes_back(ruled, begin, dora, technical, ada):
    segment = create_segment(
        by=None, name="Any", condition={"fact": "contact.name", "op": "is_known"}
    )
    size = Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    ruled("Segment", {"fact": FACT, "op": "contains", "value": segment.public_id}, priority="high")
    ruled("Size", SIZE, team=technical.public_id)
    assert not known().faulty
    size.delete()
    assert [row.name for row, _ in known().faulty] == ["Size"]
    Segment.objects.all().delete()
    assert [row.name for row, _ in known().faulty] == ["Segment", "Size"]
    begin(dora)
    assert Entry.objects.filter(kind="rule.broke").count() == 2
    Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    found = known()
    assert [row.name for row, _ in found.faulty] == ["Segment"] and len(found.mended) == 1


def test_every_table_that_rules_are_read_from_is_watched():
    watched = set(rulebooks.tables())
    assert watched >= {"routing_rule", "routing_rule_tags", "people_team", "people_teammate"}
    with CaptureQueriesContext(connection) as found:
        asking.in_their_order()
    for query in found:
        named = {word.strip('"') for word in query["sql"].split() if word.startswith('"')}
        read = {name for name in named if name in connection.introspection.table_names()}
        assert read - {"people_tag"} <= watched, "a tag's own id never changes"


# ---- what is stored ------------------------------------------------------------------------------


def test_a_decision_on_many_rules_names_them_once_and_tells_all_of_each(
    many, ruled, begin, dora, technical, support, ada
):
    ruled("Off", is_on=False, team=support.public_id)
    ruled("Later", moment="writes", priority="high")
    last = ruled("Rest", team=support.public_id)
    begin(dora, "A coat")
    begin(dora, "My python")
    coat, python = Decision.objects.order_by("id")
    assert "rules" not in coat.explanation and RuleOrder.objects.count() == 1
    assert len(coat.explanation["verdicts"]) == len(many) + 3
    assert rulings_of(coat)[-4:] == [
        [many[-1].public_id, 1, "no", "00"],
        [Rule.objects.get(name="Off").public_id, 1, "off", ""],
        [Rule.objects.get(name="Later").public_id, 1, "other", ""],
        [last.public_id, 1, "acted", ""],
    ]
    assert [each[2:] for each in rulings_of(python)[:2]] == [["acted", "10"], ["stopped", "10"]]
    others = Rule.objects.exclude(pk=last.pk).values_list("public_id", flat=True)
    arrange_rules([last.public_id, *others], by=ada)
    for rule in many[:5]:
        delete_rule(rule, by=ada)
    spoken = asking.language()
    for decision in (coat, python):
        again = simulator.replay(decision, spoken)
        assert [each.to_json() for each in again.rulings] == rulings_of(decision)
    told = why.told(coat, ada, only=many[0].public_id)
    clauses = told.rules[0].clauses
    assert [each.truth for each in clauses] == [False, False]
    assert clauses[0].read == "A coat" and "python" in clauses[0].words
    assert why.told(coat, ada).headline == "The rule “Rest” gave it to Support."


def test_other_rules_are_another_order(many, begin, dora, ada):
    begin(dora)
    save_rule(many[0], by=ada, condition=DEVELOPERS)
    begin(dora)
    first, second = Decision.objects.order_by("id")
    assert RuleOrder.objects.count() == 2 and first.version != second.version
    assert rulings_of(first)[0] == [many[0].public_id, 1, "no", "00"]
    assert rulings_of(second)[0] == [many[0].public_id, 2, "no", "0"]
