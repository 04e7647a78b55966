"""Jobs on a real PostgreSQL: committed with their cause, run once each, tried again, kept when they cannot."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import asyncpg
import pytest

from threadline.infra.bus import Bus, PostgresCarrier
from threadline.infra.jobs import Job, JobRunner, enqueue


class Greet(Job, frozen=True):
    kind: ClassVar[str] = "greet"
    number: int


class Session:
    """What `enqueue` needs of a session, over one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.hints: set[str] = set()

    async def raw(self) -> asyncpg.Connection:
        return self.connection

    def hint(self, *topics: str) -> None:
        self.hints.update(topics)


async def _enqueue(url: str, numbers: list[int], *, unique_key: str | None = None, delay_s: float = 0) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("set role threadline_web")
    async with connection.transaction():
        await enqueue(Session(connection), [Greet(number=n) for n in numbers], unique_key=unique_key, delay_s=delay_s)
    await connection.close()


async def _run(url: str, handler: Callable[[Greet], object], until: Callable[[], bool], **options: int) -> None:
    stop = asyncio.Event()

    async def handle(job: Greet) -> None:
        result = handler(job)
        if asyncio.iscoroutine(result):
            await result

    async with Bus(PostgresCarrier(url)) as bus:
        runner = JobRunner(url, bus=bus, look_every_s=0.1)
        runner.handle(Greet, handle, **options)
        running = asyncio.create_task(runner.run(stop))
        async with asyncio.timeout(15):
            while not until():
                await asyncio.sleep(0.02)
        stop.set()
        async with asyncio.timeout(5):
            await running


async def _count(url: str, status: str) -> int:
    connection = await asyncpg.connect(url)
    count = await connection.fetchval("select count(*) from pgqueuer where status = $1::pgqueuer_status", status)
    await connection.close()
    return count or 0


async def test_jobs_of_the_web_role_run_once_each(database_url: str) -> None:
    done: list[int] = []
    await _enqueue(database_url, list(range(50)))
    await _run(database_url, lambda job: done.append(job.number), lambda: len(done) >= 50)
    assert sorted(done) == list(range(50))


async def test_job_vanishes_with_its_transaction(database_url: str) -> None:
    """Enqueued first in a transaction that rolls back: nothing of it may be left."""
    connection = await asyncpg.connect(database_url)
    before = await _count(database_url, "queued")
    with pytest.raises(ZeroDivisionError):
        async with connection.transaction():
            await enqueue(Session(connection), [Greet(number=1)])
            raise ZeroDivisionError
    await connection.close()
    assert await _count(database_url, "queued") == before


async def test_job_outside_a_transaction_is_refused(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    with pytest.raises(RuntimeError, match="inside the transaction"):
        await enqueue(Session(connection), [Greet(number=1)])
    await connection.close()


async def test_failing_job_is_tried_again(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threadline.infra.jobs._BACKOFF_FROM_S", 0.05)
    tries: list[int] = []

    def handle(job: Greet) -> None:
        tries.append(job.number)
        if len(tries) < 3:
            raise ValueError("a text that must not be kept")

    await _enqueue(database_url, [7])
    await _run(database_url, handle, lambda: len(tries) >= 3)
    assert tries == [7, 7, 7]
    connection = await asyncpg.connect(database_url)
    kept = await connection.fetchval("select string_agg(traceback::text, '') from pgqueuer_log")
    await connection.close()
    assert "a text that must not be kept" not in (kept or "")


async def test_job_that_cannot_be_done_is_kept_as_failed(database_url: str) -> None:
    tries: list[int] = []

    def handle(job: Greet) -> None:
        tries.append(job.number)
        raise ValueError

    await _enqueue(database_url, [9])
    await _run(database_url, handle, lambda: len(tries) >= 1, max_attempts=1)
    assert await _count(database_url, "failed") == 1


async def test_same_key_waits_once(database_url: str) -> None:
    await _enqueue(database_url, [1], unique_key="k", delay_s=3600)
    await _enqueue(database_url, [2], unique_key="k", delay_s=3600)
    assert await _count(database_url, "queued") == 1


async def test_idle_runner_starts_a_job_by_its_hint(database_url: str) -> None:
    started = asyncio.Event()
    stop = asyncio.Event()

    async def handle(job: Greet) -> None:
        started.set()

    async with Bus(PostgresCarrier(database_url)) as bus:
        runner = JobRunner(database_url, bus=bus, look_every_s=30)
        runner.handle(Greet, handle)
        running = asyncio.create_task(runner.run(stop))
        await asyncio.sleep(1.0)
        await _enqueue(database_url, [1])
        bus.publish(["jobs"])
        async with asyncio.timeout(3):
            await started.wait()
        stop.set()
        await running


async def test_no_trigger_notifies_inside_our_transactions(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("select count(*) from pg_trigger where tgrelid = 'pgqueuer'::regclass") == 0
    await connection.close()
