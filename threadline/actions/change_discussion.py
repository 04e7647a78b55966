"""Give a discussion another subject, close it, open it again; and say how far one has read it."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_discussion import tell_members
from threadline.core.discussion import DiscussionState, EntryKind, check_in_it
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.discussions import (
    NewNote,
    access_discussion,
    insert_note,
    list_members,
    lock_discussion,
    set_read,
    update_discussion,
)
from threadline.store.session import Session


async def change_discussion(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    discussion_id: UUID,
    subject: str | None,
    state: DiscussionState | None,
    now: datetime,
    new_id: NewId,
) -> None:
    """What is None stays. Closing and opening again stand in it as lines. Raises NotFound, Forbidden."""
    before = await lock_discussion(session, caller, discussion_id)
    check_in_it(is_in_it=before.is_in_it)
    after_subject, after_state = subject or before.subject, state or before.state
    if (after_subject, after_state) == (before.subject, before.state):
        return
    await update_discussion(session, discussion_id, subject=after_subject, state=after_state)
    if after_state is not before.state:
        is_closed = after_state is DiscussionState.CLOSED
        await insert_note(
            session,
            NewNote(
                id=new_id(),
                discussion_id=discussion_id,
                conversation_id=before.conversation_id,
                seq=before.last_seq + 1,
                kind=EntryKind.CLOSED if is_closed else EntryKind.REOPENED,
                author_id=agent_id,
                at=now,
            ),
        )
    tell_members(
        session,
        caller=caller,
        discussion_id=discussion_id,
        conversation_id=before.conversation_id,
        agent_ids=await list_members(session, discussion_id),
        what="changed",
        now=now,
        new_id=new_id,
    )


async def read_discussion(
    session: Session, *, caller: Caller, agent_id: UUID, discussion_id: UUID, seq: int, now: datetime, new_id: NewId
) -> None:
    """Seen up to this entry, on all devices of the agent. Nothing for somebody who is not in it. Raises NotFound."""
    discussion = await access_discussion(session, caller, discussion_id)
    if await set_read(session, discussion_id=discussion_id, agent_id=agent_id, seq=seq):
        tell_members(
            session,
            caller=caller,
            discussion_id=discussion_id,
            conversation_id=discussion.conversation_id,
            agent_ids=[agent_id],
            what="read",
            now=now,
            new_id=new_id,
        )
