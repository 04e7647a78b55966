"""What receiving needs of contacts and messages: every function takes many rows and is one statement.

They run under the host of the channel, in the order `actions/receive_messages.py` tells. Keys are sorted before they
are written, so that two writers of the same rows wait for each other and never in a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from threadline.core.ids import first_uuid7_at
from threadline.infra.phone import country_of_phone
from threadline.store.connection import Connection, sparse

AddressKey: TypeAlias = tuple[str, str, str]
"""(scheme, scope, value)"""


@dataclass(frozen=True, slots=True)
class NewAddress:
    key: AddressKey
    id: UUID
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What the provider told about a contact; empty says nothing."""

    id: UUID
    name: str
    handle: str
    phone: str
    is_name_ours: bool = False
    """Of one we know: a person gave the name, and no provider's changes it."""
    is_muted: bool = False
    """Of one we know: their messages make no noise."""
    is_blocked: bool = False
    """Of one we know: their messages are kept and call nobody."""

    def teaches(self, known: "ContactFacts") -> bool:
        """Whether there is something in it that we do not know, as `refresh_contacts` sees it."""
        return (
            (self.name not in ("", known.name) and not known.is_name_ours)
            or self.handle not in ("", known.handle)
            or self.phone not in ("", known.phone)
        )


@dataclass(frozen=True, slots=True)
class KnownAddress:
    id: UUID
    contact_id: UUID
    is_retired: bool
    contact: ContactFacts | None = None
    """As it is stored; None for one that this transaction makes."""


_FIND_ADDRESSES = """
select a.scheme, a.scope, a.value, a.id, a.contact_id, a.retired_at is not null as is_retired,
       c.name, c.handle, c.phone, c.is_name_ours, c.muted_at is not null as is_muted,
       c.blocked_at is not null as is_blocked
from unnest($2::text[], $3::text[], $4::text[]) as wanted (scheme, scope, value)
join addresses a on a.workspace_id = $1 and a.scheme = wanted.scheme and a.scope = wanted.scope
                and a.value = wanted.value
join contacts c on c.workspace_id = $1 and c.id = a.contact_id
"""


async def find_addresses(
    connection: Connection, workspace_id: UUID, keys: Iterable[AddressKey]
) -> dict[AddressKey, KnownAddress]:
    """With their contacts. Uses the unique index of `addresses` and the key of `contacts`."""
    wanted = list(keys)
    rows = await connection.fetch(_FIND_ADDRESSES, workspace_id, *_columns(wanted))
    return {(row[0], row[1], row[2]): _known(*row[3:]) for row in rows}


def _known(
    id: UUID,
    contact_id: UUID,
    is_retired: bool,
    name: str,
    handle: str,
    phone: str,
    is_name_ours: bool,
    is_muted: bool,
    is_blocked: bool,
) -> KnownAddress:
    """In the order of the columns: to name ten for each of five hundred rows would cost more than reading them."""
    facts = ContactFacts(contact_id, name, handle, phone, is_name_ours, is_muted, is_blocked)
    return KnownAddress(id, contact_id, is_retired, facts)


async def find_live_addresses(
    connection: Connection, workspace_id: UUID, contact_ids: Iterable[UUID]
) -> dict[UUID, list[AddressKey]]:
    """All identities of these contacts that are not retired. Uses `addresses_by_contact`."""
    rows = await connection.fetch(
        "select contact_id, scheme, scope, value from addresses"
        " where workspace_id = $1 and contact_id = any($2::uuid[]) and retired_at is null",
        workspace_id,
        list(contact_ids),
    )
    found: dict[UUID, list[AddressKey]] = {}
    for row in rows:
        found.setdefault(row["contact_id"], []).append((row["scheme"], row["scope"], row["value"]))
    return found


async def insert_contacts(
    connection: Connection, workspace_id: UUID, contacts: Sequence[ContactFacts], *, now: datetime
) -> None:
    await connection.execute(
        "insert into contacts (workspace_id, id, name, handle, phone, phone_country, created_at, updated_at)"
        " select $1, id, name, handle, phone, country, $2, $2"
        " from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])"
        " as new (id, name, handle, phone, country)",
        workspace_id,
        now,
        [contact.id for contact in contacts],
        [contact.name for contact in contacts],
        [contact.handle for contact in contacts],
        [contact.phone for contact in contacts],
        [country_of_phone(contact.phone) for contact in contacts],
    )


_INSERT_ADDRESSES = """
insert into addresses (workspace_id, id, contact_id, scheme, scope, value, created_at)
select $1, id, contact_id, scheme, scope, value, $2
from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[]) as new (id, contact_id, scheme, scope, value)
on conflict (workspace_id, scheme, scope, value) do nothing
returning scheme, scope, value
"""


