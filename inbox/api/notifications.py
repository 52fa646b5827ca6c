"""REST: what asks for the attention of the token's teammate."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import EmptyBody, PageQuery, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from inbox import actions, attention
from inbox.actions.trying import try_ways
from inbox.api.conversations import ConversationView
from inbox.models import Conversation, Notification

ORDER = ("-happened_at", "-id")


class NotificationSerializer(serializers.Serializer):
    """What asks for you in one conversation: `reasons` maps what happened to who did it last, as
    `text` says it in words."""

    id = serializers.CharField(source="public_id")
    conversation = serializers.CharField(source="conversation.public_id")
    side_conversation = serializers.SerializerMethodField()
    reasons = serializers.DictField(child=serializers.CharField(allow_blank=True))
    text = serializers.SerializerMethodField()
    preview = serializers.CharField()
    happened_at = serializers.DateTimeField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_side_conversation(self, notification: Notification) -> str | None:
        return notification.side.public_id if notification.side else None

    @extend_schema_field(OpenApiTypes.STR)
    def get_text(self, notification: Notification) -> str:
        return attention.said(notification.reasons)


class NotificationView(ConversationView):
    not_for_apps = "An app is told nothing. Use a teammate's token."

    def own(self) -> QuerySet[Notification]:
        rows: QuerySet[Notification] = Notification.objects.of(
            self.teammate, Conversation.objects.visible_to(self.teammate)
        )
        return rows


class NotificationListView(NotificationView):
    @operation(
        "notifications_list",
        "List what asks for your attention",
        description="Of each conversation and side conversation at most one, the latest first.",
        query=PageQuery,
        answers={200: page_of("Notification", NotificationSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict(), viewer=self.viewer)
        return page_answer(self.own(), NotificationSerializer, query, order=ORDER)


class HopSerializer(serializers.Serializer):
    """One way by which you are told. `is_good` is null where there was nothing to try."""

    way = serializers.ChoiceField(["bell", "pop-up", "push", "mail"])
    label = serializers.CharField()
    is_good = serializers.BooleanField(allow_null=True)
    said = serializers.CharField()


class NotificationTestSerializer(serializers.Serializer):
    """What was tried, and what became of it."""

    hops = HopSerializer(many=True)


class NotificationTestsView(NotificationView):
    @operation(
        "notification_tests_create",
        "Try the ways by which you are told",
        description="By all of them, whatever you wish. Nothing is kept of it.",
        body=EmptyBody,
        answers={200: NotificationTestSerializer},
    )
    def post(self, request: Request) -> Response:
        checked(EmptyBody, request.data)
        return Response(NotificationTestSerializer({"hops": try_ways(self.teammate)}).data)


class NotificationDetailView(NotificationView):
    @operation(
        "notifications_delete",
        "Clear a notification",
        description="On all your screens. Reading the conversation does the same.",
        answers={200: NotificationSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        found = self.own().filter(public_id=id).first()
        if found is None:
            raise NotFound("There is no such notification, or it is cleared already.")
        actions.clear(self.own().filter(pk=found.pk))
        return Response(NotificationSerializer(found).data)
