"""Facts as they were: what the journal tells of a moment is what was read at that moment."""

import random
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from ground.conditions import FactType, parse, registry
from ground.conditions.values import reading
from ground.hours.models import OfficeHours
from ground.journal.models import Decision
from ground.journal.reactions import run_owed
from ground.meaning import Understood
from ground.web.problems import Invalid, StateConflict
from inbox.actions import (
    assign,
    close,
    mark_spam,
    prioritize,
    rate,
    reopen,
    reply,
    set_tags,
    snooze,
    unmark_spam,
)
from inbox.models import Conversation
from people.actions import (
    create_segment,
    find_or_create_tag,
    hours_saved,
    merge_contacts,
    tag_contact,
    track,
    update_company,
    update_contact,
)
from people.actions.teams import change_team
from people.models import Attribute
from routing import asking
from routing.actions.promising import save_policy
from routing.actions.routing import all_heard
from routing.models import Policy
from routing.past import decisions_on, ends_of, then_of
from routing.rebuilding import NOT_REBUILT, REBUILT, rebuilt
from tests.routing.conftest import ALWAYS

pytestmark = pytest.mark.django_db

PRIORITIES = list(Conversation.Priority)
MOODS = {"a": -0.9, "b": -0.2, "c": 0.8}
OPS = {FactType.LIST: "is_empty", FactType.COUNT: "at_least"}
BOUGHT = {"fact": "contact.events", "op": "at_least", "value": {"count": 2, "name": "order.placed"}}
NAMELESS = {"fact": "contact.email", "op": "is_unknown"}


@pytest.fixture
def moods(monkeypatch):
    """What sounds how is decided by the first letter."""

    def understood(text, *, has_time=True):
        return Understood("de" if "x" in text else None, MOODS.get(text[:1]))

    monkeypatch.setattr("inbox.actions.understanding.meaning.understand", understood)


def everything():
    """A condition that asks each fact that there is, and never holds."""
    clauses = []
    for fact in asking.language().facts_for("conversation"):
        clause = {"fact": fact.name, "op": OPS.get(fact.type, "is_known")}
        if fact.type is FactType.COUNT:
            clauses.append(clause | {"value": {"count": 1, "days": 0.5}})
            clauses.append(clause | {"value": {"count": 1, "name": "order.placed"}})
        else:
            clauses.append(clause)
    return {"all": [{"any": clauses}, {"not": {"all": []}}]}


def rebuilt_of(decision):
    """What is known without what was recorded; by key."""
    spoken = asking.language()
    condition = parse(everything(), subject="conversation", registry=spoken)
    asked = {clause.key: clause for clause in condition.clauses()}
    (heard,) = all_heard([decision.cause])
    row = Conversation.objects.select_related("contact__company", "team", "assignee").get(
        public_id=decision.subject_id
    )
    assert decisions_on([heard]) == {heard.entry.pk: decision}
    end = ends_of([heard])[heard.entry.pk]
    then = then_of(heard, row, decision, end, list(asked.values()))
    return asked, rebuilt([then], spoken)[0]


def same(clause, one, other):
    return reading(clause.fact.type, one).comparable == reading(clause.fact.type, other).comparable


def compared(decisions):
    """How many facts were known again; all that were are as they had been read."""
    known, asked_in_all = 0, 0
    for decision in decisions:
        asked, found = rebuilt_of(decision)
        for key, clause in asked.items():
            asked_in_all += clause.fact.name not in NOT_REBUILT
            if key not in found:
                continue
            known += 1
            said, was = found[key], decision.facts[key]
            assert same(clause, said, was), (key, said, was)
    return known, asked_in_all


class House:
    """What may happen in a house, at random."""

    def __init__(self, seed, begin, write, mates, contacts, teams, tags):
        self.any = random.Random(seed)
        self.begin_, self.write_ = begin, write
        self.mates, self.contacts, self.teams, self.tags = mates, contacts, teams, tags
        self.talks = []

    def words(self):
        return self.any.choice(["a ", "b ", "c ", "d "]) + self.any.choice(["x", "y"]) * 3

    def begin(self):
        who = self.any.choice(self.contacts)
        self.talks.append(self.begin_(who, self.words()))

    def write(self):
        self.write_(self.any.choice(self.talks), self.words())

    def answer(self):
        talk, mate = self.any.choice(self.talks), self.any.choice(self.mates)
        reply(talk, by=mate, body="Here.", client_id=uuid.uuid4())

    def work(self):
        talk, mate = self.any.choice(self.talks), self.any.choice(self.mates)
        acts = [
            lambda: close(talk, by=mate),
            lambda: reopen(talk, by=mate, is_waited_for=self.any.random() < 0.5),
            lambda: snooze(talk, by=mate, until=timezone.now() + timedelta(days=2)),
            lambda: rate(close(talk, by=mate), by=talk.contact, score=self.any.randint(1, 5)),
            lambda: set_tags(talk, by=mate, tags=self.any.sample(self.tags, 1)),
            lambda: prioritize(
                talk, by=mate, priority=self.any.choice(list(Conversation.Priority))
            ),
            lambda: assign(talk, by=mate, team=self.any.choice([*self.teams, None])),
            lambda: assign(talk, by=mate, assignee=self.any.choice([*self.mates, None])),
            lambda: mark_spam(talk, by=mate),
            lambda: unmark_spam(talk, by=mate),
        ]
        self.any.choice(acts)()

    def know(self):
        who, mate = self.any.choice(self.contacts), self.mates[0]
        some = self.any.choice(["x", "y", "z"])
        acts = [
            lambda: update_contact(who, by=mate, name=some, locale="de"),
            lambda: update_contact(who, by=mate, attributes={"size": some}),
            lambda: update_contact(who, by=mate, email=f"{some}{who.pk}@other.test"),
            lambda: update_contact(who, by=mate, phone=f"+49301234{who.pk:04}"),
            lambda: update_contact(who, by=mate, phone=None),
            lambda: update_contact(who, by=mate, company=None),
            lambda: update_contact(who, by=mate, company=self.contacts[0].company),
            lambda: update_company(self.contacts[0].company, by=None, plan=some, monthly_spend=7),
            lambda: tag_contact(who, by=mate, add=self.tags[:1]),
            lambda: tag_contact(who, by=mate, remove=self.tags),
            lambda: self.change_hours(),
            lambda: change_team(self.teams[0], by=mate, office_hours=OfficeHours.objects.last()),
        ]
        self.any.choice(acts)()

    def do(self):
        track(self.any.choice(self.contacts), self.any.choice(["order.placed", "page.visited"]))

    def change_hours(self):
        hours = self.any.choice(list(OfficeHours.objects.all()))
        before = hours.state
        day = self.any.choice([[], [["0:00", "24:00"]]])
        OfficeHours.objects.filter(pk=hours.pk).update(weekly=[day] * 6 + [[["0:00", "24:00"]]])
        hours_saved(OfficeHours.objects.get(pk=hours.pk), by=None, before=before)

    def go_on(self):
        ways = [self.begin, self.write, self.write, self.answer, self.work, self.know, self.do]
        try:
            self.any.choice(ways)()
        except (Invalid, StateConflict):
            pass
        run_owed()


