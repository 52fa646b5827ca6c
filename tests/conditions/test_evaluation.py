"""One subject: the answer, the reasons, and the same again from the record."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ground.conditions import (
    Cost,
    Fact,
    FactNotRecorded,
    FactOutOfReach,
    Facts,
    FactType,
    Registry,
    evaluate,
    judge,
    parse,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Guest:
    name: object = "Dora Lindqvist"
    spend: object = 120
    seen_at: object = NOW - timedelta(days=3)
    tags: object = ("VIP", "beta")
    events: object = 2
    asked: list = field(default_factory=list)


@pytest.fixture
def hall():
    registry = Registry()

    def add(name, type_, **more):
        def read(guest, *window):
            guest.asked.append((name, *window))
            return getattr(guest, name)

        registry.register(Fact(f"guest.{name}", name, type_, "guest", read, **more))

    add("name", FactType.TEXT)
    add("spend", FactType.NUMBER)
    add("seen_at", FactType.DATETIME)
    add("tags", FactType.LIST, cost=Cost.QUERY)
    add("events", FactType.COUNT, cost=Cost.QUERY)
    return registry


@pytest.fixture
def ask(hall):
    def asked(tree, guest=None, **more):
        condition = parse(tree, registry=hall)
        return evaluate(condition, guest or Guest(), now=NOW, registry=hall, **more)

    return asked


def leaf(fact, op, value=None):
    return {"fact": f"guest.{fact}", "op": op, "value": value}


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (leaf("name", "is", "dora lindqvist"), True),
        (leaf("name", "contains", "LIND"), True),
        (leaf("name", "contains", "l_nd"), False),
        (leaf("name", "matches", r"^d\w+ l"), True),
        (leaf("name", "matches", "emil|otto"), False),
        (leaf("spend", "more_than", 120), False),
        (leaf("spend", "between", [120, 121]), True),
        (leaf("seen_at", "more_than_days_ago", 2.5), True),
        (leaf("seen_at", "less_than_days_ago", 3), False),
        (leaf("tags", "contains_all", ["vip", "BETA"]), True),
        (leaf("tags", "contains_any", ["alpha"]), False),
        (leaf("events", "at_least", {"count": 2}), True),
        (leaf("events", "none"), False),
        (leaf("events", "ever"), True),
        ({"all": []}, True),
        ({"any": []}, False),
        ({"not": {"all": []}}, False),
    ],
)
def test_a_clause_says_what_it_says(ask, clause, expected):
    assert ask(clause).value is expected


@pytest.mark.parametrize("missing", [None, "", 5, b"dora", ["dora"]])
def test_a_missing_value_makes_all_clauses_false_but_is_unknown(ask, missing):
    guest = Guest(name=missing)
    asked = [("is", "x"), ("is_not", "x"), ("does_not_contain", "x"), ("is_known", None)]
    for op, value in [*asked, ("matches", ".*")]:
        assert not ask(leaf("name", op, value), guest)
        assert ask({"not": leaf("name", op, value)}, guest)
    assert ask(leaf("name", "is_unknown"), guest)


@pytest.mark.parametrize(
    "wrong", [True, "120", float("nan"), float("-inf"), 10**400, 1e301, None, [120]]
)
def test_what_is_no_number_is_missing(ask, wrong):
    assert ask(leaf("spend", "is_unknown"), Guest(spend=wrong))


@pytest.mark.parametrize("wrong", [datetime(2026, 11, 22), "yesterday", "2026-02-30", 0])
def test_what_is_no_moment_is_missing(ask, wrong):
    assert ask(leaf("seen_at", "is_unknown"), Guest(seen_at=wrong))


def test_a_clock_a_little_ahead_is_still_ago_and_the_future_is_not(ask):
    within = leaf("seen_at", "less_than_days_ago", 1)
    assert ask(within, Guest(seen_at=NOW + timedelta(minutes=5)))
    assert not ask(within, Guest(seen_at=NOW + timedelta(days=1)))


def test_a_count_is_read_in_its_window(ask):
    guest = Guest()
    ask(leaf("events", "at_least", {"count": 1, "days": 2, "name": "order"}), guest)
    ((_, window),) = guest.asked
    assert (window.name, window.since) == ("order", NOW - timedelta(days=2))


def test_the_reasons_stand_in_the_order_of_the_tree(ask):
    tree = {
        "all": [
            {"any": [leaf("tags", "contains", "vip"), leaf("name", "is", "emil")]},
            {"not": leaf("spend", "less_than", 100)},
        ]
    }
    assert ask(tree).to_json() == {
        "value": True,
        "tree": {
            "all": [
                {
                    "any": [
                        {
                            "fact": "guest.tags",
                            "op": "contains",
                            "value": "vip",
                            "read": ["VIP", "beta"],
                            "truth": True,
                        },
                        {
                            "fact": "guest.name",
                            "op": "is",
                            "value": "emil",
                            "read": "Dora Lindqvist",
                            "truth": False,
                        },
                    ],
                    "truth": True,
                },
                {
                    "not": {
                        "fact": "guest.spend",
                        "op": "less_than",
                        "value": 100,
                        "read": 120,
                        "truth": False,
                    },
                    "truth": True,
                },
            ],
            "truth": True,
        },
        "facts_read": {
            "guest.name": "Dora Lindqvist",
            "guest.spend": 120,
            "guest.tags": ["VIP", "beta"],
        },
        "now": "2026-11-22T12:00:00Z",
    }


def test_a_costly_fact_that_cannot_change_the_result_is_skipped_and_marked(ask):
    guest = Guest()
    costly = {"not": {"any": [leaf("tags", "contains", "vip"), leaf("events", "ever")]}}
    found = ask({"all": [costly, leaf("name", "is", "emil"), leaf("spend", "is", 1)]}, guest)
    assert not found
    assert [name for name, *_ in guest.asked] == ["name", "spend"]
    skipped, *asked = found.to_json()["tree"]["all"]
    assert skipped["skipped"] is True
    assert all(part["skipped"] for part in skipped["not"]["any"])
    assert [part["truth"] for part in asked] == [False, False]
    assert set(found.facts_read) == {"guest.name", "guest.spend"}


def test_facts_are_read_once_for_many_conditions(hall):
    guest = Guest()
    facts = Facts(guest, now=NOW, registry=hall)
    for count in range(3):
        for days in (1, 2):
            condition = parse(
                {
                    "all": [
                        leaf("name", "contains", str(count)),
                        {"not": leaf("events", "at_least", {"count": count, "days": days})},
                    ]
                },
                registry=hall,
            )
            evaluate({"any": condition}["any"], guest, now=NOW, facts=facts)
    assert len(guest.asked) == 1
    evaluate(parse(leaf("events", "none", {"days": 1}), registry=hall), guest, now=NOW, facts=facts)
    evaluate(parse(leaf("events", "ever"), registry=hall), guest, now=NOW, facts=facts)
    evaluate(parse(leaf("events", "none", {"days": 1}), registry=hall), guest, now=NOW, facts=facts)
    assert len(guest.asked) == 3


def test_the_record_gives_the_same_explanation_without_the_subject(hall, ask):
    tree = {
        "any": [
            leaf("name", "matches", "nobody"),
            leaf("seen_at", "less_than_days_ago", 2),
            leaf("events", "at_least", {"count": 5, "name": "order", "days": 30}),
            {"not": leaf("tags", "contains", "vip")},
            leaf("spend", "is_unknown"),
        ]
    }
    abroad = timezone(timedelta(hours=2))
    guest = Guest(seen_at=(NOW - timedelta(days=9, microseconds=7)).astimezone(abroad), spend=None)
    first = ask(tree, guest)
    stored = json.loads(json.dumps(first.to_json()))
    again = evaluate(
        parse(tree, registry=hall), None, now=NOW, facts=stored["facts_read"], registry=hall
    )
    assert again.to_json() == stored


def test_a_fact_that_was_not_recorded_is_not_guessed(hall):
    condition = parse(leaf("name", "is_unknown"), registry=hall)
    with pytest.raises(FactNotRecorded, match=r"guest\.name"):
        evaluate(condition, None, now=NOW, facts={}, registry=hall)


def test_a_subject_without_the_fact_is_a_mistake_not_false(hall):
    condition = parse(leaf("name", "is", "x"), registry=hall)
    with pytest.raises(FactOutOfReach):
        evaluate(condition, object(), now=NOW, registry=hall)


def test_no_pattern_stops_the_product(ask):
    start = time.perf_counter()
    ask(leaf("name", "matches", "^(a+)+$"), Guest(name="a" * 30_000 + "!"))
    assert time.perf_counter() - start < 1


def test_many_rules_are_asked_in_well_under_a_second(hall):
    rules = [
        parse(
            {
                "all": [
                    leaf("name", "contains", f"no {number}"),
                    leaf("spend", "more_than", number),
                    leaf("seen_at", "less_than_days_ago", 7),
                    {"not": leaf("name", "is", "emil")},
                    leaf("spend", "is_known"),
                ]
            },
            registry=hall,
        )
        for number in range(1000)
    ]
    guest = Guest()
    facts = Facts(guest, now=NOW, registry=hall)
    start = time.process_time()
    for rule in rules:
        evaluate(rule, guest, now=NOW, facts=facts)
    assert time.process_time() - start < 0.2


def test_what_is_known_in_part_is_judged_as_far_as_it_goes(hall):
    def judged(tree, **recorded):
        facts = Facts(None, now=NOW, recorded={f"guest.{k}": v for k, v in recorded.items()})
        return judge(parse(tree, registry=hall), facts)

    name = {"fact": "guest.name", "op": "contains", "value": "dora"}
    spend = {"fact": "guest.spend", "op": "more_than", "value": 100}
    assert judged({"all": [name, spend]}, name="Dora").value is None
    assert judged({"all": [name, spend]}, name="Emil").value is False
    assert judged({"any": [name, spend]}, name="Dora").truths == (True, None)
    assert judged({"any": [name, spend]}, name="Dora").value is True
    assert judged({"any": [name, spend]}, name="Emil").value is None
    assert judged({"not": spend}).value is None
    assert judged({"not": spend}, spend=None).value is True, "missing is known to be missing"
    whole = {"all": [name, {"not": {"any": [spend, {"all": []}]}}]}
    known = {"name": "Dora", "spend": 7}
    condition = parse(whole, registry=hall)
    said = evaluate(condition, Guest(**known), now=NOW, registry=hall)
    assert judged(whole, **known).value is said.value
