"""Write a note into a discussion: read by those in it, and by nobody else."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_discussion import tell_members
from threadline.actions.start_discussion import name_members
from threadline.core.discussion import EntryKind, check_in_it, check_is_open
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.discussions import NewNote, find_note, insert_note, list_members, lock_discussion, set_read
from threadline.store.session import Session


async def discuss(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    discussion_id: UUID,
    text: str,
    client_id: UUID,
    now: datetime,
    new_id: NewId,
) -> None:
    """The conversation stays where it is. A repeat is the same note. Raises NotFound, Forbidden, Conflict (closed)."""
    discussion = await lock_discussion(session, caller, discussion_id)
    check_in_it(is_in_it=discussion.is_in_it)
    if await find_note(session, discussion_id, client_id) is not None:
        return
    check_is_open(discussion.state)
    member_ids = await list_members(session, discussion_id)
    note = NewNote(
        id=new_id(),
        discussion_id=discussion_id,
        conversation_id=discussion.conversation_id,
        seq=discussion.last_seq + 1,
        kind=EntryKind.NOTE,
        author_id=agent_id,
        text=text,
        mentions=await name_members(session, text, member_ids),
        client_id=client_id,
        at=now,
    )
    await insert_note(session, note)
    await set_read(session, discussion_id=discussion_id, agent_id=agent_id, seq=note.seq)
    for what, told in (("news", [one for one in member_ids if one != agent_id]), ("changed", [agent_id])):
        tell_members(
            session,
            caller=caller,
            discussion_id=discussion_id,
            conversation_id=discussion.conversation_id,
            agent_ids=told,
            what=what,
            now=now,
            new_id=new_id,
        )
