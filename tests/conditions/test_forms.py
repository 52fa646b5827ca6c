"""A condition as a form: what is drawn and sent back is the same condition."""

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings

from ground.conditions import InvalidCondition, Snapshot, parse, sentence
from ground.conditions.drawing import Drawing, Line, day_of
from ground.conditions.forms import changed, state_from, state_of, tree_of
from ground.conditions.grammar import DEPTH_MAX
from ground.conditions.registry import Fact
from ground.conditions.sentences import GONE
from ground.conditions.values import FactType
from tests.conditions import corners
from tests.conditions.test_agreement import trees


def sent_of(box):
    """What a browser would send of a drawn form."""
    fields = QueryDict(mutable=True)

    def put(part):
        if not isinstance(part, Line):
            fields[f"{part.path}.word"] = part.word
            for each in part.parts:
                put(each)
        elif part.raw:
            fields[f"{part.path}.raw"] = part.raw
        else:
            for name in ("fact", "op", "unit"):
                fields[f"{part.path}.{name}"] = getattr(part, name)
            fields[f"{part.path}.was"] = part.fact
            fields.setlist(f"{part.path}.value", part.values)
            for name, value in part.event.items():
                fields[f"{part.path}.{name}"] = str(value)

    put(box)
    return fields


def drawn(tree, facts, errors=None):
    return Drawing(facts, "account", {}).form(state_of(tree), errors)


IS_GOLD = {"fact": "account.tier", "op": "is", "value": "a"}


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(trees(corners.TYPES))
def test_what_is_drawn_and_sent_back_says_the_same(facts, tree):
    shown = parse(tree_of(state_of(tree)), registry=facts)
    assert sentence(shown) == sentence(parse(tree, registry=facts))
    kept = tree_of(state_from(sent_of(drawn(tree, facts).root), facts))
    assert parse(kept, registry=facts) == shown


def test_errors_stand_at_the_clause_that_they_are_about(facts):
    tree = {"all": [IS_GOLD, {"not": {"any": [IS_GOLD, {**IS_GOLD, "value": "lead"}]}}]}
    with pytest.raises(InvalidCondition) as refused:
        parse(tree, registry=facts)
    form = drawn(tree, facts, refused.value.errors)
    first, group = form.root.parts
    assert (first.errors, group.parts[0].errors, form.errors) == ([], [], [])
    assert "Expected one of" in group.parts[1].errors[0]


def test_a_clause_whose_fact_is_gone_is_kept_until_it_is_removed(facts):
    tree = {"all": [IS_GOLD, {"fact": "account.gone", "op": "is", "value": "x"}]}
    form = drawn(tree, facts)
    assert form.root.parts[1].gone == "account.gone"
    state = state_from(sent_of(form.root), facts)
    assert tree_of(state) == tree
    less, focus = changed(state, "remove c.1")
    assert (tree_of(less), focus) == ({"all": [IS_GOLD]}, "c.0")


def test_buttons_add_and_remove_clauses_and_groups(facts):
    state, focus = changed(state_of(IS_GOLD), "group c")
    assert focus == "c.1.0"
    state, focus = changed(state, "add c.1")
    assert focus == "c.1.1"
    assert tree_of(state) == {"all": [IS_GOLD]}
    state, _ = changed(state, "remove c.1.0")
    state, focus = changed(state, "remove c.1.0")
    assert (state["parts"], focus) == ([dict(IS_GOLD)], "c.0")
    for nonsense in ("remove c", "add c.7", "add c.0", "eat c", "group c.0.0"):
        assert changed(state_of(IS_GOLD), nonsense)[1] == ""


def test_another_fact_begins_anew(facts):
    fields = sent_of(drawn({"all": [IS_GOLD]}, facts).root)
    fields["c.0.fact"] = next(name for name, type_ in corners.TYPES.items() if type_ == "number")
    [clause] = state_from(fields, facts)["parts"]
    assert clause == {"fact": fields["c.0.fact"], "op": "is"}


