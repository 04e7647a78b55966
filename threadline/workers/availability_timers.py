"""Says that agents are away who vanished, or whose working hours ended."""

from typing import ClassVar
from uuid import UUID

from threadline.actions.set_availability import end_unseen_presence
from threadline.store.availabilities import find_workspaces_to_look_at
from threadline.store.connection import Connection
from threadline.store.session import Session
from threadline.workers.workspace_timers import WorkspaceTimers


class AvailabilityTimers(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "availability_timers"
    BATCH: ClassVar[int] = 10_000
    """More agents than a workspace has: one look is enough."""

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_to_look_at(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await end_unseen_presence(session, now=self.now(), new_id=self.new_id)
