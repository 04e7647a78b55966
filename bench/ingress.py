"""Durable webhook ingress: the real web process, a bare endpoint and an ordinary one, in turns against one server."""

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import msgspec

from bench.figures import Figure, load_average
from bench.installation import ACCOUNT, Installation, open_installation, postmaster_of, running_postgres
from bench.load import Plan, Saw
from bench.ordinary import make_channel, make_sessions
from bench.processes import Child, Failed, Meter, Process, free_port, python, wait_for_port
from bench.sizes import Options

CONNECTIONS = 64
_WHY_NOT = (
    "one web process is the limit; beside the bare one it checks the signature, whose the body is and how large head"
    " and body may be, makes an id and a line, and answers with safe headers (docs/performance.md)"
)


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the three endpoints."""

    name: str
    port: int
    path: str
    process: Process
    requests: int


async def measure(options: Options) -> list[Figure]:
    sizes, before = options.sizes, load_average()
    with running_postgres() as server:
        async with open_installation(server) as installation, _running_ways(installation, options) as ways:
            seen: dict[str, list[Saw]] = {way.name: [] for way in ways}
            notes: dict[str, str] = {}
            for way in ways:
                await _drive(installation, way, sizes.warm_up)
            for _turn in range(sizes.turns):
                for way in ways:
                    saw, notes[way.name] = await _drive(installation, way, way.requests)
                    seen[way.name].append(saw)
            stored = await installation.query("select count(*) as count from deliveries")
    expected = sizes.warm_up + sizes.turns * sizes.ingress_requests
    if stored[0]["count"] != expected:
        raise Failed(f"{stored[0]['count']} of {expected} accepted bodies are stored")
    return _figures(seen, notes, before)


def _figures(seen: dict[str, list[Saw]], notes: dict[str, str], before: float) -> list[Figure]:
    rate = {name: statistics.median(saw.per_second for saw in runs) for name, runs in seen.items()}
    p50 = {name: statistics.median(saw.p50_ms for saw in runs) for name, runs in seen.items()}
    p99 = {name: statistics.median(saw.p99_ms for saw in runs) for name, runs in seen.items()}

    def figure(name: str, unit: str, values: dict[str, float], **more: object) -> Figure:
        return msgspec.convert(
            {
                "part": "Webhook ingress",
                "name": name,
                "unit": unit,
                "measured": values["product"],
                "bare": values["bare"],
                "ordinary": values["ordinary"],
                "load_average": before,
                **more,
            },
            Figure,
        )

    costs = "; ".join(f"{name}: {note}" for name, note in notes.items())
    return [
        figure("durable requests, 64 connections", "/s", rate, target=8000.0, note=costs),
        figure("  p50", "ms", p50),
        figure("  p99", "ms", p99, aim="at most", target=50.0),
        Figure(
            part="Webhook ingress",
            name="over the ordinary way",
            unit="×",
            measured=rate["product"] / rate["ordinary"],
            target=12.0,
            load_average=before,
        ),
        Figure(
            part="Webhook ingress",
            name="of the bare way",
            unit="×",
            measured=rate["product"] / rate["bare"],
            target=0.7,
            note=_WHY_NOT if rate["product"] < 0.7 * rate["bare"] else "",
            load_average=before,
        ),
    ]


@asynccontextmanager
async def _running_ways(installation: Installation, options: Options) -> AsyncIterator[list[_Way]]:
    sizes = options.sizes
    bare_port, ordinary_port = free_port(), free_port()
    await _make_ordinary(installation)
    url, folder = installation.database_url, installation.folder
    bare = Process(
        "bare", python("-m", "bench.bare_ingress", str(bare_port), url), installation.environment, folder / "bare.log"
    )
    ordinary = Process(
        "ordinary",
        python("-m", "bench.ordinary", str(ordinary_port), url),
        installation.environment,
        folder / "ordinary.log",
    )
    ways = [
        _Way("product", installation.port, installation.hooks[0], installation.web, sizes.ingress_requests),
        _Way("bare", bare_port, "/hooks/bench", bare, sizes.ingress_requests),
        _Way("ordinary", ordinary_port, "/hooks/bench", ordinary, sizes.ordinary_requests),
    ]
    try:
        for way in ways:
            way.process.start()
        await installation.wait_until_ready()
        for way in ways:
            await wait_for_port(way.port, way.process)
        yield ways
    finally:
        for way in ways:
            await asyncio.to_thread(way.process.stop)


async def _make_ordinary(installation: Installation) -> None:
    sessions = make_sessions(installation.database_url)
    await make_channel(sessions, key="bench", secret=installation.app_secret, address=installation.numbers[0])
    await sessions.kw["bind"].dispose()


async def _drive(installation: Installation, way: _Way, count: int) -> tuple[Saw, str]:
    """So many requests from a process of their own; with what they cost."""
    plan = Plan(
        port=way.port,
        paths=[way.path],
        numbers=installation.numbers,
        account=ACCOUNT,
        secret=installation.app_secret,
        count=count,
        connections=CONNECTIONS,
        run=uuid4().hex[:8],
    )
    load = await Child.begin("bench.load", plan)
    await load.ready()
    meter = Meter({way.name: way.process.pid}, {"PostgreSQL": postmaster_of(installation.server)})
    meter.start()
    load.go()
    saw = msgspec.json.decode(await load.answer(), type=Saw)
    if not saw.is_clean:
        raise Failed(f"{way.name} answered {saw.statuses}:\n{way.process.tail()}")
    return saw, meter.each(count)
