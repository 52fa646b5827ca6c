"""REST: the messages of a conversation."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web import files
from ground.web.api import EmptyBody, FlagField, IdField, StrictSerializer, UuidField, checked
from ground.web.openapi import ProblemSerializer, operation
from ground.web.problems import NewerMessages
from ground.web.text import CleanCharField
from inbox import actions
from inbox.actions.posting import CHOICE_LENGTH, CHOICES_MAX
from inbox.api.conversations import ConversationView
from inbox.api.kept import LaterMessageSerializer
from inbox.models import Attachment, Conversation, LaterMessage, Message
from inbox.naming import keep_parts_private, keep_teams_private
from people.models import Team

SEQ_MAX = 2**62


class AuthorSerializer(serializers.Serializer):
    """Who said or did it. A bot or Counterfoil itself has no id."""

    type = serializers.ChoiceField(Message.Author.choices, source="author_type")
    id = serializers.SerializerMethodField()
    name = serializers.CharField(source="author_name")

    @extend_schema_field({"type": ["string", "null"]})
    def get_id(self, message: Message) -> str | None:
        person = message.teammate or message.contact
        return person.public_id if person else None


class AttachmentSerializer(serializers.Serializer):
    """A file. `url` needs no token and ends within two hours; pixels are known of images.

    `thumb` is a small WebP of a large image, null for everything else.
    """

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    url = serializers.SerializerMethodField()
    thumb = serializers.SerializerMethodField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, file: Attachment) -> str:
        return self.address(file.key, file.name, file.content_type)

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_thumb(self, file: Attachment) -> str | None:
        return self.address(file.thumb_key, file.name, "image/webp") if file.thumb_key else None

    def address(self, key: str, name: str, content_type: str) -> str:
        viewer = self.context["doer"].public_id
        url = files.signed_url(key, name, content_type, viewer=viewer)
        return urljoin(settings.SITE_URL, url)


class MessageSerializer(serializers.Serializer):
    """One line of a thread. An activity has no body; `activity` says what was done, and of a reply
    in the house's name which rule it is of."""

    id = serializers.CharField(source="public_id")
    seq = serializers.IntegerField()
    client_id = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(Message.Kind.choices)
    author = AuthorSerializer(source="*")
    body_text = serializers.CharField()
    body_html = serializers.CharField()
    choices = serializers.SerializerMethodField()
    activity = serializers.DictField(allow_null=True)
    attachments = AttachmentSerializer(many=True)
    sentiment = serializers.FloatField(
        allow_null=True,
        help_text=(
            "How its author sounds, from -1 (upset) to 1 (content). Of a contact's words, some "
            "seconds after they were written; else null."
        ),
    )
    language = serializers.CharField(
        help_text="The code of the language of a contact's words; empty while unknown."
    )
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(
        allow_null=True, help_text="When a note got its present words; null for what never changed."
    )

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_choices(self, message: Message) -> list[str]:
        return message.choices or []


class ThreadSerializer(serializers.Serializer):
    """A stretch of a thread, in order; there is more when `last_seq` is beyond it."""

    messages = MessageSerializer(many=True)
    last_seq = serializers.IntegerField()


class WindowQuery(StrictSerializer):
    """What follows `after`, or what comes before `before`, or else the newest."""

    after = serializers.IntegerField(min_value=0, max_value=SEQ_MAX, required=False)
    before = serializers.IntegerField(min_value=0, max_value=SEQ_MAX, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=settings.PAGE_SIZE_MAX, default=50)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "after" in given and "before" in given:
            raise serializers.ValidationError("Give after or before, not both.")
        return given


