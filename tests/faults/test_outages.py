"""What is away or full: the database stopped, frozen, its disk full; the blobs' disk full; clients that do not read.

An outage is answered 503, nothing accepted is lost, and everything works again by itself (R20, R21, R22).
"""

import asyncio
import base64
import os
import random
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from tests.faults.disks import may_mount, move_tables, partitions_now, refusing, small_disk
from tests.faults.history import read_history
from tests.faults.house import METRICS_TOKEN, House
from tests.faults.provider import Provider
from tests.faults.town import Town

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ANSWER_WITHIN_S = 5.0
BACK_WITHIN_S = 10.0
NOISE_S = 1.0
"""What other work on the machine may add to a bound."""


@pytest.fixture(scope="module")
async def town(house: House, seed: int) -> Town:
    town = Town(house, random.Random(seed))
    await house.control("knobs", {"retry_ladder_s": [0.2, 0.5, 1.0]})
    await town.open(8)
    return town


@pytest.fixture(autouse=True)
async def _database_runs(house: House) -> AsyncIterator[None]:
    """A test that fails must not take the next ones with it."""
    yield
    await house.postgres.keep_running()
    await house.wait_until_ready()


@dataclass(slots=True)
class Probe:
    """Asks for the same thing again and again, and remembers what it heard and how long that took."""

    name: str
    ask: Callable[[], Awaitable[int | None]]
    good: int
    heard: list[tuple[float, float, int | None]] = field(default_factory=list[tuple[float, float, int | None]])
    """(asked at, seconds, status); None: no answer in twelve seconds, or a broken connection."""

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            asked_at = time.monotonic()
            status = await self.ask()
            self.heard.append((asked_at, time.monotonic() - asked_at, status))
            await asyncio.sleep(0.1)

    def check_outage(self, began_at: float, ended_at: float) -> None:
        """While it lasted, every answer was 503 within the time; before and after nothing was a surprise either."""
        during = [one for one in self.heard if began_at < one[0] < ended_at]
        assert during, f"{self.name} was not asked"
        statuses = {status for _, _, status in self.heard}
        assert statuses <= {self.good, 503}, f"{self.name} heard {statuses}"
        assert {status for _, _, status in during} == {503}, f"{self.name} heard something else than 503"
        slowest_s = max(took_s for _, took_s, _ in during)
        assert slowest_s < ANSWER_WITHIN_S + NOISE_S, f"{self.name} waited {slowest_s:.1f} s for its 503"

    def is_back(self, ended_at: float) -> bool:
        return any(at > ended_at and status == self.good for at, _, status in self.heard)

    def check_back(self, ended_at: float) -> None:
        back_at = min(
            (at + took for at, took, status in self.heard if at > ended_at and status == self.good), default=0
        )
        assert back_at, f"{self.name} did not come back"
        assert back_at - ended_at < BACK_WITHIN_S + NOISE_S, f"{self.name} was back after {back_at - ended_at:.1f} s"


def _probes(town: Town, provider: Provider, accepted: list[str]) -> list[Probe]:
    house = town.house
    conversation_id = town.conversations[town.phones[0]]

    async def hook() -> int | None:
        message = provider.message()
        status = await provider.post(provider.body_of(message), timeout_s=12)
        if status == 200:
            accepted.append(message["id"])
        return status

    async def ask(method: str, path: str, body: object = None) -> int | None:
        try:
            status, _ = await house.api(method, path, body, timeout_s=12)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None
        return status

    async def note() -> int | None:
        body = {"client_id": str(uuid4()), "kind": "note", "content": {"kind": "text", "text": "noted"}}
        return await ask("POST", f"/conversations/{conversation_id}/messages", body)

    async def conversations() -> int | None:
        return await ask("GET", "/conversations")

    async def ready() -> int | None:
        return await house.status_of(f"{house.url}/ready", timeout_s=12)

    return [
        Probe("a webhook", hook, 200),
        Probe("a list", conversations, 200),
        Probe("a note", note, 201),
        Probe("readiness", ready, 200),
    ]


@asynccontextmanager
async def _asking(probes: list[Probe]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    asking = [asyncio.create_task(probe.run(stop)) for probe in probes]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*asking)


async def _stop_database(house: House) -> None:
    """As an administrator who restarts it: connections are ended."""
    pid = house.postgres.pid
    os.kill(pid, signal.SIGINT)
    await house.wait_for("the database stopped", lambda: _is_gone(pid), within_s=20)


