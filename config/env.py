"""What the environment may set: one declared variable each, read with its type.

A value comes from ``NAME`` or, for secrets kept in files, from the file that ``NAME_FILE`` names.
A malformed value ends the process with one sentence that names the variable. Only the standard
library is used, so the supervisor reads the same variables before Django is there.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")

BASE_DIR = Path(__file__).resolve().parent.parent


class BadSetting(SystemExit):
    """A setting cannot be used. Ends the process with a sentence instead of a trace."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Counterfoil cannot start: {sentence}")


class Variable(Generic[T]):
    """One environment variable: its name, its default and what its text must look like."""

    def __init__(self, name: str, default: T, parse: Callable[[str], T]) -> None:
        self.name = name
        self.default = default
        self._parse = parse

    def read(self) -> T:
        """The value in force. Raises BadSetting when the text in the environment is malformed."""
        text = self._text()
        if text is None:
            return self.default
        try:
            return self._parse(text)
        except ValueError as error:
            raise BadSetting(f"{self.name} {error}.") from None

    def _text(self) -> str | None:
        value = os.environ.get(self.name) or None
        file = os.environ.get(f"{self.name}_FILE") or None
        if value is not None and file is not None:
            raise BadSetting(f"{self.name} and {self.name}_FILE are both set; keep one.")
        if file is None:
            return value
        try:
            return Path(file).read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{self.name}_FILE cannot be read ({error}).") from None


DECLARED: dict[str, Variable] = {}


def declare(name: str, default: T, parse: Callable[[str], T]) -> Variable[T]:
    """Adds a variable to DECLARED, which docs/settings.md is checked against."""
    DECLARED[name] = Variable(name, default, parse)
    return DECLARED[name]


def text(value: str) -> str:
    if "\0" in value or "\n" in value:
        raise ValueError("must be one line of text")
    return value


def flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if value.strip().lower() not in known:
        raise ValueError(f"must be true or false, not {value!r}")
    return known[value.strip().lower()]


