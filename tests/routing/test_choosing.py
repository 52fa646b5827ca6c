"""Who is chosen, and what speaks against the rest; without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.choose import (
    BALANCED,
    IGNORED,
    REQUIRED,
    ROUND_ROBIN,
    Candidate,
    Wanted,
    Way,
    choose,
    is_anybody_free,
)
from routing.load import Work, load, ramped, weight

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUIET = timedelta(hours=4)
BEN = Candidate("mate_ben", "Ben", load=2, capacity=4)
EVE = Candidate("mate_eve", "Eve", load=1, capacity=4)
ONE = Wanted(1.0)
IN_TURN, EVENLY = Way(ROUND_ROBIN), Way(BALANCED)


def chosen(candidates, way=EVENLY, wanted=ONE):
    choice = choose(candidates, wanted, way)
    return choice.chosen.name if choice.chosen else None


def refusals(candidates, way=EVENLY, wanted=ONE):
    return {each.candidate.name: each.refused for each in choose(candidates, wanted, way).verdicts}


def test_balanced_gives_to_who_has_the_most_room_for_their_size():
    assert chosen([BEN, EVE]) == "Eve"
    assert chosen([BEN, replace(EVE, capacity=1.5)]) == "Ben", "one of one and a half is more"
    assert chosen([BEN, replace(EVE, load=3, capacity=10)]) == "Eve", "three of ten is less"


def test_in_turn_gives_to_who_got_nothing_for_the_longest_whatever_they_have():
    ben = replace(BEN, last_given_at=NOW - timedelta(hours=1))
    eve = replace(EVE, last_given_at=NOW)
    assert chosen([ben, eve], IN_TURN) == "Ben"
    assert chosen([ben, replace(eve, last_given_at=None)], IN_TURN) == "Eve", "never yet"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"is_active": False}, "deactivated"),
        ({"may_reply": False}, "not_allowed"),
        ({"is_away": True}, "away"),
        ({"is_in": False}, "not_in"),
        ({"is_in_hours": False}, "outside_hours"),
        ({"has_given_back": True}, "gave_back"),
        ({"load": 4}, "full"),
        ({"capacity": 0, "load": 0}, "full"),
        ({"is_narrow": True}, "narrow"),
    ],
)
def test_who_cannot_take_it_is_passed_over_with_the_reason(change, refused):
    eve = replace(EVE, **change)
    assert refusals([eve, BEN]) == {"Eve": refused, "Ben": ""}
    assert chosen([eve, BEN]) == "Ben"
    assert chosen([eve]) is None


def test_without_a_word_of_who_is_in_everybody_may_be():
    assert chosen([replace(EVE, is_in=None)]) == "Eve"
    assert chosen([replace(EVE, is_in=False)], Way(BALANCED, needs_presence=False)) == "Eve"


def test_the_previous_owner_comes_first_but_never_beyond_what_they_can_do():
    ben = replace(BEN, is_previous_owner=True)
    assert chosen([ben, EVE]) == "Ben"
    assert chosen([replace(ben, load=4), EVE]) == "Eve"
    assert chosen([ben, EVE], Way(BALANCED, previous_owner_first=False)) == "Eve"


def test_skills_come_first_or_are_needed_or_do_not_matter():
    german = Wanted(1.0, frozenset({"language:de"}))
    ben = replace(BEN, skills=german.skills)
    assert chosen([ben, EVE], EVENLY, german) == "Ben"
    assert chosen([replace(ben, is_away=True), EVE], EVENLY, german) == "Eve"
    assert chosen([replace(ben, is_away=True), EVE], Way(BALANCED, skills=REQUIRED), german) is None
    assert chosen([ben, EVE], Way(BALANCED, skills=IGNORED), german) == "Eve"


def test_who_is_new_is_given_what_they_have_learned_and_nothing_else():
    coats = Wanted(1.0, frozenset({"tag:coats"}))
    new = replace(EVE, is_narrow=True, skills=coats.skills)
    assert chosen([new], EVENLY, coats) == "Eve"
    assert refusals([new]) == {"Eve": "narrow"}
    assert refusals([new], EVENLY, Wanted(1.0, frozenset({"tag:shoes"}))) == {"Eve": "skills"}


def test_what_asks_for_more_than_anybody_ever_has_goes_to_who_has_nothing_else():
    small = Candidate("mate_s", "Small", load=0, capacity=1)
    assert chosen([small], EVENLY, Wanted(2.0)) == "Small"
    assert chosen([replace(small, load=0.5)], EVENLY, Wanted(2.0)) is None


@pytest.mark.parametrize(
    ("candidates", "why"),
    [
        ([], "Nobody is in the team."),
        ([replace(BEN, is_away=True)], "Nobody who may answer is there."),
        ([replace(BEN, load=4), replace(EVE, is_in=False)], "Whoever is there has as much"),
        ([replace(BEN, has_given_back=True)], "Nobody who is there can take it."),
    ],
)
def test_why_it_waits_is_said_in_a_sentence(candidates, why):
    choice = choose(candidates, ONE, EVENLY)
    assert choice.chosen is None and choice.why.startswith(why)
    assert not is_anybody_free(candidates, EVENLY)


people = st.builds(
    Candidate,
    id=st.uuids().map(str),
    name=st.sampled_from(["Ada", "Ben", "Eve"]),
    load=st.integers(0, 12).map(lambda halves: halves / 2),
    capacity=st.integers(0, 6).map(float),
    is_active=st.booleans(),
    may_reply=st.booleans(),
    is_away=st.booleans(),
    is_in=st.sampled_from([True, False, None]),
    is_in_hours=st.booleans(),
    skills=st.sampled_from([frozenset(), frozenset({"tag:a"}), frozenset({"tag:a", "tag:b"})]),
    is_narrow=st.booleans(),
    has_given_back=st.booleans(),
    is_previous_owner=st.booleans(),
)
ways = st.builds(
    Way,
    way=st.sampled_from([ROUND_ROBIN, BALANCED]),
    needs_presence=st.booleans(),
    skills=st.sampled_from([IGNORED, "preferred", REQUIRED]),
)
asked = st.builds(
    Wanted, st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([frozenset(), frozenset({"tag:a"})])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(people, max_size=6, unique_by=lambda each: each.id), asked, ways)
def test_whoever_is_chosen_is_there_allowed_and_has_room_and_everybody_has_a_verdict(
    candidates, wanted, way
):
    choice = choose(candidates, wanted, way)
    assert {each.candidate for each in choice.verdicts} == set(candidates)
    assert (choice.chosen is None) == all(each.refused for each in choice.verdicts)
    best = choice.chosen
    if best is None:
        return
    assert best.is_active and best.may_reply and not best.is_away and best.is_in_hours
    assert not best.has_given_back and (best.is_in is not False or not way.needs_presence)
    assert best.load + min(wanted.weight, best.capacity) <= best.capacity > 0
    assert choose(list(reversed(candidates)), wanted, way).chosen == best, "in whatever order"
    assert is_anybody_free(candidates, way) or best.is_narrow


@pytest.mark.parametrize(
    ("work", "places"),
    [
        (Work(True, NOW), 1),
        (Work(True, NOW - timedelta(days=30)), 1),
        (Work(False, NOW - timedelta(hours=1)), 0.5),
        (Work(False, NOW - QUIET), 0),
        (Work(True, NOW, priority=3), 2),
        (Work(False, NOW, priority=3), 1),
        (Work(True, NOW, priority=0), 1),
    ],
)
def test_what_a_conversation_takes(work, places):
    assert weight(work, NOW, QUIET) == places


def test_all_of_it_together():
    assert load([Work(True, NOW), Work(False, NOW), Work(True, NOW, 3)], NOW, QUIET) == 3.5
    assert load([], NOW, QUIET) == 0


def test_a_new_colleagues_load_grows_day_by_day_to_the_whole():
    days = [ramped(6, first=1, day=day, days=5) for day in range(-1, 7)]
    assert days == [1, 1, 2, 3, 4, 5, 6, 6]
    assert ramped(6, first=9, day=0, days=5) == 6, "never more than the whole"
