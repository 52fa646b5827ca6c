"""A whole table: what has no set form says so, and the SQL is safe and lean."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.conditions import NoSetForm, filter, has_set_form, parse, to_q, to_queryset
from tests.conditions.world import NOW, Account, Happening, Label, Talk


def leaf(fact, op, value=None):
    return {"fact": fact, "op": op, "value": value}


@pytest.mark.parametrize(
    "tree", [leaf("account.plan", "matches", "a+"), leaf("account.mood", "is", "calm")]
)
def test_what_only_one_subject_can_be_asked_has_no_set_form(facts, tree):
    condition = parse({"any": [{"not": tree}]}, registry=facts)
    assert not has_set_form(condition, "account", registry=facts)
    with pytest.raises(NoSetForm, match="one subject"):
        to_q(condition, Account, now=NOW, registry=facts)


def test_everything_else_has_one(facts):
    condition = parse({"all": [leaf("account.plan", "is", "a"), {"any": []}]}, registry=facts)
    assert has_set_form(condition, "talk", registry=facts)
    assert has_set_form(condition, "account", registry=facts)


@pytest.mark.usefixtures("tables", "db")
class TestTables:
    def test_a_filter_narrows_a_queryset_and_doubles_nothing(self, facts):
        account = Account.objects.create(plan="pro")
        other = Account.objects.create(plan="pro")
        for name in ("a", "b"):
            Label.objects.create(account=account, name=name)
            Happening.objects.create(account=account, name=name, at=NOW)
        Talk.objects.bulk_create([Talk(account=account), Talk(account=account), Talk()])
        tree = {
            "all": [
                leaf("account.labels", "contains_any", ["a", "b"]),
                leaf("account.happenings", "at_least", {"count": 2}),
            ]
        }
        condition = parse(tree, registry=facts)
        narrowed = filter(Account.objects.exclude(pk=other.pk), condition, now=NOW, registry=facts)
        assert list(narrowed) == [account]
        assert to_queryset(condition, Talk, now=NOW, registry=facts).count() == 2

    @pytest.mark.parametrize(
        "poison", ["'; DROP TABLE x; --", "%s %(a)s %% {}", "\\' OR 1=1 --", "{{}}", '"$1"']
    )
    def test_no_text_of_a_condition_becomes_sql(self, facts, poison):
        Account.objects.create(plan=poison, own={"word": poison, "many": [poison]})
        Account.objects.create(plan="other", own={"word": "other", "many": ["other"]})
        for fact in ("account.plan", "account.own.word"):
            for op in ("is", "contains", "starts_with", "ends_with"):
                condition = parse(leaf(fact, op, poison), registry=facts)
                assert to_queryset(condition, Account, now=NOW, registry=facts).count() == 1
                sql, _ = to_queryset(
                    condition, Account, now=NOW, registry=facts
                ).query.sql_with_params()
                assert poison not in sql
        condition = parse(leaf("account.own.many", "contains", poison), registry=facts)
        assert to_queryset(condition, Account, now=NOW, registry=facts).count() == 1

    def test_a_condition_is_one_query(self, facts):
        tree = {
            "any": [
                leaf("account.own.many", "contains_all", ["a", "b"]),
                {"not": leaf("account.happenings", "none", {"days": 3})},
                leaf("account.plan", "is", "Łódź"),
            ]
        }
        condition = parse(tree, registry=facts)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            list(to_queryset(condition, Talk, now=NOW, registry=facts))
        assert len(captured) == 1

    def test_plain_columns_are_compared_bare_so_that_indexes_serve(self, facts):
        for fact, op, value in [
            ("account.seats", "more_than", 5),
            ("account.spend", "at_least", 5),
            ("account.tier", "is", "a"),
        ]:
            condition = parse(leaf(fact, op, value), registry=facts)
            sql, _ = to_queryset(
                condition, Account, now=NOW, registry=facts
            ).query.sql_with_params()
            column = f'"conditions_world_account"."{fact.partition(".")[2]}"'
            assert f"WHERE ({column} " in sql
