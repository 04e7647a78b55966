"""Lists of contacts, by key: of the name or of the day they were first known."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.contact import search_terms
from threadline.core.field import FieldValue
from threadline.core.filter import Asker, Filter
from threadline.core.permission import Caller
from threadline.core.personal import Address, PersonName
from threadline.core.search_contact import bare, parts_of
from threadline.infra.phone import display_phone
from threadline.store.companies import CompanyName, companies_of
from threadline.store.connection import Connection
from threadline.store.contacts import is_seen
from threadline.store.countries import country_of
from threadline.store.fields import values_of
from threadline.store.filters import filter_sql, load_fields
from threadline.store.labels import labels_of
from threadline.store.name_order import NameOrder, after_cursor, cursor_of, ordering
from threadline.store.search_called import find_by_email, find_called
from threadline.store.session import Session
from threadline.store.shown_name import person_name
from threadline.store.visibility import Arguments, visible

MOST_COUNTED = 999
MOST_FOUND = 1_000
"""A search that finds more is no search yet: the first ones by name are shown."""


class ContactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as much of it as a list shows."""

    id: UUID
    name: PersonName
    phone: Address
    """As people write it; "" if it is hidden or unknown."""
    email: Address
    handle: Address
    country: str
    """Its two letters, said or guessed; "" if nobody knows."""
    is_vip: bool
    created_at: datetime
    last_heard_at: datetime | None
    """Their last message in a conversation that the reader sees."""
    channel_ids: list[UUID]
    label_ids: list[UUID]
    fields: dict[str, FieldValue]
    company: CompanyName | None
    owner_id: UUID | None


async def list_contacts(
    session: Session,
    caller: Caller,
    *,
    search: str = "",
    filter: Filter | None = None,
    company_id: UUID | None = None,
    order: NameOrder,
    after: str | None,
    limit: int,
    now: datetime,
) -> tuple[list[ContactRow], str | None]:
    """A page and the cursor of the next. Reads `contacts_by_name` or the primary key in its order; a search reads the
    rows that `search_contacts` found. `filter` asks about contacts only and has passed `check_filter`; `company_id`
    leaves its members, by `contacts_by_company`."""
    arguments = Arguments(caller.workspace_id)
    connection = await session.raw()
    conditions = await _meant(session, caller, arguments, search=search, filter=filter, now=now)
    if company_id is not None:
        conditions.append(f"p.company_id = {arguments.add(company_id)}")
    says_name = caller.clearance.sees_addresses
    if after is not None:
        conditions.append(after_cursor(after, order, "p", arguments, named_in="" if says_name else "contacts"))
    rows = await connection.fetch(
        f"select p.id, p.name, p.phone, p.email, p.handle, coalesce({country_of('p')}, '') as country, p.is_vip,"
        " p.owner_id,"
        " p.created_at, p.name_key from contacts p"
        f" where {' and '.join(conditions)} order by {ordering(order, 'p')} limit {arguments.add(limit + 1)}",
        *arguments.values,
    )
    items = await _rows(connection, caller, rows[:limit])
    return items, cursor_of(order, rows[limit - 1], says_name=says_name) if len(rows) > limit else None


async def find_matching_contacts(
    session: Session, caller: Caller, *, search: str, filter: Filter, limit: int, now: datetime
) -> list[UUID]:
    """Everybody whom a list with this search and filter shows the caller, the longest known first, up to the limit."""
    arguments = Arguments(caller.workspace_id)
    conditions = await _meant(session, caller, arguments, search=search, filter=filter, now=now)
    rows = await (await session.raw()).fetch(
        f"select p.id from contacts p where {' and '.join(conditions)} order by p.id limit {arguments.add(limit)}",
        *arguments.values,
    )
    return [row["id"] for row in rows]


