"""The messenger's HTTP interface: `/m/api/…`, bearer tokens, no cookies, CORS by installation."""

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ground.journal import live
from ground.journal.live import RedisAway
from ground.web.api import UuidField, WholeField, checked
from ground.web.paging import keyset, limit_from
from ground.web.problems import Invalid, NotAllowed, NotAuthenticated, NotFound, StateConflict
from ground.web.text import CleanCharField
from ground.web.throttles import Limit, sender_of, spend, spend_all
from inbox import actions
from inbox.models import Conversation
from messenger import away, push, sessions
from messenger.identity import SUB_LENGTH, SignedIdentity, read_identity, read_user_hash
from messenger.models import Installation
from messenger.present import (
    attachment_json,
    conversation_json,
    message_json,
    public_status,
    with_ratings,
)
from messenger.visitors import TOKEN_LENGTH, Visitor, active_origins, is_origin_allowed, visitor_of
from people.actions.claims import checked_claims
from people.actions.events import track
from people.models import Contact

MINUTE, HOUR = 60, 3600
ADDRESS_FACTOR = 20
MAX_SEQ = 2**62
RECENT = 20
CLAIMS = ("name", "email", "attributes")
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


class MessageSerializer(serializers.Serializer):
    client_id = UuidField()
    body = CleanCharField(max_bytes=256 * 1024, required=False, allow_blank=True, default="")
    attachments = serializers.ListField(
        child=serializers.RegexField(r"^[A-Za-z0-9_]{1,40}\Z"),
        default=list,
        max_length=100,
    )


class ConversationSerializer(MessageSerializer):
    page = PageSerializer(required=False)


class SeqSerializer(serializers.Serializer):
    seq = serializers.IntegerField(min_value=0, max_value=MAX_SEQ)


class RatingSerializer(serializers.Serializer):
    score = WholeField(min_value=1, max_value=5)
    comment = CleanCharField(max_bytes=8000, allow_blank=True, default="")


class WindowSerializer(serializers.Serializer):
    """A window of a thread: newest first unless `after` is given."""

    after = serializers.IntegerField(min_value=0, max_value=MAX_SEQ, required=False)
    before = serializers.IntegerField(min_value=0, max_value=MAX_SEQ, required=False)


