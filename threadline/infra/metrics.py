"""What is counted for Prometheus, and the watchdog of the event loop. An edge may define more beside its code.

Queue ages and other figures that live in the database are read by a collector when somebody asks (`register_reader`),
not counted by processes that may die.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from threadline.infra.log import get_logger

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

messages_sent = Counter("threadline_messages_sent", "Attempts by outcome.", ["outcome"])
"""outcome: sent, failed, retried, uncertain, copy."""
send_seconds = Histogram(
    "threadline_send_seconds",
    "From due to the provider's answer.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
items_processed = Counter("threadline_items_processed", "Items of webhooks.", ["kind", "outcome"])
"""outcome: stored, duplicate, ignored, parked, failed."""
http_requests = Counter("threadline_http_requests", "Requests.", ["route", "status"])
sockets_open = Gauge("threadline_sockets_open", "Screens connected to the feed.")
frames_sent = Counter("threadline_frames_sent", "Frames written to sockets.")
leases_held = Gauge("threadline_leases_held", "Leases of this worker.")
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


class Metrics:
    """The page behind /metrics. Readers are asked at most once a second, however many ask for the page."""

    def __init__(self) -> None:
        self._readers: list[Reader] = []
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    def register_reader(self, reader: Reader) -> None:
        self._readers.append(reader)

    async def render(self) -> bytes:
        async with self._reading:
            if time.monotonic() - self._read_at >= 1:
                await self._read()
                self._read_at = time.monotonic()
        return generate_latest()

    async def _read(self) -> None:
        for reader in self._readers:
            try:
                for state in await reader():
                    queue_depth.labels(state.kind).set(state.depth)
                    queue_age_seconds.labels(state.kind).set(state.oldest_s)
            except Exception as error:  # a database that is away must not take the page with it
                log.warning("metrics_reader_failed", error=type(error).__name__)


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
