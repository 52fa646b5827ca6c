"""One subject and a whole table give the same answer, whatever is asked of whatever is stored."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground.conditions import OPERATORS, FactType, evaluate, parse, to_queryset
from tests.conditions.world import DAY, NOW, OWN, TIERS, Account, Happening, Label, Talk

TYPES = {
    "account.plan": FactType.TEXT,
    "account.tier": FactType.CHOICE,
    "account.seats": FactType.NUMBER,
    "account.spend": FactType.NUMBER,
    "account.share": FactType.NUMBER,
    "account.score": FactType.NUMBER,
    "account.is_paying": FactType.BOOLEAN,
    "account.seen_at": FactType.DATETIME,
    "account.labels": FactType.LIST,
    "account.happenings": FactType.COUNT,
    **{f"account.own.{key}": type_ for type_, key in OWN.items()},
}

# Few letters, so that texts meet; and all that folds, escapes or composes differently somewhere.
LETTERS = "aAbK\u212aiIıİßẞsSΣσςłŁжЖ\u01c5Ⅷⅷe\u0301éÉ𐐀𐐨" + "\\%_'\" \n"
texts = st.text(LETTERS, max_size=4) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6
)
asked_texts = texts.filter(bool)

AROUND = [0, 1, -1, 2, 0.5, 0.1, 0.30000000000000004, -0.0, 100, 99.99, 2**53 - 1, -(2**53 - 1)]
asked_numbers = (
    st.sampled_from(AROUND)
    | st.integers(-3, 3)
    | st.floats(-(2**53) + 1, 2**53 - 1, allow_nan=False)
)
EXTREME = [float("nan"), float("inf"), float("-inf"), 1e-310, -5e-324, 1e299, 1e301, 1.7e308]
floats = st.sampled_from([*map(float, AROUND), *EXTREME]) | st.floats()

SPANS = [0, 1, 2, 0.5, 30]
moments = st.sampled_from(
    [
        NOW + sign * span * DAY + small
        for sign in (-1, 1)
        for span in SPANS
        for small in (timedelta(0), timedelta(microseconds=1), timedelta(minutes=5, seconds=1))
    ]
    + [NOW + timedelta(minutes=5)]
    + [datetime(year, 12, 31, tzinfo=UTC) for year in (1, 999, 9999)]
) | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
written_moments = moments.map(lambda at: at.replace(tzinfo=None).isoformat() + "Z") | (
    st.sampled_from(
        [
            "2026-11-20",
            "2024-02-29",
            "2026-02-29",
            "1900-02-29",
            "0000-01-01",
            "2026-11-31",
            "2026-11-20T24:00:00Z",
            "2026-11-20T10:00:00.5Z",
            "2026-11-20T10:00:00+01:00",
            "2026-11-20\n",
            "２０２６-11-20",
        ]
    )
)
json_numbers = floats.filter(lambda size: abs(size) < float("inf")) | st.sampled_from(
    [10**400, -(10**400), 2**53 + 1, 10**299 + 1]
)
anything = (
    st.none()
    | st.booleans()
    | texts
    | json_numbers
    | written_moments
    | st.lists(texts | json_numbers | st.none(), max_size=3)
    | st.just({"a": "b"})
)
JSON = {
    FactType.TEXT: texts,
    FactType.NUMBER: json_numbers,
    FactType.BOOLEAN: st.booleans(),
    FactType.CHOICE: st.sampled_from(["a", "A", "B", "%", "x", ""]),
    FactType.DATETIME: written_moments,
    FactType.LIST: st.lists(texts, max_size=3),
}
own = st.fixed_dictionaries(
    {}, optional={key: JSON[type_] | anything for type_, key in OWN.items()}
)


def maybe(strategy):
    return st.none() | strategy


accounts = st.fixed_dictionaries(
    {
        "plan": maybe(texts),
        "tier": maybe(st.sampled_from(["a", "A", "B", "%", "x", ""])),
        "seats": maybe(st.sampled_from([0, 1, -1, 2, 100, 2**31 - 1, -(2**31)])),
        "spend": maybe(st.decimals(-100, 100, places=2) | st.just(Decimal("9999999999.99"))),
        "share": maybe(
            st.decimals(-2, 2, places=20) | st.sampled_from([Decimal(2**53 - 1), Decimal("0.1")])
        ),
        "score": maybe(floats),
        "is_paying": maybe(st.booleans()),
        "seen_at": maybe(moments),
        "own": maybe(own | anything),
    }
)
holders = st.tuples(
    accounts,
    st.lists(maybe(texts), max_size=3),
    st.lists(st.tuples(st.sampled_from("aAb"), moments), max_size=4),
)

ARGUMENTS = {
    FactType.TEXT: asked_texts,
    FactType.NUMBER: asked_numbers,
    FactType.BOOLEAN: st.booleans(),
    FactType.CHOICE: st.sampled_from([value for value, _ in TIERS]),
    FactType.DATETIME: moments.map(datetime.isoformat),
    FactType.LIST: asked_texts,
}
SEVERAL = {"is_any_of", "is_none_of", "contains_any", "contains_all"}
NONE = {"is_known", "is_unknown", "is_empty"}


def argument(type_, op):
    if op in NONE:
        return st.none()
    if type_ is FactType.COUNT:
        events = {"name": st.sampled_from("aAb"), "days": st.sampled_from(SPANS)}
        if op == "ever":
            events.pop("days")
        if op in ("none", "ever"):
            return st.fixed_dictionaries({}, optional=events)
        return st.fixed_dictionaries({"count": st.integers(0, 3)}, optional=events)
    if op.endswith("days_ago"):
        return st.sampled_from(SPANS) | st.floats(0, 36_500)
    if op == "between":
        return st.lists(asked_numbers, min_size=2, max_size=2).map(sorted)
    if op in SEVERAL:
        return st.lists(ARGUMENTS[type_], min_size=1, max_size=3)
    return ARGUMENTS[type_]


@st.composite
def clauses(draw, types):
    fact = draw(st.sampled_from(sorted(types)))
    op = draw(st.sampled_from([op for op in OPERATORS[types[fact]] if op != "matches"]))
    return {"fact": fact, "op": op, "value": draw(argument(types[fact], op))}


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


def store(holder):
    columns, labels, happenings = holder
    account = Account.objects.create(**columns)
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
        assert sorted(found) == sorted(expected)


agreement = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.usefixtures("tables", "db")
@agreement
@given(st.lists(holders, min_size=1, max_size=4), st.lists(trees(TYPES), min_size=1, max_size=6))
def test_a_table_answers_as_each_of_its_rows_does(facts, rows, asked):
    with transaction.atomic():
        for holder in rows:
            store(holder)
        assert_agreement(Account, asked, facts)
        transaction.set_rollback(True)


@pytest.mark.usefixtures("tables", "db")
@agreement
@given(
    st.lists(maybe(holders), min_size=1, max_size=3),
    st.lists(trees({**TYPES, "talk.topic": FactType.TEXT}), min_size=1, max_size=6),
    texts,
)
def test_facts_of_a_related_subject_agree_also_where_there_is_none(facts, rows, asked, topic):
    with transaction.atomic():
        for holder in rows:
            Talk.objects.create(account=store(holder) if holder else None, topic=topic)
        assert_agreement(Talk, asked, facts)
        transaction.set_rollback(True)


@pytest.mark.usefixtures("tables", "db")
@settings(agreement, max_examples=60)
@given(st.data(), st.lists(texts, min_size=1, max_size=5))
def test_texts_compare_alike_in_every_operator(facts, data, stored):
    """Texts of few letters against parts of what is stored, so that most questions are close."""
    with transaction.atomic():
        Account.objects.bulk_create([Account(plan=text, own={"word": text}) for text in stored])
        known = "".join(stored)
        start = data.draw(st.integers(0, len(known)))
        part = known[start : start + data.draw(st.integers(1, 3))]
        value = data.draw(st.sampled_from([part.upper(), part.lower(), part, part.swapcase()]))
        value = value or stored[0] or "x"
        asked = [
            {"fact": fact, "op": op, "value": value}
            for fact in ("account.plan", "account.own.word")
            for op in ("is", "is_not", "contains", "does_not_contain", "starts_with", "ends_with")
        ]
        assert_agreement(Account, asked, facts)
        transaction.set_rollback(True)
