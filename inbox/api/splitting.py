"""REST: a conversation of its own out of what was said in another."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import Reference, StrictSerializer, UuidField, checked
from ground.web.openapi import ProblemSerializer, operation
from inbox import actions
from inbox.api.conversations import ConversationSerializer, ConversationView
from inbox.api.messages import SEQ_MAX, MessageSerializer
from inbox.beginnings import beginning_of
from inbox.models import Split
from people.models import Team, Teammate


class NewSplitSerializer(StrictSerializer):
    """From which message of the contact to which, both included. It is in the same team unless
    told, and nobody's unless given to an assignee."""

    client_id = UuidField(help_text="Your own id for it; a repeat makes no second one.")
    first_seq = serializers.IntegerField(min_value=1, max_value=SEQ_MAX)
    last_seq = serializers.IntegerField(
        min_value=1, max_value=SEQ_MAX, required=False, help_text="As `first_seq` unless told."
    )
    team = Reference(Team.objects.visible_to, noun="team", required=False, allow_null=True)
    assignee = Reference(
        lambda viewer: Teammate.objects.active(), noun="teammate", required=False, allow_null=True
    )


class SplitSerializer(serializers.Serializer):
    """What a conversation began with: public messages of another, with their `seq` there."""

    source = serializers.CharField(
        allow_null=True, help_text="That conversation; null for who may not see it."
    )
    messages = MessageSerializer(many=True)


class SplitsView(ConversationView):
    @operation(
        "splits_create",
        "Split a conversation",
        description=(
            "Begins a conversation of the same contact with what they wrote here, and what we "
            "said in public between. No message moves: both show them. Answers with the new one; "
            "the same `client_id` again answers 200 with the same."
        ),
        body=NewSplitSerializer,
        answers={200: ConversationSerializer, 201: ConversationSerializer},
        conflict=ProblemSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        source = self.conversation(id)
        wanted = checked(NewSplitSerializer, request.data, viewer=self.viewer)
        wanted.setdefault("last_seq", wanted["first_seq"])
        made = actions.split(source, by=self.doer, **wanted)
        body = ConversationSerializer(self.conversation(made.conversation.public_id)).data
        return Response(body, status=201 if made.is_new else 200)


class SplitView(ConversationView):
    @operation(
        "split_get",
        "Read what a conversation began with",
        description="Nothing for one that was not split off from another.",
        answers={200: SplitSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        conversation = self.conversation(id)
        split = Split.objects.filter(made=conversation).first()
        origin = self.visible().filter(splits__in=[split] if split else [])
        source = origin.filter(contact=conversation.contact_id).first()
        messages = beginning_of(conversation)
        shown = MessageSerializer(messages, many=True, context={"doer": self.doer})
        return Response({"source": source.public_id if source else None, "messages": shown.data})

    @operation(
        "split_delete",
        "Take a split back",
        description=(
            "Merges it into where it came from, which is as it was before if nothing was said "
            "in it; what was said stays readable there. Leaves one as it is that came back "
            "already, or was not split off."
        ),
        answers={200: ConversationSerializer},
        conflict=ProblemSerializer,
    )
    def delete(self, request: Request, id: str) -> Response:
        actions.unsplit(self.conversation(id), by=self.doer)
        return Response(ConversationSerializer(self.conversation(id)).data)
