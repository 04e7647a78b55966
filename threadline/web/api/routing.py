"""Routing: how conversations find somebody, and who has how many in hand."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from threadline.actions.change_routing import RoutingChange, change_routing
from threadline.core.bot import LONGEST_SILENCE_MIN, BotHours, FirstAnswer
from threadline.core.day import today_in
from threadline.core.errors import Invalid, NotFound
from threadline.core.permission import Permission
from threadline.core.routing import (
    MOST_DAY_CUSTOMERS,
    MOST_DAY_MESSAGES,
    MOST_PLACES,
    MOST_TYPES,
    Assignment,
    AssignmentText,
    DayLimit,
    RoutingSettings,
)
from threadline.core.silence import MOST_SILENT_MIN
from threadline.core.team import MOST_MEMBERS, MOST_TEAMS
from threadline.infra.clock import new_id
from threadline.store.bots import Bot, ChannelBot, list_bots, list_channel_bots, list_waiting_for_bot
from threadline.store.calendars import read_zone
from threadline.store.events import read_position
from threadline.store.routing import (
    AgentLoad,
    AgentRouting,
    ChannelRouting,
    TeamRouting,
    list_agent_loads,
    list_agent_routing,
    list_channel_routing,
    list_team_routing,
)
from threadline.store.workspaces import get_workspace
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_MOST_WAITING: Final = 100
_Places = Annotated[int, Field(ge=1, le=MOST_PLACES)]
_DayCustomers = Annotated[int, Field(ge=0, le=MOST_DAY_CUSTOMERS)]
_DayMessages = Annotated[int, Field(ge=0, le=MOST_DAY_MESSAGES)]
_SilentMin = Annotated[int, Field(ge=1, le=MOST_SILENT_MIN)]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
_TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    settings: RoutingSettings
    teams: list[TeamRouting]
    channels: list[ChannelRouting]
    agents: list[AgentRouting]
    bots: list[Bot]
    """Those that there are, and those that a channel names though their token has ended."""
    first_answers: list[ChannelBot]
    """The channels on which a bot answers first."""


class AgentLoadList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[AgentLoad]


class RoutingSettingsChange(Input):
    """What is absent stays."""

    capacity: _Places | None = None
    capacity_by_type: Annotated[dict[_TypeName, _Places], Field(max_length=MOST_TYPES)] | None = None
    """All of them: a type that is not named has no number of its own."""
    active_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    owners_first: bool | None = None
    language_wait_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    skill_wait_min: Annotated[int, Field(ge=0, le=1440)] | None = None
    by_rota: bool | None = None
    """Who is on the rota is given somebody during their shifts only."""
    day_customers: _DayCustomers | None = None
    day_messages: _DayMessages | None = None


class DayLimitInput(Input):
    """Null: as for anybody; nought: never."""

    customers: _DayCustomers | None = None
    messages: _DayMessages | None = None


class FirstAnswerInput(Input):
    bot_id: Id
    """Of the token that is the bot's."""
    team_id: Id | None = None
    """To whom what it hands over goes; null: to the team of the channel."""
    after_min: Annotated[int, Field(ge=1, le=LONGEST_SILENCE_MIN)] = 1
    """So many minutes it may be silent while the customer waits."""
    hours: BotHours = "always"
    """At any time, within the business hours of the channel, or outside of them."""


class RoutingUpdate(Input):
    """What is absent stays."""

    settings: RoutingSettingsChange | None = None
    teams: Annotated[dict[Id, AssignmentText], Field(max_length=MOST_TEAMS)] = Field(default_factory=dict)
    take_back: Annotated[dict[Id, _SilentMin | None], Field(max_length=MOST_TEAMS)] = Field(default_factory=dict)
    """Team → after so many minutes of silence who waits is taken from their assignee; null: never."""
    channels: Annotated[dict[Id, Id | None], Field(max_length=1000)] = Field(default_factory=dict)
    """Channel → the team of conversations that begin on it; null: of none."""
    first_answers: Annotated[dict[Id, FirstAnswerInput | None], Field(max_length=1000)] = Field(default_factory=dict)
    """Channel → the bot that answers first on it; null: none."""
    agents: Annotated[dict[Id, _Places | None], Field(max_length=MOST_MEMBERS)] = Field(default_factory=dict)
    """Agent → how many they bear; null: as many as anybody."""
    day_limits: Annotated[dict[Id, DayLimitInput], Field(max_length=MOST_MEMBERS)] = Field(default_factory=dict)
    """Agent → how many customers and messages are enough for them a day."""
    languages: Annotated[dict[Id, Annotated[list[_Language], Field(max_length=30)]], Field(max_length=MOST_MEMBERS)] = (
        Field(default_factory=dict)
    )
    """Agent → in which languages they answer customers: de, en…"""


