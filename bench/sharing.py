"""`python -m bench.sharing`: how fast a team's work is shared out while many do it at once, beside
bare statements that claim the same rows; prints one JSON line for each figure."""

import json
import os
import statistics
import threading
import time
import uuid
from collections.abc import Callable

import django

MATES, WORK, THREADS = 20, 300, 8
_CLAIM = """
UPDATE inbox_conversation SET assignee_id = %s WHERE id = (
       SELECT id FROM inbox_conversation WHERE status = 'open' AND assignee_id IS NULL
        ORDER BY priority DESC, waiting_since, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection
    from django.db.models import Count

    from ground.journal.live import silently
    from ground.journal.models import Entry
    from inbox.actions import start
    from inbox.models import Conversation, Line
    from people.actions import create_contact, create_teammate
    from people.models import Role, Team, Teammate
    from people.models.teammate import Capability
    from routing.actions import arrange_sharing
    from routing.actions.sharing_out import share_out

    role = Role.objects.create(name="Agent", capabilities=list(Capability.values))
    team = Team.objects.create(name="Busy")
    for number in range(MATES):
        email = f"mate-{number}@bench.test"
        create_teammate(by=None, email=email, name=f"Mate {number}", role=role, teams=[team])
    line = Line.objects.create(kind="messenger", name="Bench")
    contacts = [create_contact(by=None, name=f"Contact {number}") for number in range(WORK)]
    sharing = arrange_sharing(team, by=None, way="balanced", capacity=1000, needs_presence=False)
    with silently():
        for contact in contacts:
            start(contact, line=line, identity=None, body="Hi", client_id=uuid.uuid4())
    first = Teammate.objects.order_by("pk").values_list("pk", flat=True).first()

    def gifts() -> int:
        with silently():
            return share_out([sharing.pk])

    def one_gift() -> int:
        with silently():
            return share_out([sharing.pk], at_most=1)

    def claim() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [first])
            return cursor.rowcount

    def again() -> None:
        Conversation.objects.update(assignee=None, team=team)

    def doubles() -> int:
        given = Entry.objects.filter(
            kind="conversation.assigned", after__assignee__startswith="mate_"
        )
        counted = given.values("subject_id").annotate(times=Count("pk"))
        return counted.filter(times__gt=1).count()

    again()
    ours, _ = at_once(gifts)
    again()
    theirs, _ = at_once(claim)
    tell("routing.allocate", ours, "1/s", theirs, ours / theirs)
    tell("routing.allocate.doubles", doubles(), "rows")
    again()
    _, times = at_once(one_gift, threads=1)
    tell("routing.allocate.one.p50", 1000 * statistics.median(times), "ms")


def at_once(some: Callable[[], int], threads: int = THREADS) -> tuple[float, list[float]]:
    """How much all threads together did in a second until nothing was left, and how long each call
    took."""
    from django.db import connection

    times: list[float] = []
    done: list[int] = []

    def work() -> None:
        while True:
            began = time.perf_counter()
            count = some()
            if not count:
                break
            times.append(time.perf_counter() - began)
            done.append(count)
        connection.close()

    began = time.perf_counter()
    working = [threading.Thread(target=work) for _ in range(threads)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    return sum(done) / (time.perf_counter() - began), times


def tell(
    name: str, value: float, unit: str, beside: float | None = None, ratio: float | None = None
) -> None:
    figure = {"name": name, "value": value, "unit": unit, "beside": beside, "ratio": ratio}
    print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
