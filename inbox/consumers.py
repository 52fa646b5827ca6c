"""The agents' socket: watches a list and a conversation, carries typing and seen marks."""

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import parse_cookie

from ground.journal import live
from ground.journal.consumers import (
    BAD_FRAME,
    NOT_AUTHENTICATED,
    LiveConsumer,
    Refused,
    in_database,
)
from ground.journal.live import RedisAway
from ground.web import files
from inbox import actions, presence
from inbox.models import Conversation
from inbox.templatetags.inbox import tint
from people.models import Team, Teammate
from people.names import initials
from people.sessions import teammate_in

WATCH_LIMIT = 10
PUBLIC_ID = re.compile(r"[A-Za-z0-9_]{1,40}\Z")


def teammate_of(headers: list[tuple[bytes, bytes]]) -> Teammate | None:
    """The teammate whose session cookie the handshake carried."""
    cookies = dict(headers).get(b"cookie", b"").decode("latin-1")
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    return teammate_in(key) if key else None


def topics_of(teammate: Teammate) -> set[str]:
    """The lists that a teammate may hear: everybody's, their private teams', their own."""
    private = Team.objects.visible_to(teammate).filter(is_private=True)
    names = private.values_list("public_id", flat=True)
    own = f"teammate.{teammate.public_id}"
    return {"inbox", own, *(f"team.{name}" for name in names)}


def visible_among(teammate: Teammate, names: list[str]) -> dict[str, Conversation]:
    rows = Conversation.objects.visible_to(teammate).filter(public_id__in=names)
    return {row.public_id: row for row in rows.select_related("contact")}


