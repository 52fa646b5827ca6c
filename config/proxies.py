"""Who is asking, when proxies stand in front. Their headers are believed only as far as
TRUSTED_PROXIES says how many of them there are: anybody can send an X-Forwarded-For."""

from django.conf import settings


def client_address(peer: str, forwarded_for: str, trusted: int) -> str:
    """The address of the client: each trusted proxy has added its own peer at the end."""
    if trusted == 0:
        return peer
    chain = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    return chain[-trusted] if len(chain) >= trusted else peer


class ForwardedMiddleware:
    """Puts the client's address into REMOTE_ADDR of pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.META["REMOTE_ADDR"] = client_address(
            request.META.get("REMOTE_ADDR", ""),
            request.META.get("HTTP_X_FORWARDED_FOR", ""),
            settings.TRUSTED_PROXIES,
        )
        return self.get_response(request)


class ForwardedSocket:
    """Puts the client's address into the scope of sockets."""

    def __init__(self, app):
        self.app = app

    def __call__(self, scope, receive, send):
        if settings.TRUSTED_PROXIES and scope.get("client"):
            values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            forwarded_for = b",".join(values).decode("latin-1")
            peer, port = scope["client"]
            address = client_address(peer, forwarded_for, settings.TRUSTED_PROXIES)
            scope = {**scope, "client": (address, port)}
        return self.app(scope, receive, send)
