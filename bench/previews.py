"""`python -m bench.previews`: how long it takes to say whom a segment matches among a million
contacts, beside a bare count of all of them; prints one JSON line for each figure."""

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

CONTACTS, TENTH = 1_000_000, 100_000
COMPANIES, ROUNDS = 10_000, 3
# A bare count is waited for so long at most.
PATIENCE = 10_000
DAY = "interval '1 day'"
ORDERED = {"name": "order.placed", "days": 30}
CONDITIONS: dict[str, dict[str, Any]] = {
    "attribute": {"fact": "contact.attributes.orders", "op": "is", "value": 49_999},
    "plan": {"fact": "company.plan", "op": "is", "value": "pro"},
    "tag": {"fact": "contact.tags", "op": "contains", "value": "VIP"},
    "events": {"fact": "contact.events", "op": "at_least", "value": {**ORDERED, "count": 3}},
    "since": {"fact": "contact.last_seen_at", "op": "less_than_days_ago", "value": 0.01},
    "text": {"fact": "contact.name", "op": "contains", "value": "kowalska 4217"},
    "nested": {
        "all": [
            {"any": [
                {"fact": "company.plan", "op": "is", "value": "enterprise"},
                {"fact": "company.monthly_spend", "op": "more_than", "value": 9_900},
            ]},
            {"not": {"fact": "contact.tags", "op": "contains", "value": "VIP"}},
            {"fact": "contact.last_seen_at", "op": "more_than_days_ago", "value": 30},
            {"fact": "contact.events", "op": "none", "value": ORDERED},
        ]
    },
}  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from bench.copies import analyzed
    from people import segments
    from people.models import Attribute

    Attribute.objects.create(subject="contact", key="orders", label="Orders", type="number")
    asked: dict[str, Any] = {}
    taken: dict[int, dict[str, float]] = {}
    made = 0
    for size in (TENTH, CONTACTS):
        fill(size - made, made)
        made = size
        analyzed()
        asked = {
            name: segments.sound(tree, segments.language()) for name, tree in CONDITIONS.items()
        }
        taken[size] = {name: milliseconds(preview(each)) for name, each in asked.items()}
    for name, each in asked.items():
        said = preview(each)()
        tell(f"segments.preview.{name}", taken[CONTACTS][name], "ms", all_counted(each))
        tell(f"segments.preview.{name}.growth", taken[CONTACTS][name] / taken[TENTH][name], "x")
        looked = CONTACTS if said.looked is None and said.count is not None else said.looked or 0
        tell(f"segments.preview.{name}.looked", looked / CONTACTS, "part")


def preview(condition: Any) -> Callable[[], Any]:
    from people.models import Contact
    from people.preview import preview_of

    return lambda: preview_of(condition, Contact.objects.current())


def milliseconds(run: Callable[[], Any]) -> float:
    run()
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        found.append(1000 * (time.perf_counter() - began))
    return statistics.median(found)


def all_counted(condition: Any) -> float:
    """Milliseconds to count all that match; no more than are waited for."""
    from django.utils import timezone

    from ground import conditions
    from ground.web.timing import OutOfTime, within
    from people.models import Contact

    found = conditions.filter(Contact.objects.current(), condition, now=timezone.now())
    began = time.perf_counter()
    try:
        with within(PATIENCE):
            found.count()
    except OutOfTime:
        pass
    return 1000 * (time.perf_counter() - began)


def fill(count: int, made: int) -> None:
    """Contacts with companies, tags, attributes, and what they did in the last two months."""
    from bench.copies import copied
    from people.actions import create_contact, find_or_create_tag, tag_contact, upsert_company
    from people.models import Company, Contact, ContactTagging, Event

    if not made:
        firm = upsert_company(by=None, external_id="0", name="Firm", plan="free", monthly_spend=1)
        copied(
            firm,
            COMPANIES,
            public_id="'co_bench' || n",
            external_id="'bench' || n",
            plan="CASE WHEN n % 200 = 0 THEN 'enterprise' WHEN n % 20 = 0 THEN 'pro'"
            " ELSE 'free' END",
            monthly_spend="n",
        )
    ida = create_contact(by=None, name="Ida")
    tag_contact(ida, by=None, add=[find_or_create_tag("VIP", by=None)[0]])
    first = Company.objects.earliest("pk").pk
    highest = Contact.objects.latest("pk").pk
    copied(
        ida,
        count,
        public_id=f"'ct_bench' || n + {made}",
        name="(ARRAY['Anna','Jan','Maria','Piotr','Ewa'])[1 + (n % 5)::int] || ' ' ||"
        " (ARRAY['Kowalska','Nowak','Lindqvist','Popescu'])[1 + (n / 5 % 4)::int]"
        " || ' ' || n % 50000",
        company_id=f"CASE WHEN n % 3 > 0 THEN {first} + n % {COMPANIES} END",
        attributes="jsonb_build_object('orders', n % 50000, 'plan', 'p' || n % 7)",
        created_at=f"now() - {DAY} * (700 * (1 - n::float / {count}))",
        last_seen_at=f"now() - {DAY} * (n * 7919 % 100000) / 300.0",
    )
    mine = f"(SELECT {highest} + 1 + (n * 104729) % {count})"
    copied(ContactTagging.objects.filter(contact=ida).get(), count // 500, contact_id=mine)
    done = Event.objects.create(contact=ida, name="order.placed")
    copied(
        done,
        count // 2,
        contact_id=f"{highest} + 1 + (n / 5 * 7919) % {count}",
        name="CASE WHEN n % 2 = 0 THEN 'order.placed' ELSE 'page.seen' END",
        created_at=f"now() - {DAY} * (n % 60)",
    )


def tell(name: str, value: float, unit: str, beside: float | None = None) -> None:
    ratio = value / beside if beside else None
    figure = {"name": name, "value": value, "unit": unit, "beside": beside, "ratio": ratio}
    print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
