"""The ledger test, in its short form: 20 visitors and 5 agents write while each part of a running
product is killed in turn. `bin/bench faults` is the long form. That its checks find an injected
loss, double and disorder is proved in test_ledger.py."""

import pytest

from bench import faults


@pytest.mark.product
def test_no_message_is_lost_doubled_or_disordered_when_parts_are_killed(tmp_path):
    outcome = faults.run(faults.SHORT, ledger=tmp_path / "ledger.jsonl")
    assert outcome.sentences() == []
    assert outcome.accepted > 100
    assert set(outcome.recoveries) == set(faults.SHORT)
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == outcome.accepted
