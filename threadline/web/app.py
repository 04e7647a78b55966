"""The web process's one ASGI application: a bare dispatcher in front, so that webhooks, the socket and the first page
cost no framework, and the API behind it, imported in a thread while the listener already answers.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Final

from threadline.core.errors import ThreadlineError
from threadline.infra import metrics
from threadline.infra.blobs import Blobs
from threadline.infra.http import Http
from threadline.infra.log import bound, get_logger
from threadline.infra.malware import Scanner
from threadline.infra.secrets import Keyring
from threadline.infra.settings import Settings
from threadline.store.session import Database, Role, is_outage
from threadline.web.asgi import (
    Asgi,
    BodyTooLarge,
    ClientLeft,
    HeaderList,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    TooSlow,
    answer,
    query_pairs,
    read_body,
    replayed,
)
from threadline.web.context import WebContext
from threadline.web.problems import CONTENT_TYPE, encode_problem, problem_of
from threadline.web.security import SAFE_METHODS, BadRequest, Border, check_no_token_in, check_readable
from threadline.web.security_headers import SecurityHeaders
from threadline.web.static_files import StaticFiles

log = get_logger("web")

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_UPLOADS: Final = "/api/files"
_FORM_BYTES: Final = 64 * 1024
"""What a form adds to the file inside it."""
_PRACTICE: Final = "/api/practice/"
_PRACTICE_BYTES: Final = 24 * 1024 * 1024
"""A picture that a practice customer sends travels as base64 inside JSON."""
_JSON: Final = re.compile(r"application/json\s*(;|$)", re.IGNORECASE)

HealthCheck = Callable[[], Awaitable[bytes]]


class UriTooLong(ThreadlineError):
    code = "uri_too_long"
    status = 414


class HeadersTooLarge(ThreadlineError):
    code = "headers_too_large"
    status = 431


class NotJson(ThreadlineError):
    code = "unsupported_media_type"
    status = 415


class Web:
    """Made by `create_web`. `hub` is told of news with `hub.hint(topics)`; the lifespan starts and stops it."""

    def __init__(
        self,
        context: WebContext,
        *,
        ingress: Asgi | None,
        read_metrics: HealthCheck | None,
        read_health: HealthCheck | None,
    ) -> None:
        from threadline.web.realtime import Hub

        self.context = context
        self.hub: Hub = Hub(context)
        self._ingress = ingress
        self._read_metrics = read_metrics
        self._read_health = read_health
        self._static = StaticFiles()
        self._headers = SecurityHeaders(context.settings, self._static)
        self._api: asyncio.Future[Asgi] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self.hub.serve(scope, receive, send)
        elif scope["path"].startswith("/hooks/") and self._ingress is not None:
            await self._ingress(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def start(self) -> None:
        """Begins importing the API and following the feed. The lifespan calls it."""
        if self._api is None:
            loop = asyncio.get_running_loop()
            self._api = loop.run_in_executor(None, _import_api, self.context)
            await self.hub.start()

    async def stop(self) -> None:
        """Closes every socket with 1012, so that clients come back to the process that follows (R28)."""
        await self.hub.stop()
        await self.context.finish()

    async def api(self) -> Asgi:
        """The API, once it is imported."""
        await self.start()
        assert self._api is not None
        return await asyncio.shield(self._api)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope["headers"])
        request_id = self._request_id(scope, headers)
        scope.setdefault("state", {})["request_id"] = request_id
        started_at = time.perf_counter()
        watched = _Watched(send, self._headers.of(scope), request_id)
        with bound(request_id=request_id):
            try:
                await self._dispatch(scope, receive, watched.send, headers)
            except ClientLeft:
                return
            except Exception as error:
                await self._fail(error, watched, request_id)
            finally:
                _count(scope, watched, started_at)

    def _request_id(self, scope: Scope, headers: Headers) -> str:
        """Ours, unless one of our proxies gave the request one."""
        given = headers.one("x-request-id") or ""
        client = scope.get("client")
        is_from_proxy = bool(client) and self.context.border.is_proxy(str(client[0]))
        return given if is_from_proxy and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        _check_size(scope, self.context.settings)
        path = str(scope["path"])
        if path.startswith(("/api/", "/files/")) or path == "/api":
            await self._serve_api(scope, receive, send, headers)
        elif path == "/health":
            await answer(send, 200, b"ok")
        elif path == "/ready":
            await self._serve_ready(scope, send, headers)
        elif path == "/metrics":
            await self._serve_metrics(scope, send, headers)
        else:
            await self._static(scope, send, headers)

    async def _serve_api(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        pairs = _query(scope)
        check_readable([*pairs, ("path", str(scope["path"]))])
        check_no_token_in(pairs)
        if len({name for name, _ in pairs}) != len(pairs) and not str(scope["path"]).startswith(_PRACTICE):
            raise BadRequest("A parameter stands in the address twice.")
        api = await self.api()
        if scope["path"] == _UPLOADS and scope["method"] == "POST":
            limits = self.context.settings.limits
            most = limits.upload_bytes + _FORM_BYTES
            _check_announced(headers, most, "This file is too large.")
            await api(scope, _guarded_upload(receive, timeout_s=limits.request_timeout_s, limit_bytes=most), send)
            return
        body = await self._read(scope, receive, headers)
        await api(scope, replayed(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive, headers: Headers) -> bytes:
        """The body of a JSON request, whole before anybody works on it: bounded in size and time (S70)."""
        limits = self.context.settings.limits
        limit_bytes = _PRACTICE_BYTES if str(scope["path"]).startswith(_PRACTICE) else limits.body_bytes
        _check_announced(headers, limit_bytes, "This request is too large.")
        body = await read_body(receive, limit_bytes=limit_bytes, timeout_s=limits.request_timeout_s)
        is_foreign_type = not _JSON.match(headers.one("content-type") or "")
        if body and scope["method"] not in SAFE_METHODS and is_foreign_type:
            raise NotJson("This address takes JSON only.")
        return body

    async def _serve_ready(self, scope: Scope, send: Send, headers: Headers) -> None:
        """Ready or not; with the token of the metrics also what waits, how much and how old (T3, S72)."""
        is_ready = await self._is_ready()
        if self._may_look_inside(headers) and self._read_health is not None and is_ready:
            await answer(send, 200, await self._read_health(), content_type="application/json")
            return
        await answer(send, 200 if is_ready else 503, b"ready" if is_ready else b"not ready")

    async def _is_ready(self) -> bool:
        try:
            async with asyncio.timeout(3), self.context.database.transaction(Role.WEB) as session:
                await (await session.raw()).fetchval("select 1")
        except Exception as error:
            if not is_outage(error):
                raise
            return False
        return True

    async def _serve_metrics(self, scope: Scope, send: Send, headers: Headers) -> None:
        if not self._may_look_inside(headers) or self._read_metrics is None:
            await answer(send, 404, b"Not found.")
            return
        await answer(send, 200, await self._read_metrics(), content_type=metrics.CONTENT_TYPE)

    def _may_look_inside(self, headers: Headers) -> bool:
        token = self.context.settings.metrics_token
        given = headers.one("authorization") or ""
        return token is not None and secrets.compare_digest(given.encode(), f"Bearer {token}".encode())

    async def _fail(self, error: Exception, watched: "_Watched", request_id: str) -> None:
        problem, extra = problem_of(error, request_id)
        if problem.status >= 500:
            log.error("request_failed", status=problem.status, exc_info=error)
        if not watched.is_started:
            await answer(
                watched.send, problem.status, encode_problem(problem), content_type=CONTENT_TYPE, headers=extra
            )


def create_web(
    settings: Settings,
    database: Database,
    *,
    keyring: Keyring,
    http: Http,
    blobs: Blobs,
    scanner: Scanner | None = None,
    ingress: Asgi | None = None,
    read_metrics: HealthCheck | None = None,
    read_health: HealthCheck | None = None,
) -> Web:
    """The application of a web process. `database` needs the roles web and engine; `ingress` answers under /hooks/.

    `read_metrics` renders the metrics page, `read_health` a JSON document of what waits (T3): both are shown to whoever
    has THREADLINE_METRICS_TOKEN, and to nobody without one.
    """
    context = WebContext(settings, Border(settings), database, keyring, http, blobs, scanner)
    return Web(context, ingress=ingress, read_metrics=read_metrics, read_health=read_health)


def _import_api(context: WebContext) -> Asgi:
    from threadline.web.api.application import create_api

    return create_api(context)


def _check_size(scope: Scope, settings: Settings) -> None:
    limits = settings.limits
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > limits.url_bytes:
        raise UriTooLong("This address is too long.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.header_bytes:
        raise HeadersTooLarge("The headers of this request are too large.")


def _check_announced(headers: Headers, limit_bytes: int, text: str) -> None:
    """What says itself that it is too large is refused unread; what is compressed, too, for it may be a bomb."""
    announced = headers.one("content-length") or ""
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise BodyTooLarge(text)
    if headers.all("content-encoding"):
        raise NotJson("Please send the body uncompressed.")


def _query(scope: Scope) -> list[tuple[str, str]]:
    try:
        return query_pairs(scope)
    except ValueError:
        raise BadRequest("This address has too many parameters.") from None


def _guarded_upload(receive: Receive, *, timeout_s: float, limit_bytes: int) -> Receive:
    """An upload may take long, but never be silent for long, and never be larger than allowed."""
    size_bytes = 0

    async def guarded() -> Message:
        nonlocal size_bytes
        try:
            async with asyncio.timeout(timeout_s):
                message = await receive()
        except TimeoutError:
            raise TooSlow("This file took too long to arrive.") from None
        if message["type"] == "http.disconnect":
            raise ClientLeft
        size_bytes += len(message.get("body", b""))
        if size_bytes > limit_bytes:
            raise BodyTooLarge("This file is too large.")
        return message

    return guarded


class _Watched:
    """A `send` that adds headers and remembers what was answered. What the answer says itself stands."""

    def __init__(self, send: Send, headers: HeaderList, request_id: str) -> None:
        self._send = send
        self._headers = [*headers, (b"x-request-id", request_id.encode())]
        self.status = 0

    @property
    def is_started(self) -> bool:
        return self.status != 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = list(message.get("headers", []))
            names = {name.lower() for name, _ in own}
            message["headers"] = [*own, *((name, value) for name, value in self._headers if name not in names)]
        await self._send(message)


def _count(scope: Scope, watched: _Watched, started_at: float) -> None:
    route = getattr(scope.get("route"), "path", None)
    path = str(scope["path"])
    name = route or ("static" if not path.startswith("/api") else "unknown")
    metrics.http_requests.labels(name, str(watched.status)).inc()
    if path.startswith(("/api/", "/files/")):
        log.info(
            "request",
            method=scope["method"],
            route=name,
            status=watched.status,
            took_ms=round((time.perf_counter() - started_at) * 1000, 1),
        )
