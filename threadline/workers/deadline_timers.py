"""Acts on deadlines when their time comes, and counts them again after what all go by was changed."""

from typing import ClassVar
from uuid import UUID

from threadline.actions.act_on_deadlines import BATCH as ACTS
from threadline.actions.act_on_deadlines import act_on_deadlines
from threadline.actions.keep_deadlines import BATCH as RECOUNTED
from threadline.actions.keep_deadlines import recount_deadlines
from threadline.store.connection import Connection
from threadline.store.deadlines import find_workspaces_to_act
from threadline.store.session import Session
from threadline.store.sla_policies import find_workspaces_to_recount
from threadline.workers.workspace_timers import WorkspaceTimers


class DeadlineTimers(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "deadline_timers"
    BATCH: ClassVar[int] = ACTS

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_to_act(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await act_on_deadlines(session, now=self.now(), new_id=self.new_id)


class DeadlineRecounts(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "deadline_recounts"
    BATCH: ClassVar[int] = RECOUNTED

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_to_recount(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await recount_deadlines(session, now=self.now(), new_id=self.new_id)
