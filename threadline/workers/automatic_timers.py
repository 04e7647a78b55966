"""Sends greetings and away messages when their seconds are over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from threadline.actions.send_automatic_replies import BATCH, send_automatic_replies
from threadline.channels.contract import ChannelType
from threadline.channels.registry import channel_type
from threadline.store.automatic_replies import find_workspaces_with_due
from threadline.store.connection import Connection
from threadline.store.session import Session
from threadline.workers.workspace_timers import WorkspaceTimers


@dataclass(slots=True)
class AutomaticTimers(WorkspaceTimers):
    find_type: Callable[[str], ChannelType] = channel_type

    NAME: ClassVar[str] = "automatic_timers"
    BATCH: ClassVar[int] = BATCH

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_with_due(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await send_automatic_replies(session, now=self.now(), new_id=self.new_id, find_type=self.find_type)
