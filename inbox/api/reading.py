"""REST: how far the token's teammate has read a conversation."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import StrictSerializer, WholeField, checked
from ground.web.openapi import operation
from inbox import actions
from inbox.api.conversations import ConversationView
from inbox.api.messages import SEQ_MAX
from inbox.models import Conversation, ReadMarker


class ReadSerializer(StrictSerializer):
    """How far somebody has read, in `seq`."""

    seq = WholeField(min_value=0, max_value=SEQ_MAX)


class ReadMarkerSerializer(serializers.Serializer):
    """How far the token's teammate has read; `is_unread` when they made it unread again."""

    seq = serializers.IntegerField()
    is_unread = serializers.BooleanField()


class ReadView(ConversationView):
    not_for_apps = "An app reads for nobody. Use a teammate's token."

    @operation(
        "read_get",
        "Get how far you have read",
        description="The token must act as a teammate, whose own this is.",
        answers={200: ReadMarkerSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        return self.marker(self.conversation(id))

    @operation(
        "read_put",
        "Say how far you have read",
        description="Moves forward only. The contact sees that their message was seen.",
        body=ReadSerializer,
        answers={200: ReadMarkerSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        seq = checked(ReadSerializer, request.data)["seq"]
        conversation = self.conversation(id)
        actions.mark_read(conversation, by=self.teammate, seq=seq)
        return self.marker(conversation)

    @operation(
        "read_delete",
        "Mark a conversation as unread",
        description="For you alone, until you read on. Repeating it changes nothing.",
        answers={200: ReadMarkerSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        conversation = self.conversation(id)
        actions.mark_unread(conversation, by=self.teammate)
        return self.marker(conversation)

    def marker(self, conversation: Conversation) -> Response:
        found = conversation.read_markers.filter(teammate=self.teammate).first()
        return Response(ReadMarkerSerializer(found or ReadMarker()).data)
