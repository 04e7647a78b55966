"""Write a note into a conversation: for colleagues, never for the customer."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from threadline.actions.send_message import SentMessage, files_of
from threadline.core.content import Content, Text
from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.message import Author, Direction
from threadline.store import outgoing
from threadline.store.outgoing import NewMessage
from threadline.store.session import Session
from threadline.store.uploads import use_files


async def add_note(
    session: Session,
    *,
    workspace_id: UUID,
    conversation_id: UUID,
    author: Author,
    content: Content,
    client_id: UUID | None,
    now: datetime,
    new_id: Callable[[], UUID],
) -> SentMessage:
    """The note stands in the thread; state, assignee and clocks of the conversation stay. A repeat is the same note."""
    if isinstance(content, Text) and not content.text.strip():
        raise Invalid("The note is empty.", field="content.text", reason="note_empty")
    conversation = await outgoing.lock_conversation(session, workspace_id, conversation_id)
    if client_id is not None:
        earlier = await outgoing.find_by_client_id(session, workspace_id, conversation_id, client_id)
        if earlier is not None:
            return SentMessage(earlier, is_new=False)
    note = NewMessage(
        id=new_id(),
        seq=conversation.last_seq + 1,
        direction=Direction.NOTE,
        author_kind=author.kind,
        author_id=author.id,
        content=content,
        client_id=client_id,
        file_ids=files_of(content),
        at=now,
    )
    await outgoing.insert_message(session, workspace_id, conversation, note)
    await use_files(session, workspace_id, note.file_ids, note.id)
    await outgoing.advance_conversation(
        session,
        workspace_id,
        conversation,
        message_id=note.id,
        seq=note.seq,
        at=None,
        state=conversation.state,
        assignee_id=conversation.assignee_id,
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.NOTE_ADDED,
            at=now,
            conversation_id=conversation.id,
            message_id=note.id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            actor_id=author.id,
            data={"seq": note.seq},
        )
    )
    return SentMessage(note.id, is_new=True)
