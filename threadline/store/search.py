"""Search as people ask it: messages newest first, contacts and conversations, each only as far as they may be seen.

The words are looked up by functions that return ids (store/search_look_ups.py); every row is read here, under the
policies and under `visible` (S5).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.content import decode_content
from threadline.core.permission import Caller
from threadline.core.personal import mask_address, mask_written
from threadline.core.search_contact import Part, bare, fits, lexeme_query, parts_of
from threadline.core.search_lexemes import query_of_parts
from threadline.core.search_message import texts_found
from threadline.core.search_query import SearchQuery
from threadline.core.search_text import Piece, Wanted, parts_marked, snippet_of, spans_of
from threadline.infra.phone import display_phone
from threadline.store.connection import Connection
from threadline.store.conversations import ContactName, Conversation, load_visible_conversations
from threadline.store.cursors import decode_cursor, encode_cursor, id_of_key
from threadline.store.messages import KIND, Author
from threadline.store.search_called import find_called
from threadline.store.search_filters import Filters, message_query, on_conversation, on_message
from threadline.store.search_look_ups import find_contacts, find_messages, find_newest_messages
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

_WALKED: Final = 3000
"""Messages looked through one by one before any index is asked: whatever one in sixty has fills a page here."""
_FIRST_LOOK: Final = 200
_MOST_LOOKED_AT: Final = 4000
_PATIENCE_S: Final = 0.5
"""After this a page is answered as it is, with a cursor to search on from: a filter may leave nothing of many."""
_FEW: Final = 300
"""Conversations whose messages are read one by one; what more have is found by the words first."""
_CONTACTS: Final = (40, 1000, 8000)
"""The newest of those who are called so are looked at; more of them while what may be seen does not fill a page."""
_WALKED_CONTACTS: Final = 2000


class TextPiece(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    is_match: bool


class MessageHit(msgspec.Struct, frozen=True, kw_only=True):
    """A message with what was looked for, as much of it as a list shows."""

    id: UUID
    conversation_id: UUID
    channel_id: UUID
    contact: ContactName
    direction: Literal["incoming", "outgoing", "note", "line"]
    author: Author
    kind: str
    at: datetime
    snippet: list[TextPiece]


class ContactHit(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: list[TextPiece]
    address: list[TextPiece]
    """The number or other address by which it was found, else the one that is shown of it."""
    conversation_id: UUID | None
    """The newest that the caller may see."""
    channel_id: UUID | None
    last_activity_at: datetime | None


class MessageHits(msgspec.Struct, frozen=True, kw_only=True):
    items: list[MessageHit]
    next: str | None
    """The cursor from which to search on; None: there is nothing older."""
    searched_to: datetime | None
    """Set while older messages have not been read yet: how far back the answer reaches."""


async def search_messages(
    session: Session, caller: Caller, wanted: SearchQuery, filters: Filters, *, after: str | None, limit: int
) -> MessageHits:
    """A page, the newest first. Shorter than `limit` with a cursor if there was no time to look further."""
    walk = _Walk(session, caller, wanted, filters, limit=limit, before_id=_before(after, filters))
    if not filters.finds_nothing:
        await walk.run()
    following = walk.hits[limit - 1].id if len(walk.hits) > limit else walk.reached_id
    return MessageHits(
        items=walk.hits[:limit],
        next=None if following is None else encode_cursor(str(following)),
        searched_to=await _read_reach(await session.raw(), caller.workspace_id),
    )


def _before(after: str | None, filters: Filters) -> UUID:
    if after is None:
        return filters.last_id
    return min(id_of_key(decode_cursor(after, str)[0]), filters.last_id)


class _Walk:
    """Back from the newest until the page is full: `hits`, and where to go on (`reached_id`)."""

    def __init__(
        self, session: Session, caller: Caller, wanted: SearchQuery, filters: Filters, *, limit: int, before_id: UUID
    ) -> None:
        self.session = session
        self.caller = caller
        self.wanted = wanted.wanted
        self.filters = filters
        self.query = message_query(caller, wanted, filters)
        self.limit = limit
        self.reached_id: UUID | None = before_id
        self.hits: list[MessageHit] = []

    async def run(self) -> None:
        give_up_at = monotonic() + _PATIENCE_S
        few = await self._few_conversations()
        if few is not None:
            await self._look_into(few)
            return
        await self._look_at_newest()
        size = _FIRST_LOOK
        while self.is_short and monotonic() < give_up_at:
            await self._look_further(size)
            size = min(size * 4, _MOST_LOOKED_AT)

    @property
    def is_short(self) -> bool:
        return self.reached_id is not None and len(self.hits) <= self.limit

    async def _look_at_newest(self) -> None:
        assert self.reached_id is not None
        ids, self.reached_id = await find_newest_messages(
            await self.session.raw(),
            self.caller.workspace_id,
            self.query,
            before_id=self.reached_id,
            first_id=self.filters.first_id,
            most=_FIRST_LOOK,
            walked=_WALKED,
        )
        await self._keep(ids)

    async def _look_further(self, most: int) -> None:
        assert self.reached_id is not None
        connection = await self.session.raw()
        if self.query is None:
            await self._look_at_newest()
            return
        ids = await find_messages(
            connection,
            self.caller.workspace_id,
            self.query,
            before_id=self.reached_id,
            first_id=self.filters.first_id,
            most=most,
        )
        self.reached_id = ids[-1] if len(ids) == most else None
        await self._keep(ids)

    async def _few_conversations(self) -> list[UUID] | None:
        """The conversations that labels or senders name, if they are few."""
        if not self.filters.label_ids and not (self.filters.sender_contact_ids and not self.filters.agent_ids):
            return None
        arguments = Arguments(self.caller.workspace_id)
        sources: list[str] = []
        if self.filters.sender_contact_ids and not self.filters.agent_ids:
            ids = arguments.add(self.filters.sender_contact_ids)
            sources.append(f"select id from conversations where workspace_id = $1 and contact_id = any({ids}::uuid[])")
        else:
            labels = arguments.add(self.filters.label_ids)
            sources.append(
                "select conversation_id as id from conversation_labels"
                f" where workspace_id = $1 and label_id = any({labels}::uuid[])"
            )
            sources.append(
                "select c.id from contact_labels l join conversations c on c.workspace_id = l.workspace_id"
                f" and c.contact_id = l.contact_id where l.workspace_id = $1 and l.label_id = any({labels}::uuid[])"
            )
        limited = " union ".join(f"({source} limit {_FEW + 1})" for source in sources)
        rows = await (await self.session.raw()).fetch(limited, *arguments.values)
        return [row["id"] for row in rows] if len(rows) <= _FEW else None

    async def _look_into(self, conversation_ids: list[UUID]) -> None:
        before_id = self.reached_id
        arguments = Arguments(self.caller.workspace_id)
        conversations, words = arguments.add(conversation_ids), arguments.add(self.query)
        rows = await self._fetch(
            arguments,
            f"c.id = any({conversations}::uuid[]) and m.id < {arguments.add(before_id)}"
            f" and m.id >= {arguments.add(self.filters.first_id)}"
            f" and ({words}::text is null or exists (select from message_words w"
            f" where w.workspace_id = m.workspace_id and w.id = m.id and w.words @@ {words}::text::tsquery))",
            limit=self.limit + 1,
        )
        self.reached_id = rows[-1]["id"] if len(rows) > self.limit else None
        self._take(rows)

    async def _keep(self, ids: Sequence[UUID]) -> None:
        if not ids:
            return
        arguments = Arguments(self.caller.workspace_id)
        found = arguments.add(list(ids))
        rows = await self._fetch(
            arguments,
            f"m.id = any({found}::uuid[]) and m.id between {arguments.add(min(ids))} and {arguments.add(max(ids))}",
            limit=self.limit + 1 - len(self.hits),
        )
        if len(rows) == self.limit + 1 - len(self.hits) and rows[-1]["id"] != ids[-1]:
            self.reached_id = rows[-1]["id"]  # it looked no further than to these
        self._take(rows)

    async def _fetch(self, arguments: Arguments, condition: str, *, limit: int) -> list[asyncpg.Record]:
        conditions = [condition, visible(self.caller.visibility, "c", arguments), *on_message(self.filters, arguments)]
        return await (await self.session.raw()).fetch(
            f"select m.id, m.conversation_id, c.channel_id, c.contact_id, {called('p')} as contact_name, m.direction,"
            f" m.author_kind, m.author_id, {KIND.format('m')} as kind, m.sort_at, m.content::text as content"
            " from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id"
            " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
            f" where m.workspace_id = $1 and m.deleted_at is null and m.direction <> 'line'"
            f" and {' and '.join(conditions)} order by m.id desc limit {arguments.add(limit)}",
            *arguments.values,
        )

    def _take(self, rows: Iterable[asyncpg.Record]) -> None:
        for row in rows:
            texts = texts_found(decode_content(row["content"]), self.wanted, self.caller.clearance)
            if texts is not None:
                self.hits.append(_hit(row, texts, self.wanted))


def _hit(row: asyncpg.Record, texts: Sequence[str], wanted: Wanted) -> MessageHit:
    text = max(texts, key=lambda one: len(spans_of(one, wanted)), default="")
    return MessageHit(
        id=row["id"],
        conversation_id=row["conversation_id"],
        channel_id=row["channel_id"],
        contact=ContactName(id=row["contact_id"], name=person_name(row["contact_name"])),
        direction=row["direction"],
        author=Author(kind=row["author_kind"], id=row["author_id"]),
        kind=row["kind"],
        at=row["sort_at"],
        snippet=_pieces(snippet_of(text, wanted)),
    )


def _pieces(pieces: Iterable[Piece]) -> list[TextPiece]:
    return [TextPiece(text=piece.text, is_match=piece.is_match) for piece in pieces]


async def _read_reach(connection: Connection, workspace_id: UUID) -> datetime | None:
    row = await connection.fetchrow(
        "select p.reached_id, m.sort_at from search_progress p"
        " left join messages m on m.workspace_id = p.workspace_id and m.id = p.reached_id"
        " where p.workspace_id = $1 and p.subject = 'messages' and p.finished_at is null",
        workspace_id,
    )
    return None if row is None else row["sort_at"]


# Contacts ------------------------------------------------------------------------------------------------------------


async def search_contacts(
    session: Session,
    caller: Caller,
    wanted: SearchQuery,
    filters: Filters,
    *,
    limit: int,
) -> list[ContactHit]:
    """Whose name or number contains every part: who was heard of last comes first.

    To those who may see no numbers, a number finds its contact only when it was typed whole.
    """
    sees_numbers = caller.clearance.sees_addresses
    parts = parts_of(wanted.texts, sees_numbers=sees_numbers)
    asked = query_of_parts(caller.workspace_id, lexeme_query(parts, sees_numbers=sees_numbers))
    if asked is None or filters.finds_nothing:
        return []
    connection = await session.raw()
    found: list[asyncpg.Record] = []
    for most in _CONTACTS:
        ids = await find_contacts(connection, caller.workspace_id, asked, most=most, walked=_WALKED_CONTACTS)
        rows = await _read_contacts(connection, caller, filters, ids)
        found = [row for row in rows if _has_parts(row, parts, sees_numbers=sees_numbers)]
        if len(found) >= limit or len(ids) < most:
            break
    return [_contact_hit(row, wanted, parts, sees_numbers=sees_numbers) for row in found[:limit]]


async def _read_contacts(
    connection: Connection, caller: Caller, filters: Filters, ids: Sequence[UUID]
) -> list[asyncpg.Record]:
    """With the newest conversation that the caller may see; `conversations_by_contact` finds it."""
    arguments = Arguments(caller.workspace_id, list(ids))
    conditions = [visible(caller.visibility, "c", arguments), *on_conversation(filters, arguments)]
    is_whole = caller.visibility.is_whole and len(conditions) == 1
    return await connection.fetch(
        "select p.id, p.name, p.handle, p.phone, newest.id as conversation_id, newest.channel_id,"
        " newest.last_activity_at,"
        " coalesce((select array_agg(a.value) from addresses a where a.workspace_id = p.workspace_id"
        "           and a.contact_id = p.id and a.retired_at is null), '{}') as addresses"
        " from contacts p left join lateral (select c.id, c.channel_id, c.last_activity_at from conversations c"
        "  where c.workspace_id = p.workspace_id and c.contact_id = p.id"
        f" and {' and '.join(conditions)} order by c.last_activity_at desc limit 1) newest on true"
        " where p.workspace_id = $1 and p.id = any($2::uuid[]) and p.merged_into is null"
        f" and (newest.id is not null or {'true' if is_whole else 'false'})"
        " order by newest.last_activity_at desc nulls last, p.id desc",
        *arguments.values,
    )


def _numbers(row: asyncpg.Record) -> list[str]:
    return [row["phone"], *row["addresses"]]


def _has_parts(row: asyncpg.Record, parts: Sequence[Part], *, sees_numbers: bool) -> bool:
    return fits(parts, name=row["name"], handle=row["handle"], numbers=_numbers(row), sees_numbers=sees_numbers)


def _contact_hit(row: asyncpg.Record, wanted: SearchQuery, parts: Sequence[Part], *, sees_numbers: bool) -> ContactHit:
    sought = [number for part in parts for number in part.numbers]
    addresses = [one for one in _numbers(row) if one]
    shown = next((one for one in addresses if any(number in bare(one) for number in sought)), None)
    shown = shown or row["handle"] or next(iter(addresses), "")
    name, address = row["name"], display_phone(shown)
    if not sees_numbers:
        name, address, sought = mask_written(name), mask_address(address), []
    return ContactHit(
        id=row["id"],
        name=_pieces(parts_marked(name, [word for part in parts for word in part.names])),
        address=_pieces(parts_marked(address, sought)),
        conversation_id=row["conversation_id"],
        channel_id=row["channel_id"],
        last_activity_at=row["last_activity_at"],
    )


# Conversations -------------------------------------------------------------------------------------------------------


async def search_conversations(
    session: Session,
    caller: Caller,
    wanted: SearchQuery,
    filters: Filters,
    *,
    limit: int,
    company_ids: Sequence[UUID] = (),
) -> list[Conversation]:
    """Of the contacts that the words name, and of the members of these companies; or, without words, whatever the
    operators leave: the latest first."""
    if filters.finds_nothing or wanted.is_empty or (wanted.has and not wanted.texts):
        return []
    connection = await session.raw()
    arguments = Arguments(caller.workspace_id)
    conditions = [visible(caller.visibility, "c", arguments), *on_conversation(filters, arguments)]
    if wanted.texts:
        parts = parts_of(wanted.texts, sees_numbers=caller.clearance.sees_addresses)
        most = _CONTACTS[0 if caller.visibility.is_whole else 1]
        ids = await find_called(connection, caller, parts, most=most, walked=_WALKED_CONTACTS)
        if not ids and not company_ids:
            return []
        named = f"c.contact_id = any({arguments.add(ids)}::uuid[])"
        if company_ids:
            named = (
                f"({named} or c.contact_id = any(array(select p.id from contacts p where p.workspace_id = $1"
                f" and p.company_id = any({arguments.add(list(company_ids))}::uuid[]))))"
            )
        conditions.append(named)
    elif filters.sender_contact_ids:
        conditions.append(f"c.contact_id = any({arguments.add(filters.sender_contact_ids)}::uuid[])")
    rows = await connection.fetch(_latest(filters, conditions, arguments, limit), *arguments.values)
    return await load_visible_conversations(session, caller, [row["id"] for row in rows])


_STATES: Final = ("open", "pending", "snoozed", "resolved")


def _latest(filters: Filters, conditions: Sequence[str], arguments: Arguments, limit: int) -> str:
    """State by state, so that each reads its own partial index in its order (0001, conversations_*)."""
    most = arguments.add(limit)
    of_states = [
        f"(select c.id, c.last_activity_at from conversations c where c.workspace_id = $1 and c.state = '{state}'"
        f" and {' and '.join(conditions)} order by c.last_activity_at desc, c.id desc limit {most})"
        for state in _STATES
        if not filters.states or state in filters.states
    ]
    return (
        f"select id from ({' union all '.join(of_states)}) found order by last_activity_at desc, id desc limit {most}"
    )
