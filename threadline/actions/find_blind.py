"""Who of some colleagues does not see a conversation, by the one rule that decides it everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from threadline.core.permission import Caller
from threadline.store.conversations import access_conversation_keys
from threadline.store.followers import invited_to
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents


@dataclass(frozen=True, slots=True)
class Blind:
    agent_ids: Sequence[UUID]
    """In the order in which they were asked about; those who are gone among them."""
    walled_ids: frozenset[UUID]
    """Of these, who works on other channels only: no colleague can ask them in."""


async def find_blind(session: Session, caller: Caller, conversation_id: UUID, agent_ids: Sequence[UUID]) -> Blind:
    """Raises NotFound if the caller does not see it themselves."""
    conversation = await access_conversation_keys(session, caller, conversation_id)
    callers = await callers_of_agents(session, agent_ids)
    found = await invited_to(await session.raw(), caller.workspace_id, [conversation_id])
    invited_ids = found.get(conversation_id, frozenset())
    blind = [
        agent_id
        for agent_id in agent_ids
        if agent_id not in callers
        or not callers[agent_id].visibility.shows(
            channel_id=conversation.channel_id,
            assignee_id=conversation.assignee_id,
            team_id=conversation.team_id,
            invited_ids=invited_ids,
        )
    ]
    walled = {
        one for one in blind if one in callers and not callers[one].visibility.has_channel(conversation.channel_id)
    }
    return Blind(blind, frozenset(walled))
