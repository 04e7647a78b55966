"""Sends scheduled messages when their time comes.

A lease keeps the idle workers from asking too; correctness does not hang on it, for each is claimed under its locks.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.actions.isolate_failures import describe
from threadline.actions.send_due_messages import hold_due_message, send_due_message
from threadline.channels.contract import ChannelType
from threadline.channels.registry import channel_type
from threadline.infra.log import get_logger
from threadline.store.scheduled import DueMessage, find_due
from threadline.store.session import Database, Role, is_outage
from threadline.workers.looking import keep_looking

_BATCH: Final = 100

log = get_logger("scheduled_timers")


@dataclass(slots=True)
class ScheduledTimers:
    database: Database
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    poll_s: float = 1.0
    find_type: Callable[[str], ChannelType] = channel_type

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. What could not be sent now is due at the next look."""
        await keep_looking(self.step, stop, name="scheduled_timers", poll_s=self.poll_s)

    async def step(self) -> bool:
        """One look at all workspaces, a transaction for each message. True if there is more at once."""
        async with self.database.transaction(Role.ENGINE) as session:
            found = await find_due(await session.raw(), limit=_BATCH)
        for due in found:
            await self._send(due)
        return len(found) == _BATCH

    async def _send(self, due: DueMessage) -> None:
        try:
            async with self.database.transaction(Role.ENGINE, due.workspace_id) as session:
                await send_due_message(session, due, now=self.now(), new_id=self.new_id, find_type=self.find_type)
        except Exception as error:
            if is_outage(error):
                raise
            log.error("scheduled_message_failed", error=describe(error))
            async with self.database.transaction(Role.ENGINE, due.workspace_id) as session:
                await hold_due_message(session, due, now=self.now(), new_id=self.new_id)
