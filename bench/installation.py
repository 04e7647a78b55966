"""An installation of real processes for a measurement: PostgreSQL with its production settings, web, worker, simulator.

    async with open_installation(channels=4) as installation:
        installation.web.start(); await installation.wait_until_ready()

Everything lies in a temporary folder (or a kept one) and talks over the loopback.
"""

import asyncio
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import yaml

from bench.processes import ROOT, Failed, Meter, Process, free_port, python, wait_for_port
from threadline.infra.postgres import EmbeddedPostgres, with_database

ACCOUNT = "215589313241560883"
APP = "670843887433847"
PASSWORD = "a long enough pass phrase 27"
_SCOPES = [
    "conversations:read",
    "conversations:change",
    "messages:send",
    "deliveries:read",
    "channels:read",
    # Without these, the number of a message is masked as a telephone number's.
    "addresses:read",
    "addresses:read_in_messages",
]


@contextmanager
def running_postgres(folder: Path | None = None) -> Iterator[EmbeddedPostgres]:
    """The embedded server as production runs it, fsync on. Without a folder, in one that goes with it."""
    place = folder or Path(tempfile.mkdtemp(prefix="threadline-bench-", dir="/tmp"))
    server = EmbeddedPostgres(place)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if folder is None:
            shutil.rmtree(server.folder.resolve(), ignore_errors=True)
            shutil.rmtree(place, ignore_errors=True)


def postmaster_of(server: EmbeddedPostgres) -> int:
    return int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])


