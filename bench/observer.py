"""Another connection that reads what becomes visible: as screens do, after each hint of the feed, at once."""

import time
from uuid import UUID

import asyncpg
import msgspec
import uvloop

from bench.load import number_in
from bench.processes import print_answer, read_plan, wait_for_go
from threadline.infra.bus import make_bus
from threadline.infra.log import configure_logging

_READ = """
select e.seq, m.provider_id from events e
join messages m on m.workspace_id = e.workspace_id and m.id = e.message_id
where e.workspace_id = $1 and e.seq > $2 and e.seq <= $3 and e.id > $4 and e.kind = 'message_received'
"""


class Watch(msgspec.Struct, kw_only=True):
    url: str
    workspace_id: UUID
    run: str
    """Only messages of this run count."""
    count: int
    within_s: float = 300.0


class Visible(msgspec.Struct, kw_only=True):
    seen_at: list[float]
    """By number: seconds of the epoch at which the row had been read; 0: not in time."""
    cpu_s: float


async def main() -> None:
    watch = read_plan(Watch)
    configure_logging(level="warning", output_format="json", process="bench")
    connection = await asyncpg.connect(watch.url)
    position = await _newest(connection, watch.workspace_id)
    since = await connection.fetchval(
        "select coalesce((select id from events where workspace_id = $1 order by id desc limit 1), $2)",
        watch.workspace_id,
        UUID(int=0),
    )
    seen_at = [0.0] * watch.count
    left = watch.count
    async with make_bus(bus_url=None, database_direct_url=watch.url) as bus:
        with bus.subscribe(f"feed:{watch.workspace_id}") as news:
            wait_for_go()
            ends, cpu_at = time.time() + watch.within_s, time.process_time()
            while left and time.time() < ends:
                await news.wait(timeout_s=0.1)
                newest = await _newest(connection, watch.workspace_id)
                rows = await connection.fetch(_READ, watch.workspace_id, position, newest, since)
                position = newest
                now = time.time()
                for row in rows:
                    if row["provider_id"].startswith(f"wamid.{watch.run}."):
                        seen_at[number_in(row["provider_id"])] = now
                        left -= 1
    print_answer(Visible(seen_at=seen_at, cpu_s=time.process_time() - cpu_at))
    connection.terminate()


async def _newest(connection: asyncpg.Connection, workspace_id: UUID) -> int:
    position = await connection.fetchval("select last_seq from feed_counters where workspace_id = $1", workspace_id)
    return int(position or 0)


if __name__ == "__main__":
    uvloop.run(main())
