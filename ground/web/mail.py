"""Mail out: one message handed to the operator's SMTP server, and how that went.

What an SMTP conversation leaves open is kept apart from what it settled: before the text was sent
nothing has happened and it may be tried again; after the text was sent and no answer came, nobody
knows whether it was taken.
"""

from __future__ import annotations

import re
import smtplib
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from ground.web.ids import new_id

SECONDS = 10
HEADER_MAX = 200
CLOSING = 421
# Folding would write a long address in a header as encoded words, which nobody can follow.
WIRE = SMTP.clone(max_line_length=998)
_ENCODED_WORD = re.compile(r"=\?")
_SPACE = re.compile(r"\s+")
NOT_ASCII = "Addresses with letters beyond ASCII before the @ cannot be written to."


class NotSent(Exception):
    """Nothing was handed over, and another time it may work."""


class Deferred(NotSent):
    """The server does not take this message now; another one it may take."""


class Refused(Exception):
    """The server does not take this message and never will."""


class Unknown(Exception):
    """The message was sent and no answer came: it may or may not have been taken."""


@dataclass(frozen=True)
class Letter:
    """A mail to one address, in plain text and as HTML. `headers` come on top of the usual ones."""

    to: str
    from_name: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str]


def trial(to: str, title: str, sentence: str) -> Letter:
    """A letter of one sentence, to see whether mail gets through. Both are ours, and plain."""
    return Letter(
        to=to,
        from_name="Counterfoil",
        subject=title,
        text=f"{sentence}\n",
        html=f"<!doctype html><html lang='en'><title>{title}</title><p>{sentence}</p></html>",
        message_id=f"<{new_id('test')}@{our_domain()}>",
        headers={},
    )


def our_domain() -> str:
    """What the ids of our letters end with."""
    return settings.EMAIL_FROM.rpartition("@")[2] or "localhost"


def is_configured() -> bool:
    """Whether mail leaves this installation at all."""
    return settings.EMAIL_SERVER is not None


def send(letter: Letter) -> str:
    """Hands a letter over; returns the server's last word.

    Raises NotSent (Deferred where that is about this letter only), Refused, Unknown.
    """
    return [said_there for _, said_there in hops(letter)][-1]


def hops(letter: Letter) -> Iterator[tuple[str, str]]:
    """Hands a letter over step by step; yields (what was done, what the server said to it).

    Raises as `send` does, at the step that fails.
    """
    if settings.EMAIL_SERVER is None:
        raise NotSent("No mail is sent here: EMAIL_URL is not set.")
    # Only SMTPUTF8 carries them, which few servers speak; a header would make another address.
    if not letter.to.isascii():
        raise Refused(NOT_ASCII)
    content = wire(letter)
    if settings.EMAIL_SERVER["scheme"] == "console":
        sys.stderr.write(content.decode("utf-8", "replace"))
        yield "written to the log", "EMAIL_URL is console:"
        return
    server = backend()
    smtp = connected(server)
    try:
        where = f"{server.host}:{server.port}"
        yield "connected", f"{where}{', encrypted' if is_encrypted(server) else ''}"
        yield "sender accepted", step(lambda: smtp.mail(settings.EMAIL_FROM))
        yield "recipient accepted", step(lambda: smtp.rcpt(letter.to), later=Deferred)
        yield "message accepted", handed_over(smtp, content)
    finally:
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()


def backend() -> EmailBackend:
    server = settings.EMAIL_SERVER or {}
    known = {name: value for name, value in server.items() if name != "scheme"}
    return EmailBackend(**known, timeout=SECONDS)


def connected(server: EmailBackend) -> Any:
    """The server, greeted and logged in. Raises NotSent."""
    try:
        server.open()
        smtp: Any = server.connection
        smtp.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"{server.host}:{server.port}: {said(error)}") from None
    return smtp


def check() -> str:
    """Connects, greets and logs in without sending; returns where. Raises NotSent."""
    server = backend()
    smtp = connected(server)
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()
    return f"{server.host}:{server.port}"


def is_encrypted(server: EmailBackend) -> bool:
    return bool(server.use_ssl or server.use_tls)


def step(ask: Callable[[], tuple[int, bytes]], *, later: type[NotSent] = NotSent) -> str:
    """One command before the text. Raises NotSent, Refused; `later` for a "not now"."""
    try:
        code, reply = ask()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(said(error)) from None
    return judged(code, reply, later=later)


def handed_over(smtp: smtplib.SMTP, content: bytes) -> str:
    """The text itself. Raises NotSent, Refused, Unknown."""
    try:
        code, reply = smtp.data(content)
    except smtplib.SMTPDataError as error:
        # The server did not want to hear it: nothing of it was sent.
        return judged(error.smtp_code, error.smtp_error, later=Deferred)
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown(said(error)) from None
    return judged(code, reply, later=Deferred)


def judged(code: int, reply: bytes | str, *, later: type[NotSent] = NotSent) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    sentence = f"{code} {_SPACE.sub(' ', words)}"[:500]
    if 200 <= code < 300:
        return sentence
    if code >= 500:
        raise Refused(sentence)
    # With this one it ends the conversation, whatever it was about.
    raise (NotSent if code == CLOSING else later)(sentence)


def wire(letter: Letter) -> bytes:
    """The letter as it goes over the line."""
    message = EmailMessage(policy=WIRE)
    message["From"] = mailbox(letter.from_name, settings.EMAIL_FROM)
    message["To"] = mailbox("", letter.to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    # What Exchange asks for before it keeps its absence notices to itself.
    message["X-Auto-Response-Suppress"] = "All"
    for name, value in letter.headers.items():
        message[name] = one_line(value, limit=900)
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    return message.as_bytes()


def mailbox(name: str, address: str) -> str:
    """A name and an address as a header holds them; neither can end it and begin another."""
    shown = one_line(name).replace("\\", "").replace('"', "'")
    return f'"{shown}" <{one_line(address)}>' if shown else one_line(address)


def one_line(text: str, limit: int = HEADER_MAX) -> str:
    """Text that is one header line: no line ends, no invisible signs, no encoded words, which
    whoever reads the header would decode into either."""
    seen = "".join(" " if unicodedata.category(sign).startswith("C") else sign for sign in text)
    return _SPACE.sub(" ", _ENCODED_WORD.sub("= ?", seen)).strip()[:limit]


def said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
        return f"{error.smtp_code} {_SPACE.sub(' ', words)}"[:500]
    return (str(error) or type(error).__name__)[:500]
