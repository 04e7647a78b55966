"""`threadline settle`: for scripts and drills, when everything that was accepted is done."""

import asyncio
import time

from threadline.house import make_database
from threadline.infra.settings import Settings
from threadline.operations.words import complain, say
from threadline.store.session import Database, Role, is_outage
from threadline.store.waiting import Waiting, count_waiting

_CALM_LOOKS = 2
"""One look may fall between two steps of the same message."""
_LOOK_EVERY_S = 0.2


async def wait_until_settled(settings: Settings, *, timeout_s: float) -> bool:
    """False, and says what still waits, when the time is over. Waits through an outage of the database."""
    database = make_database(settings, pool_size=1)
    try:
        left = await _watch(database, deadline=time.monotonic() + timeout_s)
    finally:
        await database.close()
    if left is None:
        say("Settled: nothing waits.")
        return True
    complain(f"Not settled after {timeout_s:g} s: {describe(left)}.")
    return False


async def _watch(database: Database, *, deadline: float) -> list[Waiting] | None:
    calm = 0
    while True:
        waiting = await _look(database)
        calm = calm + 1 if waiting == [] else 0
        if calm == _CALM_LOOKS:
            return None
        if time.monotonic() > deadline:
            return waiting or []
        await asyncio.sleep(_LOOK_EVERY_S)


async def _look(database: Database) -> list[Waiting] | None:
    """None while the database does not answer."""
    try:
        async with database.transaction(Role.ENGINE) as session:
            return [one for one in await count_waiting(session) if one.depth]
    except Exception as error:
        if not is_outage(error):
            raise
        return None


def describe(waiting: list[Waiting]) -> str:
    if not waiting:
        return "the database does not answer"
    return ", ".join(f"{one.depth} {one.kind} (oldest {one.oldest_s:.0f} s)" for one in waiting)
