"""Labels through HTTP and the feed, between workspaces, and how their rows are read."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.infra.clock import new_id
from threadline.store.labels import labels_of
from threadline.store.session import Role


async def _make(browser: Browser, name: str, kind: str = "conversation", colour: str = "teal") -> dict[str, Any]:
    made = await browser.post("/api/labels", {"kind": kind, "name": name, "colour": colour})
    assert made.status == 201, made.raw
    return made.json


async def test_a_label_from_its_making_to_its_end(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel())
    path = f"/api/conversations/{conversation_id}"
    label = await _make(browser, " Broken ")
    assert label == {"id": label["id"], "kind": "conversation", "name": "Broken", "colour": "teal"}
    regular = await _make(browser, "Regular", kind="contact")
    assert (await browser.get("/api/labels")).json == {"items": [regular, label]}

    labelled = await browser.patch(f"{path}/labels", {"add": [label["id"]]})
    assert labelled.json["label_ids"] == [label["id"]]
    assert labelled.json == (await browser.get(path)).json
    assert (await browser.get("/api/conversations?view=open")).json["items"][0]["label_ids"] == [label["id"]]

    contact_id = labelled.json["contact"]["id"]
    contact = await browser.patch(f"/api/contacts/{contact_id}/labels", {"add": [regular["id"]]})
    assert contact.json["label_ids"] == [regular["id"]]
    assert (await browser.get(path)).json["contact"] == contact.json

    changed = await browser.patch(f"/api/labels/{label['id']}", {"name": "Damaged", "colour": "red"})
    assert changed.json == label | {"name": "Damaged", "colour": "red"}
    assert (await browser.patch(f"/api/labels/{label['id']}", {})).status == 422
    taken = await browser.post("/api/labels", {"kind": "conversation", "name": "DAMAGED", "colour": "red"})
    assert (taken.status, taken.json["reason"]) == (409, "label_name_taken")
    assert (await browser.post("/api/labels", {"kind": "conversation", "name": "x", "colour": "plaid"})).status == 422

    assert (await browser.delete(f"/api/labels/{label['id']}")).status == 204
    assert (await browser.get("/api/labels")).json == {"items": [regular]}
    assert (await browser.get("/api/conversations?view=open")).json["items"][0]["label_ids"] == []
    gone = await browser.patch(f"{path}/labels", {"add": [label["id"]]})
    assert (gone.status, gone.json["errors"][0]["reason"]) == (422, "no_such_label")
    thread = (await browser.get(f"{path}/messages")).json["items"]
    assert thread[-1]["content"]["data"] == {"label_id": label["id"], "label": "Broken"}


async def test_everybody_hears_at_once_what_is_labelled_and_that_labels_changed(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, limited = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        desk = Desk(server, admin.workspace_id)
        channel_id, other_id = await desk.channel(), await desk.channel()
        conversation_id = await desk.conversation(channel_id)
        await join(admin, agent)
        await join(admin, limited, channel_ids=[str(other_id)])
        feed = await stack.enter_async_context(Feed.of(agent))
        blind = await stack.enter_async_context(Feed.of(limited))

        label = await _make(admin, "Broken")
        await admin.patch(f"/api/conversations/{conversation_id}/labels", {"add": [label["id"]]})
        await feed.quiet()
        kinds = [event["kind"] for event in feed.events]
        assert kinds == ["label_created", "conversation_changed"]
        row = feed.conversations[str(conversation_id)]
        fetched = (await agent.get(f"/api/conversations/{conversation_id}")).json
        assert row["label_ids"] == fetched["label_ids"] == [label["id"]]
        assert row["last_activity_at"] == fetched["last_activity_at"]
        (line,) = feed.messages.values()
        assert line["content"]["what"] == "labelled"

        await blind.quiet()
        assert [event["kind"] for event in blind.events] == ["label_created"], "labels are everybody's, the rest is not"
        assert blind.conversations == blind.messages == {}


async def test_a_label_stays_within_its_workspace(server: Server) -> None:
    async with AsyncExitStack() as stack:
        ours, theirs = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(ours)
        await set_up(theirs)
        desk = Desk(server, ours.workspace_id)
        conversation_id = await desk.conversation(await desk.channel())
        contact_id = await desk.contact_of(conversation_id)
        label_id = UUID((await _make(theirs, "Secret"))["id"])
        assert (await ours.get("/api/labels")).json == {"items": []}
        async with server.database.transaction(Role.WEB, ours.workspace_id) as session:
            assert await (await session.raw()).fetchval("select count(*) from labels") == 0
        for table, column, id in (
            ("conversation_labels", "conversation_id", conversation_id),
            ("contact_labels", "contact_id", contact_id),
        ):
            statement = f"insert into {table} (workspace_id, {column}, label_id) values ($1, $2, $3)"
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                async with server.database.transaction(Role.WEB, ours.workspace_id) as session:
                    await (await session.raw()).execute(statement, ours.workspace_id, id, label_id)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with server.database.transaction(Role.WEB, ours.workspace_id) as session:
                    await (await session.raw()).execute(statement, theirs.workspace_id, id, label_id)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with server.database.transaction(Role.WEB, theirs.workspace_id) as session:
                await (await session.raw()).execute("delete from labels")


_MANY = """
with numbers as (select n, gen_random_uuid() as id from generate_series(1, 20000) n),
people as (insert into contacts (workspace_id, id, name) select $1, id, 'C' || n from numbers),
made as (
    insert into conversations (workspace_id, id, channel_id, contact_id, state, last_activity_at)
    select $1, id, $2, id, 'resolved', now() from numbers returning id
)
insert into conversation_labels (workspace_id, conversation_id, label_id) select $1, id, $3 from made
"""


async def test_the_labels_of_a_page_are_read_by_an_index(browser: Browser, database_url: str) -> None:
    await set_up(browser)
    channel_id = await Desk(browser.server, browser.workspace_id).channel()
    label_id = UUID((await _make(browser, "Everywhere"))["id"])
    owner = await asyncpg.connect(database_url)
    await owner.execute(_MANY, browser.workspace_id, channel_id, label_id)
    await owner.execute("analyze conversation_labels; analyze labels")
    await owner.close()
    plans: list[str] = []
    async with browser.server.database.transaction(Role.WEB, browser.workspace_id) as session:
        connection = await session.raw()

        class Explaining:
            async def fetch(self, statement: str, *values: object) -> list[object]:
                plans.extend(row[0] for row in await connection.fetch(f"explain {statement}", *values))
                return []

        ids = [new_id() for _ in range(50)]
        await labels_of(
            Explaining(),  # type: ignore[arg-type] - a connection of which only `fetch` is asked
            browser.workspace_id,
            "conversation",
            ids,
        )
    plan = "\n".join(plans)
    assert any(index in plan for index in ("conversation_labels_pkey", "conversation_labels_by_label")), plan
    assert "Seq Scan on conversation_labels" not in plan, plan
