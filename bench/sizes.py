"""How much each measurement does: enough for a figure, or just enough to see that the bench itself works."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    turns: int = 3
    """How often product and comparisons take turns."""
    warm_up: int = 2_000
    ingress_requests: int = 30_000
    ordinary_requests: int = 2_500
    contacts: int = 5_000
    received: int = 40_000
    ordinary_received: int = 600
    sustained: int = 60_000
    whole: int = 40_000
    steady_s: float = 15.0
    sockets: tuple[int, ...] = (200, 1000)
    outbox: int = 10_000
    deadlines: int = 10_000
    deadlines_s: float = 60.0
    outbox_with_statuses: int = 6_000
    burst: int = 6_000
    singles: int = 60
    conversations: int = 1_000_000
    written_partition: int = 500_000
    """Messages that must lie in the partition being written."""
    reads: int = 400
    grown: int = 10_000
    routed: int = 1_000
    watched: int = 100_000
    ruled: int = 5_000
    idle_s: float = 20.0
    deaf: int = 500
    deaf_s: float = 300.0
    endured_s: float = 1_800.0
    ui_s: float = 15.0
    ui_conversations: int = 100_000
    ui_messages: int = 10_000
    ui_events: int = 10_000


QUICK = Sizes(
    turns=1,
    warm_up=100,
    ingress_requests=1_000,
    ordinary_requests=100,
    contacts=100,
    received=500,
    ordinary_received=50,
    sustained=500,
    whole=500,
    steady_s=1.0,
    sockets=(10, 20),
    outbox=200,
    deadlines=100,
    deadlines_s=2.0,
    outbox_with_statuses=100,
    burst=200,
    singles=5,
    conversations=2_000,
    written_partition=0,
    reads=20,
    grown=300,
    watched=1_000,
    ruled=200,
    idle_s=1.0,
    deaf=20,
    deaf_s=2.0,
    endured_s=3.0,
    ui_s=2.0,
    ui_conversations=200,
    ui_messages=200,
    ui_events=200,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    sizes: Sizes
    is_quick: bool
    cache: Path | None
    """Where the large data folder is kept between runs; None makes it anew."""
