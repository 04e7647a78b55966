"""Push messages leave for a push service of our own: encrypted, signed, once; a browser that has gone is forgotten."""

import base64
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp.web
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.workers.outbox_world import Desk
from threadline.actions.make_push_key import ensure_push_key
from threadline.infra.clock import new_id
from threadline.infra.http import Http
from threadline.infra.secrets import Keyring
from threadline.store.session import Role
from threadline.workers.pusher import Pusher

pytestmark = pytest.mark.asyncio

RING = Keyring([b"k" * 32])
AUTH = b"a" * 16


class Service:
    """A push service, and the browser behind it."""

    def __init__(self) -> None:
        self.status = 201
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.url = ""

    @property
    def p256dh(self) -> str:
        return _encode(self.point)

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    async def take(self, request: aiohttp.web.Request) -> aiohttp.web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        return aiohttp.web.Response(status=self.status)

    def opened(self, index: int = 0) -> dict[str, Any]:
        """As the browser opens it (RFC 8291, from the other side)."""
        body = self.requests[index][1]
        salt, theirs, sealed = body[:16], body[21:86], body[86:]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        info = b"WebPush: info\x00" + self.point + theirs
        secret = _extract(salt, _expand(_extract(AUTH, shared), info, 32))
        nonce = _expand(secret, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(_expand(secret, b"Content-Encoding: aes128gcm\x00", 16)).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    app = aiohttp.web.Application()
    app.router.add_post("/push/{browser}", service.take)
    async with TestServer(app, host="127.0.0.1") as server:
        service.url = f"http://127.0.0.1:{server.port}/push/one"
        yield service


@pytest_asyncio.fixture
async def pusher(desk: Desk, service: Service) -> AsyncIterator[Pusher]:
    await desk.connection.execute("delete from push_keys")
    async with desk.database.transaction(Role.ENGINE) as session:
        await ensure_push_key(session, RING, new_id=new_id)
        await ensure_push_key(session, RING, new_id=new_id)  # the second changes nothing
    port = service.url.split(":")[2].split("/")[0]
    async with Http(allowed_private_hosts=[f"127.0.0.1:{port}"]) as http:
        yield Pusher(desk.database, http, RING, "https://desk.example.com")


async def test_what_is_due_is_pushed_once_without_names_or_texts(desk: Desk, pusher: Pusher, service: Service) -> None:
    await _notified(desk, service)
    await pusher.step()
    await pusher.step()
    assert len(service.requests) == 1
    headers, body = service.requests[0]
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Authorization"].startswith("vapid t=")
    assert len(headers["Topic"]) <= 32
    told = service.opened()
    assert (told["kind"], told["count"], told["title"]) == ("replied", 2, "Ein Kunde von Ihnen hat geschrieben")
    assert b"Ana" not in body
    assert "Ana" not in json.dumps(told)


async def test_what_is_not_due_yet_or_was_read_is_not_pushed(desk: Desk, pusher: Pusher, service: Service) -> None:
    await _notified(desk, service)
    await desk.connection.execute("update notifications set push_at = now() + interval '5 seconds'")
    await pusher.step()
    await desk.connection.execute("update notifications set push_at = null, read_at = now()")
    await pusher.step()
    assert service.requests == []


@pytest.mark.parametrize(("status", "stays"), [(410, 0), (404, 0), (429, 1), (500, 1)])
async def test_a_browser_that_has_gone_is_forgotten_others_are_not(
    desk: Desk, pusher: Pusher, service: Service, status: int, stays: int
) -> None:
    service.status = status
    await _notified(desk, service)
    await pusher.step()
    assert len(service.requests) == 1
    left = await desk.connection.fetchval(
        "select count(*) from push_subscriptions where workspace_id = $1", desk.workspace_id
    )
    assert left == stays


async def test_nothing_is_pushed_once_the_session_was_ended(desk: Desk, pusher: Pusher, service: Service) -> None:
    await _notified(desk, service)
    await desk.connection.execute("update sessions set revoked_at = now()")
    await pusher.step()
    assert service.requests == []


async def test_a_push_holds_no_number_even_where_a_number_is_the_name(
    desk: Desk, pusher: Pusher, service: Service
) -> None:
    """A push service and a lock screen are nobody's who sees numbers: names and words are asked for by the browser."""
    await _notified(desk, service)
    await desk.connection.execute("update contacts set name = '+49 171 1234567'")
    await desk.connection.execute(
        """update workspaces set settings = '{"notifies_with_text": true}' where id = $1""", desk.workspace_id
    )
    await pusher.step()
    headers, body = service.requests[0]
    told = json.dumps([headers, service.opened()])
    assert not re.search(r"1234567|171[ -]", told), told
    assert b"1234567" not in body


async def _notified(desk: Desk, service: Service) -> None:
    """Ana wrote twice to an agent who reads German and chose a browser."""
    customer = await desk.add_customer("Ana Reyes")
    execute, session_id = desk.connection.execute, new_id()
    await execute("delete from notifications")
    person_id = await desk.connection.fetchval("select person_id from agents where id = $1", desk.agent_id)
    await execute("update people set locale = 'de' where id = $1", person_id)
    await execute(
        "insert into sessions (id, token_hash, person_id, csrf_token, idle_until, expires_at)"
        " values ($1, $2, $3, '', now(), now())",
        session_id,
        session_id.bytes,
        person_id,
    )
    await execute(
        "insert into push_subscriptions (workspace_id, id, agent_id, session_id, endpoint, p256dh, auth)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        desk.workspace_id,
        new_id(),
        desk.agent_id,
        session_id,
        service.url,
        service.p256dh,
        _encode(AUTH),
    )
    await execute(
        "insert into notifications (workspace_id, id, agent_id, kind, conversation_id, count, at, is_listed, push_at)"
        " values ($1, $2, $3, 'replied', $4, 2, now(), true, now() - interval '1 second')",
        desk.workspace_id,
        new_id(),
        desk.agent_id,
        customer.conversation_id,
    )


def _extract(salt: bytes, material: bytes) -> bytes:
    made = hmac.HMAC(salt, hashes.SHA256())
    made.update(material)
    return made.finalize()


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=info).derive(key)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
