"""Items that failed are seen, received again or dropped, by whoever may (R2)."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.channels.whatsapp.bodies import NUMBER, one_text
from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.actions import receive_messages
from threadline.channels.contract import Unreadable
from threadline.infra.clock import new_id
from threadline.store.channels_hosted import hold_lease, lease_of
from threadline.store.session import Role, Session


@dataclass
class House:
    admin: Browser
    desk: Desk
    channel_id: UUID

    async def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        async with self.desk.server.database.transaction(Role.ENGINE) as session:
            found = await (await session.raw()).fetch(sql, self.desk.workspace_id, *arguments)
            return [dict(row) for row in found]

    async def state_of(self, item_id: UUID) -> str:
        rows = await self.rows("select state from failed_items where workspace_id = $1 and id = $2", item_id)
        return str(rows[0]["state"])

    async def count(self, table: str) -> int:
        return int((await self.rows(f"select count(*) as n from {table} where workspace_id = $1"))[0]["n"])


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with browser_of(server) as browser:
        admin = await set_up(browser)
        desk = Desk(server, admin.workspace_id)
        yield House(admin, desk, await desk.channel())


async def test_failed_item_is_listed_without_what_the_customer_wrote(house: House) -> None:
    item_ids = [await house.desk.failed_item(house.channel_id) for _ in range(3)]
    first = await house.admin.get("/api/failed-items?limit=2")
    assert first.status == 200
    assert [one["id"] for one in first.json["items"]] == [str(id) for id in reversed(item_ids[1:])]
    assert first.json["items"][0]["kind"] == "message"
    assert first.json["items"][0]["error"] == "DataError: 22021"
    assert b"Hello" not in first.raw
    assert b"Cem" not in first.raw
    last = await house.admin.get(f"/api/failed-items?limit=2&after={first.json['next']}")
    assert [one["id"] for one in last.json["items"]] == [str(item_ids[0])]
    assert last.json["next"] is None


async def test_replayed_item_becomes_a_message_once(house: House) -> None:
    item_id = await house.desk.failed_item(house.channel_id)
    answers = await asyncio.gather(*(house.admin.post(f"/api/failed-items/{item_id}/replay") for _ in range(4)))
    assert sorted(one.status for one in answers) == [204, 404, 404, 404]
    assert await house.state_of(item_id) == "replayed"
    assert await house.count("messages") == 1
    assert (await house.admin.get("/api/failed-items")).json["items"] == []
    events = await house.rows("select kind, actor_id from events where workspace_id = $1 and kind = 'item_replayed'")
    assert [one["actor_id"] for one in events] == [house.admin.agent_id]


async def test_item_that_fails_again_stays_where_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail_late(session: Session, *_: object, **__: object) -> None:
        """When rows are written and events recorded: all of it must be undone."""
        await (await session.raw()).execute("select 1 / 0")

    monkeypatch.setattr(receive_messages, "withdraw_by_word", fail_late)
    item_id = await house.desk.failed_item(house.channel_id)
    answer = await house.admin.post(f"/api/failed-items/{item_id}/replay")
    assert answer.status == 409, answer.raw
    assert await house.state_of(item_id) == "failed"
    assert await house.count("messages") == 0
    assert await house.count("contacts") == 0
    monkeypatch.undo()
    assert (await house.admin.post(f"/api/failed-items/{item_id}/replay")).status == 204


async def test_item_that_was_not_readable_is_read_again_with_its_delivery(house: House) -> None:
    item_id = await house.desk.failed_item(house.channel_id, Unreadable(error="odd", raw="{}"))
    gone = await house.admin.post(f"/api/failed-items/{item_id}/replay")
    assert gone.status == 409
    assert await house.state_of(item_id) == "failed"
    delivery_id = new_id()
    async with house.desk.server.database.transaction(Role.ENGINE) as session:
        connection = await session.raw()
        await connection.execute(
            "insert into deliveries (id, body_id, workspace_id, endpoint_id, channel_id, state, body, received_at)"
            " select $1, $1, workspace_id, endpoint_id, id, 'done', '{}', now() from channels where id = $2",
            delivery_id,
            house.channel_id,
        )
        await connection.execute("update failed_items set delivery_id = $2 where id = $1", item_id, delivery_id)
    assert (await house.admin.post(f"/api/failed-items/{item_id}/replay")).status == 204
    assert await house.state_of(item_id) == "replayed"
    rows = await house.rows("select state from deliveries where workspace_id = $1 and id = $2", delivery_id)
    assert rows == [{"state": "open"}]


async def test_dropped_item_is_neither_shown_nor_replayed(house: House) -> None:
    item_id = await house.desk.failed_item(house.channel_id)
    assert (await house.admin.post(f"/api/failed-items/{item_id}/drop")).status == 204
    assert (await house.admin.post(f"/api/failed-items/{item_id}/drop")).status == 404
    assert (await house.admin.post(f"/api/failed-items/{item_id}/replay")).status == 404
    assert await house.state_of(item_id) == "dropped"
    assert await house.count("messages") == 0


async def test_item_of_a_disconnected_channel_waits_for_it(house: House) -> None:
    item_id = await house.desk.failed_item(house.channel_id)
    assert (await house.admin.delete(f"/api/channels/{house.channel_id}")).status == 204
    answer = await house.admin.post(f"/api/failed-items/{item_id}/replay")
    assert answer.status == 409
    assert await house.state_of(item_id) == "failed"


async def test_host_and_replay_take_turns(house: House) -> None:
    """A channel has one receiver: two at once could both believe that a message is new."""
    item_id = await house.desk.failed_item(house.channel_id)
    async with house.desk.server.database.transaction(Role.ENGINE) as session:
        await hold_lease(session, lease_of(house.channel_id))
        replaying = asyncio.create_task(house.admin.post(f"/api/failed-items/{item_id}/replay"))
        await asyncio.sleep(0.3)
        assert not replaying.done()
        assert await house.state_of(item_id) == "failed"
    assert (await replaying).status == 204


async def test_supervisor_of_another_channel_does_not_see_it(house: House) -> None:
    item_id = await house.desk.failed_item(house.channel_id)
    other_id = await house.desk.channel()
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(browser_of(house.desk.server))
        supervisor = await join(house.admin, browser, role="supervisor", channel_ids=[str(other_id)])
        assert (await supervisor.get("/api/failed-items")).json["items"] == []
        second = await stack.enter_async_context(browser_of(house.desk.server))
        limited = await join(house.admin, second, role="admin", channel_ids=[str(other_id)])
        assert (await limited.post(f"/api/failed-items/{item_id}/drop")).status == 404
        assert (await limited.post(f"/api/failed-items/{item_id}/replay")).status == 404


async def kept_delivery(house: House, *, state: str, address: str) -> UUID:
    """A body that names this address, kept in this state: without a channel if it is unroutable."""
    delivery_id, body = new_id(), one_text(900).replace(NUMBER.encode(), address.encode())
    assert address.encode() in body
    async with house.desk.server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            "insert into deliveries"
            " (id, body_id, workspace_id, endpoint_id, channel_id, state, body, tries, received_at)"
            " select $1, $1, workspace_id, endpoint_id, case when $3 = 'dead' then id end, $3, $4, 12, now()"
            " from channels where id = $2",
            delivery_id,
            house.channel_id,
            state,
            body,
        )
    return delivery_id


async def test_unroutable_delivery_is_replayed_when_its_channel_is_there(house: House) -> None:
    address = secrets.token_hex(6)
    delivery_id = await kept_delivery(house, state="unroutable", address=address)
    listed = (await house.admin.get("/api/deliveries")).json["items"]
    assert [(one["id"], one["channel_id"]) for one in listed] == [(str(delivery_id), None)]
    assert (await house.admin.post(f"/api/deliveries/{delivery_id}/replay")).status == 409
    channel_id = await house.desk.channel(address=address)
    assert (await house.admin.post(f"/api/deliveries/{delivery_id}/replay")).status == 204
    rows = await house.rows(
        "select state, channel_id, tries from deliveries where workspace_id = $1 and id = $2", delivery_id
    )
    assert rows == [{"state": "open", "channel_id": channel_id, "tries": 0}]
    events = await house.rows(
        "select channel_id, actor_id from events where workspace_id = $1 and kind = 'item_replayed'"
    )
    assert events == [{"channel_id": channel_id, "actor_id": house.admin.agent_id}]
    assert (await house.admin.post(f"/api/deliveries/{delivery_id}/replay")).status == 404


async def test_dead_delivery_is_seen_and_replayed_by_those_who_see_its_channel(house: House) -> None:
    delivery_id = await kept_delivery(house, state="dead", address="123456")
    other_id = await house.desk.channel()
    async with browser_of(house.desk.server) as browser:
        limited = await join(house.admin, browser, role="admin", channel_ids=[str(other_id)])
        assert (await limited.get("/api/deliveries?state=dead")).json["items"] == []
        assert (await limited.post(f"/api/deliveries/{delivery_id}/replay")).status == 404
    assert len((await house.admin.get("/api/deliveries?state=dead")).json["items"]) == 1
    assert (await house.admin.post(f"/api/deliveries/{delivery_id}/replay")).status == 204
    rows = await house.rows("select state from deliveries where workspace_id = $1 and id = $2", delivery_id)
    assert rows == [{"state": "open"}]
