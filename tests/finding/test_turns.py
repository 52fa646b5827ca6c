"""However many search at once, the pages have threads left for everything else."""

import threading
from importlib import import_module

from ground.web.problems import Unavailable
from ground.web.timing import OutOfTime
from tests.races import SECONDS, Job

# The package shows the function of that name.
searching = import_module("inbox.finding.search")
WORKING, WAITING, ALL = 3, 2, 8


def test_of_eight_searches_five_hold_a_thread_and_the_rest_are_refused_at_once(monkeypatch):
    entered, refused = threading.Semaphore(0), threading.Semaphore(0)
    gate = threading.Event()

    def slow(*args):
        entered.release()
        assert gate.wait(SECONDS)
        raise OutOfTime

    def search():
        try:
            return searching.search("harp", viewer=None).notice
        except Unavailable:
            refused.release()
            raise

    monkeypatch.setattr(searching, "understood", slow)
    monkeypatch.setattr(searching.turns, "patience", SECONDS)
    jobs = [Job(search) for _ in range(ALL)]
    try:
        assert all(entered.acquire(timeout=SECONDS) for _ in range(WORKING))
        assert all(refused.acquire(timeout=SECONDS) for _ in range(ALL - WORKING - WAITING))
        # Nobody has been let in or sent away for having waited: the gate is shut.
        assert not entered.acquire(timeout=0.2) and not refused.acquire(timeout=0.2)
    finally:
        gate.set()
    assert all(job.has_ended() for job in jobs)
    errors = [job.error for job in jobs if job.error is not None]
    assert len(errors) == ALL - WORKING - WAITING
    for error in errors:
        assert isinstance(error, Unavailable)
        assert str(error) == "Many are searching at the moment. Please try again."
        assert error.headers["Retry-After"] == "2"
    notices = [job.found for job in jobs if job.error is None]
    assert all(notice.startswith("This takes too long") for notice in notices)
    with searching.turns.turn():
        pass


def test_whoever_waited_too_long_for_a_turn_to_search_is_told_so(monkeypatch):
    monkeypatch.setattr(searching.turns, "patience", 0.01)
    for _ in range(WORKING):
        searching.turns.working.acquire()
    try:
        job = Job(lambda: searching.search("harp", viewer=None))
        assert job.has_ended() and isinstance(job.error, Unavailable)
    finally:
        for _ in range(WORKING):
            searching.turns.working.release()
