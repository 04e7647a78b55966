"""Keep a conversation on top of one's own lists, and let go of it again. Nobody else sees it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.conversations import access_conversation_keys
from threadline.store.pins import add_pin, list_pins, remove_pin
from threadline.store.session import Session

MOST_PINS: Final = 20
"""More would be a second list."""


async def pin_conversation(
    session: Session, *, caller: Caller, agent_id: UUID, conversation_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Raises NotFound, Conflict (as many as stay readable are pinned)."""
    conversation = await access_conversation_keys(session, caller, conversation_id)
    if not await add_pin(session, conversation_id=conversation.id, agent_id=agent_id):
        return
    if len(await list_pins(session, agent_id)) > MOST_PINS:
        raise Conflict(
            f"{MOST_PINS} conversations are pinned already. Please let go of one first.",
            reason="too_many_pins",
            values={"limit": str(MOST_PINS)},
        )
    _record(session, caller, agent_id, conversation.id, is_pinned=True, now=now, new_id=new_id)


async def unpin_conversation(
    session: Session, *, caller: Caller, agent_id: UUID, conversation_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Also what one does not see any more."""
    if await remove_pin(session, conversation_id=conversation_id, agent_id=agent_id):
        _record(session, caller, agent_id, conversation_id, is_pinned=False, now=now, new_id=new_id)


def _record(
    session: Session,
    caller: Caller,
    agent_id: UUID,
    conversation_id: UUID,
    *,
    is_pinned: bool,
    now: datetime,
    new_id: NewId,
) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.PINS_CHANGED,
            at=now,
            conversation_id=conversation_id,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={"is_pinned": is_pinned},
        )
    )