async def insert_addresses(
    connection: Connection, workspace_id: UUID, addresses: Sequence[NewAddress], *, now: datetime
) -> set[AddressKey]:
    """Returns those that were inserted; another writer won the rest, and they can be read after this."""
    ordered = sorted(addresses, key=lambda address: address.key)
    rows = await connection.fetch(
        _INSERT_ADDRESSES,
        workspace_id,
        now,
        [address.id for address in ordered],
        [address.contact_id for address in ordered],
        *_columns([address.key for address in ordered]),
    )
    return {(row["scheme"], row["scope"], row["value"]) for row in rows}


async def move_addresses(
    connection: Connection, workspace_id: UUID, moves: Iterable[tuple[UUID, UUID]], *, is_retired: bool, now: datetime
) -> None:
    """(address id, contact id): the address belongs to this contact from now on, live or retired."""
    ordered = sorted(moves)
    await connection.execute(
        "update addresses a set contact_id = move.contact_id, retired_at = case when $4 then $5::timestamptz end"
        " from unnest($2::uuid[], $3::uuid[]) as move (id, contact_id)"
        " where a.workspace_id = $1 and a.id = move.id",
        workspace_id,
        [address_id for address_id, _ in ordered],
        [contact_id for _, contact_id in ordered],
        is_retired,
        now,
    )


async def delete_contacts(connection: Connection, workspace_id: UUID, contact_ids: Iterable[UUID]) -> None:
    """Contacts that this very transaction made and nobody needs: another writer had made them first."""
    await connection.execute(
        "delete from contacts where workspace_id = $1 and id = any($2::uuid[])", workspace_id, list(contact_ids)
    )


_REFRESH_CONTACTS = """
update contacts c set
    name = case when c.is_name_ours or told.name = '' then c.name else told.name end,
    handle = case when told.handle = '' then c.handle else told.handle end,
    phone = case when told.phone = '' then c.phone else told.phone end,
    phone_country = case when told.phone = '' then c.phone_country else told.country end,
    updated_at = $2
from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[]) as told (id, name, handle, phone, country)
where c.workspace_id = $1 and c.id = told.id
  and ((told.name not in ('', c.name) and not c.is_name_ours) or told.handle not in ('', c.handle)
       or told.phone not in ('', c.phone))
returning c.id
"""


async def refresh_contacts(
    connection: Connection, workspace_id: UUID, contacts: Iterable[ContactFacts], *, now: datetime
) -> list[UUID]:
    """Take over what the provider tells anew, never over a name that we gave. Returns who changed."""
    ordered = sorted(contacts, key=lambda contact: contact.id)
    rows = await connection.fetch(
        _REFRESH_CONTACTS,
        workspace_id,
        now,
        [contact.id for contact in ordered],
        [contact.name for contact in ordered],
        [contact.handle for contact in ordered],
        [contact.phone for contact in ordered],
        [country_of_phone(contact.phone) for contact in ordered],
    )
    return [row["id"] for row in rows]


# --- Messages ----------------------------------------------------------------------------------------------------


async def find_known_messages(
    connection: Connection, *, channel_id: UUID, provider_ids: Sequence[str], since: datetime
) -> set[str]:
    """Which of these are stored already. The bound on the id leaves out partitions that ended before `since`; each
    of the others is asked by its own `…_provider` index."""
    rows = await connection.fetch(
        "select provider_id from messages where channel_id = $1 and provider_id = any($2::text[]) and id >= $3",
        channel_id,
        provider_ids,
        first_uuid7_at(since),
    )
    return {row["provider_id"] for row in rows}


async def claim_inbound_keys(connection: Connection, *, channel_id: UUID, keys: Sequence[tuple[str, UUID]]) -> set[str]:
    """(provider id, message id) of items without a provider time → the provider ids nobody has claimed before."""
    ordered = sorted(keys)
    rows = await connection.fetch(
        "insert into inbound_keys (channel_id, provider_id, message_id)"
        " select $1, provider_id, message_id from unnest($2::text[], $3::uuid[]) as new (provider_id, message_id)"
        " on conflict do nothing returning provider_id",
        channel_id,
        [provider_id for provider_id, _ in ordered],
        [message_id for _, message_id in ordered],
    )
    return {row["provider_id"] for row in rows}


@dataclass(frozen=True, slots=True)
class Target:
    """A message that something points at by a provider id."""

    message_id: UUID
    conversation_id: UUID


