"""A load generator cheap enough to share two cores with what it loads: prebuilt requests over kept-alive sockets.

`python -m bench.load` takes a `Plan` and answers with what it `Saw`; it is a process of its own.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from typing import cast

import msgspec
import uvloop

from bench.bodies import PADDING, message_body, new_provider_id, signature
from bench.processes import print_answer, read_plan, wait_for_go


class Plan(msgspec.Struct, kw_only=True):
    """`count` signed webhook bodies, each one message; `per_second` None: each connection as fast as it is answered."""

    port: int
    paths: list[str]
    """Turn by turn, with the number of the same place."""
    numbers: list[str]
    account: str
    secret: str
    count: int
    connections: int = 64
    contacts: int = 5_000
    first_contact: int = 0
    per_second: float | None = None
    run: str = "run"
    """Part of every provider id: `wamid.<run>.<n>`; and every text begins with `bench <n>`."""
    starts_at: float | None = None
    """Seconds of the epoch at which the first is due."""
    wants_times: bool = False


class Saw(msgspec.Struct, kw_only=True):
    statuses: dict[str, int]
    took_s: float
    p50_ms: float
    p99_ms: float
    started_at: float
    cpu_s: float
    sent_at: list[float] = []
    """By number: when it was due (at a rate) or written, in seconds of the epoch."""

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.took_s if self.took_s else 0.0

    @property
    def is_clean(self) -> bool:
        return set(self.statuses) == {"200"}


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of one POST over a connection that stays open."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def build_requests(plan: Plan) -> list[bytes]:
    now = int(time.time())
    chance = random.Random(plan.run)
    requests: list[bytes] = []
    for n in range(plan.count):
        place = n % len(plan.numbers)
        body = message_body(
            number=plan.numbers[place],
            account=plan.account,
            customer=plan.first_contact + chance.randrange(plan.contacts),
            provider_id=provider_id(plan.run, n, chance),
            at=now,
            text=f"bench {n:08d} {PADDING}"[: len(PADDING)],
        )
        requests.append(post(plan.paths[place], body, {"X-Hub-Signature-256": signature(plan.secret, body)}))
    return requests


def provider_id(run: str, n: int, chance: random.Random) -> str:
    """As long as Meta's, and with a number in it."""
    head = f"wamid.{run}.{n:08d}."
    return head + new_provider_id(chance)[6 : 6 + 54 - len(head)]


def number_in(provider_id: str) -> int:
    return int(provider_id.split(".")[2])


class _Connection(asyncio.Protocol):
    """One request at a time; tells the run when it was answered."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._buffer = b""
        self._number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's transports do not inherit from it

    def send(self, number: int, request: bytes) -> None:
        self._number = number
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < head_end + 4 + length:
            return
        self._buffer = self._buffer[head_end + 4 + length :]
        self._run.answered(self, self._number, head[9:12].decode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost(exc)


class _Run:
    """All requests, each sent once: at their times, or as connections get free."""

    def __init__(self, requests: Sequence[bytes], per_second: float | None) -> None:
        self._requests = requests
        self._per_second = per_second
        self._next = 0
        self._free: deque[_Connection] = deque()
        self._late: deque[int] = deque()
        self._due_at = [0.0] * len(requests)
        self._latencies_s: list[float] = []
        self._statuses: dict[str, int] = {}
        self._done = asyncio.get_running_loop().create_future()

    async def __call__(self, host: str, port: int, *, connections: int, starts_at: float | None) -> Saw:
        loop = asyncio.get_running_loop()
        pairs = [await loop.create_connection(lambda: _Connection(self), host, port) for _ in range(connections)]
        self._free.extend(connection for _, connection in pairs)
        if starts_at is not None:
            await asyncio.sleep(starts_at - time.time())
        started_at, cpu_at = starts_at or time.time(), time.process_time()
        if self._per_second is None:
            while self._free and self._next < len(self._requests):
                self._send(self._free.popleft(), self._take(time.time()))
        else:
            await self._keep_pace(started_at, self._per_second)
        await self._done
        took_s = time.time() - started_at
        for transport, _ in pairs:
            transport.close()
        ordered = sorted(self._latencies_s)
        return Saw(
            statuses=self._statuses,
            took_s=took_s,
            p50_ms=percentile(ordered, 0.5) * 1000,
            p99_ms=percentile(ordered, 0.99) * 1000,
            started_at=started_at,
            cpu_s=time.process_time() - cpu_at,
            sent_at=self._due_at,
        )

    async def _keep_pace(self, started_at: float, per_second: float) -> None:
        """An answer that comes late does not slow the next request down; its lateness counts as latency."""
        while self._next < len(self._requests):
            due_at = started_at + self._next / per_second
            if due_at > time.time():
                await asyncio.sleep(due_at - time.time())
                continue
            number = self._take(due_at)
            if self._free:
                self._send(self._free.popleft(), number)
            else:
                self._late.append(number)

    def _take(self, due_at: float) -> int:
        number = self._next
        self._next += 1
        self._due_at[number] = due_at
        return number

    def _send(self, connection: _Connection, number: int) -> None:
        connection.send(number, self._requests[number])

    def answered(self, connection: _Connection, number: int, status: str) -> None:
        self._statuses[status] = self._statuses.get(status, 0) + 1
        now = time.time()
        self._latencies_s.append(now - self._due_at[number])
        if self._late:
            self._send(connection, self._late.popleft())
        elif self._per_second is None and self._next < len(self._requests):
            self._send(connection, self._take(now))
        else:
            self._free.append(connection)
        if len(self._latencies_s) == len(self._requests) and not self._done.done():
            self._done.set_result(None)

    def lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("The server closed a connection."))


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def _main() -> None:
    plan = read_plan(Plan)
    requests = build_requests(plan)
    await asyncio.to_thread(wait_for_go)
    saw = await _Run(requests, plan.per_second)(
        "127.0.0.1", plan.port, connections=plan.connections, starts_at=plan.starts_at
    )
    if not plan.wants_times:
        saw.sent_at = []
    print_answer(saw)


if __name__ == "__main__":
    uvloop.run(_main())
