"""Rename the workspace, or change what it decides for all."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.fill_fields import check_wanted_fields
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.session import Session
from threadline.store.workspaces import change_settings, rename_workspace


async def change_workspace(
    session: Session,
    *,
    caller: Caller,
    name: str | None,
    settings: Mapping[str, object],
    now: datetime,
    new_id: NewId,
) -> None:
    """`name` None leaves it. `settings` has fields of WorkspaceSettings; what it does not name stays.

    Raises Invalid for a field to be filled in that is not there.
    """
    await check_wanted_fields(session, msgspec.convert(settings.get("resolving_needs_fields", []), list[UUID]))
    if name is not None:
        await rename_workspace(session, name)
    if settings:
        await change_settings(session, settings)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.WORKSPACE_CHANGED,
            at=now,
            actor_id=caller.actor_id,
        )
    )
