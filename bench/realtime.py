"""From an HTTP request of the provider to a frame on the sockets of agents: 200 and 1,000 of them on one process."""

import time
from uuid import uuid4

import msgspec

from bench.figures import Figure, load_average
from bench.installation import ACCOUNT, Installation, open_installation, running_postgres
from bench.listeners import Heard, Listen, Start
from bench.load import Plan, Saw
from bench.processes import Child, Failed
from bench.sizes import Options
from bench.stock import make_contacts

PART = "Sockets"
_CONTACTS = 500


async def measure(options: Options) -> list[Figure]:
    few, many = options.sizes.sockets
    with running_postgres() as server:
        async with open_installation(server) as installation:
            await make_contacts(installation, range(min(_CONTACTS, options.sizes.contacts)))
            installation.web.start()
            installation.worker.start()
            await installation.wait_until_ready()
            await installation.wait_until_hosted()
            await hear(installation, options, sockets=2, per_second=50, seconds=min(3.0, options.sizes.steady_s))
            return [*await _measure_few(installation, options, few), *await _measure_many(installation, options, many)]


async def _measure_few(installation: Installation, options: Options, sockets: int) -> list[Figure]:
    before = load_average()
    heard, note = await hear(installation, options, sockets=sockets, per_second=200, seconds=options.sizes.steady_s)
    name = f"{sockets} sockets, 200 messages/s, HTTP to frame"
    return [
        Figure(
            part=PART,
            name=f"{name}, p50",
            unit="ms",
            measured=heard.p50_ms,
            aim="at most",
            target=20,
            note=note,
            load_average=before,
        ),
        Figure(
            part=PART,
            name=f"{name}, p99",
            unit="ms",
            measured=heard.p99_ms,
            aim="at most",
            target=100,
            note=f"longest {heard.longest_ms:,.0f} ms",
            load_average=before,
        ),
    ]


async def _measure_many(installation: Installation, options: Options, sockets: int) -> list[Figure]:
    """Held: every socket hears every message, none is closed, and what they hear is not old."""
    before = load_average()
    heard, note = await hear(installation, options, sockets=sockets, per_second=50, seconds=options.sizes.steady_s)
    return [
        Figure(
            part=PART,
            name=f"{sockets} sockets hold 50 messages/s, p99",
            unit="ms",
            measured=heard.p99_ms,
            aim="at most",
            target=250,
            note=f"p50 {heard.p50_ms:.0f}, longest {heard.longest_ms:,.0f} ms; {note}",
            load_average=before,
        )
    ]


async def hear(
    installation: Installation, options: Options, *, sockets: int, per_second: float, seconds: float, deaf: int = 0
) -> tuple[Heard, str]:
    """Sends at that rate and listens on so many sockets, beside `deaf` ones that never read. Raises Failed."""
    count = int(per_second * seconds)
    listen = Listen(
        port=installation.port,
        token=installation.token,
        sockets=sockets,
        position=await installation.feed_position(),
        deaf=deaf,
        per_second=per_second,
        count=count,
        within_s=seconds + 30,
    )
    plan = Plan(
        port=installation.port,
        paths=installation.hooks,
        numbers=installation.numbers,
        account=ACCOUNT,
        secret=installation.app_secret,
        count=count,
        connections=16,
        contacts=min(_CONTACTS, options.sizes.contacts),
        per_second=per_second,
        run=uuid4().hex[:8],
    )
    listeners = await Child.begin("bench.listeners", listen)
    await listeners.ready()
    starts_at = time.time() + 2
    plan.starts_at = starts_at
    load = await Child.begin("bench.load", plan)
    await load.ready()
    meter = installation.meter()
    meter.start()
    listeners.go()
    listeners.tell(Start(starts_at))
    load.go()
    saw = msgspec.json.decode(await load.answer(), type=Saw)
    heard = msgspec.json.decode(await listeners.answer(), type=Heard)
    shares = meter.shares(seconds + 2)
    if not saw.is_clean or heard.closed or heard.messages != count * sockets:
        raise Failed(
            f"answers {saw.statuses}, {heard.closed} sockets closed, {heard.messages} of {count * sockets} heard"
        )
    frames = heard.frames / sockets / seconds
    return heard, f"{frames:.0f} frames/s on each; {shares}, listeners {heard.cpu_s / (seconds + 2):.0%}"
