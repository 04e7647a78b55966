"""Many sockets on the feed, from one process: a client that does no more than needed to see when a message arrives."""

import array
import asyncio
import base64
import random
import re
import secrets
import sys
import time
from collections import Counter
from functools import partial
from typing import cast

import msgspec
import uvloop

from bench.load import percentile
from bench.processes import print_answer, read_plan, wait_for_go

_TEXT = re.compile(rb'"text": ?"bench (\d{8})')
_CLOSE = 8
_TEXT_FRAME = 1
_PING = 9
_PONG = 10


class Listen(msgspec.Struct, kw_only=True):
    port: int
    token: str
    sockets: int
    deaf: int = 0
    """Beside those: sockets that join and then never read again."""
    position: int
    per_second: float
    count: int
    """Message n is due at `starts_at` + n / `per_second`."""
    within_s: float = 60.0


class Heard(msgspec.Struct, kw_only=True):
    p50_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float
    frames: int
    messages: int
    """Over all sockets: each should hear each message once."""
    closed: int
    refused: int
    """How often somebody was not let in at once."""
    cpu_s: float


class Start(msgspec.Struct):
    starts_at: float


class _Room:
    def __init__(self, plan: Listen) -> None:
        self.plan = plan
        self.starts_at = 0.0
        self.waits = array.array("d")
        self.frames = 0
        self.closed = 0
        self.joined = 0
        self.refused: Counter[str] = Counter()
        self._tasks: set[asyncio.Future[None]] = set()
        self.all_joined = asyncio.Event()
        self.done = asyncio.get_running_loop().create_future()

    def join(self) -> None:
        self.joined += 1
        if self.joined == self.plan.sockets + self.plan.deaf:
            self.all_joined.set()

    async def enter(self, *, is_deaf: bool) -> None:
        connect = asyncio.get_running_loop().create_connection
        await connect(partial(_Socket, self, is_deaf=is_deaf), "127.0.0.1", self.plan.port)

    def refuse(self, status: str, *, is_deaf: bool) -> None:
        """Whoever is not let in comes again after a while of their own, as the screens do."""
        self.refused[status] += 1
        pause_s = random.uniform(0.5, 2)
        asyncio.get_running_loop().call_later(pause_s, self._enter_again, is_deaf)

    def _enter_again(self, is_deaf: bool) -> None:
        self._tasks.add(task := asyncio.ensure_future(self.enter(is_deaf=is_deaf)))
        task.add_done_callback(self._tasks.discard)

    def hear(self, payload: bytes) -> None:
        now = time.time() - self.starts_at
        self.frames += 1
        for number in _TEXT.findall(payload):
            self.waits.append(now - int(number) / self.plan.per_second)
        if len(self.waits) >= self.plan.count * self.plan.sockets and not self.done.done():
            self.done.set_result(None)


class _Socket(asyncio.Protocol):
    """RFC 6455, as far as a server's unmasked text frames go."""

    def __init__(self, room: _Room, *, is_deaf: bool = False) -> None:
        self._room = room
        self._is_deaf = is_deaf
        self._buffer = bytearray()
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        plan = self._room.plan
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._transport.write(
            (
                f"GET /api/feed HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                f"Authorization: Bearer {plan.token}\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            head_end = self._buffer.find(b"\r\n\r\n")
            if head_end < 0:
                return
            if b" 101 " not in self._buffer[:32]:
                self._room.refuse(self._buffer[9:12].decode(), is_deaf=self._is_deaf)
                self._transport.close()
                return
            del self._buffer[: head_end + 4]
            self._is_open = True
            self._say({"kind": "resume", "position": self._room.plan.position})
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        length, start = buffer[1] & 127, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(buffer) < start:
                return False
            length = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + length:
            return False
        kind = buffer[0] & 15
        payload = bytes(buffer[start : start + length])
        del buffer[: start + length]
        if kind == _TEXT_FRAME:
            if payload.startswith(b'{"kind":"hello"'):
                self._room.join()
                if self._is_deaf:
                    self._transport.pause_reading()
            else:
                self._room.hear(payload)
        elif kind == _PING:
            self._send(_PONG, payload)
        elif kind == _CLOSE:
            self._transport.close()
        return True

    def _say(self, frame: dict[str, object]) -> None:
        self._send(_TEXT_FRAME, msgspec.json.encode(frame))

    def _send(self, kind: int, payload: bytes) -> None:
        mask = b"\0\0\0\0"  # a mask of zeros leaves the payload as it is
        self._transport.write(bytes([0x80 | kind, 0x80 | len(payload)]) + mask + payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.closed += self._is_open and not self._is_deaf


async def main() -> None:
    plan = read_plan(Listen)
    room = _Room(plan)
    for is_deaf in [False] * plan.sockets + [True] * plan.deaf:
        await room.enter(is_deaf=is_deaf)
    try:
        async with asyncio.timeout(60):
            await room.all_joined.wait()
    except TimeoutError:
        sys.exit(f"{room.joined} joined, {room.closed} were closed, refused: {dict(room.refused)}")
    await asyncio.to_thread(wait_for_go)
    room.starts_at = (await asyncio.to_thread(read_plan, Start)).starts_at
    cpu_at = time.process_time()
    try:
        async with asyncio.timeout(plan.within_s if plan.count else 1):
            await room.done
    except TimeoutError:
        pass
    waits = sorted(room.waits)
    print_answer(
        Heard(
            p50_ms=percentile(waits, 0.5) * 1000,
            p95_ms=percentile(waits, 0.95) * 1000,
            p99_ms=percentile(waits, 0.99) * 1000,
            longest_ms=waits[-1] * 1000 if waits else 0.0,
            frames=room.frames,
            messages=len(waits),
            closed=room.closed,
            refused=room.refused.total(),
            cpu_s=time.process_time() - cpu_at,
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
