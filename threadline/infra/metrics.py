"""What is counted for Prometheus, and the watchdog of the event loop. An edge may define more beside its code.

Queue ages and other figures that live in the database are read by a collector when somebody asks (`register_reader`),
not counted by processes that may die. Workers listen to nobody: what they count goes with each of their beats into the
database as a `snapshot`, and the page of any web process shows it under their names.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from threadline.infra.log import get_logger

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

messages_sent = Counter("threadline_messages_sent", "Attempts by outcome.", ["outcome"])
"""outcome: sent, failed, retried, uncertain, copy."""
send_seconds = Histogram(
    "threadline_send_seconds",
    "From due to the provider's answer.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
http_requests = Counter("threadline_http_requests", "Requests.", ["route", "status"])
sockets_open = Gauge("threadline_sockets_open", "Screens connected to the feed.")
frames_sent = Counter("threadline_frames_sent", "Frames written to sockets.")
pool_in_use = Gauge("threadline_pool_in_use", "Database connections in use.", ["role"])
loop_lag_seconds = Gauge("threadline_loop_lag_seconds", "Longest delay of the event loop lately.")
loop_blocked = Counter("threadline_loop_blocked", "Times the event loop stood still over 100 ms.")
queue_depth = Gauge("threadline_queue_depth", "What waits, by kind.", ["kind"])
queue_age_seconds = Gauge("threadline_queue_age_seconds", "Age of the oldest waiting.", ["kind"])

log = get_logger("metrics")


@dataclass(frozen=True, slots=True)
class QueueState:
    kind: str
    depth: int
    oldest_s: float


Reader = Callable[[], Awaitable[list[QueueState]]]
WorkerReader = Callable[[], Awaitable[list[tuple[str, bytes]]]]
"""The names of the workers that live, each with its snapshot."""


class Family(msgspec.Struct, frozen=True, array_like=True):
    """One metric of another process."""

    name: str
    help: str
    type: str
    samples: list[tuple[str, dict[str, str], float]]


_PREFIX: Final = "threadline_"
_decode = msgspec.json.Decoder(list[Family]).decode


def snapshot() -> str:
    """What this process has counted of ours, as JSON."""
    families = [
        Family(
            metric.name,
            metric.documentation,
            metric.type,
            [
                (sample.name, sample.labels, sample.value)
                for sample in metric.samples
                if not sample.name.endswith("_created")
            ],
        )
        for metric in REGISTRY.collect()
        if metric.name.startswith(_PREFIX)
    ]
    return msgspec.json.encode([one for one in families if one.samples]).decode()


class Metrics:
    """The page behind /metrics. Readers are asked at most once a second, however many ask for the page."""

    def __init__(self, read_workers: WorkerReader | None = None) -> None:
        self._readers: list[Reader] = []
        self._read_workers = read_workers
        self._workers: list[tuple[str, list[Family]]] = []
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    def register_reader(self, reader: Reader) -> None:
        self._readers.append(reader)

    async def render(self) -> bytes:
        async with self._reading:
            if time.monotonic() - self._read_at >= 1:
                await self._read()
                self._read_at = time.monotonic()
        return generate_latest(_Merged(self._workers))

    async def _read(self) -> None:
        await self._read_queues()
        if self._read_workers is not None:
            try:
                self._workers = [(name, _decode(told)) for name, told in await self._read_workers()]
            except Exception as error:
                log.warning("metrics_reader_failed", error=type(error).__name__)

    async def _read_queues(self) -> None:
        for reader in self._readers:
            try:
                for state in await reader():
                    queue_depth.labels(state.kind).set(state.depth)
                    queue_age_seconds.labels(state.kind).set(state.oldest_s)
            except Exception as error:  # a database that is away must not take the page with it
                log.warning("metrics_reader_failed", error=type(error).__name__)


class _Merged(Collector):
    """This process's metrics and those of the workers, each family once: their samples carry the worker's name."""

    def __init__(self, workers: Iterable[tuple[str, list[Family]]]) -> None:
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        families = {metric.name: metric for metric in REGISTRY.collect()}
        for worker, told in self._workers:
            for one in told:
                if one.name not in families:
                    families[one.name] = Metric(one.name, one.help, one.type)
                for name, labels, value in one.samples:
                    families[one.name].add_sample(name, {**labels, "worker": worker}, value)
        yield from families.values()


async def watch_loop(*, every_s: float = 0.1, blocked_s: float = 0.1, period_s: float = 10.0) -> None:
    """Runs for ever as a task: how late a timer of this loop fires is how long somebody blocked it (R31)."""
    longest = 0.0
    period_ends = time.monotonic() + period_s
    while True:
        expected = time.monotonic() + every_s
        await asyncio.sleep(every_s)
        now = time.monotonic()
        lag = max(0.0, now - expected)
        longest = max(longest, lag)
        loop_lag_seconds.set(longest)
        if lag > blocked_s:
            loop_blocked.inc()
            log.warning("loop_blocked", lag_ms=round(lag * 1000))
        if now >= period_ends:
            longest, period_ends = 0.0, now + period_s
