"""What all actions on a conversation share: its lock, its counters, its journal topics."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from ground.journal import record
from ground.journal.models import Entry
from ground.journal.recording import Automation
from ground.web.problems import NotAllowed, NotFound, StateConflict
from ground.web.rows import PREPARED, stored, written
from inbox.models import Conversation, Message
from people.models import ApiToken, Contact, Teammate
from people.models.teammate import Capability
from people.permissions import Actor

NOT_WELCOME = "You can no longer write here."
# Of what an action changes without words, what the contact is shown.
SHOWN = frozenset({"status", "assignee", "preview"})
IS_A_PART = "This conversation has been merged into another. Change that one, or unmerge it first."


def lock(conversation: Conversation) -> Conversation:
    """The conversation as it is now, locked until the transaction ends: the lock gives order.

    One that has not been read yet is found by its public id. Raises NotFound when it is gone,
    StateConflict when it has become a part of another: who writes there asks `lock_whole`.
    """
    locked = Conversation.objects.locked(pk=conversation.pk, public_id=conversation.public_id)
    if locked is None:
        if Conversation.objects.filter(public_id=conversation.public_id).exists():
            raise StateConflict(IS_A_PART)
        raise NotFound("This conversation is gone.")
    return locked


def require(by: Actor, conversation: Conversation, capability: str) -> None:
    """Raises NotFound for who may not see the conversation, NotAllowed for who may only look.

    Runs under the conversation's lock, so that access taken away counts at once.
    """
    match by:
        case Contact() if conversation.contact_id != by.pk:
            raise NotFound
        case Contact() if conversation.contact.is_blocked:
            raise NotAllowed(NOT_WELCOME)
        case Teammate() if not can_see(by, conversation):
            raise NotFound
        case Teammate() if not by.can(capability):
            label = Capability(capability).label.lower()
            raise NotAllowed(f"Your role does not allow this: {label}.")
        case ApiToken() if conversation.team is not None and conversation.team.is_private:
            raise NotFound
        case ApiToken() if capability != Capability.MANAGE:
            raise NotAllowed("Only people speak in a conversation: use a teammate's token.")


def can_see(teammate: Teammate, conversation: Conversation) -> bool:
    """What `Conversation.objects.visible_to` says, for one conversation in hand."""
    if not teammate.is_active:
        return False
    if conversation.team is None or not conversation.team.is_private or teammate.is_admin:
        return True
    return teammate.memberships.filter(team=conversation.team_id).exists()


def list_topic(conversation: Conversation) -> str:
    """Where a conversation's list row is shown: to everybody, or to its private team."""
    if conversation.team is not None and conversation.team.is_private:
        return f"team.{conversation.team.public_id}"
    return "inbox"


def topics(conversation: Conversation) -> list[str]:
    """Everybody who may hear of a conversation: its watchers, its list, its contact."""
    return [
        f"conversation.{conversation.public_id}",
        list_topic(conversation),
        f"contact.{conversation.contact.public_id}",
    ]


def next_seq(conversation: Conversation, *, is_public: bool) -> tuple[int, int | None]:
    """Moves the counters of a locked conversation; both stay dense because the lock is held."""
    conversation.last_seq += 1
    if is_public:
        conversation.public_seq += 1
    return conversation.last_seq, conversation.public_seq if is_public else None


def save(conversation: Conversation, *fields: str) -> None:
    conversation.save(update_fields=["last_seq", "public_seq", *fields])


