"""What conversations that were split off began with, and what of them went on elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from inbox.models import Conversation, Message, Split
from inbox.querysets import ConversationQuerySet, MessageQuerySet

SPLIT, SPLIT_OFF = "split", "split_off"


def beginning_of(conversation: Conversation) -> list[Message]:
    """The public messages of another conversation that this one began with, in order; none for
    nearly all, without asking. They are as visible as the conversation that began with them.
    """
    if not conversation.is_split_off:
        return []
    # What belongs to another contact by now is not theirs to read.
    own = Split.objects.filter(made=conversation, source__contact=conversation.contact_id)
    split = own.first()
    return list(said_in(split).for_thread()) if split else []


def said_in(split: Split) -> MessageQuerySet:
    """The messages that a split is about."""
    return messages_between(split.source_id, split.first_seq, split.last_seq)


def messages_between(conversation: int, first_seq: int, last_seq: int) -> MessageQuerySet:
    """What was said in public between two numbers, both included, in order."""
    said = Message.objects.filter(conversation=conversation, seq__range=(first_seq, last_seq))
    return said.public().order_by("seq")


def in_force(source: Conversation) -> QuerySet[Split]:
    """The splits of a conversation whose words have not come back to it."""
    return Split.objects.filter(source=source).exclude(made__merged_into=source)


def unanswered(conversation: Conversation) -> datetime | None:
    """Since when a conversation's contact waits, as its messages say: since their first word after
    our last that did not go on elsewhere. None when we spoke last."""
    last = last_of_ours(conversation)
    waiting = remaining(conversation).filter(seq__gt=last).order_by("seq")
    since = waiting.values_list("created_at", flat=True).first()
    return since if last else waiting_in(beginning_of(conversation)) or since


def last_of_ours(conversation: Conversation) -> int:
    """The `seq` of the last public word that was not the contact's, 0 for none. What the house says
    by itself is no answer."""
    ours = conversation.messages.of_ours()
    return ours.order_by("-seq").values_list("seq", flat=True).first() or 0


def remaining(source: Conversation) -> MessageQuerySet:
    """What the contact said that did not go on elsewhere."""
    return staying(source).filter(author_type=Message.Author.CONTACT)


def staying(source: Conversation) -> MessageQuerySet:
    """What was said in public and did not go on elsewhere."""
    gone = in_force(source).filter(first_seq__lte=OuterRef("seq"), last_seq__gte=OuterRef("seq"))
    return source.messages.public().filter(~Exists(gone))


def waiting_in(messages: Iterable[Message]) -> datetime | None:
    """When the contact said the first of these, in order, that no other follows with an answer."""
    since = None
    for message in messages:
        if message.author_type != Message.Author.CONTACT:
            since = since if message.is_automatic else None
        elif since is None:
            since = message.created_at
    return since


def told_by(message: Message, visible: ConversationQuerySet) -> bool:
    """Whether a conversation among these began with a message of another."""
    if not message.is_public:
        return False
    began = Split.objects.filter(
        source=message.conversation_id, first_seq__lte=message.seq, last_seq__gte=message.seq
    ).filter(made__contact=F("source__contact"))
    return visible.filter(pk__in=began.values("made")).exists()


def show_splits(messages: Iterable[Message], visible: Callable[[], ConversationQuerySet]) -> None:
    """Gives lines that tell of a split their `other`, the conversation to look at, None where the
    viewer may not see it; the line with which one began gets its `beginning` too. Asks for
    nothing where no line tells of one."""
    lines = [each for each in messages if (each.activity or {}).get("kind") in {SPLIT, SPLIT_OFF}]
    if not lines:
        return
    names = {line.activity["conversation"] for line in lines}
    seen = visible().in_bulk_by_id(names)
    for line in lines:
        line.is_split_known = True
        line.other = seen.get(line.activity["conversation"])
        if line.activity["kind"] == SPLIT_OFF:
            line.beginning = shown_beginning(line.conversation)


def shown_beginning(made: Conversation) -> list[Message]:
    """Nothing where its words stand in the same thread."""
    if made.merged_into_id and made.split.source_id == made.merged_into_id:
        return []
    return beginning_of(made)
