"""Leases between workers on a real PostgreSQL."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import asyncpg
import pytest

from threadline.infra.direct import connect_directly
from threadline.infra.lease import Leases, SessionLocksDoNotHold, prove_session_locks

NewId = Callable[[], UUID]


async def test_one_worker_holds_a_lease_and_each_taking_raises_its_fence(database_url: str, new_id: NewId) -> None:
    async with (
        Leases(database_url, worker_id=new_id()) as first,
        Leases(database_url, worker_id=new_id()) as second,
    ):
        fence = await first.take("channel:1")
        assert fence is not None
        assert await first.take("channel:1") == fence
        assert await second.take("channel:1") is None
        await first.release("channel:1")
        assert await second.take("channel:1") == fence + 1
        assert dict(second.held) == {"channel:1": fence + 1}


async def test_lease_is_free_as_soon_as_its_worker_is_gone(database_url: str, new_id: NewId) -> None:
    async with Leases(database_url, worker_id=new_id()) as second:
        async with Leases(database_url, worker_id=new_id()) as first:
            assert await first.take("channel:2") is not None
        assert await second.take("channel:2") is not None


async def test_losing_the_connection_loses_every_lease_and_says_so(database_url: str, new_id: NewId) -> None:
    lost: list[frozenset[str]] = []
    worker_id = new_id()
    async with Leases(database_url, worker_id=worker_id, on_lost=lost.append, beat_s=0.1) as leases:
        await leases.take("channel:3")
        await leases.take("channel:4")
        await _end_lease_connections(database_url)
        await _until(lambda: lost == [frozenset({"channel:3", "channel:4"})])
        assert dict(leases.held) == {}
        await _until(lambda: leases._connection is not None)
        assert await leases.take("channel:3") is not None


async def test_live_workers_are_counted_by_their_beat(database_url: str, new_id: NewId) -> None:
    async with (
        Leases(database_url, worker_id=new_id(), kind="counted", beat_s=0.05) as first,
        Leases(database_url, worker_id=new_id(), kind="counted", beat_s=60),
    ):
        assert await first.count_live() == 2
        await asyncio.sleep(0.4)
        assert await first.count_live(within_s=0.3) == 1


async def test_direct_connection_keeps_its_session_locks(database_url: str) -> None:
    connection = await connect_directly(database_url, application_name="test")
    await prove_session_locks(connection)
    await connection.close()


async def test_pooler_that_swaps_sessions_is_found_out(database_url: str) -> None:
    """What a transaction pooler does to a client: after the commit, another backend answers."""

    class Swapping:
        def __init__(self, first: asyncpg.Connection, then: asyncpg.Connection) -> None:
            self.current, self.then = first, then

        def transaction(self) -> object:
            outer, inner = self, self.current.transaction()

            class Transaction:
                async def __aenter__(self) -> None:
                    await inner.start()

                async def __aexit__(self, *_: object) -> None:
                    await inner.commit()
                    outer.current = outer.then

            return Transaction()

        async def execute(self, *given: object) -> object:
            return await self.current.execute(*given)  # type: ignore[arg-type]

        async def fetchval(self, *given: object) -> object:
            return await self.current.fetchval(*given)  # type: ignore[arg-type]

    first, then = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    with pytest.raises(SessionLocksDoNotHold, match="THREADLINE_DATABASE_DIRECT_URL"):
        await prove_session_locks(Swapping(first, then))  # pyright: ignore[reportArgumentType] - a pooler in miniature
    await first.close()
    await then.close()


async def _end_lease_connections(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'threadline_lease' and datname = current_database()"
    )
    await connection.close()


async def _until(is_true: Callable[[], bool], *, within_s: float = 5) -> None:
    async with asyncio.timeout(within_s):
        while not is_true():
            await asyncio.sleep(0.02)
