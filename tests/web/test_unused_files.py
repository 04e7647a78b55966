"""Files that nobody refers to are gone after their time, bytes and all; what somebody refers to stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.send_message import send_message
from threadline.channels.registry import channel_type
from threadline.core.content import Media
from threadline.core.message import Author, AuthorKind
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.store.unused_files import list_marked_files, mark_unused_files
from threadline.store.uploads import copy_file
from threadline.workers.upkeep import Upkeep

_PDF = b"%PDF-1.4 a letter"


@dataclass
class House:
    server: Server
    admin: Browser
    owner: asyncpg.Connection
    channel_id: UUID
    conversation_id: UUID

    async def upload(self, channel_id: str = "", content: bytes = _PDF, name: str = "letter.pdf") -> str:
        form = aiohttp.FormData()
        if channel_id != "none":
            form.add_field("channel_id", channel_id or str(self.channel_id))
        kind = "application/pdf" if name.endswith("pdf") else "image/png"
        form.add_field("file", content, filename=name, content_type=kind)
        made = await self.admin.request("POST", "/api/files", data=form)
        assert made.status == 201, made.raw
        await self.age(made.json["id"])
        return str(made.json["id"])

    async def age(self, file_id: str) -> None:
        await self.owner.execute("update files set created_at = now() - interval '2 days' where id = $1", UUID(file_id))

    async def tidy(self) -> None:
        upkeep = Upkeep("", utc_now, new_id, blobs=self.server.web.context.blobs, unsent_file_s=24 * 3600)
        await upkeep.drop_unused_files(self.owner)

    async def key_of(self, file_id: str) -> str | None:
        return await self.owner.fetchval("select blob_key from files where id = $1", UUID(file_id))

    async def keys(self) -> set[str]:
        return {key async for key, _ in self.server.web.context.blobs.list_keys()}

    async def say(self, file_id: str) -> Answer:
        content = {"kind": "media", "media": "document", "file_id": file_id}
        body = {"client_id": str(uuid4()), "content": content}
        return await self.admin.post(f"/api/conversations/{self.conversation_id}/messages", body)


@asynccontextmanager
async def _open(server: Server, database_url: str) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin = await set_up(await stack.enter_async_context(browser_of(server)))
        await join(admin, await stack.enter_async_context(browser_of(server)), role="supervisor")  # who may review
        owner = await asyncpg.connect(database_url)
        stack.push_async_callback(owner.close)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id)
        await owner.execute("update conversations set last_inbound_at = now() where id = $1", conversation_id)
        yield House(server, admin, owner, channel_id, conversation_id)


@pytest.fixture(scope="module")
async def house(server: Server, database_url: str) -> AsyncIterator[House]:
    async with _open(server, database_url) as opened:
        yield opened


async def test_an_upload_that_was_never_sent_goes_with_its_bytes(house: House) -> None:
    old, fresh = await house.upload(), await house.upload()
    await house.owner.execute("update files set created_at = now() where id = $1", UUID(fresh))
    key, kept = await house.key_of(old), await house.key_of(fresh)
    assert {key, kept} <= await house.keys()
    await house.tidy()
    assert await house.key_of(old) is None
    assert (await house.admin.get(f"/files/{old}")).status == 404
    assert (await house.say(old)).json["reason"] == "file_not_ready"
    keys = await house.keys()
    assert key not in keys
    assert kept in keys, "whoever has just uploaded it is still writing"
    assert (await house.admin.get(f"/files/{fresh}")).status == 200


async def test_what_somebody_refers_to_stays(house: House) -> None:
    admin, chat = house.admin, f"/api/conversations/{house.conversation_id}"
    sent, later, asked, kept = [await house.upload() for _ in range(3)] + [await house.upload("none")]

    def media(file_id: str) -> dict[str, Any]:
        return {"kind": "media", "media": "document", "file_id": file_id}

    due_at = (utc_now() + timedelta(hours=2)).isoformat()
    reply = {"title": "x", "text": "x", "is_shared": True, "file_ids": [kept]}
    for made in (
        await house.say(sent),
        await admin.post(f"{chat}/scheduled", {"client_id": str(uuid4()), "content": media(later), "due_at": due_at}),
        await admin.post(f"{chat}/reviews", {"id": str(uuid4()), "contents": [media(asked)]}),
        saved := await admin.post("/api/saved-replies", reply),
    ):
        assert made.status == 201, made.raw
    await house.tidy()
    for file_id in (sent, later, asked, kept):
        assert await house.key_of(file_id) in await house.keys()
    emptied = await admin.patch(f"/api/saved-replies/{saved.json['id']}", {"file_ids": [], "text": "now with words"})
    assert emptied.status == 200, emptied.raw
    await house.tidy()
    assert await house.key_of(kept) is None
    assert (await admin.get(f"/files/{later}")).status == 200


async def test_what_was_taken_back_a_moment_ago_has_its_time_anew(house: House) -> None:
    file_id = await house.upload()
    content = {"kind": "media", "media": "document", "file_id": file_id}
    due_at = (utc_now() + timedelta(hours=2)).isoformat()
    body = {"client_id": str(uuid4()), "content": content, "due_at": due_at}
    made = await house.admin.post(f"/api/conversations/{house.conversation_id}/scheduled", body)
    assert (await house.admin.post(f"/api/scheduled/{made.json['id']}/cancel")).status in (200, 204)
    await house.tidy()
    assert await house.key_of(file_id)
    await house.owner.execute("update scheduled_messages set changed_at = now() - interval '2 days'")
    await house.tidy()
    assert await house.key_of(file_id) is None


async def test_bytes_stay_as_long_as_one_file_has_them(house: House) -> None:
    first = await house.upload()
    copied = await house.admin.post(f"/api/files/{first}/copies", {"channel_id": str(house.channel_id)})
    assert copied.status == 201, copied.raw
    key = await house.key_of(first)
    await house.tidy()
    assert await house.key_of(first) is None
    assert key in await house.keys()
    assert (await house.admin.get(f"/files/{copied.json['id']}")).status == 200
    await house.age(copied.json["id"])
    await house.tidy()
    assert key not in await house.keys()


async def test_what_is_being_sent_is_not_cleaned_up(house: House) -> None:
    """The sender has looked at the file and has not committed yet; the cleaning comes in between."""
    file_id = await house.upload()
    before = utc_now() - timedelta(days=1)
    async with house.server.database.transaction(Role.WEB, house.admin.workspace_id) as session:
        sent = await send_message(
            session,
            workspace_id=house.admin.workspace_id,
            conversation_id=house.conversation_id,
            author=Author(AuthorKind.AGENT, house.admin.agent_id),
            content=Media(media="document", file_id=UUID(file_id)),
            client_id=uuid4(),
            quoted_id=None,
            now=utc_now(),
            new_id=new_id,
            find_type=channel_type,
            actor_id=house.admin.agent_id,
        )
        async with asyncio.timeout(5):
            assert await mark_unused_files(house.owner, before=before, limit=100) == 0
    assert await mark_unused_files(house.owner, before=before, limit=100) == 0
    assert await house.owner.fetchval("select message_id from files where id = $1", UUID(file_id)) == sent.id


async def test_a_copy_that_is_being_made_keeps_the_bytes(house: House) -> None:
    file_id, copy_id = await house.upload(), new_id()
    before = utc_now() - timedelta(days=1)
    async with house.server.database.transaction(Role.WEB, house.admin.workspace_id) as session:
        is_there = await copy_file(
            session,
            UUID(file_id),
            copy_id=copy_id,
            channel_id=house.channel_id,
            uploaded_by=house.admin.agent_id,
            now=utc_now(),
        )
        assert is_there
        assert await mark_unused_files(house.owner, before=before, limit=100) == 0
    await house.tidy()
    assert await house.key_of(file_id) is None
    assert await house.key_of(str(copy_id)) in await house.keys()


async def test_what_an_interrupted_round_left_is_finished_by_the_next(house: House) -> None:
    file_id = await house.upload()
    key = await house.key_of(file_id)
    assert await mark_unused_files(house.owner, before=utc_now() - timedelta(days=1), limit=100) == 1
    assert [str(one.id) for one in await list_marked_files(house.owner, limit=100)] == [file_id]
    assert (await house.say(file_id)).status == 422
    assert key in await house.keys()
    await house.tidy()
    assert await list_marked_files(house.owner, limit=100) == []
    assert key not in await house.keys()
