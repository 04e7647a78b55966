"""Real processes: started, asked, stopped; and what they cost, from the kernel's own books."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

ROOT = Path(__file__).resolve().parent.parent
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A process of the bench did not do what it is for; the text holds the end of its log."""


@dataclass(slots=True)
class Process:
    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    popen: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(self.command, env=dict(self.environment), stdout=log, stderr=log, cwd=ROOT)

    @property
    def pid(self) -> int:
        assert self.popen is not None
        return self.popen.pid

    @property
    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def stop(self, within_s: float = 20) -> None:
        """SIGTERM, and SIGKILL when that takes too long."""
        if self.popen is None:
            return
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(within_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        self.popen = None

    def tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def wait_for_port(port: int, process: Process, *, within_s: float = 30) -> None:
    """Until something listens there. Raises Failed if the process ends or the time does."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                if not process.is_running:
                    raise Failed(f"{process.name} ended:\n{process.tail()}")
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                return
    except TimeoutError:
        raise Failed(f"{process.name} does not listen:\n{process.tail()}") from None


@dataclass(slots=True)
class Child:
    """A module of the bench in a process of its own: takes a plan as JSON, answers with JSON on its last line."""

    module: str
    process: asyncio.subprocess.Process

    @classmethod
    async def begin(cls, module: str, plan: msgspec.Struct) -> "Child":
        process = await asyncio.create_subprocess_exec(
            *python("-m", module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
            limit=2**30,
        )
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(plan) + b"\n")
        await process.stdin.drain()
        return cls(module, process)

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ready(self, *, within_s: float = 120) -> None:
        """Until it has printed its first line: everything is prepared, and it waits for `go`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(within_s):
            line = await self.process.stdout.readline()
        if line.strip() != b"ready":
            _, errors = await self.process.communicate()
            raise self._failed(errors)

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    def tell(self, more: msgspec.Struct) -> None:
        """What it could not know before."""
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(more) + b"\n")

    async def answer(self, *, within_s: float = 600) -> bytes:
        try:
            async with asyncio.timeout(within_s):
                out, errors = await self.process.communicate()
        except TimeoutError:
            self.process.kill()
            raise Failed(f"{self.module} did not end within {within_s:g} s") from None
        if self.process.returncode != 0 or not out:
            raise self._failed(errors)
        return out.strip().splitlines()[-1]

    def _failed(self, errors: bytes) -> Failed:
        return Failed(f"{self.module} failed:\n{errors.decode(errors='replace')[-2000:]}")


def read_plan(kind: type[T]) -> T:
    """For the child: its plan, from the first line of its input."""
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=kind)


def wait_for_go() -> None:
    """For the child: says that all is prepared, and waits."""
    print("ready", flush=True)
    sys.stdin.buffer.readline()


def print_answer(answer: msgspec.Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


@dataclass(slots=True)
class Meter:
    """CPU seconds by name between `start` and `used`: of one, or of all below it (`trees`), ended ones included."""

    processes: dict[str, int]
    trees: dict[str, int] = field(default_factory=dict[str, int])
    _before: dict[str, float] = field(default_factory=dict[str, float])

    def start(self) -> None:
        self._before = self._read()

    def used(self) -> dict[str, float]:
        return {name: seconds - self._before[name] for name, seconds in self._read().items()}

    def each(self, count: float) -> str:
        """As a sentence: microseconds of CPU for each of so many."""
        used = self.used()
        parts = [f"{name} {seconds / max(count, 1) * 1e6:,.0f}" for name, seconds in used.items()]
        return f"CPU µs each: {', '.join(parts)}"

    def shares(self, took_s: float) -> str:
        """As a sentence: percent of one core."""
        return f"of a core: {', '.join(f'{name} {s / took_s:.0%}' for name, s in self.used().items())}"

    def _read(self) -> dict[str, float]:
        return {name: cpu_of([pid]) for name, pid in self.processes.items()} | {
            name: cpu_of(descendants(pid)) + _ended_children(pid) for name, pid in self.trees.items()
        }


def cpu_of(pids: Iterable[int]) -> float:
    return sum(_stat_seconds(pid, 13, 14) for pid in pids)


def _ended_children(pid: int) -> float:
    return _stat_seconds(pid, 15, 16)


def _stat_seconds(pid: int, *columns: int) -> float:
    """Columns of /proc/<pid>/stat, numbered from 0; 0 for a process that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    values = text.rsplit(")", 1)[1].split()
    return sum(int(values[column - 2]) for column in columns) / _TICKS_PER_S


def descendants(pid: int) -> list[int]:
    """The process and everything below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in descendants(int(child)))]


def rss_mib(pid: int) -> float:
    """Resident set size."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def pss_mb(pid: int) -> float:
    """Proportional set size in megabytes: shared pages counted by share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000 * 1.024
    raise Failed(f"the kernel does not tell the memory of process {pid}")