async def count_contacts(session: Session, caller: Caller, *, search: str, filter: Filter, now: datetime) -> int:
    """How many a list with this search and filter shows the caller, up to one more than `MOST_COUNTED`."""
    arguments = Arguments(caller.workspace_id)
    conditions = await _meant(session, caller, arguments, search=search, filter=filter, now=now)
    count: int | None = await (await session.raw()).fetchval(
        f"select count(*) from (select 1 from contacts p where {' and '.join(conditions)}"
        f" limit {MOST_COUNTED + 1}) found",
        *arguments.values,
    )
    return count or 0


async def _meant(
    session: Session, caller: Caller, arguments: Arguments, *, search: str, filter: Filter | None, now: datetime
) -> list[str]:
    """The conditions on contacts under `p` that a list shows; `filter` has passed `check_filter`."""
    conditions = ["p.workspace_id = $1", "p.merged_into is null", "p.removed_at is null"]
    conditions.append(is_seen(caller, "p", arguments))
    if filter is not None:
        asker, fields = Asker(now, caller.agent_id), await load_fields(session)
        conditions.append(filter_sql(filter, asker=asker, arguments=arguments, fields=fields))
    if search.strip():
        found = await find_contact_ids(await session.raw(), caller, search)
        conditions.append(f"p.id = any({arguments.add(found)}::uuid[])")
    return conditions


async def find_contact_ids(connection: Connection, caller: Caller, search: str) -> list[UUID]:
    """Whom these words or digits mean; which of them the caller may see is for the caller's statement.

    Who may see no numbers finds nobody by a part of a number or e-mail address.
    """
    if not caller.clearance.sees_addresses:
        parts = parts_of([(word, False) for word in _words_of(search)], sees_numbers=False)
        by_words = await find_called(connection, caller, parts, most=MOST_FOUND, walked=0)
        return [*by_words, *(await find_by_email(connection, caller, search) if "@" in search else ())]
    words, digits = search_terms(search)
    rows = await connection.fetch(
        "select search_contacts as id from search_contacts($1, $2, $3, $4)",
        caller.workspace_id,
        words,
        digits,
        MOST_FOUND,
    )
    return [row["id"] for row in rows]


def _words_of(search: str) -> list[str]:
    """Apart, unless all of it is one number."""
    return [search] if bare(search).isdigit() else search.split()[:8]


async def _rows(connection: Connection, caller: Caller, rows: list[asyncpg.Record]) -> list[ContactRow]:
    ids = [row["id"] for row in rows]
    labels = await labels_of(connection, caller.workspace_id, "contact", ids)
    values = await values_of(connection, caller.workspace_id, "contact", ids)
    companies = await companies_of(connection, caller.workspace_id, ids)
    heard = await _heard(connection, caller, ids)
    return [
        ContactRow(
            id=row["id"],
            name=person_name(row["name"]),
            phone=Address(display_phone(row["phone"])),
            email=Address(row["email"]),
            handle=Address(row["handle"]),
            country=row["country"],
            is_vip=row["is_vip"],
            created_at=row["created_at"],
            last_heard_at=heard[row["id"]]["last_heard_at"] if row["id"] in heard else None,
            channel_ids=heard[row["id"]]["channel_ids"] if row["id"] in heard else [],
            label_ids=labels.get(row["id"], []),
            fields=values.get(row["id"], {}),
            company=companies.get(row["id"]),
            owner_id=row["owner_id"],
        )
        for row in rows
    ]


async def _heard(connection: Connection, caller: Caller, ids: list[UUID]) -> dict[UUID, asyncpg.Record]:
    """When and where each was last heard of, by `conversations_by_contact`."""
    if not ids:
        return {}
    arguments = Arguments(caller.workspace_id, ids)
    rows = await connection.fetch(
        "select c.contact_id, max(c.last_inbound_at) as last_heard_at, array_agg(distinct c.channel_id) as channel_ids"
        " from conversations c where c.workspace_id = $1 and c.contact_id = any($2::uuid[])"
        f" and {visible(caller.visibility, 'c', arguments)} group by c.contact_id",
        *arguments.values,
    )
    return {row["contact_id"]: row for row in rows}
