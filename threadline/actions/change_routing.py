"""Change how conversations find somebody: a workspace's numbers, the way of teams, the teams of channels, who bears
how many. By what changes, so that two who do it lose nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.bot import FirstAnswer
from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.routing import Assignment, DayLimit
from threadline.store import routing
from threadline.store.bots import find_bot, set_first_answer
from threadline.store.session import Session
from threadline.store.teams import find_team_names
from threadline.store.workspaces import change_settings, lock_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingChange:
    """What is not named stays."""

    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    """Fields of RoutingSettings."""
    teams: Mapping[UUID, Assignment] = field(default_factory=dict[UUID, Assignment])
    take_back: Mapping[UUID, int | None] = field(default_factory=dict[UUID, int | None])
    """Team → after how many minutes of silence who waits is taken from their assignee; None: never."""
    channels: Mapping[UUID, UUID | None] = field(default_factory=dict[UUID, UUID | None])
    """Channel → the team of what begins on it; None: of none."""
    bots: Mapping[UUID, FirstAnswer] = field(default_factory=dict[UUID, FirstAnswer])
    """Channel → who answers first on it; a bot of None: nobody but people."""
    agents: Mapping[UUID, int | None] = field(default_factory=dict[UUID, int | None])
    """Agent → how many they bear; None: as many as anybody."""
    day_limits: Mapping[UUID, DayLimit] = field(default_factory=dict[UUID, DayLimit])
    """Agent → what is enough for them a day."""
    languages: Mapping[UUID, Sequence[str]] = field(default_factory=dict[UUID, Sequence[str]])
    """Agent → in which languages they answer customers, by their codes."""


async def change_routing(
    session: Session, *, caller: Caller, change: RoutingChange, now: datetime, new_id: NewId
) -> None:
    """Raises Invalid (a team, channel, bot or agent that is not here)."""
    await _check_teams(session, change)
    if change.settings:
        before = (await lock_settings(session)).routing
        await change_settings(session, {"routing": msgspec.structs.replace(before, **change.settings)})
    for team_id, assignment in sorted(change.teams.items()):
        await routing.set_assignment(session, team_id, assignment)
    for team_id, after_min in sorted(change.take_back.items()):
        await routing.set_take_back(session, team_id, after_min)
    for channel_id, team_id in sorted(change.channels.items()):
        is_seen = caller.visibility.has_channel(channel_id)
        if not (is_seen and await routing.set_channel_team(session, channel_id, team_id)):
            raise Invalid("This channel does not exist any more.", field="channels", reason="no_such_channel")
    for channel_id, first in sorted(change.bots.items()):
        await _set_first_answer(session, caller, channel_id, first)
    for agent_id, capacity in sorted(change.agents.items()):
        if not await routing.set_capacity(session, agent_id, capacity):
            raise Invalid("This person is not in the workspace.", field="agents", reason="person_not_here")
    for agent_id, limit in sorted(change.day_limits.items()):
        if not await routing.set_day_limit(session, agent_id, limit):
            raise Invalid("This person is not in the workspace.", field="day_limits", reason="person_not_here")
    for agent_id, spoken in sorted(change.languages.items()):
        if not await routing.set_languages(session, agent_id, sorted(set(spoken))):
            raise Invalid("This person is not in the workspace.", field="languages", reason="person_not_here")
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.ROUTING_CHANGED,
            at=now,
            actor_id=caller.actor_id,
        )
    )


async def _set_first_answer(session: Session, caller: Caller, channel_id: UUID, first: FirstAnswer) -> None:
    bot = None if first.bot_id is None else await find_bot(session, first.bot_id)
    if first.bot_id is not None and (bot is None or not bot.is_alive):
        raise Invalid("This bot does not exist any more, or its token has ended.", field="bots", reason="no_such_bot")
    is_seen = caller.visibility.has_channel(channel_id)
    if not (is_seen and await set_first_answer(session, channel_id, first)):
        raise Invalid("This channel does not exist any more.", field="bots", reason="no_such_channel")


async def _check_teams(session: Session, change: RoutingChange) -> None:
    wanted = {
        *change.teams,
        *change.take_back,
        *(team_id for team_id in change.channels.values() if team_id is not None),
        *(one.team_id for one in change.bots.values() if one.team_id is not None),
    }
    found = await find_team_names(session, sorted(wanted)) if wanted else {}
    if any(team_id not in found or not found[team_id].is_live for team_id in wanted):
        raise Invalid("This team does not exist any more.", field="teams", reason="no_such_team")
