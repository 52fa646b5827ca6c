"""REST: whose a conversation is, how urgent, and its tags."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import Reference, StrictSerializer, checked
from ground.web.openapi import operation
from inbox import actions
from inbox.api.conversations import ConversationSerializer, ConversationView
from inbox.models import Conversation
from people.models import Tag, Team, Teammate


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
