"""Limits on how often somebody may do something, shared by all processes through Redis.

Exact: at most `limit` in any stretch of `seconds`. One round trip, decided and counted in one
script. Without Redis each process counts for itself, so a limit loosens but never falls away.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from ground.web.problems import TooMany

REDIS_TIMEOUT = 0.2
# After a failure Redis is left alone this long, so that a frozen one costs a request now and then
# REDIS_TIMEOUT and not every request.
BREAKER_SECONDS = 1.0
LOCAL_KEYS_MAX = 10_000

# Each key holds a list of the times (us) of what was allowed, oldest first; for each, ARGV has its
# limit and its window in us, and after them 1 when the use is to be counted. Answers {allowed,
# used, us until the oldest leaves the window} for each key up to the first that does not allow.
_SCRIPT = """
local is_counted = ARGV[2 * #KEYS + 1] == '1'
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local answers = {}
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local oldest = redis.call('LINDEX', key, 0)
  while oldest and oldest + window <= now do
    redis.call('LPOP', key)
    oldest = redis.call('LINDEX', key, 0)
  end
  local used = redis.call('LLEN', key)
  local allowed = 0
  if used < limit then
    allowed = 1
  end
  if allowed == 1 and is_counted then
    used = redis.call('RPUSH', key, string.format('%.0f', now))
    redis.call('PEXPIRE', key, math.ceil(window / 1000))
    oldest = oldest or now
  end
  answers[i] = {allowed, used, (oldest or now) + window - now}
  if allowed == 0 then break end
end
return answers
"""


@dataclass(frozen=True)
class Limit:
    """At most `limit` uses of `name` by `key` in any stretch of `seconds`."""

    name: str
    key: str
    limit: int
    seconds: int

    @property
    def full_key(self) -> str:
        return f"counterfoil:limit:{self.name}:{self.key}"

    @property
    def window(self) -> int:
        """In microseconds."""
        return self.seconds * 1_000_000


@dataclass(frozen=True)
class Verdict:
    """What is left of a limit; `reset` and `retry_after` are whole seconds.

    `reset`: until one more becomes free; `retry_after`: the same once nothing is left, else 0.
    """

    limit: int
    remaining: int
    retry_after: int
    reset: int


def sender_of(address: str) -> str:
    """Whom limits by address count: an IPv4 address, or the /64 of an IPv6 one, which is what one
    customer of a provider is given whole."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def spend(name: str, key: str, *, limit: int, seconds: int) -> Verdict:
    """Count one use of the limit `name` by `key`. Raises TooMany, uncounted, when none is left."""
    return spend_all(Limit(name, key, limit, seconds))[0]


def spend_all(*limits: Limit) -> list[Verdict]:
    """Count one use of each limit in turn, in one round trip. Raises TooMany at the first of which
    none is left; neither that one nor those after it are counted."""
    return _judged(limits, is_counted=True)


def look_all(*limits: Limit) -> list[Verdict]:
    """What is left of each limit. Raises TooMany as `spend_all` does, and counts nothing."""
    return _judged(limits, is_counted=False)


def _judged(limits: Sequence[Limit], *, is_counted: bool) -> list[Verdict]:
    outcomes = _in_redis(limits, is_counted) or _local.outcomes(limits, is_counted)
    return [judge(limit, outcome) for limit, outcome in zip(limits, outcomes, strict=False)]


def judge(limit: Limit, outcome: Outcome) -> Verdict:
    """What an outcome means. Raises TooMany."""
    allowed, used, wait = outcome
    reset = max(1, math.ceil(wait / 1_000_000))
    remaining = max(0, limit.limit - used)
    verdict = Verdict(limit.limit, remaining, 0 if remaining else reset, reset)
    if not allowed:
        raise TooMany(
            f"At most {limit.limit} in {_duration(limit.seconds)}."
            f" Try again in {_duration(reset)}.",
            retry_after=reset,
            headers=headers(verdict),
        )
    return verdict


def headers(verdict: Verdict) -> dict[str, str]:
    """The RateLimit-* response headers for a verdict."""
    return {
        "RateLimit-Limit": str(verdict.limit),
        "RateLimit-Remaining": str(verdict.remaining),
        "RateLimit-Reset": str(verdict.reset),
    }


def _duration(seconds: int) -> str:
    for size, word in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0 or seconds >= 2 * size:
            count = math.ceil(seconds / size)
            return f"{count} {word}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"


Outcome = tuple[int, int, int]  # allowed (0 or 1), used, microseconds until the oldest leaves


@cache
def _script() -> Script:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        # One failed attempt is enough to know; the default would try several times.
        retry=Retry(NoBackoff(), 0),
    )
    return client.register_script(_SCRIPT)


class _Breaker:
    """Lets one caller at a time find out whether Redis is back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed_until = 0.0

    def may_try(self) -> bool:
        if not self._closed_until:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._closed_until:
                return False
            self._closed_until = now + BREAKER_SECONDS
            return True

    def failed(self) -> None:
        self._closed_until = time.monotonic() + BREAKER_SECONDS

    def worked(self) -> None:
        self._closed_until = 0.0


_breaker = _Breaker()


def _in_redis(limits: Sequence[Limit], is_counted: bool) -> list[Outcome] | None:
    if not _breaker.may_try():
        return None
    numbers = [number for limit in limits for number in (limit.limit, limit.window)]
    try:
        keys = [limit.full_key for limit in limits]
        outcomes = _script()(keys=keys, args=[*numbers, int(is_counted)])
    except redis.RedisError:
        _breaker.failed()
        return None
    _breaker.worked()
    return [(allowed, used, wait) for allowed, used, wait in outcomes]


class LocalCounts:
    """The same limits in this process alone."""

    def __init__(self, keys_max: int = LOCAL_KEYS_MAX) -> None:
        self._lock = threading.Lock()
        self._uses: dict[str, deque[int]] = {}
        self._keys_max = keys_max

    def outcomes(self, limits: Sequence[Limit], is_counted: bool = True) -> list[Outcome]:
        """The outcomes up to the first that does not allow."""
        outcomes: list[Outcome] = []
        for limit in limits:
            outcomes.append(self.spend(limit.full_key, limit.limit, limit.window, is_counted))
            if not outcomes[-1][0]:
                break
        return outcomes

    def spend(self, key: str, limit: int, window: int, is_counted: bool = True) -> Outcome:
        now = time.monotonic_ns() // 1000
        with self._lock:
            # Taken out and put back, so that the first key is always the one longest unused.
            uses = self._uses.pop(key, None) or deque()
            while uses and uses[0] + window <= now:
                uses.popleft()
            allowed = len(uses) < limit
            if allowed and is_counted:
                uses.append(now)
            self._uses[key] = uses
            if len(self._uses) > self._keys_max:
                del self._uses[next(iter(self._uses))]
            oldest = uses[0] if uses else now
            return int(allowed), len(uses), oldest + window - now


_local = LocalCounts()
