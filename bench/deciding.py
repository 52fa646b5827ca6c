"""Rules decide, in a database of their own: `python -m bench.deciding` prints seconds as JSON.

engine: one decision over recorded facts, in memory; beside it the same comparisons as bare Python.
route: one new conversation, from its entry to the stored decision, the team and what screens are
sent, each committed; beside it the same with a single rule. batch: twenty of them at once.
"""

import json
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import django

RULES, CLAUSES = 1_000, 5
DECISIONS, CONVERSATIONS, BATCH, ROUNDS = 100, 20, 20, 3
WORDS = "Where is my order? I need it on Friday, and the parcel has no number."
FACTS = {
    "conversation.first_words": WORDS,
    "conversation.page": "https://shop.test/orders",
    "contact.name": "Dora Lindqvist",
    "company.plan": "pro",
    "company.monthly_spend": 900,
}


def tree(number: int) -> dict[str, Any]:
    """A condition of five clauses that nearly hold: all of them have to be asked."""
    return {
        "all": [
            {"fact": "company.plan", "op": "is", "value": "pro"},
            {"fact": "company.monthly_spend", "op": "more_than", "value": number % 800},
            {"fact": "contact.name", "op": "contains", "value": "lindqvist"},
            {"fact": "conversation.page", "op": "contains", "value": "/orders"},
            {"fact": "conversation.first_words", "op": "contains", "value": f"word {number}"},
        ]
    }


def seconds(run: Callable[[], Any], times: int) -> list[float]:
    run()
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(times):
            run()
        found.append((time.perf_counter() - began) / times)
    return found


def engine(rules: list[Any]) -> dict[str, list[float]]:
    from django.utils import timezone

    from routing.engine import Rulebook, decide

    book = Rulebook(rules)
    now = timezone.now()
    folded = {name: str(value).casefold() for name, value in FACTS.items()}
    spend, asked = FACTS["company.monthly_spend"], [f"word {each}" for each in range(RULES)]

    def bare() -> list[tuple[bool, ...]]:
        return [
            (
                folded["company.plan"] == "pro",
                spend > number % 800,  # type: ignore[operator]
                "lindqvist" in folded["contact.name"],
                "/orders" in folded["conversation.page"],
                word in folded["conversation.first_words"],
            )
            for number, word in enumerate(asked)
        ]

    return {
        "ours": seconds(lambda: decide(book, FACTS, now=now, moment="begins"), DECISIONS),
        "beside": seconds(bare, DECISIONS),
    }


def routed(line: Any, contact: Any, at_once: int = 1) -> list[float]:
    """Seconds for each conversation's routing; a first round warms up."""
    from django.db import transaction

    from ground.journal.models import Entry
    from inbox.actions import start
    from routing.tasks import route

    def heard() -> Entry:
        posted = start(
            contact, line=line, identity=None, body=WORDS, client_id=uuid.uuid4(), page={}
        )
        told = Entry.objects.filter(
            kind="message.received", subject_id=posted.conversation.public_id
        )
        return told.get()

    found = []
    for _ in range(ROUNDS + 1):
        took = 0.0
        for _ in range(CONVERSATIONS // at_once):
            entries = [heard() for _ in range(at_once)]
            began = time.perf_counter()
            with transaction.atomic():
                route(entries)
            took += time.perf_counter() - began
        found.append(took / (CONVERSATIONS // at_once * at_once))
    return found[1:]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    # What is shown live has links to files.
    call_command("collectstatic", interactive=False, verbosity=0)
    from inbox.models import Line
    from people.actions import create_contact, upsert_company
    from people.models import Team
    from routing import asking
    from routing.actions import save_rule
    from routing.models import Rule

    company = upsert_company(by=None, external_id="a", name="A", plan="pro", monthly_spend=900)
    contact = create_contact(by=None, name="Dora Lindqvist", role="user", company=company)
    line = Line.objects.create(kind="messenger", name="Bench")
    team = Team.objects.create(name="Bench")
    last = save_rule(
        Rule(), by=None, name="Last", condition={"all": []}, team=team.public_id, is_on=True
    )
    one, one_batch = routed(line, contact), routed(line, contact, BATCH)
    Rule.objects.bulk_create(
        Rule(name=f"Rule {number}", condition=tree(number), team=team)
        for number in range(RULES - 1)
    )
    Rule.objects.filter(pk=last.pk).update(position=RULES + 1)
    rules = asking.standings(asking.in_their_order(), asking.language())
    many, many_batch = routed(line, contact), routed(line, contact, BATCH)
    measured = {
        "engine": engine(rules),
        "route": {"ours": many, "beside": one},
        "batch": {"ours": many_batch, "beside": one_batch},
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
