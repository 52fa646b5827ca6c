"""How long the numbers beside the inbox's lists take to find, in the product whose DATABASE_URL the
environment names.

`python -m bench.counts E-MAIL TIMES` prints, as JSON, so many times in ms, for that teammate.
"""

import json
import os
import sys
import time

import django


def times_of(email: str, times: int) -> list[float]:
    from inbox.default_views import with_counts
    from inbox.models import Conversation
    from people.models import Teammate

    viewer = Teammate.objects.select_related("role").get(email=email)
    found = []
    for _ in range(times):
        began = time.perf_counter()
        with_counts(viewer, Conversation.objects.visible_to(viewer))
        found.append((time.perf_counter() - began) * 1000)
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(times_of(sys.argv[1], int(sys.argv[2]))))


if __name__ == "__main__":
    main()
