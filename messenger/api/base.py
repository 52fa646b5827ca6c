"""What all addresses of the messenger's interface share: who asks, from where, how often."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ground.web.problems import NotAllowed, NotAuthenticated, NotFound
from ground.web.text import CleanCharField
from ground.web.throttles import Limit, sender_of, spend_all
from inbox.models import Conversation
from messenger.models import Installation
from messenger.present import conversations_json, with_ratings
from messenger.visitors import Visitor, active_origins, is_origin_allowed, visitor_of
from people.models import Contact

MINUTE, HOUR = 60, 3600
ADDRESS_FACTOR = 20
MAX_SEQ = 2**62
RECENT = 20
NO_FILES = "Files cannot be sent here."


class VisitorAuthentication(BaseAuthentication):
    """`Authorization: Bearer <visitor token>`."""

    def authenticate(self, request: Request) -> tuple[Visitor, str]:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated("Boot first: a visitor token is needed.")
        return visitor_of(token.strip()), token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def own_origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def address_of(request: HttpRequest) -> str:
    return sender_of(str(request.META.get("REMOTE_ADDR", "")))


class PageSerializer(serializers.Serializer):
    """The page of the host site that the visitor is on."""

    url = CleanCharField(max_bytes=2000, allow_blank=True, default="")
    title = CleanCharField(max_bytes=500, allow_blank=True, default="")
    referrer = CleanCharField(max_bytes=2000, allow_blank=True, default="")

    def validate_url(self, value: str) -> str:
        return web_address(value)

    def validate_referrer(self, value: str) -> str:
        return web_address(value)


def web_address(value: str) -> str:
    """The address if it is one of the web, else nothing: teammates will see it as a link."""
    try:
        return value if urlsplit(value).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


class MessengerView(APIView):
    """What all messenger addresses share: CORS, no caching, limits."""

    authentication_classes: list[type[BaseAuthentication]] = [VisitorAuthentication]
    permission_classes: list[Any] = []
    # What is not said to be for them is closed to those who came by the link of a mail.
    is_open_by_link = False

    def get_authenticators(self) -> list[BaseAuthentication]:
        """None for what a browser asks beforehand (OPTIONS): it sends no token with that."""
        return [] if self.request.method == "OPTIONS" else super().get_authenticators()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.user, Visitor):
            self.check_origin(request, request.user.installation)
            if request.user.only_conversation and not self.is_open_by_link:
                raise NotAllowed("This link opens one conversation only.")

    def check_origin(self, request: Request, installation: Installation) -> None:
        origin = request.headers.get("Origin")
        if origin and not is_origin_allowed(installation, origin, own_origin(request)):
            raise NotAllowed("This site may not use this messenger.")

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return allow_origin(request, response, is_for_all=self.is_for_all(response))

    def is_for_all(self, response: Response) -> bool:
        """Whether pages of any site may read this answer."""
        return False

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204)

    @property
    def visitor(self) -> Visitor:
        return self.request.user

    def spend(self, name: str, limit: int, seconds: int) -> None:
        """Counts one use against the visitor's limit and against their address's."""
        spend_all(*self.limits(name, limit, seconds))

    def limits(self, name: str, limit: int, seconds: int) -> tuple[Limit, Limit]:
        address = address_of(self.request)
        return (
            Limit(name, self.visitor.key, limit, seconds),
            Limit(f"{name}-address", address, limit * ADDRESS_FACTOR, seconds),
        )

    def check_may_send(self, attachments: list[str]) -> None:
        """Raises NotAllowed for files where the installation takes none."""
        if attachments and not self.visitor.installation.can_upload:
            raise NotAllowed(NO_FILES)

    def conversation(self, public_id: str) -> Conversation:
        own = self.visitor.conversations().for_contact()
        found = own.filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such conversation.")
        return found

    def conversations_json(self, conversations: Iterable[Conversation]) -> list[dict[str, Any]]:
        return conversations_json(with_ratings(conversations), self.visitor)


def allow_origin(request: HttpRequest, response: Any, *, is_for_all: bool = False) -> Any:
    """Lets pages of an installation's origins read the answer, whatever the answer is."""
    origin = request.headers.get("Origin")
    if not origin:
        return response
    response["Vary"] = "Origin"
    if origin != own_origin(request) and (is_for_all or origin in active_origins()):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Idempotency-Key"
        response["Access-Control-Expose-Headers"] = "Retry-After"
        response["Access-Control-Max-Age"] = "600"
    return response


def check_welcome(contact: Contact) -> None:
    """Raises NotAllowed for a contact that was blocked."""
    if contact.is_blocked:
        raise NotAllowed("You can no longer write here.")