_FIND_TARGETS = """
select provider_id, id as message_id, conversation_id from messages
where channel_id = $1 and provider_id = any($2::text[]) and id >= $3
union all
select provider_id, message_id, conversation_id from attempts
where channel_id = $1 and provider_id = any($2::text[]) and id >= $3
"""


async def find_targets(
    connection: Connection, *, channel_id: UUID, provider_ids: Sequence[str], not_before: UUID
) -> dict[str, Target]:
    """The messages behind provider ids, incoming or ours, through a message or through any of its attempts."""
    rows = await connection.fetch(_FIND_TARGETS, channel_id, provider_ids, not_before)
    return {row["provider_id"]: Target(row["message_id"], row["conversation_id"]) for row in rows}


@dataclass(frozen=True, slots=True)
class NewMessage:
    id: UUID
    conversation_id: UUID
    seq: int
    direction: str
    author_kind: str
    author_id: UUID | None
    kind: str
    content: str
    provider_id: str | None
    """None: a line of the desk."""
    provider_at: datetime | None
    sort_at: datetime
    written_at: datetime | None
    quoted_id: UUID | None
    quoted_provider_id: str | None
    referral: str | None
    forwarded: str
    group_key: str
    status: int | None
    file_id: UUID | None
    """The one file of an incoming message."""
    is_quiet: bool = False
    """It starts no clock of waiting."""


_INSERT_MESSAGES = """
insert into messages (workspace_id, channel_id, created_at, id, conversation_id, seq, direction, author_kind, author_id,
                      kind, content, provider_id, provider_at, sort_at, written_at, quoted_id, quoted_provider_id,
                      referral, forwarded, group_key, status, file_ids, is_quiet)
select $1, $2, $3, id, conversation_id, seq, direction, author_kind, author_id, kind, content::jsonb, provider_id,
       provider_at, sort_at, written_at, quoted_id, quoted_provider_id, referral::jsonb, coalesce(forwarded, ''),
       coalesce(group_key, ''), status,
       case when file_id is not null then array[file_id] end, coalesce(is_quiet, false)
from unnest($4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::uuid[], $10::text[], $11::text[],
            $12::text[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::uuid[], $17::text[],
            $18::text[], $19::text[], $20::text[], $21::smallint[], $22::uuid[], $23::boolean[])
     as new (id, conversation_id, seq, direction, author_kind, author_id, kind, content, provider_id, provider_at,
             sort_at, written_at, quoted_id, quoted_provider_id, referral, forwarded, group_key, status, file_id,
             is_quiet)
on conflict do nothing
"""


async def insert_messages(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, messages: Sequence[NewMessage], now: datetime
) -> int:
    """Returns how many were inserted; fewer than given means that another writer stored some at this moment."""
    done = await connection.execute(
        _INSERT_MESSAGES,
        workspace_id,
        channel_id,
        now,
        [message.id for message in messages],
        [message.conversation_id for message in messages],
        [message.seq for message in messages],
        [message.direction for message in messages],
        [message.author_kind for message in messages],
        sparse([message.author_id for message in messages]),
        [message.kind for message in messages],
        [message.content for message in messages],
        sparse([message.provider_id for message in messages]),
        sparse([message.provider_at for message in messages]),
        [message.sort_at for message in messages],
        sparse([message.written_at for message in messages]),
        sparse([message.quoted_id for message in messages]),
        sparse([message.quoted_provider_id for message in messages]),
        sparse([message.referral for message in messages]),
        sparse([message.forwarded or None for message in messages]),
        sparse([message.group_key or None for message in messages]),
        sparse([message.status for message in messages]),
        sparse([message.file_id for message in messages]),
        sparse([message.is_quiet or None for message in messages]),
    )
    return int(done.rsplit(" ", 1)[1])


@dataclass(frozen=True, slots=True)
class PendingFile:
    id: UUID
    message_id: UUID
    declared_mime: str
    name: str
    source: str
    """JSON of the channel's `MediaSource`."""


async def insert_pending_files(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, files: Sequence[PendingFile], now: datetime
) -> None:
    await connection.execute(
        "insert into files (workspace_id, id, channel_id, message_id, state, declared_mime, name, source, created_at)"
        " select $1, id, $2, message_id, 'pending', declared_mime, name, source::jsonb, $3"
        " from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[])"
        " as new (id, message_id, declared_mime, name, source)",
        workspace_id,
        channel_id,
        now,
        [file.id for file in files],
        [file.message_id for file in files],
        [file.declared_mime for file in files],
        [file.name for file in files],
        [file.source for file in files],
    )


def _columns(keys: Sequence[AddressKey]) -> tuple[list[str], list[str], list[str]]:
    return [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]