def whole(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers between two bounds, both included."""

    def parse(value: str) -> int:
        sentence = f"must be a whole number from {least} to {most}, not {value!r}"
        if not value.strip().isascii() or not value.strip().isdigit():
            raise ValueError(sentence)
        number = int(value[:20])
        if not least <= number <= most:
            raise ValueError(sentence)
        return number

    return parse


def hosts(value: str) -> list[str]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names or any("/" in name or " " in name for name in names):
        raise ValueError(f"must be host names with commas between them, not {value!r}")
    return names


def folder(value: str) -> Path:
    return (BASE_DIR / Path(text(value)).expanduser()).absolute()


def key(value: str) -> str:
    if len(value) < 32:
        raise ValueError("must have at least 32 characters")
    return text(value)


def address(*schemes: str) -> Callable[[str], str]:
    """A parser of origins like ``https://support.example.com``, without a path."""

    def parse(value: str) -> str:
        sentence = f"must look like {schemes[0]}://support.example.com, not {value!r}"
        try:
            parts = urlsplit(text(value).strip())
            parts.port  # noqa: B018 - reading it is what checks it
        except ValueError:
            raise ValueError(sentence) from None
        extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        if parts.scheme not in schemes or not parts.hostname or extra:
            raise ValueError(sentence)
        return f"{parts.scheme}://{parts.netloc}"

    return parse


def service(*schemes: str) -> Callable[[str], str]:
    """A parser of service addresses like ``redis://host:6379/0``. Never repeats the value, which
    may hold a password."""

    def parse(value: str) -> str:
        sentence = f"must be an address that begins with {' or '.join(f'{s}://' for s in schemes)}"
        try:
            parts = urlsplit(text(value).strip())
            parts.port  # noqa: B018 - reading it is what checks it
            parse_qs(parts.query, strict_parsing=bool(parts.query))
        except ValueError:
            raise ValueError(sentence) from None
        if parts.scheme not in schemes:
            raise ValueError(sentence)
        if not (parts.hostname or parts.path.strip("/")):
            raise ValueError(f"{sentence} and names a server")
        return value.strip()

    return parse


def mail_server(value: str) -> str:
    """A parser of SMTP servers like ``submission://user:password@host``, or ``console:``."""
    if value.strip() == "console:":
        return "console:"
    return service("submission", "smtps", "smtp")(value)


def mailbox(value: str) -> str:
    name, at, domain = text(value).strip().rpartition("@")
    if not (at and name and "." in domain) or any(sign in value.strip() for sign in ' <>"(),:;'):
        raise ValueError(f"must be a bare address like support@example.com, not {value!r}")
    return value.strip()


PORT = declare("PORT", 8000, whole(1, 65535))
LIVE_PORT = declare("LIVE_PORT", None, whole(1, 65535))
LIVE_URL = declare("LIVE_URL", None, address("wss", "ws"))
HOST = declare("HOST", "127.0.0.1", text)
SITE_URL = declare("SITE_URL", None, address("https", "http"))
FILES_URL = declare("FILES_URL", None, address("https", "http"))
ALLOWED_HOSTS = declare("ALLOWED_HOSTS", None, hosts)
TRUSTED_PROXIES = declare("TRUSTED_PROXIES", 0, whole(0, 10))
DATA_DIR = declare("DATA_DIR", BASE_DIR / ".data", folder)
DATABASE_URL = declare("DATABASE_URL", None, service("postgres", "postgresql"))
DATABASE_STATEMENT_SECONDS = declare("DATABASE_STATEMENT_SECONDS", 20, whole(0, 3600))
REDIS_URL = declare("REDIS_URL", None, service("redis", "rediss", "unix"))
POSTGRES_BIN = declare("POSTGRES_BIN", None, folder)
SECRET_KEY = declare("SECRET_KEY", None, key)
DEBUG = declare("DEBUG", False, flag)
TESTING = declare("TESTING", False, flag)
DEMO_PASSWORD = declare("DEMO_PASSWORD", None, text)
EMAIL_URL = declare("EMAIL_URL", None, mail_server)
EMAIL_FROM = declare("EMAIL_FROM", None, mailbox)
AWAY_PUSH_SECONDS = declare("AWAY_PUSH_SECONDS", 15, whole(0, 86_400))
AWAY_MAIL_MINUTES = declare("AWAY_MAIL_MINUTES", 5, whole(0, 1440))
OUTBOUND_ALLOWED_HOSTS = declare("OUTBOUND_ALLOWED_HOSTS", None, hosts)

MESSAGE_MAX_KB = declare("MESSAGE_MAX_KB", 32, whole(1, 1024))
JSON_BODY_MAX_KB = declare("JSON_BODY_MAX_KB", 256, whole(1, 16384))
ATTACHMENT_MAX_MB = declare("ATTACHMENT_MAX_MB", 25, whole(1, 1024))
ATTACHMENTS_PER_MESSAGE = declare("ATTACHMENTS_PER_MESSAGE", 10, whole(1, 100))
VISITOR_MESSAGES_PER_MINUTE = declare("VISITOR_MESSAGES_PER_MINUTE", 30, whole(1, 1_000_000))
VISITOR_CONVERSATIONS_PER_HOUR = declare("VISITOR_CONVERSATIONS_PER_HOUR", 5, whole(1, 1_000_000))
VISITOR_EVENTS_PER_MINUTE = declare("VISITOR_EVENTS_PER_MINUTE", 60, whole(1, 1_000_000))
VISITOR_UPLOADS_PER_HOUR = declare("VISITOR_UPLOADS_PER_HOUR", 60, whole(1, 1_000_000))
VISITOR_ADDRESSES_PER_HOUR = declare("VISITOR_ADDRESSES_PER_HOUR", 10, whole(1, 1_000_000))
VISITOR_BOOTS_PER_MINUTE = declare("VISITOR_BOOTS_PER_MINUTE", 60, whole(1, 1_000_000))
API_REQUESTS_PER_MINUTE = declare("API_REQUESTS_PER_MINUTE", 600, whole(1, 1_000_000))
SOCKET_FRAMES_PER_SECOND = declare("SOCKET_FRAMES_PER_SECOND", 20, whole(1, 10_000))
SOCKET_FRAME_MAX_KB = declare("SOCKET_FRAME_MAX_KB", 64, whole(1, 1024))
SOCKETS_PER_ADDRESS = declare("SOCKETS_PER_ADDRESS", 400, whole(1, 1_000_000))
UNDO_SEND_SECONDS = declare("UNDO_SEND_SECONDS", 5, whole(0, 60))
SOCKETS_PER_TEAMMATE = declare("SOCKETS_PER_TEAMMATE", 10, whole(1, 1000))
PAGE_SIZE_MAX = declare("PAGE_SIZE_MAX", 100, whole(1, 1000))


def bound_statements() -> None:
    """From here on the database ends each statement of this process in time.

    For processes that people wait for; commands and jobs take as long as they need. libpq reads
    PGOPTIONS for every connection whose address has no options of its own.
    """
    seconds = DATABASE_STATEMENT_SECONDS.read()
    if seconds:
        os.environ.setdefault("PGOPTIONS", f"-c statement_timeout={seconds}s")


def live_port() -> int:
    """Where the sockets answer: LIVE_PORT, or the port after the pages'."""
    port = LIVE_PORT.read() or PORT.read() + 1
    if port > 65535:
        raise BadSetting("LIVE_PORT must be set, because the port after PORT does not exist.")
    if port == PORT.read():
        raise BadSetting("LIVE_PORT must differ from PORT.")
    return port


def site_url() -> str:
    """The address that people type, without a slash at its end."""
    return SITE_URL.read() or f"http://127.0.0.1:{PORT.read()}"


def mail_from() -> str:
    """The sender of all mail: EMAIL_FROM, which whoever has a server must have too."""
    if EMAIL_URL.read() not in {None, "console:"} and EMAIL_FROM.read() is None:
        raise BadSetting("EMAIL_FROM must be set, because EMAIL_URL is.")
    return EMAIL_FROM.read() or ""


def live_url() -> str:
    """The address of the sockets as browsers see it. A product with an address of its own has a
    proxy in front, which gives the sockets the same origin."""
    own, site = LIVE_URL.read(), SITE_URL.read()
    if own:
        return own
    if site:
        return site.replace("http", "ws", 1)
    return f"ws://127.0.0.1:{live_port()}"
