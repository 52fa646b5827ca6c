"""Showing what happened on the screens that watch, straight from the process that committed.

Redis carries hints only. When it is away nothing waits for it: the first failure opens a breaker,
and screens fetch what they missed from the database.
"""

import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from ground.journal.models import Entry

logger = logging.getLogger(__name__)

CHANNEL = "counterfoil:live"
TIMEOUT_SECONDS = 0.5
RETRY_SECONDS = 1.0
# A packet for every socket, whatever it watches.
EVERYBODY = "*"
# Never passed on: it tells a socket to look up its rights again, which makes its screen stale too.
ACCESS_CHANGED = '{"type":"access"}'

Frame = dict[str, Any]

_is_silent: ContextVar[bool] = ContextVar("is_silent", default=False)


class RedisAway(Exception):
    """Redis did not answer in time, now or a moment ago."""


class Hotline:
    """A connection to Redis that fails at once while Redis is away.

    From the first failure on it calls nothing until Redis answers again, and then tells every
    screen that it may have missed something: frames that were dropped meanwhile, and with them
    changes of who may see what.
    """

    def __init__(self) -> None:
        self.client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=None,
        )
        self.is_away = False
        self.lock = threading.Lock()

    def call(self, *command: Any) -> Any:
        """Sends one command. Raises RedisAway instead of waiting for a Redis that is down."""
        return self.call_all([command])[0]

    def call_all(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        """Sends commands in one round trip. Raises RedisAway as `call` does."""
        if self.is_away:
            raise RedisAway
        try:
            return self.exchange(commands)
        except (redis.RedisError, OSError) as error:
            self.lose(error)
            raise RedisAway from error

    def exchange(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        """Past the client's pipeline, which takes longer over it than Redis does."""
        pool = self.client.connection_pool
        connection = pool.get_connection()
        try:
            connection.send_packed_command(connection.pack_commands(commands))
            return [connection.read_response() for _ in commands]
        except BaseException:
            # Answers that nobody has read must not be taken for those of the next question.
            connection.disconnect()
            raise
        finally:
            pool.release(connection)

    def lose(self, error: Exception) -> None:
        with self.lock:
            if self.is_away:
                return
            self.is_away = True
        logger.warning("Redis is away; screens fall back to polling: %s", error)
        threading.Thread(target=self.come_back, name="redis-comes-back", daemon=True).start()

    def come_back(self) -> None:
        """Waits until Redis takes the word to everybody; only then are calls let through."""
        while True:
            time.sleep(RETRY_SECONDS)
            try:
                self.client.publish(CHANNEL, f"{EVERYBODY}\n{ACCESS_CHANGED}")
            except Exception as error:  # Who gave up here would leave every screen polling.
                logger.debug("Redis is still away: %s", error)
                continue
            self.is_away = False
            logger.info("Redis is back.")
            return


@lru_cache(maxsize=1)
def hotline() -> Hotline:
    return Hotline()


@lru_cache(maxsize=1)
def framers() -> dict[str, list[Any]]:
    """Kind -> the functions that turn an entry of it into (topic, frame) pairs."""
    return {
        kind: [import_string(path) for path in paths]
        for kind, paths in import_string(settings.JOURNAL_FRAMES).items()
    }


def frames_of(entry: Entry) -> Iterable[tuple[list[str], Frame]]:
    """What every framer makes of an entry: that one of them fails is logged and no other's loss."""
    for framer in framers().get(entry.kind, ()):
        try:
            yield from framer(entry)
        except Exception:
            logger.exception("Entry %s could not be shown live", entry.pk)


@contextmanager
def silently() -> Iterator[None]:
    """Shows nothing of what is recorded or committed within: for history that nobody has on screen,
    and for what so much is changed of that all screens ask anew."""
    token = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(token)


def is_silent() -> bool:
    return _is_silent.get()


def show(entry: Entry) -> None:
    """Publishes an entry's frames. A frame that cannot be made is logged, never raised: the change
    is committed and the screens' own sequence check will fetch it."""
    if is_silent():
        return
    try:
        publish_all(frames_of(entry))
    except RedisAway:
        pass
    except Exception:
        logger.exception("Entry %s could not be shown live", entry.pk)


def packet(topics: Iterable[str], frame: Frame) -> str:
    """What travels over Redis: the topics on one line, then the frame ready to be sent."""
    return " ".join(topics) + "\n" + json.dumps(frame, separators=(",", ":"), default=str)


def publish(topics: Iterable[str], frame: Frame) -> None:
    """Hands a frame to every live process. Lossy by design. Raises RedisAway."""
    publish_all([(topics, frame)])


def publish_all(frames: Iterable[tuple[Iterable[str], Frame]]) -> None:
    """Hands frames over in order and in one round trip. Raises RedisAway."""
    commands: list[tuple[Any, ...]] = []
    for topics, frame in frames:
        commands.append(("PUBLISH", CHANNEL, packet(topics, frame)))
        if frame["type"] == "access":
            # Before anything else is rendered: what follows must not reach who lost access.
            hotline().call_all(commands)
            commands = []
    if commands:
        hotline().call_all(commands)


def publish_after_commit(topics: Iterable[str], frame: Frame) -> None:
    """For what is shown but no entry: a read mark. Lost silently while Redis is away."""

    def send() -> None:
        try:
            publish(topics, frame)
        except RedisAway:
            pass

    transaction.on_commit(send, robust=True)
