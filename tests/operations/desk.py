"""One `threadline serve` as people run it, for tests that watch it from outside."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

started: list["Desk"] = []


class Desk:
    """One `threadline serve` and what it printed."""

    def __init__(self, data_dir: Path, port: int, *flags: str, environment: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.port = port
        self.session: dict[str, Any] = {}
        """Of the first admin, once a test has signed in."""
        self.output = Path(tempfile.mkstemp(prefix="tl-serve-")[1])
        command = [sys.executable, "-m", "threadline.cli", "serve", "--no-browser", "--port", str(port)]
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [*command, "--data-dir", str(data_dir), *flags],
            stdout=self.output.open("wb"),
            stderr=subprocess.STDOUT,
            env=clean_environment() | (environment or {}),
        )
        started.append(self)

    @property
    def said(self) -> str:
        return self.output.read_text()

    def until(self, is_true: Callable[[], bool], *, within_s: float = 60) -> float:
        deadline = time.monotonic() + within_s
        while not is_true():
            assert time.monotonic() < deadline, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        return time.monotonic() - self.started_at

    def until_running(self) -> None:
        self.until(lambda: "Stop it with Ctrl+C." in self.said)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.get("/ready")[0] == 200

    def child(self, name: str) -> int:
        """Process id of a child by the process it runs."""
        for pid in children_of(self.process.pid):
            if f"threadline.main\0{name}".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        raise AssertionError(f"no {name}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            self.output.unlink(missing_ok=True)


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("THREADLINE_")}


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
