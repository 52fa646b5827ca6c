"""REST: side conversations, in which colleagues are asked beside a conversation."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import (
    EmptyBody,
    IdField,
    PageQuery,
    StrictSerializer,
    UuidField,
    checked,
    page_answer,
)
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import Invalid, NotFound
from ground.web.text import CleanCharField
from inbox.actions import asking
from inbox.actions.asking import SUBJECT_LENGTH
from inbox.actions.side_people import PARTICIPANTS_MAX, Whom
from inbox.actions.side_reading import mark_side_read
from inbox.api.conversations import ConversationView
from inbox.api.messages import SEQ_MAX
from inbox.models import SideConversation, SideMessage, SideParticipant
from people.api.references import TeammateReferenceSerializer, TeamReferenceSerializer
from people.models import Team, Teammate

ORDER = ("-last_message_at", "-id")


class SideAuthorSerializer(serializers.Serializer):
    """Who said it; `id` is null for who is no longer there."""

    id = serializers.SerializerMethodField()
    name = serializers.CharField(source="author_name")

    @extend_schema_field({"type": ["string", "null"]})
    def get_id(self, message: SideMessage) -> str | None:
        return message.teammate.public_id if message.teammate else None


class SideMessageSerializer(serializers.Serializer):
    """What somebody said. `seq` is dense within its side conversation."""

    id = serializers.CharField(source="public_id")
    seq = serializers.IntegerField()
    client_id = serializers.UUIDField()
    author = SideAuthorSerializer(source="*")
    body_text = serializers.CharField()
    body_html = serializers.CharField()
    created_at = serializers.DateTimeField()


class SideConversationSerializer(serializers.Serializer):
    """A question to colleagues, which the contact never sees. `unread` is for who takes part;
    `teams` are those that the token may see."""

    id = serializers.CharField(source="public_id")
    subject = serializers.CharField()
    asked_by = serializers.CharField(source="opened_by_name")
    teammates = serializers.SerializerMethodField()
    teams = serializers.SerializerMethodField()
    preview = serializers.CharField()
    last_seq = serializers.IntegerField()
    unread = serializers.SerializerMethodField()
    closed_at = serializers.DateTimeField(allow_null=True)
    last_message_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(TeammateReferenceSerializer(many=True))
    def get_teammates(self, side: SideConversation) -> Any:
        mates = [each.teammate for each in side.participants.all() if each.teammate]
        return TeammateReferenceSerializer(mates, many=True).data

    @extend_schema_field(TeamReferenceSerializer(many=True))
    def get_teams(self, side: SideConversation) -> Any:
        teams = [each.team for each in side.participants.all() if each.team]
        return TeamReferenceSerializer(teams, many=True).data

    @extend_schema_field({"type": "integer"})
    def get_unread(self, side: Any) -> int:
        return max(0, side.last_seq - side.my_read_seq) if side.is_mine else 0


class SideThreadSerializer(serializers.Serializer):
    """A stretch of it, in order; there is more when `last_seq` is beyond it."""

    messages = SideMessageSerializer(many=True)
    last_seq = serializers.IntegerField()


class SideWindowQuery(StrictSerializer):
    """What follows `after`, from the beginning unless it is given."""

    after = serializers.IntegerField(min_value=0, max_value=SEQ_MAX, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=settings.PAGE_SIZE_MAX, default=50)


class WhomSerializer(StrictSerializer):
    """Those who are asked: ids of teammates and of teams."""

    teammates = serializers.ListField(child=IdField(), default=list, max_length=PARTICIPANTS_MAX)
    teams = serializers.ListField(child=IdField(), default=list, max_length=PARTICIPANTS_MAX)


class AnswerSerializer(StrictSerializer):
    """What is said; "@" and a name mention somebody as in a note."""

    body = CleanCharField(max_bytes=settings.MESSAGE_MAX_KB * 1024, help_text="Markdown")
    client_id = UuidField(help_text="Your own id for the message; a repeat posts nothing.")


class QuestionSerializer(AnswerSerializer, WhomSerializer):
    """A question, and whom it is for."""

    subject = CleanCharField(max_bytes=4 * SUBJECT_LENGTH, allow_blank=True, default="")


class SideReadSerializer(StrictSerializer):
    """How far it has been read."""

    seq = serializers.IntegerField(min_value=0, max_value=SEQ_MAX)


class SideView(ConversationView):
    """What all addresses of side conversations share."""

    not_for_apps = "Only people ask and answer here: use a teammate's token."

    def sides(self, id: str) -> Any:
        rows = self.conversation(id).sides.with_marks(self.viewer)
        known = SideParticipant.objects.known_to(self.viewer)
        return rows.prefetch_related(Prefetch("participants", known))

    def side(self, id: str, side: str) -> SideConversation:
        found: SideConversation | None = self.sides(id).filter(public_id=side).first()
        if found is None:
            raise NotFound("There is no such side conversation.")
        return found

    def whom(self, given: dict[str, Any]) -> Whom:
        mates, teams = set(given.pop("teammates")), set(given.pop("teams"))
        found = Whom(
            tuple(Teammate.objects.filter(public_id__in=mates)),
            tuple(Team.objects.visible_to(self.viewer).filter(public_id__in=teams)),
        )
        errors = {
            name: ["One of them is not there."]
            for name, wanted, there in (
                ("teammates", mates, found.teammates),
                ("teams", teams, found.teams),
            )
            if len(wanted) != len(there)
        }
        if errors:
            raise Invalid(errors=errors)
        return found

    def answered(self, id: str, side: SideConversation, *, status: int = 200) -> Response:
        body = SideConversationSerializer(self.side(id, side.public_id)).data
        return Response(body, status=status)


class SideConversationsView(SideView):
    @operation(
        "side_conversations_list",
        "List side conversations",
        description="Those beside one conversation, the latest message first.",
        query=PageQuery,
        answers={200: page_of("SideConversation", SideConversationSerializer)},
    )
    def get(self, request: Request, id: str) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(self.sides(id), SideConversationSerializer, query, order=ORDER)

    @operation(
        "side_conversations_create",
        "Ask colleagues",
        description=(
            "Begins a side conversation with its first message, as the token's teammate. Who may "
            "not see the conversation, or not answer, cannot be asked. The same `client_id` again "
            "answers 200 with the stored one."
        ),
        body=QuestionSerializer,
        answers={200: SideConversationSerializer, 201: SideConversationSerializer},
        conflict=ProblemSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        speaker = self.teammate
        conversation = self.conversation(id)
        given = checked(QuestionSerializer, request.data)
        whom = self.whom(given)
        said = asking.ask(conversation, by=speaker, whom=whom, **given)
        return self.answered(id, said.side, status=201 if said.is_new else 200)


class SideConversationView(SideView):
    @operation(
        "side_conversations_get",
        "Get a side conversation",
        answers={200: SideConversationSerializer},
    )
    def get(self, request: Request, id: str, side: str) -> Response:
        return Response(SideConversationSerializer(self.side(id, side)).data)


class SideMessagesView(SideView):
    @operation(
        "side_messages_list",
        "Read a side conversation",
        query=SideWindowQuery,
        answers={200: SideThreadSerializer},
    )
    def get(self, request: Request, id: str, side: str) -> Response:
        query = checked(SideWindowQuery, request.query_params.dict())
        found = self.side(id, side)
        rows = found.messages.filter(seq__gt=query["after"]).select_related("teammate")
        stretch = rows.order_by("seq")[: query["limit"]]
        return Response(
            SideThreadSerializer({"messages": stretch, "last_seq": found.last_seq}).data
        )

    @operation(
        "side_messages_create",
        "Answer in a side conversation",
        description=(
            "As the token's teammate, who takes part from then on. A closed one is open again. "
            "The same `client_id` again answers 200 with the stored message."
        ),
        body=AnswerSerializer,
        answers={200: SideMessageSerializer, 201: SideMessageSerializer},
        conflict=ProblemSerializer,
    )
    def post(self, request: Request, id: str, side: str) -> Response:
        speaker = self.teammate
        found = self.side(id, side)
        given = checked(AnswerSerializer, request.data)
        said = asking.answer(found, by=speaker, **given)
        body = SideMessageSerializer(said.message).data
        return Response(body, status=201 if said.is_new else 200)


class SideParticipantsView(SideView):
    @operation(
        "side_participants_create",
        "Ask further colleagues",
        description="Who takes part already stays as they are.",
        body=WhomSerializer,
        answers={200: SideConversationSerializer},
        conflict=ProblemSerializer,
    )
    def post(self, request: Request, id: str, side: str) -> Response:
        speaker = self.teammate
        found = self.side(id, side)
        whom = self.whom(checked(WhomSerializer, request.data))
        return self.answered(id, asking.join(found, by=speaker, whom=whom))


class SideClosureView(SideView):
    @operation(
        "side_closure_create",
        "Close a side conversation",
        description="Nobody is told of it any more. Closing a closed one changes nothing.",
        body=EmptyBody,
        answers={200: SideConversationSerializer},
    )
    def post(self, request: Request, id: str, side: str) -> Response:
        speaker = self.teammate
        found = self.side(id, side)
        checked(EmptyBody, request.data)
        return self.answered(id, asking.close_side(found, by=speaker))

    @operation(
        "side_closure_delete",
        "Reopen a side conversation",
        description="Leaves one that is open as it is.",
        answers={200: SideConversationSerializer},
    )
    def delete(self, request: Request, id: str, side: str) -> Response:
        speaker = self.teammate
        return self.answered(id, asking.reopen_side(self.side(id, side), by=speaker))


class SideReadView(SideView):
    @operation(
        "side_read_put",
        "Mark a side conversation as read",
        description="For the token's teammate. Marks only move forward.",
        body=SideReadSerializer,
        answers={200: SideConversationSerializer},
    )
    def put(self, request: Request, id: str, side: str) -> Response:
        speaker = self.teammate
        found = self.side(id, side)
        seq = checked(SideReadSerializer, request.data)["seq"]
        mark_side_read(found, by=speaker, seq=seq)
        return self.answered(id, found)
