"""Two of everything at once: ingress processes, commits out of order, jobs of a transaction that fails, starts."""

import asyncio
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import asyncpg
import pytest

from tests.faults.house import House, Process
from tests.faults.provider import Provider
from tests.ports import free_port
from threadline.infra.clock import new_id
from threadline.infra.jobs import Job, enqueue
from threadline.store.deliveries import DeliveryLine, insert_deliveries
from threadline.store.session import Database, Role

pytestmark = [pytest.mark.faults, pytest.mark.slow]


# Ingress -------------------------------------------------------------------------------------------------------------


async def test_earlier_id_that_commits_last_is_not_skipped(house: House) -> None:
    """Another ingress process took its id first and its commit came late: open lines are found by state."""
    provider = Provider(house, "late-commit")
    early, late = provider.message(), provider.message()
    channel = (await house.query("select workspace_id, id, endpoint_id from channels"))[0]
    id = new_id()
    line = DeliveryLine(
        id,
        id,
        channel["workspace_id"],
        channel["endpoint_id"],
        channel["id"],
        provider.body_of(early),
        None,
        datetime.now(UTC),
    )
    connection = await asyncpg.connect(house.database_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await insert_deliveries(connection, [line])
        assert await provider.post(provider.body_of(late)) == 200
        await provider.wait_until_stored([late["id"]])
        await provider.is_quiet()
        later = await house.query("select max(id::text) as id from deliveries")
        assert later[0]["id"] > str(id), "the one that was processed has the greater id"
        await transaction.commit()
    finally:
        await connection.close()
    await provider.wait_until_stored([early["id"], late["id"]])


async def test_two_ingress_processes_take_the_same_webhooks_at_once(house: House, seed: int) -> None:
    provider = Provider(house, "twice")
    port = free_port()
    second = house.process("web", "web", log="web2", PORT=str(port))
    second.start()
    try:
        url = f"http://127.0.0.1:{port}"

        async def is_ready() -> bool:
            return await house.status_of(f"{url}/ready") == 200

        await house.wait_for("the second web process is ready", is_ready, within_s=30)
        messages = [provider.message(phone=f"49156{n % 7:08d}") for n in range(120)]
        bodies = [provider.body_of(one) for one in messages] * 2
        random.Random(seed).shuffle(bodies)
        hooks = [house.hook_url, house.hook_url.replace(house.url, url)]
        assert hooks[0] != hooks[1]

        async def post(number: int, body: bytes) -> int | None:
            return await house.status_of(hooks[number % 2], data=body, headers=provider.headers(body), timeout_s=15)

        assert set(await asyncio.gather(*(post(n, body) for n, body in enumerate(bodies)))) == {200}
        await provider.wait_until_stored([one["id"] for one in messages])
    finally:
        assert await second.stop() == 0
    rows = await house.query("select count(*) as count from contacts where starts_with(phone, '+49156')")
    assert rows[0]["count"] == 7


# Repeats -------------------------------------------------------------------------------------------------------------


async def test_replay_across_a_partition_boundary_changes_nothing(house: House, folder: Path, seed: int) -> None:
    """Recorded bodies of five weeks ago are played again, in another order: their messages are known (R3)."""
    provider = Provider(house, "replayed")
    then = time.time() - _OLD_S
    messages = [provider.message(phone=f"49159{n % 3:08d}", at=then + n) for n in range(12)]
    untimed = [{**provider.message(phone="4915900000000"), "timestamp": "?"} for _ in range(3)]
    bodies = [provider.body_of(*messages[:6]), *(provider.body_of(one) for one in (*messages[6:], *untimed))]
    for body in bodies:
        assert await provider.post(body) == 200
    ids = [one["id"] for one in (*messages, *untimed)]
    await provider.wait_until_stored(ids)
    await provider.is_quiet()
    await _age(house, provider)
    before, position = await provider.stored(), await _feed_position(house)

    recorded = folder / "recorded.jsonl"
    random.Random(seed).shuffle(bodies)
    recorded.write_bytes(b"\n".join([*bodies, *bodies]))
    answer = await asyncio.to_thread(house.run, "replay", str(recorded), "--url", house.url)
    assert answer.returncode == 0, answer.stderr
    await provider.is_quiet()
    assert await provider.stored() == before
    assert await _feed_position(house) == position, "a repeat announces nothing"
    fresh = provider.message()
    assert await provider.post(provider.body_of(fresh)) == 200
    await provider.wait_until_stored([*ids, fresh["id"]])
    partitions = await house.query(
        "select distinct tableoid::regclass::text as name from messages where starts_with(provider_id, $1)",
        f"wamid.{provider.name}.",
    )
    assert len(partitions) == 2, "the test must cross a boundary"


_OLD_S = 36 * 86_400


async def _age(house: House, provider: Provider) -> None:
    """As if they had been stored when they were written: their ids are times, and lie in that month's partition."""
    await house.query("select make_partitions(now() - interval '40 days', now())")
    rows = await house.query("select id from messages where starts_with(provider_id, $1)", f"wamid.{provider.name}.")
    for row in rows:
        old = UUID(int=row["id"].int - (_OLD_S * 1000 << 80))
        await house.query(  # its words hang on its id: as with any old message, the search has yet to read it
            "with forgotten as (delete from message_words where id = $1) update messages set id = $2 where id = $1",
            row["id"],
            old,
        )
        await house.query("update inbound_keys set message_id = $2 where message_id = $1", row["id"], old)
        await house.query(
            "update conversations set first_message_id = case when first_message_id = $1 then $2 else first_message_id"
            " end, last_message_id = case when last_message_id = $1 then $2 else last_message_id end"
            " where $1 in (first_message_id, last_message_id)",
            row["id"],
            old,
        )


async def _feed_position(house: House) -> int:
    return (await house.query("select max(last_seq) as seq from feed_counters"))[0]["seq"]


# Jobs ----------------------------------------------------------------------------------------------------------------


class _Nobodys(Job, frozen=True):
    """No worker handles it, so it lies where it was put."""

    kind: ClassVar[str] = "test_of_rollback"


class _Refused(Exception):
    pass


async def test_job_enqueued_first_in_a_transaction_that_rolls_back_is_gone(house: House) -> None:
    """The first statement of a session begins its transaction; a job before it would be committed on its own."""

    async def count() -> int:
        rows = await house.query("select count(*) as count from pgqueuer where entrypoint = $1", _Nobodys.kind)
        return rows[0]["count"]

    database = Database(dict.fromkeys(Role, house.database_url), pool_size=1)
    try:
        for role in (Role.WEB, Role.ENGINE):
            with pytest.raises(_Refused):
                async with database.transaction(role) as session:
                    await enqueue(session, [_Nobodys()])
                    raise _Refused
            assert await count() == 0
            async with database.transaction(role) as session:
                await enqueue(session, [_Nobodys()])
            assert await count() == 1
            with pytest.raises(RuntimeError):
                await enqueue(session, [_Nobodys()])
            assert await count() == 1
            await house.query("delete from pgqueuer where entrypoint = $1", _Nobodys.kind)
    finally:
        await database.close()


# Starts --------------------------------------------------------------------------------------------------------------


def _serve(folder: Path, name: str, data_dir: Path, port: int) -> Process:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("THREADLINE_")}
    command = [sys.executable, "-m", "threadline.cli", "serve", "--no-browser", "--no-sandbox"]
    command += ["--data-dir", str(data_dir), "--port", str(port)]
    return Process(name, command, kept | {"PYTHONUNBUFFERED": "1"}, folder / f"{name}.log")


