"""Teams: what there is, and who is in them."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from msgspec import UNSET
from pydantic import Field

from threadline.actions.change_team import change_team
from threadline.actions.create_team import create_team
from threadline.actions.delete_team import delete_team
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.resolving import MOST_WANTED
from threadline.core.team import MOST_MEMBERS, TeamColour
from threadline.infra.clock import new_id
from threadline.store.teams import Team, get_team, list_teams
from threadline.web.api.inputs import Id, Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_AgentIds = Annotated[list[Id], Field(max_length=MOST_MEMBERS)]


class TeamList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Team]


class TeamInput(Input):
    name: Name
    colour: TeamColour
    member_ids: _AgentIds = Field(default_factory=list)


class TeamUpdate(Input):
    """What is absent stays, and so does who is in neither list."""

    name: Name | None = None
    colour: TeamColour | None = None
    needs_label: bool | None = None
    """Its conversations need a label before they are resolved."""
    needs_fields: Annotated[list[Id], Field(max_length=MOST_WANTED)] | None = None
    """Fields of conversations and contacts that are filled in before they are resolved."""
    calendar_id: Id | None = None
    """Its business hours; null: those of the channel."""
    add: _AgentIds = Field(default_factory=list)
    remove: _AgentIds = Field(default_factory=list)


@operation(router, "GET", "/teams", out=TeamList)
async def get_teams(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """The teams and their members."""
    return call.answer(TeamList(items=await list_teams(call.session)))


@operation(router, "POST", "/teams", out=Team, status=201, name="createTeam")
async def post_team(given: TeamInput, call: Call = calls(Permission.TEAMS_MANAGE, is_repeatable=True)) -> Response:
    """Make a team."""
    team_id = await create_team(
        call.session,
        caller=call.caller,
        name=given.name,
        colour=given.colour,
        member_ids=given.member_ids,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await get_team(call.session, team_id), status=201)


@operation(router, "PATCH", "/teams/{team_id}", out=Team)
async def update_team(team_id: UUID, given: TeamUpdate, call: Call = calls(Permission.TEAMS_MANAGE)) -> Response:
    """Rename or recolour it, take people in, let others go."""
    if not given.model_fields_set:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    await change_team(
        call.session,
        caller=call.caller,
        team_id=team_id,
        name=given.name,
        colour=given.colour,
        needs_label=given.needs_label,
        needs_fields=given.needs_fields,
        calendar_id=given.calendar_id if "calendar_id" in given.model_fields_set else UNSET,
        add=given.add,
        remove=given.remove,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await get_team(call.session, team_id))


@operation(router, "DELETE", "/teams/{team_id}", out=None, status=204, name="deleteTeam")
async def remove_team(team_id: UUID, call: Call = calls(Permission.TEAMS_MANAGE)) -> Response:
    """Delete it: its conversations are no team's any more."""
    await delete_team(call.session, caller=call.caller, team_id=team_id, now=call.now, new_id=new_id)
    return call.answer(status=204)
