"""Where a contact who is away is told of replies: in this browser, at an address."""

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import checked
from ground.web.text import CleanCharField
from messenger import away, browsers
from messenger.api.base import HOUR, MessengerView


class KeysSerializer(serializers.Serializer):
    p256dh = CleanCharField(max_bytes=100)
    auth = CleanCharField(max_bytes=40)


class PushSerializer(serializers.Serializer):
    """A push subscription, as browsers write it."""

    endpoint = CleanCharField(max_bytes=1000)
    keys = KeysSerializer()
    locale = CleanCharField(max_bytes=35, allow_blank=True, default="")


class EmailSerializer(serializers.Serializer):
    email = CleanCharField(max_bytes=1000, trim_whitespace=True)


class PushView(MessengerView):
    """Whether this browser is told of replies when the messenger is closed."""

    def post(self, request: Request) -> Response:
        given = checked(PushSerializer, request.data)
        self.spend("addresses", settings.VISITOR_ADDRESSES_PER_HOUR, HOUR)
        browsers.subscribe(
            self.visitor, endpoint=given["endpoint"], **given["keys"], locale=given["locale"]
        )
        return Response(status=204)

    def delete(self, request: Request) -> Response:
        browsers.unsubscribe(self.visitor)
        return Response(status=204)


class EmailView(MessengerView):
    """Where else a visitor may be reached. The answer is the same whoever is known by it."""

    def put(self, request: Request) -> Response:
        given = checked(EmailSerializer, request.data)
        self.spend("addresses", settings.VISITOR_ADDRESSES_PER_HOUR, HOUR)
        away.leave_email(self.visitor.contact, given["email"])
        return Response(status=204)
