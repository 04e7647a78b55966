"""Clients that are slow with the headers of their request lose their connection and stop nobody else (S70)."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from threadline.infra.settings import load_settings
from threadline.processes.front import Front, FrontServer

TIMEOUT_S = 1.0


@asynccontextmanager
async def front_server(folder: Path) -> AsyncIterator[int]:
    """The listening server of a web process, without what stands behind it. Yields its port."""
    settings = load_settings(
        {"THREADLINE_DATA_DIR": str(folder), "THREADLINE_REQUEST_TIMEOUT_S": str(TIMEOUT_S), "THREADLINE_PORT": "0"}
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = FrontServer(settings, Front(settings))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    async with front_server(tmp_path) as opened:
        yield opened


async def drip(port: int, first: bytes = b"GET /health HTTP/1.1\r\nHost: a\r\n") -> float:
    """Sends a byte of a header now and then; how long until the server had enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    started = time.monotonic()
    writer.write(first)
    closing = asyncio.create_task(reader.read())
    try:
        while not closing.done():
            writer.write(b"x")
            await asyncio.wait([closing], timeout=0.2)
            assert time.monotonic() - started < 10, "it was never closed"
        assert closing.exception() is not None or closing.result() == b""
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
        closing.cancel()
    return time.monotonic() - started


@pytest.mark.parametrize("first", [b"GET /", b"GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: "], ids=["address", "header"])
async def test_headers_that_do_not_end_are_cut(port: int, first: bytes) -> None:
    took_s = await drip(port, first)
    assert TIMEOUT_S <= took_s < TIMEOUT_S + 2


async def test_silent_connection_is_cut(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(TIMEOUT_S + 2):
        assert await reader.read() == b""
    writer.close()


async def test_second_request_of_a_connection_is_bounded_and_its_first_answered(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"200 OK" in await reader.readuntil(b"\r\n\r\nok")
    await asyncio.sleep(TIMEOUT_S * 1.7)  # idle between two requests is not slow
    writer.write(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"200 OK" in await reader.readuntil(b"\r\n\r\nok")
    writer.write(b"GET /health HTTP/1.1\r\nHo")
    async with asyncio.timeout(TIMEOUT_S + 2):
        assert b"HTTP" not in await reader.read()
    writer.close()


async def test_headers_without_end_are_refused_before_they_fill_the_memory(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health HTTP/1.1\r\nHost: a\r\nX-Large: ")
    sent = 0
    try:
        while sent < 8_000_000:
            writer.write(b"x" * 16_384)
            sent += 16_384
            await writer.drain()
        answer = await reader.read()
    except ConnectionError:
        answer = b"HTTP/1.1 431"
    assert answer.startswith(b"HTTP/1.1 431")
    assert sent < 8_000_000
    writer.transport.abort()


async def test_two_hundred_slow_connections_do_not_stop_others(port: int) -> None:
    slow = [asyncio.create_task(drip(port)) for _ in range(200)]
    try:
        await asyncio.sleep(0.3)
        async with aiohttp.ClientSession() as http:
            for _ in range(10):
                async with asyncio.timeout(2), http.get(f"http://127.0.0.1:{port}/health") as answer:
                    assert answer.status == 200
        assert sum(not one.done() for one in slow) > 150, "they were gone before anybody asked"
        took = await asyncio.gather(*slow)
        assert max(took) < TIMEOUT_S + 4
    finally:
        for one in slow:
            one.cancel()
