"""Working time, for all kinds of hours, zones and nights in which the clock is changed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.hours.schedule import (
    ALL_DAY,
    ALWAYS,
    NOTHING,
    Calendar,
    NeverOpens,
    Special,
    Window,
    first_moment,
    joined,
)

# Half-hour changes, changes at midnight, a day that was left out, a summer time that is "negative".
ODD_ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kathmandu",
]
NINE_TO_FIVE = (Window(9 * 60, 17 * 60),)
WEEKDAYS = (NINE_TO_FIVE,) * 5 + ((), ())


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def calendar(zone="UTC", weekly=WEEKDAYS, days=None):
    return Calendar(ZoneInfo(zone), weekly, days or {})


@st.composite
def windows(draw):
    edges = draw(st.lists(st.integers(0, 1440), min_size=0, max_size=6, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return joined(tuple(Window(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)))


@st.composite
def calendars(draw):
    weekly = [draw(windows()) for _ in range(6)]
    # One day at least has hours, or nothing can be added.
    weekly.append(NINE_TO_FIVE)
    days = draw(st.dictionaries(st.dates(date(2011, 12, 1), date(2012, 1, 31)), windows()))
    special = {day: Special(hours, "Special") for day, hours in days.items()}
    return Calendar(ZoneInfo(draw(st.sampled_from(ODD_ZONES))), tuple(weekly), special)


moments = st.datetimes(
    datetime(2011, 1, 1), datetime(2012, 12, 31), timezones=st.just(UTC)
) | st.datetimes(datetime(2011, 12, 28), datetime(2012, 1, 2), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(0), timedelta(hours=60))
few = settings(max_examples=60, deadline=None)


@few
@given(calendars(), st.lists(moments, min_size=3, max_size=3))
def test_what_is_worked_is_the_sum_of_its_parts(calendar, points):
    start, middle, end = sorted(points)
    parts = calendar.worked(start, middle) + calendar.worked(middle, end)
    assert calendar.worked(start, end) == parts
    assert NOTHING <= parts <= end - start


@few
@given(calendars(), moments, spans)
def test_what_was_added_has_been_worked(calendar, start, span):
    end = calendar.add(start, span)
    assert calendar.worked(start, end) == span
    if span:
        assert calendar.worked(start, end - timedelta(microseconds=1)) < span
    assert calendar.add(start, span / 2) <= end


@few
@given(calendars(), moments, spans)
def test_to_add_in_two_steps_is_to_add_at_once(calendar, start, span):
    assert calendar.add(calendar.add(start, span), span) == calendar.add(start, span * 2)


@few
@given(calendars(), moments)
def test_it_is_open_from_its_opening_to_its_closing(calendar, moment):
    opening = calendar.next_opening(moment)
    assert opening is not None and opening >= moment
    assert calendar.is_open(opening)
    assert calendar.is_open(moment) == (opening == moment)
    assert calendar.worked(moment, opening) == NOTHING
    closing = calendar.next_closing(opening)
    if closing is not None:
        assert not calendar.is_open(closing)
        assert calendar.worked(opening, closing) == closing - opening


@few
@given(calendars(), moments, spans)
def test_the_days_explain_the_sum(calendar, start, span):
    end = start + span
    days = calendar.by_day(start, end)
    assert sum((one.worked for one in days), NOTHING) == calendar.worked(start, end)
    assert [one.day for one in days] == sorted({one.day for one in days})
    stretches = [stretch for one in days for stretch in one.stretches]
    assert all(opens < closes for opens, closes in stretches)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(stretches))


@few
@given(st.sampled_from(ODD_ZONES), st.lists(st.integers(0, 3 * 1440), min_size=2, max_size=2))
def test_a_later_time_of_the_clock_is_no_earlier_moment(zone, minutes):
    first, second = sorted(minutes)
    for begin in (datetime(2012, 3, 10), datetime(2011, 12, 29), datetime(2012, 10, 20)):
        earlier, later = (
            first_moment(begin + timedelta(minutes=each), ZoneInfo(zone))
            for each in (first, second)
        )
        assert earlier <= later


@few
@given(moments, spans)
def test_the_wall_clock_counts_everything(start, span):
    assert ALWAYS.is_always
    assert ALWAYS.add(start, span) == start + span
    assert ALWAYS.worked(start, start + span) == span
    assert ALWAYS.is_open(start) and ALWAYS.next_closing(start) is None


def test_a_night_in_which_the_clock_is_set_forward_is_an_hour_shorter():
    berlin = calendar("Europe/Berlin", (ALL_DAY,) * 7)
    short = berlin.worked(at("2026-03-29", "Europe/Berlin"), at("2026-03-30", "Europe/Berlin"))
    long = berlin.worked(at("2026-10-25", "Europe/Berlin"), at("2026-10-26", "Europe/Berlin"))
    assert (short, long) == (timedelta(hours=23), timedelta(hours=25))


def test_nine_is_nine_on_either_side_of_a_change():
    berlin = calendar("Europe/Berlin")
    friday = at("2026-03-27T16:00", "Europe/Berlin")
    assert berlin.add(friday, timedelta(hours=2)) == at("2026-03-30T10:00", "Europe/Berlin")
    assert berlin.next_opening(at("2026-03-28T12:00")) == at("2026-03-30T07:00")


def test_a_time_that_the_clock_leaves_out_is_the_moment_of_the_change():
    assert first_moment(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")) == at(
        "2026-03-29T01:00"
    )
    # Samoa went over the date line: the thirtieth of December 2011 was not.
    assert calendar("Pacific/Apia", (ALL_DAY,) * 7).stretches(date(2011, 12, 30)) == ()


def test_what_is_due_at_closing_time_is_due_today_and_not_in_the_morning():
    utc = calendar()
    assert utc.add(at("2026-11-23T16:00"), timedelta(hours=1)) == at("2026-11-23T17:00")


def test_a_holiday_is_not_counted_and_says_its_name():
    christmas = {date(2026, 12, 25): Special((), "Christmas Day")}
    utc = calendar(days=christmas)
    thursday, monday = at("2026-12-24T16:00"), at("2026-12-28T10:00")
    assert utc.add(thursday, timedelta(hours=2)) == monday
    days = [(one.day.day, one.worked, one.name) for one in utc.by_day(thursday, monday)]
    hour = timedelta(hours=1)
    assert days == [
        (24, hour, ""),
        (25, NOTHING, "Christmas Day"),
        (26, NOTHING, ""),
        (27, NOTHING, ""),
        (28, hour, ""),
    ]


def test_who_never_opens_is_found_out_within_a_year():
    never = calendar(weekly=((),) * 7)
    assert never.next_opening(at("2026-11-23")) is None
    assert never.worked(at("2026-11-23"), at("2027-11-23")) == NOTHING
    with pytest.raises(NeverOpens):
        never.add(at("2026-11-23"), timedelta(seconds=1))


@pytest.mark.parametrize("hours", [(540, 540), (600, 540), (-1, 10), (1400, 1441)])
def test_a_window_opens_before_it_closes(hours):
    with pytest.raises(ValueError, match="opens before"):
        Window(*hours)
