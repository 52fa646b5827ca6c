"""REST: closing, snoozing and spam."""

from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import EmptyBody, MomentField, StrictSerializer, checked
from ground.web.openapi import ProblemSerializer, operation
from inbox import actions
from inbox.api.conversations import ConversationSerializer, ConversationView
from inbox.models import Conversation


class SnoozeSerializer(StrictSerializer):
    """Until when a conversation is put off, or until the contact writes; null for that alone."""

    until = MomentField(allow_null=True)


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
