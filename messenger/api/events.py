"""What a contact does on the pages around the messenger."""

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import checked
from ground.web.text import CleanCharField
from messenger import sessions
from messenger.api.base import MINUTE, MessengerView, PageSerializer
from people.actions.events import track


class EventSerializer(serializers.Serializer):
    name = CleanCharField(max_bytes=100)
    metadata = serializers.DictField(required=False, default=dict)
    page = PageSerializer(required=False)


class EventsView(MessengerView):
    """What a known contact does. An anonymous visitor's events need no record before they write,
    nor do those of somebody who came by a link."""

    is_open_by_link = True

    def post(self, request: Request) -> Response:
        given = checked(EventSerializer, request.data)
        self.spend("events", settings.VISITOR_EVENTS_PER_MINUTE, MINUTE)
        if self.visitor.contact is not None and not self.visitor.only_conversation:
            metadata = {**given["metadata"], **sessions.page_metadata(given.get("page") or {})}
            track(self.visitor.contact, given["name"], metadata)
        return Response({"outbound": []}, status=202)
