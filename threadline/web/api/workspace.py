"""The workspace itself."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.change_workspace import change_workspace
from threadline.actions.pause_sending import pause_sending
from threadline.core.automatic_reply import (
    LONGEST_QUIET_MIN,
    LONGEST_SILENCE_DAYS,
    LONGEST_WAIT_S,
    MOST_PER_HOUR,
    SHORTEST_WAIT_S,
)
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.repeated_text import MOST_CUSTOMERS, MOST_MINUTES
from threadline.core.resolving import MOST_WANTED
from threadline.core.triage import CHEAPEST, DEAREST
from threadline.infra.clock import new_id
from threadline.store.workspaces import Workspace, get_workspace
from threadline.web.api.inputs import Id, Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class RoleSightChange(Input):
    """What is absent stays."""

    masks: Literal["nothing", "addresses", "messages"] | None = None
    may_reveal: bool | None = None
    sees_earlier: bool | None = None


class RoleSightsChange(Input):
    """What is absent stays."""

    admin: RoleSightChange | None = None
    supervisor: RoleSightChange | None = None
    agent: RoleSightChange | None = None


class MannersChange(Input):
    """When greetings and away messages are said, and when rather not. What is absent stays."""

    wait_s: Annotated[int, Field(ge=SHORTEST_WAIT_S, le=LONGEST_WAIT_S)] | None = None
    """So long for a burst of lines to end."""
    quiet_min: Annotated[int, Field(ge=0, le=LONGEST_QUIET_MIN)] | None = None
    """So long after a person of ours wrote."""
    silence_days: Annotated[int, Field(ge=0, le=LONGEST_SILENCE_DAYS)] | None = None
    """Greeted again after so long in which nobody wrote. Nought: once in each conversation."""
    most_per_hour: Annotated[int, Field(ge=1, le=MOST_PER_HOUR)] | None = None
    """So many to one contact."""


class SettingsChange(Input):
    """What is absent stays."""

    first_reply_assigns: bool | None = None
    quiet_thanks: bool | None = None
    notifies_with_text: bool | None = None
    window_reminder_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    away_after_min: Annotated[int, Field(ge=0, le=480)] | None = None
    """An agent who touches nothing for so long is asked, then away; nought: never."""
    vanished_after_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    absent_after_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    """An agent whose desk is open nowhere for so long is away; nought: never."""
    repeat_customers: Annotated[int, Field(ge=0, le=MOST_CUSTOMERS)] | None = None
    """An agent who sent one text to so many customers is warned before the next one; nought: never."""
    repeat_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] | None = None
    """Within so many minutes."""
    reopening_price: Annotated[float, Field(ge=CHEAPEST, le=DEAREST, strict=False, allow_inf_nan=False)] | None = None
    """What it costs to write to somebody whose window has closed: the first step of priority is worth one."""
    resolving_needs_label: bool | None = None
    resolving_needs_fields: Annotated[list[Id], Field(max_length=MOST_WANTED)] | None = None
    """Fields of conversations and contacts."""
    sights: RoleSightsChange | None = None
    automatic: MannersChange | None = None

    vip_priority: Annotated[int, Field(ge=0, le=3)] | None = None
    vip_team_id: Id | None = None
    """Null: no team."""
    vip_assignee_id: Id | None = None
    """Null: nobody."""


_CLEARED = frozenset({"vip_team_id", "vip_assignee_id"})
"""What null takes away; every other null leaves things as they are."""


class WorkspaceChange(Input):
    """What is absent stays."""

    name: Name | None = None
    settings: SettingsChange | None = None


class SendingChange(Input):
    paused: bool


@operation(router, "GET", "/workspace", out=Workspace, name="getWorkspace")
async def read_workspace(call: Call = calls(Permission.WORKSPACE_READ)) -> Response:
    """Name and state."""
    return call.answer(await get_workspace(call.session))


@operation(router, "PATCH", "/workspace", out=Workspace)
async def update_workspace(given: WorkspaceChange, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Rename it, change its settings."""
    named = given.settings.model_dump(exclude_unset=True) if given.settings else {}
    if "automatic" in named:
        named["automatic"] = {key: value for key, value in (named["automatic"] or {}).items() if value is not None}
    settings = {name: value for name, value in named.items() if value is not None or name in _CLEARED}
    if given.name is None and not settings:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    await change_workspace(
        call.session, caller=call.caller, name=given.name, settings=settings, now=call.now, new_id=new_id
    )
    return call.answer(await get_workspace(call.session))


@operation(router, "POST", "/workspace/sending", out=Workspace)
async def set_sending(
    given: SendingChange, call: Call = calls(Permission.SENDING_PAUSE, is_repeatable=True)
) -> Response:
    """Stop or resume everything that is sent."""
    await pause_sending(call.session, caller=call.caller, is_paused=given.paused, now=call.now, new_id=new_id)
    return call.answer(await get_workspace(call.session))
