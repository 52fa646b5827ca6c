"""How long somebody will wait is said as a range that is true four times in five."""

import random
from collections import deque
from datetime import timedelta
from heapq import heappop, heappush

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.expecting import (
    AIM,
    LEAST,
    QUEUE,
    Load,
    Sample,
    expected,
    is_far_above_usual,
    width_after,
)

MINUTE = timedelta(minutes=1)


def samples(*minutes):
    return [Sample(each * MINUTE, Load(3, 2)) for each in minutes]


def test_too_few_waits_say_nothing():
    assert expected(samples(*range(LEAST - 1)), Load(0, 1)) is None
    assert expected(samples(*range(LEAST)), Load(0, 1)) is not None


def test_under_the_same_load_the_range_holds_the_middle_of_what_was():
    said = expected(samples(*range(1, 101)), Load(3, 2))
    assert said.low == pytest.approx(10.9 * MINUTE, abs=MINUTE)
    assert said.high == pytest.approx(90.1 * MINUTE, abs=MINUTE)


@given(
    st.lists(st.integers(0, 10_000), min_size=LEAST, max_size=60),
    st.integers(0, 50),
    st.integers(0, 20),
    st.floats(0.5, 0.98),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_longer_queue_promises_no_less_and_more_people_no_more(minutes, ahead, people, width):
    known = samples(*minutes)
    said = expected(known, Load(ahead, people), width)
    assert timedelta() <= said.low <= said.high
    assert expected(known, Load(ahead + 1, people), width).high >= said.high
    assert expected(known, Load(ahead, people + 1), width).high <= said.high


def test_who_keeps_too_few_promises_makes_wider_ones():
    assert width_after(5, 10) == AIM
    assert width_after(80, 100) == pytest.approx(AIM)
    assert width_after(60, 100) > width_after(75, 100) > AIM > width_after(95, 100)
    assert width_after(0, 100) < 1


@pytest.mark.parametrize(
    ("load", "is_far"),
    [
        (Load(3, 2), False),
        (Load(6, 2), False),
        (Load(7, 2), True),
        (Load(3, 1), False),
        (Load(QUEUE, 1), True),
        (Load(QUEUE, 0), True),
        (Load(30, 20), False),
    ],
)
def test_a_delay_is_unusual_when_they_have_twice_as_much_before_them_as_usual(load, is_far):
    known = samples(*range(LEAST))
    assert is_far_above_usual(known, load) is is_far
    assert not is_far_above_usual(known[1:], load), "of too little known nothing is said"


def simulated(seed, days=40, people=(2, 3, 4)):
    """Waits in days of ten hours with a rush at noon, served in order of arrival by as many people
    as are there that day: (the day, what was promised, how long it was) of each."""
    chance = random.Random(seed)
    known, kept, told = deque(maxlen=200), deque(maxlen=100), []
    open_promises = []
    for day in range(days):
        staff = chance.choice(people)
        free_at, at, starts = [0.0] * staff, 0.0, []
        while at < 600:
            rush = 1.6 if 240 < at < 360 else 0.8
            at += chance.expovariate(staff / 14 * rush)
            while open_promises and open_promises[0][0] <= at:
                _, _, load, waited, said = heappop(open_promises)
                known.append(Sample(waited * MINUTE, load))
                if said:
                    kept.append(said.low <= waited * MINUTE <= said.high)
            ahead = sum(start > at for start in starts)
            begins = max(at, heappop(free_at))
            heappush(free_at, begins + chance.lognormvariate(2.2, 0.6))
            starts.append(begins)
            # Nobody answers in the second in which they are asked.
            waited = begins - at + chance.lognormvariate(0.5, 0.6)
            load = Load(ahead, staff)
            said = expected(known, load, width_after(sum(kept), len(kept)))
            heappush(open_promises, (at + waited, len(told), load, waited, said))
            told.append((day, said, waited * MINUTE))
        while open_promises:
            _, _, load, waited, said = heappop(open_promises)
            known.append(Sample(waited * MINUTE, load))
            if said:
                kept.append(said.low <= waited * MINUTE <= said.high)
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_simulated_days_the_range_is_true_of_four_in_five(seed):
    judged = [
        said.low <= waited <= said.high
        for day, said, waited in simulated(seed)
        if said is not None and day >= 10
    ]
    assert len(judged) > 500
    assert 0.75 <= sum(judged) / len(judged) <= 0.85


def test_a_house_that_gets_slower_widens_and_comes_back_to_the_truth():
    known, kept, said_true = deque(maxlen=200), deque(maxlen=100), []
    chance = random.Random(7)
    for number in range(900):
        pace = 5 if number < 300 else 15
        waited = chance.lognormvariate(0, 0.5) * pace * MINUTE
        said = expected(known, Load(2, 2), width_after(sum(kept), len(kept)))
        if said:
            kept.append(said.low <= waited <= said.high)
            said_true.append((number, kept[-1]))
        known.append(Sample(waited, Load(2, 2)))
    late = [is_true for number, is_true in said_true if number >= 600]
    assert 0.7 <= sum(late) / len(late) <= 0.9
