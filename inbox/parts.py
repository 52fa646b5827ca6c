"""The parts of a conversation, as its thread shows them: what each teammate may see of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Left

from inbox.models import Conversation, Message
from inbox.querysets import ConversationQuerySet

JOINED = "joined"
WORDS_LENGTH = 120


@dataclass(frozen=True)
class Part:
    """A conversation that is a part of the one on screen: its first words and its size."""

    conversation: Conversation
    words: str
    count: int


def is_told(part: Conversation, whole: Conversation) -> bool:
    """Whether all who see the whole see the part too. What a private team knows stays with it."""
    return part.team is None or not part.team.is_private or part.team_id == whole.team_id


def show_parts(messages: Iterable[Message], visible: Callable[[], ConversationQuerySet]) -> None:
    """Gives lines that tell of a merge their `part`, None where the viewer may not see it or it is
    no part any more. Asks for nothing where no line tells of one."""
    lines = [each for each in messages if (each.activity or {}).get("kind") == JOINED]
    if not lines:
        return
    names = {line.activity["conversation"] for line in lines}
    found = visible().filter(public_id__in=names, merged_into__isnull=False)
    parts = {each.public_id: each for each in found}
    said = Message.objects.filter(conversation__in=parts.values()).exclude(kind="activity")
    rows = said.values("conversation").annotate(count=Count("pk"))
    counts = dict(rows.values_list("conversation", "count"))
    opening = said.order_by("conversation", "seq").distinct("conversation")
    first = dict(opening.values_list("conversation", Left("body_text", WORDS_LENGTH)))
    for line in lines:
        part = parts.get(line.activity["conversation"])
        line.is_part_known = True
        line.part = None
        if part is not None and part.merged_into_id == line.conversation_id:
            line.part = Part(part, first.get(part.pk) or part.preview, counts.get(part.pk, 0))
