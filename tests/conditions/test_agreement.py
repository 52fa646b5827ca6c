"""One subject and a whole table give the same answer, whatever is asked of whatever is stored."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground.conditions import OPERATORS, FactType, evaluate, parse, to_queryset
from tests.conditions import corners
from tests.conditions.world import NOW, OWN, Account, Happening, Label, Talk

pytestmark = pytest.mark.usefixtures("tables", "db")


def operators(type_):
    return [op for op in OPERATORS[type_] if op != "matches"]


def store(columns=None, labels=(), happenings=()):
    account = Account.objects.create(**(columns or {}))
    Label.objects.bulk_create([Label(account=account, name=name) for name in labels])
    Happening.objects.bulk_create(
        [Happening(account=account, name=name, at=at) for name, at in happenings]
    )
    return account


def assert_agreement(model, asked, facts):
    subjects = list(model.objects.all())
    for tree in asked:
        condition = parse(tree, registry=facts)
        assert parse(condition.to_json(), registry=facts) == condition
        matching = to_queryset(condition, model, now=NOW, registry=facts)
        found = list(matching.values_list("pk", flat=True))
        expected = [
            subject.pk
            for subject in subjects
            if evaluate(condition, subject, now=NOW, registry=facts)
        ]
        assert sorted(found) == sorted(expected), tree


# ---- every operator at every corner --------------------------------------------------------------


def store_corners(fact):
    """One account for each value at which the fact may be misread."""
    name = fact.split(".", 1)[1]
    if name == "labels":
        return [store(labels=labels) for labels in corners.IN_LABELS]
    if name == "happenings":
        return [store(happenings=happenings) for happenings in corners.IN_HAPPENINGS]
    if name in corners.IN_COLUMNS:
        return [store({name: value}) for value in corners.IN_COLUMNS[name]]
    key = name.removeprefix("own.")
    inside = [*corners.IN_JSON[corners.TYPES[fact]], *corners.ANYTHING]
    columns = [{key: value} for value in inside] + [{}, None, [], "a", 5, [key]]
    return [store({"own": own}) for own in columns]


@pytest.mark.parametrize("fact", corners.TYPES)
def test_every_operator_agrees_at_every_corner(facts, fact):
    store_corners(fact)
    type_ = corners.TYPES[fact]
    asked = [
        {"fact": fact, "op": op, "value": value}
        for op in operators(type_)
        for value in corners.asked(type_, op)
    ]
    assert_agreement(Account, asked, facts)


@pytest.mark.parametrize("fact", corners.TYPES)
def test_every_operator_and_its_negation_agree_where_there_is_no_related_subject(facts, fact):
    Talk.objects.bulk_create([Talk(account=account) for account in store_corners(fact)[:4]])
    Talk.objects.create()
    type_ = corners.TYPES[fact]
    asked = [
        {"fact": fact, "op": op, "value": corners.asked(type_, op)[0]} for op in operators(type_)
    ]
    assert_agreement(Talk, asked, facts)
    assert_agreement(Talk, [{"not": tree} for tree in asked], facts)


# ---- generated trees over generated rows ---------------------------------------------------------


def corner_or(values, strategy):
    return st.sampled_from(values) | strategy


def maybe(strategy):
    return st.none() | strategy


texts = st.text(corners.LETTERS, max_size=4) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6
)
numbers = corner_or(
    corners.NUMBERS, st.floats(-corners.BIGGEST, corners.BIGGEST, allow_nan=False)
) | st.integers(-3, 3)
moments = corner_or(
    corners.MOMENTS,
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
inside = {
    type_: corner_or([*values, *corners.ANYTHING], texts if type_ is FactType.TEXT else st.none())
    for type_, values in corners.IN_JSON.items()
}
columns = st.fixed_dictionaries(
    {
        **{name: st.sampled_from(values) for name, values in corners.IN_COLUMNS.items()},
        "plan": maybe(texts),
        "share": maybe(st.decimals(-2, 2, places=20)),
        "score": maybe(st.floats()),
        "seen_at": maybe(moments),
        "own": st.fixed_dictionaries({key: inside[type_] for type_, key in OWN.items()}),
    }
)
holders = st.tuples(
    columns,
    st.lists(maybe(texts), max_size=3),
    st.lists(st.tuples(st.sampled_from("aAb"), moments), max_size=4),
)
GENERATED = {
    FactType.TEXT: texts.filter(bool),
    FactType.NUMBER: numbers,
    FactType.DATETIME: moments.map(datetime.isoformat),
    FactType.LIST: texts.filter(bool),
}


@st.composite
def clauses(draw, types):
    fact = draw(st.sampled_from(sorted(types)))
    op = draw(st.sampled_from(operators(types[fact])))
    values = st.sampled_from(corners.asked(types[fact], op))
    is_single = op in ("is", "is_not", "more_than", "at_most", "before", "after") or (
        "contain" in op and not op.endswith(("any", "all"))
    )
    if is_single and types[fact] in GENERATED:
        values |= GENERATED[types[fact]]
    return {"fact": fact, "op": op, "value": draw(values)}


def trees(types):
    return st.recursive(
        clauses(types),
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=6,
    )


agreement = settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@agreement
@given(
    st.lists(holders, min_size=1, max_size=4),
    st.lists(trees(corners.TYPES), min_size=1, max_size=8),
)
def test_a_table_answers_as_each_of_its_rows_does(facts, rows, asked):
    with transaction.atomic():
        for holder in rows:
            store(*holder)
        assert_agreement(Account, asked, facts)
        transaction.set_rollback(True)


@agreement
@given(
    st.lists(maybe(holders), min_size=1, max_size=3),
    st.lists(trees({**corners.TYPES, "talk.topic": FactType.TEXT}), min_size=1, max_size=8),
    texts,
)
def test_facts_of_a_related_subject_agree_also_where_there_is_none(facts, rows, asked, topic):
    with transaction.atomic():
        for holder in rows:
            Talk.objects.create(account=store(*holder) if holder else None, topic=topic)
        assert_agreement(Talk, asked, facts)
        transaction.set_rollback(True)


@agreement
@given(st.data(), st.lists(texts.filter(bool), min_size=1, max_size=5))
def test_texts_agree_about_parts_of_each_other(facts, data, stored):
    """Questions that are close to true, in any case."""
    with transaction.atomic():
        Account.objects.bulk_create([Account(plan=text, own={"word": text}) for text in stored])
        known = "".join(stored)
        start = data.draw(st.integers(0, len(known) - 1))
        part = known[start : start + data.draw(st.integers(1, 3))]
        value = data.draw(st.sampled_from([part.upper(), part.lower(), part, part.swapcase()]))
        asked = [
            {"fact": fact, "op": op, "value": value}
            for fact in ("account.plan", "account.own.word")
            for op in ("is", "is_not", "contains", "does_not_contain", "starts_with", "ends_with")
        ]
        assert_agreement(Account, asked, facts)
        transaction.set_rollback(True)
