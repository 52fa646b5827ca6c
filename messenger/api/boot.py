"""Booting and signing out: who a browser is."""

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import checked
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from ground.web.throttles import spend
from messenger import sessions
from messenger.api.base import (
    ADDRESS_FACTOR,
    MINUTE,
    MessengerView,
    PageSerializer,
    address_of,
    own_origin,
)
from messenger.identity import SUB_LENGTH, SignedIdentity, read_identity, read_user_hash
from messenger.models import Installation
from messenger.visitors import TOKEN_LENGTH
from people.actions.claims import checked_claims

CLAIMS = ("name", "email", "attributes")


class UserIdField(CleanCharField):
    """A company's own id of a user: text, or the number that it is there."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(str(data) if type(data) is int else data)


class BootSerializer(serializers.Serializer):
    """`name`, `email` and `attributes` are what the page says without proof."""

    app = serializers.RegexField(r"^[A-Za-z0-9_]{1,40}\Z")
    identity = CleanCharField(max_bytes=8000, required=False, allow_null=True, allow_blank=True)
    user_id = UserIdField(max_bytes=SUB_LENGTH, required=False, allow_null=True, allow_blank=True)
    user_hash = CleanCharField(max_bytes=200, required=False, allow_null=True, allow_blank=True)
    name = CleanCharField(max_bytes=800, required=False, allow_null=True, allow_blank=True)
    email = CleanCharField(max_bytes=1000, required=False, allow_null=True, allow_blank=True)
    attributes = serializers.DictField(required=False, allow_null=True)
    token = CleanCharField(
        max_bytes=TOKEN_LENGTH, required=False, allow_null=True, allow_blank=True
    )
    link = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=500)
    page = PageSerializer(required=False, allow_null=True)
    locale = CleanCharField(max_bytes=35, allow_blank=True, allow_null=True, default="")
    timezone = CleanCharField(max_bytes=64, allow_blank=True, allow_null=True, default="")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """An id and its proof come together: one that is lost on the way must not go unnoticed."""
        for name, other in (("user_id", "user_hash"), ("user_hash", "user_id")):
            if given.get(name) and not given.get(other) and not given.get("identity"):
                raise serializers.ValidationError({other: [f"With {name} this is needed as well."]})
        return given


class BootView(MessengerView):
    authentication_classes = []

    def is_for_all(self, response: Response) -> bool:
        """A refusal: it holds nothing, and whoever sets a page up must read why."""
        return self.request.method == "OPTIONS" or response.status_code >= 400

    def post(self, request: Request) -> Response:
        limit = settings.VISITOR_BOOTS_PER_MINUTE
        crowd = limit * ADDRESS_FACTOR
        spend("boot-address", address_of(request), limit=crowd, seconds=MINUTE)
        given = checked(BootSerializer, request.data)
        installation = (
            Installation.objects.select_related("line")
            .filter(public_id=given["app"], is_active=True)
            .first()
        )
        if installation is None:
            raise NotFound("There is no messenger with this app id.")
        self.check_origin(request, installation)
        if request.headers.get("Origin") not in (None, own_origin(request)):
            sessions.note_embedded(installation)
        known = sessions.known_visitor(installation, given.get("token"))
        if known is not None:
            spend("boot", known.key, limit=limit, seconds=MINUTE)
        session = sessions.boot(
            installation,
            known,
            signed=self.proof(installation, given),
            link=given.get("link"),
            claims=checked_claims({name: given.get(name) for name in CLAIMS}),
            page=given.get("page") or {},
            locale=given.get("locale") or "",
            timezone=given.get("timezone") or "",
        )
        return Response(sessions.boot_json(session, request))

    def proof(self, installation: Installation, given: dict[str, Any]) -> SignedIdentity | None:
        """Who the company's server says it is; an identity says more than a hash."""
        if given.get("identity"):
            return read_identity(installation, given["identity"])
        if given.get("user_id"):
            return read_user_hash(installation, given["user_id"], given["user_hash"])
        return None


class SessionView(MessengerView):
    """What this browser has been since it booted."""

    is_open_by_link = True

    def delete(self, request: Request) -> Response:
        sessions.end(self.visitor)
        return Response(status=204)
