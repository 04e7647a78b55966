"""The webhook edge over real HTTP: what is answered 200 is committed, everything else is refused for a reason."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
import uvicorn

from bench.bodies import message_body, signature
from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.channels.contract import EndpointSecrets
from threadline.infra.bus import Bus
from threadline.infra.clock import new_id, utc_now
from threadline.infra.settings import Limits
from threadline.web.ingress import Ingress, open_ingress

SECRETS = ("new-secret", "old-secret")
VERIFY_TOKEN = "verify-me"


class MemoryBlobs:
    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    async def put(self, content: bytes) -> "MemoryBlobs.Stored":
        key = f"blob{len(self.bodies)}"
        self.bodies[key] = content
        return MemoryBlobs.Stored(key)

    @dataclass(frozen=True)
    class Stored:
        key: str


@dataclass
class Edge:
    desk: ReceivingDesk
    ingress: Ingress
    bus: Bus
    blobs: MemoryBlobs
    hints: list[frozenset[str]]
    client: aiohttp.ClientSession
    url: str

    def body(self, provider_id: str = "m1", *, number: str | None = None, text: str = "Hello") -> bytes:
        return message_body(
            number=number or self.desk.channel.address,
            account=self.desk.channel.account,
            customer=1,
            provider_id=provider_id,
            at=1_700_000_000,
            text=text,
        )

    async def post(self, body: bytes, *, secret: str = SECRETS[0], **headers: str) -> aiohttp.ClientResponse:
        signed = {"X-Hub-Signature-256": signature(secret, body)} if secret else {}
        async with self.client.post(self.url, data=body, headers={**signed, **headers}) as response:
            await response.read()
            return response

    async def lines(self) -> list[dict[str, object]]:
        return await self.desk.of("deliveries", "id, body_id, channel_id, state, body, blob_key", "id")


@asynccontextmanager
async def serving(application: Callable[..., object]) -> AsyncIterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))  # type: ignore[arg-type]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest_asyncio.fixture
async def edge(database_url: str) -> AsyncIterator[Edge]:
    async with (
        open_receiving_desk(database_url) as desk,
        aiohttp.ClientSession() as client,
    ):

        def open_secrets(sealed: bytes, endpoint_id: UUID) -> EndpointSecrets:
            assert endpoint_id == desk.endpoint_id
            return EndpointSecrets(signing=SECRETS, verify_token=VERIFY_TOKEN)

        hints: list[frozenset[str]] = []
        blobs = MemoryBlobs()
        bus = HeardBus(hints)
        async with (
            open_ingress(
                database_url,
                types=[desk.channel.type],
                open_secrets=open_secrets,
                bus=bus,
                blobs=blobs,
                limits=Limits(request_timeout_s=1.0),
                public_url="https://desk.example",
                now=utc_now,
                new_id=new_id,
            ) as ingress,
            serving(ingress) as base,
        ):
            url = f"{base}/hooks/{desk.endpoint_id.hex}"
            yield Edge(desk, ingress, bus, blobs, hints, client, url)


class HeardBus(Bus):
    """Reaches this process only, and writes down what ingress announced."""

    def __init__(self, hints: list[frozenset[str]]) -> None:
        super().__init__(SilentCarrier())
        self.hints = hints

    def publish(self, topics: Iterable[str]) -> None:
        topics = frozenset(topics)
        if any(topic.startswith("deliveries:") for topic in topics):
            self.hints.append(topics)
        super().publish(topics)


class SilentCarrier:
    async def connect(self, hear: object, on_lost: object) -> None: ...
    async def send(self, payload: str) -> None: ...
    async def close(self) -> None: ...


async def test_signed_body_is_committed_then_answered_and_announced(edge: Edge) -> None:
    body = edge.body()
    response = await edge.post(body)
    assert response.status == 200
    line = (await edge.lines())[0]
    assert (line["state"], line["channel_id"], line["body"]) == ("open", edge.desk.channel.id, body)
    assert edge.hints == [frozenset({f"deliveries:{edge.desk.channel.id}"})]


async def test_old_and_new_secret_both_verify_and_nothing_else(edge: Edge) -> None:
    body = edge.body()
    assert (await edge.post(body, secret="old-secret")).status == 200
    for refused in (
        edge.post(body, secret="another"),
        edge.post(body, secret=""),
        edge.post(body, secret="", **{"X-Hub-Signature-256": ""}),
        edge.post(body, secret="", **{"X-Hub-Signature": signature(SECRETS[0], body)}),
        edge.post(body + b" ", secret="", **{"X-Hub-Signature-256": signature(SECRETS[0], body)}),
    ):
        assert (await refused).status == 401
    assert len(await edge.lines()) == 1


async def test_unknown_number_is_kept_for_the_admin_and_answered_200(edge: Edge) -> None:
    assert (await edge.post(edge.body(number="somebody else"))).status == 200
    assert (await edge.post(b"not json at all")).status == 200
    assert [line["state"] for line in await edge.lines()] == ["unroutable", "unroutable"]


async def test_unknown_endpoint_is_404_and_a_new_one_is_found_after_the_hint(edge: Edge) -> None:
    key = "f" * 32
    url = edge.url.rsplit("/", 1)[0]
    for path in (key, "short", "", "x/y", "%00" * 20):
        async with edge.client.post(f"{url}/{path}", data=b"{}") as response:
            assert response.status == 404
    await edge.desk.connection.execute("update endpoints set key = $1 where id = $2", key, edge.desk.endpoint_id)
    edge.bus.publish({f"channel:{edge.desk.channel.id}"})
    await asyncio.sleep(0.05)
    body = edge.body()
    headers = {"X-Hub-Signature-256": signature(SECRETS[0], body)}
    async with edge.client.post(f"{url}/{key}", data=body, headers=headers) as response:
        assert response.status == 200


async def test_handshake_echoes_the_challenge_for_the_right_token_only(edge: Edge) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}
    async with edge.client.get(edge.url, params=asked) as response:
        assert (response.status, await response.text()) == (200, "1158201444")
    async with edge.client.get(edge.url, params={**asked, "hub.verify_token": "wrong"}) as response:
        assert response.status == 403
    row = await edge.desk.one("select verified_at from endpoints where id = $1", edge.desk.endpoint_id)
    assert row["verified_at"] is not None
    async with edge.client.get(edge.url) as response:
        assert response.status in (403, 405)
    assert await edge.lines() == []


async def test_heads_of_odd_size_or_shape_are_refused_and_never_a_fault(edge: Edge) -> None:
    asked = f"hub.mode=subscribe&hub.challenge=1&hub.verify_token={VERIFY_TOKEN}"
    too_many = "&".join(f"p{number}=1" for number in range(60))
    for query, status in (
        (f"{asked}&{too_many}", 400),
        (f"{asked}&p={'x' * 9000}", 414),
        (f"{asked}&%ff%fe=%ed%a0%80", 200),
    ):
        async with edge.client.get(f"{edge.url}?{query}") as response:
            assert response.status == status, query[:100]
    body = edge.body()
    assert (await edge.post(body, **{"X-Filler": "x" * 20_000})).status == 431
    assert await edge.lines() == []


async def test_fault_of_ours_is_503_so_that_the_provider_tries_again(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("threadline.web.ingress.route", fail)
    response = await edge.post(edge.body())
    assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert await edge.lines() == []


async def test_no_answer_can_be_taken_for_a_page(edge: Edge) -> None:
    for response in (await edge.post(edge.body()), await edge.post(edge.body(), secret="another")):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"


async def test_too_large_is_refused_announced_or_not_and_compressed_too(edge: Edge) -> None:
    limit = edge.desk.channel.type.manifest.body_limit_bytes
    assert (await edge.post(b" " * (limit + 1))).status == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(limit // 65536 + 2):
            yield b" " * 65536

    async with edge.client.post(edge.url, data=endless()) as response:
        assert response.status == 413
    body = edge.body()
    assert (await edge.post(body, **{"Content-Encoding": "gzip"})).status == 415
    assert await edge.lines() == []


async def test_large_body_lies_in_the_blobs(edge: Edge) -> None:
    body = edge.body(text="x" * 1_200_000)
    assert (await edge.post(body)).status == 200
    line = (await edge.lines())[0]
    assert (line["body"], line["blob_key"]) == (None, "blob0")
    assert edge.blobs.bodies["blob0"] == body


async def test_slow_body_is_cut_off(edge: Edge) -> None:
    host, port = edge.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    path = "/" + edge.url.split("/", 3)[3]
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc".encode())
    answer = await asyncio.wait_for(reader.readline(), 5)
    assert b" 408 " in answer
    writer.close()


async def test_chunked_and_escaped_bodies_are_stored_byte_for_byte(edge: Edge) -> None:
    body = edge.body(text="Zażółć \U0001f44d \\ud83d").replace(b"Hello", b"Hello")

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 100):
            yield body[at : at + 100]

    headers = {"X-Hub-Signature-256": signature(SECRETS[0], body)}
    async with edge.client.post(edge.url, data=chunks(), headers=headers) as response:
        assert response.status == 200
    assert (await edge.lines())[0]["body"] == body


async def test_many_at_once_share_commits_and_all_are_there(edge: Edge) -> None:
    answers = await asyncio.gather(*(edge.post(edge.body(f"m{n}")) for n in range(200)))
    assert {answer.status for answer in answers} == {200}
    assert len(await edge.lines()) == 200
    assert len(edge.hints) < 150


async def test_outage_is_503_with_retry_after(edge: Edge, monkeypatch) -> None:
    async def fail(lines: object) -> None:
        raise asyncpg.CannotConnectNowError("starting up")

    monkeypatch.setattr(edge.ingress.writer, "_store", fail)
    response = await edge.post(edge.body())
    assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert await edge.lines() == []


async def test_signed_nonsense_is_stored_or_refused_and_never_breaks(edge: Edge) -> None:
    deep = b'{"entry":' * 3000 + b"1" + b"}" * 3000
    nonsense = [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"entry":null}',
        b'{"entry":[{"changes":7}]}',
        deep,
    ]
    nonsense += [edge.body()[:at] for at in range(1, 400, 37)]
    nonsense += [edge.body(text="\0 \ud83d".encode("utf-8", "surrogatepass").decode("latin-1"))]
    for body in nonsense:
        assert (await edge.post(body)).status == 200
    assert len(await edge.lines()) == len(nonsense)