def test_a_choice_that_is_gone_is_shown_as_gone_and_matches_nothing(facts):
    tree = {**IS_GOLD, "value": "platinum"}
    with pytest.raises(InvalidCondition):
        parse(tree, registry=facts)
    condition = parse(tree, registry=facts, is_stored=True)
    assert GONE in sentence(condition)
    [line] = drawn(tree, facts).root.parts
    assert ("platinum", GONE) in line.choices


def test_choices_are_asked_for_once_and_only_when_they_are_needed(facts):
    asked = []

    def choices():
        asked.append(1)
        return [("a", "Gold")]

    spoken = Snapshot(facts, {"account.tier": choices})
    parse({"all": [{"fact": "account.tier", "op": "is_known"}]}, registry=spoken)
    assert asked == []
    parse({"all": [IS_GOLD, IS_GOLD]}, registry=spoken)
    parse(IS_GOLD, registry=spoken)
    assert asked == [1]
    with pytest.raises(InvalidCondition):
        parse({**IS_GOLD, "value": "B"}, registry=spoken)
    parse({**IS_GOLD, "value": "B"}, registry=facts)


@pytest.mark.parametrize(
    ("days", "said"), [(2, "2 days"), (0.5, "12 hours"), (1 / 24, "1 hour"), (1 / 96, "15 minutes")]
)
def test_a_span_is_said_in_the_largest_unit_that_fits(facts, days, said):
    name = next(name for name, type_ in corners.TYPES.items() if type_ is FactType.DATETIME)
    tree = {"fact": name, "op": "more_than_days_ago", "value": days}
    assert said in sentence(parse(tree, registry=facts))
    [line] = drawn(tree, facts).root.parts
    assert f"{line.values[0]} {line.unit}".rstrip("s") == said.rstrip("s")


def test_a_fact_has_its_own_words_for_an_operator(facts):
    fact = facts.find("account.tier")
    assert isinstance(fact, Fact)
    own = Snapshot(facts)
    own._seen["account.tier"] = Fact(
        fact.name, "Tier", fact.type, fact.subject, fact.read, choices=fact.choices,
        phrases={"is_unknown": "is none"},
    )  # fmt: skip
    tree = {"fact": "account.tier", "op": "is_unknown"}
    assert sentence(parse(tree, registry=own)) == "tier is none"


def test_a_day_of_any_year_is_drawn_as_a_day():
    assert day_of("0001-12-31T00:00:00+00:00") == "0001-12-31"


@pytest.mark.parametrize("innermost", [IS_GOLD, {"any": [IS_GOLD, IS_GOLD]}])
def test_what_is_negated_as_deep_as_it_may_be_is_saved_again(facts, innermost):
    tree = innermost
    for _ in range(DEPTH_MAX - (1 if innermost is IS_GOLD else 2)):
        tree = {"not": tree}
    parse(tree, registry=facts)
    for _ in range(3):
        tree = tree_of(state_from(sent_of(drawn(tree, facts).root), facts))
        parse(tree, registry=facts)


def test_errors_stand_at_what_is_negated_alone(facts):
    wrong = {**IS_GOLD, "value": "lead"}
    tree = {"all": [{"not": {"not": wrong}}, {"not": {"any": [wrong]}}, {"not": wrong}]}
    tree = tree_of(state_of(tree))
    with pytest.raises(InvalidCondition) as refused:
        parse(tree, registry=facts)
    form = drawn(tree, facts, refused.value.errors)
    twice, group, once = form.root.parts
    lines = [twice.parts[0].parts[0], group.parts[0], once.parts[0]]
    assert all("Expected one of" in line.errors[0] for line in lines) and form.errors == []
    state = state_of(tree)
    state["parts"][1]["parts"].append({"fact": ""})
    form = Drawing(facts, "account", {}).form(state, refused.value.errors)
    assert "Expected one of" in form.root.parts[1].parts[0].errors[0]
