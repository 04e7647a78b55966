"""Does what only time brings about: a conversation in which nobody writes any more takes no place, and an assignee who
says nothing loses who waits."""

from typing import ClassVar
from uuid import UUID

from threadline.actions.route_conversations import give_to_free
from threadline.store.connection import Connection
from threadline.store.routing import find_workspaces_to_route
from threadline.store.session import Session
from threadline.store.silences import find_workspaces_with_silent
from threadline.workers.workspace_timers import WorkspaceTimers


class RoutingTimers(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "routing_timers"
    BATCH: ClassVar[int] = 100_000
    """More than one pass gives: one look is enough."""

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        waiting = await find_workspaces_to_route(connection, limit=limit)
        silent = await find_workspaces_with_silent(connection, limit=limit)
        return list(dict.fromkeys([*waiting, *silent]))[:limit]

    async def finish(self, session: Session) -> int:
        return await give_to_free(session, now=self.now(), new_id=self.new_id)
