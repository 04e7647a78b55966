"""A clamd that speaks INSTREAM and knows one piece of malware, for tests."""

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from threading import Thread

MALWARE = b"a file that is malware to this scanner"


@dataclass
class Clamd:
    """`answer` in the place of a verdict; "" closes the connection without one."""

    url: str = ""
    limit_bytes: int = 1_000_000
    answer: str | None = None
    scanned: list[bytes] = field(default_factory=list[bytes])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack("!L", await reader.readexactly(4))[0]:
                content += await reader.readexactly(size)
                if len(content) > self.limit_bytes:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.scanned.append(content)
            verdict = "stream: Test-Signature FOUND" if MALWARE in content else "stream: OK"
            writer.write((verdict if self.answer is None else self.answer).encode() + b"\0" * (self.answer != ""))
        finally:
            await writer.drain()
            writer.close()


@asynccontextmanager
async def running_clamd() -> AsyncIterator[Clamd]:
    clamd = Clamd()
    server = await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
    clamd.url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield clamd
    finally:
        server.close()


@contextmanager
def clamd_in_a_thread() -> Iterator[Clamd]:
    """For tests that have no loop of their own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="clamd", daemon=True)
    thread.start()
    running = running_clamd()
    try:
        clamd = asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result()
        try:
            yield clamd
        finally:
            asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
