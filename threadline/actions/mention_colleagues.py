"""Name colleagues and teams in a note: each is told, and finds the conversation in a view of their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.content import Mention, Text
from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.conversations import access_conversation_keys
from threadline.store.mentions import find_agent_names, find_members, insert_mentions, see_mentions
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents
from threadline.store.teams import find_team_names


async def resolve_mentions(session: Session, *, caller: Caller, conversation_id: UUID, content: Text) -> Text:
    """The note with the names of those it mentions.

    Raises Invalid for somebody who is not here, and Conflict for a colleague who may not see this conversation: the
    sender decides.
    """
    if not content.mentions:
        return content
    agent_ids = [one.id for one in content.mentions if one.kind == "agent"]
    team_ids = [one.id for one in content.mentions if one.kind == "team"]
    names = await find_agent_names(session, agent_ids)
    names |= {
        team_id: team.name for team_id, team in (await find_team_names(session, team_ids)).items() if team.is_live
    }
    if any(one.id not in names for one in content.mentions):
        raise Invalid("Somebody you name is not in the workspace any more.", field="content", reason="mention_gone")
    unseen = await _without_sight(session, caller, conversation_id, agent_ids)
    if unseen:
        raise Conflict(
            f"{', '.join(names[one] for one in unseen)} may not see this conversation.",
            reason="mention_unseen",
            values={"names": ", ".join(names[one] for one in unseen)},
        )
    named = tuple(Mention(kind=one.kind, id=one.id, name=names[one.id]) for one in content.mentions)
    return msgspec.structs.replace(content, mentions=named)


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
    hidden = set(await _without_sight(session, caller, conversation_id, told))
    told = [agent_id for agent_id in told if agent_id not in hidden]
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


async def _without_sight(
    session: Session, caller: Caller, conversation_id: UUID, agent_ids: Sequence[UUID]
) -> list[UUID]:
    conversation = await access_conversation_keys(session, caller, conversation_id)
    callers = await callers_of_agents(session, agent_ids)
    return [
        agent_id
        for agent_id in agent_ids
        if agent_id not in callers
        or not callers[agent_id].visibility.shows(
            channel_id=conversation.channel_id, assignee_id=conversation.assignee_id, team_id=conversation.team_id
        )
    ]


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
