"""The webhook edge: `/hooks/{endpoint_key}`, bare ASGI. A body is answered 200 once it is committed, never before (R1).

Read within the limit, verify the signature over the raw bytes, find whom it is for, store, answer. Nothing is parsed
here beyond the tolerant scan for accounts; the host of the channel does the rest (docs/design.md §4).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any, Final, Protocol
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from prometheus_client import Counter, Gauge

from threadline.actions.accept_deliveries import (
    BodyRefused,
    DeliveryWriter,
    Endpoint,
    OpenSecrets,
    endpoint_of,
    lines_of,
    route,
)
from threadline.channels.contract import ChannelType, HookAnswer, HookRequest
from threadline.core.errors import Unavailable
from threadline.infra.bus import Bus
from threadline.infra.log import get_logger
from threadline.infra.settings import Limits
from threadline.store.deliveries import DeliveryLine, insert_deliveries
from threadline.store.endpoints import find_endpoint_by_key, note_deliveries, note_verified
from threadline.store.session import Role, is_outage

Scope = dict[str, Any]  # what ASGI hands over, untyped by its nature
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PREFIX: Final = "/hooks/"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_BLOB_FROM_BYTES: Final = 1024 * 1024
_THREAD_FROM_BYTES: Final = 256 * 1024
"""Above this, hashing and scanning leave the event loop (R31)."""

_REFUSED: Final = Counter("threadline_deliveries_refused", "Webhook requests that were not stored", ["reason"])
_WAITING: Final = Gauge("threadline_delivery_waiting_seconds", "How long the oldest body has waited for its commit")

log = get_logger("ingress")


class BlobWriter(Protocol):
    """Stores bytes; `key` of what it returns finds them again."""

    async def put(self, content: bytes) -> "StoredKey": ...


class StoredKey(Protocol):
    @property
    def key(self) -> str: ...


class _Refused(Exception):
    """The request ends here with this answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class _Gone(Exception):
    """The client went away before its body was complete."""


@dataclass(slots=True)
class _Cached:
    endpoint: Endpoint | None
    until: float


