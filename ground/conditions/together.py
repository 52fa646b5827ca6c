"""Many conditions asked of one subject at once: each fact is read once, each different clause asked
once, however many conditions share it.

What comes of it is the same as asking them one by one with `judge`; a property test holds both
together.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from ground.conditions.errors import FactNotRecorded
from ground.conditions.evaluation import Facts
from ground.conditions.grammar import AnyOf, Clause, Condition, Not
from ground.conditions.operators import IS_UNKNOWN, Test
from ground.conditions.values import MISSING, FactType

# How the truth of a clause is written: it holds, it does not, and its fact was not recorded.
HOLDS, FAILS, NOT_KNOWN = "1", "0", "?"
TRUTHS: dict[str, bool | None] = {HOLDS: True, FAILS: False, NOT_KNOWN: None}

Pick = Callable[[Sequence[str]], Iterable[str]]
Weigh = Callable[[str], bool | None]


class Together:
    """Conditions made ready to be asked together, any number of times.

    Makes what does not hang on the subject once: worth it from the second time on.
    """

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self._places: dict[tuple[str, FactType, str, object], int] = {}
        # The clauses by the fact they read, each with where its truth stands.
        self._readings: dict[str, tuple[Clause, list[tuple[int, bool, Test]]]] = {}
        self._conditions = [(self._pick(each), weighing(each)) for each in conditions]

    def judge(self, facts: Facts) -> list[tuple[bool | None, str]]:
        """Of each condition, in their order: what is known of it, and the truth of each of its
        clauses in the order of `Condition.clauses()`, a letter each."""
        truths = self._asked(facts)
        found = []
        for pick, weigh in self._conditions:
            said = "".join(pick(truths))
            found.append((weigh(said), said))
        return found

    def _asked(self, facts: Facts) -> list[str]:
        truths = [NOT_KNOWN] * len(self._places)
        now = facts.now
        for clause, tests in self._readings.values():
            try:
                found = facts.read(clause)
            except FactNotRecorded:
                continue
            if found is MISSING:
                for place, asks_whether_missing, _ in tests:
                    truths[place] = HOLDS if asks_whether_missing else FAILS
            else:
                for place, _, test in tests:
                    truths[place] = HOLDS if test(found, now) else FAILS
        return truths

    def _pick(self, condition: Condition) -> Pick:
        places = [self._place(clause) for clause in condition.clauses()]
        return itemgetter(*places) if places else lambda truths: ""

    def _place(self, clause: Clause) -> int:
        """Where the truth of a clause stands: the same place for the same question."""
        question = (clause.key, clause.fact.type, clause.op, clause.value)
        place = self._places.get(question)
        if place is None:
            place = self._places[question] = len(self._places)
            _, tests = self._readings.setdefault(clause.key, (clause, []))
            tests.append((place, clause.op == IS_UNKNOWN, clause.test))
        return place


def weighing(condition: Condition) -> Weigh:
    """From the letters of a condition's clauses to what is known of it."""
    return _weighing(condition, 0)[0]


def _weighing(condition: Condition, start: int) -> tuple[Weigh, int]:
    """What weighs a condition whose first clause has the letter at `start`, and where it ends."""
    if isinstance(condition, Clause):
        return (lambda said: TRUTHS[said[start]]), start + 1
    if isinstance(condition, Not):
        inner, end = _weighing(condition.child, start)
        return _negated(inner), end
    decisive = isinstance(condition, AnyOf)
    if all(isinstance(child, Clause) for child in condition.children):
        end = start + len(condition.children)
        return _of_letters(decisive, start, end), end
    parts = []
    end = start
    for child in condition.children:
        part, end = _weighing(child, end)
        parts.append(part)
    return _of_parts(decisive, parts), end


def _negated(inner: Weigh) -> Weigh:
    def weigh(said: str) -> bool | None:
        truth = inner(said)
        return None if truth is None else not truth

    return weigh


def _of_letters(decisive: bool, start: int, end: int) -> Weigh:
    """A group of nothing but clauses."""
    letter = HOLDS if decisive else FAILS

    def weigh(said: str) -> bool | None:
        if said.find(letter, start, end) >= 0:
            return decisive
        return None if said.find(NOT_KNOWN, start, end) >= 0 else not decisive

    return weigh


def _of_parts(decisive: bool, parts: Sequence[Weigh]) -> Weigh:
    def weigh(said: str) -> bool | None:
        truths = [part(said) for part in parts]
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    return weigh
