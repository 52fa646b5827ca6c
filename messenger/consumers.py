"""The messenger's socket: the token in its first frame, replays, then whatever is said."""

import contextlib
import json
import re
from typing import Any

from django.conf import settings

from ground.journal.consumers import (
    BAD_FRAME,
    NOT_ALLOWED,
    NOT_AUTHENTICATED,
    LiveConsumer,
    Refused,
    in_database,
)
from ground.web.problems import NotAuthenticated, TooMany
from ground.web.throttles import sender_of, spend
from inbox import actions
from inbox.models import Conversation
from messenger.api.base import MINUTE
from messenger.api.messages import show_typing, typing_limit
from messenger.present import conversations_json, message_json, with_ratings
from messenger.visitors import Visitor, is_origin_allowed, visitor_of

PUBLIC_ID = re.compile(r"[A-Za-z0-9_]{1,40}\Z")
REPLAY_LIMIT = 100
CONVERSATIONS = 20


class MessengerConsumer(LiveConsumer):
    """`/ws/messenger/`: no cookies; `Origin` must be ours or one of the installation's."""

    visitor: Visitor

    def is_origin_allowed(self) -> bool:
        return True

    async def connect(self) -> None:
        """Counted from the first moment: who never says hello holds a socket too."""
        await super().connect()
        address = sender_of((self.scope.get("client") or ["?"])[0])
        async with self.closing_on_trouble():
            self.count_socket(f"address.{address}", settings.SOCKETS_PER_ADDRESS)

    async def greet(self, frame: dict[str, Any]) -> None:
        self.token = frame.get("token")
        self.after = self.wanted(frame)
        await self.confirm()

    async def confirm(self) -> None:
        try:
            self.visitor = await in_database(self.look_up)
        except NotAuthenticated:
            raise Refused(NOT_AUTHENTICATED) from None
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and not is_origin_allowed(self.visitor.installation, origin, settings.SITE_URL):
            raise Refused(NOT_ALLOWED)

    def look_up(self) -> Visitor:
        return visitor_of(self.token, is_fresh=True)

    def wanted(self, frame: dict[str, Any]) -> dict[str, int]:
        """Conversation -> the last seq the client has. Raises Refused(4400)."""
        after = frame.get("after") or {}
        if not isinstance(after, dict) or len(after) > CONVERSATIONS:
            raise Refused(BAD_FRAME)
        for name, seq in after.items():
            if not PUBLIC_ID.match(name) or type(seq) is not int or not 0 <= seq < 2**62:
                raise Refused(BAD_FRAME)
        return after

    def topics(self) -> set[str]:
        return self.visitor.topics

    async def welcome(self, frame: dict[str, Any]) -> None:
        for told in await in_database(self.standing):
            await self.send_frame(told)

    def own(self) -> Any:
        return self.visitor.conversations().select_related("contact")

    def standing(self) -> list[dict[str, Any]]:
        """How everything stands that the client may show, and what it has missed: a close or a
        rating that nobody heard leaves no gap in the messages."""
        own = self.visitor.conversations().for_contact()
        rows = list(own.newest_first()[:CONVERSATIONS])
        newest = {row.public_id: row.public_seq for row in rows}
        if older := self.after.keys() - newest.keys():
            rows += own.filter(public_id__in=older)
        told = conversations_json(with_ratings(rows), self.visitor)
        return [{"type": "ready", "conversations": newest, "rows": told}, *self.missed(rows)]

    def is_for_us(self, text: str) -> bool:
        return not self.visitor.only_conversation or self.visitor.may_hear(json.loads(text))

    def missed(self, rows: list[Conversation]) -> list[dict[str, Any]]:
        """What was said since the client last heard; "stale" where that is too much to replay."""
        frames: list[dict[str, Any]] = []
        for row in rows:
            seen = self.after.get(row.public_id, row.public_seq)
            if seen >= row.public_seq:
                continue
            if row.public_seq - seen > REPLAY_LIMIT:
                return [{"type": "stale"}]
            messages = row.messages.public().window("public_seq", after=seen, limit=REPLAY_LIMIT)
            frames += [
                {
                    "type": "message",
                    "conversation": row.public_id,
                    "seq": message.public_seq,
                    "message": message_json(message, row.contact.public_id),
                }
                for message in messages
            ]
        return frames

    def pulse(self) -> dict[str, Any]:
        """How far each conversation is, so that a frame that was lost is missed."""
        rows = list(self.own().newest_first()[:CONVERSATIONS])
        return {
            "seq": {row.public_id: row.public_seq for row in rows},
            "versions": {row.public_id: row.contact_version for row in rows},
        }

    def find(self, frame: dict[str, Any]) -> Conversation | None:
        name = frame.get("conversation")
        if not isinstance(name, str) or not PUBLIC_ID.match(name):
            raise Refused(BAD_FRAME)
        return self.own().filter(public_id=name).first()

    async def on_typing(self, frame: dict[str, Any]) -> None:
        await in_database(self.type_in, frame)

    def type_in(self, frame: dict[str, Any]) -> None:
        conversation = self.find(frame)
        if conversation is None or conversation.contact.is_blocked:
            return
        # Over the limit it is shown no more, and nobody is told: the next message will do.
        with contextlib.suppress(TooMany):
            spend("typing", self.visitor.key, limit=typing_limit(), seconds=MINUTE)
            show_typing(conversation)

    async def on_read(self, frame: dict[str, Any]) -> None:
        seq = frame.get("seq")
        if type(seq) is not int or not 0 <= seq < 2**62:
            raise Refused(BAD_FRAME)
        await in_database(self.note_read, frame, seq)

    def note_read(self, frame: dict[str, Any], seq: int) -> None:
        conversation = self.find(frame)
        if conversation is not None:
            actions.mark_read(conversation, by=conversation.contact, seq=seq)
