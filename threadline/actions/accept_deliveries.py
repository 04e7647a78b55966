"""A webhook was received: whom is it for, and let it be stored before anybody is told that it arrived.

Ingress and long connections call `route` and `DeliveryWriter.write`; when `write` returns, the body is committed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from uuid import UUID

import msgspec
from prometheus_client import Counter, Histogram

from threadline.channels.contract import AccountRef, ChannelType, EndpointSecrets, HookAnswer, HookRequest
from threadline.core.errors import Unavailable
from threadline.infra.log import get_logger
from threadline.store.deliveries import DeliveryLine
from threadline.store.endpoints import EndpointRow
from threadline.store.session import is_data_error

OpenSecrets = Callable[[bytes, UUID], EndpointSecrets]
"""Sealed bytes and endpoint id → secrets. Raises when the key is missing."""

StoreLines = Callable[[Sequence[DeliveryLine]], Awaitable[None]]
"""Writes lines with one statement and one commit; raises what the database raises."""

_ACCEPTED = Counter("threadline_deliveries_accepted", "Webhook bodies committed before they were answered")
_UNROUTABLE = Counter("threadline_deliveries_unroutable", "Bodies for a number or account that no channel here has")
_FLUSH_BODIES = Histogram(
    "threadline_delivery_flush_bodies", "Bodies that shared a commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)

log = get_logger("deliveries")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as ingress needs it: what verifies its requests, and which channel an account belongs to."""

    id: UUID
    workspace_id: UUID
    types: tuple[ChannelType, ...]
    """Usually one; several when one provider app serves several channel types."""
    secrets: EndpointSecrets = field(repr=False)
    channels: dict[tuple[str, AccountRef], tuple[UUID, ...]]
    """(channel type, whom) → channels; an account may be shared by several."""
    body_limit_bytes: int

    def handshake(self, request: HookRequest) -> HookAnswer | None:
        for channel_type in self.types:
            answer = channel_type.handshake(request, self.secrets)
            if answer is not None:
                return answer
        return None

    def verify(self, request: HookRequest) -> bool:
        return any(channel_type.verify(request, self.secrets) for channel_type in self.types)


def endpoint_of(row: EndpointRow, types: Sequence[ChannelType], open_secrets: OpenSecrets) -> Endpoint | None:
    """None if no channel type of its provider exists here."""
    serving = tuple(one for one in types if one.manifest.provider == row.provider)
    if not serving:
        return None
    channels: dict[tuple[str, AccountRef], tuple[UUID, ...]] = {}
    for channel in row.channels:
        for ref in (AccountRef("address", channel.address), AccountRef("account", channel.account)):
            if ref.value:
                channels[channel.type, ref] = (*channels.get((channel.type, ref), ()), channel.id)
    return Endpoint(
        id=row.id,
        workspace_id=row.workspace_id,
        types=serving,
        secrets=open_secrets(row.secrets, row.id),
        channels=channels,
        body_limit_bytes=max(one.manifest.body_limit_bytes for one in serving),
    )


class Routed(msgspec.Struct, frozen=True, gc=False):
    channel_ids: tuple[UUID, ...]
    has_unknown: bool
    """The body also, or only, names somebody we do not know."""
    answer: HookAnswer


def route(endpoint: Endpoint, body: bytes) -> Routed:
    """Whom a verified body is for; never raises. Of several types the first that recognises the body is its type."""
    for channel_type in endpoint.types:
        refs = channel_type.accounts(body)
        if refs:
            return _route(endpoint, channel_type, refs, body)
    return Routed((), has_unknown=True, answer=endpoint.types[0].acknowledge(body))


def _route(endpoint: Endpoint, channel_type: ChannelType, refs: Sequence[AccountRef], body: bytes) -> Routed:
    if len(refs) == 1:
        channel_ids = endpoint.channels.get((channel_type.manifest.type, refs[0]), ())
        return Routed(channel_ids, has_unknown=not channel_ids, answer=channel_type.acknowledge(body))
    found: dict[UUID, None] = {}
    has_unknown = False
    for ref in refs:
        channel_ids = endpoint.channels.get((channel_type.manifest.type, ref))
        if channel_ids is None:
            has_unknown = True
        else:
            found.update(dict.fromkeys(channel_ids))
    return Routed(tuple(found), has_unknown=has_unknown, answer=channel_type.acknowledge(body))


def lines_of(
    endpoint: Endpoint,
    routed: Routed,
    *,
    body: bytes | None,
    blob_key: str | None,
    now: datetime,
    new_id: Callable[[], UUID],
) -> list[DeliveryLine]:
    """One line per channel and one without a channel for whoever is unknown; the first holds the body for all."""
    targets: list[UUID | None] = list(routed.channel_ids)
    if routed.has_unknown:
        targets.append(None)
    body_id = new_id()
    line = DeliveryLine(body_id, body_id, endpoint.workspace_id, endpoint.id, targets[0], body, blob_key, now)
    if len(targets) == 1:
        return [line]
    return [line] + [
        DeliveryLine(new_id(), body_id, endpoint.workspace_id, endpoint.id, target, None, None, now)
        for target in targets[1:]
    ]