@pytest.mark.parametrize("seed", range(2))
def test_what_is_rebuilt_is_what_was_read_whatever_has_happened(
    seed, moods, ruled, begin, write, ada, ben, dora, emil, otto, technical, support
):
    for name in ("House", "Team"):
        hours_saved(OfficeHours.objects.create(name=name), by=None)
    Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    create_segment(by=None, name="Buyers", condition=BOUGHT)
    create_segment(by=None, name="Nameless", condition={"not": NAMELESS})
    save_policy(Policy(), by=ada, name="All", condition=ALWAYS, first_minutes=60, next_minutes=9)
    tags = [find_or_create_tag(name, by=ada)[0] for name in ("One", "Two")]
    for moment in ("begins", "writes"):
        ruled(moment, everything(), moment=moment, priority="low")
    house = House(seed, begin, write, [ada, ben], [dora, emil, otto], [technical, support], tags)
    house.begin()
    for _ in range(40):
        house.go_on()
    decisions = list(Decision.objects.filter(decider="routing.rules").select_related("cause"))
    assert len(decisions) > 5
    known, asked = compared(decisions)
    assert known > 0.95 * asked


def test_every_fact_is_rebuilt_or_said_not_to_be(db):
    Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    names = {
        fact.name for fact in registry.facts_for("conversation") if ".attributes." not in fact.name
    }
    assert names == set(REBUILT) | set(NOT_REBUILT)
    assert not set(REBUILT) & set(NOT_REBUILT)
    told = (Path(__file__).parents[2] / "docs/facts.md").read_text().partition("## In the past")[2]
    for name, why in NOT_REBUILT.items():
        assert f"`{name}`" in told and why in told, name


def test_what_was_merged_since_is_not_known(ruled, begin, ada, dora, emil):
    ruled("All", everything(), priority="low")
    begin(dora)
    decision = Decision.objects.get()
    _, found = rebuilt_of(decision)
    assert found["contact.name"] == "Dora Lindqvist" and "contact.events" in str(found)
    merge_contacts(dora, emil, by=None)
    _, found = rebuilt_of(decision)
    assert found["conversation.first_words"] == "Where is my coat?"
    assert not [key for key in found if key.startswith(("contact.", "company."))]


def test_of_several_addresses_the_best_is_known_only_while_none_was_confirmed_since(
    ruled, begin, ada, dora
):
    ruled("All", everything(), priority="low")
    update_contact(dora, by=ada, email="dora@home.test")
    begin(dora)
    decision = Decision.objects.get()
    assert rebuilt_of(decision)[1]["contact.email"] == "dora@home.test"
    update_contact(dora, by=ada, email="third@home.test")
    assert rebuilt_of(decision)[1]["contact.email"] == "dora@home.test"
    update_contact(dora, by=ada, email="dora@acme.test")
    assert "contact.email" not in rebuilt_of(decision)[1]


def test_hours_that_became_the_houses_own_leave_it_open_when_it_worked(ruled, begin, dora):
    hours_saved(OfficeHours.objects.create(name="House"), by=None)
    other = hours_saved(OfficeHours.objects.create(name="Other"), by=None)
    ruled("All", everything(), priority="low")
    begin(dora)
    decision = Decision.objects.get()
    assert "conversation.in_office_hours" in rebuilt_of(decision)[1]
    before = other.state
    OfficeHours.objects.filter(is_default=True).update(is_default=False)
    OfficeHours.objects.filter(pk=other.pk).update(is_default=True)
    hours_saved(OfficeHours.objects.get(pk=other.pk), by=None, before=before)
    assert "conversation.in_office_hours" not in rebuilt_of(decision)[1]
