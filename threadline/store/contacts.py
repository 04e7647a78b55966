"""Contacts as people read them: seen by whoever sees one of their conversations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.contact import guess_locale
from threadline.core.conversation import ConversationState
from threadline.core.errors import NotFound
from threadline.core.field import PERSONAL, FieldValue
from threadline.core.permission import Caller
from threadline.core.personal import Address as Shown
from threadline.core.personal import Excerpt, PersonName
from threadline.infra.phone import country_of_phone, display_phone, zone_of_customer
from threadline.store.companies import CompanyName, companies_of
from threadline.store.contact_merges import Merge, Move, list_merges, list_moves
from threadline.store.contact_notes import ContactNote, list_contact_notes
from threadline.store.conversations import conversations_of_contact
from threadline.store.fields import values_of
from threadline.store.labels import labels_of
from threadline.store.messages import excerpt
from threadline.store.session import Session
from threadline.store.shown_name import person_name
from threadline.store.visibility import Arguments, visible

_CONVERSATIONS = 50
_NOTES = 50


class Address(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    scheme: str
    scope: str
    value: Shown
    display: Shown


class EarlierConversation(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    channel_id: UUID
    state: ConversationState
    last_activity_at: datetime
    preview: Excerpt


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    channel_id: UUID
    category: str
    is_given: bool
    source: str
    """Who said so: `word` (their own message), `provider`, `hand` (one of us)."""
    changed_at: datetime


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: PersonName
    locale: str | None
    """The language somebody chose; None: nobody did."""
    guessed_locale: str
    """By the country; "" if nobody should guess."""
    country: str
    """The country somebody chose, by its two letters; "": nobody did."""
    guessed_country: str
    """That of the number; "" if it has none."""
    time_zone: str
    """The zone somebody chose; "": nobody did."""
    guessed_time_zone: str
    phone: Shown
    """E.164, for programs; "" if it is hidden or unknown."""
    phone_display: Shown
    """As people write it."""
    email: Shown
    handle: Shown
    is_vip: bool
    is_muted: bool
    """Their messages make no noise."""
    blocked_at: datetime | None
    """Since when nobody hears of them; they cannot be written to either."""
    opted_out_at: datetime | None
    """Since when nothing goes out by itself, as one of us noted; words and providers are among the consents."""
    created_at: datetime
    addresses: list[Address]
    conversations: list[EarlierConversation]
    consents: list[Consent]
    label_ids: list[UUID]
    fields: dict[str, FieldValue]
    """The id of a field → its value; what is not filled in is absent. Of a number or e-mail address: an `Address`."""
    company: CompanyName | None
    owner_id: UUID | None
    """The agent whose customer they are; may have left."""
    notes: list[ContactNote]
    """The newest first, as many as a page shows."""
    merges: list[Merge]
    """Who was merged into this one and can come back."""
    moves: list[Move]
    """Conversations that came from, or went to, somebody else."""


async def access_contact(session: Session, caller: Caller, contact_id: UUID) -> Contact:
    """A contact with the conversations that the caller may see; one of them at least, else NotFound (S1, S5).

    Who was merged into another is found as the other.
    """
    contact_id = await _resolve_merged(session, contact_id)
    arguments = Arguments(caller.workspace_id, contact_id)
    connection = await session.raw()
    row = await connection.fetchrow(
        "select p.id, p.name, p.locale, p.phone, p.handle, p.created_at, p.email, p.country, p.time_zone, p.is_vip,"
        " p.owner_id, p.muted_at is not null as is_muted, p.blocked_at, p.opted_out_at"
        f" from contacts p where p.workspace_id = $1 and p.id = $2 and {is_seen(caller, 'p', arguments)}",
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
        "select channel_id, category, is_given, source, changed_at from consents"
        " where workspace_id = $1 and contact_id = $2 order by channel_id, category",
        caller.workspace_id,
        contact_id,
    )
    found = await labels_of(connection, caller.workspace_id, "contact", [contact_id])
    values = await values_of(connection, caller.workspace_id, "contact", [contact_id])
    companies = await companies_of(connection, caller.workspace_id, [contact_id])
    notes = await list_contact_notes(session, contact_id, limit=_NOTES)
    conversations = await conversations_of_contact(session, caller, contact_id, limit=_CONVERSATIONS)
    return Contact(
        id=row["id"],
        name=person_name(row["name"]),
        locale=row["locale"] or None,
        guessed_locale=guess_locale(row["country"] or country_of_phone(row["phone"])),
        country=row["country"],
        guessed_country=country_of_phone(row["phone"]),
        time_zone=row["time_zone"],
        guessed_time_zone=zone_of_customer(row["phone"], row["country"]),
        phone=Shown(row["phone"]),
        phone_display=Shown(display_phone(row["phone"])),
        email=Shown(row["email"]),
        handle=Shown(row["handle"]),
        is_vip=row["is_vip"],
        is_muted=row["is_muted"],
        blocked_at=row["blocked_at"],
        opted_out_at=row["opted_out_at"],
        created_at=row["created_at"],
        addresses=[_address(one, row["phone"]) for one in addresses],
        conversations=[_earlier(one) for one in conversations],
        consents=[Consent(**one) for one in consents if caller.visibility.has_channel(one["channel_id"])],
        label_ids=found.get(contact_id, []),
        fields=values.get(contact_id, {}),
        company=companies.get(contact_id),
        owner_id=row["owner_id"],
        notes=notes,
        merges=await list_merges(session, contact_id),
        moves=await list_moves(session, contact_id, seen=partial(is_seen, caller)),
    )


async def _resolve_merged(session: Session, contact_id: UUID) -> UUID:
    """Pointers never form a chain: who is merged away takes those who point at them along."""
    into: UUID | None = await (await session.raw()).fetchval(
        "select merged_into from contacts where workspace_id = $1 and id = $2", session.workspace_id, contact_id
    )
    return into or contact_id


async def check_sees_contact(session: Session, caller: Caller, contact_id: UUID) -> None:
    """Raises NotFound as `access_contact` does: for what is written beside the contact."""
    arguments = Arguments(caller.workspace_id, contact_id)
    found = await (await session.raw()).fetchval(
        "select true from contacts p where p.workspace_id = $1 and p.id = $2 and p.merged_into is null"
        f" and {is_seen(caller, 'p', arguments)}",
        *arguments.values,
    )
    if not found:
        raise NotFound("This contact does not exist.")


def is_seen(caller: Caller, alias: str, arguments: Arguments) -> str:
    """A contact without any conversation is seen by whoever sees everything."""
    if caller.visibility.is_whole:
        return "true"
    return (
        f"exists (select from conversations c where c.workspace_id = {alias}.workspace_id and c.contact_id = {alias}.id"
        f" and {visible(caller.visibility, 'c', arguments)})"
    )


def _earlier(row: asyncpg.Record) -> EarlierConversation:
    return EarlierConversation(
        id=row["id"],
        channel_id=row["channel_id"],
        state=row["state"],
        last_activity_at=row["last_activity_at"],
        preview=excerpt(row["preview"], kind=row["kind"], is_deleted=row["is_deleted"]),
    )


def _address(row: asyncpg.Record, phone: str) -> Address:
    is_number = row["value"].isascii() and row["value"].isdigit() and phone.lstrip("+") == row["value"]
    display = phone if is_number else row["value"]
    return Address(
        id=row["id"],
        scheme=row["scheme"],
        scope=row["scope"],
        value=Shown(row["value"]),
        display=Shown(display_phone(display)),
    )


async def is_vip(session: Session, contact_id: UUID) -> bool:
    found = await (await session.raw()).fetchval(
        "select is_vip from contacts where workspace_id = $1 and id = $2", session.workspace_id, contact_id
    )
    return bool(found)


@dataclass(frozen=True, slots=True)
class FilledAddresses:
    has_email: bool
    field_ids: frozenset[UUID]
    """Fields for numbers and e-mail addresses that have a value."""


async def filled_addresses(session: Session, contact_id: UUID) -> FilledAddresses:
    """What of a contact stands where a number or e-mail address belongs."""
    row = await (await session.raw()).fetchrow(
        "select p.email <> '' as has_email, array(select v.field_id from contact_values v"
        " join fields f on f.workspace_id = v.workspace_id and f.id = v.field_id"
        " where v.workspace_id = p.workspace_id and v.contact_id = p.id and f.type = any($3::text[])) as field_ids"
        " from contacts p where p.workspace_id = $1 and p.id = $2",
        session.workspace_id,
        contact_id,
        [type.value for type in PERSONAL],
    )
    assert row is not None
    return FilledAddresses(has_email=row["has_email"], field_ids=frozenset(row["field_ids"]))


async def update_contact(session: Session, contact_id: UUID, facts: Mapping[str, str | bool]) -> None:
    """Columns by their names, from a closed set of ours. A name given by us is not replaced by a provider's."""
    assert facts.keys() <= _FACTS
    arguments = Arguments(session.workspace_id, contact_id)
    changes = [f"{column} = {arguments.add(value)}" for column, value in facts.items()]
    if "name" in facts:
        changes.append("is_name_ours = true")
    await (await session.raw()).execute(
        f"update contacts set {', '.join(changes)}, updated_at = now() where workspace_id = $1 and id = $2",
        *arguments.values,
    )


