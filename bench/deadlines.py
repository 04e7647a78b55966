"""Deadlines that are due within one minute while messages flow: each marked once, and how late."""

import asyncio
import time
from uuid import uuid4

import msgspec

from bench.figures import Figure, load_average
from bench.installation import ACCOUNT, Installation, open_installation, running_postgres
from bench.load import Plan, Saw
from bench.processes import Child, Failed
from bench.sizes import Options
from bench.stock import make_contacts

PART = "Deadlines"
FLOWING_PER_S = 100
_LEVEL = {"minutes": 600, "warns": "never", "warns_at": 0}
_DUE_IN_S = 25.0
"""Until the first is due: they are counted again meanwhile."""
_SPREAD = """
update conversations c
set waiting_since = now() - interval '600 minutes' + make_interval(secs => $2 + $3 * n.place / $4)
from (select id, row_number() over (order by id) as place from conversations where workspace_id = $1) n
where c.workspace_id = $1 and c.id = n.id
"""
_LATE = """
select coalesce(extract(epoch from now() - min(act_at)), 0)::float8 as late from deadlines where act_at <= now()
"""


async def measure(options: Options) -> list[Figure]:
    sizes, before = options.sizes, load_average()
    with running_postgres() as server:
        async with open_installation(server) as installation:
            await make_contacts(installation, range(sizes.deadlines))
            installation.web.start()
            installation.worker.start()
            await installation.wait_until_ready()
            await installation.wait_until_hosted()
            await _promise(installation, sizes.deadlines, sizes.deadlines_s)
            lateness, saw = await _watch(installation, sizes.deadlines, sizes.deadlines_s)
            return [
                Figure(
                    part=PART,
                    name=f"{sizes.deadlines:,} due within {sizes.deadlines_s:.0f} s, the latest",
                    unit="s",
                    measured=max(lateness),
                    aim="at most",
                    target=2,
                    note=f"each marked once; beside {saw.per_second:,.0f} messages/s, HTTP p99 {saw.p99_ms:.1f} ms",
                    load_average=before,
                )
            ]


async def _promise(installation: Installation, count: int, within_s: float) -> None:
    """Each waits so that the target ends within the minute; the worker counts them by itself."""
    await installation.query(_SPREAD, installation.workspace_id, _DUE_IN_S, within_s, count)
    await installation.query(
        "insert into sla_policies (workspace_id, id, name, name_key, position, filter, first_reply, next_reply)"
        " values ($1, $2, 'Bench', 'bench', 0, $3::jsonb, $4::jsonb, $4::jsonb)",
        installation.workspace_id,
        uuid4(),
        '{"kind": "group", "match": "all", "of": []}',
        msgspec.json.encode(_LEVEL).decode(),
    )
    await installation.query(
        "insert into deadline_recounts (workspace_id, total) values ($1, $2) on conflict (workspace_id)"
        " do update set after_id = excluded.after_id, done = 0",
        installation.workspace_id,
        count,
    )
    ends = time.monotonic() + _DUE_IN_S
    while (await installation.query("select count(*) as left from deadline_recounts"))[0]["left"]:
        if time.monotonic() > ends:
            raise Failed("they were not counted before the first was due")
        await asyncio.sleep(0.1)


async def _watch(installation: Installation, count: int, within_s: float) -> tuple[list[float], Saw]:
    """Looks ten times a second how long the oldest unmarked one is due, until all are marked."""
    plan = Plan(
        port=installation.port,
        paths=installation.hooks,
        numbers=installation.numbers,
        account=ACCOUNT,
        secret=installation.app_secret,
        count=int(FLOWING_PER_S * (within_s + _DUE_IN_S)),
        first_contact=count,
        per_second=FLOWING_PER_S,
        run=uuid4().hex[:8],
    )
    load = await Child.begin("bench.load", plan)
    await load.ready()
    load.go()
    lateness = [0.0]
    ends = time.monotonic() + _DUE_IN_S + within_s + 60
    while (marked := await _count_marked(installation)) < count:
        if time.monotonic() > ends:
            raise Failed(f"{marked} of {count} were marked:\n{installation.worker.tail()}")
        lateness.append((await installation.query(_LATE))[0]["late"])
        await asyncio.sleep(0.1)
    saw = msgspec.json.decode(await load.answer(), type=Saw)
    if (marked := await _count_marked(installation)) != count:
        raise Failed(f"{marked} marks of {count} deadlines")
    return lateness, saw


async def _count_marked(installation: Installation) -> int:
    rows = await installation.query(
        "select count(*) as count from events where workspace_id = $1 and kind = 'deadline_reached'"
        " and data ->> 'what' = 'missed'",
        installation.workspace_id,
    )
    return rows[0]["count"]
