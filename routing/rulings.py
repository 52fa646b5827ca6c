"""What each rule said, as it is stored with a decision: all of it, and little of it twice.

Few rules are written out. Of many, the decision has a letter for each verdict and one for the truth
of each clause; which rules these are stands once in a `RuleOrder`, for all decisions of a version.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

from ground.journal.models import Decision
from routing.engine import Ruling, Verdict
from routing.models import RuleOrder

WRITTEN_OUT = 20
LETTERS = {
    Verdict.ACTED: "a",
    Verdict.STOPPED: "s",
    Verdict.NO: "n",
    Verdict.OFF: "o",
    Verdict.OTHER: "m",
    Verdict.BROKEN: "b",
    Verdict.DONE: "d",
    Verdict.UNKNOWN: "u",
}
VERDICTS = {letter: verdict.value for verdict, letter in LETTERS.items()}
# Such a rule was not asked, so it has no truths.
UNASKED = "omb"


def stored(rulings: Sequence[Ruling], version: str) -> dict[str, Any]:
    """Rulings as a part of a decision's explanation. Called in the decision's transaction."""
    if len(rulings) <= WRITTEN_OUT:
        return {"rules": [ruling.to_json() for ruling in rulings]}
    keep_order(rulings, version)
    verdicts = "".join([LETTERS[ruling.verdict] for ruling in rulings])
    asked = [letter not in UNASKED for letter in verdicts]
    truths = " ".join(compress([ruling.truths for ruling in rulings], asked))
    return {"verdicts": verdicts, "truths": truths}


def keep_order(rulings: Sequence[Ruling], version: str) -> None:
    if not RuleOrder.objects.filter(version=version).exists():
        rules = [[ruling.rule, ruling.version] for ruling in rulings]
        # Two workers may be the first at once.
        RuleOrder.objects.bulk_create(
            [RuleOrder(version=version, rules=rules)], ignore_conflicts=True
        )


def rulings_of(decision: Decision) -> list[list[Any]]:
    """Of each rule that a decision tells of, in their order: its public id and version, the
    verdict, and the truths of its clauses (`1`, `0`, `?`)."""
    explanation = decision.explanation
    if "verdicts" not in explanation:
        return list(explanation.get("rules", []))
    order = RuleOrder.objects.filter(version=decision.version).first()
    truths = iter(explanation["truths"].split(" "))
    return [
        [rule, version, VERDICTS[letter], "" if letter in UNASKED else next(truths)]
        for (rule, version), letter in zip(
            order.rules if order else [], explanation["verdicts"], strict=False
        )
    ]
