"""Turns the two service addresses into the forms that the libraries take."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# Seconds. A database that does not answer must become an error, not a thread that hangs.
CONNECT_TIMEOUT = 5
KEEPALIVES = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    # Milliseconds that what was sent may stay unacknowledged: a machine without power says nothing.
    "tcp_user_timeout": 20_000,
}


def database(url: str) -> dict[str, Any]:
    """A Django database from ``postgres://user:password@host:port/name?option=value``.

    Options go to libpq as they are; ``host`` and ``port`` may be given there too, which is how a
    folder of Unix sockets is written.
    """
    parts = urlsplit(url)
    options: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT, **KEEPALIVES}
    options |= dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    port = options.pop("port", None) or parts.port or ""
    return {
        "ENGINE": "config.database",
        "NAME": unquote(parts.path.lstrip("/")) or "counterfoil",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port),
        "OPTIONS": options,
    }


def broker(url: str) -> str:
    """Celery's form of a Redis address: it writes Unix sockets in a way of its own."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    db = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={db}"


MAIL_PORTS = {"smtp": 25, "submission": 587, "smtps": 465}


def mail(url: str | None) -> dict[str, Any] | None:
    """An SMTP server as Django's mail backend takes it, and its `scheme`; None without one.

    ``submission`` encrypts before the log-in (STARTTLS), ``smtps`` from the first byte, ``smtp``
    not at all, unless its options say ``tls=true``.
    """
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"scheme": "console"}
    is_asked = dict(parse_qsl(parts.query)).get("tls", "").lower() in {"1", "true", "yes", "on"}
    return {
        "scheme": parts.scheme,
        "host": parts.hostname or "localhost",
        "port": parts.port or MAIL_PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "submission" or (parts.scheme == "smtp" and is_asked),
    }


def host(url: str) -> str:
    """The host name in an address, as ALLOWED_HOSTS takes it."""
    name = urlsplit(url).hostname or ""
    return f"[{name}]" if ":" in name else name
