"""The little of ASGI that the bare parts of the edge need: headers, bodies, answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from threadline.core.errors import ThreadlineError

Scope = MutableMapping[str, Any]  # untyped by the ASGI specification
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

HeaderList = list[tuple[bytes, bytes]]


class BodyTooLarge(ThreadlineError):
    code = "body_too_large"
    status = 413


class TooSlow(ThreadlineError):
    code = "too_slow"
    status = 408


class ClientLeft(Exception):
    """The client closed the connection before its request was whole."""


class Headers:
    """The headers of a request by lower-case name; several of one name stay several."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in raw:
            self._values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def one(self, name: str) -> str | None:
        """The value, or None if there is none or more than one: an ambiguous header is no header."""
        values = self._values.get(name, [])
        return values[0] if len(values) == 1 else None

    def cookie(self, name: str) -> str | None:
        for line in self.all("cookie"):
            try:
                morsel = SimpleCookie(line).get(name)
            except CookieError:
                continue
            if morsel is not None:
                return morsel.value
        return None


def query_pairs(scope: Scope) -> list[tuple[str, str]]:
    """The query as it came. Raises ValueError if it has more than a hundred fields."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=100)


async def read_body(receive: Receive, *, limit_bytes: int, timeout_s: float) -> bytes:
    """The whole body. Raises BodyTooLarge, TooSlow, ClientLeft."""
    chunks: list[bytes] = []
    size_bytes = 0
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in body_chunks(receive):
                size_bytes += len(chunk)
                if size_bytes > limit_bytes:
                    raise BodyTooLarge("This request is too large.")
                chunks.append(chunk)
    except TimeoutError:
        raise TooSlow("This request took too long to arrive.") from None
    return b"".join(chunks)


async def body_chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises ClientLeft."""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientLeft
        if chunk := message.get("body", b""):
            yield chunk
        if not message.get("more_body", False):
            return


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body which was read before, then what the connection says."""
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def answer(
    send: Send,
    status: int,
    body: bytes = b"",
    *,
    content_type: str = "text/plain; charset=utf-8",
    headers: Iterable[tuple[bytes, bytes]] = (),
    is_head: bool = False,
) -> None:
    """One whole answer. An empty body carries no type."""
    raw = [(b"content-length", str(len(body)).encode())] if status not in (204, 304) else []
    if body:
        raw.append((b"content-type", content_type.encode()))
    await send({"type": "http.response.start", "status": status, "headers": [*raw, *headers]})
    await send({"type": "http.response.body", "body": b"" if is_head else body})