async def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


async def test_stopped_database_is_503_at_once_and_everything_comes_back_by_itself(town: Town) -> None:
    house = town.house
    provider, accepted = Provider(house, "stopped"), list[str]()
    probes = _probes(town, provider, accepted)
    pids = house.web.pid, house.worker.pid
    page = await house.status_of(house.url + "/")
    async with _asking(probes):
        await asyncio.sleep(1)
        await _stop_database(house)
        began_at = time.monotonic()
        assert await house.status_of(house.url + "/") == page, "pages need no database"
        assert await house.status_of(house.url + "/health") == 200, "the process lives"
        await asyncio.sleep(4)
        ended_at = time.monotonic()
        await house.postgres.keep_running()
        answers_at = time.monotonic()
        while time.monotonic() < answers_at + BACK_WITHIN_S and not all(one.is_back(answers_at) for one in probes):
            await asyncio.sleep(0.2)
    for probe in probes:
        probe.check_outage(began_at, ended_at)
        probe.check_back(answers_at)
    assert pids == (house.web.pid, house.worker.pid)
    assert house.web.is_running
    assert house.worker.is_running
    await provider.wait_until_stored(accepted)
    sent = await town.send(town.phones[0])
    assert sent
    await house.settle()
    connections = await house.query("select count(*) as count from pg_stat_activity where datname is not null")
    assert connections[0]["count"] < 60, "no pool leaks"


async def test_web_process_that_starts_during_an_outage_says_so_and_recovers(town: Town) -> None:
    """Nothing hangs until the database is back: providers and browsers hear 503."""
    house = town.house
    provider = Provider(house, "starts")
    await _stop_database(house)
    house.web.kill()
    house.web.start()

    async def is_listening() -> bool:
        return await house.status_of(house.url + "/health") == 200

    await house.wait_for("the process listens", is_listening, within_s=15)
    message = provider.message()
    started = time.monotonic()
    status = await provider.post(provider.body_of(message), timeout_s=20)
    assert (status, time.monotonic() - started < ANSWER_WITHIN_S + NOISE_S) == (503, True)
    await house.postgres.keep_running()
    await house.wait_until_ready(within_s=15)
    assert await provider.post(provider.body_of(message)) == 200
    await provider.wait_until_stored([message["id"]])


async def test_frozen_database_does_not_hang_providers(town: Town) -> None:
    """It does not answer and does not refuse: a stalled disk, a lost network."""
    house = town.house
    provider = Provider(house, "frozen")
    messages = [provider.message() for _ in range(6)]
    assert await provider.post(provider.body_of(messages[0])) == 200
    family = [house.postgres.pid, *_descendants(house.postgres.pid)]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        statuses = await asyncio.gather(*(provider.post(provider.body_of(one), timeout_s=20) for one in messages[1:]))
        took_s = time.monotonic() - started
    finally:
        for pid in family:
            os.kill(pid, signal.SIGCONT)
    assert statuses == [503] * 5
    assert took_s < ANSWER_WITHIN_S + NOISE_S
    ends = time.monotonic() + BACK_WITHIN_S
    for message in messages:  # the provider's next try
        while await provider.post(provider.body_of(message)) != 200:
            assert time.monotonic() < ends
            await asyncio.sleep(0.2)
    await provider.wait_until_stored([one["id"] for one in messages])
    await house.wait_until_ready(within_s=60)


