"""Deadlines as a pure function of what happened, hours and terms."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.hours.schedule import ALWAYS, NOTHING, Calendar, Window
from routing.deadlines import Event, Kind, State, Target, Terms, most_pressing, timed

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OFFICE = Calendar(ZoneInfo("Europe/Berlin"), ((Window(540, 1020),),) * 5 + ((), ()))
FIRST, NEXT, RESOLUTION = Target.FIRST, Target.NEXT, Target.RESOLUTION
TERMS = Terms({FIRST: HOUR, NEXT: 2 * HOUR, RESOLUTION: 8 * HOUR})
# A Monday in winter: Berlin is an hour ahead.
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)

kinds = st.sampled_from(list(Kind))
histories = st.lists(st.tuples(st.timedeltas(NOTHING, 20 * HOUR), kinds), max_size=12)
calendars = st.sampled_from([ALWAYS, OFFICE])
terms = st.builds(
    Terms,
    st.dictionaries(st.sampled_from(list(Target)), st.timedeltas(MINUTE, 40 * HOUR)),
    st.booleans(),
    st.booleans(),
)
few = settings(max_examples=100, deadline=None)


def events(history):
    at, found = MONDAY, []
    for wait, kind in history:
        at += wait
        found.append(Event(at, kind))
    return found


def clocks(*steps, terms=TERMS):
    """clocks((0, HEARD), (30, ANSWERED)): minutes since Monday 9:00 in Berlin."""
    told = [Event(MONDAY + minutes * MINUTE, kind) for minutes, kind in steps]
    return {clock.target: clock for clock in timed(told, terms)}


@few
@given(histories, terms, calendars)
def test_a_clock_counts_its_span_and_no_more_until_it_is_due(history, terms, calendar):
    for clock in timed(events(history), terms):
        due = clock.due_at(calendar)
        if due is None:
            assert clock.stands_still and clock.used(calendar, MONDAY) < clock.span
            continue
        assert due >= clock.began_at
        until = sum((one.worked for one in clock.by_day(calendar, due)), NOTHING)
        if clock.ended_at is None or due <= clock.ended_at:
            assert until == clock.span, "the days add up to what was promised"
        else:
            assert until < clock.span or clock.ended_at == due


@few
@given(histories, terms, calendars)
def test_runs_are_in_order_and_end_with_the_clock(history, terms, calendar):
    for clock in timed(events(history), terms):
        moments = [moment for run in clock.runs for moment in (run.start, run.end) if moment]
        assert moments == sorted(moments)
        assert all(run.end is not None for run in clock.runs[:-1])
        assert clock.ended_at is None or clock.runs[-1].end is not None


@few
@given(histories, terms, calendars)
def test_a_pause_never_brings_a_deadline_nearer(history, terms, calendar):
    told = events(history)
    without = Terms(terms.spans, pauses_snoozed=False, pauses_waiting=False)
    for paused, plain in zip(timed(told, terms), timed(told, without), strict=True):
        assert (paused.target, paused.began_at) == (plain.target, plain.began_at)
        due = paused.due_at(calendar)
        assert due is None or due >= plain.due_at(calendar)


@few
@given(histories, terms, calendars, st.timedeltas(NOTHING, 10 * HOUR))
def test_more_time_is_never_due_earlier_and_less_never_later(history, terms, calendar, span):
    for clock in timed(events(history), terms):
        due = clock.due_at(calendar)
        later, sooner = clock.due_at(calendar, span), clock.due_at(calendar, -span)
        assert later is None or due is None or due <= later
        assert sooner is None or due is None or sooner <= due


@few
@given(histories, terms, calendars)
def test_what_is_yet_to_happen_changes_nothing_that_is_over(history, terms, calendar):
    told = events(history)
    before = [clock for clock in timed(told, terms) if clock.ended_at]
    more = [*told, Event(MONDAY + 1000 * HOUR, Kind.CLOSED)]
    after = [clock for clock in timed(more, terms) if clock.ended_at]
    assert after[: len(before)] == before


@few
@given(histories, terms, calendars)
def test_when_all_is_closed_nothing_runs(history, terms, calendar):
    told = [*events(history), Event(MONDAY + 1000 * HOUR, Kind.CLOSED)]
    assert all(clock.ended_at for clock in timed(told, terms))
    assert most_pressing(timed(told, terms), calendar) == (None, None)


def test_the_first_answer_is_kept_and_the_next_question_starts_another_clock():
    found = clocks((0, Kind.HEARD), (30, Kind.ANSWERED), (50, Kind.HEARD), (55, Kind.HEARD))
    assert found[FIRST].state(OFFICE, MONDAY + HOUR) is State.KEPT
    assert found[NEXT].began_at == MONDAY + 50 * MINUTE
    assert found[NEXT].due_at(OFFICE) == MONDAY + 170 * MINUTE


def test_who_writes_in_the_evening_has_the_next_morning():
    found = clocks((9 * 60, Kind.HEARD))
    assert found[FIRST].due_at(OFFICE) == MONDAY + timedelta(days=1) + HOUR
    assert found[FIRST].due_at(ALWAYS) == MONDAY + 10 * HOUR


@pytest.mark.parametrize(("pauses", "due"), [(True, 90), (False, 60)])
def test_a_snooze_stops_the_clock_where_the_policy_says_so(pauses, due):
    told = ((0, Kind.HEARD), (10, Kind.SNOOZED), (40, Kind.OPENED))
    found = clocks(*told, terms=Terms(TERMS.spans, pauses_snoozed=pauses))
    assert found[FIRST].due_at(OFFICE) == MONDAY + due * MINUTE
    during = clocks(*told[:2], terms=Terms(TERMS.spans, pauses_snoozed=pauses))
    assert during[FIRST].is_paused == pauses


def test_a_resolution_waits_while_the_contact_has_to_answer():
    found = clocks((0, Kind.HEARD), (60, Kind.ANSWERED), (120, Kind.HEARD))
    tuesday = MONDAY + timedelta(days=1)
    assert found[RESOLUTION].due_at(OFFICE) == tuesday + HOUR
    assert clocks((0, Kind.HEARD), (60, Kind.ANSWERED))[RESOLUTION].due_at(OFFICE) is None


def test_a_reply_is_no_resolution_and_closing_is_no_answer():
    answered = clocks((0, Kind.HEARD), (5, Kind.ANSWERED))
    assert answered[RESOLUTION].ended_at is None
    closed = clocks((0, Kind.HEARD), (5, Kind.CLOSED))
    assert closed[RESOLUTION].state(OFFICE, MONDAY + HOUR) is State.KEPT
    assert closed[FIRST].state(OFFICE, MONDAY + HOUR) is State.VOID
    late = clocks((0, Kind.HEARD), (61, Kind.CLOSED))
    assert late[FIRST].state(OFFICE, MONDAY + 2 * HOUR) is State.MISSED


def test_what_was_due_while_it_ran_stays_missed_through_a_later_pause():
    found = clocks((0, Kind.HEARD), (70, Kind.SNOOZED))
    assert found[FIRST].due_at(OFFICE) == MONDAY + HOUR
    assert found[FIRST].state(OFFICE, MONDAY + 80 * MINUTE) is State.MISSED


def test_what_ended_while_it_stood_still_was_not_missed():
    found = clocks((0, Kind.HEARD), (10, Kind.SNOOZED), (300, Kind.CLOSED))
    assert found[FIRST].due_at(OFFICE) is None
    assert found[FIRST].state(OFFICE, MONDAY + 9 * HOUR) is State.VOID


def test_what_is_done_at_the_last_moment_is_kept():
    assert clocks((0, Kind.HEARD), (60, Kind.ANSWERED))[FIRST].state(OFFICE, MONDAY) is State.KEPT


def test_who_comes_back_after_closing_is_a_first_answer_again():
    told = ((0, Kind.HEARD), (5, Kind.ANSWERED), (6, Kind.CLOSED), (100, Kind.HEARD))
    found = timed([Event(MONDAY + minutes * MINUTE, kind) for minutes, kind in told], TERMS)
    assert [(clock.target, clock.ended_at is None) for clock in found] == [
        (FIRST, False),
        (RESOLUTION, False),
        (RESOLUTION, True),
        (FIRST, True),
    ]