class BodyRefused(Exception):
    """The database will never take this body (a data error, alone too)."""


@dataclass(slots=True)
class _Waiting:
    lines: list[DeliveryLine]
    size_bytes: int
    since: float
    stored: "asyncio.Future[None]"


class DeliveryWriter:
    """Group commit: whatever waits goes out in one statement; the next flush starts when the last has ended.

    There is no waiting window: a lone body leaves at once, many bodies share a commit. A request that went away does
    not cancel the flush its body is in.
    """

    def __init__(
        self,
        store: StoreLines,
        *,
        hints: Callable[[frozenset[str]], None],
        flush_bodies: int = 500,
        flush_bytes: int = 8 * 1024 * 1024,
        waiting_bytes: int = 64 * 1024 * 1024,
        waiting_s: float = 2.0,
    ) -> None:
        self._store = store
        self._hints = hints
        self._flush_bodies = flush_bodies
        self._flush_bytes = flush_bytes
        self._waiting_limit_bytes = waiting_bytes
        self._waiting_limit_s = waiting_s
        self._waiting: deque[_Waiting] = deque()
        self._in_flight: list[_Waiting] = []
        self._held_bytes = 0
        self._flushing: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None

    async def write(self, lines: list[DeliveryLine], *, size_bytes: int) -> None:
        """Returns when the lines are committed. Raises Unavailable (the provider shall try again) or BodyRefused."""
        if self._held_bytes + size_bytes > self._waiting_limit_bytes:
            raise _busy()
        waiting = _Waiting(lines, size_bytes, monotonic(), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._held_bytes += size_bytes
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush_all(), name="delivery flush")
        if self._watch is None:
            self._look_later()
        await waiting.stored

    async def drain(self) -> None:
        """Returns when nothing waits any more: for a graceful stop."""
        while self._flushing is not None:
            await asyncio.wait([self._flushing])

    @property
    def oldest_waiting_s(self) -> float:
        first = self._in_flight[0] if self._in_flight else self._waiting[0] if self._waiting else None
        return monotonic() - first.since if first else 0.0

    async def _flush_all(self) -> None:
        try:
            while self._waiting:
                self._in_flight = self._take()
                await self._flush(self._in_flight)
                self._held_bytes -= sum(one.size_bytes for one in self._in_flight)
                self._in_flight = []
        finally:
            self._flushing = None

    def _take(self) -> list[_Waiting]:
        """As many as a flush may hold, at least one."""
        taken: list[_Waiting] = []
        size_bytes = 0
        while self._waiting and len(taken) < self._flush_bodies:
            size_bytes += self._waiting[0].size_bytes
            if taken and size_bytes > self._flush_bytes:
                break
            taken.append(self._waiting.popleft())
        return taken

    async def _flush(self, batch: list[_Waiting]) -> None:
        try:
            await self._store([line for one in batch for line in one.lines])
        except Exception as error:
            if is_data_error(error) and len(batch) > 1:
                for one in batch:
                    await self._flush([one])
                return
            _fail(batch, error)
            return
        _succeed(batch)
        self._announce(batch)

    def _announce(self, batch: list[_Waiting]) -> None:
        lines = [line for one in batch for line in one.lines]
        unroutable = sum(line.channel_id is None for line in lines)
        _FLUSH_BODIES.observe(len(batch))
        _ACCEPTED.inc(len(batch))
        if unroutable:
            _UNROUTABLE.inc(unroutable)
        topics = frozenset(
            f"deliveries:{channel_id}" for channel_id in {line.channel_id for line in lines} if channel_id
        )
        if topics:
            self._hints(topics)

    def _look_later(self) -> None:
        """One timer for all that wait, and none while nothing does."""
        self._watch = asyncio.get_running_loop().call_later(self._waiting_limit_s / 4, self._give_up_in_time)

    def _give_up_in_time(self) -> None:
        """Whoever waits too long hears 503 at once; what is in flight may still be stored, and a repeat is known."""
        self._watch = None
        deadline = monotonic() - self._waiting_limit_s
        while self._waiting and self._waiting[0].since < deadline:
            late = self._waiting.popleft()
            self._held_bytes -= late.size_bytes
            _refuse(late, _busy())
        for one in self._in_flight:
            if one.since < deadline:
                _refuse(one, _busy())
        if self._waiting or self._in_flight:
            self._look_later()


def _succeed(batch: list[_Waiting]) -> None:
    for one in batch:
        if not one.stored.done():
            one.stored.set_result(None)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    """A data error of one body is that body's; everything else is an outage, and the provider tries again."""
    is_refused = is_data_error(error)
    log.warning("deliveries_not_stored", bodies=len(batch), error=type(error).__name__)
    for one in batch:
        _refuse(one, BodyRefused() if is_refused else _busy())


def _refuse(one: _Waiting, error: Exception) -> None:
    if not one.stored.done():
        one.stored.set_exception(error)


def _busy() -> Unavailable:
    return Unavailable("Deliveries cannot be stored right now. Please try again in a moment.")
