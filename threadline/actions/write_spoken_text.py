"""Write down what is said in a voice message, write it anew, or take it away. What stood there before is kept (S65)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.core.content import Media, encode_content
from threadline.core.errors import NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.spoken_text import check_may_replace, check_sound, with_spoken
from threadline.store import outgoing
from threadline.store.messages import Message, access_message, replace_content, said
from threadline.store.session import Session


async def write_spoken_text(
    session: Session, *, caller: Caller, message_id: UUID, text: str, language: str, now: datetime, new_id: NewId
) -> None:
    """The same words once more do nothing.

    Raises NotFound, Invalid (no sound), Forbidden (masked from the caller), Conflict (a program over a person).
    """
    message, sound = await _lock_sound(session, caller, message_id)
    is_by_hand = caller.token_id is None
    written = with_spoken(sound, text=text, language=language, is_by_hand=is_by_hand, agent_id=caller.agent_id, now=now)
    if written is None:
        return
    check_may_replace(sound, is_by_hand=is_by_hand, clearance=caller.clearance)
    what = "written" if sound.spoken is None else "rewritten"
    await _keep(session, caller, message, before=sound, after=written, what=what, now=now, new_id=new_id)


async def remove_spoken_text(
    session: Session, *, caller: Caller, message_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Raises as `write_spoken_text`. Where there is none nothing is done."""
    message, sound = await _lock_sound(session, caller, message_id)
    if sound.spoken is None:
        return
    check_may_replace(sound, is_by_hand=caller.token_id is None, clearance=caller.clearance)
    after = msgspec.structs.replace(sound, spoken=None)
    await _keep(session, caller, message, before=sound, after=after, what="removed", now=now, new_id=new_id)


async def _lock_sound(session: Session, caller: Caller, message_id: UUID) -> tuple[Message, Media]:
    """Read again under the lock: an agent and a program may write at the same moment."""
    seen = await access_message(session, caller, message_id)
    await outgoing.lock_conversation(session, caller.workspace_id, seen.conversation_id)
    message = await access_message(session, caller, message_id)
    if message.deleted_at is not None:
        raise NotFound("This message does not exist.")
    return message, check_sound(said(message).whole)


async def _keep(
    session: Session,
    caller: Caller,
    message: Message,
    *,
    before: Media,
    after: Media,
    what: Literal["written", "rewritten", "removed"],
    now: datetime,
    new_id: NewId,
) -> None:
    channel_id, contact_id = await replace_content(
        session,
        message.id,
        content=encode_content(after).decode(),
        # The first words replace nothing that anybody could ask for.
        previous=encode_content(before).decode() if before.spoken else None,
        now=now,
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.SPOKEN_TEXT_CHANGED,
            at=now,
            conversation_id=message.conversation_id,
            message_id=message.id,
            contact_id=contact_id,
            channel_id=channel_id,
            actor_id=caller.actor_id,
            data={"what": what, "file_id": str(after.file_id)},
        )
    )
