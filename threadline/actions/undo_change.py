"""Take back what was done to a conversation: its state, its snooze, who has it, and the clock of its customer."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_change
from threadline.core.assignment import check_may_assign
from threadline.core.conversation import ConversationState, Handling
from threadline.core.errors import Conflict
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, author_of
from threadline.core.undo import Kept, Standing, restore
from threadline.core.waiting import UNDONE, waiting_since
from threadline.store.clocks import read_entries, set_clocks
from threadline.store.conversations import (
    ConversationKeys,
    access_conversation_keys,
    find_unresolved,
    set_assignee,
    set_state,
    set_team,
)
from threadline.store.session import Session
from threadline.store.snoozes import set_snooze
from threadline.store.teams import find_team_names


async def undo_change(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    before: Standing,
    after: Standing,
    now: datetime,
    new_id: NewId,
) -> list[Kept]:
    """Undo the act that led from `before` to `after`. Returns what stays as it is, for somebody changed it since.

    Raises NotFound, Forbidden (who has it is not the caller's to change), Conflict (a newer one is open in its place).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    target, kept = restore(before, after, _standing(conversation), now=now)
    was = Handling(conversation.state, conversation.assignee_id, conversation.team_id)
    handling = Handling(target.state, target.assignee_id, target.team_id)
    if (was.assignee_id, was.team_id) != (handling.assignee_id, handling.team_id):
        may_assign = caller.may(Permission.CONVERSATIONS_ASSIGN)
        check_may_assign(was, handling, agent_id=caller.agent_id, may_assign=may_assign)
    await _write(session, conversation, target, now)
    teams = [one for one in (was.team_id, handling.team_id) if one is not None and was.team_id != handling.team_id]
    await announce_change(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        after=handling,
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
        team_names={id: team.name for id, team in (await find_team_names(session, teams)).items()},
        reason=UNDONE,
        snoozed_until=target.snoozed_until,
    )
    if target.state is not ConversationState.RESOLVED:
        (thread,) = (await read_entries(session, {conversation.id: None})).values()
        await set_clocks(session, {conversation.id: waiting_since(thread)})
    return kept


def _standing(conversation: ConversationKeys) -> Standing:
    return Standing(
        state=conversation.state,
        snoozed_until=conversation.snoozed_until,
        assignee_id=conversation.assignee_id,
        team_id=conversation.team_id,
    )


async def _write(session: Session, conversation: ConversationKeys, target: Standing, now: datetime) -> None:
    if target.assignee_id != conversation.assignee_id:
        await set_assignee(session, conversation_id=conversation.id, assignee_id=target.assignee_id)
    if target.team_id != conversation.team_id:
        await set_team(session, conversation_id=conversation.id, team_id=target.team_id)
    if (target.state, target.snoozed_until) == (conversation.state, conversation.snoozed_until):
        return
    if conversation.is_resolved and await find_unresolved(session, conversation_id=conversation.id):
        raise Conflict(
            "This customer has a newer open conversation on this channel. Go on there.", reason="newer_conversation"
        )
    if conversation.is_resolved or target.state is not ConversationState.SNOOZED:
        await set_state(session, conversation_id=conversation.id, state=target.state, now=now)
    if target.state is ConversationState.SNOOZED:
        await set_snooze(session, conversation_id=conversation.id, until=target.snoozed_until)
