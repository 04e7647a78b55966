"""What every process of the product begins with."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Final

from threadline.house import CannotReach, House, open_house
from threadline.infra.clock import follow
from threadline.infra.log import get_logger
from threadline.infra.settings import Settings
from threadline.store.database_time import read_database_time
from threadline.store.session import Database, Role, is_outage

_TRY_DATABASE_EVERY_S: Final = 1.0
_ASK_TIME_EVERY_S: Final = 30.0

log = get_logger("process")


@asynccontextmanager
async def reached(settings: Settings, stop: asyncio.Event, *, pool_size: int) -> AsyncIterator[House]:
    """The house, opened as soon as the database answers: a process that starts during an outage waits for its end."""
    async with contextlib.AsyncExitStack() as stack:
        while True:
            try:
                house = await stack.enter_async_context(open_house(settings, pool_size=pool_size))
                break
            except Exception as error:
                if not _is_away(error):
                    raise
                log.warning("database_unreachable")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_TRY_DATABASE_EVERY_S):
                        await stop.wait()
                if stop.is_set():
                    raise
        await _follow_clock(house.database)
        await stack.enter_async_context(background(_keep_following_clock(house.database)))
        yield house


def _is_away(error: Exception) -> bool:
    """The database did not answer, or went away while it was asked; a file that cannot be read is no outage."""
    if isinstance(error, CannotReach | ConnectionError | TimeoutError):
        return True
    return is_outage(error) and not isinstance(error, OSError)


async def _keep_following_clock(database: Database) -> None:
    while True:
        await asyncio.sleep(_ASK_TIME_EVERY_S)
        await _follow_clock(database)


async def _follow_clock(database: Database) -> None:
    """Business time is the database's: this machine's clock may be off, or jump (R25)."""
    try:
        async with database.transaction(Role.ENGINE) as session:
            moved_s = follow(await read_database_time(session))
    except Exception as error:  # the time we have goes on; asked again in half a minute
        log.warning("clock_not_followed", error=type(error).__name__)
        return
    if moved_s:
        log.warning("clock_differs_from_database", seconds=round(moved_s, 1))


@asynccontextmanager
async def background(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Coroutines that run beside for as long as the block does."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