class Endpoints:
    """Endpoints by key, for some seconds; also that a key is unknown. `forget` on a `channel_changed` hint."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        types: Sequence[ChannelType],
        open_secrets: OpenSecrets,
        ttl_s: float = 3.0,
        limit: int = 10_000,
    ) -> None:
        self._pool = pool
        self._types = types
        self._open_secrets = open_secrets
        self._ttl_s = ttl_s
        self._limit = limit
        self._known: dict[str, _Cached] = {}
        self._loading: dict[str, asyncio.Task[Endpoint | None]] = {}

    def forget(self) -> None:
        self._known.clear()

    async def find(self, key: str) -> Endpoint | None:
        """Raises what the database raises when it must be asked and does not answer."""
        cached = self._known.get(key)
        if cached is not None and cached.until > monotonic():
            return cached.endpoint
        if _KEY.fullmatch(key) is None:
            return None
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.create_task(self._load(key), name="endpoint look-up")
            loading.add_done_callback(lambda _task: self._loading.pop(key, None))
        return await asyncio.shield(loading)

    async def _load(self, key: str) -> Endpoint | None:
        async with self._pool.acquire(timeout=2) as connection:
            row = await find_endpoint_by_key(connection, key)
        endpoint = endpoint_of(row, self._types, self._open_secrets) if row else None
        if len(self._known) >= self._limit:
            self._known.clear()
        self._known[key] = _Cached(endpoint, monotonic() + self._ttl_s)
        return endpoint


@asynccontextmanager
async def open_ingress_pool(url: str, *, size: int = 4) -> AsyncIterator[asyncpg.Pool]:
    """Connections of the ingress role, apart from every other pool: one statement is one commit, and nobody else's
    load delays a webhook."""
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        command_timeout=5,
        timeout=5,
        max_inactive_connection_lifetime=0,
        reset=_leave,
        server_settings={
            "role": Role.INGRESS.value,
            "application_name": Role.INGRESS.value,
            "timezone": "UTC",
            "statement_timeout": "5000",
        },
    )
    try:
        yield pool
    finally:
        pool.terminate()


async def _leave(_connection: object) -> None:
    """Nothing here leaves anything in its session, so nothing is reset: that would be a round trip for each flush."""


def line_store(pool: asyncpg.Pool) -> Callable[[Sequence[DeliveryLine]], Awaitable[None]]:
    """For one flush at a time, as the writer makes them: it keeps its connection as long as that serves."""
    kept: PoolConnectionProxy | None = None

    async def store(lines: Sequence[DeliveryLine]) -> None:
        nonlocal kept
        connection, kept = kept, None
        if connection is None or connection.is_closed():
            connection = await pool.acquire(timeout=2)
        try:
            await insert_deliveries(connection, lines)
        except BaseException:
            await pool.release(connection)
            raise
        kept = connection

    return store


@dataclass(slots=True)
class Ingress:
    """The ASGI application. It answers every path it is given as if it began with `/hooks/`."""

    endpoints: Endpoints
    writer: DeliveryWriter
    pool: asyncpg.Pool
    blobs: BlobWriter
    public_url: str
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    slow_bodies: "SlowBodies" = field(default_factory=lambda: SlowBodies(30.0))
    url_bytes: int = 8 * 1024
    header_bytes: int = 16 * 1024
    _seen: dict[UUID, Endpoint] = field(default_factory=dict[UUID, Endpoint])
    _noted_at: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check_head(scope)
            endpoint = await self._endpoint(scope["path"])
            body = await self._read_body(scope, receive, endpoint.body_limit_bytes)
            answer = await self._answer(endpoint, scope, body)
        except _Refused as refused:
            _REFUSED.labels(refused.reason).inc()
            await _respond(send, HookAnswer(refused.status), _RETRY_AFTER if refused.status == 503 else ())
        except _Gone:
            _REFUSED.labels("gone").inc()
        except Exception as error:  # a fault of ours: the provider shall try again, and somebody shall see it (R1)
            log.error("delivery_not_taken", error=type(error).__name__, exc_info=error)
            _REFUSED.labels("fault").inc()
            await _respond(send, HookAnswer(503), _RETRY_AFTER)
        else:
            await _respond(send, answer)

    def _check_head(self, scope: Scope) -> None:
        """No provider's address or headers come near these bounds (S70)."""
        if len(scope["query_string"]) > self.url_bytes:
            raise _Refused(414, "address")
        size_bytes = 0
        for name, value in scope["headers"]:
            size_bytes += len(name) + len(value)
        if size_bytes > self.header_bytes:
            raise _Refused(431, "headers")

    async def _endpoint(self, path: str) -> Endpoint:
        try:
            endpoint = await self.endpoints.find(path.removeprefix(PREFIX))
        except Exception as error:
            if not is_outage(error):
                log.error("endpoint_not_loaded", error=type(error).__name__)
            raise _Refused(503, "outage") from error
        if endpoint is None:
            raise _Refused(404, "unknown_endpoint")
        return endpoint

    async def _read_body(self, scope: Scope, receive: Receive, limit_bytes: int) -> bytes:
        _check_announced(scope, limit_bytes)
        reader = self.slow_bodies.begin()
        try:
            event = await receive()
            body: bytes = event.get("body", b"")
            if event["type"] != "http.request" or event.get("more_body"):
                return await _read_rest(event, receive, limit_bytes)
        except asyncio.CancelledError:
            if self.slow_bodies.is_late(reader):
                raise _Refused(408, "slow_body") from None
            raise
        finally:
            self.slow_bodies.end(reader)
        _check_size(len(body), limit_bytes)
        return body

    async def _answer(self, endpoint: Endpoint, scope: Scope, body: bytes) -> HookAnswer:
        request = self._request(scope, body)
        handshake = endpoint.handshake(request)
        if handshake is not None:
            await self._note_handshake(endpoint, handshake)
            return handshake
        if scope["method"] != "POST":
            raise _Refused(405, "method")
        if len(body) < _THREAD_FROM_BYTES:
            is_genuine = endpoint.verify(request)
        else:
            is_genuine = await asyncio.to_thread(endpoint.verify, request)
        if not is_genuine:
            raise _Refused(401, "signature")
        return await self._store(endpoint, body)

    def _request(self, scope: Scope, body: bytes) -> HookRequest:
        query: bytes = scope["query_string"]
        path: str = scope["path"]
        url = f"{self.public_url}{path}?{query.decode('latin-1')}" if query else f"{self.public_url}{path}"
        return HookRequest(scope["method"], url, _parse_query(query), RawHeaders(scope["headers"]), body)

    async def _store(self, endpoint: Endpoint, body: bytes) -> HookAnswer:
        """Commits the body, then says what the provider wants to hear."""
        size_bytes = len(body)
        blob_key: str | None = None
        if size_bytes < _THREAD_FROM_BYTES:
            routed = route(endpoint, body)
        else:
            routed = await asyncio.to_thread(route, endpoint, body)
        try:
            if size_bytes > _BLOB_FROM_BYTES:
                blob_key = (await self.blobs.put(body)).key
            lines = lines_of(
                endpoint,
                routed,
                body=None if blob_key else body,
                blob_key=blob_key,
                now=self.now(),
                new_id=self.new_id,
            )
            await self.writer.write(lines, size_bytes=0 if blob_key else size_bytes)
        except Unavailable as error:
            raise _Refused(503, "outage") from error
        except BodyRefused as error:
            raise _Refused(400, "unstorable") from error
        self._note_delivery(endpoint)
        return routed.answer

    async def _note_handshake(self, endpoint: Endpoint, answer: HookAnswer) -> None:
        if answer.status != 200:
            _REFUSED.labels("handshake").inc()
            return
        try:
            async with self.pool.acquire(timeout=2) as connection:
                await note_verified(
                    connection, workspace_id=endpoint.workspace_id, endpoint_id=endpoint.id, now=self.now()
                )
        except Exception as error:
            raise _Refused(503, "outage") from error

    def _note_delivery(self, endpoint: Endpoint) -> None:
        """Every five seconds at most: which endpoints have heard something lately."""
        self._seen[endpoint.id] = endpoint
        moment = monotonic()
        if moment - self._noted_at < 5:
            return
        self._noted_at = moment
        _WAITING.set(self.writer.oldest_waiting_s)
        seen, self._seen = self._seen, {}
        task = asyncio.create_task(self._write_notes(seen), name="endpoint notes")
        _background.add(task)
        task.add_done_callback(_background.discard)

    async def _write_notes(self, seen: Mapping[UUID, Endpoint]) -> None:
        try:
            async with self.pool.acquire(timeout=2) as connection:
                pairs = [(endpoint.workspace_id, endpoint.id) for endpoint in seen.values()]
                await note_deliveries(connection, endpoint_ids=pairs, now=self.now())
        except Exception as error:
            log.warning("endpoints_not_noted", error=type(error).__name__)