@operation(router, "GET", "/routing", out=Routing)
async def get_routing(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """How conversations find somebody, and who has how many in hand now."""
    return call.answer(await _describe(call))


@operation(router, "GET", "/routing/loads", out=AgentLoadList)
async def get_loads(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """Who has how many in hand now, and whose day is full: for whoever is about to give somebody one more."""
    loads = await list_agent_loads(
        call.session,
        call.caller,
        settings=(await get_workspace(call.session)).settings.routing,
        today=today_in(await read_zone(call.session), call.now),
        now=call.now,
    )
    return call.answer(AgentLoadList(items=loads))


@operation(router, "PATCH", "/routing", out=Routing)
async def update_routing(given: RoutingUpdate, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Change it; who waits and finds a free place by it has somebody at once."""
    named = {} if given.settings is None else given.settings.model_dump(exclude_none=True)
    change = RoutingChange(
        settings=named,
        teams={id: Assignment(mode) for id, mode in given.teams.items()},
        take_back=given.take_back,
        channels=given.channels,
        bots={id: _first_answer(first) for id, first in given.first_answers.items()},
        agents=given.agents,
        day_limits={
            id: DayLimit(customers=one.customers, messages=one.messages) for id, one in given.day_limits.items()
        },
        languages=given.languages,
    )
    if change == RoutingChange():
        raise Invalid("Please say what is to change.", reason="nothing_to_change")
    await change_routing(call.session, caller=call.caller, change=change, now=call.now, new_id=new_id)
    return call.answer(await _describe(call))


def _first_answer(given: FirstAnswerInput | None) -> FirstAnswer:
    if given is None:
        return FirstAnswer()
    return FirstAnswer(bot_id=given.bot_id, team_id=given.team_id, after_min=given.after_min, hours=given.hours)


async def _describe(call: Call) -> Routing:
    settings = (await get_workspace(call.session)).settings.routing
    channels = await list_channel_routing(call.session)
    return Routing(
        settings=settings,
        teams=await list_team_routing(call.session),
        bots=await list_bots(call.session),
        first_answers=[
            one for one in await list_channel_bots(call.session) if call.caller.visibility.has_channel(one.channel_id)
        ],
        channels=[one for one in channels if call.caller.visibility.has_channel(one.id)],
        agents=await list_agent_routing(
            call.session,
            call.caller,
            settings=settings,
            today=today_in(await read_zone(call.session), call.now),
            now=call.now,
        ),
    )


class BotSelf(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    waiting: list[UUID]
    """Its conversations in which the customer waits for its answer, the longest first; a hundred at most."""
    position: int
    """The feed's number before these were read: go on from here."""


@operation(router, "GET", "/bot", out=BotSelf)
async def get_bot(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """For a bot: who it is, and who waits for it."""
    if call.caller.token_id is None or not call.caller.is_bot:
        raise NotFound("Only a bot's token has anything here.", reason="no_bot")
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    waiting = await list_waiting_for_bot(call.session, call.caller, limit=_MOST_WAITING)
    return call.answer(BotSelf(id=call.caller.token_id, name=call.caller.bot_name, waiting=waiting, position=position))


class BotList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Bot]
    """By name: those that there are, and those that a channel names though their token has ended."""


@operation(router, "GET", "/bots", out=BotList)
async def get_bots(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """Which bots there are, and whether they can answer."""
    return call.answer(BotList(items=await list_bots(call.session)))
