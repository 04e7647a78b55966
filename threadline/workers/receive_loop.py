"""The receiving half of a channel's host: open deliveries become messages, many in one transaction.

The open lines are found by state and closed in the transaction that stores their items, never by a cursor: a lower id
may be committed after a higher one. An outage takes the whole batch again; an item at fault is set aside; what fails
for a reason nobody knows is tried twelve times and then buried, visible and replayable (R2).
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol
from uuid import UUID

from prometheus_client import Counter, Histogram

from threadline.actions.apply_parked import sweep_parked
from threadline.actions.isolate_failures import describe, receive_isolated
from threadline.actions.receive_messages import receive
from threadline.actions.receiving import Channel, Received
from threadline.channels.contract import Addressed
from threadline.core.errors import BadPayload
from threadline.core.ids import first_uuid7_at
from threadline.infra.bus import Bus
from threadline.infra.log import get_logger
from threadline.store.channels_hosted import FenceLost, check_fence
from threadline.store.deliveries import (
    OpenDelivery,
    bury_delivery,
    close_deliveries,
    count_delivery_try,
    read_open_deliveries,
)
from threadline.store.session import Database, Role, Session, is_outage

BATCH: Final = 500
TRIES: Final = 12
_THREAD_FROM_BYTES: Final = 256 * 1024
_SWEEP_EVERY_S: Final = 5.0
_HAS_ALL_S: Final = 1.0
_LATELY: Final = timedelta(minutes=1)
_BACKOFF_S: Final = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)

_RECEIVED = Counter("threadline_items_received", "Inbound items received")
_BATCH_ITEMS = Histogram(
    "threadline_receive_batch_items", "Items in one transaction", buckets=(1, 5, 20, 100, 500, 2000)
)
_BURIED = Counter("threadline_deliveries_dead", "Deliveries given up on: shown to admins, replayable")
_ISOLATED = Counter("threadline_receive_isolations", "Batches in which a fault had to be found")

log = get_logger("receive")


class BlobReader(Protocol):
    """Bodies above 1 MiB lie in the blobs."""

    async def get(self, key: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Parsed:
    delivery: OpenDelivery
    items: tuple[Received, ...]
    error: str = ""
    """Why no item could be read; the delivery is buried with it."""


@dataclass(slots=True)
class ReceiveLoop:
    """One channel's receiving, under a lease and its fence."""

    channel: Channel
    lease: str
    fence: int
    database: Database
    blobs: BlobReader
    bus: Bus
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    poll_s: float = 1.0
    _retry_at: dict[UUID, float] = field(default_factory=dict[UUID, float])
    """Deliveries that wait for their next try, by monotonic time."""
    _ahead: list[_Parsed] = field(default_factory=list[_Parsed])
    """Read and parsed while the batch before was written."""
    _failures: int = 0
    _swept_at: float = 0.0
    _had_all_at: float = -math.inf
    """When everything open was read last, by monotonic time."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set, between two batches. Raises FenceLost when another worker has the channel."""
        with self.bus.subscribe(f"deliveries:{self.channel.id}") as news:
            while not stop.is_set():
                taken = await self._step_safely()
                if taken is None:
                    await asyncio.sleep(_BACKOFF_S[min(self._failures, len(_BACKOFF_S)) - 1])
                    continue
                await self._sweep_sometimes()
                if taken == 0:
                    await news.wait(self.poll_s)

    async def _step_safely(self) -> int | None:
        """How many deliveries were taken; None after a failure, which left everything as it was."""
        try:
            taken = await self.step()
        except FenceLost:
            raise
        except Exception as error:
            self._failures += 1
            self._had_all_at = -math.inf  # what was to be written is open again, and may be old
            if is_outage(error):
                log.warning("receive_outage", channel_id=str(self.channel.id), error=describe(error))
            else:
                log.error("receive_failed", channel_id=str(self.channel.id), error=describe(error), exc_info=error)
            return None
        self._failures = 0
        return taken

    async def step(self) -> int:
        """Take what is open, at most 500 deliveries; returns how many. Everything of it commits at once, or nothing.

        While there is more than one batch the next is read and parsed beside the writing of this one: our work and
        the database's take about the same time.
        """
        parsed, self._ahead = self._ahead, []
        parsed = parsed or await self._read(except_ids=())
        if not parsed:
            return 0
        if len(parsed) < BATCH:
            await self._write(parsed)
        else:
            self._ahead = await self._write_and_read(parsed)
        return len(parsed)

    async def _write_and_read(self, parsed: Sequence[_Parsed]) -> list[_Parsed]:
        """Returns what follows. If the writing fails nothing is kept of it: what was not written comes first again."""
        reading = asyncio.create_task(self._read(except_ids=[one.delivery.id for one in parsed]), name="read ahead")
        try:
            await self._write(parsed)
            return await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _write(self, parsed: Sequence[_Parsed]) -> None:
        try:
            await self._receive(parsed)
        except FenceLost:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("receive_isolating", channel_id=str(self.channel.id), error=describe(error))
            _ISOLATED.inc()
            await self._receive_isolated(parsed)

    async def _read(self, *, except_ids: Sequence[UUID]) -> list[_Parsed]:
        """Of the last minute if a moment ago there was nothing older, else of all times.

        More than one batch may reach further back than a minute, and what is older comes first.
        """
        moment = monotonic()
        self._retry_at = {id: at for id, at in self._retry_at.items() if at > moment}
        skipped = [*self._retry_at, *except_ids]
        async with self.database.connection(Role.ENGINE) as connection:
            deliveries: list[OpenDelivery] = []
            if moment < self._had_all_at + _HAS_ALL_S:
                deliveries = await read_open_deliveries(
                    connection, channel_id=self.channel.id, limit=BATCH, except_ids=skipped, between=self._lately()
                )
            if not deliveries:
                deliveries = await read_open_deliveries(
                    connection, channel_id=self.channel.id, limit=BATCH, except_ids=skipped
                )
                self._had_all_at = moment
        if len(deliveries) >= BATCH:
            self._had_all_at = -math.inf
        return await self._parse_all(deliveries)

    def _lately(self) -> tuple[UUID, UUID]:
        now = self.now()
        return first_uuid7_at(now - _LATELY), first_uuid7_at(now + _LATELY)

    async def _parse_all(self, deliveries: Sequence[OpenDelivery]) -> list[_Parsed]:
        return [await self._parse(delivery) for delivery in deliveries]

    async def _parse(self, delivery: OpenDelivery) -> _Parsed:
        body = delivery.body
        if body is None:
            if delivery.blob_key is None:
                return _Parsed(delivery, (), "the body is missing")
            try:
                body = await self.blobs.get(delivery.blob_key)
            except FileNotFoundError:
                return _Parsed(delivery, (), "the body is missing")
        try:
            if len(body) < _THREAD_FROM_BYTES:
                addressed = self.channel.type.parse(body)
            else:
                addressed = await asyncio.to_thread(self.channel.type.parse, body)
        except BadPayload as error:
            return _Parsed(delivery, (), describe(error))
        except Exception as error:
            log.error("delivery_not_parsed", delivery_id=str(delivery.id), error=describe(error), exc_info=error)
            return _Parsed(delivery, (), f"not parsed: {describe(error)}")
        return _Parsed(delivery, self._mine(delivery, addressed))

    def _mine(self, delivery: OpenDelivery, addressed: Sequence[Addressed]) -> tuple[Received, ...]:
        """The items of a body that are for this channel or for its account; a body may name several."""
        names = {("address", self.channel.address), ("account", self.channel.account)}
        return tuple(
            Received(one.item, delivery.id, position, delivery.received_at)
            for position, one in enumerate(addressed)
            if (one.ref.kind, one.ref.value) in names
        )

    async def _receive(self, parsed: Sequence[_Parsed]) -> None:
        items = [item for one in parsed for item in one.items]
        now = self.now()
        async with self.database.transaction(Role.ENGINE, self.channel.workspace_id, keeps_plans=True) as session:
            await check_fence(session, lease=self.lease, fence=self.fence)
            if items:
                await receive(session, self.channel, items, now=now, new_id=self.new_id)
            await self._close(session, parsed, now, troubled={})
        _BATCH_ITEMS.observe(len(items))
        _RECEIVED.inc(len(items))

    async def _receive_isolated(self, parsed: Sequence[_Parsed]) -> None:
        """As `_receive`, item by item where it must be."""
        items = [item for one in parsed for item in one.items]
        now = self.now()

        async def receive_some(session: Session, channel: Channel, some: Sequence[Received]) -> None:
            await receive(session, channel, some, now=now, new_id=self.new_id)

        async with self.database.transaction(Role.ENGINE, self.channel.workspace_id) as session:
            await check_fence(session, lease=self.lease, fence=self.fence)
            troubled = await receive_isolated(
                session, self.channel, items, receive=receive_some, now=now, new_id=self.new_id
            )
            await self._close(session, parsed, now, troubled=troubled)
        for delivery_id in troubled:
            tries = next(one.delivery.tries for one in parsed if one.delivery.id == delivery_id)
            self._retry_at[delivery_id] = monotonic() + min(600.0, 2.0**tries)

    async def _close(
        self, session: Session, parsed: Sequence[_Parsed], now: datetime, *, troubled: dict[UUID, str]
    ) -> None:
        """Done, dead, or once more: every delivery of the batch gets its next state in the same transaction."""
        connection = await session.raw()
        done = [one.delivery.id for one in parsed if not one.error and one.delivery.id not in troubled]
        if done:
            await close_deliveries(connection, done, now=now)
        for one in parsed:
            error = one.error or troubled.get(one.delivery.id, "")
            if one.error or (error and one.delivery.tries + 1 >= TRIES):
                await bury_delivery(connection, one.delivery.id, error=error, now=now)
                _BURIED.inc()
            elif error:
                await count_delivery_try(connection, [one.delivery.id], error=error)

    async def _sweep_sometimes(self) -> None:
        moment = monotonic()
        if moment - self._swept_at < _SWEEP_EVERY_S:
            return
        self._swept_at = moment
        try:
            async with self.database.transaction(Role.ENGINE, self.channel.workspace_id) as session:
                await check_fence(session, lease=self.lease, fence=self.fence)
                await sweep_parked(session, self.channel, now=self.now(), new_id=self.new_id)
        except FenceLost:
            raise
        except Exception as error:
            log.warning("parked_not_swept", channel_id=str(self.channel.id), error=describe(error))
