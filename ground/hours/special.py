"""Which days are not as their weekday is: a country's public holidays, and a house's own days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from ground.hours.schedule import Special, Windows


@dataclass(frozen=True)
class OwnDays:
    """A day or several in a row with hours of their own, once or each year."""

    first: date
    last: date
    is_yearly: bool
    windows: Windows
    name: str

    def covers(self, day: date) -> bool:
        if not self.is_yearly:
            return self.first <= day <= self.last
        length = self.last - self.first
        # Those that began last year may reach into this one.
        begins = (same_day(self.first, year) for year in (day.year - 1, day.year))
        return any(begin <= day <= begin + length for begin in begins)


def same_day(day: date, year: int) -> date:
    """The same day of another year; the end of February when that has none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


@dataclass(frozen=True)
class Days:
    """What is special about a day: what the house says itself goes before what the country says,
    and what is said of one year before what is said of each."""

    own: Sequence[OwnDays]
    country: str = ""
    subdivision: str = ""

    def get(self, day: date, /) -> Special | None:
        covering = [own for own in self.own if own.covers(day)]
        if covering:
            own = min(covering, key=lambda own: (own.is_yearly, own.last - own.first))
            return Special(own.windows, own.name)
        if not self.country:
            return None
        name = holidays_of(self.country, self.subdivision, day.year).get(day)
        return Special((), name) if name else None

    def __bool__(self) -> bool:
        return bool(self.own or self.country)


@lru_cache(maxsize=256)
def holidays_of(country: str, subdivision: str, year: int) -> dict[date, str]:
    """The public holidays of a year by their names, in English where the library has that; none
    for a place that it does not know any more."""
    import holidays

    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
        if "en_US" in getattr(found, "supported_languages", ()):
            found = holidays.country_holidays(
                country, subdiv=subdivision or None, years=year, language="en_US"
            )
    except NotImplementedError:
        return {}
    return {day: str(name) for day, name in found.items() if day.year == year}


@cache
def countries() -> list[tuple[str, str]]:
    """(code, name) of every country whose holidays are known, by name."""
    from holidays.registry import COUNTRIES

    named = [
        (codes[1], re.sub(r"(?<=[a-z])(?=[A-Z])", " ", codes[0])) for codes in COUNTRIES.values()
    ]
    return sorted(named, key=lambda pair: pair[1])


def subdivisions(country: str) -> tuple[str, ...]:
    """The codes of a country's parts that have holidays of their own."""
    import holidays

    return tuple(holidays.country_holidays(country).subdivisions)
