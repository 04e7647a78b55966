"""Rings the reminders of tasks when their time comes."""

from typing import ClassVar
from uuid import UUID

from threadline.actions.remind_of_tasks import BATCH, remind_of_tasks
from threadline.store.connection import Connection
from threadline.store.session import Session
from threadline.store.tasks import find_workspaces_to_remind
from threadline.workers.workspace_timers import WorkspaceTimers


class TaskTimers(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "task_timers"
    BATCH: ClassVar[int] = BATCH

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_to_remind(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await remind_of_tasks(session, now=self.now(), new_id=self.new_id)