@pytest.mark.parametrize("shares", ["the data folder and the port", "the port"])
async def test_of_two_starts_of_serve_exactly_one_wins(house: House, folder: Path, shares: str) -> None:
    place = folder / f"starts {shares}"
    place.mkdir()
    port = free_port()
    folders = [place / "one", place / ("two" if shares == "the port" else "one")]
    starts = [_serve(place, f"serve{n}", data_dir, port) for n, data_dir in enumerate(folders)]
    try:
        for start in starts:
            start.start()

        async def is_decided() -> bool:
            running = [n for n, start in enumerate(starts) if start.is_running]
            if not running:
                return True
            return len(running) == 1 and await house.status_of(f"http://127.0.0.1:{port}/ready") == 200

        await house.wait_for("one start has won", is_decided, within_s=60)
        losers = [start for start in starts if not start.is_running]
        assert len(losers) == 1, [start.log_tail() for start in starts]
        loser = losers[0]
        assert loser.popen is not None
        assert loser.popen.returncode not in (0, None)
        sentences = [line for line in loser.log.read_text().splitlines() if line.strip()]
        assert len(sentences) == 1, "\n".join(sentences)
        assert sentences[0].startswith("threadline: ")
        winner = next(start for start in starts if start is not loser)
        assert await winner.stop() == 0
    finally:
        for start in starts:
            await _end(start)


async def _end(start: Process) -> None:
    """SIGTERM first: a killed supervisor leaves its database behind."""
    if start.popen is None or not start.is_running:
        return
    start.popen.send_signal(signal.SIGTERM)
    ends = time.monotonic() + 30
    while start.is_running and time.monotonic() < ends:
        await asyncio.sleep(0.1)
    start.kill()


async def test_killed_supervisor_leaves_nothing_that_the_next_start_cannot_adopt(folder: Path, house: House) -> None:
    """kill -9 of `serve` itself: its children stop, its database is adopted, and the next start serves (R19)."""
    place = folder / "adopted"
    place.mkdir()
    first = _serve(place, "first", place / "data", free_port())
    first.start()
    port = free_port()
    second = _serve(place, "second", place / "data", port)
    try:
        await _wait_for_line(first, "Threadline runs at")
        first.kill()
        second.start()
        await _wait_for_line(second, "Threadline runs at")

        async def is_ready() -> bool:
            return await house.status_of(f"http://127.0.0.1:{port}/ready") == 200

        await house.wait_for("the next start is ready", is_ready, within_s=15)
        assert await second.stop() == 0
    finally:
        for start in (first, second):
            await _end(start)
    assert not _processes_in(place), "a process of the first start lives on"


def _processes_in(place: Path) -> list[str]:
    """Those whose environment or arguments name the place."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(place).encode() in told:
            found.append(process.name)
    return found


async def _wait_for_line(process: Process, text: str, within_s: float = 60) -> None:
    ends = time.monotonic() + within_s
    while text not in process.log.read_text():
        assert process.is_running, process.log_tail()
        assert time.monotonic() < ends, process.log_tail()
        await asyncio.sleep(0.1)
