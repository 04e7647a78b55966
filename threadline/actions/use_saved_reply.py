"""Saved replies in a conversation: filled with its values, and moved forward by each use."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Forbidden
from threadline.core.permission import Caller
from threadline.core.saved_reply import (
    FilledPiece,
    VariedWording,
    by_language,
    fill_text,
    in_rotation,
    start_of,
    values_of,
    variant_key,
    warmed,
)
from threadline.store.conversations import access_conversation_keys
from threadline.store.files import File
from threadline.store.reply_sendings import Seen, read_seen
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


class FilledVariant(msgspec.Struct, frozen=True, kw_only=True):
    variant: str
    """Its key: what a message that was written with it says of it (core/content.py, `ReplyUse`)."""
    pieces: list[FilledPiece]


class FilledWording(msgspec.Struct, frozen=True, kw_only=True):
    language: str
    variants: list[FilledVariant]
    """In the order in which this customer gets them; the first is their next one."""


class FilledReply(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    is_shared: bool
    team_id: UUID | None
    title: str
    shortcut: str
    language: str
    """Of `variants`: the customer's if it is said in it, else what the reply was written in; "": nobody said."""
    variants: list[FilledVariant]
    """In the order in which this customer gets them; the first is their next one."""
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
    seen = await read_seen(session, conversation_id=conversation_id)
    return [_filled(reply, customer, seen) for reply in replies]


async def fill_saved_reply(
    session: Session, *, caller: Caller, reply_id: UUID, conversation_id: UUID, customer: Customer
) -> FilledReply:
    """One of them, wherever it is offered. Raises NotFound."""
    reply = await get_saved_reply(session, caller, reply_id)
    seen = await read_seen(session, conversation_id=conversation_id, reply_id=reply_id)
    return _filled(reply, customer, seen)


def _filled(reply: SavedReply, customer: Customer, seen: Seen) -> FilledReply:
    start = start_of(seen.contact_id, reply.id)
    known = seen.replies.get(reply.id, {})

    def variants(wording: VariedWording) -> list[FilledVariant]:
        values = values_of(customer.names, wording.language)
        texts = in_rotation(wording.texts, known, start=start)
        return [FilledVariant(variant=variant_key(text), pieces=fill_text(text, values)) for text in texts]

    written = VariedWording(language=reply.language, text=reply.text, variants=reply.variants)
    first, *others = by_language([written, *reply.wordings], customer.language)
    return FilledReply(
        id=reply.id,
        is_shared=reply.is_shared,
        team_id=reply.team_id,
        title=reply.title,
        shortcut=reply.shortcut,
        language=first.language,
        variants=variants(first),
        others=[FilledWording(language=one.language, variants=variants(one)) for one in others],
        files=reply.files,
    )


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
