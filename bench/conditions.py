"""What it costs to ask one conversation ten thousand conditions of five clauses: nothing but the
language, one by one with its reasons and all together, beside the same comparisons in bare Python
without any."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.figures import Figure, compared, say

CONDITIONS = 10_000
CLAUSES = 5
ROUNDS = 5
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Talk:
    plan: str
    spend: float
    tags: tuple[str, ...]
    at: datetime
    words: str


TALK = Talk(
    plan="Pro",
    spend=4_000.0,
    tags=("tag7", "VIP"),
    at=NOW - timedelta(days=40),
    words="My word7 has not arrived, could you please see where it is?",
)


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    from ground.conditions import Fact, Facts, FactType, Registry, Together, evaluate, parse

    registry = Registry()
    for name, type_ in (
        ("plan", FactType.TEXT),
        ("spend", FactType.NUMBER),
        ("tags", FactType.LIST),
        ("at", FactType.DATETIME),
        ("words", FactType.TEXT),
    ):
        registry.register(Fact(f"talk.{name}", name, type_, "talk", reader(name)))
    say(f"{CONDITIONS} conditions of {CLAUSES} clauses, {ROUNDS} rounds")
    trees = [tree(number) for number in range(CONDITIONS)]
    began = time.process_time()
    conditions = [parse(each, subject="talk", registry=registry) for each in trees]
    parsed = (time.process_time() - began) * 1000
    began = time.process_time()
    together = Together(conditions)
    made = (time.process_time() - began) * 1000
    ours, at_once, bare, held = [], [], [], set()
    for _ in range(ROUNDS):
        began = time.process_time()
        facts = Facts(TALK, now=NOW, registry=registry)
        said = [evaluate(each, TALK, now=NOW, facts=facts) for each in conditions]
        ours.append((time.process_time() - began) * 1000)
        began = time.process_time()
        judged = together.judge(Facts(TALK, now=NOW, registry=registry))
        at_once.append((time.process_time() - began) * 1000)
        began = time.process_time()
        plain = [holds(number) for number in range(CONDITIONS)]
        bare.append((time.process_time() - began) * 1000)
        if [bool(each) for each in said] != plain or [value for value, _ in judged] != plain:
            raise RuntimeError("The language and bare Python do not agree.")
        held.add(sum(plain))
    say(f"{held.pop()} of them hold; a stored tree has {len(json.dumps(trees[0]))} characters")
    yield compared("conditions.evaluate", "ms", ours, bare)
    yield compared("conditions.together", "ms", at_once, bare)
    yield Figure("conditions.together.made", made, "ms")
    yield Figure("conditions.parse", parsed, "ms")


def reader(name: str) -> Any:
    return lambda talk: getattr(talk, name)


def tree(number: int) -> dict[str, Any]:
    return {
        "all": [
            {"fact": "talk.words", "op": "contains", "value": f"word{number % 50}"},
            {
                "any": [
                    {"fact": "talk.plan", "op": "is", "value": "pro"},
                    {"fact": "talk.spend", "op": "at_least", "value": number},
                ]
            },
            {"fact": "talk.at", "op": "less_than_days_ago", "value": number % 90 + 1},
            {"not": {"fact": "talk.tags", "op": "contains", "value": f"tag{number % 40}"}},
        ]
    }


def holds(number: int) -> bool:
    """The same question as `tree`, every clause asked, as the language does."""
    has_word = f"word{number % 50}" in TALK.words.lower()
    is_pro = TALK.plan.lower() == "pro"
    spends = number <= TALK.spend
    is_fresh = NOW - timedelta(days=number % 90 + 1) < TALK.at <= NOW
    is_tagged = f"tag{number % 40}" in {tag.lower() for tag in TALK.tags}
    return has_word and (is_pro or spends) and is_fresh and not is_tagged
