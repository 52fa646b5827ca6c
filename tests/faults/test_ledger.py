"""The ledger has teeth: whatever goes wrong with one message is found."""

import json
from dataclasses import replace

import pytest

from bench.ledger import Ledger, Said, Seen, compare

SAID = [
    Said("visitor-1", 1, "cv_a", "id-1"),
    Said("agent-1", 1, "cv_a", "id-2"),
    Said("visitor-1", 2, "cv_a", "id-3"),
    Said("visitor-2", 1, "cv_b", "id-4"),
]
SEEN = [
    Seen("cv_a", 1, "visitor-1", 1, "id-1"),
    Seen("cv_a", 2, "agent-1", 1, "id-2"),
    Seen("cv_a", 3),  # an activity, which nobody wrote
    Seen("cv_a", 4, "visitor-1", 2, "id-3"),
    Seen("cv_b", 1, "visitor-2", 1, "id-4"),
]


def findings(seen):
    return compare(SAID, seen, "here")


def test_a_true_reading_has_no_findings():
    assert findings(SEEN).sentences() == []


def test_an_unaccepted_message_that_is_there_is_no_finding():
    more = [*SEEN, Seen("cv_b", 2, "visitor-2", 2, "id-5")]
    assert findings(more).sentences() == []


def test_a_lost_message_is_found_even_where_the_counter_hides_it():
    seen = [*SEEN[:3], SEEN[4]]
    assert findings(seen).lost == ["here: visitor-1/2 in cv_a is lost"]


def test_a_lost_message_leaves_a_hole_in_the_counter():
    seen = [*SEEN[:1], *SEEN[2:]]
    found = findings(seen)
    assert found.lost and found.disordered


def test_a_message_that_is_there_twice_is_found():
    again = Seen("cv_a", 5, "visitor-1", 2, "id-3")
    assert findings([*SEEN, again]).doubled == ["here: visitor-1/2 is there 2 times"]


def test_a_message_under_a_second_client_id_is_found():
    again = Seen("cv_a", 5, "visitor-1", 2, "id-9")
    assert findings([*SEEN, again]).doubled


def test_an_authors_messages_in_the_wrong_order_are_found():
    first, last = SEEN[0], SEEN[3]
    swapped = [replace(last, seq=1), *SEEN[1:3], replace(first, seq=4), SEEN[4]]
    assert findings(swapped).disordered == ["here: visitor-1/1 of cv_a comes after visitor-1/2"]


def test_lines_that_appear_out_of_order_are_found():
    assert findings([SEEN[1], SEEN[0], *SEEN[2:]]).disordered


@pytest.mark.parametrize("seq", [1, 6])
def test_a_counter_that_repeats_or_skips_is_found(seq):
    assert findings([*SEEN[:4], replace(SEEN[4], seq=seq + 1)]).disordered


def test_a_message_in_somebody_elses_conversation_is_found():
    stray = replace(SEEN[3], conversation="cv_b", seq=2)
    assert findings([*SEEN[:3], SEEN[4], stray]).misplaced == [
        "here: visitor-1/2 of cv_a is in cv_b"
    ]


def test_what_is_accepted_is_on_the_disk_at_once(tmp_path):
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.accept(SAID[0])
        (line,) = (tmp_path / "ledger.jsonl").read_text().splitlines()
        assert json.loads(line)["client_id"] == "id-1"
