"""The real application on a free port of loopback, with a real database; people who act through HTTP only."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import pytest
import uvicorn

from tests.ports import free_port
from threadline.actions.set_up_workspace import create_setup_link
from threadline.channels.contract import AddressValue, Inbound, InboundMessage, Party
from threadline.core.content import Text, encode_content
from threadline.core.events import Event, EventKind
from threadline.infra.blobs import Blobs
from threadline.infra.clock import new_id, utc_now
from threadline.infra.http import Http
from threadline.infra.secrets import Keyring
from threadline.infra.settings import Settings, load_settings
from threadline.store.deliveries import FailedItem, insert_failed_items
from threadline.store.session import Database, Role, Session
from threadline.store.workspaces import insert_workspace
from threadline.web.app import Web, create_web

PASSWORD = "correct horse battery staple"


def make_database(url: str, **options: Any) -> Database:
    return Database(dict.fromkeys(Role, url), **options)


@dataclass
class Server:
    """A running application. `database` is the application's own."""

    web: Web
    database: Database
    settings: Settings
    keyring: Keyring
    uvicorn: uvicorn.Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"


@dataclass
class Browser:
    """One person's browser: cookies, the CSRF token, our origin."""

    server: Server
    http: aiohttp.ClientSession
    session: dict[str, Any] = field(default_factory=dict)
    token: str | None = None

    @property
    def workspace_id(self) -> UUID:
        return UUID(self.session["workspace"]["id"])

    @property
    def agent_id(self) -> UUID:
        return UUID(self.session["agent"]["id"])

    def headers(self, method: str) -> dict[str, str]:
        if self.token is not None:
            return {"Authorization": f"Bearer {self.token}"}
        if method in ("GET", "HEAD"):
            return {}
        return {"Origin": self.server.url, "X-CSRF-Token": self.session.get("csrf_token", "")}

    async def request(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **more: Any
    ) -> "Answer":
        given = self.headers(method) | (headers or {})
        async with self.http.request(method, self.server.url + path, json=body, headers=given, **more) as answer:
            raw = await answer.read()
            is_json = "json" in answer.headers.get("content-type", "")
            return Answer(answer.status, await answer.json(content_type=None) if is_json else None, raw, answer.headers)

    async def get(self, path: str, **more: Any) -> "Answer":
        return await self.request("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> "Answer":
        return await self.request("POST", path, body, **more)

    async def patch(self, path: str, body: Any = None, **more: Any) -> "Answer":
        return await self.request("PATCH", path, body, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> "Answer":
        return await self.request("PUT", path, body, **more)

    async def delete(self, path: str, **more: Any) -> "Answer":
        return await self.request("DELETE", path, **more)

    async def sign_in(self, email: str, password: str = PASSWORD) -> "Answer":
        answer = await self.post("/api/session", {"email": email, "password": password})
        if answer.status == 200:
            self.session = answer.json
        return answer

    def copy_session(self, answer: "Answer") -> None:
        assert answer.status == 200, answer.raw
        self.session = answer.json


@dataclass
class Answer:
    status: int
    json: Any
    raw: bytes
    headers: Any


@asynccontextmanager
async def running_server(
    url: str, folder: Path, *, database_options: dict[str, Any] | None = None, **overrides: Any
) -> AsyncIterator[Server]:
    port = free_port()
    environment = {
        "THREADLINE_DATA_DIR": str(folder),
        "THREADLINE_ENVIRONMENT": "test",
        "THREADLINE_PORT": str(port),
        "THREADLINE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "THREADLINE_METRICS_TOKEN": "metrics-token-of-the-tests",
    }
    settings = load_settings(environment | {f"THREADLINE_{name}": value for name, value in overrides.items()})
    database = make_database(url, **(database_options or {}))
    keyring = Keyring([secrets.token_bytes(32)])
    async with Http(allowed_private_hosts=["127.0.0.0/8"]) as http:
        web = create_web(settings, database, keyring=keyring, http=http, blobs=Blobs(folder=folder / "blobs"))
        database.hints = web.hub.hint
        config = uvicorn.Config(
            web,
            host="127.0.0.1",
            port=port,
            log_config=None,
            ws="websockets-sansio",
            ws_max_size=64 * 1024,
            ws_per_message_deflate=False,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Server(web, database, settings, keyring, server)
        finally:
            server.should_exit = True
            await task
            await database.close()


@pytest.fixture(scope="module")
async def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running_server(database_url, tmp_path_factory.mktemp("data")) as started:
        yield started


@asynccontextmanager
async def browser_of(server: Server) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True),
        # Shorter than the server keeps one: else it ends at the very moment in which it is used again.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2),
    ) as http:
        yield Browser(server, http)


@pytest.fixture
async def browser(server: Server) -> AsyncIterator[Browser]:
    """Somebody who is not signed in."""
    async with browser_of(server) as opened:
        yield opened


async def clear_rates(server: Server) -> None:
    """Everybody in these tests comes from one address."""
    async with server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute("delete from rate_counters")


async def set_up(
    browser: Browser, *, name: str = "Shop", email: str | None = None, is_sandbox: bool = False
) -> Browser:
    """A new workspace with this browser's person as its admin, through the printed link."""
    await clear_rates(browser.server)
    workspace_id = new_id()
    async with browser.server.database.transaction(Role.ENGINE, workspace_id) as session:
        await insert_workspace(session, workspace_id=workspace_id, name=name, is_sandbox=is_sandbox)
        token = await create_setup_link(session, workspace_id=workspace_id, new_id=new_id)
    answer = await browser.post(
        "/api/setup",
        {
            "token": token,
            "name": "Ada Admin",
            "email": email or f"{secrets.token_hex(6)}@example.org",
            "password": PASSWORD,
            "locale": "en",
        },
    )
    browser.copy_session(answer)
    return browser


async def join(
    admin: Browser,
    browser: Browser,
    *,
    role: str = "agent",
    sees: str = "all",
    channel_ids: list[str] | None = None,
    email: str | None = None,
) -> Browser:
    """Invites this browser's person into the admin's workspace."""
    await clear_rates(admin.server)
    body = {
        "email": email or f"{secrets.token_hex(6)}@example.org",
        "role": role,
        "sees": sees,
        "channel_ids": channel_ids,
    }
    invited = await admin.post("/api/invitations", body)
    assert invited.status == 201, invited.raw
    token = invited.json["link"].split("token=")[1]
    answer = await browser.post("/api/invitation", {"token": token, "name": "Agnes Agent", "password": PASSWORD})
    browser.copy_session(answer)
    return browser


@dataclass
class Desk:
    """Rows of one workspace, made by SQL: channels, contacts, conversations, messages."""

    server: Server
    workspace_id: UUID

    async def channel(self, *, address: str | None = None, is_practice: bool = False, secret: str = "") -> UUID:
        from threadline.actions.channel_secrets import seal_channel_secrets, seal_endpoint_secrets
        from threadline.channels.contract import EndpointSecrets

        endpoint_id, channel_id = new_id(), new_id()
        keyring = self.server.keyring
        async with self._transaction() as session:
            connection = await session.raw()
            await connection.execute(
                "insert into endpoints (workspace_id, id, key, provider, secrets) values ($1, $2, $3, 'meta', $4)",
                self.workspace_id,
                endpoint_id,
                secrets.token_hex(16),
                seal_endpoint_secrets(keyring, endpoint_id, EndpointSecrets((secret or "app-secret",), "verify")),
            )
            await connection.execute(
                "insert into channels (workspace_id, id, type, name, endpoint_id, address, account, secrets,"
                " is_practice) values ($1, $2, 'whatsapp', 'Sales', $3, $4, '1001', $5, $6)",
                self.workspace_id,
                channel_id,
                endpoint_id,
                address or secrets.token_hex(6),
                seal_channel_secrets(keyring, channel_id, {"token": secret or "token"}),
                is_practice,
            )
        return channel_id

    async def conversation(
        self,
        channel_id: UUID,
        *,
        texts: tuple[str, ...] = ("Hello",),
        assignee_id: UUID | None = None,
        state: str = "open",
        name: str = "Carla Customer",
    ) -> UUID:
        conversation_id, contact_id = new_id(), new_id()
        async with self._transaction() as session:
            connection = await session.raw()
            await connection.execute(
                "insert into contacts (workspace_id, id, name, phone) values ($1, $2, $3, '+491700000000')",
                self.workspace_id,
                contact_id,
                name,
            )
            await connection.execute(
                "insert into conversations (workspace_id, id, channel_id, contact_id, state, assignee_id,"
                " last_activity_at, waiting_since, window_closes_at)"
                " values ($1, $2, $3, $4, $5, $6, now(), now(), now() + interval '1 day')",
                self.workspace_id,
                conversation_id,
                channel_id,
                contact_id,
                state,
                assignee_id,
            )
            await self._event(session, EventKind.CONVERSATION_STARTED, conversation_id, channel_id)
            for text in texts:
                await self._add(session, conversation_id, channel_id, text)
        return conversation_id

    async def receive(self, conversation_id: UUID, channel_id: UUID, text: str) -> UUID:
        """One more message of the customer, with its event."""
        async with self._transaction() as session:
            return await self._add(session, conversation_id, channel_id, text)

    async def file(self, message_id: UUID, channel_id: UUID) -> UUID:
        """A picture that stands in a message."""
        file_id = new_id()
        blob = await self.server.web.context.blobs.put(b"a picture")
        async with self._transaction() as session:
            await (await session.raw()).execute(
                "insert into files (workspace_id, id, channel_id, message_id, state, mime, name, size_bytes, blob_key)"
                " values ($1, $2, $3, $4, 'ready', 'image/png', 'a.png', 9, $5)",
                self.workspace_id,
                file_id,
                channel_id,
                message_id,
                blob.key,
            )
        return file_id

    async def failed_item(self, channel_id: UUID, item: Inbound | None = None) -> UUID:
        """An item that was set aside, by default a message of a customer who is new."""
        item_id = new_id()
        item = item or InboundMessage(
            provider_id=f"m{item_id}",
            party=Party(addresses=(AddressValue(scheme="user", scope="1001", value=str(item_id)),), name="Cem"),
            content=Text(text="Hello"),
            provider_at=utc_now(),
        )
        async with self._transaction() as session:
            await insert_failed_items(
                await session.raw(),
                workspace_id=self.workspace_id,
                channel_id=channel_id,
                items=[FailedItem(item_id, new_id(), 0, msgspec.json.encode(item).decode(), "DataError: 22021")],
                now=utc_now(),
            )
        return item_id

    async def contact_of(self, conversation_id: UUID) -> UUID:
        async with self._transaction() as session:
            return await (await session.raw()).fetchval(
                "select contact_id from conversations where id = $1", conversation_id
            )

    async def _add(self, session: Session, conversation_id: UUID, channel_id: UUID, text: str) -> UUID:
        connection = await session.raw()
        message_id = new_id()
        seq = await connection.fetchval(
            "update conversations set last_seq = last_seq + 1, incoming_count = incoming_count + 1,"
            " last_message_id = $2, first_message_id = coalesce(first_message_id, $2), last_activity_at = now()"
            " where id = $1 returning last_seq",
            conversation_id,
            message_id,
        )
        await connection.execute(
            "insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind,"
            " content, sort_at) values ($1, $2, $3, $4, $5, 'incoming', 'contact', 'text', $6::jsonb, now())",
            self.workspace_id,
            message_id,
            conversation_id,
            channel_id,
            seq,
            encode_content(Text(text=text)).decode(),
        )
        await self._event(session, EventKind.MESSAGE_RECEIVED, conversation_id, channel_id, message_id)
        return message_id

    async def _event(
        self, session: Session, kind: EventKind, conversation_id: UUID, channel_id: UUID, message_id: UUID | None = None
    ) -> None:
        session.record(
            Event(
                id=new_id(),
                workspace_id=self.workspace_id,
                kind=kind,
                at=utc_now(),
                data={"direction": "incoming"} if kind is EventKind.MESSAGE_RECEIVED else {},
                conversation_id=conversation_id,
                channel_id=channel_id,
                message_id=message_id,
            )
        )

    def _transaction(self) -> Any:
        return self.server.database.transaction(Role.ENGINE, self.workspace_id)
