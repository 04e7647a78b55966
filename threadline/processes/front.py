"""The front of the web process: the listening socket answers with the sign-in page while the rest is still imported.

Imports nothing heavy. Pages and assets need nobody; whatever needs the database waits in its request for the web edge.
"""

import asyncio
import contextlib
import importlib
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn

from threadline.infra.settings import Settings
from threadline.web.asgi import Asgi, HeaderList, Headers, Message, Receive, Scope, Send, answer
from threadline.web.http_protocol import BoundedProtocol, close_late
from threadline.web.security_headers import SecurityHeaders, is_data
from threadline.web.static_files import StaticFiles

if TYPE_CHECKING:
    from threadline.processes import web as web_module

_LOOK_EVERY_TICKS: Final = 5
"""A tick of the server is a tenth of a second."""
_OPENS_WITHIN_S: Final = 4.0
_RETRY_AFTER: Final = ((b"retry-after", b"2"),)
_RESTART: Final = 1012


async def serve_web(settings: Settings, *, listener: socket.socket | None, stop: asyncio.Event) -> None:
    """Until `stop`; then no new connections, requests finished, sockets closed, deliveries committed (R28)."""
    front = Front(settings)
    server = FrontServer(settings, front)
    server.capture_signals = _no_signals  # ours are in main.py
    edge = asyncio.create_task(_run_edge(settings, front, server, stop), name="edge")
    try:
        await server.serve(sockets=[listener] if listener else None)
    finally:
        stop.set()
        await edge


async def _run_edge(settings: Settings, front: "Front", server: uvicorn.Server, stop: asyncio.Event) -> None:
    """Imports and opens everything behind the front, and closes it when the server has finished its requests."""
    try:
        module = cast("web_module", await asyncio.to_thread(_import_edge, settings))
        async with AsyncExitStack() as stack:
            web = await stack.enter_async_context(module.open_edge(settings, stop=stop))
            front.open(web)
            await stop.wait()
            server.should_exit = True
            await front.closed.wait()
    finally:
        server.should_exit = True


def _import_edge(settings: Settings) -> object:
    from threadline.infra.log import configure_logging

    configure_logging(level=settings.log_level, output_format=settings.log_format, process="web")
    return importlib.import_module("threadline.processes.web")


class Front:
    """The ASGI application that the server knows."""

    def __init__(self, settings: Settings) -> None:
        self._static = StaticFiles()
        self._headers = SecurityHeaders(settings, self._static)
        self._web: Asgi | None = None
        self._is_open = asyncio.Event()
        self.closed = asyncio.Event()
        """No request is served any more: what stands behind may be closed."""

    def open(self, web: Asgi) -> None:
        self._web = web
        self._is_open.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._web is not None:
            await self._web(scope, receive, send)
        elif scope["type"] == "http" and not is_data(str(scope["path"])):
            await self._static(scope, self._with_headers(scope, send), Headers(scope["headers"]))
        elif scope["type"] == "http" and scope["path"] == "/health":
            await answer(self._with_headers(scope, send), 200, b"ok")
        elif await self._opens_in_time():
            await self._edge()(scope, receive, send)
        elif scope["type"] == "http":
            await answer(self._with_headers(scope, send), 503, b"Not ready yet.", headers=_RETRY_AFTER)
        else:
            await receive()
            await send({"type": "websocket.close", "code": _RESTART})

    async def _opens_in_time(self) -> bool:
        """False while the database is away: a provider or a browser hears it within five seconds (R20)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_OPENS_WITHIN_S):
                await self._is_open.wait()
        return self._web is not None

    def _edge(self) -> Asgi:
        assert self._web is not None
        return self._web

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        added: HeaderList = self._headers.of(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        return send_with_headers

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            kind = (await receive())["type"]
            if kind == "lifespan.shutdown":
                self.closed.set()
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return


class FrontServer(uvicorn.Server):
    """Ends connections whose request does not come."""

    def __init__(self, settings: Settings, front: Front) -> None:
        super().__init__(_configuration(settings, front))
        self._timeout_s = settings.limits.request_timeout_s

    async def on_tick(self, counter: int) -> bool:
        if counter % _LOOK_EVERY_TICKS == 0:
            now = asyncio.get_running_loop().time()
            close_late(tuple(self.server_state.connections), now=now, timeout_s=self._timeout_s)
        return await super().on_tick(counter)


def _configuration(settings: Settings, front: Front) -> uvicorn.Config:
    application: Any = front  # uvicorn names its scope a union of TypedDicts, we a mapping
    return uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        http=BoundedProtocol,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=64 * 1024,
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,  # the web edge reads them itself, from trusted proxies only (S69)
        server_header=False,
        backlog=2048,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(settings.limits.shutdown_request_s),
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )


@contextlib.contextmanager
def _no_signals() -> Iterator[None]:
    yield
