"""Contacts that are muted, blocked or opted out; two that are one and one that is two; conversations of another."""

from typing import Any
from uuid import UUID

import pytest

from tests.web.conftest import Browser, Desk, browser_of, join, set_up
from threadline.infra.clock import new_id
from threadline.store.session import Role


async def _rows(browser: Browser, statement: str, *values: object) -> list[dict[str, Any]]:
    async with browser.server.database.transaction(Role.ENGINE) as session:
        return [dict(row) for row in await (await session.raw()).fetch(statement, *values)]


async def _contact(desk: Desk, channel_id: UUID, name: str, **more: Any) -> tuple[str, str]:
    """(contact, conversation)"""
    conversation_id = await desk.conversation(channel_id, name=name, **more)
    return str(await desk.contact_of(conversation_id)), str(conversation_id)


@pytest.fixture
async def desk(browser: Browser) -> Desk:
    await set_up(browser)
    return Desk(browser.server, browser.workspace_id)


_SNAPSHOT = """
select (select jsonb_agg(to_jsonb(c) - 'last_seq' - 'last_line_id' order by id) from conversations c
        where workspace_id = $1)::text
    || (select jsonb_agg(to_jsonb(p) - 'updated_at' order by id) from contacts p where workspace_id = $1)::text
    || coalesce((select jsonb_agg(to_jsonb(a) order by id) from addresses a where workspace_id = $1)::text, '')
    || coalesce((select jsonb_agg(to_jsonb(l) - 'added_at' order by contact_id, label_id) from contact_labels l
                 where workspace_id = $1)::text, '')
    || coalesce((select jsonb_agg(to_jsonb(v) order by contact_id, field_id, value) from contact_values v
                 where workspace_id = $1)::text, '')
    || coalesce((select jsonb_agg(to_jsonb(k) order by contact_id, channel_id) from consents k
                 where workspace_id = $1)::text, '')
    || coalesce((select jsonb_agg(to_jsonb(n) order by id) from contact_notes n where workspace_id = $1)::text, '')
    as everything
"""


async def test_what_was_merged_and_taken_back_is_as_it_was(browser: Browser, desk: Desk) -> None:
    channel_id, other_id = await desk.channel(), await desk.channel()
    kept, open_kept = await _contact(desk, channel_id, "Ana Reyes")
    gone, open_gone = await _contact(desk, channel_id, "A. Reyes")
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        connection = await session.raw()
        await connection.execute(
            "update contacts set phone = '+34612345678', phone_country = 'ES', country = 'PT' where id = $1",
            UUID(gone),
        )
        await connection.execute("update contacts set phone = '', phone_country = '' where id = $1", UUID(kept))
        for value, owner in (("+34612345678", gone), ("+34600000000", kept)):
            await connection.execute(
                "insert into addresses (workspace_id, id, contact_id, scheme, scope, value)"
                " values ($1, $2, $3, 'phone', '', $4)",
                browser.workspace_id,
                new_id(),
                UUID(owner),
                value,
            )
        await connection.execute(
            "update conversations set waiting_since = now() - interval '2 hours' where id = $1", UUID(open_gone)
        )
        await connection.execute(
            "insert into consents (workspace_id, contact_id, channel_id, category, is_given, source, changed_at)"
            " values ($1, $2, $3, 'marketing', false, 'word', now() - interval '1 day')",
            browser.workspace_id,
            UUID(gone),
            channel_id,
        )
    _, third = await _contact(desk, other_id, "x")
    await _move(browser, third, gone)
    regular = (await browser.post("/api/labels", {"kind": "contact", "name": "R", "colour": "teal"})).json["id"]
    await browser.patch(f"/api/contacts/{gone}/labels", {"add": [regular]})
    size = (await browser.post("/api/fields", {"owner": "contact", "type": "number", "name": "Size"})).json["id"]
    shoe = (await browser.post("/api/fields", {"owner": "contact", "type": "number", "name": "Shoe"})).json["id"]
    await browser.patch(f"/api/contacts/{gone}", {"fields": {size: 1, shoe: 2}, "email": "a@example.org"})
    await browser.patch(f"/api/contacts/{kept}", {"fields": {size: 3}, "locale": "es"})
    await browser.post(f"/api/contacts/{gone}/notes", {"text": "Pays by invoice"})
    before = await _rows(browser, _SNAPSHOT, browser.workspace_id)

    assert before[0]["everything"], "nothing was compared"
    merged = await browser.post(f"/api/contacts/{kept}/merges", {"from_id": gone})
    assert merged.status == 201, merged.raw
    contact = merged.json
    assert {one["id"] for one in contact["conversations"]} == {open_kept, open_gone, third}
    assert contact["fields"] == {size: 3, shoe: 2}
    assert (contact["email"], contact["locale"], contact["label_ids"]) == ("a@example.org", "es", [regular])
    assert (contact["phone"], contact["country"], contact["guessed_country"]) == ("+34612345678", "PT", "ES")
    assert [one["text"] for one in contact["notes"]] == ["Pays by invoice"]
    assert len(contact["addresses"]) == 2
    assert [one["is_given"] for one in contact["consents"]] == [False]
    (merge,) = contact["merges"]
    assert (merge["contact_id"], merge["name"]) == (gone, "A. Reyes")
    states = {one["id"]: one["state"] for one in contact["conversations"]}
    assert (states[open_kept], states[open_gone]) == ("open", "resolved"), "one open one on a channel (R4)"
    waits = (await browser.get(f"/api/conversations/{open_kept}")).json["waiting_since"]
    assert waits < (await browser.get("/api/conversations?view=waiting")).json["items"][-1]["last_activity_at"]
    assert (await browser.get(f"/api/contacts/{gone}")).json["id"] == kept, "whoever asks for them finds the other"
    assert gone not in [one["id"] for one in (await browser.get("/api/contacts")).json["items"]]
    again = await browser.post(f"/api/contacts/{kept}/merges", {"from_id": gone})
    assert again.status == 404

    undone = await browser.delete(f"/api/contacts/{kept}/merges/{merge['id']}")
    assert undone.status == 200, undone.raw
    assert undone.json["merges"] == []
    assert await _rows(browser, _SNAPSHOT, browser.workspace_id) == before
    assert (await browser.delete(f"/api/contacts/{kept}/merges/{merge['id']}")).status == 404