def _descendants(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# Full disks ----------------------------------------------------------------------------------------------------------


async def test_full_disk_under_deliveries_is_an_outage(town: Town, folder: Path) -> None:
    house = town.house
    provider = Provider(house, "full-deliveries")
    messages = [provider.message(_noise(700_000)) for _ in range(14)]
    async with _full_disk(house, folder / "tiny1", "deliveries", size="6m") as make_room:
        first = [await provider.post(provider.body_of(one)) for one in messages]
        assert set(first) <= {200, 503}
        assert 503 in first, "the disk was large enough for all: the test proves nothing"
        assert (await house.api("GET", "/conversations"))[0] == 200, "reads go on"
        await make_room()
    again = [await provider.post(provider.body_of(one)) for one in messages]
    assert again == [200] * len(messages)
    await provider.wait_until_stored([one["id"] for one in messages])


async def test_full_disk_under_messages_loses_no_delivery(town: Town, folder: Path) -> None:
    """The worker cannot store what is delivered: it waits, nothing is called bad data, agents hear 503."""
    house = town.house
    provider = Provider(house, "full-messages")
    messages = [provider.message(_noise(3_000), phone=f"49157{n % 5:08d}") for n in range(1200)]
    lots = [messages[start : start + 100] for start in range(0, len(messages), 100)]
    async with _full_disk(house, folder / "tiny2", "messages", size="2m") as make_room:
        for lot in lots:
            assert await provider.post(provider.body_of(*lot)) == 200
        body = {"client_id": str(uuid4()), "content": {"kind": "text", "text": _noise(3_000)}}
        path = f"/conversations/{town.conversations[town.phones[1]]}/messages"

        async def sends_are_refused() -> bool:
            status, _ = await house.api("POST", path, body | {"client_id": str(uuid4())})
            assert status in (201, 503)
            return status == 503

        await house.wait_for("agents hear of it", sends_are_refused, within_s=20)
        assert (await house.api("GET", "/conversations"))[0] == 200, "reads go on"
        await asyncio.sleep(2)
        rows = await house.query("select state, count(*) as count from deliveries group by state")
        states = {row["state"]: row["count"] for row in rows}
        assert states.get("open"), "the disk was large enough for all: the test proves nothing"
        assert not states.get("dead")
        await make_room()
    await provider.wait_until_stored([one["id"] for one in messages], within_s=40)
    assert (await house.query("select count(*) as count from failed_items"))[0]["count"] == 0
    assert (await town.send(town.phones[1])) is not None
    await house.settle()


@asynccontextmanager
async def _full_disk(
    house: House, tiny: Path, table: str, *, size: str
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The partition that is written lies on a disk of this size; calling what is given makes it roomy."""
    if not may_mount():
        async with refusing(house, table):

            async def heal() -> None:
                await house.query(f"drop trigger full_disk on {table}")

            yield heal
        return
    tables = await partitions_now(house, table)
    name = f"tiny_{tiny.name}"
    with small_disk(tiny, size=size, owner=house.postgres.embedded.folder / "data") as disk:
        await house.query(f"create tablespace {name} location '{tiny}'")
        await move_tables(house, tables, tablespace=name)

        async def grow() -> None:
            disk.grow()

        try:
            yield grow
        finally:
            disk.grow()
            await move_tables(house, tables, tablespace="pg_default")
            await house.query(f"drop tablespace {name}")


async def test_full_disk_under_blobs_refuses_large_bodies_and_takes_small_ones(town: Town) -> None:
    house = town.house
    provider = Provider(house, "full-blobs")
    large = [provider.message(_noise(1_200_000)) for _ in range(6)]
    small = provider.message()
    with _full_blobs(house) as make_room:
        statuses = [await provider.post(provider.body_of(one)) for one in large]
        assert set(statuses) <= {200, 503}
        assert 503 in statuses, "the disk was large enough for all: the test proves nothing"
        assert await provider.post(provider.body_of(small)) == 200
        taken = [one["id"] for one, status in zip(large, statuses, strict=True) if status == 200]
        await provider.wait_until_stored([*taken, small["id"]])
        make_room()
        assert {await provider.post(provider.body_of(one)) for one in large} == {200}
        await provider.wait_until_stored([small["id"], *(one["id"] for one in large)])


def _full_blobs(house: House):
    from contextlib import contextmanager

    blobs = house.folder / "blobs"

    @contextmanager
    def mounted():
        with small_disk(blobs, size="3m") as disk:
            yield disk.grow

    @contextmanager
    def closed():
        folders = [blobs, *(path for path in blobs.rglob("*") if path.is_dir())]
        for one in folders:
            one.chmod(0o500)

        def heal() -> None:
            for one in folders:
                one.chmod(0o700)

        try:
            yield heal
        finally:
            heal()

    return mounted() if may_mount() else closed()


def _noise(size: int) -> str:
    """Text that no compression makes smaller."""
    return base64.b64encode(secrets.token_bytes(size * 3 // 4)).decode()


# Clients that do not read --------------------------------------------------------------------------------------------


async def test_sockets_that_do_not_read_cost_little_and_delay_nobody(town: Town) -> None:
    """R17, made small: forty of them while megabytes of news flow; the one that reads gets all of it."""
    house = town.house
    provider = Provider(house, "slow")
    stuck = [await _open_stuck_feed(house) for _ in range(40)]
    assert await _count_feeds(house) == 40
    before_bytes = _memory_bytes(house.web.pid)
    texts = [_noise(3_500) for _ in range(1000)]
    messages = [provider.message(text, phone=f"49158{n % 20:08d}") for n, text in enumerate(texts)]
    url = house.url.replace("http:", "ws:") + "/api/feed"
    headers = {"Authorization": f"Bearer {house.token}", "Origin": house.url}
    peak_bytes = before_bytes
    seen: set[str] = set()
    async with house.http.ws_connect(url, headers=headers, max_msg_size=64 * 1024 * 1024) as healthy:
        await healthy.send_json({"kind": "resume", "position": await _position(house)})
        for start in range(0, len(messages), 100):
            assert await provider.post(provider.body_of(*messages[start : start + 100])) == 200
            slowest_s = await _read_until_stored(house, healthy, seen, [one["id"] for one in messages[: start + 100]])
            assert slowest_s < 10
            peak_bytes = max(peak_bytes, _memory_bytes(house.web.pid))

    async def are_let_go() -> bool:
        """The kernel's buffers may have room for some of them yet."""
        lot = [provider.message(_noise(3_500), phone=f"49158{n % 20:08d}") for n in range(100)]
        assert await provider.post(provider.body_of(*lot)) == 200
        return await _count_feeds(house) == 0

    await house.wait_for("who does not read is let go", are_let_go, within_s=20)
    peak_bytes = max(peak_bytes, _memory_bytes(house.web.pid))
    for connection in stuck:
        connection.close()
    assert peak_bytes - before_bytes < 150 * 1024 * 1024
    assert await house.status_of(f"{house.url}/ready") == 200
    assert (await house.api("GET", "/conversations"))[0] == 200


async def _open_stuck_feed(house: House) -> socket.socket:
    """A feed from the beginning whose reader has gone to sleep, with the smallest of receive buffers."""
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await loop.sock_connect(connection, ("127.0.0.1", house.port))
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    request = (
        f"GET /api/feed HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nOrigin: {house.url}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {house.token}\r\n\r\n"
    )
    await loop.sock_sendall(connection, request.encode())
    answer = await asyncio.wait_for(loop.sock_recv(connection, 64), 5)
    assert answer.startswith(b"HTTP/1.1 101")
    text = b'{"kind":"resume","position":' + str(await _position(house)).encode() + b"}"
    mask = secrets.token_bytes(4)
    masked = bytes(byte ^ mask[position % 4] for position, byte in enumerate(text))
    await loop.sock_sendall(connection, bytes([0x81, 0x80 | len(text)]) + mask + masked)
    return connection


async def _count_feeds(house: House) -> int:
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    async with house.http.get(f"{house.url}/metrics", headers=headers) as answer:
        page = await answer.text()
    return int(
        float(next(line.split()[1] for line in page.splitlines() if line.startswith("threadline_sockets_open ")))
    )


async def _position(house: House) -> int:
    return (await house.query("select max(last_seq) as seq from feed_counters"))[0]["seq"]


async def _read_until_stored(
    house: House, feed: aiohttp.ClientWebSocketResponse, seen: set[str], provider_ids: list[str]
) -> float:
    """Seconds until the feed told of all these messages."""
    started = time.monotonic()

    async def stored() -> bool:
        rows = await house.query(
            "select count(*) as count from messages where provider_id = any($1::text[])", provider_ids
        )
        return rows[0]["count"] == len(provider_ids)

    await house.wait_for("the messages are stored", stored, within_s=20)
    rows = await house.query("select id from messages where provider_id = any($1::text[])", provider_ids)
    wanted = {str(row["id"]) for row in rows}
    while not wanted <= seen:
        frame = await feed.receive_json(timeout=20)
        seen.update(one["id"] for one in frame.get("messages", ()))
    return time.monotonic() - started


def _memory_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no memory is told")


# At the end everything must agree ------------------------------------------------------------------------------------


async def test_afterwards_the_town_goes_on_as_if_nothing_had_been(town: Town) -> None:
    house = town.house
    async with town.busy():
        await asyncio.sleep(3)
    await house.settle()
    history = await read_history(house, town.ledger)
    ours = {written.wamid for written in town.ledger.written.values()}
    stored = [one.provider_id for one in history.incoming if one.provider_id in ours]
    assert sorted(ours) == sorted(stored)
    assert not history.feed_gaps
    assert not history.unfinished_deliveries
