"""What the contact thinks of how they were served."""

from typing import Any

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid, StateConflict
from ground.web.text import clean
from inbox import kinds
from inbox.actions.thread import activity_of, append, lock, require, topics
from inbox.models import Conversation, Rating
from people.models import Contact
from people.models.teammate import Capability

COMMENT_LENGTH = 2000
WORST, BEST = 1, 5


def rate(conversation: Conversation, *, by: Contact, score: int, comment: str = "") -> Rating:
    """Notes how content the contact is with a closed conversation, 1 to 5.

    The same closing is rated once: to rate it again changes the rating, and the same again leaves
    no trace. Raises StateConflict unless the conversation is closed, Invalid, NotFound, NotAllowed.
    """
    said = {"score": checked_score(score), "comment": checked_comment(comment)}
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.REPLY)
        if locked.closed_at is None or not locked.is_closed:
            raise StateConflict("Only a closed conversation can be rated.")
        rating = locked.ratings.filter(closed_at=locked.closed_at).first()
        before = {"score": rating.score, "comment": rating.comment} if rating else {}
        if rating is not None and before == said:
            return rating
        rating = rating or Rating(
            conversation=locked,
            closed_at=locked.closed_at,
            teammate=locked.assignee,
            team=locked.team,
        )
        rating.score, rating.comment = score, str(said["comment"])
        rating.save()
        show(locked, by=by, before=before, after=said)
        return rating


def show(
    conversation: Conversation, *, by: Contact, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Repeats a rating on its locked conversation and in its thread, and journals it."""
    conversation.rating = after["score"]
    message = activity_of(conversation, by, {"kind": "rated", **after})
    append(conversation, message, "rating", is_shown=True)
    record(
        kinds.CONVERSATION_RATED,
        by=by,
        subject=conversation,
        topics=topics(conversation),
        before=before,
        after=after | {"message": message.public_id, "seq": message.seq},
        rows={"conversation": conversation, "message": message},
    )


def checked_score(score: object) -> int:
    if isinstance(score, bool) or not isinstance(score, int) or not WORST <= score <= BEST:
        raise Invalid(errors={"score": [f"This must be a whole number from {WORST} to {BEST}."]})
    return score


def checked_comment(comment: object) -> str:
    text = clean(comment, "comment", max_bytes=4 * COMMENT_LENGTH, required=False).strip()
    if len(text) > COMMENT_LENGTH:
        raise Invalid(errors={"comment": [f"At most {COMMENT_LENGTH} characters."]})
    return text
