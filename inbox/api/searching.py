"""REST: search."""

from datetime import UTC

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import IdField, PageQuery, checked
from ground.web.openapi import operation
from ground.web.problems import Invalid
from ground.web.text import CleanCharField
from ground.web.zones import TimeZoneField
from inbox import finding
from inbox.api.conversations import (
    ContactReferenceSerializer,
    ConversationSerializer,
    view_named,
)
from inbox.api.messages import AuthorSerializer
from inbox.finding.beside import Aside
from inbox.finding.meaning import Among
from inbox.finding.query import LENGTH_MAX
from inbox.finding.search import NEWEST, ORDERS
from inbox.models import Message
from people.api.references import CompanyReferenceSerializer
from people.bearer import TokenView
from people.models.token import Scope


class SearchQuery(PageQuery):
    """What is searched for, as in the inbox: words, "exact words", -not, and operators."""

    q = CleanCharField(max_bytes=4 * LENGTH_MAX, help_text="For example: refund is:open -tag:vip")
    order = serializers.ChoiceField(ORDERS, default=NEWEST)
    view = IdField(
        required=False,
        help_text="Only in this list: the name of a view, as for the list of conversations.",
    )
    time_zone = TimeZoneField(
        required=False, help_text="Whose days `before:` and `after:` mean; UTC unless told."
    )


class PieceSerializer(serializers.Serializer):
    """A stretch of plain text, and whether it was looked for."""

    text = serializers.CharField()
    is_match = serializers.BooleanField()


class FoundMessageSerializer(serializers.Serializer):
    """The message that was found."""

    id = serializers.CharField(source="public_id")
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(Message.Kind.choices)
    author = AuthorSerializer(source="*")
    created_at = serializers.DateTimeField()


class HitSerializer(serializers.Serializer):
    """A conversation, by the message in it that was found; null where no word was asked for."""

    conversation = ConversationSerializer()
    message = FoundMessageSerializer(allow_null=True)
    excerpt = PieceSerializer(many=True)


class FoundAsideSerializer(serializers.Serializer):
    """What a colleague wrote beside the threads: a note of a contact, or (with `conversation` and
    `side`) a message of a side conversation."""

    id = serializers.SerializerMethodField()
    contact = ContactReferenceSerializer()
    conversation = serializers.CharField(
        source="said.side.conversation.public_id", default=None, allow_null=True
    )
    side = serializers.CharField(source="said.side.public_id", default=None, allow_null=True)
    excerpt = PieceSerializer(many=True)

    def get_id(self, aside: Aside) -> str:
        return (aside.note or aside.said).public_id


class FoundSerializer(serializers.Serializer):
    """One page of results. `notice` says what was left out for want of time, `remarks` what was
    understood otherwise than written; contacts, companies and asides come with the first page."""

    results = HitSerializer(source="hits", many=True)
    contacts = ContactReferenceSerializer(many=True)
    companies = CompanyReferenceSerializer(many=True)
    asides = FoundAsideSerializer(many=True)
    remarks = serializers.ListField(child=serializers.CharField())
    notice = serializers.CharField(allow_blank=True)
    next = serializers.CharField(allow_null=True)


class SearchView(TokenView):
    reads = writes = Scope.CONVERSATIONS_READ

    def list_named(self, slug: str) -> Among:
        """Raises Invalid."""
        view = view_named(slug, self.viewer)
        return lambda conversations: view.narrow(conversations, self.viewer)

    @operation(
        "search",
        "Search",
        description=(
            "Messages, notes and side conversations that the token may see; people and companies, "
            "and what is noted of people, too, with the scope `contacts:read`."
        ),
        query=SearchQuery,
        answers={200: FoundSerializer},
    )
    def get(self, request: Request) -> Response:
        query = checked(SearchQuery, request.query_params.dict())
        found = finding.search(
            query["q"],
            viewer=self.viewer,
            order=query["order"],
            cursor=query.get("cursor"),
            limit=query["limit"],
            zone=query.get("time_zone", UTC),
            among=self.list_named(query["view"]) if "view" in query else None,
        )
        if found.faults:
            raise Invalid(errors={"q": found.faults})
        if Scope.CONTACTS_READ not in request.auth.scopes:
            found.contacts, found.companies = [], []
            found.asides = [each for each in found.asides if each.note is None]
        return Response(FoundSerializer(found).data)
