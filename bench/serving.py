"""`threadline serve` as a user starts it: its own data folder, PostgreSQL, simulator, worker and web process."""

import asyncio
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp

from bench.installation import PASSWORD
from bench.processes import Failed, Process, free_port, python

_STARTS_WITHIN_S = 120.0


@dataclass(slots=True)
class Serving:
    folder: Path
    port: int
    process: Process
    http: aiohttp.ClientSession
    started_at: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.started_at = time.perf_counter()
        self.process.start()

    async def wait_for_page(self) -> float:
        """Seconds from the command to the sign-in page, whole."""
        while True:
            try:
                async with self.http.get(f"{self.url}/signin") as answer:
                    body = await answer.read()
                    if answer.status == 200 and b"</html>" in body:
                        return time.perf_counter() - self.started_at
            except (aiohttp.ClientError, OSError):
                pass
            if not self.process.is_running or time.perf_counter() - self.started_at > _STARTS_WITHIN_S:
                raise Failed(f"the product did not start:\n{self.process.tail()}")
            await asyncio.sleep(0.01)

    async def wait_until_ready(self) -> None:
        while time.perf_counter() - self.started_at < _STARTS_WITHIN_S:
            try:
                async with self.http.get(f"{self.url}/ready") as answer:
                    if answer.status == 200 and "Stop it with" in self.process.log.read_text():
                        return
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.05)
        raise Failed(f"the product did not get ready:\n{self.process.tail()}")

    async def set_up(self) -> tuple[str, str]:
        """The first admin by the printed link. Returns the session's cookie as `name=value`, and its CSRF token."""
        links = re.findall(r"one-time link: (\S+)", self.process.log.read_text())
        token = parse_qs(urlsplit(links[0]).query)["token"][0]
        person = {"token": token, "name": "Ada", "email": "ada@example.org", "password": PASSWORD, "locale": "en"}
        headers = {"Origin": self.url}
        async with self.http.post(f"{self.url}/api/setup", json=person, headers=headers) as answer:
            if answer.status != 200:
                raise Failed(f"set-up: {answer.status} {await answer.text()}")
            session = await answer.json()
            return answer.headers["Set-Cookie"].split(";")[0], session["csrf_token"]


@asynccontextmanager
async def open_serving() -> AsyncIterator[Serving]:
    """Not started yet; stopped and gone afterwards."""
    port, simulator_port = free_port(), free_port()
    folder = _make_folder(simulator_port)
    data = folder / "data"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("THREADLINE_")}
    environment = kept | {
        "PYTHONUNBUFFERED": "1",
        "THREADLINE_GRAPH_URL": f"http://127.0.0.1:{simulator_port}",
    }
    command = python("-m", "threadline.cli", "serve", "--data-dir", str(data), "--port", str(port), "--no-browser")
    process = Process("serve", command, environment, folder / "serve.log")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as http:
        try:
            yield Serving(data, port, process, http)
        finally:
            await asyncio.to_thread(process.stop, 40)
            shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def _make_folder(simulator_port: int) -> Path:
    """PostgreSQL runs as somebody else when we are root, and must reach its folder through ours."""
    folder = Path(tempfile.mkdtemp(prefix="threadline-bench-", dir="/tmp"))
    data = folder / "data"
    (data / "simulator").mkdir(mode=0o700, parents=True)
    (data / "simulator" / "whatsapp.port").write_text(str(simulator_port))
    for one in (folder, data):
        one.chmod(0o711)
    return folder