@asynccontextmanager
async def open_ingress(
    url: str,
    *,
    types: Sequence[ChannelType],
    open_secrets: OpenSecrets,
    bus: Bus,
    blobs: BlobWriter,
    limits: Limits,
    public_url: str,
    now: Callable[[], datetime],
    new_id: Callable[[], UUID],
) -> AsyncIterator[Ingress]:
    """The application with its own connections; at the end it waits until nothing it took in is uncommitted.

    News of a channel or an endpoint makes it look its endpoints up again at once instead of within seconds.
    """
    async with open_ingress_pool(url) as pool:
        endpoints = Endpoints(pool, types=types, open_secrets=open_secrets)
        writer = DeliveryWriter(
            line_store(pool),
            hints=bus.publish,
            flush_bodies=limits.flush_bodies,
            flush_bytes=limits.flush_bytes,
            waiting_bytes=limits.waiting_bytes,
            waiting_s=limits.waiting_s,
        )
        slow_bodies = SlowBodies(limits.request_timeout_s)
        forgetting = asyncio.create_task(_forget_when_told(endpoints, bus), name="endpoint hints")
        try:
            yield Ingress(
                endpoints,
                writer,
                pool,
                blobs,
                public_url,
                now,
                new_id,
                slow_bodies,
                limits.url_bytes,
                limits.header_bytes,
            )
        finally:
            forgetting.cancel()
            await writer.drain()


