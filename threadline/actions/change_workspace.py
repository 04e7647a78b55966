"""Rename the workspace, or change what it decides for all."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.fill_fields import check_wanted_fields
from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, SightsChange, changed_sights
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents
from threadline.store.teams import find_team_names
from threadline.store.workspaces import change_settings, get_workspace, rename_workspace


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

    Raises Invalid for a field, a team or a person that is not there.
    """
    await check_wanted_fields(session, msgspec.convert(settings.get("resolving_needs_fields", []), list[UUID]))
    await _check_care(session, settings)
    if name is not None:
        await rename_workspace(session, name)
    if "sights" in settings:
        current = (await get_workspace(session)).settings.sights
        settings = {**settings, "sights": changed_sights(current, msgspec.convert(settings["sights"], SightsChange))}
    if "automatic" in settings:
        current = msgspec.structs.asdict((await get_workspace(session)).settings.automatic)
        settings = {**settings, "automatic": {**current, **msgspec.convert(settings["automatic"], dict[str, int])}}
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


async def _check_care(session: Session, settings: Mapping[str, object]) -> None:
    """Who takes care of important customers has to be here."""
    team_id, agent_id = settings.get("vip_team_id"), settings.get("vip_assignee_id")
    if isinstance(team_id, UUID):
        team = (await find_team_names(session, [team_id])).get(team_id)
        if team is None or not team.is_live:
            raise Invalid("This team does not exist any more.", field="vip_team_id", reason="no_such_team")
    if isinstance(agent_id, UUID) and not await callers_of_agents(session, [agent_id]):
        raise Invalid("This person is not in the workspace.", field="vip_assignee_id", reason="person_not_here")