async def test_what_came_since_the_merge_goes_by_its_address_and_what_was_written_since_stays(
    browser: Browser, desk: Desk
) -> None:
    channel_id, other_id = await desk.channel(), await desk.channel()
    kept, _ = await _contact(desk, channel_id, "Ana")
    gone, _ = await _contact(desk, other_id, "Ann")
    address_id = new_id()
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        await (await session.raw()).execute(
            "insert into addresses (workspace_id, id, contact_id, scheme, scope, value)"
            " values ($1, $2, $3, 'phone', '', $4)",
            browser.workspace_id,
            address_id,
            UUID(gone),
            f"+{address_id.int % 10**12}",
        )
    merge = (await browser.post(f"/api/contacts/{kept}/merges", {"from_id": gone})).json["merges"][0]
    _, since = await _contact(desk, await desk.channel(), "y")
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        await (await session.raw()).execute(
            "update conversations set contact_id = $2, address_id = $3 where id = $1",
            UUID(since),
            UUID(kept),
            address_id,
        )
    await browser.patch(f"/api/contacts/{kept}", {"name": "Ana Reyes"})
    await browser.delete(f"/api/contacts/{kept}/merges/{merge['id']}")
    assert since in {one["id"] for one in (await browser.get(f"/api/contacts/{gone}")).json["conversations"]}
    assert (await browser.get(f"/api/contacts/{kept}")).json["name"] == "Ana Reyes"


async def _move(browser: Browser, conversation_id: str, contact_id: str) -> Any:
    moved = await browser.request("PUT", f"/api/conversations/{conversation_id}/contact", {"contact_id": contact_id})
    assert moved.status == 200, moved.raw
    return moved.json


async def test_a_conversation_of_somebody_else_is_moved_with_its_line_in_both(browser: Browser, desk: Desk) -> None:
    channel_id = await desk.channel()
    ana, wrong = await _contact(desk, channel_id, "Ana")
    ben, bens = await _contact(desk, channel_id, "Ben")
    refused = await browser.request("PUT", f"/api/conversations/{wrong}/contact", {"contact_id": ben})
    assert (refused.status, refused.json["reason"]) == (409, "move_into_open")
    await browser.patch(f"/api/conversations/{bens}", {"state": "resolved"})
    moved = await _move(browser, wrong, ben)
    assert moved["contact"]["id"] == ben
    line = (await browser.get(f"/api/conversations/{wrong}/messages")).json["items"][-1]["content"]
    assert (line["what"], line["data"].get("from"), line["data"].get("into")) == ("contact_moved", None, None)
    for one in (ana, ben):
        (move,) = (await browser.get(f"/api/contacts/{one}")).json["moves"]
        assert (move["conversation_id"], move["from_name"], move["into_name"]) == (wrong, "Ana", "Ben")
    same = await browser.request("PUT", f"/api/conversations/{wrong}/contact", {"contact_id": ben})
    assert same.status == 422


