"""The product's receive loop against deliveries that are stored already, in a process of its own."""

import time
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import uvloop

from bench.processes import print_answer, read_plan, wait_for_go
from threadline.actions.receiving import Channel
from threadline.channels.registry import channel_type
from threadline.infra.bus import make_bus
from threadline.infra.clock import new_id, utc_now
from threadline.infra.log import configure_logging
from threadline.store.deliveries import DeliveryLine, insert_deliveries
from threadline.store.session import Database, Role
from threadline.workers.receive_loop import ReceiveLoop


class ReceivePlan(msgspec.Struct, kw_only=True):
    url: str
    workspace_id: UUID
    channel_id: UUID
    address: str
    account: str
    file: str
    """msgpack: a list of bodies."""
    profile: str = ""
    """Where to write a cProfile of it."""


class Received(msgspec.Struct, kw_only=True):
    count: int
    took_s: float
    cpu_s: float

    @property
    def per_second(self) -> float:
        return self.count / self.took_s


def read_bodies(file: str) -> list[bytes]:
    return msgspec.msgpack.decode(Path(file).read_bytes(), type=list[bytes])


class _NoBlobs:
    async def get(self, key: str) -> bytes:
        raise FileNotFoundError(key)


async def main() -> None:
    plan = read_plan(ReceivePlan)
    configure_logging(level="warning", output_format="json", process="bench")
    bodies = read_bodies(plan.file)
    await store(plan.url, plan.workspace_id, plan.channel_id, bodies)
    async with make_bus(bus_url=None, database_direct_url=plan.url) as bus:
        database = Database(dict.fromkeys(Role, plan.url), pool_size=2, hints=bus.publish)
        loop = ReceiveLoop(
            channel=Channel(plan.workspace_id, plan.channel_id, channel_type("whatsapp"), plan.address, plan.account),
            lease=f"channel:{plan.channel_id}",
            fence=await _take_fence(plan.url, plan.channel_id),
            database=database,
            blobs=_NoBlobs(),
            bus=bus,
            now=utc_now,
            new_id=new_id,
        )
        wait_for_go()
        answer = await _receive(loop, plan.profile)
        await database.close()
    print_answer(answer)


async def _receive(loop: ReceiveLoop, profile: str) -> Received:
    import cProfile

    profiler = cProfile.Profile() if profile else None
    if profiler:
        profiler.enable()
    count, started_at, cpu_at = 0, time.perf_counter(), time.process_time()
    while taken := await loop.step():
        count += taken
    received = Received(count=count, took_s=time.perf_counter() - started_at, cpu_s=time.process_time() - cpu_at)
    if profiler:
        profiler.disable()
        profiler.dump_stats(profile)
    return received


async def store(url: str, workspace_id: UUID, channel_id: UUID, bodies: list[bytes]) -> None:
    """As ingress does it, 500 at a time."""
    connection = await asyncpg.connect(url)
    try:
        endpoint_id = await connection.fetchval("select endpoint_id from channels where id = $1", channel_id)
        lines: list[DeliveryLine] = []
        for body in bodies:
            id = new_id()
            lines.append(DeliveryLine(id, id, workspace_id, endpoint_id, channel_id, body, None, utc_now()))
        for start in range(0, len(lines), 500):
            await insert_deliveries(connection, lines[start : start + 500])
    finally:
        await connection.close()


async def _take_fence(url: str, channel_id: UUID) -> int:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(
            "insert into leases as l (name, fence) values ($1, 1)"
            " on conflict (name) do update set fence = l.fence + 1 returning fence",
            f"channel:{channel_id}",
        )
    finally:
        await connection.close()


if __name__ == "__main__":
    uvloop.run(main())
