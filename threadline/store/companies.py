"""Companies: who contacts belong to, and everything that is spoken about with any of them.

A company is seen by whoever sees one of its members; one that nobody belongs to by whoever sees everything. A deleted
company is nobody's and in no list; its rows stay, so that taking the deletion back gives everybody theirs again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.company import company_words, found_by
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, NotFound
from threadline.core.field import FieldValue
from threadline.core.label import label_key
from threadline.core.permission import Caller
from threadline.core.personal import Excerpt
from threadline.store.clocks import RUNNING_CLOCK
from threadline.store.connection import Connection
from threadline.store.conversations import ContactName
from threadline.store.cursors import decode_cursor, encode_cursor, from_microseconds, id_of_key, to_microseconds
from threadline.store.fields import values_of
from threadline.store.messages import PREVIEW, excerpt
from threadline.store.name_order import NameOrder, after_cursor, cursor_of, ordering
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

MOST_FOUND: Final = 1_000
"""A search that finds more is no search yet: the first ones by name are shown."""


class CompanyName(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str


class CompanyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A company as much of it as a list shows."""

    id: UUID
    name: str
    domains: list[str]
    owner_id: UUID | None
    created_at: datetime
    member_count: int
    """Members that the reader sees."""
    last_activity_at: datetime | None
    """Of all their conversations that the reader sees."""
    fields: dict[str, FieldValue]


