"""Keep what an agent has half written, so that their other devices have it too."""

from datetime import datetime, timedelta
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import drafts
from threadline.store.conversations import access_conversation_keys
from threadline.store.drafts import Draft, DraftMode
from threadline.store.session import Session

OLDEST = timedelta(days=30)


async def save_draft(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    conversation_id: UUID,
    mode: DraftMode,
    text: str,
    age: timedelta,
    now: datetime,
    new_id: NewId,
) -> Draft:
    """What stands afterwards: this one, or one that was written later elsewhere. Raises NotFound.

    Only that there is one now, or none any more, is told to the agent's other devices: every key press would be a line
    of the feed. They fetch what it says when they show the conversation.
    """
    await access_conversation_keys(session, caller, conversation_id)
    saved = await drafts.save_draft(
        session,
        agent_id=agent_id,
        conversation_id=conversation_id,
        mode=mode,
        text=text if text.strip() else "",
        age=min(age, OLDEST),
    )
    if saved.is_turned:
        _record(
            session, caller, agent_id, conversation_id, mode, is_there=saved.draft.text != "", now=now, new_id=new_id
        )
    return saved.draft


async def clear_sent_draft(
    session: Session, *, caller: Caller, conversation_id: UUID, mode: DraftMode, text: str, now: datetime, new_id: NewId
) -> None:
    """What was sent is no draft any more, whatever becomes of the device that wrote it: nobody sends it twice."""
    agent_id = caller.agent_id
    if agent_id is None or not text:
        return
    if await drafts.clear_draft(session, agent_id=agent_id, conversation_id=conversation_id, mode=mode, text=text):
        _record(session, caller, agent_id, conversation_id, mode, is_there=False, now=now, new_id=new_id)


def _record(
    session: Session,
    caller: Caller,
    agent_id: UUID,
    conversation_id: UUID,
    mode: DraftMode,
    *,
    is_there: bool,
    now: datetime,
    new_id: NewId,
) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.DRAFT_CHANGED,
            at=now,
            conversation_id=conversation_id,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={"mode": mode, "is_there": is_there},
        )
    )
