"""Replies that wait: to be sent at a time, or to be taken back within a few seconds.

Whoever touches one holds its conversation's lock first: like that a customer's word, a worker and
the author can meet in any order, and it is sent once or not at all.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from ground.journal import record
from ground.journal.models import Entry
from ground.web.problems import (
    ClientIdReused,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    StateConflict,
)
from ground.web.rows import PREPARED
from inbox import kinds, steps
from inbox.actions.drafting import MACROS_MAX, clear_draft, give_words_back
from inbox.actions.posting import check_seen, compose
from inbox.actions.sending import send
from inbox.actions.thread import Actor, can_see, database_now, lock, require
from inbox.actions.wholes import Moved, lock_whole, said_before
from inbox.models import Conversation, LaterMessage, Message
from people.models import Teammate
from people.models.teammate import Capability

logger = logging.getLogger(__name__)

State = LaterMessage.State
LATEST = timedelta(days=366)
BATCH = 50
WAITING_MAX = 20
SENIORS_MAX = 20
GONE = "This has gone out already."
OUR_FAULT = "Something went wrong on our side. Please send it again."


def send_later(
    conversation: Conversation,
    *,
    by: Teammate,
    body: str,
    client_id: uuid.UUID,
    due_at: datetime,
    is_held: bool = False,
    attachments: Iterable[str] = (),
    choices: Iterable[str] = (),
    then: Iterable[Any] = (),
    macros: Iterable[str] = (),
    last_seen_seq: int | None = None,
    override: bool = False,
    zone: str = "UTC",
) -> LaterMessage:
    """Keeps a reply until its time. `is_held`: only so that it can be taken back before.

    It is called off when the contact writes before; a held one when a colleague answers before.
    The draft that it was made of is cleared. A retry under the same client id returns the stored
    row. Of a teammate who `needs_release` it waits for a senior first. Raises as `send` does, and
    Invalid for a time that is past or more than a year away.
    """
    draft = compose(Message.Kind.REPLY, body, client_id, attachments, choices)
    sound = steps.sound(then)
    now = database_now()
    if not now < due_at <= now + LATEST:
        raise Invalid(errors={"due_at": ["Choose a time within the next year."]})
    try:
        with transaction.atomic():
            locked = lock_whole(conversation)
            require(by, locked, Capability.REPLY)
            stored = LaterMessage.objects.filter(client_id=client_id).first()
            if stored is not None:
                return replayed(stored, locked, by, draft.text)
            if (
                locked.messages.filter(client_id=client_id).exists()
                or said_before(conversation, locked, client_id) is not None
            ):
                raise ClientIdReused
            if locked.public_id == conversation.public_id:
                draft = check_seen(locked, draft, by, last_seen_seq, override=override)
            if locked.later_messages.waiting().count() >= WAITING_MAX:
                raise Invalid(errors={"due_at": ["Enough messages wait in this conversation."]})
            later = LaterMessage.objects.create(
                conversation=locked,
                teammate=by,
                client_id=client_id,
                body=draft.text,
                attachments=list(draft.attachments),
                choices=list(draft.choices),
                overrode=list(draft.overrode),
                then=sound,
                macros=list(dict.fromkeys(macros))[:MACROS_MAX],
                zone=zone,
                seen_seq=locked.last_seq,
                is_held=is_held and not by.needs_release,
                due_at=due_at,
            )
            clear_draft(locked, by=by, kind=Message.Kind.REPLY, client_id=client_id)
            if by.needs_release:
                submit(later, by)
            elif not is_held:
                journal(kinds.LATER_SCHEDULED, later, by=by, after={"due_at": due_at.isoformat()})
            return later
    except IntegrityError:
        # The same name was kept in another conversation at the same moment.
        raise ClientIdReused from None


def replayed(
    stored: LaterMessage, conversation: Conversation, by: Teammate, text: str
) -> LaterMessage:
    is_same = stored.conversation_id == conversation.pk and stored.teammate_id == by.pk
    if not is_same or stored.body != text:
        raise ClientIdReused
    return stored


def held(later: LaterMessage) -> tuple[LaterMessage, Conversation]:
    """The row as it is now and its conversation, both locked until the transaction ends. A merge
    meanwhile has moved the row to the whole, or back; what is over stays where it was."""
    while True:
        try:
            # Letting go of a conversation that it has left, so that nobody waits in a circle.
            with transaction.atomic():
                return held_there(later)
        except Moved:
            later = LaterMessage.objects.select_related("conversation").get(pk=later.pk)


def held_there(later: LaterMessage) -> tuple[LaterMessage, Conversation]:
    """Raises Moved when it waits somewhere else by now."""
    conversation = lock_whole(later.conversation)
    locked = LaterMessage.objects.select_for_update(of=("self",)).get(pk=later.pk)
    if locked.conversation_id != conversation.pk and not locked.is_over:
        raise Moved
    locked.conversation = conversation
    return locked, conversation


def put_off(later: LaterMessage, *, by: Teammate, due_at: datetime) -> LaterMessage:
    """Gives a waiting reply another time. Raises Invalid, NotAllowed, StateConflict."""
    now = database_now()
    if not now < due_at <= now + LATEST:
        raise Invalid(errors={"due_at": ["Choose a time within the next year."]})
    with transaction.atomic():
        locked, conversation = held(later)
        require(by, conversation, Capability.REPLY)
        check_author(locked, by)
        if not locked.is_waiting or locked.is_held:
            raise StateConflict(GONE)
        before, locked.due_at = locked.due_at, due_at
        locked.save(update_fields=["due_at"])
        journal(
            kinds.LATER_CHANGED,
            locked,
            by=by,
            before={"due_at": before.isoformat()},
            after={"due_at": due_at.isoformat()},
        )
        return locked


def take_back(later: LaterMessage, *, by: Teammate, keeps_words: bool = True) -> LaterMessage:
    """Stops a reply that has not gone out. Its words become its author's draft again, in the same
    transaction; without `keeps_words` they are given up.

    Anybody who may reply may stop a colleague's: its author is told who did. Raises NotAllowed,
    NotFound, StateConflict when it has gone out.
    """
    with transaction.atomic():
        locked, conversation = held(later)
        require(by, conversation, Capability.REPLY)
        if locked.is_over:
            raise StateConflict(GONE)
        if locked.teammate_id != by.pk:
            if not locked.is_waiting:
                raise StateConflict("It has been stopped already.")
            call_off(locked, f"{by} called it off.", by=by)
            return locked
        locked.state, locked.is_discarded = State.TAKEN_BACK, not keeps_words
        locked.save(update_fields=["state", "is_discarded"])
        if keeps_words:
            words = {name: getattr(locked, name) for name in PARTS}
            give_words_back(conversation, by, Message.Kind.REPLY, words)
        journal(kinds.LATER_TAKEN_BACK, locked, by=by, after={"state": locked.state})
        return locked


def restore_later(later: LaterMessage, *, by: Teammate) -> LaterMessage:
    """Brings back a reply that its author has discarded: it waits for its time again. One whose
    time has passed, or that had come to nothing, is there to be read and edited.

    Raises NotAllowed, NotFound, and StateConflict for one that was not discarded.
    """
    with transaction.atomic():
        locked, conversation = held(later)
        require(by, conversation, Capability.REPLY)
        check_author(locked, by)
        if locked.state != State.TAKEN_BACK or not locked.is_discarded:
            raise StateConflict("There is nothing to bring back.")
        is_late = not locked.needs_release and locked.due_at <= database_now()
        if not locked.reason and is_late:
            locked.reason = "Its time passed while it was discarded."
        locked.state = State.CALLED_OFF if locked.reason else State.WAITING
        locked.is_discarded = False
        # What waits is the whole's, whatever has become of the part in which it was written.
        locked.conversation = conversation
        locked.save(update_fields=["state", "reason", "is_discarded", "conversation"])
        journal(kinds.LATER_RESTORED, locked, by=by, after={"state": locked.state})
        return locked


PARTS = ("body", "attachments", "choices", "then", "macros")


def check_author(later: LaterMessage, by: Teammate) -> None:
    if later.teammate_id != by.pk:
        raise NotAllowed("Only who wrote it may do this.")


def send_now(later: LaterMessage, *, by: Teammate) -> LaterMessage:
    """Sends a waiting reply before its time. Raises NotAllowed, StateConflict when it is too late
    for that; what else speaks against it is kept as its `reason`."""
    check_author(later, by)
    with transaction.atomic():
        locked, conversation = held(later)
        require(by, conversation, Capability.REPLY)
        if not locked.is_waiting:
            raise StateConflict(locked.reason or GONE)
        if locked.needs_release:
            if by.needs_release:
                raise NotAllowed("A senior releases this reply.")
            locked.needs_release = False
            locked.save(update_fields=["needs_release"])
        return deliver(locked, conversation)


def send_due() -> int:
    """Sends what is due; returns how many went out. Safe to run twice at once, and to be killed."""
    sent = 0
    for later in LaterMessage.objects.due().select_related("conversation")[:BATCH]:
        try:
            with transaction.atomic():
                locked, conversation = held(later)
                is_free = locked.is_waiting and not locked.needs_release
                if is_free and locked.due_at <= database_now():
                    sent += deliver(locked, conversation).state == State.SENT
        except NotFound:
            continue
        except (OperationalError, InterfaceError):
            # The database is away or busy: it is as due in the next round.
            logger.exception("The later message %s could not be sent yet", later.public_id)
        except Exception:
            logger.exception("The later message %s could not be sent", later.public_id)
            give_up(later)
    return sent


def give_up(later: LaterMessage) -> None:
    """Fails what broke while it was sent: it would break again, and keep others from their turn."""
    try:
        with transaction.atomic():
            locked, _ = held(later)
            if locked.is_waiting:
                fail(locked, OUR_FAULT)
    except Exception:
        logger.exception("The later message %s could not be given up", later.public_id)


def submit(later: LaterMessage, author: Teammate) -> LaterMessage:
    """Has a reply wait for a senior, whom a bell tells so."""
    later.needs_release, later.is_held = True, False
    later.save(update_fields=["needs_release", "is_held"])
    after = {"tell": seniors_of(author), "words": f"A reply by {author} waits for release."}
    journal(kinds.LATER_SUBMITTED, later, by=author, after=after)
    return later


def seniors_of(author: Teammate) -> list[str]:
    """Whom a bell asks to release: the senior, or whose role allows it, or else the admins."""
    active = Teammate.objects.active().exclude(pk=author.pk)
    for some in (
        active.filter(pk=author.senior_id),
        active.filter(role__capabilities__contains=[Capability.RELEASE]),
        active.admins(),
    ):
        names = list(some.order_by("pk").values_list("public_id", flat=True)[:SENIORS_MAX])
        if names:
            return names
    return []


def zone_of(later: LaterMessage) -> tzinfo:
    """The author's zone; UTC when this machine does not know it any more."""
    try:
        return ZoneInfo(later.zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return UTC


def deliver(later: LaterMessage, conversation: Conversation) -> LaterMessage:
    """Makes a held row its message, as its author, if nothing speaks against it by now."""
    reason = overtaken(later, conversation)
    if reason:
        call_off(later, reason, by=None)
        return later
    author = Teammate.objects.get(pk=later.teammate_id)
    if not can_see(author, conversation):
        return fail(later, f"{author} can no longer see this conversation.")
    if author.needs_release and later.released_by_id is None:
        return submit(later, author)
    try:
        with transaction.atomic(), timezone.override(zone_of(later)):
            posted = send(
                conversation,
                by=author,
                kind=Message.Kind.REPLY,
                body=later.body,
                client_id=later.client_id,
                attachments=later.attachments,
                choices=later.choices,
                overrode=later.overrode,
                then=later.then,
                macros=later.macros,
                is_released=True,
            )
    except Problem as problem:
        return fail(later, problem.detail)
    later.state = State.SENT
    later.save(update_fields=["state"])
    if not later.is_held:
        journal(kinds.LATER_SENT, later, by=author, after={"message": posted.message.public_id})
    return later


def overtaken(later: LaterMessage, conversation: Conversation) -> str:
    """Why it must not go out any more, as a sentence; "" when it may."""
    since = conversation.messages.public().after(later.seen_seq)
    others = since.of_ours().exclude(teammate=later.teammate_id)
    contacts = since.filter(author_type=Message.Author.CONTACT)
    if later.needs_release:
        # A bot that only says how long it takes has not answered.
        first = contacts.first() or others.filter(author_type=Message.Author.TEAMMATE).first()
    else:
        first = (others if later.is_held else contacts).first()
    if first is None:
        return ""
    verb = "wrote" if first.author_type == Message.Author.CONTACT else "answered"
    return f"{first.author_name} {verb} before it went out."[:200]


def with_waiting(names: Iterable[str]) -> list[str]:
    """Which of these conversations have a reply that waits for its time, in one order everywhere:
    they will be locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{PREPARED}
            SELECT public_id FROM inbox_conversation conversation
             WHERE public_id = ANY(%s) AND EXISTS (
                   SELECT FROM inbox_latermessage later
                    WHERE later.conversation_id = conversation.id
                      AND later.state = 'waiting' AND NOT later.is_held)
             ORDER BY id
            """,
            [list(names)],
        )
        return [name for (name,) in cursor.fetchall()]


