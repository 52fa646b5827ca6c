"""A conversation of its own goes off from what a contact has written in another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ground.web.markup import plain as plain_text
from ground.web.problems import ClientIdReused, Invalid, StateConflict
from inbox import kinds
from inbox.actions.assigning import KEEP, assign
from inbox.actions.merging import fresh, merge
from inbox.actions.posting import is_previewed, preview_fields
from inbox.actions.status import check_no_spam
from inbox.actions.thread import Actor, change, lock, require
from inbox.actions.wholes import whole_of
from inbox.beginnings import (
    SPLIT,
    SPLIT_OFF,
    in_force,
    messages_between,
    remaining,
    staying,
    unanswered,
    waiting_in,
)
from inbox.models import Binding, Conversation, ConversationMerge, Message, Split
from people.actions.merge import current, go_along
from people.models import Team, Teammate
from people.models.teammate import Capability

MESSAGES_MAX = 50
WORDS_LENGTH = 80
NOT_THEIRS = "Choose messages of the customer: from which one, and to which one."
NOTHING_LEFT = "The customer wrote nothing else here: there is nothing to split off."
GONE_ON = "Some of these messages went on in a conversation of their own already."


@dataclass(frozen=True)
class SplitOff:
    """The conversation that went off; `is_new` is False when this was a retry."""

    conversation: Conversation
    is_new: bool


def split(
    conversation: Conversation,
    *,
    by: Actor,
    first_seq: int,
    last_seq: int,
    client_id: uuid.UUID,
    team: Team | None = KEEP,
    assignee: Teammate | None = None,
) -> SplitOff:
    """Begins a conversation of the same contact with what they wrote from `first_seq` to
    `last_seq`; what we said in public between goes with it to be read, notes do not.

    No message moves: both show them. Who waited for an answer to them waits in the new one, which
    is in the team of the other unless told, and nobody's unless given to an `assignee`. The same
    `client_id` again changes nothing and finds the same. Raises Invalid for what is no such
    stretch, StateConflict for what went on elsewhere already, when nothing would be left, for
    parts of others and for spam; ClientIdReused, NotFound, NotAllowed.
    """
    with transaction.atomic():
        contact = current(conversation.contact)
        found = fresh(conversation)
        require(by, found, Capability.MANAGE)
        earlier = Split.objects.filter(source=found, client_id=client_id)
        stored = earlier.select_related("made").first()
        if stored is not None:
            if (stored.first_seq, stored.last_seq) != (first_seq, last_seq):
                raise ClientIdReused
            return SplitOff(stored.made, is_new=False)
        source = lock(found)
        require(by, source, Capability.MANAGE)
        check_no_spam(source)
        if source.contact_id != contact.pk:
            raise StateConflict("This is another customer's now. Look at it again.")
        said = stretch(source, first_seq, last_seq)
        made = begin(source, said, by=by, client_id=client_id, team=team)
        if assignee is not None:
            made = assign(made, by=by, assignee=assignee)
        return SplitOff(made, is_new=True)


def unsplit(conversation: Conversation, *, by: Actor) -> ConversationMerge | None:
    """Brings what was split off back to where it came from, by a merge: what was said in it
    meanwhile stays readable there. The same again leaves no trace, and None is the answer for
    what was never split off. Raises as `merge` does.
    """
    with transaction.atomic():
        current(conversation.contact)
        made = Split.objects.select_related("source", "made")
        found = made.filter(made__public_id=conversation.public_id).first()
        if found is None:
            return None
        is_back = found.made.merged_into_id == found.source_id
        into = found.source_id if is_back else whole_of(found.source)
        return merge(found.made, into=Conversation.objects.get(pk=into), by=by)


def stretch(source: Conversation, first_seq: int, last_seq: int) -> list[Message]:
    """What is to go on elsewhere. Raises Invalid, StateConflict."""
    said = list(messages_between(source.pk, first_seq, last_seq)[: MESSAGES_MAX + 1])
    ends = {message.seq for message in said if message.author_type == Message.Author.CONTACT}
    if first_seq > last_seq or not {first_seq, last_seq} <= ends:
        raise Invalid(errors={"first_seq": [NOT_THEIRS]})
    if len(said) > MESSAGES_MAX:
        raise Invalid(errors={"last_seq": [f"At most {MESSAGES_MAX} messages go off at once."]})
    if in_force(source).filter(first_seq__lte=last_seq, last_seq__gte=first_seq).exists():
        raise StateConflict(GONE_ON)
    is_all = not remaining(source).exclude(seq__range=(first_seq, last_seq)).exists()
    if is_all and not source.is_split_off:
        raise StateConflict(NOTHING_LEFT)
    return said


def begin(
    source: Conversation,
    said: list[Message],
    *,
    by: Actor,
    client_id: uuid.UUID,
    team: Team | None,
) -> Conversation:
    """The conversation that goes off from a locked one."""
    last = said[-1]
    made = Conversation.objects.create(
        contact=source.contact,
        contact_name=source.contact_name,
        page=source.page,
        is_split_off=True,
        last_message_at=last.created_at,
        **preview_fields(last),
    )
    # Nothing to ask for: it has just been made.
    made.shown_tags = []
    row = Split(source=source, made=made, client_id=client_id, status=source.status)
    row.first_seq, row.last_seq = said[0].seq, last.seq
    row.by = by if isinstance(by, Teammate) else None
    row.save()
    numbers = {"first_seq": row.first_seq, "last_seq": row.last_seq}
    entry = change(
        source,
        kinds.CONVERSATION_SPLIT,
        by=by,
        activity={"kind": SPLIT, "conversation": made.public_id, **in_short(said)},
        changes=what_stays(source, said),
        also={"made": made.public_id, **numbers},
        more_rows={"made": made},
    )
    since = waiting_in(said)
    change(
        made,
        kinds.CONVERSATION_SPLIT_OFF,
        by=by,
        activity={"kind": SPLIT_OFF, "conversation": source.public_id},
        changes=begun_like(source, team) | {"waiting_since": since},
        cause=entry,
        also={"source": source.public_id, "status": made.status, **numbers},
        # The line stands for the question: it is as unread.
        repeated={"contact_wrote_seq": 1},
        more_rows={"source": source},
    )
    bind(made, source, last)
    go_along(made, like=source)
    return made


def what_stays(source: Conversation, said: list[Message]) -> dict[str, Any]:
    """The fields of the other that were about the words that went."""
    changes: dict[str, Any] = {}
    if source.waiting_since in {message.created_at for message in said}:
        changes["waiting_since"] = unanswered(source)
    newest = staying(source).order_by("-seq").first()
    if newest is not None and newest.seq < said[-1].seq and is_previewed(said[-1], source):
        changes |= preview_fields(newest)
    return changes


def begun_like(source: Conversation, team: Team | None) -> dict[str, Any]:
    """What it has of the other: its team, and that people speak there. A bot begins anew."""
    changes: dict[str, Any] = {"team": source.team if team is KEEP else team}
    if source.holder == Conversation.Holder.PEOPLE:
        changes["holder"] = source.holder
    return changes


def in_short(said: list[Message]) -> dict[str, Any]:
    """What the line tells in the thread where these were said."""
    words = plain_text(said[0].body_text)
    cut = words if len(words) <= WORDS_LENGTH else f"{words[: WORDS_LENGTH - 1]}…"
    return {"words": cut, "count": len(said)}


def bind(made: Conversation, source: Conversation, last: Message) -> None:
    """It is answered where these words came from."""
    came_by = last.binding if last.binding_id else None
    binding = came_by or source.bindings.filter(is_preferred=True).first()
    if binding is not None:
        Binding.objects.create(conversation=made, line=binding.line, identity=binding.identity)
