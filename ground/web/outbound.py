"""The one way out: requests to addresses that somebody else named, and never into our own network.

Names are resolved here and every answer is looked at; what is connected to is one of the very
addresses that were looked at, so a name that changes in between changes nothing. No redirect is
followed, no proxy of the environment is used, and a call is over after `SECONDS`, however slowly
the other side drips. Hosts that the operator lists in OUTBOUND_ALLOWED_HOSTS may be private.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import SplitResult, urlsplit

from AntiSSRF.ipaddress_ranges import IPAddressRanges
from django.conf import settings

SECONDS = 5.0
LOOKUPS_MAX = 32
ANSWER_MAX = 64 * 1024
AGENT = "Counterfoil"
PORTS = {"https": 443, "http": 80}

_lookups = threading.BoundedSemaphore(LOOKUPS_MAX)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# ::a.b.c.d, an old spelling of IPv4 addresses that nobody routes but some systems understand.
COMPATIBLE = "::/96"


class Forbidden(Exception):
    """This address is none that may be called. Says why."""


class Unreachable(Exception):
    """Nobody answered there, or not in time, or not in HTTP."""


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is cut after ANSWER_MAX bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post(url: str, *, data: bytes, headers: Mapping[str, str]) -> Answer:
    """One POST. Raises Forbidden, Unreachable."""
    parts = checked(url)
    end = time.monotonic() + SECONDS
    plain = connected(parts, resolved(host_of(parts), port_of(parts), end), end)
    line = http_over(plain, parts)
    watchdog = threading.Timer(max(0.0, end - time.monotonic()), cut, [line.sock])
    watchdog.start()
    try:
        if isinstance(line.sock, ssl.SSLSocket):
            line.sock.do_handshake()
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        given = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        line.request("POST", path, body=data, headers=given)
        answer = line.getresponse()
        return Answer(answer.status, dict(answer.headers.items()), answer.read(ANSWER_MAX))
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"{parts.hostname} did not answer ({said(error)}).") from None
    finally:
        watchdog.cancel()
        line.close()


def checked(url: str) -> SplitResult:
    """The parts of an address that may be called, as far as its spelling tells. Raises Forbidden.

    Only https, except at hosts that the operator lists; no user name, no characters that one
    program reads otherwise than the next.
    """
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in ' \\"<>^`{|}'):
        raise Forbidden("The address has characters that no address has.")
    try:
        parts = urlsplit(url)
        port_of(parts)
        name = host_of(parts)
    except ValueError:
        raise Forbidden("The address is malformed.") from None
    if not name or parts.username is not None or parts.password is not None:
        raise Forbidden("The address names no host, or somebody at it.")
    schemes = PORTS if is_listed(parts) else {"https"}
    if parts.scheme not in schemes:
        raise Forbidden("Only https addresses are called.")
    return parts


def host_of(parts: SplitResult) -> str:
    return parts.hostname or ""


def port_of(parts: SplitResult) -> int:
    return parts.port or PORTS.get(parts.scheme, 0)


def is_listed(parts: SplitResult) -> bool:
    """Whether the operator vouches for this host, with or without its port."""
    name = host_of(parts)
    return bool({name, f"{name}:{port_of(parts)}"} & set(settings.OUTBOUND_ALLOWED_HOSTS))


def resolved(host: str, port: int, end: float) -> list[str]:
    """The numeric addresses behind a name, asked for until `end` on the monotonic clock.

    The system's own resolver takes its time and cannot be stopped, so a thread of its own waits
    for it; no more than LOOKUPS_MAX of them. Raises Unreachable.
    """
    answers: SimpleQueue[Any] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            answers.put(error)
        finally:
            _lookups.release()

    if not _lookups.acquire(timeout=max(0.0, end - time.monotonic())):
        raise Unreachable(f"{host} cannot be looked up: too many names are being asked for.")
    threading.Thread(target=ask, name="name-lookup", daemon=True).start()
    try:
        found = answers.get(timeout=max(0.0, end - time.monotonic()))
    except Empty:
        raise Unreachable(f"{host} could not be looked up in time.") from None
    if isinstance(found, OSError | UnicodeError):
        raise Unreachable(f"{host} is no known host ({said(found)}).")
    if isinstance(found, BaseException):
        raise found
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connected(parts: SplitResult, addresses: list[str], end: float) -> socket.socket:
    """A connection to the first of these addresses that answers, after all were looked at.

    Raises Forbidden when one of them is not public: a name with two faces is no honest name.
    """
    if not is_listed(parts) and not all(is_public(address) for address in addresses):
        raise Forbidden(f"{parts.hostname} is an address inside a network.")
    failure = "it has no address"
    for address in addresses:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port_of(parts)), timeout=left)
        except OSError as error:
            failure = said(error)
    raise Unreachable(f"{parts.hostname} cannot be reached ({failure}).")


def http_over(plain: socket.socket, parts: SplitResult) -> HTTPConnection:
    """HTTP on a connection; the certificate must be the host's, whatever address was called."""
    host, port = host_of(parts), port_of(parts)
    if parts.scheme == "http":
        line = HTTPConnection(host, port)
        line.sock = plain
        return line
    line = HTTPSConnection(host, port, context=tls())
    line.sock = tls().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    return line


@cache
def tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def cut(sock: socket.socket) -> None:
    """Ends a call from outside: whoever waits for the next byte gets an error."""
    try:
        # Not SSLSocket's own, which changes what another thread is reading from.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to the open internet.

    False for everything that IANA sets apart (loopback, private, shared, link-local, multicast,
    documentation …), for what only wraps another address (mapped and compatible IPv6, NAT64, 6to4,
    Teredo), and for what is no address.
    """
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not any(
        found in network for network in set_apart() if network.version == found.version
    )


@cache
def set_apart() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    ranges = (*IPAddressRanges.recommended_latest, COMPATIBLE)
    return tuple(ipaddress.ip_network(text) for text in ranges)


def said(error: Exception) -> str:
    return str(error) or type(error).__name__
