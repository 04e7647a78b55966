"""Routing: how conversations find somebody, and who has how many in hand."""

from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from threadline.actions.change_routing import RoutingChange, change_routing
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.routing import MOST_PLACES, MOST_TYPES, Assignment, AssignmentText, RoutingSettings
from threadline.core.silence import MOST_SILENT_MIN
from threadline.core.team import MOST_MEMBERS, MOST_TEAMS
from threadline.infra.clock import new_id
from threadline.store.routing import (
    AgentRouting,
    ChannelRouting,
    TeamRouting,
    list_agent_routing,
    list_channel_routing,
    list_team_routing,
)
from threadline.store.workspaces import get_workspace
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Places = Annotated[int, Field(ge=1, le=MOST_PLACES)]
_SilentMin = Annotated[int, Field(ge=1, le=MOST_SILENT_MIN)]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
_TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    settings: RoutingSettings
    teams: list[TeamRouting]
    channels: list[ChannelRouting]
    agents: list[AgentRouting]


class RoutingSettingsChange(Input):
    """What is absent stays."""

    capacity: _Places | None = None
    capacity_by_type: Annotated[dict[_TypeName, _Places], Field(max_length=MOST_TYPES)] | None = None
    """All of them: a type that is not named has no number of its own."""
    active_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    owners_first: bool | None = None
    language_wait_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    skill_wait_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    day_customers: Annotated[int, Field(ge=0, le=10_000)] | None = None
    day_messages: Annotated[int, Field(ge=0, le=100_000)] | None = None


class RoutingUpdate(Input):
    """What is absent stays."""

    settings: RoutingSettingsChange | None = None
    teams: Annotated[dict[Id, AssignmentText], Field(max_length=MOST_TEAMS)] = Field(default_factory=dict)
    take_back: Annotated[dict[Id, _SilentMin | None], Field(max_length=MOST_TEAMS)] = Field(default_factory=dict)
    """Team → after so many minutes of silence who waits is taken from their assignee; null: never."""
    channels: Annotated[dict[Id, Id | None], Field(max_length=1000)] = Field(default_factory=dict)
    """Channel → the team of conversations that begin on it; null: of none."""
    agents: Annotated[dict[Id, _Places | None], Field(max_length=MOST_MEMBERS)] = Field(default_factory=dict)
    """Agent → how many they bear; null: as many as anybody."""
    languages: Annotated[dict[Id, Annotated[list[_Language], Field(max_length=30)]], Field(max_length=MOST_MEMBERS)] = (
        Field(default_factory=dict)
    )
    """Agent → in which languages they answer customers: de, en…"""


@operation(router, "GET", "/routing", out=Routing)
async def get_routing(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """How conversations find somebody, and who has how many in hand now."""
    return call.answer(await _describe(call))


@operation(router, "PATCH", "/routing", out=Routing)
async def update_routing(given: RoutingUpdate, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Change it; who waits and finds a free place by it has somebody at once."""
    named = {} if given.settings is None else given.settings.model_dump(exclude_none=True)
    change = RoutingChange(
        settings=named,
        teams={id: Assignment(mode) for id, mode in given.teams.items()},
        take_back=given.take_back,
        channels=given.channels,
        agents=given.agents,
        languages=given.languages,
    )
    if change == RoutingChange():
        raise Invalid("Please say what is to change.", reason="nothing_to_change")
    await change_routing(call.session, caller=call.caller, change=change, now=call.now, new_id=new_id)
    return call.answer(await _describe(call))


async def _describe(call: Call) -> Routing:
    settings = (await get_workspace(call.session)).settings.routing
    channels = await list_channel_routing(call.session)
    return Routing(
        settings=settings,
        teams=await list_team_routing(call.session),
        channels=[one for one in channels if call.caller.visibility.has_channel(one.id)],
        agents=await list_agent_routing(
            call.session, call.caller, active=timedelta(minutes=settings.active_min), now=call.now
        ),
    )