@dataclass(slots=True, kw_only=True)
class Installation:
    folder: Path
    server: EmbeddedPostgres
    database_url: str
    environment: dict[str, str]
    port: int
    web: Process
    worker: Process
    simulator: Process
    http: aiohttp.ClientSession
    numbers: list[str]
    app_secret: str
    account: str = ACCOUNT
    workspace_id: UUID = field(default_factory=lambda: UUID(int=0))
    token: str = ""
    hooks: list[str] = field(default_factory=list[str])
    """Path of the callback URL, by number."""
    channel_ids: list[UUID] = field(default_factory=list[UUID])
    simulator_url: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str, module: str = "threadline.cli", timeout_s: float = 120) -> str:
        """A command of the product, to its end. Returns what it said."""
        answer = subprocess.run(
            python("-m", module, *arguments),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        if answer.returncode != 0:
            raise Failed(f"{' '.join(arguments)}: {answer.stderr or answer.stdout}")
        return answer.stdout

    def apply(self, *, name: str, channels: list[dict[str, Any]]) -> str:
        """A workspace of that name with an admin, a token and these channels; returns what the command said."""
        file = self.folder / "bench.yaml"
        configuration = {
            "workspace": {"name": name},
            "agents": [
                {"email": "ada@example.org", "name": "Ada", "role": "admin", "password": {"env": "BENCH_PASSWORD"}}
            ],
            "tokens": [{"name": f"bench {secrets.token_hex(3)}", "scopes": _SCOPES}],
            "channels": channels,
        }
        file.write_text(yaml.safe_dump(configuration))
        return self.command("apply", str(file))

    async def wait_until_ready(self, within_s: float = 40) -> None:
        await wait_for_port(self.port, self.web, within_s=within_s)
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            try:
                async with self.http.get(f"{self.url}/ready", timeout=aiohttp.ClientTimeout(5)) as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            await asyncio.sleep(0.1)
        raise Failed(f"the web process does not get ready:\n{self.web.tail()}")

    async def wait_until_hosted(self, within_s: float = 40) -> None:
        """Until the worker has a lease for every channel, and its consumers have caught up with the feed."""
        ends = time.monotonic() + within_s
        names = [f"channel:{channel_id}" for channel_id in self.channel_ids]
        while time.monotonic() < ends:
            taken = await self.query(
                "select count(*) as count from leases where name = any($1) and worker_id is not null", names
            )
            if taken[0]["count"] == len(names) and "channel_hosted" in self.worker.log.read_text(errors="replace"):
                return
            await asyncio.sleep(0.1)
        raise Failed(f"the worker does not host its channels:\n{self.worker.tail()}")

    async def query(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """As a superuser, past every policy."""
        connection = await asyncpg.connect(self.database_url, timeout=10)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    async def feed_position(self) -> int:
        rows = await self.query("select last_seq from feed_counters where workspace_id = $1", self.workspace_id)
        return rows[0]["last_seq"]

    async def control(self, path: str, body: object = None, *, method: str | None = None) -> Any:
        """Asks the simulator's control face."""
        token = (self.folder / "simulator" / "whatsapp.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        method = method or ("GET" if body is None else "POST")
        async with self.http.request(
            method, f"{self.simulator_url}/_control/{path}", json=body, headers=headers
        ) as answer:
            if answer.status != 200:
                raise Failed(f"simulator, {path}: {answer.status} {await answer.text()}")
            return await answer.json(content_type=None)

    async def api(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, f"{self.url}/api{path}", json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    def meter(self, *more: tuple[str, int]) -> Meter:
        """CPU of what runs of it, and of these."""
        running = [one for one in (self.web, self.worker, self.simulator) if one.is_running]
        processes = {one.name: one.pid for one in running} | dict(more)
        return Meter(processes, {"PostgreSQL": postmaster_of(self.server)})


@asynccontextmanager
async def open_installation(
    server: EmbeddedPostgres,
    *,
    channels: int = 1,
    has_simulator: bool = False,
    settings: dict[str, str | int | float] | None = None,
) -> AsyncIterator[Installation]:
    """A fresh database on that server, migrated, with a workspace and its connected numbers. Nothing runs yet but the
    simulator, if it is wanted. `settings` are those of each channel."""
    folder = Path(tempfile.mkdtemp(prefix="threadline-bench-", dir="/tmp"))
    name = f"bench_{secrets.token_hex(4)}"
    await _execute(server.url, f'create database "{name}"')
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        installation = plan_installation(folder, server, with_database(server.url, name), http, numbers=channels)
        try:
            if has_simulator:
                await _start_simulator(installation)
            await asyncio.to_thread(installation.command, "prepare", module="threadline.main")
            await _set_up(installation, settings or {})
            yield installation
        finally:
            for process in (installation.worker, installation.web, installation.simulator):
                await asyncio.to_thread(process.stop)
            await _execute(server.url, f'drop database "{name}" with (force)')
            shutil.rmtree(folder, ignore_errors=True)


def plan_installation(
    folder: Path, server: EmbeddedPostgres, database_url: str, http: aiohttp.ClientSession, *, numbers: int
) -> Installation:
    port = free_port()
    app_secret = secrets.token_hex(16)
    given = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "MASTER_KEY_FILE": str(folder / "keys" / "master.key"),
        "OWNS_DATABASE": "1",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
        "SANDBOX": "0",
        "LOG_FORMAT": "json",
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("THREADLINE_")}
    environment = kept | {f"THREADLINE_{key}": value for key, value in given.items()}
    environment |= {"BENCH_PASSWORD": PASSWORD, "BENCH_APP_SECRET": app_secret, "BENCH_TOKEN": secrets.token_hex(20)}
    (folder / "simulator").mkdir(exist_ok=True)

    def process(name: str, *arguments: str) -> Process:
        return Process(name, python("-m", *arguments), environment, folder / f"{name}.log")

    return Installation(
        folder=folder,
        server=server,
        database_url=database_url,
        environment=environment,
        port=port,
        web=process("web", "threadline.main", "web"),
        worker=process("worker", "threadline.main", "worker"),
        simulator=process(
            "simulator", "threadline.channels.types.whatsapp.simulator", "--seed", "7",
            "--control-token-file", str(folder / "simulator" / "whatsapp.token"),
            "--ready-file", str(folder / "simulator" / "whatsapp.url"),
        ),
        http=http,
        numbers=[str(106540352242900 + number) for number in range(numbers)],
        app_secret=app_secret,
    )  # fmt: skip


async def _set_up(installation: Installation, settings: dict[str, str | int | float]) -> None:
    channels = [
        {
            "type": "whatsapp",
            "name": f"Number {number}",
            "values": {
                "address": number,
                "account": ACCOUNT,
                "token": {"env": "BENCH_TOKEN"},
                "app_secret": {"env": "BENCH_APP_SECRET"},
            },
            "settings": settings,
        }
        for number in installation.numbers
    ]
    said = await asyncio.to_thread(installation.apply, name="Bench", channels=channels)
    installation.hooks = re.findall(r"callback URL: http://[^/]+(/hooks/\S+)", said)
    installation.token = re.findall(r"shown once: (tl_\S+)", said)[0]
    rows = await installation.query("select workspace_id, id from channels order by address")
    installation.workspace_id = rows[0]["workspace_id"]
    installation.channel_ids = [row["id"] for row in rows]
    if installation.simulator.is_running:
        await _introduce(installation)


async def _start_simulator(installation: Installation) -> None:
    ready_file = installation.folder / "simulator" / "whatsapp.url"
    installation.simulator.start()
    ends = time.monotonic() + 30
    while not ready_file.exists():
        if time.monotonic() > ends or not installation.simulator.is_running:
            raise Failed(f"the simulator did not start:\n{installation.simulator.tail()}")
        await asyncio.sleep(0.05)
    installation.simulator_url = ready_file.read_text().strip()
    installation.environment["THREADLINE_GRAPH_URL"] = installation.simulator_url


async def _introduce(installation: Installation) -> None:
    """The simulator learns our numbers, and where its webhooks go."""
    for number, hook in zip(installation.numbers, installation.hooks, strict=True):
        await installation.control(
            "sandbox",
            {
                "app_id": APP,
                "account_id": ACCOUNT,
                "number_id": number,
                "token": installation.environment["BENCH_TOKEN"],
                "app_secret": installation.app_secret,
                "callback_url": f"{installation.url}{hook}",
            },
        )


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
