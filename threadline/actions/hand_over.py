"""Hand a conversation over, to a person or a team, with a note for them: both or nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.add_note import add_note
from threadline.actions.change_conversation import change_conversation
from threadline.actions.label_conversation import label_conversation
from threadline.actions.take_from_bot import take_from_bot
from threadline.core.bot import Leaving, check_has, check_only_resolves
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
    label_ids: Sequence[UUID] = (),
    now: datetime,
    new_id: NewId,
) -> UUID | None:
    """`team_id` None leaves it in its team; what a bot hands over then goes to the team of its channel. `note` may be
    empty; it stands above the line of the hand-over.

    Returns the note, if there is one. Raises what `change_conversation` raises.
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    if caller.is_bot:
        check_has(conversation.bot_id, caller.token_id)
        check_only_resolves(moves=assignee_id is not None, opens=False)
    note_id = None
    if label_ids:
        await label_conversation(
            session, caller=caller, conversation_id=conversation_id, add=label_ids, remove=(), now=now, new_id=new_id
        )
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
    if caller.is_bot:
        conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
        await take_from_bot(
            session,
            conversation,
            reason=Leaving.HANDED_OVER,
            bot_name=caller.bot_name,
            team_id=team_id,
            author=author_of(caller),
            actor_id=caller.actor_id,
            now=now,
            new_id=new_id,
        )
        return note_id
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