_FACTS = {"name", "email", "locale", "country", "time_zone", "is_vip"}


async def set_company(session: Session, contact_id: UUID, company_id: UUID | None) -> None:
    """Of a contact and a company that the caller was found to see."""
    await (await session.raw()).execute(
        "update contacts set company_id = $3, updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        contact_id,
        company_id,
    )


async def read_owner(session: Session, contact_id: UUID) -> UUID | None:
    return await (await session.raw()).fetchval(
        "select owner_id from contacts where workspace_id = $1 and id = $2", session.workspace_id, contact_id
    )


async def set_owner(session: Session, contact_id: UUID, owner_id: UUID | None) -> None:
    """Of a contact that the caller was found to see."""
    await (await session.raw()).execute(
        "update contacts set owner_id = $3, updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        contact_id,
        owner_id,
    )


async def insert_contact(
    session: Session, contact_id: UUID, *, name: str, phone: str, email: str, now: datetime
) -> None:
    """Somebody whom a person or a table names."""
    await (await session.raw()).execute(
        "insert into contacts (workspace_id, id, name, is_name_ours, phone, phone_country, email, created_at,"
        " updated_at)"
        " values ($1, $2, $3, $3 <> '', $4, $5, $6, $7, $7)",
        session.workspace_id,
        contact_id,
        name,
        phone,
        country_of_phone(phone),
        email,
        now,
    )


