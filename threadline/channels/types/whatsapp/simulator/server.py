"""The simulator as a whole: its three faces on one port, its life, and how a test or a process starts it."""

from __future__ import annotations

import contextlib
import html
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import msgspec

from . import (
    control,
    graph_accounts,
    graph_calls,
    graph_flows,
    graph_groups,
    graph_numbers,
    graph_templates,
    media,
    meta_acts,
    outcomes,
    phone,
)
from .api import Face
from .clock import Clock
from .errors import GraphError
from .graph import Graph
from .http import HttpServer, Request, Response
from .knobs import Knobs
from .media_store import MediaStore
from .state import State
from .storage import Storage
from .wire import JSON
from .world import World


class Simulator:
    """A WhatsApp Cloud API of our own.

        async with Simulator(seed=7).running() as sim:
            ...  # sim.url, sim.control_token

    With `state_file` everything survives a restart. `trusted_file` is a certificate of the desk's that nobody else need
    trust. `knobs` are the first settings of a new state.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        control_token: str | None = None,
        state_file: Path | None = None,
        trusted_file: Path | None = None,
        knobs: JSON | None = None,
        source: Callable[[], float] = time.time,
    ) -> None:
        self.control_token = control_token or secrets.token_urlsafe(24)
        self._storage = Storage(state_file) if state_file is not None else None
        state = self._storage.load_state() if self._storage is not None else None
        if state is None:
            state = State(seed=seed, knobs=msgspec.to_builtins(msgspec.convert(knobs or {}, Knobs)))
        store = self._storage.media_store() if self._storage is not None else MediaStore(None)
        self.world = World(state, Clock(source), store)
        self.world.delivery.trusted_file = trusted_file
        outcomes.install(self.world)
        meta_acts.install(self.world)
        if self._storage is not None:
            self._storage.load_messages(self.world)
        self.graph = Graph(self.world)
        for edges in (graph_numbers, graph_accounts, graph_templates, graph_flows, graph_calls, graph_groups):
            edges.install(self.graph)
        self._control = Face(self.world, self.control_token)
        control.install(self._control)
        self._phone = Face(self.world, self.control_token)
        phone.install(self._phone)
        self._server = HttpServer(self._handle)

    @property
    def url(self) -> str:
        return self.world.url

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen and set everything going that was pending; returns the URL."""
        chosen = await self._server.start(host, port)
        self.world.url = f"http://{host}:{chosen}"
        self.world.start()
        if self._storage is not None:
            self._storage.start(self.world)
        return self.world.url

    async def stop(self) -> None:
        """Stop listening, let go of what is in flight (it stays pending) and write the state."""
        await self._server.stop()
        await self.world.stop()
        if self._storage is not None:
            await self._storage.stop(self.world)

    @contextlib.asynccontextmanager
    async def running(self, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[Simulator]:
        await self.start(host, port)
        try:
            yield self
        finally:
            await self.stop()

    def _handle(self, request: Request) -> Response | Awaitable[Response]:
        path = request.path
        if request.method != "GET":
            self.world.changes += 1
        if path.startswith("/_control"):
            return self._control.handle(request)
        if path.startswith("/_phone"):
            return self._phone.handle(request)
        if path.startswith("/whatsapp_business/attachments"):
            return self._download(request)
        if path.startswith("/qr/"):
            return _qr_image(path.removeprefix("/qr/").partition(".")[0])
        if path.startswith("/profile_pictures/"):
            return self._picture(path.removeprefix("/profile_pictures/"))
        return self.graph.handle(request)

    def _download(self, request: Request) -> Response:
        try:
            token = self.graph.token_of(request)
        except GraphError as error:
            return self.graph.refuse(error)
        return media.download(self.world, request, token)

    def _picture(self, upload_id: str) -> Response:
        item = self.world.state.uploads.get(upload_id)
        content = self.world.store.get(upload_id.replace(":", "_")) if item is not None else None
        if item is None or content is None:
            return Response(404, b"", "text/plain")
        return Response(200, content, item.mime)


def _qr_image(code: str) -> Response:
    """A picture that shows where a link leads; it is not meant to be scanned."""
    link = f"https://wa.me/message/{html.escape(code)}"
    words = f'<text x="12" y="36" font-family="monospace" font-size="14">{link}</text>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="420" height="60">{words}</svg>'
    return Response(200, picture.encode(), "image/svg+xml")
