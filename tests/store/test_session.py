"""A transaction is whole or nothing, whatever ends it; and when hot statements keep their plans."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from threadline.core.errors import Unavailable
from threadline.store.savepoint import savepoint
from threadline.store.session import Database, Role, Session, is_outage


async def _note(session: Session, name: str) -> None:
    await (await session.raw()).execute("insert into leases (name) values ($1)", name)


async def _noted(database: Database) -> set[str]:
    async with database.connection(Role.ENGINE) as connection:
        return {row["name"] for row in await connection.fetch("select name from leases where name like 'note %'")}


@pytest.fixture(autouse=True)
async def _cleared(database: Database) -> None:
    async with database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute("delete from leases where name like 'note %'")


async def test_transaction_knows_its_workspace_and_the_next_one_forgets_it(database: Database) -> None:
    workspace_id = uuid4()
    show = "select current_setting('threadline.workspace_id', true)"
    async with database.transaction(Role.WEB, workspace_id) as session:
        assert await (await session.raw()).fetchval(show) == str(workspace_id)
    async with database.transaction(Role.WEB) as session:
        assert await (await session.raw()).fetchval(show) == ""


async def test_error_in_the_block_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.transaction(Role.ENGINE) as session:
            await _note(session, "note a")
            raise LookupError
    assert await _noted(database) == set()


async def test_cancelled_transaction_leaves_neither_rows_nor_a_spoiled_connection(database_url: str) -> None:
    one = Database(dict.fromkeys(Role, database_url), pool_size=1)

    async def hang() -> None:
        async with one.transaction(Role.ENGINE) as session:
            await _note(session, "note b")
            await (await session.raw()).execute("select pg_sleep(60)")

    try:
        task = asyncio.create_task(hang())
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await _noted(one) == set()
        assert dict(one.pool_usage())[Role.ENGINE] == 0
    finally:
        await one.close()


async def test_savepoints_undo_their_own_part_alone(database: Database) -> None:
    async with database.transaction(Role.ENGINE) as session:
        await _note(session, "note outer")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with savepoint(session):
                async with savepoint(session):
                    await _note(session, "note inner")
                await _note(session, "note outer")
        async with savepoint(session):
            await _note(session, "note after")
    assert await _noted(database) == {"note outer", "note after"}


async def test_session_that_is_over_gives_no_connection(database: Database) -> None:
    async with database.transaction(Role.ENGINE) as session:
        await _note(session, "note c")
    with pytest.raises(RuntimeError):
        await session.raw()


async def test_full_pool_is_unavailable_in_time(database_url: str) -> None:
    one = Database(dict.fromkeys(Role, database_url), pool_size=1, pool_wait_s=0.2)
    try:
        async with one.connection(Role.ENGINE):
            with pytest.raises(Unavailable):
                async with one.transaction(Role.ENGINE):
                    pass
    finally:
        await one.close()


async def test_database_that_is_not_there_is_unavailable() -> None:
    nowhere = Database(dict.fromkeys(Role, "postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(Unavailable):
        async with nowhere.transaction(Role.ENGINE):
            pass
    await nowhere.close()


async def test_connection_that_died_in_the_pool_is_not_given_out(database: Database, database_url: str) -> None:
    async with database.connection(Role.WEB) as connection:
        pid = connection.get_server_pid()
    killer = await asyncpg.connect(database_url)
    await killer.execute("select pg_terminate_backend($1)", pid)
    await killer.close()
    await asyncio.sleep(0.1)
    async with database.transaction(Role.WEB) as session:
        assert await (await session.raw()).fetchval("select 1") == 1


async def test_connection_whose_server_was_killed_between_two_statements_is_an_outage(
    database: Database, database_url: str
) -> None:
    """The driver then speaks of an operation in progress: that was taken for a mistake of ours, 500 instead of 503."""
    killer = await asyncpg.connect(database_url)
    seen: list[bool] = []
    for _ in range(20):
        try:
            async with database.transaction(Role.WEB) as session:
                connection = await session.raw()
                await killer.execute("select pg_terminate_backend($1)", connection.get_server_pid())
                for _ in range(10):
                    await connection.fetchval("select $1::int", 1)
                    await asyncio.sleep(0)
        except Exception as error:
            seen.append(is_outage(error))
    await killer.close()
    assert seen == [True] * 20
    assert is_outage(asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"))


async def test_plans_are_kept_only_when_the_planner_has_seen_rows(database_url: str) -> None:
    """Made on empty tables, a kept plan walked a whole workspace for each contact until somebody analysed them."""
    fresh = Database(dict.fromkeys(Role, database_url), pool_size=1)
    owner = await asyncpg.connect(database_url)

    async def mode() -> str | None:
        async with fresh.transaction(Role.ENGINE, UUID(int=1), keeps_plans=True) as session:
            return await (await session.raw()).fetchval("show plan_cache_mode")

    try:
        assert [await mode(), await mode()] == ["auto", "auto"]
        await owner.execute(
            "update pg_class set reltuples = 2000 where oid in"
            " ('contacts'::regclass, 'addresses'::regclass, 'conversations'::regclass, 'reaches'::regclass)"
        )
        fresh._looks_at = 0.0
        assert [await mode(), await mode()] == ["auto", "force_generic_plan"]
    finally:
        await owner.execute("analyze contacts, addresses, conversations, reaches")
        await owner.close()
        await fresh.close()


async def test_look_at_the_tables_that_fails_does_not_fail_what_was_committed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its caller would take the work for undone, and nobody would hear of it."""
    monkeypatch.setattr("threadline.store.session._ARE_TABLES_KNOWN", "select 1 / 0")
    heard: list[frozenset[str]] = []
    fresh = Database(dict.fromkeys(Role, database_url), pool_size=1, hints=heard.append)
    try:
        async with fresh.transaction(Role.ENGINE, keeps_plans=True) as session:
            await _note(session, "note d")
            session.hint("outbox:1")
        assert (await _noted(fresh), heard) == ({"note d"}, [frozenset({"outbox:1"})])
    finally:
        await fresh.close()
