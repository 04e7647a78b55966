"""A load generator cheap enough to share two cores with what it loads: prebuilt requests over kept-alive sockets."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Load:
    """What a run saw: answers by status, latencies in seconds in the order of the answers, seconds it took."""

    statuses: dict[int, int] = field(default_factory=dict[int, int])
    latencies_s: list[float] = field(default_factory=list[float])
    took_s: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies_s) / self.took_s if self.took_s else 0.0

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


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


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last has come."""

    def __init__(self, requests: Iterator[bytes], load: Load, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._load = load
        self._done = done
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send_next()

    def _send_next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._finish()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

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
        status = int(head[9:12])
        self._load.statuses[status] = self._load.statuses.get(status, 0) + 1
        self._load.latencies_s.append(time.perf_counter() - self._sent_at)
        self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("The server closed the connection."))

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)
        self._transport.close()


async def drive(host: str, port: int, requests: Iterator[bytes], *, connections: int) -> Load:
    """Send all requests over this many connections, each as fast as it is answered."""
    loop = asyncio.get_running_loop()
    load = Load()
    ends = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    await asyncio.gather(
        *(loop.create_connection(lambda end=end: _Connection(requests, load, end), host, port) for end in ends)
    )
    await asyncio.gather(*ends)
    load.took_s = time.perf_counter() - started
    return load


async def drive_steadily(host: str, port: int, requests: list[bytes], *, per_second: float, connections: int) -> Load:
    """Send at a fixed rate: an answer that comes late does not slow the next request down."""
    load = Load()
    streams = [await asyncio.open_connection(host, port) for _ in range(connections)]
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for stream in streams:
        free.put_nowait(stream)
    started = time.perf_counter()

    async def send(request: bytes, due: float) -> None:
        reader, writer = await free.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at >= 0:
            await reader.readexactly(int(lowered[at + 15 :].split(b"\r\n", 1)[0]))
        status = int(head[9:12])
        load.statuses[status] = load.statuses.get(status, 0) + 1
        load.latencies_s.append(time.perf_counter() - due)
        free.put_nowait((reader, writer))

    tasks: list[asyncio.Task[None]] = []
    for number, request in enumerate(requests):
        due = started + number / per_second
        delay = due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.create_task(send(request, due)))
    await asyncio.gather(*tasks)
    load.took_s = time.perf_counter() - started
    for _, writer in streams:
        writer.close()
    return load
