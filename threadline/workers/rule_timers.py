"""Runs the rules whose time is over, and counts all times again after rules or hours were changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from threadline.actions.keep_rule_timers import ACTED, RECOUNTED, act_on_rule_timers, recount_rule_timers
from threadline.channels.contract import ChannelType
from threadline.channels.registry import channel_type
from threadline.store.automation import find_workspaces_to_recount, find_workspaces_with_due
from threadline.store.connection import Connection
from threadline.store.session import Session
from threadline.workers.workspace_timers import WorkspaceTimers


@dataclass(slots=True)
class RuleTimers(WorkspaceTimers):
    find_type: Callable[[str], ChannelType] = channel_type

    NAME: ClassVar[str] = "rule_timers"
    BATCH: ClassVar[int] = ACTED

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_with_due(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await act_on_rule_timers(session, now=self.now(), new_id=self.new_id, find_type=self.find_type)


class RuleRecounts(WorkspaceTimers):
    __slots__ = ()

    NAME: ClassVar[str] = "rule_recounts"
    BATCH: ClassVar[int] = RECOUNTED

    async def find_workspaces(self, connection: Connection, *, limit: int) -> list[UUID]:
        return await find_workspaces_to_recount(connection, limit=limit)

    async def finish(self, session: Session) -> int:
        return await recount_rule_timers(session)
