"""Timers that are rows, of all workspaces: found together, then finished in one transaction for each workspace.

A lease keeps the idle workers from asking too; correctness does not hang on it, for what is due is claimed row by row.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from threadline.store.connection import Connection
from threadline.store.session import Database, Role, Session
from threadline.workers.looking import keep_looking

_WORKSPACES: Final = 100


@dataclass(slots=True)
class WorkspaceTimers(ABC):
    """One kind of them."""

    database: Database
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    poll_s: float = 1.0

    NAME: ClassVar[str]
    BATCH: ClassVar[int]
    """How many `finish` does at most."""

    @abstractmethod
    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        """Those in which something is due."""

    @abstractmethod
    async def finish(self, session: Session) -> int:
        """What is due in the session's workspace, in this transaction. Returns how many it were."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. What could not be finished now is due at the next look."""
        await keep_looking(self.step, stop, name=self.NAME, poll_s=self.poll_s)

    async def step(self) -> bool:
        """One look at all workspaces, a transaction for each. True if there is more at once."""
        async with self.database.transaction(Role.ENGINE) as session:
            workspace_ids = await self.find_workspaces(await session.raw(), limit=_WORKSPACES)
        finished = [await self._finish(workspace_id) for workspace_id in workspace_ids]
        return self.BATCH in finished or (len(workspace_ids) == _WORKSPACES and any(finished))

    async def _finish(self, workspace_id: UUID) -> int:
        async with self.database.transaction(Role.ENGINE, workspace_id) as session:
            return await self.finish(session)
