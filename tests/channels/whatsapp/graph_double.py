"""A Graph API of a few lines: answers what a test tells it to, over real HTTP, and keeps what it was asked."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from uuid import UUID

from aiohttp import web

from threadline.channels.contract import ChannelAccess, OutgoingFile
from threadline.infra.http import Http

TOKEN = "EAAJtoken"
Answer = Callable[[web.Request], web.StreamResponse]


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    token: str
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


@dataclass(slots=True)
class GraphDouble:
    """`answers` in turn, the last one again and again; an entry is a body of 200, (status, body[, headers]), or a
    word: `break` cuts the connection after the request, `half` promises more than it sends, `silent` never answers."""

    url: str = ""
    answers: list[object] = field(default_factory=list[object])
    asked: list[Asked] = field(default_factory=list[Asked])

    def will(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked.clear()

    def access(self, **settings: str) -> ChannelAccess:
        return ChannelAccess(
            channel_id=UUID(int=1),
            address="106540352242922",
            account="102290129340398",
            base_url=self.url,
            secrets={"token": TOKEN},
            settings=settings,
        )

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(
            Asked(
                request.method,
                request.path,
                dict(request.query),
                request.headers.get("Authorization", ""),
                await request.read(),
            )
        )
        wanted = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if wanted == "break":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if wanted == "half":
            response = web.StreamResponse(headers={"Content-Length": "500", "Content-Type": "application/json"})
            await response.prepare(request)
            await response.write(b'{"messages":[{"id":"wam')
            assert request.transport is not None
            request.transport.close()
            return response
        if wanted == "silent":
            await asyncio.sleep(30)
        if isinstance(wanted, tuple):
            status, body, *rest = wanted
            return web.Response(status=status, body=_bytes(body), headers=rest[0] if rest else None)
        return web.Response(body=_bytes(wanted), content_type="application/json")


def _bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def error(code: int, status: int = 400, details: object = "because", **more: object) -> tuple[int, object]:
    """A Graph error as Meta writes it."""
    data = {"messaging_product": "whatsapp", "details": details}
    made = {"message": f"(#{code}) x", "type": "OAuthException", "code": code, "error_data": data, **more}
    return status, {"error": {**made, "fbtrace_id": "A"}}


ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+16505551234", "wa_id": "16505551234"}],
    "messages": [{"id": "wamid.OUT1"}],
}


@contextlib.asynccontextmanager
async def running_graph(double: GraphDouble | None = None) -> AsyncGenerator[GraphDouble]:
    double = double or GraphDouble()
    application = web.Application(client_max_size=32 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", double.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield double
    finally:
        await runner.cleanup()


def local_http() -> Http:
    """The product's own client, allowed to ask this machine."""
    return Http(allowed_private_hosts=["127.0.0.0/8"], unreachable_takes_s=0)


def outgoing_file(
    content: bytes = b"abc", *, mime: str = "image/png", size: int | None = None, known: str = ""
) -> OutgoingFile:
    async def read() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    return OutgoingFile(
        file_id=UUID(int=7),
        mime=mime,
        name="a.png",
        size_bytes=len(content) if size is None else size,
        read=read,
        provider_media_id=known,
    )
