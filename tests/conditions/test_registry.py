"""What is known, who can be asked for it, and what may not be said twice."""

import pytest

from ground.conditions import Fact, FactFamily, FactOutOfReach, FactType, Registry, Relation


def fact(name, type_=FactType.TEXT, **more):
    return Fact(name, name, type_, name.partition(".")[0], lambda row: None, **more)


def test_a_subject_offers_its_own_facts_then_those_it_leads_to():
    registry = Registry()
    for name in ("ticket.state", "contact.name", "company.plan", "team.name"):
        registry.register(fact(name))
    registry.register_family(
        FactFamily("contact.own", "contact", lambda rest: None, lambda: [fact("contact.own.a")])
    )
    registry.register_relation(Relation("ticket", "contact", lambda row: None))
    registry.register_relation(Relation("contact", "company", lambda row: None))
    registry.register_relation(Relation("company", "contact", lambda row: None))
    names = [fact.name for fact in registry.facts_for("ticket")]
    assert names == ["ticket.state", "contact.name", "contact.own.a", "company.plan"]
    way = registry.route("ticket", fact("company.plan"))
    assert [relation.target for relation in way] == ["contact", "company"]
    with pytest.raises(FactOutOfReach):
        registry.route("contact", fact("ticket.state"))


def test_a_family_finds_facts_by_the_rest_of_the_name_however_long():
    registry = Registry()
    asked = []
    registry.register_family(FactFamily("contact.own", "contact", asked.append, list))
    registry.register_family(FactFamily("contact", "contact", asked.append, list))
    assert registry.find("contact.own.plan.old") is None
    assert registry.find("contact.plan") is None
    assert registry.find("other.plan") is None
    assert asked == ["plan.old", "plan"]


def test_nothing_is_registered_twice():
    registry = Registry()
    family = FactFamily("contact.own", "contact", lambda rest: None, list)
    relation = Relation("a", "b", lambda row: None)
    registry.register(fact("a.b"))
    registry.register_family(family)
    registry.register_relation(relation)
    with pytest.raises(ValueError, match=r"a\.b"):
        registry.register(fact("a.b"))
    with pytest.raises(ValueError, match=r"contact\.own"):
        registry.register_family(family)
    with pytest.raises(ValueError, match="from a to b"):
        registry.register_relation(relation)


def test_choices_and_the_type_choice_belong_together():
    registry = Registry()
    with pytest.raises(ValueError, match="choices"):
        registry.register(fact("a.b", FactType.CHOICE))
    with pytest.raises(ValueError, match="choices"):
        registry.register(fact("a.b", choices=[("x", "X")]))
