"""A hosted channel: exactly one worker at a time receives and sends for it, so that order, pacing and limits of a
number live in one place (docs/design.md §4.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from threadline.actions.receiving import Channel
from threadline.channels.contract import ChannelAccess, HttpClient
from threadline.channels.registry import channel_type
from threadline.infra.blobs import StoredBlob
from threadline.infra.bus import Bus
from threadline.infra.log import get_logger
from threadline.infra.malware import Scanner
from threadline.store.channels_hosted import FenceLost, HostedChannel, lease_of
from threadline.store.session import Database
from threadline.workers.receive_loop import ReceiveLoop
from threadline.workers.send_loop import Outbox, SendLoop, SendTimes

OpenAccess: TypeAlias = Callable[[HostedChannel], ChannelAccess]
"""A channel's row → what its sender needs: secrets opened, the provider's address or its simulator's."""

log = get_logger("host")


class HostBlobs(Protocol):
    """Files and large bodies (infra/blobs.py)."""

    async def get(self, key: str) -> bytes: ...
    def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]: ...
    async def put_stream(self, chunks: AsyncIterator[bytes], *, limit_bytes: int) -> StoredBlob: ...
    async def delete(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class HostTools:
    """What every host of a worker shares."""

    database: Database
    bus: Bus
    blobs: HostBlobs
    http: HttpClient
    open_access: OpenAccess
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    poll_s: float = 1.0
    send_times: SendTimes | None = None
    scanner: Scanner | None = None
    """Checks inbound files for malware; None: nothing is checked."""


async def host_channel(row: HostedChannel, fence: int, tools: HostTools, *, stop: asyncio.Event) -> None:
    """Receive and send for this channel until `stop` is set or the lease is lost; what is on its way is finished.

    Cancelled, it leaves everything as a killed process would.
    """
    channel = Channel(row.workspace_id, row.id, channel_type(row.type), row.address, row.account)
    lease = lease_of(row.id)
    receiving = ReceiveLoop(
        channel=channel,
        lease=lease,
        fence=fence,
        database=tools.database,
        blobs=tools.blobs,
        bus=tools.bus,
        now=tools.now,
        new_id=tools.new_id,
        poll_s=tools.poll_s,
    )
    sending = SendLoop(
        Outbox(row.workspace_id, lease, fence, tools.open_access(row), channel.type),
        database=tools.database,
        http=tools.http,
        open_file=lambda key: tools.blobs.stream(key),  # noqa: PLW0108 - its other parameters are not offered
        new_id=tools.new_id,
        utc_now=tools.now,
        times=tools.send_times,
    )
    log.info("channel_hosted", channel_id=str(row.id), fence=fence)
    try:
        async with _waking(sending, tools.bus, row.id), asyncio.TaskGroup() as group:
            group.create_task(receiving.run(stop), name=f"receive {row.id}")
            group.create_task(sending.run(stop), name=f"send {row.id}")
    except* FenceLost:
        log.warning("channel_moved", channel_id=str(row.id), fence=fence)
    log.info("channel_released", channel_id=str(row.id), fence=fence)


@asynccontextmanager
async def _waking(sending: SendLoop, bus: Bus, channel_id: UUID) -> AsyncIterator[None]:
    """While open, every hint about the channel's outbox wakes its send loop."""

    async def forward() -> None:
        with bus.subscribe(f"outbox:{channel_id}") as news:
            while True:
                if await news.wait(timeout_s=3600):
                    sending.wake()

    forwarding = asyncio.create_task(forward(), name=f"hints {channel_id}")
    try:
        yield
    finally:
        forwarding.cancel()
        await asyncio.gather(forwarding, return_exceptions=True)
