"""Limits hold over all processes, and still in one when Redis is away."""

import socket
import threading
import time
import uuid

import pytest
import redis

from ground.web import throttles
from ground.web.problems import TooMany
from ground.web.throttles import Limit, LocalCounts, headers, look_all, sender_of, spend, spend_all


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A breaker, client and local counts of the test's own."""
    monkeypatch.setattr(throttles, "_breaker", throttles._Breaker())
    monkeypatch.setattr(throttles, "_local", LocalCounts())
    throttles._script.cache_clear()
    yield
    throttles._script.cache_clear()


@pytest.fixture
def who():
    return uuid.uuid4().hex


@pytest.fixture
def without_redis(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


def accepted(who, tries, *, limit, seconds=60):
    count = 0
    for _ in range(tries):
        try:
            spend("messages", who, limit=limit, seconds=seconds)
            count += 1
        except TooMany:
            pass
    return count


def check_exact(who):
    left = [spend("messages", who, limit=3, seconds=60).remaining for _ in range(3)]
    assert left == [2, 1, 0]
    with pytest.raises(TooMany) as caught:
        spend("messages", who, limit=3, seconds=60)
    assert 58 <= caught.value.retry_after <= 60
    assert caught.value.headers["Retry-After"] == str(caught.value.retry_after)
    assert caught.value.headers["RateLimit-Limit"] == "3"
    assert caught.value.headers["RateLimit-Remaining"] == "0"
    assert caught.value.detail.startswith("At most 3 in 1 minute. Try again in ")
    assert spend("messages", who + "x", limit=3, seconds=60).remaining == 2
    assert spend("uploads", who, limit=3, seconds=60).remaining == 2


def check_window(who):
    assert accepted(who, 5, limit=2, seconds=1) == 2
    time.sleep(1.05)
    assert accepted(who, 5, limit=2, seconds=1) == 2


def test_with_redis_the_limit_is_exact(who):
    check_exact(who)
    assert not throttles._local._uses


def test_without_redis_the_limit_is_exact_in_this_process(who, without_redis):
    check_exact(who)


def test_with_redis_the_window_moves_on(who):
    check_window(who)


def test_without_redis_the_window_moves_on(who, without_redis):
    check_window(who)


def test_refused_tries_do_not_prolong_the_wait(who):
    spend("messages", who, limit=1, seconds=1)
    until = time.monotonic() + 0.9
    while time.monotonic() < until:
        assert accepted(who, 1, limit=1, seconds=1) == 0
        time.sleep(0.05)
    time.sleep(0.25)
    assert accepted(who, 1, limit=1, seconds=1) == 1


@pytest.mark.parametrize("redis_is_there", [True, False])
def test_many_at_once_get_no_more_than_the_limit(who, redis_is_there, request):
    if not redis_is_there:
        request.getfixturevalue("without_redis")
        accepted(who + "first", 1, limit=1)
    counts = []
    threads = [
        threading.Thread(target=lambda: counts.append(accepted(who, 20, limit=25)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 25


def test_one_round_trip_decides_and_counts(who, monkeypatch):
    spend("messages", who, limit=5, seconds=60)
    sent = []
    original = redis.Connection.send_packed_command
    monkeypatch.setattr(
        redis.connection.AbstractConnection,
        "send_packed_command",
        lambda self, *args, **kwargs: (sent.append(args), original(self, *args, **kwargs))[1],
    )
    spend("messages", who, limit=5, seconds=60)
    assert len(sent) == 1


def test_what_is_counted_expires_by_itself(who, settings):
    spend("messages", who, limit=5, seconds=60)
    left = redis.Redis.from_url(settings.REDIS_URL).pttl(f"counterfoil:limit:messages:{who}")
    assert 58_000 < left <= 60_000


def test_a_frozen_redis_costs_a_request_now_and_then_a_moment(who, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        begun = time.monotonic()
        assert accepted(who, 200, limit=100) == 100
        assert time.monotonic() - begun < 1.0


def test_when_redis_returns_it_is_asked_again(who, settings, monkeypatch):
    monkeypatch.setattr(throttles, "BREAKER_SECONDS", 0.05)
    good = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    spend("messages", who, limit=5, seconds=60)
    settings.REDIS_URL = good
    throttles._script.cache_clear()
    time.sleep(0.06)
    spend("messages", who, limit=5, seconds=60)
    assert redis.Redis.from_url(good).llen(f"counterfoil:limit:messages:{who}") == 1


def test_only_one_caller_at_a_time_finds_out_whether_redis_is_back():
    breaker = throttles._Breaker()
    breaker.failed()
    assert not breaker.may_try()
    breaker._closed_until = time.monotonic() - 1
    assert [breaker.may_try() for _ in range(3)] == [True, False, False]


def test_local_counts_take_bounded_memory():
    counts = LocalCounts(keys_max=100)
    for number in range(1000):
        counts.spend(f"k{number}", 5, 60_000_000)
    assert len(counts._uses) == 100
    assert counts.spend("k999", 5, 60_000_000)[1] == 2


def test_a_verdict_says_what_is_left_in_headers(who):
    assert headers(spend("api", who, limit=600, seconds=60)) == {
        "RateLimit-Limit": "600",
        "RateLimit-Remaining": "599",
        "RateLimit-Reset": "60",
    }


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_an_address_limit_counts_the_network_that_one_customer_has(address, sender):
    assert sender_of(address) == sender


@pytest.mark.parametrize("is_local", [False, True])
def test_to_look_counts_nothing(who, settings, is_local):
    if is_local:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limit = Limit("looks", who, 1, 60)
    for _ in range(3):
        assert look_all(limit)[0].remaining == 1
    spend_all(limit)
    with pytest.raises(TooMany):
        look_all(limit)
