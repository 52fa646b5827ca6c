"""Signs of life: each part writes the time under a key of its own; /readyz and doctor read them.

Keys ``counterfoil:alive:<part>`` hold Unix seconds. A part counts as alive for FRESH seconds.
"""

import contextlib
import functools
import time

import redis
from django.conf import settings

PARTS = ("live", "worker", "beat")
FRESH = 20
EVERY = 5
_TIMEOUT = 0.5


def key(part: str) -> str:
    return f"counterfoil:alive:{part}"


@functools.cache
def client() -> redis.Redis:
    """A Redis connection that gives up soon: signs of life are worth no waiting."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT
    )


def beat(part: str) -> None:
    """Says that a part lives. Says nothing when Redis is away, which shows by itself."""
    with contextlib.suppress(redis.RedisError, OSError):
        client().set(key(part), int(time.time()), ex=FRESH * 3)


def alive() -> dict[str, bool]:
    """Which parts gave a sign lately. Raises redis.RedisError when Redis is away."""
    now = time.time()
    values = client().mget([key(part) for part in PARTS])
    return {
        part: value is not None and abs(now - float(value)) < FRESH
        for part, value in zip(PARTS, values, strict=True)
    }


def forget() -> None:
    """Takes back all signs of life: whoever lives gives the next one soon."""
    with contextlib.suppress(redis.RedisError, OSError):
        client().delete(*[key(part) for part in PARTS])