class EventSerializer(serializers.Serializer):
    name = CleanCharField(max_bytes=100)
    metadata = serializers.DictField(required=False, default=dict)
    page = PageSerializer(required=False)


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
        address = address_of(self.request)
        spend_all(
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
        is_asked = self.visitor.installation.is_rating_asked
        found = with_ratings(conversations)
        return [conversation_json(each, is_rating_asked=is_asked) for each in found]


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


class ConversationsView(MessengerView):
    is_open_by_link = True

    def get(self, request: Request) -> Response:
        if self.visitor.contact is None:
            return Response({"conversations": [], "next": None})
        page = keyset(
            self.visitor.conversations().for_contact(),
            cursor=request.query_params.get("cursor"),
            limit=limit_from(request, default=RECENT),
        )
        rows = self.conversations_json(page.items)
        return Response({"conversations": rows, "next": page.next})

    def post(self, request: Request) -> Response:
        if self.visitor.only_conversation:
            raise NotAllowed("This link opens one conversation only. To begin another, sign in.")
        given = checked(ConversationSerializer, request.data)
        if not self.is_retry(given["client_id"]):
            self.check_may_start()
            self.check_may_send(given["attachments"])
            self.spend("conversations", settings.VISITOR_CONVERSATIONS_PER_HOUR, HOUR)
        posted = self.start(given)
        body = {
            "conversation": self.conversations_json([posted.conversation])[0],
            "message": message_json(posted.message, posted.conversation.contact.public_id),
        }
        return Response(body, status=201 if posted.is_new else 200)

    def check_may_start(self) -> None:
        if not self.visitor.installation.can_start:
            raise NotAllowed("New conversations cannot be started here at the moment.")

    @transaction.atomic
    def start(self, given: dict[str, Any]) -> actions.Posted:
        """A visitor becomes a contact with their first word or not at all."""
        contact, identity = sessions.meet(self.visitor)
        check_welcome(contact)
        return actions.start(
            contact,
            line=self.visitor.installation.line,
            identity=identity,
            body=given["body"],
            client_id=given["client_id"],
            page=given.get("page"),
            attachments=given["attachments"],
            visitor=self.visitor.key,
        )

    def is_retry(self, client_id: uuid.UUID) -> bool:
        """Whether this very conversation is stored already: to hear so costs nobody's limit."""
        contact = self.visitor.contact
        known = Conversation.objects.filter(contact=contact, client_id=client_id)
        return contact is not None and known.exists()


class MessagesView(MessengerView):
    is_open_by_link = True

    def get(self, request: Request, public_id: str) -> Response:
        conversation = self.conversation(public_id)
        given = checked(WindowSerializer, request.query_params.dict())
        limit = limit_from(request, default=50)
        messages = conversation.messages.public().window(
            "public_seq", after=given.get("after"), before=given.get("before"), limit=limit
        )
        viewer = conversation.contact.public_id
        return Response(
            {
                "conversation": self.conversations_json([conversation])[0],
                "messages": [message_json(message, viewer) for message in messages],
                "last_seq": conversation.public_seq,
                "read_seq": conversation.contact_read_seq,
                "seen_seq": conversation.team_read_seq,
                "status": public_status(conversation),
            }
        )

    def post(self, request: Request, public_id: str) -> Response:
        given = checked(MessageSerializer, request.data)
        self.check_may_send(given["attachments"])
        self.spend("messages", settings.VISITOR_MESSAGES_PER_MINUTE, MINUTE)
        try:
            posted = self.say(public_id, given)
        except NotFound:
            # Their contact may have been merged since this request found it.
            request.user = visitor_of(request.auth)
            posted = self.say(public_id, given)
        body = {"message": message_json(posted.message, posted.conversation.contact.public_id)}
        return Response(body, status=201 if posted.is_new else 200)

    def say(self, public_id: str, given: dict[str, Any]) -> actions.Posted:
        contact = self.visitor.contact
        if contact is None or not self.visitor.may_open(public_id):
            raise NotFound("There is no such conversation.")
        check_welcome(contact)
        return actions.reply(
            Conversation(public_id=public_id),
            by=contact,
            body=given["body"],
            client_id=given["client_id"],
            attachments=given["attachments"],
            visitor=self.visitor.key,
        )


def check_welcome(contact: Contact) -> None:
    """Raises NotAllowed for a contact that was blocked."""
    if contact.is_blocked:
        raise NotAllowed("You can no longer write here.")


class ReadView(MessengerView):
    is_open_by_link = True

    def put(self, request: Request, public_id: str) -> Response:
        given = checked(SeqSerializer, request.data)
        conversation = self.conversation(public_id)
        actions.mark_read(conversation, by=conversation.contact, seq=given["seq"])
        return Response(status=204)


class RatingView(MessengerView):
    """How content the contact is with a closed conversation."""

    is_open_by_link = True

    def put(self, request: Request, public_id: str) -> Response:
        given = checked(RatingSerializer, request.data)
        self.spend("ratings", settings.VISITOR_MESSAGES_PER_MINUTE, MINUTE)
        conversation = self.conversation(public_id)
        if not self.visitor.installation.is_rating_asked:
            raise StateConflict("This messenger does not ask for ratings.")
        rating = actions.rate(conversation, by=conversation.contact, **given)
        return Response(self.conversations_json([rating.conversation])[0])


class TypingView(MessengerView):
    is_open_by_link = True

    def post(self, request: Request, public_id: str) -> Response:
        self.spend("typing", typing_limit(), MINUTE)
        conversation = self.conversation(public_id)
        check_welcome(conversation.contact)
        show_typing(conversation)
        return Response(status=204)


def typing_limit() -> int:
    return settings.VISITOR_MESSAGES_PER_MINUTE * 2


def show_typing(conversation: Conversation) -> None:
    """Shows teammates that the contact writes. Lossy."""
    contact = conversation.contact
    frame = {
        "type": "typing",
        "conversation": conversation.public_id,
        "author": {"type": "contact", "id": contact.public_id, "name": contact.display_name},
    }
    try:
        live.publish([f"conversation.{conversation.public_id}"], frame)
    except RedisAway:
        pass


class UploadsView(MessengerView):
    is_open_by_link = True
    parser_classes = [MultiPartParser]

    def post(self, request: Request) -> Response:
        if not self.visitor.installation.can_upload:
            raise NotAllowed(NO_FILES)
        if self.visitor.contact is not None:
            check_welcome(self.visitor.contact)
        self.spend("uploads", settings.VISITOR_UPLOADS_PER_HOUR, HOUR)
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid(errors={"file": ["Send one file, as multipart field “file”."]})
        attachment = actions.attach(upload, by=self.visitor.contact, visitor=self.visitor.key)
        viewer = self.visitor.contact.public_id if self.visitor.contact else self.visitor.key
        return Response(attachment_json(attachment, viewer), status=201)


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


class PushView(MessengerView):
    """Whether this browser is told of replies when the messenger is closed."""

    def post(self, request: Request) -> Response:
        given = checked(PushSerializer, request.data)
        self.spend("addresses", settings.VISITOR_ADDRESSES_PER_HOUR, HOUR)
        push.subscribe(
            self.visitor, endpoint=given["endpoint"], **given["keys"], locale=given["locale"]
        )
        return Response(status=204)

    def delete(self, request: Request) -> Response:
        push.unsubscribe(self.visitor)
        return Response(status=204)


class EmailView(MessengerView):
    """Where else a visitor may be reached. The answer is the same whoever is known by it."""

    def put(self, request: Request) -> Response:
        given = checked(EmailSerializer, request.data)
        self.spend("addresses", settings.VISITOR_ADDRESSES_PER_HOUR, HOUR)
        away.leave_email(self.visitor.contact, given["email"])
        return Response(status=204)


urlpatterns = [
    path("boot", BootView.as_view(), name="boot"),
    path("session", SessionView.as_view(), name="session"),
    path("conversations", ConversationsView.as_view(), name="conversations"),
    path("conversations/<pid:public_id>/messages", MessagesView.as_view(), name="messages"),
    path("conversations/<pid:public_id>/read", ReadView.as_view(), name="read"),
    path("conversations/<pid:public_id>/rating", RatingView.as_view(), name="rating"),
    path("conversations/<pid:public_id>/typing", TypingView.as_view(), name="typing"),
    path("uploads", UploadsView.as_view(), name="uploads"),
    path("push", PushView.as_view(), name="push"),
    path("email", EmailView.as_view(), name="email"),
    path("events", EventsView.as_view(), name="events"),
]
