"""The loop of whatever looks now and then for what is due: on while there is more, and a rest when there is not."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from threadline.actions.isolate_failures import describe
from threadline.infra.log import get_logger


async def keep_looking(step: Callable[[], Awaitable[bool]], stop: asyncio.Event, *, name: str, poll_s: float) -> None:
    """Until `stop` is set. `step` is one look, and true if there is more at once."""
    while not stop.is_set():
        if not await look(step, name=name):
            await rest(stop, poll_s)


async def look(step: Callable[[], Awaitable[bool]], *, name: str) -> bool:
    """One step. False if it failed: that is logged under `name`, and what was left is due at the next look."""
    try:
        return await step()
    except Exception as error:
        get_logger(name).warning(f"{name}_interrupted", error=describe(error))
        return False


async def rest(stop: asyncio.Event, timeout_s: float) -> None:
    """Until `stop` is set, at most so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await stop.wait()
