"""Rings the reminders of tasks when their time comes.

A lease keeps the idle workers from asking too; correctness does not hang on it, for what is due is claimed row by row.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.actions.isolate_failures import describe
from threadline.actions.remind_of_tasks import BATCH, remind_of_tasks
from threadline.infra.log import get_logger
from threadline.store.session import Database, Role
from threadline.store.tasks import find_workspaces_to_remind

_WORKSPACES: Final = 100

log = get_logger("task_timers")


@dataclass(slots=True)
class TaskTimers:
    database: Database
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    poll_s: float = 1.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. What could not ring now is due at the next look."""
        while not stop.is_set():
            has_more = await self._step_safely()
            if not has_more:
                await _rest(stop, self.poll_s)

    async def _step_safely(self) -> bool:
        try:
            return await self.step()
        except Exception as error:
            log.warning("task_timers_interrupted", error=describe(error))
            return False

    async def step(self) -> bool:
        """One look at all workspaces, a transaction for each. True if there is more at once."""
        async with self.database.transaction(Role.ENGINE) as session:
            workspace_ids = await find_workspaces_to_remind(await session.raw(), limit=_WORKSPACES)
        rung = [await self._remind(workspace_id) for workspace_id in workspace_ids]
        return BATCH in rung or (len(workspace_ids) == _WORKSPACES and any(rung))

    async def _remind(self, workspace_id: UUID) -> int:
        async with self.database.transaction(Role.ENGINE, workspace_id) as session:
            return await remind_of_tasks(session, now=self.now(), new_id=self.new_id)


async def _rest(stop: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await stop.wait()
