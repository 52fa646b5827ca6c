"""Who is there and who is looking at what: marks in Redis that end by themselves.

Sockets renew their marks with every heartbeat, so that what a killed process or an emptied Redis
has left wrong is right again within a minute. Without Redis nobody is shown as looking.
"""

import json
import time
from collections.abc import Iterable
from typing import Any

from ground.journal.live import RedisAway, hotline, publish

# Two heartbeats and a bit.
LOOKING_SECONDS = 40
HERE_SECONDS = 60

Person = dict[str, Any]


def be_here(teammate: str, socket: str = "") -> None:
    """A teammate has the inbox in front of them, in the tab of this socket."""
    key, now = sockets_of(teammate), time.time()
    try:
        hotline().call_all(
            [
                ("SET", f"counterfoil:here:{teammate}", 1, "EX", HERE_SECONDS),
                ("ZREMRANGEBYSCORE", key, "-inf", now),
                ("ZADD", key, now + LOOKING_SECONDS, socket),
                ("EXPIRE", key, 2 * LOOKING_SECONDS),
            ]
        )
    except RedisAway:
        pass


def be_elsewhere(teammate: str, socket: str) -> None:
    """The tab of this socket is closed, or behind others."""
    try:
        hotline().call("ZREM", sockets_of(teammate), socket)
    except RedisAway:
        pass


def is_looking(teammate: str) -> bool:
    """Whether a teammate has an inbox in front of them at this moment, in any browser; without
    Redis nobody knows, as in `is_here`."""
    try:
        return hotline().call("ZCOUNT", sockets_of(teammate), f"({time.time()}", "+inf") > 0
    except RedisAway:
        return False


def sockets_of(teammate: str) -> str:
    return f"counterfoil:sockets:{teammate}"


def is_here(teammate: str) -> bool:
    """Whether a teammate has had the inbox in front of them within the last minute; without Redis
    nobody knows, and it is better to tell somebody twice than not at all."""
    try:
        return bool(hotline().call("EXISTS", f"counterfoil:here:{teammate}"))
    except RedisAway:
        return False


def are_here(teammates: Iterable[str]) -> set[str]:
    """Those of many of whom `is_here` is known to be true, in one question."""
    names = list(teammates)
    try:
        marks = hotline().call("MGET", *(f"counterfoil:here:{name}" for name in names))
    except RedisAway:
        return set()
    return {name for name, mark in zip(names, marks, strict=True) if mark}


def come_in(teammate: str) -> None:
    """A teammate has an inbox open, in whatever tab."""
    try:
        hotline().call("SET", open_key(teammate), 1, "EX", HERE_SECONDS)
    except RedisAway:
        pass


def are_in(teammates: Iterable[str]) -> set[str] | None:
    """Those of many who have had an inbox open within the last minute, be it behind other tabs;
    None without Redis: nobody knows."""
    names = list(teammates)
    if not names:
        return set()
    try:
        marks = hotline().call("MGET", *map(open_key, names))
    except RedisAway:
        return None
    return {name for name, mark in zip(names, marks, strict=True) if mark}


def open_key(teammate: str) -> str:
    return f"counterfoil:in:{teammate}"


def look(conversation: str, person: Person, socket: str) -> None:
    """Somebody has a conversation on screen, or still has it; whoever else looks is told of what
    has changed."""
    key, now = key_of(conversation), time.time()
    try:
        gone, come, _, rows = hotline().call_all(
            [
                ("ZREMRANGEBYSCORE", key, "-inf", now),
                ("ZADD", key, now + LOOKING_SECONDS, mark(person, socket)),
                ("EXPIRE", key, 2 * LOOKING_SECONDS),
                ("ZRANGE", key, 0, -1),
            ]
        )
        if gone or come:
            tell(conversation, people_in(rows), is_news=bool(gone))
    except RedisAway:
        pass


def look_away(conversation: str, person: Person, socket: str) -> None:
    """Somebody has gone elsewhere."""
    key = key_of(conversation)
    try:
        left, rows = hotline().call_all(
            [("ZREM", key, mark(person, socket)), ("ZRANGE", key, 0, -1)]
        )
        if left and rows:
            tell(conversation, people_in(rows), is_news=True)
    except RedisAway:
        pass


def tell(conversation: str, people: list[Person], *, is_news: bool) -> None:
    """Shows who looks to those who watch the conversation; one who is alone there knows."""
    if is_news or len(people) > 1:
        frame = {"type": "presence", "conversation": conversation, "people": people}
        publish([f"conversation.{conversation}"], frame)


def key_of(conversation: str) -> str:
    return f"counterfoil:looking:{conversation}"


def mark(person: Person, socket: str) -> str:
    return json.dumps([person, socket], sort_keys=True)


def people_in(rows: list[bytes]) -> list[Person]:
    """Each person once, however many tabs they have open."""
    people = [json.loads(row)[0] for row in rows]
    return list({person["id"]: person for person in people}.values())