class Company(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    domains: list[str]
    """Where their mail comes from: `example.com`."""
    notes: str
    owner_id: UUID | None
    """The agent who cares for this company; nothing follows from it by itself."""
    created_at: datetime
    member_count: int
    """Members that the reader sees."""
    fields: dict[str, FieldValue]
    """The id of a field → its value; what is not filled in is absent."""


class CompanyConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation with one of the members, as a history shows it."""

    id: UUID
    contact: ContactName
    channel_id: UUID
    state: ConversationState
    assignee_id: UUID | None
    waiting_since: datetime | None
    last_activity_at: datetime
    preview: Excerpt


_COLUMNS = "k.id, k.name, k.name_key, k.domains, k.owner_id, k.created_at"
_MEMBERS = "p.workspace_id = k.workspace_id and p.company_id = k.id and p.merged_into is null and p.removed_at is null"


async def list_companies(
    session: Session, caller: Caller, *, search: str, order: NameOrder, after: str | None, limit: int
) -> tuple[list[CompanyRow], str | None]:
    """A page and the cursor of the next. Reads `companies_by_name` or the primary key in its order; a search reads the
    rows that `search_companies` found."""
    arguments = Arguments(caller.workspace_id)
    connection = await session.raw()
    conditions = ["k.workspace_id = $1", "k.deleted_at is null", _seen(caller, arguments)]
    if search.strip():
        found = await find_company_ids(connection, caller.workspace_id, search)
        conditions.append(f"k.id = any({arguments.add(found)}::uuid[])")
    if after is not None:
        conditions.append(after_cursor(after, order, "k", arguments))
    rows = await connection.fetch(
        f"select {_COLUMNS} from companies k where {' and '.join(conditions)}"
        f" order by {ordering(order, 'k')} limit {arguments.add(limit + 1)}",
        *arguments.values,
    )
    page = rows[:limit]
    ids = [row["id"] for row in page]
    counts = await _count_members(connection, caller, ids)
    active = await _last_active(connection, caller, ids)
    values = await values_of(connection, caller.workspace_id, "company", ids)
    items = [
        CompanyRow(
            id=row["id"],
            name=row["name"],
            domains=row["domains"],
            owner_id=row["owner_id"],
            created_at=row["created_at"],
            member_count=counts.get(row["id"], 0),
            last_activity_at=active.get(row["id"]),
            fields=values.get(row["id"], {}),
        )
        for row in page
    ]
    return items, cursor_of(order, rows[limit - 1]) if len(rows) > limit else None


async def find_company_ids(connection: Connection, workspace_id: UUID, search: str) -> list[UUID]:
    """Whose names or domains have these letters, whoever asks: what a caller may see is for the caller's statement."""
    rows = await connection.fetch(
        "select search_companies as id from search_companies($1, $2, $3)",
        workspace_id,
        company_words(search),
        MOST_FOUND,
    )
    return [row["id"] for row in rows]


async def search_companies(session: Session, caller: Caller, search: str, *, limit: int) -> list[CompanyName]:
    """Whose name or domain has every word, by name."""
    connection = await session.raw()
    found = await find_company_ids(connection, caller.workspace_id, search) if company_words(search) else []
    if not found:
        return []
    arguments = Arguments(caller.workspace_id, found)
    rows = await connection.fetch(
        "select k.id, k.name from companies k where k.workspace_id = $1 and k.id = any($2::uuid[])"
        f" and {_seen(caller, arguments)} order by k.name_key, k.id limit {arguments.add(limit)}",
        *arguments.values,
    )
    return [CompanyName(**row) for row in rows]


async def access_company(session: Session, caller: Caller, company_id: UUID) -> Company:
    """Raises NotFound: missing, deleted, of another workspace, and without a member that the caller sees (S1, S5)."""
    arguments = Arguments(caller.workspace_id, company_id)
    connection = await session.raw()
    row = await connection.fetchrow(
        f"select {_COLUMNS}, k.notes from companies k where k.workspace_id = $1 and k.id = $2"
        f" and k.deleted_at is null and {_seen(caller, arguments)}",
        *arguments.values,
    )
    if row is None:
        raise _no_such_company()
    counts = await _count_members(connection, caller, [company_id])
    values = await values_of(connection, caller.workspace_id, "company", [company_id])
    return Company(
        id=row["id"],
        name=row["name"],
        domains=row["domains"],
        notes=row["notes"],
        owner_id=row["owner_id"],
        created_at=row["created_at"],
        member_count=counts.get(company_id, 0),
        fields=values.get(company_id, {}),
    )


async def check_sees_company(session: Session, caller: Caller, company_id: UUID) -> None:
    """Raises NotFound as `access_company` does."""
    arguments = Arguments(caller.workspace_id, company_id)
    found = await (await session.raw()).fetchval(
        "select true from companies k where k.workspace_id = $1 and k.id = $2 and k.deleted_at is null"
        f" and {_seen(caller, arguments)}",
        *arguments.values,
    )
    if not found:
        raise _no_such_company()


def _seen(caller: Caller, arguments: Arguments) -> str:
    if caller.visibility.is_whole:
        return "true"
    return (
        f"exists (select from contacts p join conversations c on c.workspace_id = p.workspace_id"
        f" and c.contact_id = p.id where {_MEMBERS} and {visible(caller.visibility, 'c', arguments)})"
    )


async def _count_members(connection: Connection, caller: Caller, ids: Sequence[UUID]) -> dict[UUID, int]:
    """By `contacts_by_company`."""
    arguments = Arguments(caller.workspace_id, list(ids))
    seen = "true"
    if not caller.visibility.is_whole:
        seen = (
            "exists (select from conversations c where c.workspace_id = p.workspace_id and c.contact_id = p.id"
            f" and {visible(caller.visibility, 'c', arguments)})"
        )
    rows = await connection.fetch(
        "select p.company_id, count(*) as members from contacts p where p.workspace_id = $1"
        " and p.company_id = any($2::uuid[]) and p.merged_into is null and p.removed_at is null"
        f" and {seen} group by p.company_id",
        *arguments.values,
    )
    return {row["company_id"]: row["members"] for row in rows}


async def _last_active(connection: Connection, caller: Caller, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """By `contacts_by_company` and `conversations_by_contact`."""
    arguments = Arguments(caller.workspace_id, list(ids))
    rows = await connection.fetch(
        "select p.company_id, max(c.last_activity_at) as at from contacts p"
        " join conversations c on c.workspace_id = p.workspace_id and c.contact_id = p.id"
        " where p.workspace_id = $1 and p.company_id = any($2::uuid[]) and p.merged_into is null"
        f" and {visible(caller.visibility, 'c', arguments)} group by p.company_id",
        *arguments.values,
    )
    return {row["company_id"]: row["at"] for row in rows}


async def conversations_of_company(
    session: Session, caller: Caller, company_id: UUID, *, after: str | None, limit: int
) -> tuple[list[CompanyConversation], str | None]:
    """All that the caller may see of them, on every channel, the latest first; and the cursor of the next page."""
    arguments = Arguments(caller.workspace_id, company_id)
    conditions = [visible(caller.visibility, "c", arguments)]
    if after is not None:
        at, last_id = decode_cursor(after, int, str)
        moment, key = arguments.add(from_microseconds(int(at))), arguments.add(id_of_key(last_id))
        conditions.append(f"(c.last_activity_at, c.id) < ({moment}::timestamptz, {key}::uuid)")
    rows = await (await session.raw()).fetch(
        f"select c.id, c.contact_id, {called('p')} as contact_name, c.channel_id,"
        f" c.state, c.assignee_id, {RUNNING_CLOCK}, c.last_activity_at, {PREVIEW.format('m')} as preview,"
        " m.kind, m.deleted_at is not null as is_deleted"
        " from contacts p join conversations c on c.workspace_id = p.workspace_id and c.contact_id = p.id"
        " left join messages m on m.workspace_id = c.workspace_id and m.id = c.last_message_id"
        " where p.workspace_id = $1 and p.company_id = $2 and p.merged_into is null"
        f" and {' and '.join(conditions)} order by c.last_activity_at desc, c.id desc"
        f" limit {arguments.add(limit + 1)}",
        *arguments.values,
    )
    items = [
        CompanyConversation(
            id=row["id"],
            contact=ContactName(id=row["contact_id"], name=person_name(row["contact_name"])),
            channel_id=row["channel_id"],
            state=row["state"],
            assignee_id=row["assignee_id"],
            waiting_since=row["waiting_since"],
            last_activity_at=row["last_activity_at"],
            preview=excerpt(row["preview"], kind=row["kind"], is_deleted=row["is_deleted"]),
        )
        for row in rows[:limit]
    ]
    if len(rows) <= limit:
        return items, None
    last = items[-1]
    return items, encode_cursor(to_microseconds(last.last_activity_at), str(last.id))


async def companies_of(
    connection: Connection, workspace_id: UUID, contact_ids: Sequence[UUID]
) -> dict[UUID, CompanyName]:
    """Contact → whose they are; nobody's are absent. For callers who were found to see the contacts."""
    if not contact_ids:
        return {}
    rows = await connection.fetch(
        "select p.id as contact_id, k.id, k.name from contacts p"
        " join companies k on k.workspace_id = p.workspace_id and k.id = p.company_id and k.deleted_at is null"
        " where p.workspace_id = $1 and p.id = any($2::uuid[])",
        workspace_id,
        list(contact_ids),
    )
    return {row["contact_id"]: CompanyName(id=row["id"], name=row["name"]) for row in rows}


async def find_company_called(session: Session, name: str) -> UUID | None:
    """The one that bears this name, in any case."""
    found: UUID | None = await (await session.raw()).fetchval(
        "select id from companies where workspace_id = $1 and name_key = $2 and deleted_at is null",
        session.workspace_id,
        label_key(name),
    )
    return found


async def insert_company(session: Session, company_id: UUID, *, name: str, now: datetime) -> None:
    """Raises Conflict if another one bears the name."""
    inserted = await (await session.raw()).fetchval(
        "insert into companies (workspace_id, id, name, name_key, found_by, created_at, updated_at)"
        " values ($1, $2, $3, $4, $5, $6, $6)"
        " on conflict (workspace_id, name_key) where deleted_at is null do nothing returning true",
        session.workspace_id,
        company_id,
        name,
        label_key(name),
        found_by(name, ()),
        now,
    )
    if not inserted:
        raise _name_is_taken()


async def update_company(session: Session, company_id: UUID, facts: Mapping[str, object], *, now: datetime) -> None:
    """Columns by their names, from a closed set of ours. Raises Conflict if another one bears the name."""
    assert facts.keys() <= {"name", "domains", "notes", "owner_id"}
    arguments = Arguments(session.workspace_id, company_id, now)
    changes = [f"{column} = {arguments.add(value)}" for column, value in facts.items()]
    if "name" in facts:
        changes.append(f"name_key = {arguments.add(label_key(str(facts['name'])))}")
    connection = await session.raw()
    try:
        row = await connection.fetchrow(
            f"update companies set {', '.join(changes)}, updated_at = $3 where workspace_id = $1 and id = $2"
            " returning name, domains",
            *arguments.values,
        )
    except asyncpg.UniqueViolationError:
        raise _name_is_taken() from None
    if row is not None and facts.keys() & {"name", "domains"}:
        await connection.execute(
            "update companies set found_by = $3 where workspace_id = $1 and id = $2",
            session.workspace_id,
            company_id,
            found_by(row["name"], row["domains"]),
        )


async def delete_company(session: Session, company_id: UUID, *, now: datetime) -> None:
    """Raises NotFound if it was deleted already."""
    deleted = await (await session.raw()).fetchval(
        "update companies set deleted_at = $3, updated_at = $3 where workspace_id = $1 and id = $2"
        " and deleted_at is null returning true",
        session.workspace_id,
        company_id,
        now,
    )
    if not deleted:
        raise _no_such_company()


async def restore_company(session: Session, company_id: UUID, *, now: datetime) -> None:
    """With whoever belonged to it. Raises NotFound if it is not deleted, Conflict if another one bears its name."""
    try:
        restored = await (await session.raw()).fetchval(
            "update companies set deleted_at = null, updated_at = $3 where workspace_id = $1 and id = $2"
            " and deleted_at is not null returning true",
            session.workspace_id,
            company_id,
            now,
        )
    except asyncpg.UniqueViolationError:
        raise _name_is_taken() from None
    if not restored:
        raise _no_such_company()


async def delete_deserted(session: Session, company_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Those that nobody belongs to go. Returns them."""
    rows = await (await session.raw()).fetch(
        "update companies k set deleted_at = $3, updated_at = $3 where k.workspace_id = $1 and k.id = any($2::uuid[])"
        f" and k.deleted_at is null and not exists (select from contacts p where {_MEMBERS}) returning k.id",
        session.workspace_id,
        list(company_ids),
        now,
    )
    return [row["id"] for row in rows]


def _no_such_company() -> NotFound:
    return NotFound("This company does not exist.")


def _name_is_taken() -> Conflict:
    return Conflict("There is a company with this name already.", reason="company_name_taken")
