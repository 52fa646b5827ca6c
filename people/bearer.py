"""The REST API's door: who a bearer token is, what it may touch, how often it may knock."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from ground.web import throttles
from ground.web.idempotency import IdempotentPosts
from ground.web.problems import NotAllowed, NotAuthenticated
from people.actions import find_token
from people.models import ApiToken, Teammate
from people.models.token import Scope

MINUTE = 60
# For each address. Only failures count, so nobody can shut out a token that is good.
FAILURES_PER_MINUTE = 60
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Counterfoil"'}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <API token>`: user is the teammate or None (an app), auth the token.

    Sessions are not accepted, so that no page of another site can make a browser call the API.
    """

    def authenticate(self, request: Request) -> tuple[Teammate | None, ApiToken]:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated("An API token is needed, as a bearer.", headers=CHALLENGE)
        token = find_token(text.strip())
        if token is None:
            sender = throttles.sender_of(str(request.META.get("REMOTE_ADDR", "")))
            throttles.spend("api-failures", sender, limit=FAILURES_PER_MINUTE, seconds=MINUTE)
            raise NotAuthenticated(
                "This API token is unknown, expired or revoked.", headers=CHALLENGE
            )
        return token.teammate, token

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE["WWW-Authenticate"]


class TokenSecurity(OpenApiAuthenticationExtension):
    """How the OpenAPI document names the door."""

    target_class = TokenAuthentication
    name = "ApiToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token. Admins create them, with scopes, in the admin.",
        }


class TokenSchema(AutoSchema):
    """An operation's description ends with the scope that it needs."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            said = [operation.get("description", ""), f"Scope: `{self.view.scope(self.method)}`."]
            operation["description"] = "\n\n".join(filter(None, said))
        return operation


class TokenView(IdempotentPosts):
    """A REST address: a token with the right scope, within its rate, and every POST once.

    `reads` is the scope that looking needs, `writes` the one for everything else.
    """

    authentication_classes = [TokenAuthentication]
    permission_classes: list[Any] = []
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = TokenSchema()
    reads: Scope
    writes: Scope
    # What an app is told where only people have something of their own.
    not_for_apps = "Only people do this: use a teammate's token."

    @property
    def viewer(self) -> Teammate | None:
        """Whose eyes decide what is visible; None for an app."""
        return self.request.user

    @property
    def teammate(self) -> Teammate:
        """The teammate that the token acts as. Raises NotAllowed for an app."""
        if self.viewer is None:
            raise NotAllowed(self.not_for_apps)
        return self.viewer

    @property
    def doer(self) -> Teammate | ApiToken:
        """Who did it, for the journal: the teammate that the token acts as, else the token."""
        return self.request.user or self.request.auth

    def scope(self, method: str) -> Scope:
        return self.reads if method in SAFE_METHODS else self.writes

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        owner = request.auth.public_id
        verdict = throttles.spend(
            "api", owner, limit=settings.API_REQUESTS_PER_MINUTE, seconds=MINUTE
        )
        self.headers |= throttles.headers(verdict)
        request.idempotency_owner = owner

    def check_permissions(self, request: Request) -> None:
        if not hasattr(self, request.method.lower()):
            self.http_method_not_allowed(request)
        scope = self.scope(request.method)
        if scope not in request.auth.scopes:
            raise NotAllowed(f"This token lacks the scope “{scope}”.")