async def _forget_when_told(endpoints: Endpoints, bus: Bus) -> None:
    with bus.subscribe("channel:", "endpoint:") as news:
        while True:
            if await news.wait(timeout_s=3600):
                endpoints.forget()


class RawHeaders(Mapping[str, Sequence[str]]):
    """Headers as ASGI hands them over, decoded when somebody asks: of a webhook's dozen, one is ever looked at."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self._raw = raw

    def get(self, name: str, default: Sequence[str] = ()) -> Sequence[str]:  # type: ignore[override]
        """Without the way over an exception that the base class takes."""
        wanted = name.encode("latin-1")
        return [value.decode("latin-1") for other, value in self._raw if other == wanted] or default

    def __getitem__(self, name: str) -> Sequence[str]:
        if found := self.get(name):
            return found
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.decode("latin-1") for name, _ in self._raw))

    def __len__(self) -> int:
        return len({name for name, _ in self._raw})


class SlowBodies:
    """Ends requests whose body does not come. One timer for all of them: a time-out each would cost a tenth of the
    whole request."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._since: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> "asyncio.Task[Any]":
        """The task that waits for its body from now on: cancelled if that takes too long."""
        task = asyncio.current_task()
        assert task is not None
        self._since[task] = monotonic()
        if self._timer is None:
            self._look_later()
        return task

    def end(self, task: "asyncio.Task[Any]") -> None:
        del self._since[task]

    def is_late(self, task: "asyncio.Task[Any]") -> bool:
        """Whether it was cancelled here, and not by somebody else; then it may go on."""
        if task not in self._late:
            return False
        self._late.discard(task)
        task.uncancel()
        return True

    def _look_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._timeout_s / 10, self._look)

    def _look(self) -> None:
        deadline = monotonic() - self._timeout_s
        for task in [task for task, since in self._since.items() if since < deadline]:
            self._late.add(task)
            task.cancel()
        self._timer = None
        if self._since:
            self._look_later()


_background: set[asyncio.Task[None]] = set()
_RETRY_AFTER: Final = ((b"retry-after", b"5"),)
_NO_QUERY: Final[Mapping[str, Sequence[str]]] = {}


def _check_announced(scope: Scope, limit_bytes: int) -> None:
    """A body that says that it is too large is refused unread; a compressed one is refused, for it may be a bomb."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise _Refused(400, "length")
            _check_size(int(value), limit_bytes)
        elif name == b"content-encoding" and value.lower() != b"identity":
            raise _Refused(415, "encoding")


def _check_size(size_bytes: int, limit_bytes: int) -> None:
    if size_bytes > limit_bytes:
        raise _Refused(413, "too_large")


async def _read_rest(event: dict[str, Any], receive: Receive, limit_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size_bytes = 0
    while True:
        if event["type"] == "http.disconnect":
            raise _Gone
        chunk: bytes = event.get("body", b"")
        size_bytes += len(chunk)
        _check_size(size_bytes, limit_bytes)
        chunks.append(chunk)
        if not event.get("more_body"):
            return b"".join(chunks)
        event = await receive()


def _parse_query(query: bytes) -> Mapping[str, Sequence[str]]:
    if not query:
        return _NO_QUERY
    try:
        return parse_qs(query.decode("latin-1"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise _Refused(400, "query") from None


async def _respond(send: Send, answer: HookAnswer, extra: Sequence[tuple[bytes, bytes]] = ()) -> None:
    headers = [*_headers_of(answer.content_type, len(answer.body)), *extra]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


@lru_cache(maxsize=64)
def _headers_of(content_type: str, size_bytes: int) -> tuple[tuple[bytes, bytes], ...]:
    """A provider hears the same few answers again and again."""
    always = (
        (b"content-length", str(size_bytes).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    )
    return ((b"content-type", content_type.encode()), *always) if size_bytes else always