async def test_whom_one_does_not_see_is_not_named_where_a_conversation_came_from(browser: Browser, desk: Desk) -> None:
    here, there = await desk.channel(), await desk.channel()
    ana, wrong = await _contact(desk, here, "Ana")
    ben, bens = await _contact(desk, here, "Ben")
    await _contact(desk, there, "Cleo")
    await browser.patch(f"/api/conversations/{bens}", {"state": "resolved"})
    await _move(browser, wrong, ben)
    async with browser_of(browser.server) as narrow:
        await join(browser, narrow, sees="assigned")
        await browser.patch(f"/api/conversations/{wrong}", {"assignee_id": str(narrow.agent_id)})
        (move,) = (await narrow.get(f"/api/contacts/{ben}")).json["moves"]
        assert (await narrow.get(f"/api/contacts/{ana}")).status == 404
        assert (move["from_id"], move["from_name"], move["into_name"]) == (ana, None, "Ben")
        (whole,) = (await browser.get(f"/api/contacts/{ben}")).json["moves"]
        assert whole["from_name"] == "Ana"


async def test_a_blocked_contact_is_neither_heard_nor_written_to(browser: Browser, desk: Desk) -> None:
    contact_id, conversation_id = await _contact(desk, await desk.channel(), "Ana")
    path = f"/api/contacts/{contact_id}"
    blocked = await browser.patch(path, {"is_blocked": True})
    assert blocked.json["blocked_at"] is not None
    assert (await browser.get(f"/api/conversations/{conversation_id}")).json["state"] == "resolved"
    body = {"client_id": str(new_id()), "content": {"kind": "text", "text": "Hello"}}
    refused = await browser.post(f"/api/conversations/{conversation_id}/messages", body)
    assert (refused.status, refused.json["reason"]) == (422, "contact_blocked")
    assert (await browser.patch(path, {"is_blocked": False})).json["blocked_at"] is None
    assert (await browser.post(f"/api/conversations/{conversation_id}/messages", body)).status == 201


async def test_an_opt_out_is_noted_and_taken_back_but_not_a_providers(browser: Browser, desk: Desk) -> None:
    channel_id, other_id = await desk.channel(), await desk.channel()
    contact_id, _ = await _contact(desk, channel_id, "Ana")
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        for channel, source in ((channel_id, "word"), (other_id, "provider")):
            await (await session.raw()).execute(
                "insert into consents (workspace_id, contact_id, channel_id, category, is_given, source, changed_at)"
                " values ($1, $2, $3, 'marketing', false, $4, now())",
                browser.workspace_id,
                UUID(contact_id),
                channel,
                source,
            )
    path = f"/api/contacts/{contact_id}"
    noted = await browser.patch(path, {"is_opted_out": True, "is_muted": True})
    assert noted.json["opted_out_at"] is not None
    assert noted.json["is_muted"] is True
    back = await browser.patch(path, {"is_opted_out": False, "is_muted": False})
    assert (back.json["opted_out_at"], back.json["is_muted"]) == (None, False)
    said = {one["channel_id"]: (one["is_given"], one["source"]) for one in back.json["consents"]}
    assert said == {str(channel_id): (True, "hand"), str(other_id): (False, "provider")}


async def test_the_row_of_a_conversation_knows_what_to_mind_before_writing(browser: Browser, desk: Desk) -> None:
    channel_id, other_id = await desk.channel(), await desk.channel()
    contact_id, conversation_id = await _contact(desk, channel_id, "Ana")
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        connection = await session.raw()
        await connection.execute("update contacts set phone = '+33612345678' where id = $1", UUID(contact_id))

    async def mind() -> tuple[bool, bool, str]:
        listed = (await browser.get("/api/conversations?view=all&order=newest")).json["items"]
        (row,) = [one["contact"] for one in listed if one["id"] == conversation_id]
        return row["is_blocked"], row["is_opted_out"], row["time_zone"]

    async def say_no(channel: UUID) -> None:
        async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
            await (await session.raw()).execute(
                "insert into consents (workspace_id, contact_id, channel_id, category, is_given, source, changed_at)"
                " values ($1, $2, $3, 'marketing', false, 'word', now())",
                browser.workspace_id,
                UUID(contact_id),
                channel,
            )

    path = f"/api/contacts/{contact_id}"
    assert await mind() == (False, False, "Europe/Paris")
    await browser.patch(path, {"time_zone": "Asia/Tokyo"})
    await say_no(other_id)
    assert await mind() == (False, False, "Asia/Tokyo")  # a no counts on its channel
    await say_no(channel_id)
    assert await mind() == (False, True, "Asia/Tokyo")
    await browser.patch(path, {"is_blocked": True, "is_opted_out": False})
    assert await mind() == (True, False, "Asia/Tokyo")
    await browser.patch(path, {"is_opted_out": True})
    assert await mind() == (True, True, "Asia/Tokyo")
