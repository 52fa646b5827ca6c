"""How a whole run is shared out: journeys stay with half of the workers, nothing is left over."""

from itertools import chain
from types import SimpleNamespace

import pytest

from tests.sharing_out import Sharing, is_journey

JOURNEYS = [f"tests/browser/test_{name}.py::test_{number}" for name in "abcd" for number in "123"]
OTHERS = [f"tests/web/test_{name}.py::test_{number}" for name in "efgh" for number in "123"]


@pytest.fixture(autouse=True)
def fresh_limits():
    """No Redis is asked for anything here."""


class Node:
    """A worker that does at once what it is told."""

    shutting_down = False

    def __init__(self, number):
        self.gateway = SimpleNamespace(id=f"gw{number}")
        self.told = []

    def send_runtest_some(self, indices):
        self.told += indices

    def shutdown(self):
        self.shutting_down = True


def shared_out(collected, workers=3):
    """What each worker was given, in order."""
    option = SimpleNamespace(loadscopereorder=False)
    config = SimpleNamespace(getvalue=lambda name: ["popen"] * workers, option=option)
    sharing, nodes = Sharing(config), [Node(number) for number in range(workers)]
    for node in nodes:
        sharing.add_node(node)
    for node in nodes:
        sharing.add_node_collection(node, collected)
    sharing.schedule()
    done = dict.fromkeys(nodes, 0)
    while any(done[node] < len(node.told) for node in nodes):
        for node in nodes:
            if done[node] < len(node.told):
                sharing.mark_test_complete(node, node.told[done[node]])
                done[node] += 1
    assert sharing.tests_finished
    return [[collected[index] for index in node.told] for node in nodes]


def test_journeys_are_made_first_and_by_half_of_the_workers():
    shares = shared_out([*OTHERS, *JOURNEYS])
    assert sorted(chain(*shares)) == sorted([*OTHERS, *JOURNEYS])
    assert [any(map(is_journey, share)) for share in shares] == [True, True, False]
    for share in shares:
        assert sorted(map(is_journey, share), reverse=True) == [is_journey(one) for one in share]


def test_a_file_stays_with_one_worker():
    shares = shared_out([*OTHERS, *JOURNEYS])
    for file in {one.partition("::")[0] for one in [*OTHERS, *JOURNEYS]}:
        counts = [sum(one.startswith(f"{file}::") for one in share) for share in shares]
        assert sorted(counts) == [0, 0, 3]


def test_without_journeys_all_workers_share_the_rest():
    shares = shared_out(OTHERS)
    assert sorted(chain(*shares)) == sorted(OTHERS)
    assert all(shares)
