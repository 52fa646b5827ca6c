"""REST: replies that wait for their time."""

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import (
    EmptyBody,
    FlagField,
    IdField,
    MomentField,
    PageQuery,
    StrictSerializer,
    UuidField,
    checked,
    page_answer,
)
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import NewerMessages, NotFound
from ground.web.text import CleanCharField
from inbox import actions
from inbox.actions.posting import CHOICE_LENGTH, CHOICES_MAX
from inbox.api.conversations import ConversationView
from inbox.api.kept import LaterMessageSerializer
from inbox.api.messages import MessageSerializer, NewerMessagesSerializer
from inbox.models import LaterMessage

SEQ_MAX = 2**62


class NewLaterMessageSerializer(StrictSerializer):
    """A reply, and when it is to go out."""

    body = CleanCharField(
        max_bytes=settings.MESSAGE_MAX_KB * 1024, allow_blank=True, default="", help_text="Markdown"
    )
    client_id = UuidField(help_text="What its message will have; a repeat keeps nothing twice.")
    due_at = MomentField(help_text="A time within a year.")
    last_seen_seq = serializers.IntegerField(
        min_value=0, max_value=SEQ_MAX, required=False, help_text="As with messages."
    )
    override = FlagField(default=False, help_text="Keep it all the same.")
    attachments = serializers.ListField(child=IdField(), default=list, max_length=100)
    choices = serializers.ListField(
        child=CleanCharField(max_bytes=4 * CHOICE_LENGTH), default=list, max_length=CHOICES_MAX
    )


class LaterMessagesView(ConversationView):
    @operation(
        "later_messages_list",
        "List replies that wait",
        description="What waits to be sent in a conversation, and of yours what came to nothing.",
        query=PageQuery,
        answers={200: page_of("LaterMessage", LaterMessageSerializer)},
    )
    def get(self, request: Request, id: str) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        shown = self.conversation(id).later_messages.shown_to(self.viewer)
        return page_answer(shown, LaterMessageSerializer, query, order=("due_at", "id"))

    @operation(
        "later_messages_create",
        "Send a reply later",
        description=(
            "As the token's teammate. It is called off when the contact writes before. The same "
            "`client_id` again answers with the stored one."
        ),
        body=NewLaterMessageSerializer,
        answers={201: LaterMessageSerializer},
        conflict=NewerMessagesSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        given = checked(NewLaterMessageSerializer, request.data)
        try:
            later = actions.send_later(self.conversation(id), by=self.doer, **given)
        except NewerMessages as problem:
            problem.members["messages"] = MessageSerializer(
                problem.members["messages"], many=True, context={"doer": self.doer}
            ).data
            raise
        return Response(LaterMessageSerializer(later).data, status=201)


class SendBackSerializer(StrictSerializer):
    """Why, for its author: kept as a note."""

    words = CleanCharField(
        max_bytes=settings.MESSAGE_MAX_KB * 1024, allow_blank=True, default="", help_text="Markdown"
    )


class WaitingView(ConversationView):
    def waiting(self, id: str, later: str) -> LaterMessage:
        """Raises NotFound, as for what others can still take back."""
        found = self.conversation(id).later_messages.filter(public_id=later).first()
        if found is None or (found.is_held and found.teammate != self.viewer):
            raise NotFound("There is no such message.")
        return found


class LaterMessageView(WaitingView):
    @operation(
        "later_messages_delete",
        "Take back a reply that waits",
        description=(
            "Its words become its author's draft again. A colleague's is called off, and they "
            "are told who did. What has gone out is a conflict."
        ),
        answers={200: LaterMessageSerializer},
    )
    def delete(self, request: Request, id: str, later: str) -> Response:
        taken = actions.take_back(self.waiting(id, later), by=self.doer)
        return Response(LaterMessageSerializer(taken).data)


class ReleaseView(WaitingView):
    @operation(
        "later_messages_release",
        "Release a colleague's reply",
        description=(
            "By their senior, an admin, or whose role allows it; never one's own. If the contact "
            "or a colleague spoke meanwhile, it is called off, and the answer is a conflict."
        ),
        body=EmptyBody,
        answers={200: LaterMessageSerializer},
        conflict=ProblemSerializer,
    )
    def put(self, request: Request, id: str, later: str) -> Response:
        checked(EmptyBody, request.data)
        released = actions.release(self.waiting(id, later), by=self.teammate)
        return Response(LaterMessageSerializer(released).data)


class ReturnView(WaitingView):
    @operation(
        "later_messages_return",
        "Send a colleague's reply back",
        description="Its author can edit it, and is told. By whom may release it.",
        body=SendBackSerializer,
        answers={200: LaterMessageSerializer},
        conflict=ProblemSerializer,
    )
    def put(self, request: Request, id: str, later: str) -> Response:
        given = checked(SendBackSerializer, request.data)
        returned = actions.send_back(self.waiting(id, later), by=self.teammate, **given)
        return Response(LaterMessageSerializer(returned).data)
