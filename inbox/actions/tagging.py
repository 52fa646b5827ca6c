"""Which tags a conversation has."""

from collections.abc import Collection

from django.db import transaction

from ground.journal import record
from ground.journal.models import Entry
from ground.web.problems import Invalid
from inbox import kinds
from inbox.actions.thread import Actor, activity_of, append, lock, require, topics
from inbox.models import Conversation, Tagging
from people.models import Tag, Teammate
from people.models.teammate import Capability

TAGS_MAX = 50


def tag(
    conversation: Conversation,
    *,
    by: Actor,
    add: Collection[Tag] = (),
    remove: Collection[Tag] = (),
    cause: Entry | None = None,
) -> Conversation:
    """Puts tags on a conversation and takes tags off; what is so already leaves no trace.

    An archived tag stays where it is and is put on nothing more. Raises Invalid for one, and for
    more than TAGS_MAX; NotFound, NotAllowed.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        before = list(locked.tags.all())
        gone = [each for each in before if each in remove]
        fresh = [each for each in dict.fromkeys(add) if each not in before]
        check_fresh(fresh, size=len(before) - len(gone) + len(fresh))
        if gone or fresh:
            Tagging.objects.filter(conversation=locked, tag__in=gone).delete()
            put_on(locked, fresh, by)
            show(locked, before, gone, fresh, by=by, cause=cause)
        return locked


def set_tags(conversation: Conversation, *, by: Actor, tags: Collection[Tag]) -> Conversation:
    """Makes these a conversation's only tags, as `tag` does."""
    with transaction.atomic():
        locked = lock(conversation)
        others = [each for each in locked.tags.all() if each not in tags]
        return tag(locked, by=by, add=tags, remove=others)


def check_fresh(fresh: Collection[Tag], *, size: int) -> None:
    archived = [each.name for each in fresh if each.is_archived]
    if archived:
        raise Invalid(errors={"tags": [f"This tag is archived: {archived[0]}."]})
    if fresh and size > TAGS_MAX:
        raise Invalid(errors={"tags": [f"At most {TAGS_MAX} tags fit on a conversation."]})


def put_on(conversation: Conversation, tags: Collection[Tag], by: Actor) -> None:
    teammate = by if isinstance(by, Teammate) else None
    Tagging.objects.bulk_create(
        Tagging(conversation=conversation, tag=each, teammate=teammate) for each in tags
    )


def show(
    conversation: Conversation,
    before: list[Tag],
    gone: list[Tag],
    fresh: list[Tag],
    *,
    by: Actor,
    cause: Entry | None,
) -> None:
    """The line in the thread and the entry in the journal."""
    now = sorted(
        [each for each in before if each not in gone] + fresh, key=lambda each: each.name.lower()
    )
    conversation.shown_tags = [each.shown for each in now]
    activity = {
        "kind": "tagged",
        "added": [each.name for each in fresh],
        "removed": [each.name for each in gone],
    }
    message = activity_of(conversation, by, activity)
    append(conversation, message)
    record(
        kinds.CONVERSATION_TAGGED,
        by=by,
        subject=conversation,
        topics=topics(conversation),
        before={"tags": [each.public_id for each in before]},
        after={
            "tags": [each.public_id for each in now],
            "message": message.public_id,
            "seq": message.seq,
        },
        cause=cause,
        rows={"conversation": conversation, "message": message},
    )
