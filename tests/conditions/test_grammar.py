"""What is a condition, and what is said about a tree that is none."""

import json

import pytest

from ground.conditions import AllOf, AnyOf, Clause, FactType, InvalidCondition, Not, parse


def leaf(fact="account.plan", op="is", value="pro"):
    return {"fact": fact, "op": op, "value": value}


def errors_of(tree, facts, **more):
    with pytest.raises(InvalidCondition) as refused:
        parse(tree, registry=facts, **more)
    json.dumps(refused.value.errors).encode()
    return refused.value.errors


def test_a_tree_of_every_part_comes_back_as_it_was(facts):
    tree = {
        "all": [
            leaf(),
            {"any": [leaf("account.seats", "between", [1, 2.5]), {"any": []}]},
            {"not": leaf("account.happenings", "at_least", {"name": "a", "days": 30, "count": 2})},
            {"fact": "account.seen_at", "op": "is_unknown"},
            leaf("account.seen_at", "before", "2026-11-22T10:00:00Z"),
            leaf("account.labels", "contains_any", ["x", "y"]),
            leaf("account.own.pick", "is", "a"),
        ]
    }
    condition = parse(tree, registry=facts)
    assert condition.to_json() == tree
    assert parse(json.loads(json.dumps(condition.to_json())), registry=facts) == condition
    assert hash(condition) == hash(parse(tree, registry=facts))
    assert [clause.op for clause in condition.clauses()][:2] == ["is", "between"]


def test_conditions_are_values(facts):
    condition = parse({"all": [{"any": [leaf()]}, {"not": leaf()}]}, registry=facts)
    assert isinstance(condition, AllOf)
    assert isinstance(condition.children[0], AnyOf)
    assert isinstance(condition.children[1], Not)
    assert isinstance(condition.children[1].child, Clause)
    with pytest.raises(AttributeError):
        condition.children = ()


def test_moments_are_kept_in_utc(facts):
    condition = parse(leaf("account.seen_at", "after", "2026-11-22T10:00:00+02:00"), registry=facts)
    assert condition.to_json()["value"] == "2026-11-22T08:00:00Z"
    day = parse(leaf("account.seen_at", "after", "2026-11-22"), registry=facts)
    assert day.to_json()["value"] == "2026-11-22T00:00:00Z"


@pytest.mark.parametrize("tree", [None, [], "all", 1, True, [leaf()]])
def test_what_is_no_object_is_refused(facts, tree):
    assert errors_of(tree, facts) == {"condition": "Expected an object."}


