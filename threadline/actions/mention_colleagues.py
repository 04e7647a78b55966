"""Name colleagues and teams in a note: each is told, and finds the conversation in a view of their own.

Who may not see it is asked in or left out, as the writer decides; never silently.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.find_blind import find_blind
from threadline.actions.follow_conversation import follow_conversation
from threadline.core.content import Mention, Text
from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.store.conversations import access_conversation_keys
from threadline.store.mentions import find_agent_names, find_members, insert_mentions, see_mentions
from threadline.store.session import Session
from threadline.store.teams import find_team_names


@dataclass(frozen=True, slots=True)
class Unseeing:
    """What the writer decided about those who are named and do not see the conversation."""

    guest_ids: Collection[UUID] = ()
    """They are asked in, and see it from now on."""
    untold_ids: Collection[UUID] = ()
    """They stay outside, and are told nothing."""


async def resolve_mentions(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    content: Text,
    unseeing: Unseeing = Unseeing(),
    now: datetime,
    new_id: NewId,
) -> Text:
    """The note with the names of those it mentions; who is to be a guest is asked in first, with a line for each.

    Raises Invalid for somebody who is not here, Conflict for those who may not see this conversation and about whom
    nothing was decided: the writer is asked. A team's members count each, but for those who work on other channels.
    """
    if not content.mentions:
        return content
    agent_ids = [one.id for one in content.mentions if one.kind == "agent"]
    team_ids = [one.id for one in content.mentions if one.kind == "team"]
    member_ids = await find_members(session, team_ids) if team_ids else []
    teams = await find_team_names(session, team_ids)
    names = await find_agent_names(session, [*agent_ids, *member_ids])
    named = names | {team_id: team.name for team_id, team in teams.items() if team.is_live}
    if any(one.id not in named for one in content.mentions):
        raise Invalid("Somebody you name is not in the workspace any more.", field="content", reason="mention_gone")
    told_ids = [one for one in dict.fromkeys([*agent_ids, *member_ids]) if one in names and one != caller.agent_id]
    blind = await find_blind(session, caller, conversation_id, told_ids)
    undecided = [one for one in blind.agent_ids if one not in unseeing.untold_ids]
    walled = [one for one in undecided if one in blind.walled_ids and one in agent_ids]
    if walled:
        said = _named(walled, names)
        raise Conflict(f"{said['names']} may not see this channel.", reason="mention_walled", values=said)
    undecided = [one for one in undecided if one not in blind.walled_ids]
    asked = [one for one in undecided if one not in unseeing.guest_ids]
    if asked:
        said = _named(asked, names)
        raise Conflict(f"{said['names']} may not see this conversation.", reason="mention_unseen", values=said)
    if undecided:
        check_may(caller, Permission.CONVERSATIONS_CHANGE)
    for agent_id in undecided:
        await follow_conversation(
            session, caller=caller, conversation_id=conversation_id, agent_id=agent_id, now=now, new_id=new_id
        )
    mentions = tuple(Mention(kind=one.kind, id=one.id, name=named[one.id]) for one in content.mentions)
    return msgspec.structs.replace(content, mentions=mentions)


def _named(agent_ids: Sequence[UUID], names: Mapping[UUID, str]) -> dict[str, str]:
    """For a sentence about them, and for a screen that asks what is to become of them."""
    return {"names": ", ".join(names[one] for one in agent_ids), "agent_ids": ",".join(map(str, agent_ids))}


async def mention_colleagues(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    message_id: UUID,
    content: Text,
    now: datetime,
    new_id: NewId,
) -> None:
    """Everybody named in a note that stands now, a team's members each; those who may not see it are not told."""
    agent_ids = {one.id for one in content.mentions if one.kind == "agent"}
    team_ids = [one.id for one in content.mentions if one.kind == "team"]
    members = set(await find_members(session, team_ids)) if team_ids else set[UUID]()
    told = sorted((agent_ids | members) - {caller.agent_id})
    blind = await find_blind(session, caller, conversation_id, told)
    told = [agent_id for agent_id in told if agent_id not in blind.agent_ids]
    await insert_mentions(session, agent_ids=told, conversation_id=conversation_id, message_id=message_id, now=now)
    for agent_id in told:
        _record(session, caller, agent_id, conversation_id, now=now, new_id=new_id)


async def see_own_mentions(
    session: Session, *, caller: Caller, agent_id: UUID, conversation_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Raises NotFound."""
    await access_conversation_keys(session, caller, conversation_id)
    if await see_mentions(session, agent_id=agent_id, conversation_id=conversation_id):
        _record(session, caller, agent_id, conversation_id, now=now, new_id=new_id)


def _record(
    session: Session, caller: Caller, agent_id: UUID, conversation_id: UUID, *, now: datetime, new_id: NewId
) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.MENTIONS_CHANGED,
            at=now,
            conversation_id=conversation_id,
            agent_id=agent_id,
            actor_id=caller.actor_id,
        )
    )
