"""The part of a configuration file that says how conversations find somebody. May be repeated."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from threadline.actions.change_routing import RoutingChange, change_routing
from threadline.actions.change_workspace import change_workspace
from threadline.core.bot import LONGEST_SILENCE_MIN, BotHours, FirstAnswer
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.routing import Assignment, DayCustomers, DayLimit, DayMessages, Places
from threadline.core.silence import MOST_SILENT_MIN
from threadline.core.team import team_key
from threadline.store.agents import list_agents
from threadline.store.bots import list_bots, list_channel_bots
from threadline.store.channels import list_channels
from threadline.store.people import normal_email
from threadline.store.routing import (
    list_agent_capacities,
    list_agent_languages,
    list_channel_routing,
    list_day_limits,
    list_team_routing,
)
from threadline.store.session import Session
from threadline.store.teams import list_teams
from threadline.store.workspaces import get_workspace


class BotEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bot: str
    """By the name that its token has; an empty one: people answer first."""
    team: str = ""
    """To whom what it hands over goes; an empty name: to the team of the channel."""
    after_min: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_SILENCE_MIN)] = 1
    hours: BotHours = "always"


class RoutingEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is."""

    capacity: Places | None = None
    capacity_by_type: dict[str, Places] | None = None
    active_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] | None = None
    owners_first: bool | None = None
    language_wait_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] | None = None
    skill_wait_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] | None = None
    by_rota: bool | None = None
    day_customers: DayCustomers | None = None
    day_messages: DayMessages | None = None
    away_after_min: Annotated[int, msgspec.Meta(ge=0, le=480)] | None = None
    vanished_after_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] | None = None
    absent_after_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] | None = None
    teams: dict[str, Assignment] = {}
    """Team, by its name → how its waiting customers come to somebody."""
    take_back: dict[str, Annotated[int, msgspec.Meta(ge=0, le=MOST_SILENT_MIN)]] = {}
    """Team → after how many minutes of silence who waits is taken from their assignee; nought: never."""
    channels: dict[str, str] = {}
    """Channel, by its name → the team of what begins on it; an empty name: of none."""
    bots: dict[str, BotEntry] = {}
    """Channel, by its name → the bot that answers first on it."""
    agents: dict[str, Places] = {}
    """Agent, by their e-mail address → how many they bear."""
    day_limits: dict[str, DayLimit] = {}
    """Agent, by their e-mail address → what is enough for them a day; nought: never. Absent: as for anybody."""
    languages: dict[str, list[Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]]] = {}
    """Agent, by their e-mail address → in which languages they answer customers."""


_OF_ROUTING: Final = (
    "capacity",
    "capacity_by_type",
    "active_min",
    "owners_first",
    "language_wait_min",
    "skill_wait_min",
    "by_rota",
    "day_customers",
    "day_messages",
)
_OF_WORKSPACE: Final = ("away_after_min", "vanished_after_min", "absent_after_min")


async def apply_routing(session: Session, entry: RoutingEntry, *, caller: Caller, now: datetime, new_id: NewId) -> bool:
    """True if something changed. Raises Invalid for a team, channel or agent that is not here."""
    settings = (await get_workspace(session)).settings
    own = _differing(entry, settings, _OF_WORKSPACE)
    if own:
        await change_workspace(session, caller=caller, name=None, settings=own, now=now, new_id=new_id)
    change = RoutingChange(
        settings=_differing(entry, settings.routing, _OF_ROUTING),
        teams=await _teams(session, entry),
        take_back=await _take_back(session, entry),
        channels=await _channels(session, entry, caller),
        bots=await _bots(session, entry, caller),
        agents=await _agents(session, entry),
        day_limits=await _day_limits(session, entry),
        languages=await _languages(session, entry),
    )
    if change != RoutingChange():
        await change_routing(session, caller=caller, change=change, now=now, new_id=new_id)
    return bool(own) or change != RoutingChange()


def _differing(entry: RoutingEntry, before: object, names: tuple[str, ...]) -> dict[str, object]:
    wanted = {name: getattr(entry, name) for name in names}
    return {name: value for name, value in wanted.items() if value is not None and value != getattr(before, name)}


