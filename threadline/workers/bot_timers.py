"""Takes conversations from bots that stay silent for too long, or whose token has ended."""

from typing import ClassVar
from uuid import UUID

from threadline.actions.take_from_bot import BATCH, end_silent_bots
from threadline.store.bots import find_workspaces_with_leaving
from threadline.store.connection import Connection
from threadline.store.session import Session
from threadline.workers.workspace_timers import WorkspaceTimers


class BotTimers(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "bot_timers"
    BATCH: ClassVar[int] = BATCH

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_with_leaving(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await end_silent_bots(session, now=self.now(), new_id=self.new_id)
