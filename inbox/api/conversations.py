"""REST: conversations."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import IdField, PageQuery, Reference, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.problems import Invalid, NotFound, Unavailable
from ground.web.timing import OutOfTime, within
from inbox import default_views
from inbox.asking import ASKED_MS, TOO_SLOW
from inbox.models import Conversation
from inbox.orders import DUE, NEWEST, ORDERS, WAITING
from inbox.querysets import ConversationQuerySet
from people.api.references import (
    TagReferenceSerializer,
    TeammateReferenceSerializer,
    TeamReferenceSerializer,
)
from people.bearer import TokenView
from people.models import Contact, Tag, Team, Teammate
from people.models.token import Scope

NOBODY = "none"
ONLY_OPEN_ONES_WAIT = (
    "Only open conversations wait or are due: add status=open, or a view of open conversations."
)
APP_HAS_NO_LIST = "An app has no conversations of its own. Use a teammate's token."


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
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="By when `due_for` must be done; past: it is late."
    )
    due_for = serializers.ChoiceField(
        [("", "Nothing"), *Conversation.Due.choices], help_text="What is due; empty for nothing."
    )
    rating = serializers.IntegerField(
        allow_null=True, help_text="The contact's latest score, 1 (worst) to 5."
    )
    rating_comment = serializers.CharField(
        allow_null=True, help_text="What the contact wrote with it; empty when nothing."
    )
    mood = serializers.ChoiceField(
        Conversation.Mood.choices,
        allow_null=True,
        help_text="How the contact sounds in what they wrote; null while that is unknown.",
    )
    sentiment = serializers.FloatField(
        allow_null=True, help_text="The same from -1 (upset) to 1 (content)."
    )
    language = serializers.CharField(
        help_text="The code of the language that the contact writes in; empty while unknown."
    )
    merged_into = serializers.SerializerMethodField(
        help_text=(
            "What this is a part of; null for one that stands for itself, and where the token may "
            "not see the other."
        )
    )
    is_split_off = serializers.BooleanField(
        help_text="Whether it began with messages of another; `split` has them."
    )
    channel = serializers.SerializerMethodField(
        help_text="The kind of the line by which it is answered, e.g. messenger."
    )
    page = PageSerializer()
    preview = PreviewSerializer(source="*")
    last_seq = serializers.IntegerField()
    contact_unread = serializers.IntegerField()
    last_message_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_channel(self, conversation: Conversation) -> str | None:
        line = conversation.shown_line
        return line["kind"] if line else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_merged_into(self, conversation: Conversation) -> str | None:
        # What an action answers with stands for itself; what is read brings this along.
        return getattr(conversation, "shown_whole", None)


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
        help_text=(
            "One of you, mentions, unassigned, all, waiting, snoozed, closed, spam, or "
            "team-{id of a team}, or view-{id of a saved view}."
        ),
    )
    tag = Reference(lambda viewer: Tag.objects.all(), noun="tag", required=False)
    priority = serializers.ChoiceField(Conversation.Priority.words(), required=False)
    order = serializers.ChoiceField(
        [(order.slug, order.name) for order in ORDERS.values()],
        required=False,
        help_text=(
            "By the latest message, or by how long the contact has been waiting, or by what is due "
            "first; after those the ones that do not wait, or where nothing is due. A view has its "
            "own usual order."
        ),
    )


class ConversationView(TokenView):
    """What all addresses of conversations share."""

    reads, writes = Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE

    def visible(self) -> ConversationQuerySet:
        found = Conversation.objects.visible_to(self.viewer)
        return found.for_list().with_rating_comment().with_shown_whole(found)

    def conversation(self, public_id: str) -> Conversation:
        """Raises NotFound for what does not exist and for what the token may not see, alike."""
        found = self.visible().filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such conversation.")
        return found


def view_named(slug: str, viewer: Teammate | None) -> default_views.View:
    """Raises Invalid."""
    if slug in default_views.PERSONAL and viewer is None:
        raise Invalid(errors={"view": [APP_HAS_NO_LIST]})
    try:
        return default_views.find(slug, viewer)
    except NotFound as problem:
        raise Invalid(errors={"view": [problem.detail]}) from None


class ConversationListView(ConversationView):
    @operation(
        "conversations_list",
        "List conversations",
        description="The latest message first, unless `order` says otherwise.",
        query=ConversationsQuery,
        answers={200: page_of("Conversation", ConversationSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(ConversationsQuery, request.query_params.dict(), viewer=self.viewer)
        conversations = self.listed(query.get("status"))
        for name in ("status", "assignee", "team", "contact"):
            if name in query:
                conversations = conversations.filter(**{name: query[name]})
        if "tag" in query:
            conversations = conversations.tagged(query["tag"])
        if "priority" in query:
            priority = Conversation.Priority.of(query["priority"])
            conversations = conversations.filter(priority=priority)
        order, is_open = NEWEST, query.get("status") == Conversation.Status.OPEN
        is_asked = False
        if "view" in query:
            view = view_named(query["view"], self.viewer)
            conversations = view.narrow(conversations, self.viewer)
            order, is_open = view.orders[0], is_open or WAITING in view.orders
            is_asked = view.is_asked
        order = ORDERS[query["order"]] if "order" in query else order
        if order in (WAITING, DUE) and not is_open:
            raise Invalid(errors={"order": [ONLY_OPEN_ONES_WAIT]})
        if not is_asked:
            return page_answer(conversations, ConversationSerializer, query, order=order.keys)
        try:
            with within(ASKED_MS):
                return page_answer(conversations, ConversationSerializer, query, order=order.keys)
        except OutOfTime:
            raise Unavailable(TOO_SLOW) from None

    def listed(self, status: str | None) -> ConversationQuerySet:
        """Parts of others are listed for who asks for them."""
        if status == Conversation.Status.MERGED:
            return self.visible()
        return self.visible().whole()


class ConversationDetailView(ConversationView):
    @operation("conversations_get", "Get a conversation", answers={200: ConversationSerializer})
    def get(self, request: Request, id: str) -> Response:
        return Response(ConversationSerializer(self.conversation(id)).data)
