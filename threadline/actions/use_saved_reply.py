"""Saved replies in a conversation: filled with its values, and moved forward by each use."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Forbidden
from threadline.core.permission import Caller
from threadline.core.saved_reply import FilledPiece, fill_text, values_of, warmed
from threadline.store.conversations import access_conversation_keys
from threadline.store.saved_replies import (
    access_saved_reply,
    list_saved_replies,
    read_names,
    read_warmth,
    write_warmth,
)
from threadline.store.session import Session


class FilledReply(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    is_shared: bool
    title: str
    shortcut: str
    pieces: list[FilledPiece]


async def fill_saved_replies(session: Session, *, caller: Caller, conversation_id: UUID) -> list[FilledReply]:
    """Those for this conversation's channel, with this customer's values, by use. Raises NotFound."""
    conversation = await access_conversation_keys(session, caller, conversation_id)
    names = await read_names(session, conversation_id=conversation_id, agent_id=caller.agent_id)
    values = values_of(names)
    return [
        FilledReply(
            id=reply.id,
            is_shared=reply.is_shared,
            title=reply.title,
            shortcut=reply.shortcut,
            pieces=fill_text(reply.text, values),
        )
        for reply in await list_saved_replies(session, caller, channel_id=conversation.channel_id)
    ]


async def note_saved_reply_use(session: Session, *, caller: Caller, reply_id: UUID, now: datetime) -> None:
    """Somebody put it into an answer. Raises NotFound, and Forbidden for a program, which has no habits."""
    if caller.agent_id is None:
        raise Forbidden("A program has no saved replies of its own.")
    await access_saved_reply(session, caller, reply_id)
    before = await read_warmth(session, reply_id=reply_id, agent_id=caller.agent_id)
    await write_warmth(
        session,
        reply_id=reply_id,
        agent_id=caller.agent_id,
        own=warmed(before.own, now),
        of_all=warmed(before.all, now),
    )
