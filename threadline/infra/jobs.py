"""Background jobs on PgQueuer: media, imports, exports, retention. Messages, deliveries and deadlines are rows, not
jobs.

A job is a frozen value, enqueued inside the transaction of its cause, and safe to run twice: a worker that was killed
leaves it to another after 30 s. The library's NOTIFY trigger is left out (it would stand inside writing
transactions); the hint `jobs` of the bus takes its place, and a runner looks by itself every few seconds.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, TypeVar

import msgspec

from threadline.infra.bus import Bus
from threadline.infra.log import bound, get_logger

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy
    from pgqueuer.core.qm import QueueManager
    from pgqueuer.domain.models import Job as QueuedJob

TOPIC: Final = "jobs"
_ROLE: Final = "threadline_engine"
_CHANNEL: Final = "ch_pgqueuer"
_BACKOFF_FROM_S: Final = 2.0
_BACKOFF_TO_S: Final = 600.0

log = get_logger("jobs")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all jobs. `kind` is stored with waiting jobs: never rename it, never give it to another job."""

    kind: ClassVar[str]


J = TypeVar("J", bound=Job)
Handler = Callable[[J], Awaitable[None]]


class Transaction(Protocol):
    """What `enqueue` needs of a session of the store."""

    async def raw(self) -> "asyncpg.Connection | PoolConnectionProxy": ...
    def hint(self, *topics: str) -> None: ...


class JobFailed(Exception):
    """A job came to its last attempt; carries the kind of its error only."""


async def enqueue(
    session: Transaction, jobs: Sequence[Job], *, delay_s: float = 0, unique_key: str | None = None, priority: int = 0
) -> None:
    """Commits or vanishes with the session. While one with the same `unique_key` waits or runs, another is dropped."""
    if not jobs:
        return
    connection = await session.raw()
    if not connection.is_in_transaction():
        raise RuntimeError("A job must be enqueued inside the transaction of its cause.")
    count = len(jobs)
    await connection.fetch(
        _enqueue_statement(),
        [priority] * count,
        [job.kind for job in jobs],
        [msgspec.json.encode(job) for job in jobs],
        [timedelta(seconds=delay_s)] * count,
        [unique_key if count == 1 or unique_key is None else f"{unique_key}:{index}" for index in range(count)],
        ["{}"] * count,
    )
    session.hint(TOPIC)


def _enqueue_statement() -> str:
    global _statement
    if not _statement:
        from pgqueuer.adapters.persistence.qb import QueryQueueBuilder  # heavy, and most processes never enqueue

        _statement = QueryQueueBuilder().build_enqueue_query("skip")
    return _statement


_statement = ""


@dataclass(frozen=True, slots=True)
class _Registration:
    job_type: type[Job]
    handler: Callable[[Any], Awaitable[None]]  # each takes its own job type, which the registry matches by kind
    timeout_s: float
    max_attempts: int
    concurrency: int


class JobRunner:
    """Runs jobs until told to stop: `handle` every kind, then `await run(stop)`."""

    def __init__(self, url: str, *, bus: Bus, look_every_s: float = 5.0, at_once: int = 20) -> None:
        self._url = url
        self._bus = bus
        self._look_every_s = look_every_s
        self._at_once = at_once
        self._registrations: list[_Registration] = []

    def handle(
        self,
        job_type: type[J],
        handler: Handler[J],
        *,
        timeout_s: float = 300,
        max_attempts: int = 12,
        concurrency: int = 0,
    ) -> None:
        """`concurrency` bounds a kind over all workers; 0 is no bound. After `max_attempts` a job is kept as failed."""
        self._registrations.append(_Registration(job_type, handler, timeout_s, max_attempts, concurrency))

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on through database outages. When told to stop, finishes what runs; the caller bounds that time."""
        while not stop.is_set():
            try:
                await self._run_once(stop)
            except Exception as error:
                log.warning("jobs_interrupted", error=type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(2):
                        await stop.wait()

    async def _run_once(self, stop: asyncio.Event) -> None:
        import asyncpg
        from pgqueuer.adapters.persistence.queries import Queries
        from pgqueuer.core.qm import QueueManager

        server_settings = {"role": _ROLE, "application_name": "threadline_jobs", "timezone": "UTC"}
        async with asyncpg.create_pool(
            self._url, min_size=1, max_size=4, timeout=5, command_timeout=30, server_settings=server_settings
        ) as pool:
            driver = _make_driver(pool)
            manager = QueueManager(Queries(driver))
            for registration in self._registrations:
                manager.entrypoint(
                    registration.job_type.kind,
                    concurrency_limit=registration.concurrency,
                    accepts_context=False,
                    on_failure="hold",
                )(_runner_of(registration))
            listening = asyncio.create_task(self._pass_hints(driver), name="job hints")
            stopping = asyncio.create_task(_stop_when(stop, manager), name="job stop")
            try:
                await manager.run(
                    dequeue_timeout=timedelta(seconds=self._look_every_s),
                    batch_size=max(1, self._at_once // 2),
                    max_concurrent_tasks=max(2, self._at_once),
                    heartbeat_timeout=timedelta(seconds=30),
                )
            finally:
                for task in (listening, stopping):
                    task.cancel()

    async def _pass_hints(self, driver: "_HintedDriver") -> None:
        with self._bus.subscribe(TOPIC) as subscription:
            while True:
                if await subscription.wait(timeout_s=3600):
                    driver.tell_of_new_jobs()


async def _stop_when(stop: asyncio.Event, manager: "QueueManager") -> None:
    await stop.wait()
    manager.shutdown.set()


def _runner_of(registration: _Registration) -> Callable[["QueuedJob"], Awaitable[None]]:
    async def run(queued: "QueuedJob") -> None:
        from pgqueuer.domain.errors import RetryRequested

        job = msgspec.json.decode(queued.payload or b"{}", type=registration.job_type)
        with bound(job_id=int(queued.id), job_kind=registration.job_type.kind):
            try:
                async with asyncio.timeout(registration.timeout_s):
                    await registration.handler(job)
            except Exception as error:
                log.exception("job_failed", attempt=queued.attempts + 1)
                if queued.attempts + 1 >= registration.max_attempts:
                    raise JobFailed(type(error).__name__) from None
                delay = timedelta(seconds=min(_BACKOFF_TO_S, _BACKOFF_FROM_S * 2**queued.attempts))
                raise RetryRequested(delay=delay, reason=type(error).__name__) from None

    return run


class _HintedDriver(Protocol):
    def tell_of_new_jobs(self) -> None: ...


def _make_driver(pool: "asyncpg.Pool") -> Any:  # the library's Driver, which cannot be named without importing it
    """The library's driver over our pool, with our bus in the place of LISTEN and NOTIFY."""
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
    from pgqueuer.ports.driver import NotifyCallback

    class HintedDriver(AsyncpgPoolDriver):
        def __init__(self) -> None:
            super().__init__(pool)
            self._callbacks: list[NotifyCallback] = []

        async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
            self._callbacks.append(callback)

        async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        async def notify(self, channel: str, payload: str) -> None:
            """The library's probe of its listener: answered here, for there is no other end."""
            self._tell(payload)

        def tell_of_new_jobs(self) -> None:
            self._tell(
                json.dumps(
                    {
                        "channel": _CHANNEL,
                        "operation": "insert",
                        "sent_at": datetime.now(UTC).isoformat(),
                        "table": "pgqueuer",
                        "type": "table_changed_event",
                    }
                )
            )

        def _tell(self, payload: str) -> None:
            for callback in self._callbacks:
                callback(payload)

    return HintedDriver()
