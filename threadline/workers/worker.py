"""A worker process: hosts its share of the channels, the consumers it could get, upkeep, and background jobs.

Leases decide who hosts what; this only takes and gives them. A worker never holds more than its share of channels, and
hands a surplus over between batches. Losing the lease connection loses everything at once, and everything stops.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import Final
from uuid import UUID

from prometheus_client import Gauge

from threadline.core.errors import Unavailable
from threadline.infra import metrics
from threadline.infra.jobs import JobRunner
from threadline.infra.lease import Leases
from threadline.infra.log import get_logger
from threadline.store.channels_hosted import HostedChannel, lease_of, list_channels_to_host
from threadline.store.rates import USUAL_FILES_PER_DAY, FilesPerDay
from threadline.store.session import Role
from threadline.workers.automatic_timers import AutomaticTimers
from threadline.workers.availability_timers import AvailabilityTimers
from threadline.workers.bot_timers import BotTimers
from threadline.workers.bulk import register_bulk
from threadline.workers.channel_host import HostTools, host_channel
from threadline.workers.closing_timers import ClosingTimers
from threadline.workers.consequences import CONSUMERS, Consumer, ConsumerLoop
from threadline.workers.deadline_timers import DeadlineRecounts, DeadlineTimers
from threadline.workers.digests import Digests
from threadline.workers.looking import rest
from threadline.workers.media import register_media
from threadline.workers.older_numbers import OlderNumbers
from threadline.workers.older_search import OlderSearch
from threadline.workers.pusher import Pusher
from threadline.workers.routing_timers import RoutingTimers
from threadline.workers.rule_timers import RuleRecounts, RuleTimers
from threadline.workers.scheduled_timers import ScheduledTimers
from threadline.workers.snooze_timers import SnoozeTimers
from threadline.workers.task_timers import TaskTimers
from threadline.workers.upkeep import Upkeep
from threadline.workers.webhook_sender import WebhookSender
from threadline.workers.workspace_timers import WorkspaceTimers

_HOSTED = Gauge("threadline_channels_hosted", "Channels this worker hosts")
_STOP_WITHIN_S: Final = 15.0
_MINUTES_MATTER: Final = 5
"""How many times as seldom as others those timers look that count in minutes."""
_TIMERS: Final[Mapping[str, tuple[type[WorkspaceTimers], float]]] = {
    "snoozes": (SnoozeTimers, 1),
    "closings": (ClosingTimers, 1),
    "automatic_replies": (AutomaticTimers, 1),
    "bots": (BotTimers, 1),
    "deadlines": (DeadlineTimers, 0.5),
    "recounts": (DeadlineRecounts, 1),
    "rule_times": (RuleTimers, 0.5),
    "rule_recounts": (RuleRecounts, 1),
    "availabilities": (AvailabilityTimers, _MINUTES_MATTER),
    "routing": (RoutingTimers, _MINUTES_MATTER),
    "tasks": (TaskTimers, 1),
}
"""Under their leases, with how many times the usual rest lies between two looks."""

log = get_logger("worker")


@dataclass(slots=True)
class _Hosted:
    """Something that runs under a lease; `row` None: not a channel."""

    task: asyncio.Task[None]
    stop: asyncio.Event
    row: HostedChannel | None = None


@dataclass(slots=True)
class Worker:
    """`await Worker(...).run(stop)`."""

    tools: HostTools
    direct_url: str
    """Leases and jobs connect here: to the database itself, no pooler in between."""
    owner_url: str
    worker_id: UUID
    beat_s: float = 5.0
    lease_dead_s: float = 15.0
    retention_days: int = 14
    unsent_file_s: float = 24 * 3600.0
    media_limit_bytes: int = 100 * 1024 * 1024
    files_per_day: FilesPerDay = USUAL_FILES_PER_DAY
    consumers: Sequence[Consumer] = CONSUMERS
    pusher: Pusher | None = None
    digests: Digests | None = None
    webhook_sender: WebhookSender | None = None
    _hosted: dict[str, _Hosted] = field(default_factory=dict[str, _Hosted])
    _live: int = 1
    _counted_at: float = -1e9

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then finishes what is on its way, at most fifteen seconds, and gives its leases back."""
        jobs = JobRunner(self.direct_url, bus=self.tools.bus)
        register_media(jobs, self.tools, limit_bytes=self.media_limit_bytes, per_day=self.files_per_day)
        register_bulk(jobs, self.tools)
        jobs_stop = asyncio.Event()
        running_jobs = asyncio.create_task(jobs.run(jobs_stop), name="jobs")
        async with Leases(
            self.direct_url,
            worker_id=self.worker_id,
            beat_s=self.beat_s,
            on_lost=self._lose,
            read_figures=metrics.snapshot,
        ) as leases:
            try:
                while not stop.is_set():
                    await self._tend(leases)
                    await rest(stop, self.tools.poll_s)
            finally:
                jobs_stop.set()
                await self._stop_all(leases, list(self._hosted))
                await _finish(running_jobs, _STOP_WITHIN_S)

    async def _tend(self, leases: Leases) -> None:
        """Take what is free and due to us, let go what is not."""
        try:
            await self._forget_ended(leases)
            await self._tend_channels(leases)
            for consumer in self.consumers:
                await self._host(leases, f"consumer:{consumer.name}", self._consumer_of(consumer))
            await self._host(leases, "upkeep", self._upkeep_of())
            for name, (timers, pace) in _TIMERS.items():
                await self._host(leases, name, self._timers_of(timers, pace))
            if self.pusher is not None:
                await self._host(leases, "pushes", self._pushes_of(self.pusher))
            if self.digests is not None:
                await self._host(leases, "digests", self._digests_of(self.digests))
            if self.webhook_sender is not None:
                await self._host(leases, "webhooks", self._webhooks_of(self.webhook_sender))
            await self._host(leases, "scheduled", self._scheduled_of())
            await self._host(leases, "older_search", self._older_search_of())
            await self._host(leases, "older_numbers", self._older_numbers_of())
        except Unavailable:
            log.warning("worker_waits_for_database")
        except Exception as error:
            log.error("worker_tending_failed", error=type(error).__name__, exc_info=error)

    async def _tend_channels(self, leases: Leases) -> None:
        async with self.tools.database.transaction(Role.ENGINE) as session:
            rows = {lease_of(row.id): row for row in await list_channels_to_host(await session.raw())}
        hosted = {name: one.row for name, one in self._hosted.items() if one.row is not None}
        await self._stop_all(leases, [name for name, row in hosted.items() if rows.get(name) != row])
        share = ceil(len(rows) / await self._count_live(leases))
        mine = [name for name, one in self._hosted.items() if one.row is not None]
        await self._stop_all(leases, mine[share:])
        for name, row in rows.items():
            if sum(one.row is not None for one in self._hosted.values()) >= share:
                break
            await self._host(leases, name, self._host_of(row), row)
        _HOSTED.set(sum(one.row is not None for one in self._hosted.values()))

    async def _count_live(self, leases: Leases) -> int:
        if monotonic() - self._counted_at >= self.beat_s:
            self._live = await leases.count_live(within_s=self.lease_dead_s)
            self._counted_at = monotonic()
        return self._live

    async def _host(
        self,
        leases: Leases,
        name: str,
        work: "Callable[[int, asyncio.Event], Awaitable[None]]",
        row: HostedChannel | None = None,
    ) -> None:
        """Runs the work if the lease is free."""
        if name in self._hosted:
            return
        fence = await leases.take(name)
        if fence is None:
            return
        stop = asyncio.Event()
        self._hosted[name] = _Hosted(asyncio.create_task(_run(work, fence, stop), name=name), stop, row)

    async def _forget_ended(self, leases: Leases) -> None:
        """Work that ended by itself lost its fence or failed: its lease goes back, and anybody may begin anew."""
        for name, one in list(self._hosted.items()):
            if one.task.done():
                error = None if one.task.cancelled() else one.task.exception()
                if error is not None:
                    log.error("hosted_work_failed", lease=name, error=type(error).__name__, exc_info=error)
                del self._hosted[name]
                await leases.release(name)

    async def _stop_all(self, leases: Leases, names: Sequence[str]) -> None:
        """Between two batches, with what is on its way finished; then the lease goes to whoever wants it."""
        stopping = [(name, self._hosted.pop(name)) for name in names if name in self._hosted]
        for _, one in stopping:
            one.stop.set()
        await asyncio.gather(*(_finish(one.task, _STOP_WITHIN_S) for _, one in stopping))
        for name, _ in stopping:
            await leases.release(name)

    def _lose(self, names: frozenset[str]) -> None:
        """The lease connection is gone: another worker may begin at this moment, so we stop at once."""
        for name in names:
            one = self._hosted.pop(name, None)
            if one is not None:
                one.task.cancel()

    def _host_of(self, row: HostedChannel) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        return lambda fence, stop: host_channel(row, fence, self.tools, stop=stop)

    def _consumer_of(self, consumer: Consumer) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        def work(fence: int, stop: asyncio.Event) -> Awaitable[None]:
            return ConsumerLoop(
                consumer=consumer,
                lease=f"consumer:{consumer.name}",
                fence=fence,
                database=self.tools.database,
                bus=self.tools.bus,
                now=self.tools.now,
                new_id=self.tools.new_id,
                poll_s=self.tools.poll_s,
            ).run(stop)

        return work

    def _upkeep_of(self) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        upkeep = Upkeep(
            self.owner_url,
            self.tools.now,
            self.tools.new_id,
            self.retention_days,
            blobs=self.tools.blobs,
            unsent_file_s=self.unsent_file_s,
        )
        return lambda _fence, stop: upkeep.run(stop)

    def _digests_of(self, digests: Digests) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        return lambda _fence, stop: digests.run(stop)

    def _pushes_of(self, pusher: Pusher) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        return lambda _fence, stop: pusher.run(stop)

    def _webhooks_of(self, sender: WebhookSender) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        return lambda _fence, stop: sender.run(stop)

    def _timers_of(
        self, timers: type[WorkspaceTimers], pace: float
    ) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        due = timers(self.tools.database, self.tools.now, self.tools.new_id, pace * self.tools.poll_s)
        return lambda _fence, stop: due.run(stop)

    def _scheduled_of(self) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        timers = ScheduledTimers(self.tools.database, self.tools.now, self.tools.new_id, self.tools.poll_s)
        return lambda _fence, stop: timers.run(stop)

    def _older_search_of(self) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        older = OlderSearch(self.tools.database, self.tools.now)
        return lambda _fence, stop: older.run(stop)

    def _older_numbers_of(self) -> "Callable[[int, asyncio.Event], Awaitable[None]]":
        older = OlderNumbers(self.tools.database)
        return lambda _fence, stop: older.run(stop)


async def _run(work: "Callable[[int, asyncio.Event], Awaitable[None]]", fence: int, stop: asyncio.Event) -> None:
    await work(fence, stop)


async def _finish(task: "asyncio.Task[None]", within_s: float) -> None:
    """Waits for the task to end by itself, then ends it."""
    _, pending = await asyncio.wait([task], timeout=within_s)
    if pending:
        task.cancel()
        await asyncio.wait([task], timeout=1)
