"""All calendars of the house, read at once: there are few, and whoever asks asks for many."""

from collections.abc import Mapping
from dataclasses import dataclass

from ground.hours.models import OfficeHours
from ground.hours.schedule import ALWAYS, Calendar


@dataclass(frozen=True)
class Calendars:
    """By the key of their office hours."""

    by_key: Mapping[int, Calendar]
    default: Calendar

    def of(self, key: int | None) -> Calendar:
        """Of these office hours; for None, and for what is gone, the house's own."""
        return self.default if key is None else self.by_key.get(key, self.default)


def read() -> Calendars:
    """Two queries. A house that has set up no office hours is always open."""
    rows = list(OfficeHours.objects.prefetch_related("own_days"))
    by_key = {row.pk: row.calendar for row in rows}
    default = next((by_key[row.pk] for row in rows if row.is_default), ALWAYS)
    return Calendars(by_key, default)