async def _team_ids(session: Session) -> dict[str, UUID]:
    return {team_key(team.name): team.id for team in await list_teams(session)}


async def _teams(session: Session, entry: RoutingEntry) -> Mapping[UUID, Assignment]:
    ids = await _team_ids(session)
    before = {one.id: one.assignment for one in await list_team_routing(session)}
    wanted = {_found(ids, team_key(name), f"team {name}"): mode for name, mode in entry.teams.items()}
    return {id: mode for id, mode in wanted.items() if before[id] != mode.value}


async def _take_back(session: Session, entry: RoutingEntry) -> Mapping[UUID, int | None]:
    ids = await _team_ids(session)
    before = {one.id: one.take_back_min for one in await list_team_routing(session)}
    wanted = {
        _found(ids, team_key(name), f"team {name}"): after_min or None for name, after_min in entry.take_back.items()
    }
    return {id: after_min for id, after_min in wanted.items() if before[id] != after_min}


async def _channels(session: Session, entry: RoutingEntry, caller: Caller) -> Mapping[UUID, UUID | None]:
    ids = {row.name: row.id for row in await list_channels(session, caller) if row.state != "disconnected"}
    teams = await _team_ids(session)
    before = {one.id: one.team_id for one in await list_channel_routing(session)}
    wanted = {
        _found(ids, name, f"channel {name}"): _found(teams, team_key(team), f"team {team}") if team else None
        for name, team in entry.channels.items()
    }
    return {id: team_id for id, team_id in wanted.items() if before[id] != team_id}


async def _bots(session: Session, entry: RoutingEntry, caller: Caller) -> Mapping[UUID, FirstAnswer]:
    ids = {row.name: row.id for row in await list_channels(session, caller) if row.state != "disconnected"}
    bots = {bot.name: bot.id for bot in await list_bots(session) if bot.is_alive}
    teams = await _team_ids(session)
    before = {
        one.channel_id: FirstAnswer(bot_id=one.bot_id, team_id=one.team_id, after_min=one.after_min, hours=one.hours)
        for one in await list_channel_bots(session)
    }
    wanted = {
        _found(ids, name, f"channel {name}"): FirstAnswer(
            bot_id=_found(bots, one.bot, f"bot {one.bot}"),
            team_id=_found(teams, team_key(one.team), f"team {one.team}") if one.team else None,
            after_min=one.after_min,
            hours=one.hours,
        )
        if one.bot
        else FirstAnswer()
        for name, one in entry.bots.items()
    }
    return {id: first for id, first in wanted.items() if before.get(id, FirstAnswer()) != first}


async def _agents(session: Session, entry: RoutingEntry) -> Mapping[UUID, int]:
    ids = {agent.email: agent.id for agent in await list_agents(session)}
    before = await list_agent_capacities(session)
    wanted = {_found(ids, normal_email(email), f"agent {email}"): places for email, places in entry.agents.items()}
    return {id: places for id, places in wanted.items() if before.get(id) != places}


async def _day_limits(session: Session, entry: RoutingEntry) -> Mapping[UUID, DayLimit]:
    ids = {agent.email: agent.id for agent in await list_agents(session)}
    before = await list_day_limits(session)
    wanted = {_found(ids, normal_email(email), f"agent {email}"): limit for email, limit in entry.day_limits.items()}
    return {id: limit for id, limit in wanted.items() if before[id] != limit}


async def _languages(session: Session, entry: RoutingEntry) -> Mapping[UUID, list[str]]:
    ids = {agent.email: agent.id for agent in await list_agents(session)}
    before = await list_agent_languages(session)
    wanted = {
        _found(ids, normal_email(email), f"agent {email}"): sorted(set(codes))
        for email, codes in entry.languages.items()
    }
    return {id: codes for id, codes in wanted.items() if before.get(id) != codes}


def _found(ids: Mapping[str, UUID], key: str, what: str) -> UUID:
    if key not in ids:
        raise Invalid(f"There is no {what}.")
    return ids[key]
