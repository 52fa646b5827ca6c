"""What can be asked, of whom: facts, families of facts, and the ways from one subject to another.

A *subject* is named by a short key. A Django model's is its lower-cased class name (`contact`,
`conversation`); any other object's is its class name in lower case.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache
from typing import Any

from django.db.models import F, OuterRef

from ground.conditions.errors import FactOutOfReach
from ground.conditions.values import FactType

Choices = Sequence[tuple[str, str]]
Path = str | Callable[..., Any] | None


class Cost(IntEnum):
    """What reading a fact from a subject that is already loaded takes."""

    LOADED = 0
    QUERY = 1
    SLOW = 2


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a fact's own subject lies, seen from the model that is queried."""

    prefix: str = ""

    def field(self, name: str) -> F:
        return F(self.prefix + name)

    def outer(self, name: str) -> OuterRef:
        """For the rows of another table that belong to the subject."""
        return OuterRef(self.prefix + name)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that conditions may ask about a subject. Two of the same name are equal.

    name: globally unique and stored in conditions, starting with the subject's noun
        (`contact.plan`).
    label: what people read in "*plan* is pro".
    read: the raw value from one subject; a count is also given its `Window`. None is missing.
    path: the same in SQL, or None for a fact that only one subject can be asked. A lookup such as
        `company__size` leads to a model field of the type. A callable is given a `Reach` and
        returns an expression; for a list a `TextList` (`Rows` or `JsonTexts`); for a count, given a
        `Window` too, the queryset of the subject's rows in it.
    choices: (value, label) pairs, or a callable that gives them; for `choice`, and for a `list`
        whose texts are such values. Conditions hold the values, so a label may change: people read
        and write labels.
    suggestions: texts that forms offer, as `choices`; others may be written all the same.
    is_timed: it hangs on the moment at which it is asked: `read`, and a `path` that is a callable,
        are given `now` as well. Not for lists and counts.
    phrases: how people read an operator of this fact, where the type's own words do not fit:
        {"is_unknown": "is nobody"}.
    """

    name: str
    label: str = field(compare=False)
    type: FactType = field(compare=False)
    subject: str = field(compare=False)
    read: Callable[..., Any] = field(compare=False, repr=False)
    path: Path = field(default=None, compare=False, repr=False)
    cost: Cost = field(default=Cost.LOADED, compare=False)
    choices: Choices | Callable[[], Choices] = field(default=(), compare=False, repr=False)
    suggestions: Choices | Callable[[], Choices] = field(default=(), compare=False, repr=False)
    phrases: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    is_timed: bool = field(default=False, compare=False)

    def current_choices(self) -> Choices:
        return self.choices() if callable(self.choices) else self.choices

    def current_suggestions(self) -> Choices:
        return self.suggestions() if callable(self.suggestions) else self.suggestions


@dataclass(frozen=True, slots=True)
class FactFamily:
    """Facts that are defined at run time, such as the attributes of a contact.

    prefix: their names start with it and a dot.
    resolve: the rest of a name to its fact, or None where there is none.
    members: all of them as they are now, for forms.
    """

    prefix: str
    subject: str
    resolve: Callable[[str], Fact | None]
    members: Callable[[], Iterable[Fact]]


@dataclass(frozen=True, slots=True)
class Relation:
    """From one subject to one other, whose facts can be asked of the first as well.

    read: the other subject, or None; all of its facts are missing then.
    path: the same as a lookup over foreign keys, or None where there is no set form.
    """

    subject: str
    target: str
    read: Callable[[Any], Any]
    path: str | None = None


@dataclass(slots=True)
class Registry:
    """All facts that are known. The product has one, `registry`; tests make their own."""

    _facts: dict[str, Fact] = field(default_factory=dict, repr=False)
    _families: dict[str, FactFamily] = field(default_factory=dict, repr=False)
    _relations: dict[str, dict[str, Relation]] = field(default_factory=dict, repr=False)
    _routes: dict[tuple[str, str], tuple[Relation, ...]] = field(default_factory=dict, repr=False)

    def register(self, fact: Fact) -> Fact:
        """Raises ValueError for a name that is taken, and for a choice without choices."""
        if fact.name in self._facts:
            raise ValueError(f"There are two facts called {fact.name}.")
        if fact.type is FactType.CHOICE and not fact.choices:
            raise ValueError(f"{fact.name}: a choice has choices.")
        if fact.choices and fact.type not in (FactType.CHOICE, FactType.LIST):
            raise ValueError(f"{fact.name}: choices belong to facts of the types choice and list.")
        self._facts[fact.name] = fact
        return fact

    def register_family(self, family: FactFamily) -> FactFamily:
        if family.prefix in self._families:
            raise ValueError(f"There are two families of facts called {family.prefix}.")
        self._families[family.prefix] = family
        return family

    def register_relation(self, relation: Relation) -> Relation:
        targets = self._relations.setdefault(relation.subject, {})
        if relation.target in targets:
            raise ValueError(f"There are two ways from {relation.subject} to {relation.target}.")
        targets[relation.target] = relation
        self._routes.clear()
        return relation

    def find(self, name: str) -> Fact | None:
        """The fact of this name, or None."""
        fact = self._facts.get(name)
        if fact is not None:
            return fact
        prefix, dot, rest = name.rpartition(".")
        while dot:
            family = self._families.get(prefix)
            if family is not None:
                return family.resolve(rest)
            prefix, dot, more = prefix.rpartition(".")
            rest = f"{more}.{rest}"
        return None

    def nearest(self, name: str) -> str | None:
        """A registered name that was perhaps meant."""
        close = difflib.get_close_matches(name, self._facts, n=1, cutoff=0.75)
        return close[0] if close else None

    def facts_for(self, subject: str) -> list[Fact]:
        """What can be asked of a subject: its own facts, then those of the subjects it leads to."""
        found = []
        for key in self._reachable(subject):
            found += [fact for fact in self._facts.values() if fact.subject == key]
            for family in self._families.values():
                if family.subject == key:
                    found += family.members()
        return found

    def route(self, subject: str, fact: Fact) -> tuple[Relation, ...]:
        """The shortest way from a subject to the subject of a fact.

        Raises FactOutOfReach where there is none.
        """
        key = (subject, fact.subject)
        if key not in self._routes:
            reachable = self._reachable(subject)
            if fact.subject not in reachable:
                raise FactOutOfReach(f"{fact.name} cannot be asked of: {subject}.")
            self._routes[key] = reachable[fact.subject]
        return self._routes[key]

    def _reachable(self, subject: str) -> dict[str, tuple[Relation, ...]]:
        ways: dict[str, tuple[Relation, ...]] = {subject: ()}
        queue = [subject]
        for key in queue:
            for target, relation in self._relations.get(key, {}).items():
                if target not in ways:
                    ways[target] = (*ways[key], relation)
                    queue.append(target)
        return ways


class Snapshot(Registry):
    """What can be asked as it is at one moment, for one reader: members of families and choices
    are looked up once at most, and only when they are needed.

    choices: by names of facts, what the reader may choose instead of what there is.
    without: names of facts that cannot be asked here.
    """

    def __init__(
        self,
        whole: Registry,
        choices: Mapping[str, Callable[[], Choices]] | None = None,
        without: Collection[str] = (),
    ) -> None:
        facts = whole._facts
        if without:
            facts = {name: fact for name, fact in facts.items() if name not in without}
        super().__init__(facts, whole._families, whole._relations, whole._routes)
        self._choices = choices or {}
        self._seen: dict[str, Fact] = {}
        self._members: dict[str, dict[str, Fact]] = {}

    def find(self, name: str) -> Fact | None:
        if name not in self._seen:
            fact = self._facts.get(name) or self._member(name)
            if fact is None:
                return None
            self._seen[name] = self._as_now(fact)
        return self._seen[name]

    def facts_for(self, subject: str) -> list[Fact]:
        found = [self._as_now(fact) for fact in super().facts_for(subject)]
        return [self._seen.setdefault(fact.name, fact) for fact in found]

    def _member(self, name: str) -> Fact | None:
        for prefix, family in self._families.items():
            if name.startswith(f"{prefix}."):
                if prefix not in self._members:
                    self._members[prefix] = {fact.name: fact for fact in family.members()}
                return self._members[prefix].get(name)
        return None

    def _as_now(self, fact: Fact) -> Fact:
        choices = self._choices.get(fact.name, fact.choices)
        return replace(
            fact,
            choices=cache(choices) if callable(choices) else choices,
            suggestions=cache(fact.suggestions) if callable(fact.suggestions) else fact.suggestions,
        )


def subject_key(subject: Any) -> str:
    """The key of a model, a model's instance or any other object."""
    meta = getattr(subject, "_meta", None)
    if meta is not None:
        return str(meta.model_name)
    return type(subject).__name__.lower()


registry = Registry()
register = registry.register
register_family = registry.register_family
register_relation = registry.register_relation
facts_for = registry.facts_for