def call_off_overtaken(conversation: Conversation, *, cause: Entry) -> int:
    """Calls off what waits in a conversation in which the contact has written; returns how many.

    Nothing depends on its being in time: sending looks for itself.
    """
    called_off = 0
    with transaction.atomic():
        locked = lock(conversation)
        rows = locked.later_messages.waiting().filter(is_held=False).select_for_update()
        for later in rows.order_by("pk"):
            later.conversation = locked
            reason = overtaken(later, locked)
            if reason:
                call_off(later, reason, by=None, cause=cause)
                called_off += 1
    return called_off


def call_off(
    later: LaterMessage, reason: str, *, by: Actor, cause: Entry | None = None
) -> LaterMessage:
    return stop(later, State.CALLED_OFF, kinds.LATER_CALLED_OFF, reason, by=by, cause=cause)


def fail(later: LaterMessage, reason: str) -> LaterMessage:
    return stop(later, State.FAILED, kinds.LATER_FAILED, reason, by=None)


def stop(
    later: LaterMessage,
    state: str,
    kind: str,
    reason: str,
    *,
    by: Actor,
    cause: Entry | None = None,
) -> LaterMessage:
    later.state, later.reason = state, reason[:200]
    later.save(update_fields=["state", "reason"])
    journal(kind, later, by=by, after={"state": state, "reason": later.reason}, cause=cause)
    return later


def journal(
    kind: str,
    later: LaterMessage,
    *,
    by: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any],
    cause: Entry | None = None,
) -> None:
    """The words are in the row, not in the journal."""
    record(
        kind,
        by=by,
        subject=later,
        topics=[f"conversation.{later.conversation.public_id}"],
        before=before,
        after={"conversation": later.conversation.public_id} | after,
        cause=cause,
        rows={"conversation": later.conversation},
    )
