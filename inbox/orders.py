"""In which order a list of conversations stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from ground.web.paging import Order as Keys
from ground.web.paging import Part

LATEST_FIRST = ("-last_message_at", "-id")


@dataclass(frozen=True)
class Order:
    """`keys` are what `keyset` takes; static/inbox/placing.js mirrors them for rows that move."""

    slug: str
    name: str
    keys: Keys


NEWEST = Order("newest", "Newest first", LATEST_FIRST)
OLDEST = Order("oldest", "Oldest first", ("last_message_at", "id"))
# First whoever waits for us, then what is quiet.
WAITING = Order(
    "waiting",
    "Waiting longest",
    (
        Part(("waiting_since", "id"), Q(waiting_since__isnull=False)),
        Part(LATEST_FIRST, Q(waiting_since=None)),
    ),
)

# First what was promised, the most pressing first, then the rest.
DUE = Order(
    "due",
    "Due first",
    (
        Part(("due_at", "id"), Q(due_at__isnull=False)),
        Part(LATEST_FIRST, Q(due_at=None)),
    ),
)

ORDERS: Mapping[str, Order] = {order.slug: order for order in (NEWEST, OLDEST, WAITING, DUE)}
# What was put away waits for nobody.
BY_TIME = (NEWEST, OLDEST)
