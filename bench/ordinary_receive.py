"""The ordinary worker against bodies that are there already: one delivery, one session, one commit, so many at once."""

import asyncio
import time

import msgspec
import uvloop

from bench.ordinary import make_sessions, receive_one
from bench.processes import print_answer, read_plan, wait_for_go
from bench.product_receive import Received, read_bodies


class OrdinaryPlan(msgspec.Struct, kw_only=True):
    url: str
    file: str
    parallel: int


async def main() -> None:
    plan = read_plan(OrdinaryPlan)
    bodies = iter(read_bodies(plan.file))
    sessions = make_sessions(plan.url)
    counts = [0] * plan.parallel

    async def work(place: int) -> None:
        for body in bodies:
            await receive_one(sessions, body)
            counts[place] += 1

    wait_for_go()
    started_at, cpu_at = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(place) for place in range(plan.parallel)))
    print_answer(
        Received(count=sum(counts), took_s=time.perf_counter() - started_at, cpu_s=time.process_time() - cpu_at)
    )


if __name__ == "__main__":
    uvloop.run(main())
