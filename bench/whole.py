"""The whole way: from an HTTP request of the provider to a row that another connection has read."""

import time
from uuid import uuid4

import msgspec

from bench.figures import Figure, load_average
from bench.installation import ACCOUNT, Installation, open_installation, running_postgres
from bench.load import Plan, Saw, percentile
from bench.observer import Visible, Watch
from bench.processes import Child, Failed, Meter
from bench.sizes import Options
from bench.stock import make_contacts

PART = "The whole way"
STEADY_PER_S = 1000


async def measure(options: Options) -> list[Figure]:
    sizes = options.sizes
    with running_postgres() as server:
        async with open_installation(server) as installation:
            await make_contacts(installation, range(sizes.contacts))
            installation.web.start()
            installation.worker.start()
            await installation.wait_until_ready()
            await installation.wait_until_hosted()
            await _run(installation, sizes.warm_up, None, sizes.contacts)
            full = await _measure_rate(installation, options)
            return [full, *await _measure_steady(installation, options)]


async def _measure_rate(installation: Installation, options: Options) -> Figure:
    sizes, before = options.sizes, load_average()
    meter = installation.meter()
    saw, visible, note = await _run(installation, sizes.whole, None, sizes.contacts, meter)
    return Figure(
        part=PART,
        name="HTTP to visible row",
        unit="/s",
        measured=sizes.whole / (max(visible.seen_at) - saw.started_at),
        target=5000,
        note=f"accepted at {saw.per_second:,.0f}/s; {note}",
        load_average=before,
    )


async def _measure_steady(installation: Installation, options: Options) -> list[Figure]:
    sizes, before = options.sizes, load_average()
    count = int(STEADY_PER_S * sizes.steady_s)
    meter = installation.meter()
    saw, visible, note = await _run(installation, count, STEADY_PER_S, sizes.contacts, meter)
    waits = sorted(seen - sent for seen, sent in zip(visible.seen_at, saw.sent_at, strict=True))
    return [
        Figure(
            part=PART,
            name="at 1,000/s to visible row, p50",
            unit="ms",
            measured=percentile(waits, 0.5) * 1000,
            aim="at most",
            target=10,
            note=note,
            load_average=before,
        ),
        Figure(
            part=PART,
            name="at 1,000/s to visible row, p99",
            unit="ms",
            measured=percentile(waits, 0.99) * 1000,
            aim="at most",
            target=60,
            note=f"longest {waits[-1] * 1000:,.0f} ms; the answer to HTTP alone: p50 {saw.p50_ms:.1f},"
            f" p99 {saw.p99_ms:.1f} ms",
            load_average=before,
        ),
    ]


async def _run(
    installation: Installation, count: int, per_second: float | None, contacts: int, meter: Meter | None = None
) -> tuple[Saw, Visible, str]:
    run = uuid4().hex[:8]
    plan = Plan(
        port=installation.port,
        paths=installation.hooks,
        numbers=installation.numbers,
        account=ACCOUNT,
        secret=installation.app_secret,
        count=count,
        contacts=contacts,
        per_second=per_second,
        run=run,
        wants_times=True,
    )
    load = await Child.begin("bench.load", plan)
    watch = Watch(url=installation.database_url, workspace_id=installation.workspace_id, run=run, count=count)
    observer = await Child.begin("bench.observer", watch)
    await load.ready()
    await observer.ready()
    if meter is not None:
        meter.start()
    observer.go()
    began_at = time.time()
    load.go()
    saw = msgspec.json.decode(await load.answer(), type=Saw)
    visible = msgspec.json.decode(await observer.answer(), type=Visible)
    if not saw.is_clean or not all(visible.seen_at):
        lost = sum(not at for at in visible.seen_at)
        raise Failed(f"answers {saw.statuses}, {lost} of {count} never visible after {time.time() - began_at:.0f} s")
    return saw, visible, _costs(meter, count, saw, visible) if meter else ""


def _costs(meter: Meter, count: int, saw: Saw, visible: Visible) -> str:
    ours = f"load {saw.cpu_s / count * 1e6:,.0f}, observer {visible.cpu_s / count * 1e6:,.0f}"
    return f"{meter.each(count)}; {ours}"
