"""Saved replies in a conversation: filled with its values, and moved forward by each use."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Forbidden
from threadline.core.permission import Caller
from threadline.core.saved_reply import FilledPiece, Wording, by_language, fill_text, values_of, warmed
from threadline.store.conversations import access_conversation_keys
from threadline.store.files import File
from threadline.store.saved_replies import (
    Customer,
    SavedReply,
    access_saved_reply,
    get_saved_reply,
    list_saved_replies,
    read_customer,
    read_warmth,
    write_warmth,
)
from threadline.store.session import Session


class FilledWording(msgspec.Struct, frozen=True, kw_only=True):
    language: str
    pieces: list[FilledPiece]


class FilledReply(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    is_shared: bool
    team_id: UUID | None
    title: str
    shortcut: str
    language: str
    """Of `pieces`: the customer's if it is said in it, else what the reply was written in; "": nobody said."""
    pieces: list[FilledPiece]
    others: list[FilledWording]
    """What it says in other languages."""
    files: list[File]


async def fill_saved_replies(
    session: Session, *, caller: Caller, conversation_id: UUID, now: datetime
) -> list[FilledReply]:
    """Those for this conversation's channel, with this customer's values and in their language, by use.

    Raises NotFound.
    """
    conversation = await access_conversation_keys(session, caller, conversation_id)
    customer = await read_customer(session, caller, conversation_id=conversation_id, now=now)
    replies = await list_saved_replies(session, caller, channel_id=conversation.channel_id)
    return [_filled(reply, customer) for reply in replies]


async def fill_saved_reply(session: Session, *, caller: Caller, reply_id: UUID, customer: Customer) -> FilledReply:
    """One of them, wherever it is offered. Raises NotFound."""
    return _filled(await get_saved_reply(session, caller, reply_id), customer)


def _filled(reply: SavedReply, customer: Customer) -> FilledReply:
    written = Wording(language=reply.language, text=reply.text)
    first, *others = by_language([written, *reply.wordings], customer.language)
    return FilledReply(
        id=reply.id,
        is_shared=reply.is_shared,
        team_id=reply.team_id,
        title=reply.title,
        shortcut=reply.shortcut,
        language=first.language,
        pieces=_pieces(first, customer),
        others=[FilledWording(language=one.language, pieces=_pieces(one, customer)) for one in others],
        files=reply.files,
    )


def _pieces(wording: Wording, customer: Customer) -> list[FilledPiece]:
    return fill_text(wording.text, values_of(customer.names, wording.language))


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
