"""Search among ten million messages and a million contacts, as the web role with its policies.

The index is filled by the product's own reader of what was there before, whose pace is a figure too. Each search goes
through the functions of the store that the API calls, with other words each time: nothing is asked twice in a row.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from bench.figures import Figure, load_average
from bench.installation import Installation, running_postgres
from bench.load import percentile
from bench.reading import caller_of, open_large
from bench.sizes import Options
from threadline.core.filter import Kind
from threadline.core.permission import Caller
from threadline.core.search_fields import operator_fields
from threadline.core.search_query import SearchQuery, read_query
from threadline.store.filters import load_fields
from threadline.store.search import search_contacts, search_conversations, search_messages
from threadline.store.search_filters import Filters, read_filters
from threadline.store.session import Database, Role, Session
from threadline.workers.older_search import OlderSearch

PART = "Search"
_MESSAGES_MS = 100.0
_PEOPLE_MS = 20.0
_PAGE = 30

_MESSAGES: dict[str, Callable[[int], str]] = {
    "in all of them": lambda n: ("glaze", "blue bowls", "customer sand")[n % 3],
    "in one of ten": lambda n: ("return", "please return")[n % 2],
    "in one of fifty": lambda n: ("refund", "want refund", "refu")[n % 3],
    "in one of two hundred": lambda n: ("broken", "arrived", "arrived broken")[n % 3],
    "in one of a thousand": lambda n: ("kiln", "straight kiln", "kil")[n % 3],
    "in one of twenty thousand": lambda n: ("porcelain", "white porcelain", "porcel")[n % 3],
    "in one of a million": lambda n: ("celadon", "celado", "celadon bowls")[n % 3],
    "in none": lambda n: f"nothing{n}",
    "in one": lambda n: f"{200_000 + 2 * n}",
    "two that seldom meet": lambda n: ("broken refund", "kiln return", "porcelain broken")[n % 3],
    "of Chinese": lambda n: ("蓝色", "请问有", "蓝色的碗吗")[n % 3],
    "of one channel and direction": lambda n: "kiln channel:shop is:incoming",
    "of a month long ago": lambda n: f"broken before:{2026 - n % 2}-0{1 + n % 9}",
}
_PEOPLE: dict[str, Callable[[int], str]] = {
    "three letters of a name": lambda n: ("ann", "ürg", "kas", "mar", "oni")[n % 5],
    "a part of a rare name": lambda n: ("arzy", "ranço", "tarzyn", "ukasz")[n % 4] + f" {n}",
    "in Chinese or Thai": lambda n: ("美玲", "สมชาย", "陽")[n % 3],
    "three digits of a number": lambda n: f"{100 + n * 7 % 900}",
    "the last six digits": lambda n: f"{(n * 7919) % 1_000_000:06}",
    "a whole number": lambda n: f"+44 7700 {n * 211 % 1_000_000:06}",
    "nobody": lambda n: f"qqx{n}",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    query: Callable[[int], str]
    do: Callable[[Session, Caller, str], Awaitable[object]]
    target_ms: float


async def measure(options: Options) -> list[Figure]:
    with running_postgres(options.cache) as server:
        async with open_large(server, options) as installation:
            filled = await _fill(installation)
            return [*filled, *await _measure_searches(installation, options)]


async def _fill(installation: Installation) -> list[Figure]:
    """By the product's own reader, without its rests. Nothing if it was filled before."""
    before = load_average()
    database = Database({Role.ENGINE: installation.database_url}, pool_size=1)
    older = OlderSearch(database, lambda: datetime.now(UTC), rests_longer=0)
    started_at = time.perf_counter()
    try:
        while await older.step():
            pass
    finally:
        await database.close()
    took_s = time.perf_counter() - started_at
    connection = await asyncpg.connect(installation.database_url)
    try:
        await connection.execute("vacuum analyze message_words")
        await connection.execute("vacuum analyze contact_words")
        row = await connection.fetchrow(
            "select (select sum(done_count) from search_progress where subject = 'messages')::bigint as messages,"
            " (select count(*) from contact_words)::bigint as contacts,"
            " (select sum(pg_total_relation_size(inhrelid)) from pg_inherits"
            "  where inhparent = 'message_words'::regclass)::bigint as bytes,"
            " (select sum(pg_total_relation_size(inhrelid)) from pg_inherits"
            "  where inhparent = 'messages'::regclass)::bigint as of_messages"
        )
        assert row is not None
    finally:
        await connection.close()
    count = row["messages"] + row["contacts"]
    is_fresh = took_s > 5
    size = Figure(
        part=PART,
        name="the words of a message",
        unit="B",
        measured=row["bytes"] / max(1, row["messages"]),
        note=f"with their index; the message itself {row['of_messages'] / max(1, row['messages']):,.0f} B",
        load_average=before,
    )
    pace = Figure(
        part=PART,
        name="reading what was there before, without rests",
        unit="/s",
        measured=count / took_s,
        note=f"{row['messages']:,} messages and {row['contacts']:,} contacts",
        load_average=before,
    )
    return [pace, size] if is_fresh else [size]


async def _measure_searches(installation: Installation, options: Options) -> list[Figure]:
    who = await caller_of(installation)
    database = Database({Role.WEB: installation.database_url}, pool_size=1)
    asked = [
        *(_Asked(f"messages, words {name}", query, _messages, _MESSAGES_MS) for name, query in _MESSAGES.items()),
        *(_Asked(f"contacts, {name}", query, _people, _PEOPLE_MS) for name, query in _PEOPLE.items()),
        _Asked("conversations of contacts, parts of a name", lambda n: f"ann {n}", _conversations, _PEOPLE_MS),
    ]
    try:
        return [await _measure_one(database, who, one, options) for one in asked]
    finally:
        await database.close()


async def _measure_one(database: Database, who: Caller, asked: _Asked, options: Options) -> Figure:
    before = load_average()
    times: list[float] = []
    for n in range(-5, max(20, options.sizes.reads // 4)):
        async with database.transaction(Role.WEB, who.workspace_id) as session:
            await session.raw()
            started_at = time.perf_counter()
            await asked.do(session, who, asked.query(n + 5))
            if n >= 0:
                times.append(time.perf_counter() - started_at)
    times.sort()
    return Figure(
        part=PART,
        name=f"{asked.name}, p95",
        unit="ms",
        measured=percentile(times, 0.95) * 1000,
        aim="at most",
        target=asked.target_ms,
        note=f"p50 {percentile(times, 0.5) * 1000:.2f} ms",
        load_average=before,
    )


async def _read(session: Session, who: Caller, typed: str) -> tuple[SearchQuery, Filters]:
    """As the API reads what was typed."""
    now, fields = datetime.now(UTC), await load_fields(session)
    words = {word: field.kind is Kind.BOOLEAN for word, field in operator_fields(fields).items()}
    wanted = read_query(typed, today=now.date(), words=words)
    return wanted, await read_filters(session, who, wanted, fields=fields, zone=UTC, now=now)


async def _messages(session: Session, who: Caller, typed: str) -> object:
    wanted, filters = await _read(session, who, typed)
    return await search_messages(session, who, wanted, filters, after=None, limit=_PAGE)


async def _people(session: Session, who: Caller, typed: str) -> object:
    wanted, filters = await _read(session, who, typed)
    return await search_contacts(session, who, wanted, filters, limit=_PAGE)


async def _conversations(session: Session, who: Caller, typed: str) -> object:
    wanted, filters = await _read(session, who, typed)
    return await search_conversations(session, who, wanted, filters, limit=_PAGE)
