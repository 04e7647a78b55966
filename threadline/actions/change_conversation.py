"""Assign a conversation to somebody or to a team, resolve and reopen it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from threadline.actions.announce_change import announce_change
from threadline.core.assignment import check_may_assign
from threadline.core.bot import check_has, check_only_resolves
from threadline.core.conversation import ConversationState, Handling
from threadline.core.errors import Conflict, Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, author_of
from threadline.core.resolving import check_may_resolve
from threadline.store.agents import serves_channel
from threadline.store.closings import hold_closing_text
from threadline.store.conversations import (
    ConversationKeys,
    access_conversation_keys,
    find_unresolved,
    set_assignee,
    set_state,
    set_team,
)
from threadline.store.merges import find_open_pointers
from threadline.store.readiness import read_readiness
from threadline.store.session import Session
from threadline.store.teams import find_team_names


async def change_conversation(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    state: Literal["open", "pending", "resolved"] | None,
    assignee_id: UUID | Literal["keep"] | None,
    team_id: UUID | Literal["keep"] | None = "keep",
    now: datetime,
    new_id: NewId,
) -> None:
    """`state` None and "keep" leave things as they are; `assignee_id` and `team_id` None take it from everybody.
    What a bot has is taken from it by giving it to anybody.

    Raises NotFound, Forbidden, Invalid (an agent or team that is not here), Conflict (a newer one is open in its
    place).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    if caller.is_bot:
        check_has(conversation.bot_id, caller.token_id)
        check_only_resolves(moves=(assignee_id, team_id) != ("keep", "keep"), opens=state not in (None, "resolved"))
    is_taken = state is None and conversation.bot_id is not None and (assignee_id, team_id) != ("keep", "keep")
    state = "open" if is_taken else state
    after = Handling(
        state=conversation.state if state is None else ConversationState(state),
        assignee_id=conversation.assignee_id if assignee_id == "keep" else assignee_id,
        team_id=conversation.team_id if team_id == "keep" else team_id,
    )
    _check_may_assign(caller, conversation, after)
    if after.assignee_id != conversation.assignee_id:
        await _assign(session, conversation, after.assignee_id)
    team_names = await _move(session, conversation, after.team_id) if after.team_id != conversation.team_id else {}
    if after.state is not conversation.state:
        await _set_state(session, conversation, after.state, now)
    await announce_change(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        after=after,
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
        team_names=team_names,
    )
    if after.state is ConversationState.RESOLVED:
        if conversation.state is not after.state and caller.agent_id is not None:
            await hold_closing_text(session, conversation_id=conversation.id, agent_id=caller.agent_id, now=now)
        await _resolve_pointers(session, caller=caller, conversation_id=conversation.id, now=now, new_id=new_id)


async def _resolve_pointers(
    session: Session, *, caller: Caller, conversation_id: UUID, now: datetime, new_id: NewId
) -> None:
    """What is read within it ends with it, as far as the caller may see; labels and fields are asked of the whole."""
    for pointer_id in await find_open_pointers(session, caller, conversation_id):
        pointer = await access_conversation_keys(session, caller, pointer_id, is_locked=True)
        await set_state(session, conversation_id=pointer.id, state=ConversationState.RESOLVED, now=now)
        await announce_change(
            session,
            workspace_id=caller.workspace_id,
            conversation=pointer,
            after=Handling(ConversationState.RESOLVED, pointer.assignee_id, pointer.team_id),
            author=author_of(caller),
            actor_id=caller.actor_id,
            now=now,
            new_id=new_id,
        )


def _check_may_assign(caller: Caller, conversation: ConversationKeys, after: Handling) -> None:
    before = Handling(conversation.state, conversation.assignee_id, conversation.team_id)
    if (after.assignee_id, after.team_id) != (before.assignee_id, before.team_id):
        may_assign = caller.may(Permission.CONVERSATIONS_ASSIGN)
        check_may_assign(before, after, agent_id=caller.agent_id, may_assign=may_assign)


async def _assign(session: Session, conversation: ConversationKeys, assignee_id: UUID | None) -> None:
    if assignee_id is not None:
        await _check_serves(session, assignee_id, conversation.channel_id)
    await set_assignee(session, conversation_id=conversation.id, assignee_id=assignee_id)


async def _check_serves(session: Session, agent_id: UUID, channel_id: UUID) -> None:
    serves = await serves_channel(session, agent_id, channel_id)
    if serves is None:
        raise Invalid("This person is not in the workspace.", field="assignee_id", reason="person_not_here")
    if not serves:
        raise Invalid("This person does not see this channel.", field="assignee_id", reason="person_without_channel")


async def _move(session: Session, conversation: ConversationKeys, team_id: UUID | None) -> dict[UUID, str]:
    """Returns the names of the team before and of the one after, for the thread to tell."""
    team_ids = [one for one in (conversation.team_id, team_id) if one is not None]
    found = await find_team_names(session, team_ids)
    if team_id is not None and not (team_id in found and found[team_id].is_live):
        raise Invalid("This team does not exist any more.", field="team_id", reason="no_such_team")
    await set_team(session, conversation_id=conversation.id, team_id=team_id)
    return {id: team.name for id, team in found.items()}


async def _set_state(session: Session, conversation: ConversationKeys, state: ConversationState, now: datetime) -> None:
    if state is ConversationState.RESOLVED:
        check_may_resolve(await read_readiness(session, conversation.id))
    if conversation.state is ConversationState.RESOLVED and await find_unresolved(
        session, conversation_id=conversation.id
    ):
        raise Conflict(
            "This customer has a newer open conversation on this channel. Go on there.", reason="newer_conversation"
        )
    await set_state(session, conversation_id=conversation.id, state=state, now=now)
