"""Contacts by parts of names and numbers: found by the index, and no more rows read than a page is worth."""

from datetime import date

import asyncpg
import pytest

from threadline.actions.index_search import contact_vector
from threadline.core.permission import Caller, Permission
from threadline.core.search_query import read_query
from threadline.infra.clock import new_id
from threadline.store.search import search_contacts
from threadline.store.search_filters import Filters
from threadline.store.search_index import ContactText
from threadline.store.session import Database, Role

_ALIKE, _OTHERS = 9_000, 3_000
_WALKED, _SORTED = 2_000, 4_000
"""What is looked through one by one, and what of an index's answer is read and sorted, at most."""


@pytest.fixture
async def town(database: Database, database_url: str) -> tuple[Database, Caller]:
    """Nine thousand of one surname, and behind them three thousand newer ones of another."""
    workspace_id = new_id()
    texts = [
        ContactText(
            id=new_id(),
            name=f"Zorn Lindqvist {n:05}" if n < _ALIKE else f"Kiri Amsel {n:05}",
            handle="",
            phone=f"+44779{100_000 + n}",
            addresses=[f"+44779{100_000 + n}"],
            is_merged=False,
        )
        for n in range(_ALIKE + _OTHERS)
    ]
    owner = await asyncpg.connect(database_url)
    await owner.execute("insert into workspaces (id, name) values ($1, 'Shop')", workspace_id)
    await owner.executemany(
        "insert into contacts (workspace_id, id, name, phone) values ($1, $2, $3, $4)",
        [(workspace_id, one.id, one.name, one.phone) for one in texts],
    )
    await owner.execute("create temp table made (id uuid, words text)")
    await owner.copy_records_to_table("made", records=[(one.id, contact_vector(workspace_id, one)) for one in texts])
    await owner.execute(
        "insert into contact_words (workspace_id, id, words) select $1, id, words::tsvector from made", workspace_id
    )
    await owner.execute("analyze contacts; analyze contact_words")
    await owner.close()
    return database, Caller(workspace_id=workspace_id, permissions=frozenset(Permission))


_READ = """
select relname, seq_tup_read, coalesce(idx_tup_fetch, 0) as fetched from pg_stat_xact_user_tables
where relname in ('contact_words', 'contacts')
"""


async def _look(database: Database, caller: Caller, typed: str) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """The names found; and by table rows read from end to end, and rows fetched by an index."""
    wanted = read_query(typed, today=date(2026, 11, 26))
    async with database.transaction(Role.WEB, caller.workspace_id) as session:
        connection = await session.raw()
        before = {row["relname"]: row for row in await connection.fetch(_READ)}  # of transactions before, not yet told
        hits = await search_contacts(session, caller, wanted, Filters(), limit=30)
        after = {row["relname"]: row for row in await connection.fetch(_READ)}
    read = {
        name: (row["seq_tup_read"] - before[name]["seq_tup_read"], row["fetched"] - before[name]["fetched"])
        if name in before
        else (row["seq_tup_read"], row["fetched"])
        for name, row in after.items()
    }
    return ["".join(piece.text for piece in hit.name) for hit in hits], read


_CASES = [
    # (typed, the first one found, rows that the index leads to at most)
    ("+44 779 100123", "Zorn Lindqvist 00123", 40),
    ("100123", "Zorn Lindqvist 00123", 40),
    ("orn 8124", "Zorn Lindqvist 08124", 40),
    ("n 8124", "Zorn Lindqvist 08124", 40),
    ("msel", "Kiri Amsel", 0),
    ("lind zo", "Zorn Lindqvist", _SORTED),
    ("zo li", "Zorn Lindqvist", _SORTED),
    ("z", "Zorn Lindqvist", _SORTED),
    ("lindqvist 77", "Zorn Lindqvist", _SORTED),
    ("qqx", "", 0),
]


async def test_any_part_is_found_and_what_is_read_is_bounded(town: tuple[Database, Caller]) -> None:
    for typed, first, most_words in _CASES:
        names, read = await _look(*town, typed)
        assert names[0].startswith(first) if first else names == [], (typed, names[:3])
        from_end_to_end, by_index = read["contact_words"]
        assert from_end_to_end == 0, typed
        assert by_index <= _WALKED + most_words, typed
        from_end_to_end, by_index = read.get("contacts", (0, 0))
        assert from_end_to_end == 0, typed
        assert by_index <= 40, typed
