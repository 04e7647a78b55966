"""What every process of the product begins with."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Final

from threadline.house import CannotReach, House, open_house
from threadline.infra.log import get_logger
from threadline.infra.settings import Settings

_TRY_DATABASE_EVERY_S: Final = 1.0

log = get_logger("process")


@asynccontextmanager
async def reached(settings: Settings, stop: asyncio.Event, *, pool_size: int) -> AsyncIterator[House]:
    """The house, opened as soon as the database answers: a process that starts during an outage waits for its end."""
    async with contextlib.AsyncExitStack() as stack:
        while True:
            try:
                house = await stack.enter_async_context(open_house(settings, pool_size=pool_size))
                break
            except CannotReach:
                log.warning("database_unreachable")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_TRY_DATABASE_EVERY_S):
                        await stop.wait()
                if stop.is_set():
                    raise
        yield house


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
