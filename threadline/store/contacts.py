"""Contacts as people read them: seen by whoever sees one of their conversations."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.conversation import ConversationState
from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.infra.phone import display_phone
from threadline.store.conversations import conversations_of_contact
from threadline.store.labels import labels_of
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

_CONVERSATIONS = 50


class Address(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    scheme: str
    scope: str
    value: str
    display: str


class EarlierConversation(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    channel_id: UUID
    state: ConversationState
    last_activity_at: datetime
    preview: str


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    channel_id: UUID
    category: str
    is_given: bool
    changed_at: datetime


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    locale: str | None
    phone: str
    handle: str
    created_at: datetime
    addresses: list[Address]
    conversations: list[EarlierConversation]
    consents: list[Consent]
    label_ids: list[UUID]


async def access_contact(session: Session, caller: Caller, contact_id: UUID) -> Contact:
    """A contact with the conversations that the caller may see; one of them at least, else NotFound (S1, S5)."""
    arguments = Arguments(caller.workspace_id, contact_id)
    connection = await session.raw()
    row = await connection.fetchrow(
        "select p.id, p.name, p.locale, p.phone, p.handle, p.created_at from contacts p"
        f" where p.workspace_id = $1 and p.id = $2 and {_is_seen(caller, arguments)}",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This contact does not exist.")
    addresses = await connection.fetch(
        "select id, scheme, scope, value from addresses where workspace_id = $1 and contact_id = $2"
        " and retired_at is null order by id",
        caller.workspace_id,
        contact_id,
    )
    consents = await connection.fetch(
        "select channel_id, category, is_given, changed_at from consents where workspace_id = $1 and contact_id = $2"
        " order by channel_id, category",
        caller.workspace_id,
        contact_id,
    )
    found = await labels_of(connection, caller.workspace_id, "contact", [contact_id])
    conversations = await conversations_of_contact(session, caller, contact_id, limit=_CONVERSATIONS)
    return Contact(
        id=row["id"],
        name=row["name"],
        locale=row["locale"] or None,
        phone=row["phone"],
        handle=row["handle"],
        created_at=row["created_at"],
        addresses=[_address(one, row["phone"]) for one in addresses],
        conversations=[EarlierConversation(**one) for one in conversations],
        consents=[Consent(**one) for one in consents if caller.visibility.has_channel(one["channel_id"])],
        label_ids=found.get(contact_id, []),
    )


def _is_seen(caller: Caller, arguments: Arguments) -> str:
    """A contact without any conversation is seen by whoever sees everything."""
    if caller.visibility.is_whole:
        return "true"
    return (
        "exists (select from conversations c where c.workspace_id = p.workspace_id and c.contact_id = p.id"
        f" and {visible(caller.visibility, 'c', arguments)})"
    )


def _address(row: asyncpg.Record, phone: str) -> Address:
    is_number = row["value"].isascii() and row["value"].isdigit() and phone.lstrip("+") == row["value"]
    display = phone if is_number else row["value"]
    return Address(
        id=row["id"], scheme=row["scheme"], scope=row["scope"], value=row["value"], display=display_phone(display)
    )


async def rename_contact(session: Session, contact_id: UUID, *, name: str) -> None:
    """A name given by us is not replaced by what the provider says."""
    await (await session.raw()).execute(
        "update contacts set name = $3, is_name_ours = true, updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        contact_id,
        name,
    )
