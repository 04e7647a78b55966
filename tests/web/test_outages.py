"""A database that is away, silent or busy: 503 in time with Retry-After, nothing hangs, all comes back (R20, R21)."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
import structlog

from tests.web.conftest import Answer, Browser, Server, browser_of, running_server, set_up
from threadline.store.session import Role

POOL = 3
ANSWER_WITHIN_S = 5.0
BACK_WITHIN_S = 10.0


@dataclass
class Gate:
    """A wire to the database that a test can cut (connections are reset) or silence (nothing passes, nothing ends)."""

    target: str
    state: Literal["open", "cut", "silent"] = "open"
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])
    _passes: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        """The URL of the database behind the gate."""
        self._passes.set()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        parts = urlsplit(self.target)
        user = parts.netloc.rpartition("@")[0]
        try:
            yield urlunsplit((parts.scheme, f"{user}@127.0.0.1:{port}", parts.path, "", ""))
        finally:
            server.close()
            self.turn("cut")

    def turn(self, state: Literal["open", "cut", "silent"]) -> None:
        self.state = state
        if state == "silent":
            self._passes.clear()
        else:
            self._passes.set()
        if state == "cut":
            for writer in self._writers:
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.state == "cut":
            writer.transport.abort()
            return
        there, back = await self._connect()
        ours = {writer, back}
        self._writers |= ours
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        except ConnectionError:
            pass
        finally:
            self._writers -= ours
            for one in ours:
                one.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self.target)
        folder = parse_qs(parts.query).get("host")
        if folder:
            port = parse_qs(parts.query).get("port", ["5432"])[0]
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{port}")
        return await asyncio.open_connection(parts.hostname, parts.port)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            await self._passes.wait()
            writer.write(chunk)
            await writer.drain()
        writer.transport.abort()


@dataclass
class House:
    server: Server
    gate: Gate
    admin: Browser

    @property
    def connections_in_use(self) -> int:
        return sum(count for _, count in self.server.database.pool_usage())

    async def timed(self, path: str) -> tuple[Answer, float]:
        started = time.monotonic()
        answer = await asyncio.wait_for(self.admin.get(path), 30)
        return answer, time.monotonic() - started

    async def is_back(self) -> None:
        ends = time.monotonic() + BACK_WITHIN_S
        while (await self.admin.get("/api/session")).status != 200 or (await self.admin.get("/ready")).status != 200:
            assert time.monotonic() < ends, "it did not come back"
            await asyncio.sleep(0.1)


@pytest.fixture(autouse=True)
def _plain_log() -> Iterator[None]:
    """The default paints every local variable of a trace, for seconds, in the loop that is measured here."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    gate = Gate(database_url)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(gate.opened())
        options = {"pool_size": POOL}
        server = await stack.enter_async_context(running_server(url, tmp_path, database_options=options))
        admin = await set_up(await stack.enter_async_context(browser_of(server)))
        yield House(server, gate, admin)
        gate.turn("open")


@pytest.mark.parametrize("state", ["cut", "silent"])
async def test_database_that_is_away_is_503_in_time_and_comes_back(
    house: House, state: Literal["cut", "silent"]
) -> None:
    assert (await house.admin.get("/api/conversations")).status == 200
    page = await house.admin.get("/")
    house.gate.turn(state)
    for _ in range(2):  # with connections that were open, and without
        paths = ["/api/conversations", "/api/session", "/api/views", "/api/agents", "/api/channels", "/ready"]
        heard = dict(zip(paths, await asyncio.gather(*(house.timed(path) for path in paths)), strict=True))
        assert {path: answer.status for path, (answer, _) in heard.items()} == dict.fromkeys(paths, 503)
        assert max(took_s for _, took_s in heard.values()) < ANSWER_WITHIN_S
        for path, (answer, _) in heard.items():
            assert path == "/ready" or int(answer.headers["retry-after"]) >= 1
    posted = await asyncio.wait_for(
        house.admin.post("/api/invitations", {"email": "a@example.org", "role": "agent"}), 9
    )
    assert posted.status == 503
    assert (await house.admin.get("/")).raw == page.raw, "pages need no database"
    assert (await house.admin.get("/health")).status == 200, "the process lives"
    house.gate.turn("open")
    await house.is_back()


async def test_exhausted_pool_is_503_after_two_seconds_and_leaks_nothing(house: House) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(POOL):
            session = await stack.enter_async_context(house.server.database.transaction(Role.WEB))
            await session.raw()
        heard = await asyncio.gather(*(house.timed("/api/conversations") for _ in range(20)), house.timed("/ready"))
        assert {answer.status for answer, _ in heard} == {503}
        assert all(1.5 < took_s < 3.5 for _, took_s in heard)
        assert all(int(answer.headers["retry-after"]) >= 1 for answer, _ in heard[:20])
        assert (await house.admin.get("/")).status == 200
    await house.is_back()
    answers = await asyncio.gather(*(house.admin.get("/api/conversations") for _ in range(20)))
    assert {one.status for one in answers} == {200}


async def test_clients_that_leave_and_requests_that_fail_give_their_connections_back(house: House) -> None:
    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(house.admin.get("/api/conversations"), 0.002)

    await asyncio.gather(*(leave() for _ in range(40)))
    for _ in range(POOL * 3):
        assert (await house.admin.get("/api/conversations/00000000-0000-7000-8000-000000000000")).status == 404
    answers = await asyncio.gather(*(house.admin.get("/api/conversations") for _ in range(POOL * 4)))
    assert {one.status for one in answers} == {200}
    async with asyncio.timeout(5):
        while house.connections_in_use:
            await asyncio.sleep(0.05)
