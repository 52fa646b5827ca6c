"""A cheap HTTP client for load: one keep-alive HTTP/1.1 connection a piece, written by hand.

A general client spends more processor time per request than the server that is measured.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 10.0
HEAD_MAX = 64 * 1024


class Unanswered(Exception):
    """The connection could not be made, broke, or stayed silent: what was asked may have
    happened or not."""


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str | None:
        """A header's value; `name` in lower case."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower().decode("latin-1") == name:
                return value.strip().decode("latin-1")
        return None


class Connection:
    """One connection to one server, opened when it is needed and again after it broke."""

    def __init__(self, host: str, port: int, headers: Mapping[str, str] | None = None) -> None:
        self.host, self.port = host, port
        self.fixed = "".join(
            f"{name}: {value}\r\n"
            for name, value in {"Host": f"{host}:{port}", **(headers or {})}.items()
        )
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        data: Any = None,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> Answer:
        """Sends JSON `data`, a `form` or nothing. Raises Unanswered."""
        raw = self._packed(method, path, data, form, headers or {})
        try:
            async with asyncio.timeout(timeout):
                return await self._exchange(raw)
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
            self.close()
            raise Unanswered(f"{method} {path}: {error or type(error).__name__}") from None
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    def _packed(
        self,
        method: str,
        path: str,
        data: Any,
        form: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> bytes:
        body, kind = b"", ""
        if data is not None:
            body, kind = json.dumps(data).encode(), "Content-Type: application/json\r\n"
        elif form is not None:
            body = urlencode(form).encode()
            kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {path} HTTP/1.1\r\n{self.fixed}{more}{kind}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def _exchange(self, raw: bytes) -> Answer:
        if self.reader is None or self.writer is None or self.reader.at_eof():
            self.close()
            self.reader, self.writer = await asyncio.open_connection(
                self.host, self.port, limit=HEAD_MAX
            )
        self.writer.write(raw)
        head = await self.reader.readuntil(b"\r\n\r\n")
        answer = Answer(int(head.split(b" ", 2)[1]), head, await read_body(self.reader, head))
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return answer


async def read_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The body that follows a head, by its length or in chunks."""
    low = head.lower()
    if b"\r\ncontent-length:" in low:
        length = low.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0]
        return await reader.readexactly(int(length))
    body = b""
    if b"chunked" in low:
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    return body


class Pool:
    """A few connections shared by many requests; waiting for a free one counts as waiting."""

    def __init__(self, size: int, host: str, port: int, headers: Mapping[str, str] | None = None):
        self.free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        for _ in range(size):
            self.free.put_nowait(Connection(host, port, headers))

    async def ask(self, method: str, path: str, **more: Any) -> Answer:
        connection = await self.free.get()
        try:
            return await connection.ask(method, path, **more)
        finally:
            self.free.put_nowait(connection)

    def close(self) -> None:
        while not self.free.empty():
            self.free.get_nowait().close()
