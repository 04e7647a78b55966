"""Withdraw a note of a discussion: it says nothing any more, and that there was one, whose and when stays (S65)."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_discussion import tell_members
from threadline.core.discussion import check_in_it, check_may_withdraw
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.discussions import access_note, list_members, lock_discussion, strike_note
from threadline.store.session import Session


async def withdraw_discussion_note(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    discussion_id: UUID,
    note_id: UUID,
    now: datetime,
    new_id: NewId,
) -> None:
    """By its author, of a closed one too. Once more does nothing. Raises NotFound, Forbidden."""
    discussion = await lock_discussion(session, caller, discussion_id)
    check_in_it(is_in_it=discussion.is_in_it)
    note = await access_note(session, discussion_id, note_id)
    check_may_withdraw(author_id=note.author_id, agent_id=agent_id)
    if note.withdrawn_at is not None:
        return
    await strike_note(session, note_id, now=now)
    tell_members(
        session,
        caller=caller,
        discussion_id=discussion_id,
        conversation_id=discussion.conversation_id,
        agent_ids=await list_members(session, discussion_id),
        what="changed",
        now=now,
        new_id=new_id,
    )
