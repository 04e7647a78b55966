"""A small HTTP/1.1 server over httptools that can also misbehave: answer late, by half, with a reset or never.

It exists because sends are a hot path (thousands a second beside the product on two cores) and because a framework
gives no hold on the connection, which the faults need.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import httptools
import msgspec
import python_multipart

from .wire import JSON, as_object

logger = logging.getLogger(__name__)
MAX_BODY_BYTES = 110 * 1024 * 1024
REASONS = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Manner(StrEnum):
    """How an answer leaves the house."""

    WHOLE = "whole"
    HALF = "half"
    RESET = "reset"
    SILENT = "silent"


class Response(msgspec.Struct):
    """An answer; `delay_s` is waited before it is written, without holding a task."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    delay_s: float = 0.0
    manner: Manner = Manner.WHOLE

    def head(self) -> bytes:
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return (
            f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}\r\nContent-Type: {self.content_type}\r\n"
            f"Content-Length: {len(self.body)}\r\n{extra}\r\n"
        ).encode("latin-1")


def json_response(value: object, status: int = 200) -> Response:
    return Response(status, msgspec.json.encode(value))


class UploadedFile(msgspec.Struct):
    name: str
    mime: str
    content: bytes


class Request:
    """One request; the query and the parameters are parsed when somebody asks for them."""

    __slots__ = ("_form", "_query", "body", "files", "headers", "method", "path", "query_text")

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        path, _, self.query_text = target.partition("?")
        self.method = method
        self.path = unquote(path) if "%" in path else path
        self.headers = headers
        self.body = body
        self.files: dict[str, UploadedFile] = {}
        self._query: dict[str, str] | None = None
        self._form: JSON | None = None

    @property
    def query(self) -> dict[str, str]:
        if self._query is None:
            self._query = dict(parse_qsl(self.query_text, keep_blank_values=True)) if self.query_text else {}
        return self._query

    def json(self) -> JSON | None:
        """The body as an object, or None if it is none."""
        try:
            return as_object(msgspec.json.decode(self.body)) if self.body else None
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def params(self) -> JSON:
        """Query and body together, as the Graph API reads them: JSON, form or multipart (files land in `files`)."""
        if self._form is None:
            content_type = self.headers.get("content-type", "")
            if content_type.startswith("multipart/form-data"):
                body: JSON = self._multipart(content_type)
            elif content_type.startswith("application/x-www-form-urlencoded"):
                body = dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
            else:
                body = self.json() or {}
            self._form = {**self.query, **body}
        return self._form

    def _multipart(self, content_type: str) -> JSON:
        boundary = re.search(r'boundary="?([^";]+)"?', content_type)
        if boundary is None:
            return {}
        fields: JSON = {}
        for name, filename, mime, content in _parts(self.body, boundary[1].encode()):
            if filename is None:
                fields[name] = content.decode("utf-8", "replace")
            else:
                self.files[name] = UploadedFile(filename, mime, content)
        return fields


def _parts(body: bytes, boundary: bytes) -> list[tuple[str, str | None, str, bytes]]:
    """(name, file name, content type, bytes) of each part of a multipart body."""
    parts: list[tuple[str, str | None, str, bytes]] = []
    headers: dict[str, str] = {}
    field, value, content = bytearray(), bytearray(), bytearray()

    def header_field(data: bytes, start: int, end: int) -> None:
        field.extend(data[start:end])

    def header_value(data: bytes, start: int, end: int) -> None:
        value.extend(data[start:end])

    def header_end() -> None:
        headers[field.decode("latin-1").lower()] = value.decode("utf-8", "replace")
        field.clear()
        value.clear()

    def part_data(data: bytes, start: int, end: int) -> None:
        content.extend(data[start:end])

    def part_end() -> None:
        disposition = headers.get("content-disposition", "")
        name = re.search(r'\bname="([^"]*)"', disposition)
        filename = re.search(r'\bfilename="([^"]*)"', disposition)
        mime = headers.get("content-type", "application/octet-stream")
        parts.append((name[1] if name else "", filename[1] if filename else None, mime, bytes(content)))
        headers.clear()
        content.clear()

    callbacks = cast(
        "Any",
        {  # the package types its callbacks as a private TypedDict
            "on_header_field": header_field,
            "on_header_value": header_value,
            "on_header_end": header_end,
            "on_part_data": part_data,
            "on_part_end": part_end,
        },
    )
    parser = python_multipart.MultipartParser(boundary, callbacks)
    parser.write(body)
    parser.finalize()
    return parts


Handler = Callable[[Request], Response | Awaitable[Response]]


class Connection(asyncio.Protocol):
    """One keep-alive connection: requests are answered one after the other, pipelined ones wait."""

    def __init__(self, handle: Handler, connections: set[Connection]) -> None:
        self._handle = handle
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Request] = deque()
        self._task: asyncio.Future[None] | None = None
        self._is_busy = False
        self._keeps_alive = True
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._transport = None
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._write(Response(400, b"", "text/plain"))
            self.close()

    # httptools calls these
    def on_message_begin(self) -> None:
        self._target, self._headers, self._body, self._size = b"", {}, [], 0

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._transport is not None and self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MAX_BODY_BYTES:
            self._write(Response(413, b"", "text/plain"))
            self.close()
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        self._keeps_alive = self._parser.should_keep_alive()
        method = self._parser.get_method().decode("latin-1")
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        request = Request(method, self._target.decode("latin-1"), self._headers, body)
        if self._is_busy:
            self._waiting.append(request)
        else:
            self._answer(request)

    def _answer(self, request: Request) -> None:
        self._is_busy = True
        try:
            result = self._handle(request)
        except Exception:
            logger.exception("the simulator failed to answer a request")
            result = Response(500, b"", "text/plain")
        if isinstance(result, Response):
            self._send(result)
        else:
            self._task = asyncio.ensure_future(self._answer_later(result))

    async def _answer_later(self, result: Awaitable[Response]) -> None:
        try:
            response = await result
        except Exception:
            logger.exception("the simulator failed to answer a request")
            response = Response(500, b"", "text/plain")
        self._task = None
        self._send(response)

    def _send(self, response: Response) -> None:
        if response.delay_s > 0:
            self._loop.call_later(response.delay_s, self._finish, response)
        else:
            self._finish(response)

    def _finish(self, response: Response) -> None:
        if self._transport is None:
            return
        match response.manner:
            case Manner.SILENT:
                return  # stays busy: this connection never hears from us again
            case Manner.RESET:
                socket_ = cast("socket.socket | None", self._transport.get_extra_info("socket"))
                if socket_ is not None:  # without lingering the peer sees a reset, not an end
                    socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._transport.abort()
                return
            case Manner.HALF:
                self._transport.write(response.head() + response.body[: len(response.body) // 2])
                self._transport.close()
                return
            case Manner.WHOLE:
                self._write(response)
        self._is_busy = False
        if not self._keeps_alive:
            self.close()
        elif self._waiting:
            self._answer(self._waiting.popleft())

    def _write(self, response: Response) -> None:
        if self._transport is not None:
            self._transport.write(response.head() + response.body)


class HttpServer:
    """Listens on one port and hands each request to `handle`."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Start listening; returns the port, chosen by the system when 0 was asked for."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self._handle, self._connections), host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for connection in tuple(self._connections):
                connection.close()
            await self._server.wait_closed()
            self._server = None