async def set_muted(session: Session, contact_id: UUID, *, since: datetime | None) -> None:
    await (await session.raw()).execute(
        "update contacts set muted_at = $3, updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        contact_id,
        since,
    )


async def set_blocked(session: Session, contact_id: UUID, *, since: datetime | None) -> None:
    await (await session.raw()).execute(
        "update contacts set blocked_at = $3, updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        contact_id,
        since,
    )


async def set_opted_out(session: Session, contact_id: UUID, *, since: datetime | None, now: datetime) -> None:
    """None also takes back what the customer's own word said, for they say otherwise now; a provider's no stands."""
    await note_opt_out(session, contact_id, since=since)
    if since is None:
        await (await session.raw()).execute(
            "update consents set is_given = true, source = 'hand', changed_at = $3 where workspace_id = $1"
            " and contact_id = $2 and category = 'marketing' and not is_given and source = 'word'",
            session.workspace_id,
            contact_id,
            now,
        )


async def note_opt_out(session: Session, contact_id: UUID, *, since: datetime | None) -> None:
    """What one of us notes, apart from what the customer or a provider said."""
    await (await session.raw()).execute(
        "update contacts set opted_out_at = $3, updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        contact_id,
        since,
    )


async def sources_of_refusal(session: Session, contact_id: UUID) -> set[str]:
    """Who says on some channel that a contact wants nothing: `word`, `provider`, `hand`."""
    rows = await (await session.raw()).fetch(
        "select distinct source from consents where workspace_id = $1 and contact_id = $2"
        " and category = 'marketing' and not is_given",
        session.workspace_id,
        contact_id,
    )
    return {row["source"] for row in rows}


async def restore_consents(session: Session, contact_id: UUID, consents: object) -> None:
    """What was said by word or hand, as `contact_batches.read_states` found it. By the primary key."""
    await (await session.raw()).execute(
        "update consents k set is_given = b.is_given, source = b.source, changed_at = b.changed_at"
        " from jsonb_to_recordset($3::jsonb) as b (channel_id uuid, is_given boolean, source text,"
        " changed_at timestamptz) where k.workspace_id = $1 and k.contact_id = $2"
        " and k.category = 'marketing' and k.channel_id = b.channel_id",
        session.workspace_id,
        contact_id,
        msgspec.json.encode(consents).decode(),
    )


class ContactChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel on which somebody wrote to us, and their latest conversation there."""

    channel_id: UUID
    channel_type: str
    conversation_id: UUID


async def channels_of_contact(session: Session, contact_id: UUID) -> list[ContactChannel]:
    """By `conversations_by_contact`."""
    rows = await (await session.raw()).fetch(
        "select distinct on (c.channel_id) c.channel_id, ch.type as channel_type, c.id as conversation_id"
        " from conversations c join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id"
        " where c.workspace_id = $1 and c.contact_id = $2 and ch.state = 'connected'"
        " order by c.channel_id, c.created_at desc",
        session.workspace_id,
        contact_id,
    )
    return [ContactChannel(**row) for row in rows]


async def unresolved_of_contact(session: Session, contact_id: UUID) -> list[UUID]:
    """Their conversations that are not over, in the order in which locks are taken."""
    rows = await (await session.raw()).fetch(
        "select id from conversations where workspace_id = $1 and contact_id = $2 and state <> 'resolved' order by id",
        session.workspace_id,
        contact_id,
    )
    return [row["id"] for row in rows]
