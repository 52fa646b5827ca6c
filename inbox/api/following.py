"""REST: who follows a conversation."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import EmptyBody, checked
from ground.web.openapi import operation
from inbox import actions
from inbox.api.conversations import ConversationView
from inbox.models import Conversation
from people.api.references import TeammateReferenceSerializer


class FollowersSerializer(serializers.Serializer):
    """Those who want to hear of a conversation."""

    followers = TeammateReferenceSerializer(many=True)


class FollowersView(ConversationView):
    not_for_apps = "An app follows nothing. Use a teammate's token."

    @operation(
        "followers_get",
        "List who follows a conversation",
        answers={200: FollowersSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        return self.followers(self.conversation(id))

    @operation(
        "followers_put",
        "Follow a conversation",
        description="As the teammate of the token. Following twice changes nothing.",
        body=EmptyBody,
        answers={200: FollowersSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        checked(EmptyBody, request.data)
        return self.followers(actions.follow(self.conversation(id), by=self.teammate))

    @operation(
        "followers_delete",
        "Stop following a conversation",
        description="Leaves the other followers as they are.",
        answers={200: FollowersSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        return self.followers(actions.unfollow(self.conversation(id), by=self.teammate))

    def followers(self, conversation: Conversation) -> Response:
        return Response(FollowersSerializer({"followers": conversation.listeners()}).data)