@pytest.mark.parametrize(
    ("tree", "place", "said"),
    [
        ({}, "condition", "exactly one of all, any, not"),
        ({"all": [], "any": []}, "condition", "exactly one of all, any, not"),
        ({"none": []}, "condition", "“none” is neither"),
        ({"all": leaf()}, "all", "a list of conditions"),
        ({"all": [leaf(), {"not": []}]}, "all[1].not", "Expected an object"),
        ({**leaf(), "note": 1}, "condition", "“note” is not part of a clause"),
        ({**leaf(), "\ud800\0": 1}, "condition", "“??” is not part of a clause"),
        (leaf("account.plann"), "fact", "Did you mean account.plan?"),
        (leaf("weather"), "fact", "There is no fact called “weather”."),
        (leaf("account.own.nothing"), "fact", "There is no fact called"),
        (leaf(None), "fact", "There is no fact"),
        (leaf(["account.plan"]), "fact", "There is no fact"),
        (leaf(op="more_than"), "op", "account.plan is a text and can be asked: is, is_not"),
        (leaf(op=["is"]), "op", "can be asked"),
        ({"fact": "account.plan"}, "op", "can be asked"),
        ({"all": [leaf(), leaf(value=5)]}, "all[1].value", "Expected a text."),
        (leaf(value=""), "value", "The text is empty."),
        (leaf(value="a\0b"), "value", "cannot be stored"),
        (leaf(value="a\ud800"), "value", "cannot be stored"),
        (leaf(value="x" * 1001), "value", "longer than 1,000 characters"),
        (leaf(op="is_any_of", value=[]), "value", "at least one"),
        (leaf(op="is_any_of", value="pro"), "value", "Expected a list"),
        (leaf(op="is_any_of", value=["a", 1]), "value[1]", "Expected a text."),
        (leaf(op="is_any_of", value=["a"] * 101), "value", "longer than 100 entries"),
        (leaf(op="is_known", value="pro"), "value", "takes no value"),
        (leaf("account.seats", "is", "5"), "value", "Expected a number."),
        (leaf("account.seats", "is", True), "value", "Expected a number."),
        (leaf("account.seats", "is", 10**30), "value", "beyond 9,007,199,254,740,991"),
        (leaf("account.seats", "is", 10**5000), "value", "beyond"),
        (leaf("account.seats", "is", float("nan")), "value", "finite"),
        (leaf("account.seats", "is", float("inf")), "value", "finite"),
        (leaf("account.seats", "between", [5]), "value", "two numbers"),
        (leaf("account.seats", "between", [5, "x"]), "value[1]", "Expected a number."),
        (leaf("account.seats", "between", [5, 1]), "value", "greater than the second"),
        (leaf("account.is_paying", "is", "true"), "value", "true or false"),
        (leaf("account.tier", "is", "gold"), "value", "Expected one of: a, B, %."),
        (leaf("account.tier", "is", ["a"]), "value", "Expected one of"),
        (leaf("account.tier", "is_any_of", ["a", "A"]), "value[1]", "Expected one of"),
        (leaf("account.seen_at", "before", "soon"), "value", "ISO 8601"),
        (leaf("account.seen_at", "before", "2026-02-30"), "value", "ISO 8601"),
        (leaf("account.seen_at", "before", "2026-11-22T10:00:00"), "value", "offset from UTC"),
        (leaf("account.seen_at", "before", "0001-01-01T00:00:00+10:00"), "value", "ISO 8601"),
        (leaf("account.seen_at", "before", 5), "value", "ISO 8601"),
        (leaf("account.seen_at", "more_than_days_ago", -1), "value", "from 0 to 36,500"),
        (leaf("account.seen_at", "more_than_days_ago", 1e9), "value", "from 0 to 36,500"),
        (leaf("account.labels", "contains", ["x"]), "value", "Expected a text."),
        (leaf("account.happenings", "at_least", 3), "value", "Expected an object of name"),
        (leaf("account.happenings", "at_least", {"days": 3}), "value.count", "Expected a count"),
        (leaf("account.happenings", "at_least", {"count": 1.5}), "value.count", "whole number"),
        (leaf("account.happenings", "at_least", {"count": 10**30}), "value.count", "whole number"),
        (leaf("account.happenings", "none", {"days": "3"}), "value.days", "Expected a number."),
        (leaf("account.happenings", "none", {"name": 3}), "value.name", "Expected a text."),
        (leaf("account.happenings", "ever", {"days": 3}), "value", "Expected an object of name"),
        (leaf(op="matches", value="(?=a)b"), "value", "cannot be used"),
        (leaf(op="matches", value=r"(a)\1"), "value", "cannot be used"),
        (leaf(op="matches", value="a{5000}"), "value", "cannot be used"),
        (leaf(op="matches", value="("), "value", "missing )"),
        (leaf(op="matches", value="a" * 501), "value", "longer than 500"),
    ],
)
def test_a_wrong_place_is_named_with_a_sentence(facts, tree, place, said):
    errors = errors_of(tree, facts)
    assert list(errors) == [place]
    assert said in errors[place]


def test_all_wrong_places_are_named_at_once(facts):
    tree = {"all": [leaf(value=1), {"any": [leaf("x"), leaf()]}, {"not": leaf(op="x")}]}
    assert set(errors_of(tree, facts)) == {"all[0].value", "all[1].any[0].fact", "all[2].not.op"}


def test_depth_is_limited(facts):
    tree = leaf()
    for _ in range(9):
        tree = {"not": tree}
    parse(tree, registry=facts)
    (place,) = errors_of({"all": [tree]}, facts)
    assert place == "all[0]" + ".not" * 9
    for _ in range(5000):
        tree = {"not": tree}
    assert "nested more than 10 deep" in str(errors_of(tree, facts))


def test_size_is_limited(facts):
    parse({"all": [leaf()] * 200}, registry=facts)
    for tree in ({"all": [leaf()] * 201}, {"all": [{"all": []}] * 400}):
        assert "more than 200 clauses" in errors_of(tree, facts)["condition"]
    assert len(errors_of({"all": [leaf("x")] * 100_000}, facts)) == 201


def test_facts_out_of_the_subjects_reach_are_refused(facts):
    parse(leaf("talk.topic"), registry=facts, subject="talk")
    parse(leaf("account.plan"), registry=facts, subject="talk")
    parse(leaf("account.own.word"), registry=facts, subject="talk")
    errors = errors_of(leaf("talk.topic"), facts, subject="account")
    assert errors == {"fact": "talk.topic cannot be asked of: account."}


def test_every_type_has_a_fact_in_these_tests(facts):
    assert {fact.type for fact in facts.facts_for("talk")} == set(FactType)