class NewMessageSerializer(StrictSerializer):
    """A reply, which the contact sees, or a note, which only teammates see."""

    kind = serializers.ChoiceField([Message.Kind.REPLY, Message.Kind.NOTE])
    body = CleanCharField(
        max_bytes=settings.MESSAGE_MAX_KB * 1024,
        allow_blank=True,
        default="",
        help_text="Markdown; may be empty when there are attachments.",
    )
    client_id = UuidField(help_text="Your own id for the message; a repeat posts nothing.")
    last_seen_seq = serializers.IntegerField(
        min_value=0,
        max_value=SEQ_MAX,
        required=False,
        help_text="The last `seq` you saw: a reply to what is no longer the latest is refused.",
    )
    override = FlagField(default=False, help_text="Reply all the same.")
    attachments = serializers.ListField(
        child=IdField(), default=list, max_length=100, help_text="Ids of uploads."
    )
    choices = serializers.ListField(
        child=CleanCharField(max_bytes=4 * CHOICE_LENGTH),
        default=list,
        max_length=CHOICES_MAX,
        help_text="Short answers to pick from, shown as buttons under a reply.",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["kind"] == Message.Kind.NOTE and given.pop("choices"):
            raise serializers.ValidationError({"choices": "Only a reply offers choices."})
        return given


class NewerMessagesSerializer(ProblemSerializer):
    """With the type `newer-messages`, `messages` holds what came since `last_seen_seq`."""

    messages = MessageSerializer(many=True, required=False)


class MessagesView(ConversationView):
    @operation(
        "messages_list",
        "Read a thread",
        description=(
            "Replies, notes and activities in order of `seq`, without gaps. To follow a thread, "
            "ask for what comes `after` the last `seq` that you have."
        ),
        query=WindowQuery,
        answers={200: ThreadSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        query = checked(WindowQuery, request.query_params.dict())
        conversation = self.conversation(id)
        messages = conversation.messages.visible_to(self.viewer).window("seq", **query)
        return Response(
            {"messages": self.messages_json(messages), "last_seq": conversation.last_seq}
        )

    @operation(
        "messages_create",
        "Reply, or add a note",
        description=(
            "Only people speak in a conversation: the token must act as a teammate. The same "
            "`client_id` again answers 200 with the stored message. The reply of a teammate whose "
            "replies a senior releases is kept for that, and the answer is 202."
        ),
        body=NewMessageSerializer,
        answers={200: MessageSerializer, 201: MessageSerializer, 202: LaterMessageSerializer},
        conflict=NewerMessagesSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        given = checked(NewMessageSerializer, request.data)
        posted = self.say(self.conversation(id), **given)
        if isinstance(posted, LaterMessage):
            return Response(LaterMessageSerializer(posted).data, status=202)
        body = MessageSerializer(posted.message, context={"doer": self.doer}).data
        return Response(body, status=201 if posted.is_new else 200)

    def say(
        self,
        conversation: Conversation,
        *,
        kind: str,
        last_seen_seq: int | None = None,
        override: bool,
        **draft: Any,
    ) -> actions.Posted | LaterMessage:
        if kind == Message.Kind.NOTE:
            return actions.note(conversation, by=self.doer, **draft)
        draft |= {"last_seen_seq": last_seen_seq, "override": override}
        try:
            if self.viewer is not None and self.viewer.needs_release:
                return actions.submit_reply(conversation, by=self.viewer, **draft)
            return actions.reply(conversation, by=self.doer, **draft)
        except NewerMessages as problem:
            problem.members["messages"] = self.messages_json(problem.members["messages"])
            raise

    def messages_json(self, messages: list[Message]) -> Any:
        keep_teams_private(messages, lambda: Team.objects.hidden_from(self.viewer))
        keep_parts_private(messages, lambda: Conversation.objects.visible_to(self.viewer))
        return MessageSerializer(messages, many=True, context={"doer": self.doer}).data


class NoteChangesSerializer(StrictSerializer):
    """The other words of a note."""

    body = CleanCharField(
        max_bytes=settings.MESSAGE_MAX_KB * 1024,
        allow_blank=True,
        help_text="Markdown; may be empty when there are attachments.",
    )


class MessageView(ConversationView):
    """Only notes change: what a contact may have seen stays as it was."""

    not_for_apps = "Only people change their notes: use a teammate's token."

    @operation(
        "messages_update",
        "Edit a note",
        description="A note of the token's teammate. Replies cannot be edited.",
        body=NoteChangesSerializer,
        answers={200: MessageSerializer},
        conflict=ProblemSerializer,
    )
    def patch(self, request: Request, id: str, message: str) -> Response:
        teammate, conversation = self.teammate, self.conversation(id)
        given = checked(NoteChangesSerializer, request.data)
        return self.answer(actions.edit_note(conversation, message, by=teammate, **given))

    @operation(
        "messages_delete",
        "Delete a note",
        description=(
            "A note of the token's teammate, or anybody's by an admin. Answers with the line that "
            "is left in its place. PUT brings the note back within ten minutes."
        ),
        answers={200: MessageSerializer},
        conflict=ProblemSerializer,
    )
    def delete(self, request: Request, id: str, message: str) -> Response:
        teammate = self.teammate
        return self.answer(actions.delete_note(self.conversation(id), message, by=teammate))

    @operation(
        "messages_restore",
        "Bring a deleted note back",
        description=(
            "By the teammate who deleted it, within ten minutes. Leaves one that is there as it is."
        ),
        body=EmptyBody,
        answers={200: MessageSerializer},
        conflict=ProblemSerializer,
    )
    def put(self, request: Request, id: str, message: str) -> Response:
        teammate, conversation = self.teammate, self.conversation(id)
        checked(EmptyBody, request.data)
        return self.answer(actions.restore_note(conversation, message, by=teammate))

    def answer(self, line: Message) -> Response:
        return Response(MessageSerializer(line, context={"doer": self.doer}).data)
