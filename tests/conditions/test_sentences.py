"""A condition as people say it."""

import pytest

from ground.conditions import parse, sentence


def leaf(fact, op, value=None):
    return {"fact": f"account.{fact}", "op": op, "value": value}


PRO = leaf("plan", "is", "pro")
RICH = leaf("spend", "more_than", 1000)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"all": [PRO, RICH]}, "plan is pro and spend is more than 1,000"),
        (
            {"all": [PRO, {"any": [RICH, PRO]}]},
            "plan is pro and (spend is more than 1,000 or plan is pro)",
        ),
        (
            {"any": [PRO, {"not": {"all": [RICH, PRO]}}]},
            "plan is pro or not (spend is more than 1,000 and plan is pro)",
        ),
        ({"any": [{"all": [PRO]}, RICH]}, "plan is pro or spend is more than 1,000"),
        ({"all": []}, "always"),
        ({"any": []}, "never"),
        ({"all": [PRO, {"any": []}]}, "plan is pro and never"),
        (leaf("plan", "contains", "refund and money"), "plan contains “refund and money”"),
        (leaf("plan", "is_any_of", ["a", "b", "c"]), "plan is any of a, b or c"),
        (leaf("plan", "is_unknown"), "plan is unknown"),
        (leaf("tier", "is_none_of", ["a", "B"]), "tier is none of Gold or Silver"),
        (leaf("spend", "between", [1, 2.5]), "spend is between 1 and 2.5"),
        (leaf("is_paying", "is", False), "is_paying is false"),
        (leaf("seen_at", "before", "2026-11-22"), "seen_at is before 2026-11-22"),
        (
            leaf("seen_at", "after", "2026-11-22T09:30:00+01:00"),
            "seen_at is after 2026-11-22 08:30 UTC",
        ),
        (leaf("seen_at", "more_than_days_ago", 1), "seen_at is more than 1 day ago"),
        (leaf("labels", "contains_all", ["a", "b"]), "labels contains all of a and b"),
        (leaf("labels", "is_empty"), "labels is empty"),
        (
            leaf("happenings", "at_least", {"count": 3, "name": "order placed", "days": 30}),
            "there are at least 3 happenings called “order placed” in the last 30 days",
        ),
        (leaf("happenings", "none", {"days": 1}), "there are no happenings in the last 1 day"),
        (leaf("happenings", "ever", {"name": "a"}), "there have been happenings called a"),
    ],
)
def test_a_condition_reads_as_a_sentence(facts, tree, said):
    assert sentence(parse(tree, registry=facts)) == said
