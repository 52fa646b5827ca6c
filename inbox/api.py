"""REST: conversations, their messages, their state, and files for messages."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web import files
from ground.web.api import (
    EmptyBody,
    FlagField,
    IdField,
    MomentField,
    PageQuery,
    Reference,
    StrictSerializer,
    UuidField,
    checked,
    page_answer,
)
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import Invalid, NewerMessages, NotAllowed, NotFound
from ground.web.text import CleanCharField
from inbox import actions, default_views
from inbox.actions.posting import CHOICE_LENGTH, CHOICES_MAX
from inbox.models import Attachment, Conversation, Macro, Message
from inbox.querysets import ConversationQuerySet
from people.api import TagReferenceSerializer, TeammateReferenceSerializer, TeamReferenceSerializer
from people.bearer import TokenView
from people.models import Contact, Tag, Team, Teammate
from people.models.token import Scope

LATEST_FIRST = ("-last_message_at", "-id")
SEQ_MAX = 2**62
NOBODY = "none"
APP_HAS_NO_LIST = "An app has no conversations of its own. Use a teammate's token."


# ---- shapes --------------------------------------------------------------------------------------


class ContactReferenceSerializer(serializers.Serializer):
    """A contact, by the name to show."""

    id = serializers.CharField(source="public_id")
    role = serializers.ChoiceField(Contact.Role.choices)
    name = serializers.CharField(source="display_name")


class PageSerializer(serializers.Serializer):
    """The page of your site on which the conversation began; empty when it did elsewhere."""

    url = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    referrer = serializers.CharField(required=False)


class PreviewSerializer(serializers.Serializer):
    """The newest public message, in one line."""

    text = serializers.CharField(source="preview")
    author_type = serializers.CharField(source="preview_author_type")
    author_name = serializers.CharField(source="preview_author_name")


class ConversationSerializer(serializers.Serializer):
    """A thread with one contact. `last_seq` counts everything in it, without gaps."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(Conversation.Status.choices)
    contact = ContactReferenceSerializer()
    assignee = TeammateReferenceSerializer(allow_null=True)
    team = TeamReferenceSerializer(allow_null=True)
    holder = serializers.ChoiceField(Conversation.Holder.choices)
    priority = serializers.ChoiceField(Conversation.Priority.words(), source="priority_word")
    tags = TagReferenceSerializer(source="shown_tags", many=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    waiting_since = serializers.DateTimeField(allow_null=True)
    rating = serializers.IntegerField(
        allow_null=True, help_text="The contact's latest score, 1 (worst) to 5."
    )
    page = PageSerializer()
    preview = PreviewSerializer(source="*")
    last_seq = serializers.IntegerField()
    contact_unread = serializers.IntegerField()
    last_message_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class ConversationsQuery(PageQuery):
    """Which conversations; filters add up."""

    status = serializers.ChoiceField(Conversation.Status.choices, required=False)
    assignee = Reference(
        lambda viewer: Teammate.objects.all(), noun="teammate", nobody=NOBODY, required=False
    )
    team = Reference(Team.objects.visible_to, noun="team", nobody=NOBODY, required=False)
    contact = Reference(Contact.objects.visible_to, noun="contact", required=False)
    view = IdField(
        required=False,
        help_text="One of you, unassigned, all, snoozed, closed, spam, or team-{id of a team}.",
    )


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
    """One line of a thread. An activity has no body; `activity` says what was done."""

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
    created_at = serializers.DateTimeField()

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


class SnoozeSerializer(StrictSerializer):
    """Until when a conversation is put off, or until the contact writes."""

    until = MomentField()


class AssignmentSerializer(StrictSerializer):
    """Whose a conversation is. What is left out stays as it is; null is nobody."""

    assignee = Reference(
        lambda viewer: Teammate.objects.active(), noun="teammate", required=False, allow_null=True
    )
    team = Reference(Team.objects.visible_to, noun="team", required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given:
            raise serializers.ValidationError("Name an assignee or a team.")
        return given


class PrioritySerializer(StrictSerializer):
    """How urgent a conversation is."""

    priority = serializers.ChoiceField(Conversation.Priority.words())


class TagsSerializer(StrictSerializer):
    """All tags that a conversation shall have."""

    tags = serializers.ListField(
        child=Reference(lambda viewer: Tag.objects.all(), noun="tag"), max_length=actions.TAGS_MAX
    )


UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}


# ---- conversations -------------------------------------------------------------------------------


class ConversationView(TokenView):
    """What all addresses of conversations share."""

    reads, writes = Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE

    def visible(self) -> ConversationQuerySet:
        return Conversation.objects.visible_to(self.viewer).for_list()

    def conversation(self, public_id: str) -> Conversation:
        """Raises NotFound for what does not exist and for what the token may not see, alike."""
        found = self.visible().filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such conversation.")
        return found

    def messages_json(self, messages: list[Message]) -> Any:
        return MessageSerializer(messages, many=True, context={"doer": self.doer}).data


class ConversationListView(ConversationView):
    @operation(
        "conversations_list",
        "List conversations",
        description="The latest message first.",
        query=ConversationsQuery,
        answers={200: page_of("Conversation", ConversationSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(ConversationsQuery, request.query_params.dict(), viewer=self.viewer)
        conversations = self.visible()
        for name in ("status", "assignee", "team", "contact"):
            if name in query:
                conversations = conversations.filter(**{name: query[name]})
        if "view" in query:
            conversations = self.narrowed(conversations, query["view"])
        return page_answer(conversations, ConversationSerializer, query, order=LATEST_FIRST)

    def narrowed(self, conversations: ConversationQuerySet, slug: str) -> ConversationQuerySet:
        if slug == default_views.OWN and self.viewer is None:
            raise Invalid(errors={"view": [APP_HAS_NO_LIST]})
        try:
            view = default_views.find(slug, self.viewer)
        except NotFound as problem:
            raise Invalid(errors={"view": [problem.detail]}) from None
        return view.narrow(conversations, self.viewer)


class ConversationDetailView(ConversationView):
    @operation("conversations_get", "Get a conversation", answers={200: ConversationSerializer})
    def get(self, request: Request, id: str) -> Response:
        return Response(ConversationSerializer(self.conversation(id)).data)


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
            "`client_id` again answers 200 with the stored message."
        ),
        body=NewMessageSerializer,
        answers={200: MessageSerializer, 201: MessageSerializer},
        conflict=NewerMessagesSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        given = checked(NewMessageSerializer, request.data)
        posted = self.say(self.conversation(id), **given)
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
    ) -> actions.Posted:
        if kind == Message.Kind.NOTE:
            return actions.note(conversation, by=self.doer, **draft)
        try:
            return actions.reply(
                conversation, by=self.doer, last_seen_seq=last_seen_seq, override=override, **draft
            )
        except NewerMessages as problem:
            problem.members["messages"] = self.messages_json(problem.members["messages"])
            raise


class ClosureView(ConversationView):
    @operation(
        "closure_create",
        "Close a conversation",
        description=(
            "The contact's next word opens it again. Closing a closed one changes nothing; spam is "
            "taken out of there first."
        ),
        body=EmptyBody,
        answers={200: ConversationSerializer},
        conflict=ProblemSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        checked(EmptyBody, request.data)
        closed = actions.close(self.conversation(id), by=self.doer)
        return Response(ConversationSerializer(closed).data)

    @operation(
        "closure_delete",
        "Reopen a conversation",
        description="Leaves one that is not closed as it is.",
        answers={200: ConversationSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        conversation = self.conversation(id)
        if conversation.is_closed:
            conversation = actions.reopen(conversation, by=self.doer)
        return Response(ConversationSerializer(conversation).data)


class SnoozeView(ConversationView):
    @operation(
        "snooze_put",
        "Snooze a conversation",
        body=SnoozeSerializer,
        answers={200: ConversationSerializer},
        conflict=ProblemSerializer,
    )
    def put(self, request: Request, id: str) -> Response:
        until = checked(SnoozeSerializer, request.data)["until"]
        snoozed = actions.snooze(self.conversation(id), by=self.doer, until=until)
        return Response(ConversationSerializer(snoozed).data)

    @operation(
        "snooze_delete",
        "Wake a snoozed conversation",
        description="Leaves one that is not snoozed as it is.",
        answers={200: ConversationSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        conversation = self.conversation(id)
        if conversation.status == Conversation.Status.SNOOZED:
            conversation = actions.reopen(conversation, by=self.doer)
        return Response(ConversationSerializer(conversation).data)


class SpamView(ConversationView):
    @operation(
        "spam_put",
        "Mark a conversation as spam",
        description=(
            "It leaves all lists but that of spam, and what its contact writes stays there. The "
            "contact sees nothing of it. Marking it twice changes nothing."
        ),
        body=EmptyBody,
        answers={200: ConversationSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        checked(EmptyBody, request.data)
        marked = actions.mark_spam(self.conversation(id), by=self.doer)
        return Response(ConversationSerializer(marked).data)

    @operation(
        "spam_delete",
        "Take a conversation out of spam",
        description="It is open again. Leaves one that is not spam as it is.",
        answers={200: ConversationSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        unmarked = actions.unmark_spam(self.conversation(id), by=self.doer)
        return Response(ConversationSerializer(unmarked).data)


class AssignmentView(ConversationView):
    @operation(
        "assignment_put",
        "Assign a conversation",
        description=(
            "To a teammate, a team, both or nobody. A teammate must be able to see it there; when "
            "only the team changes, an assignee who cannot see it any more loses it."
        ),
        body=AssignmentSerializer,
        answers={200: ConversationSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        wanted = checked(AssignmentSerializer, request.data, viewer=self.viewer)
        assigned = actions.assign(self.conversation(id), by=self.doer, **wanted)
        return Response(ConversationSerializer(assigned).data)


class PriorityView(ConversationView):
    @operation(
        "priority_put",
        "Set the priority of a conversation",
        body=PrioritySerializer,
        answers={200: ConversationSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        word = checked(PrioritySerializer, request.data)["priority"]
        priority = Conversation.Priority.of(word)
        changed = actions.prioritize(self.conversation(id), by=self.doer, priority=priority)
        return Response(ConversationSerializer(changed).data)


class TagsView(ConversationView):
    @operation(
        "conversation_tags_put",
        "Set the tags of a conversation",
        description="The list replaces the one before; an empty one takes all tags off.",
        body=TagsSerializer,
        answers={200: ConversationSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        tags = checked(TagsSerializer, request.data, viewer=self.viewer)["tags"]
        tagged = actions.set_tags(self.conversation(id), by=self.doer, tags=tags)
        return Response(ConversationSerializer(tagged).data)


# ---- macros ------------------------------------------------------------------------------------


class StepSerializer(serializers.Serializer):
    """What is done along with a message: `to` whom, to which team, or until when."""

    do = serializers.CharField()
    to = serializers.CharField(allow_blank=True)


class MacroSerializer(serializers.Serializer):
    """A text with variables; `owner` for one teammate, `team` for one team, or for everybody."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    body = serializers.CharField()
    steps = StepSerializer(many=True)
    owner = TeammateReferenceSerializer(allow_null=True)
    team = TeamReferenceSerializer(allow_null=True)
    used = serializers.IntegerField()


class MacrosView(TokenView):
    reads = writes = Scope.CONVERSATIONS_READ

    @operation(
        "macros_list",
        "List macros",
        description="Those that the token's teammate can use; for an app, everybody's.",
        query=PageQuery,
        answers={200: page_of("Macro", MacroSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        macros = Macro.objects.visible_to(self.viewer).select_related("owner", "team")
        return page_answer(macros, MacroSerializer, query, order=("name", "id"))


# ---- files ---------------------------------------------------------------------------------------


class UploadsView(TokenView):
    reads = writes = Scope.CONVERSATIONS_WRITE
    parser_classes = [MultiPartParser]

    @operation(
        "uploads_create",
        "Upload a file",
        description="For a message that names it within a day. The token must act as a teammate.",
        body=UPLOAD,
        answers={201: AttachmentSerializer},
    )
    def post(self, request: Request) -> Response:
        if self.viewer is None:
            raise NotAllowed("Only people speak in a conversation: use a teammate's token.")
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid(errors={"file": ["Send one file, as multipart field “file”."]})
        attachment = actions.attach(upload, by=self.viewer)
        body = AttachmentSerializer(attachment, context={"doer": self.doer}).data
        return Response(body, status=201)


urlpatterns = [
    path("conversations", ConversationListView.as_view(), name="conversations"),
    path("conversations/<pid:id>", ConversationDetailView.as_view(), name="conversation"),
    path("conversations/<pid:id>/messages", MessagesView.as_view(), name="messages"),
    path("conversations/<pid:id>/closure", ClosureView.as_view(), name="closure"),
    path("conversations/<pid:id>/snooze", SnoozeView.as_view(), name="snooze"),
    path("conversations/<pid:id>/spam", SpamView.as_view(), name="spam"),
    path("conversations/<pid:id>/assignment", AssignmentView.as_view(), name="assignment"),
    path("conversations/<pid:id>/priority", PriorityView.as_view(), name="priority"),
    path("conversations/<pid:id>/tags", TagsView.as_view(), name="conversation-tags"),
    path("uploads", UploadsView.as_view(), name="uploads"),
    path("macros", MacrosView.as_view(), name="macros"),
]