def append(
    conversation: Conversation,
    message: Message,
    *fields: str,
    dated: Sequence[str] = (),
    is_shown: bool = False,
) -> None:
    """Stores a new message and, of its locked conversation, the counters and `fields`; those in
    `dated` become the time of the message. With `is_shown` the contact is shown what changes,
    which they always are of a public message. One statement, because every message passes here."""
    if is_shown or message.is_public:
        conversation.contact_version += 1
    row = written(message)
    kept = written(conversation, ["last_seq", "public_seq", "contact_version", *fields])
    changes = [f"{column} = %s" for column in kept] + [
        f"{name} = said.created_at" for name in dated
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{PREPARED}
            WITH said AS (
                 INSERT INTO inbox_message ({", ".join(row)})
                 VALUES ({", ".join(["%s"] * len(row))}) RETURNING id, created_at)
            UPDATE inbox_conversation SET {", ".join(changes)} FROM said
             WHERE inbox_conversation.id = %s RETURNING said.id, said.created_at
            """,
            [*row.values(), *kept.values(), conversation.pk],
        )
        pk, created_at = cursor.fetchone()
    stored(message, id=pk, created_at=created_at)
    for name in dated:
        setattr(conversation, name, created_at)


def speaker_fields(by: Actor) -> dict[str, Any]:
    """A message's author columns for whoever acts."""
    if isinstance(by, Contact):
        kind, name = Message.Author.CONTACT, by.display_name
        return {"author_type": kind, "contact": by, "author_name": name}
    if isinstance(by, Teammate):
        return {"author_type": Message.Author.TEAMMATE, "teammate": by, "author_name": str(by)}
    if isinstance(by, Automation):
        return {"author_type": Message.Author.BOT, "author_name": by.name}
    if isinstance(by, ApiToken):
        return {"author_type": Message.Author.SYSTEM, "author_name": by.name}
    return {"author_type": Message.Author.SYSTEM}


def activity_of(conversation: Conversation, by: Actor, activity: Mapping[str, Any]) -> Message:
    """A thin line that says what was done; teammates see it, the contact does not."""
    seq, _ = next_seq(conversation, is_public=False)
    return Message(
        conversation=conversation,
        seq=seq,
        kind=Message.Kind.ACTIVITY,
        activity=activity,
        **speaker_fields(by),
    )


def change(
    conversation: Conversation,
    kind: str,
    *,
    by: Actor,
    activity: Mapping[str, Any],
    changes: Mapping[str, Any],
    cause: Entry | None = None,
    more_rows: Mapping[str, Any] | None = None,
    repeated: Mapping[str, Any] | None = None,
    dated: Sequence[str] = (),
    why: str = "",
    also: Mapping[str, Any] | None = None,
) -> Entry:
    """Sets fields of a locked conversation, says so in the thread, and journals before and after.

    `changes` maps field names to new values. `repeated` does too, of fields that repeat what the
    entry says already; those in `dated` become its time. `also` is what else the entry tells.
    """
    before = {field: plain(getattr(conversation, field)) for field in changes}
    for field, value in changes.items():
        setattr(conversation, field, value)
    message = activity_of(conversation, by, activity)
    for field, value in (repeated or {}).items():
        setattr(conversation, field, value)
    fields = (*changes, *(repeated or {}))
    append(conversation, message, *fields, dated=dated, is_shown=is_shown(conversation, before))
    return record(
        kind,
        by=by,
        subject=conversation,
        topics=topics(conversation),
        before=before,
        after={field: plain(value) for field, value in changes.items()}
        | {"message": message.public_id, "seq": message.seq, **({"why": why} if why else {})}
        | dict(also or {}),
        cause=cause,
        rows={"conversation": conversation, "message": message, **(more_rows or {})},
    )


def is_shown(conversation: Conversation, before: Mapping[str, Any]) -> bool:
    """Whether the contact can tell the conversation from what it was `before`. Whoever is in spam
    never hears of it, nor that they no longer are."""
    is_about_spam = Conversation.Status.SPAM in {before.get("status"), conversation.status}
    return not SHOWN.isdisjoint(before) and not is_about_spam


def database_now() -> datetime:
    """The database's clock: the only one that all processes share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def plain(value: Any) -> Any:
    """A field's value as the journal stores it: public ids, ISO times, plain scalars."""
    if hasattr(value, "public_id"):
        return value.public_id
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
