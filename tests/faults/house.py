"""A whole installation of real processes: PostgreSQL, the simulator, web and worker, each killed and started at will.

    async with running_house(folder) as house:
        house.web.kill(); house.web.start(); await house.wait_until_ready()

Everything talks real HTTP on ports of the loopback. Logs of all processes lie in `<folder>/logs`.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg

from tests.ports import free_port
from threadline.infra.postgres import EmbeddedPostgres

FAST = {
    "SEND_TIMEOUT_S": "2",
    "UNCERTAIN_WAIT_S": "4",
    "BEAT_S": "1",
    "LEASE_DEAD_S": "3",
    "POLL_S": "0.5",
}
"""Timers in seconds where production waits for half a minute."""

METRICS_TOKEN = "drill-metrics-token"

_POSTGRES_SETTINGS = {
    "fsync": "off",  # processes are killed here, not machines
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "64MB",
}


class NotInTime(AssertionError):
    """Something that must happen by itself did not."""


@dataclass(slots=True)
class Process:
    """One process of the installation: its command is the one a user types."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    popen: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)

    @property
    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def pid(self) -> int:
        assert self.popen is not None
        return self.popen.pid

    def kill(self) -> None:
        """kill -9: it can do nothing about it."""
        if self.popen is not None:
            self.popen.kill()
            self.popen.wait()

    async def stop(self, within_s: float = 25) -> int:
        """SIGTERM. Returns the exit code."""
        assert self.popen is not None
        self.popen.terminate()
        try:
            return await asyncio.to_thread(self.popen.wait, within_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise NotInTime(f"{self.name} did not stop within {within_s:g} s of SIGTERM; see {self.log}") from None

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass(slots=True)
class Postgres:
    """The embedded server, with the means to hurt it."""

    embedded: EmbeddedPostgres

    @property
    def url(self) -> str:
        return self.embedded.url

    @property
    def pid(self) -> int:
        return int((self.embedded.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def kill(self, chance: random.Random) -> str:
        """kill -9 of the postmaster (its children notice and leave), or of one backend (all others crash with it)."""
        postmaster = self.pid
        if chance.random() < 0.5:
            backends = [pid for pid in _children_of(postmaster) if "threadline" in _command_of(pid)]
            if backends:
                _kill(chance.choice(backends))
                return "a backend"
        _kill(postmaster)
        return "the postmaster"

    async def keep_running(self, within_s: float = 20) -> None:
        """As the supervisor does it: started again when it is dead, once its last children have left."""
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            await asyncio.to_thread(self.embedded.keep_running)
            if await self.answers():
                return
            await asyncio.sleep(0.05)
        raise NotInTime(f"PostgreSQL did not answer within {within_s:g} s; see {self.embedded.folder}/server.log")

    async def answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True


@dataclass(slots=True)
class House:
    folder: Path
    postgres: Postgres
    simulator: Process
    web: Process
    worker: Process
    environment: dict[str, str]
    port: int
    http: aiohttp.ClientSession
    simulator_url: str = ""
    box: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the simulator answered for the practice number: every id and secret of it."""
    token: str = ""
    """An API token of the first admin."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def hook_url(self) -> str:
        return str(self.box["callback_url"])

    @property
    def number_id(self) -> str:
        return str(self.box["number_id"])

    def process(self, name: str, *arguments: str, log: str | None = None, **environment: str) -> Process:
        """Another process of this installation, not started yet."""
        command = [sys.executable, "-m", "threadline.cli", *arguments]
        given = self.environment | {f"THREADLINE_{key}": value for key, value in environment.items()}
        return Process(name, command, given, self.folder / "logs" / f"{log or name}.log")

    def run(self, *arguments: str, timeout_s: float = 60) -> "subprocess.CompletedProcess[str]":
        """A command of the product, to its end."""
        command = [sys.executable, "-m", "threadline.cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=timeout_s)

    async def control(self, path: str, body: object = None, *, method: str | None = None) -> Any:
        """Asks the simulator's control face."""
        token = (self.folder / "simulator" / "whatsapp.token").read_text().strip()
        method = method or ("GET" if body is None else "POST")
        headers = {"Authorization": f"Bearer {token}"}
        async with self.http.request(
            method, f"{self.simulator_url}/_control/{path}", json=body, headers=headers
        ) as answer:
            content = await answer.read()
            assert answer.status == 200, f"{path}: {answer.status} {content[:300]!r}"
            return json.loads(content)

    async def api(self, method: str, path: str, body: object = None, *, timeout_s: float = 5) -> tuple[int, Any]:
        """(status, JSON) of the product's API with the token. Raises what aiohttp raises when nobody answers."""
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(
            method, f"{self.url}/api{path}", json=body, headers=headers, timeout=timeout
        ) as answer:
            content = await answer.read()
            return answer.status, json.loads(content) if "json" in answer.content_type else None

    async def status_of(self, url: str, *, timeout_s: float = 5, **more: Any) -> int | None:
        """The HTTP status, None if nobody answered."""
        method = "POST" if "data" in more else "GET"
        try:
            timeout = aiohttp.ClientTimeout(total=timeout_s)
            async with self.http.request(method, url, timeout=timeout, **more) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None

    async def wait_until_ready(self, within_s: float = 30) -> None:
        """R19: ready within 15 s on the reference machine; this one is shared."""
        await self.wait_for("the web process is ready", self._is_ready, within_s=within_s)

    async def _is_ready(self) -> bool:
        return await self.status_of(f"{self.url}/ready", timeout_s=2) == 200

    async def wait_for(self, what: str, condition: Callable[[], Any], *, within_s: float, every_s: float = 0.1) -> None:
        ends = time.monotonic() + within_s
        while not await condition():
            if time.monotonic() > ends:
                tails = "\n".join(f"--- {p.name}\n{p.log_tail()}" for p in (self.web, self.worker))
                raise NotInTime(f"not within {within_s:g} s: {what}\n{tails}")
            await asyncio.sleep(every_s)

    async def wait_until_drained(self, within_s: float = 20) -> None:
        """Nothing accepted waits (T3): quicker than `settle`, and the simulator is not asked."""
        calm = 0
        ends = time.monotonic() + within_s
        while calm < 2:
            headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
            async with self.http.get(f"{self.url}/ready", headers=headers) as answer:
                health = json.loads(await answer.read())
            calm = calm + 1 if health["drained"] else 0
            if time.monotonic() > ends:
                raise NotInTime(f"not drained within {within_s:g} s: {health}\n--- worker\n{self.worker.log_tail()}")
            await asyncio.sleep(0.05)

    async def query(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """As a superuser, past every policy."""
        connection = await asyncpg.connect(self.database_url, timeout=10)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    async def settle(self, within_s: float = 60) -> None:
        """Webhooks delivered, outcomes happened, then the product's own `threadline settle`, until both agree.

        A message that waits for its retry is not due and settles nothing: only when none is left all is told.
        """
        ends = time.monotonic() + within_s
        while True:
            left_s = max(1.0, ends - time.monotonic())
            drained = await self.control("drain", {"timeout_s": left_s})
            answer = await asyncio.to_thread(self.run, "settle", "--timeout", f"{left_s:.0f}", timeout_s=left_s + 30)
            waits = await self.query("select count(*) as count from attempts where status = 0 and not is_held")
            again = await self.control("drain", {"timeout_s": 0.05})
            if drained["drained"] and again["drained"] and answer.returncode == 0 and waits[0]["count"] == 0:
                return
            if time.monotonic() > ends:
                raise NotInTime(
                    f"not settled within {within_s:g} s: simulator {again}, {waits[0]['count']} messages queued,"
                    f" settle said: {answer.stdout}{answer.stderr}\n--- worker\n{self.worker.log_tail()}"
                )


@asynccontextmanager
async def running_house(folder: Path, *, seed: int = 0, **settings: str) -> AsyncIterator[House]:
    """Everything from nothing: as `threadline serve` would, but each process is ours to kill."""
    (folder / "logs").mkdir(parents=True)
    (folder / "simulator").mkdir()
    embedded = EmbeddedPostgres(folder, server_settings=_POSTGRES_SETTINGS)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.to_thread(embedded.start)
        house = _plan(folder, embedded, http, seed=seed, settings=settings)
        try:
            await _start_simulator(house)
            link = await asyncio.to_thread(_prepare, house)
            house.web.start()
            house.worker.start()
            await house.wait_until_ready()
            await _set_up(house, link)
            yield house
        finally:
            for process in (house.worker, house.web, house.simulator):
                process.kill()
            await asyncio.to_thread(_stop_postgres, embedded)


def _plan(
    folder: Path, embedded: EmbeddedPostgres, http: aiohttp.ClientSession, *, seed: int, settings: dict[str, str]
) -> House:
    port = free_port()
    given = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": embedded.url,
        "MASTER_KEY_FILE": str(folder / "keys" / "master.key"),
        "OWNS_DATABASE": "1",
        "ENVIRONMENT": "test",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
        "LOG_FORMAT": "json",
        "METRICS_TOKEN": METRICS_TOKEN,
        **FAST,
        **settings,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("THREADLINE_")}
    environment = kept | {f"THREADLINE_{name}": value for name, value in given.items()}
    logs = folder / "logs"
    simulator = Process(
        "simulator",
        [
            *(sys.executable, "-m", "threadline.channels.types.whatsapp.simulator", "--seed", str(seed)),
            *("--control-token-file", str(folder / "simulator" / "whatsapp.token")),
            *("--ready-file", str(folder / "simulator" / "whatsapp.url")),
        ],
        environment,
        logs / "simulator.log",
    )
    command = [sys.executable, "-m", "threadline.cli"]
    web = Process("web", [*command, "web"], environment, logs / "web.log")
    worker = Process("worker", [*command, "worker"], environment, logs / "worker.log")
    return House(folder, Postgres(embedded), simulator, web, worker, environment, port, http)


async def _start_simulator(house: House) -> None:
    house.simulator.start()
    ready_file = house.folder / "simulator" / "whatsapp.url"
    ends = time.monotonic() + 20
    while not ready_file.exists():
        if time.monotonic() > ends or not house.simulator.is_running:
            raise NotInTime(f"the simulator did not start:\n{house.simulator.log_tail()}")
        await asyncio.sleep(0.05)
    house.simulator_url = ready_file.read_text().strip()
    house.environment["THREADLINE_SIMULATORS"] = f"whatsapp={house.simulator_url}"


def _prepare(house: House) -> str:
    """Migrations, master key, practice workspace. Returns the token of the set-up link."""
    answer = subprocess.run(
        [sys.executable, "-m", "threadline.main", "prepare"],
        env=house.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stderr
    link = json.loads(answer.stdout.strip().splitlines()[-1])["setup_link"]
    return parse_qs(urlsplit(link).query)["token"][0]


async def _set_up(house: House, link_token: str) -> None:
    """The first admin by the printed link, and a token for programs."""
    password = "a long enough pass phrase 27"
    person = {"token": link_token, "name": "Ada", "email": "ada@example.org", "password": password, "locale": "en"}
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": house.url}) as browser:
        async with browser.post(f"{house.url}/api/setup", json=person, timeout=aiohttp.ClientTimeout(30)) as answer:
            session = await answer.json()
            assert answer.status == 200, session
        scopes = ["conversations:read", "conversations:change", "messages:send", "deliveries:read", "channels:read"]
        scopes += ["rules:manage"]
        headers = {"X-CSRF-Token": session["csrf_token"]}
        body = {"name": "Drill", "scopes": scopes}
        async with browser.post(f"{house.url}/api/tokens", json=body, headers=headers) as answer:
            made = await answer.json()
            assert answer.status == 201, made
            house.token = made["token"]
    file = house.folder / "simulator" / "whatsapp.sandbox.json"
    known = json.loads(file.read_text())
    house.box = await house.control("sandbox", {key: known[key] for key in ("app_id", "account_id", "number_id")})


def _stop_postgres(embedded: EmbeddedPostgres) -> None:
    embedded.keep_running()
    embedded.stop()


def _children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
