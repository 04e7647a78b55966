"""What only time shows: sockets that do not read, a thousand that come back at once, and memory over an hour.

By name only, for it takes long: `make bench ARGS="endurance"`, or `"endurance --minutes 5"` for less certainty. Rules
R17, R18 and R30 of the security page.
"""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.figures import Figure, load_average
from bench.installation import Installation, open_installation, running_postgres
from bench.listeners import Heard, Listen, Start
from bench.processes import Child, Failed, Process, rss_mib
from bench.realtime import hear
from bench.sizes import Options
from bench.slopes import Slope, slope_of
from bench.stock import make_contacts

PART = "Endurance"
_CONTACTS = 500
_SAMPLE_S = 5.0


async def measure(options: Options) -> list[Figure]:
    with running_postgres() as server:
        async with open_installation(server) as installation:
            await make_contacts(installation, range(min(_CONTACTS, options.sizes.contacts)))
            installation.web.start()
            installation.worker.start()
            await installation.wait_until_ready()
            await installation.wait_until_hosted()
            await hear(installation, options, sockets=20, per_second=100, seconds=min(20.0, options.sizes.deaf_s))
            return [
                *await _measure_deaf(installation, options),
                await _measure_storm(installation, options),
                *await _measure_slope(installation, options),
            ]


async def _measure_deaf(installation: Installation, options: Options) -> list[Figure]:
    """Sockets that joined and never read: what they cost, and what the others notice of it."""
    before, deaf = load_average(), options.sizes.deaf
    book = _Book([installation.web])
    async with book:
        heard, note = await hear(
            installation, options, sockets=20, per_second=100, seconds=options.sizes.deaf_s, deaf=deaf
        )
    grown = max(book.rss["web"]) - book.rss["web"][0]
    situation = f"{deaf} sockets that do not read, 100 messages/s for {options.sizes.deaf_s:g} s"
    return [
        Figure(
            part=PART,
            name=f"{situation}: growth of the web process",
            unit="MiB",
            measured=grown,
            aim="at most",
            target=150,
            note=note,
            load_average=before,
        ),
        Figure(
            part=PART,
            name=f"{situation}: HTTP to frame on 20 others, p95",
            unit="ms",
            measured=heard.p95_ms,
            aim="at most",
            target=1_000,
            note=f"p50 {heard.p50_ms:.0f}, longest {heard.longest_ms:,.0f} ms",
            load_average=before,
        ),
    ]


async def _measure_storm(installation: Installation, options: Options) -> Figure:
    """The web process starts again, and everybody is back at the door in the moment it opens."""
    before, sockets = load_average(), options.sizes.sockets[-1]
    await asyncio.to_thread(installation.web.stop)
    installation.web.start()
    started_at = time.perf_counter()
    await installation.wait_until_ready()
    position = await installation.feed_position()
    listen = Listen(
        port=installation.port, token=installation.token, sockets=sockets, position=position, per_second=1, count=0
    )
    listeners = await Child.begin("bench.listeners", listen)
    await listeners.ready()
    took_s = time.perf_counter() - started_at
    listeners.go()
    listeners.tell(Start(time.time()))
    heard = msgspec.json.decode(await listeners.answer(), type=Heard)
    if heard.closed:
        raise Failed(f"{heard.closed} of {sockets} sockets were closed after they had come back")
    return Figure(
        part=PART,
        name=f"{sockets} sockets back after a restart, the start included",
        unit="s",
        measured=took_s,
        aim="at most",
        target=60,
        note=f"{heard.refused} times one had to come again",
        load_average=before,
    )


async def _measure_slope(installation: Installation, options: Options) -> list[Figure]:
    """Memory and file descriptors under a steady load, judged over the second half: the first one warms up."""
    before = load_average()
    processes = [installation.web, installation.worker]
    book = _Book(processes)
    async with book:
        await hear(installation, options, sockets=20, per_second=100, seconds=options.sizes.endured_s)
    name = f"100 messages/s for {options.sizes.endured_s / 60:.0f} min"
    return [_slope_figure(book, process, name, before) for process in processes]


def _slope_figure(book: "_Book", process: Process, name: str, before: float) -> Figure:
    """Missed if it surely grows faster: a short run says little, and says how little."""
    slope = book.slope_mib_h(process.name)
    half = len(book.at) // 2
    middle, last = book.rss[process.name][half], book.rss[process.name][-1]
    return Figure(
        part=PART,
        name=f"{name}: RSS slope of {process.name}, at least",
        unit="MiB/h",
        measured=slope.at_least,
        aim="at most",
        target=1,
        note=f"{slope.per_step:.1f} ± {slope.give_or_take:.1f} MiB/h over the second half, {middle:.1f} to {last:.1f}"
        f" MiB; file descriptors {book.descriptors(process.name)}",
        load_average=before,
    )


@dataclass(slots=True)
class _Book:
    """Notes memory (MiB) and descriptors of processes every few seconds, while it is kept."""

    processes: list[Process]
    at: list[float] = field(default_factory=list[float])
    rss: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    files: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    _keeper: "asyncio.Task[None] | None" = None

    async def __aenter__(self) -> None:
        self._note()
        self._keeper = asyncio.create_task(self._keep())

    async def __aexit__(self, *_: object) -> None:
        assert self._keeper is not None
        self._keeper.cancel()
        self._note()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_SAMPLE_S)
            self._note()

    def _note(self) -> None:
        self.at.append(time.monotonic())
        for process in self.processes:
            self.rss.setdefault(process.name, []).append(rss_mib(process.pid))
            count = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
            self.files.setdefault(process.name, []).append(count)

    def slope_mib_h(self, name: str) -> Slope:
        """Through the second half of the notes."""
        half = len(self.at) // 2
        return slope_of([at / 3600 for at in self.at[half:]], self.rss[name][half:])

    def descriptors(self, name: str) -> str:
        half = self.files[name][len(self.at) // 2 :]
        return f"{min(half)}–{max(half)}"
