"""REST: making one conversation of two, and two again."""

from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import Reference, StrictSerializer, checked
from ground.web.openapi import ProblemSerializer, operation
from inbox import actions
from inbox.api.conversations import ConversationSerializer, ConversationView
from inbox.models import Conversation


class MergeSerializer(StrictSerializer):
    """The conversation that it becomes a part of."""

    into = Reference(Conversation.objects.visible_to, noun="conversation")


class MergeView(ConversationView):
    @operation(
        "merge_put",
        "Merge a conversation into another",
        description=(
            "Both must be of the same contact. No message moves: the one becomes a part of the "
            "other, leaves all lists, and what is written to it from then on, also a retry, is "
            "said in the other, once. The same again changes nothing."
        ),
        body=MergeSerializer,
        answers={200: ConversationSerializer},
        conflict=ProblemSerializer,
    )
    def put(self, request: Request, id: str) -> Response:
        found = self.conversation(id)
        into = checked(MergeSerializer, request.data, viewer=self.viewer)["into"]
        actions.merge(found, into=into, by=self.doer)
        return Response(ConversationSerializer(self.conversation(id)).data)

    @operation(
        "merge_delete",
        "Unmerge a conversation",
        description=(
            "It is what it was before; what was said in the other meanwhile stays there. Leaves "
            "one that was not merged as it is."
        ),
        answers={200: ConversationSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        actions.unmerge(self.conversation(id), by=self.doer)
        return Response(ConversationSerializer(self.conversation(id)).data)