class InboxConsumer(LiveConsumer):
    """`/ws/inbox/`: authenticated by the session cookie, `Origin` checked."""

    teammate: Teammate
    is_visible = True
    socket_id = ""
    # Whether others know that somebody is at this socket.
    is_counted = False
    # The conversations that this socket is known to look at.
    looking: frozenset[str] = frozenset()
    # As whom others were shown this teammate there.
    person: presence.Person | None = None

    def is_origin_allowed(self) -> bool:
        origin = dict(self.scope["headers"]).get(b"origin", b"").decode("latin-1")
        return is_own_origin(origin)

    async def greet(self, frame: dict[str, Any]) -> None:
        teammate = await in_database(teammate_of, self.scope["headers"])
        if teammate is None:
            raise Refused(NOT_AUTHENTICATED)
        self.teammate = teammate
        self.socket_id = uuid.uuid4().hex
        self.watched: list[str] = []
        self.shown: dict[str, Conversation] = {}
        self.count_socket(f"teammate.{teammate.public_id}", settings.SOCKETS_PER_TEAMMATE)
        self.watched = self.wanted(frame)

    async def look(self, *, is_move: bool = False) -> bool:
        was_narrowed = await super().look(is_move=is_move)
        await in_database(self.be_in)
        return was_narrowed

    async def disconnect(self, code: int) -> None:
        if self.socket_id:
            self.shown, self.is_visible = {}, False
            await in_database(self.be_seen)

    def be_in(self) -> None:
        """This teammate has an inbox open, in front of them or not."""
        presence.come_in(self.teammate.public_id)
        self.be_seen()

    def be_seen(self) -> None:
        """Shows to others what this teammate looks at, as far as they may see it themselves."""
        self.be_counted()
        wanted = frozenset(self.shown) if self.is_visible else frozenset()
        person = {
            "id": self.teammate.public_id,
            "name": str(self.teammate),
            "initials": initials(self.teammate.name),
            "tint": tint(self.teammate.public_id),
            "picture": files.public_url(self.teammate.avatar_key),
        }
        before = self.person or person
        # Whoever goes by another name comes under that one first, so that nobody sees them leave.
        gone = self.looking if person != before else self.looking - wanted
        for name in wanted:
            presence.look(name, person, self.socket_id)
        for name in gone:
            presence.look_away(name, before, self.socket_id)
        self.looking, self.person = wanted, person

    def be_counted(self) -> None:
        """While somebody can see this tab, no device of theirs need be told of anything."""
        if self.is_visible:
            presence.be_here(self.teammate.public_id, self.socket_id)
        elif self.is_counted:
            presence.be_elsewhere(self.teammate.public_id, self.socket_id)
        self.is_counted = self.is_visible

    async def confirm(self) -> None:
        teammate = await in_database(teammate_of, self.scope["headers"])
        if teammate is None or teammate.pk != self.teammate.pk:
            raise Refused(NOT_AUTHENTICATED)
        self.teammate = teammate

    def topics(self) -> set[str]:
        self.shown = visible_among(self.teammate, self.watched)
        records = {f"record.{row.contact.public_id}" for row in self.shown.values()}
        return topics_of(self.teammate) | {f"conversation.{name}" for name in self.shown} | records

    async def welcome(self, frame: dict[str, Any]) -> None:
        seqs = (await in_database(self.pulse))["seq"]
        await self.send_frame({"type": "ready", "conversation": seqs})

    def last_seqs(self) -> dict[str, int]:
        rows = visible_among(self.teammate, self.watched)
        return {name: row.last_seq for name, row in rows.items()}

    def pulse(self) -> dict[str, Any]:
        self.be_in()
        return {"seq": self.last_seqs()}

    def wanted(self, frame: dict[str, Any]) -> list[str]:
        """The conversations that a hello or a watch names. Raises Refused(4400)."""
        watch = frame.get("watch", {})
        names = watch.get("conversation") or {} if isinstance(watch, dict) else None
        if not isinstance(names, dict) or not isinstance(watch.get("visible", True), bool):
            raise Refused(BAD_FRAME)
        # Whether somebody can see the page: it is not in a tab behind others.
        self.is_visible = watch.get("visible", True)
        if len(names) > WATCH_LIMIT:
            raise Refused(BAD_FRAME)
        if not all(PUBLIC_ID.match(name) for name in names):
            raise Refused(BAD_FRAME)
        return list(names)

    async def on_watch(self, frame: dict[str, Any]) -> None:
        self.watched = self.wanted(frame)
        await self.settle()
        await self.welcome(frame)

    async def on_typing(self, frame: dict[str, Any]) -> None:
        conversation = self.shown.get(str(frame.get("conversation")))
        if conversation is None:
            return
        await in_database(self.show_typing, conversation, frame.get("mode") == "note")

    def show_typing(self, conversation: Conversation, is_note: bool) -> None:
        """Colleagues are told the whole name, the contact the first one."""
        told = [(f"conversation.{conversation.public_id}", self.teammate.name)]
        if not is_note:
            contact = f"contact.{conversation.contact.public_id}"
            told.append((contact, self.teammate.get_short_name()))
        author = {"type": "teammate", "id": self.teammate.public_id}
        frame = {"type": "typing", "conversation": conversation.public_id}
        try:
            live.publish_all(
                ([topic], {**frame, "author": {**author, "name": name}}) for topic, name in told
            )
        except RedisAway:
            pass

    async def on_read(self, frame: dict[str, Any]) -> None:
        name, seq = frame.get("conversation"), frame.get("seq")
        if not isinstance(name, str) or type(seq) is not int or not 0 <= seq < 2**62:
            raise Refused(BAD_FRAME)
        if name in self.shown:
            await in_database(self.note_read, name, seq)

    def note_read(self, name: str, seq: int) -> None:
        conversation = visible_among(self.teammate, [name]).get(name)
        if conversation is not None:
            actions.mark_read(conversation, by=self.teammate, seq=seq)


def is_own_origin(origin: str) -> bool:
    """Whether a page of ours made the handshake: a browser always says which page it was."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    site = urlsplit(settings.SITE_URL)
    try:
        parts = urlsplit(origin)
        is_same_place = (parts.scheme, parts.port) == (site.scheme, site.port)
    except ValueError:
        return False
    return is_same_place and parts.hostname in {host.strip("[]") for host in settings.ALLOWED_HOSTS}
