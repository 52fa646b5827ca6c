"""A conversation as something to print, to keep or to hand on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string

from inbox import wording
from inbox.actions.wholes import parts_of
from inbox.beginnings import beginning_of
from inbox.models import Conversation, Message
from inbox.naming import keep_teams_private
from people.models import Team, Teammate
from people.names import first_name

MESSAGES_MAX = 2000
FORMATS = {"text": ("txt", "text/plain"), "html": ("html", "text/html")}


@dataclass(frozen=True)
class Transcript:
    """The newest MESSAGES_MAX lines of a thread, in order; `is_cut` when there are older ones.

    Without notes it holds what the contact has seen, and nothing that only teammates know. Its
    times are those of `zone`. `part_count` conversations that were merged into it are in it.
    """

    conversation: Conversation
    messages: list[Message]
    is_cut: bool
    has_notes: bool
    zone: tzinfo = UTC
    part_count: int = 0

    @property
    def parts_in_words(self) -> str:
        return with_parts(self.part_count) if self.part_count else ""

    @property
    def title(self) -> str:
        return f"Conversation with {self.conversation.contact.display_name}"

    def name(self, form: str) -> str:
        """What a file of it is called."""
        return f"conversation-{self.conversation.public_id}.{FORMATS[form][0]}"

    def render(self, form: str) -> str:
        """The whole of it as "text", or as an "html" document that needs nothing else."""
        if form == "text":
            return as_text(self)
        return render_to_string("inbox/transcript.html", {"transcript": self, "is_file": True})


def transcript_of(
    conversation: Conversation, *, viewer: Teammate | None, has_notes: bool, zone: tzinfo = UTC
) -> Transcript:
    """As a teammate (None: an app token) may read it, with what has become a part of it and what it
    began with. In three queries where it is by itself. Visibility of the conversation is the
    caller's matter."""
    places = {conversation.pk: conversation} | parts_seen(conversation, viewer)
    lines = Message.objects.filter(conversation__in=places).for_thread()
    if not has_notes:
        lines = lines.public()
    latest_first = ("-seq",) if len(places) == 1 else ("-created_at", "-id")
    newest = list(lines.order_by(*latest_first)[: MESSAGES_MAX + 1])
    keep_teams_private(newest, lambda: Team.objects.hidden_from(viewer))
    for place in places.values():
        newest += [each for each in beginning_of(place) if each.conversation_id not in places]
    if not has_notes:
        name_for_customers(newest)
    return Transcript(
        conversation,
        in_order(newest)[-MESSAGES_MAX:],
        len(newest) > MESSAGES_MAX,
        has_notes,
        zone,
        part_count=len(places) - 1,
    )


def parts_seen(conversation: Conversation, viewer: Teammate | None) -> dict[int, Conversation]:
    """What was merged into a conversation and the viewer may read, by key."""
    if not conversation.has_been_merged:
        return {}
    parts = Conversation.objects.visible_to(viewer).filter(pk__in=parts_of(conversation))
    return parts.exclude(pk=conversation.pk).in_bulk()


def in_order(messages: Iterable[Message]) -> list[Message]:
    """By time, and those of one thread as they stand in it."""
    latest: dict[int, datetime] = {}
    timed = []
    for message in sorted(messages, key=lambda message: message.seq):
        place, at = message.conversation_id, message.created_at
        latest[place] = max(at, latest.get(place, at))
        timed.append((latest[place], message))
    return [message for _, message in sorted(timed, key=lambda pair: pair[0])]


def name_for_customers(messages: list[Message]) -> None:
    """As in their messenger: teammates by their first names."""
    for message in messages:
        if message.author_type == Message.Author.TEAMMATE:
            message.author_name = first_name(message.author_name)


def as_text(transcript: Transcript) -> str:
    conversation = transcript.conversation
    zone = transcript.zone
    began = f"Began {moment(conversation.created_at, zone)}. Times are in {zone}."
    head = [transcript.title, conversation.public_id, began]
    if transcript.parts_in_words:
        head.append(transcript.parts_in_words)
    if transcript.is_cut:
        head.append(f"Only the newest {MESSAGES_MAX} lines.")
    said = [paragraph(message, zone) for message in transcript.messages]
    return "\n\n".join(["\n".join(head), *said]) + "\n"


def with_parts(count: int) -> str:
    many = "the conversation that was" if count == 1 else f"the {count} conversations that were"
    return f"Together with {many} merged into it."


def paragraph(message: Message, zone: tzinfo) -> str:
    """A line of the thread with when and by whom it was said or done."""
    at = f"[{moment(message.created_at, zone)}]"
    if message.kind == Message.Kind.ACTIVITY:
        return f"{at} {deed(message, zone)}"
    note = " (internal note)" if message.kind == Message.Kind.NOTE else ""
    parts = [f"{at} {message.author_name}{note}:", message.body_text]
    parts += [f"[file: {file.name}, {size(file.size)}]" for file in message.attachments.all()]
    return "\n".join(filter(None, parts))


def deed(message: Message, zone: tzinfo) -> str:
    """What was done, in a sentence: "Ana snoozed this until 2026-11-23 09:00"."""
    done: dict[str, Any] = message.activity or {}
    name = message.author_name
    words = f"{name} {wording.activity(done, message.author_type, name)}".strip()
    until = done.get("until")
    return f"{words} {moment(datetime.fromisoformat(until), zone)}" if until else words


def moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def size(length: int) -> str:
    return filesizeformat(length).replace("\xa0", " ")
