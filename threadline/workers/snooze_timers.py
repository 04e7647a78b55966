"""Wakes snoozed conversations when their time comes."""

from typing import ClassVar
from uuid import UUID

from threadline.actions.wake_due_conversations import BATCH, wake_due_conversations
from threadline.store.connection import Connection
from threadline.store.session import Session
from threadline.store.snoozes import find_workspaces_with_due
from threadline.workers.workspace_timers import WorkspaceTimers


class SnoozeTimers(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "snooze_timers"
    BATCH: ClassVar[int] = BATCH

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_with_due(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await wake_due_conversations(session, now=self.now(), new_id=self.new_id)
