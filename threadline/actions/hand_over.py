"""Hand a conversation over, to a person or a team, with a note for them: both or nothing."""

from datetime import datetime
from uuid import UUID

from threadline.actions.add_note import add_note
from threadline.actions.change_conversation import change_conversation
from threadline.core.content import Text
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session


async def hand_over(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    assignee_id: UUID | None,
    team_id: UUID | None,
    note: str,
    client_id: UUID,
    now: datetime,
    new_id: NewId,
) -> UUID | None:
    """`team_id` None leaves it in its team. `note` may be empty; it stands above the line of the hand-over.

    Returns the note, if there is one. Raises what `change_conversation` raises.
    """
    await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    note_id = None
    if note:
        added = await add_note(
            session,
            workspace_id=caller.workspace_id,
            conversation_id=conversation_id,
            author=author_of(caller),
            content=Text(text=note),
            client_id=client_id,
            now=now,
            new_id=new_id,
        )
        note_id = added.id
    await change_conversation(
        session,
        caller=caller,
        conversation_id=conversation_id,
        state=None,
        assignee_id=assignee_id,
        team_id="keep" if team_id is None else team_id,
        now=now,
        new_id=new_id,
    )
    return note_id
