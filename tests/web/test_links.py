"""Conversations of one contact read as one, and taken apart again; and those that have to do with each other."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.infra.clock import new_id
from threadline.store.session import Role


async def _other(desk: Desk, conversation_id: UUID, *, minutes: int, assignee_id: UUID | None = None) -> UUID:
    """Another open conversation of the same contact, on another channel, who has waited there for so long."""
    other_id, channel_id = new_id(), await desk.channel()
    async with desk.server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            "insert into conversations (workspace_id, id, channel_id, contact_id, state, assignee_id, last_activity_at,"
            " waiting_since, last_seq) select workspace_id, $2, $3, contact_id, 'open', $5, now(),"
            " now() - make_interval(mins => $4), 1 from conversations where id = $1",
            conversation_id,
            other_id,
            channel_id,
            minutes,
            assignee_id,
        )
        await (await session.raw()).execute(
            "insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind,"
            " content, sort_at, created_at) select workspace_id, $2, id, channel_id, 1, 'incoming', 'contact', 'text',"
            """ '{"kind": "text", "text": "Too"}', waiting_since, waiting_since from conversations where id = $1""",
            other_id,
            new_id(),
        )
    return other_id


async def _state(browser: Browser, conversation_id: UUID) -> tuple[str, str | None]:
    found = (await browser.get(f"/api/conversations/{conversation_id}")).json
    return found["state"], found["waiting_since"]


async def _lines(browser: Browser, conversation_id: UUID) -> list[str]:
    found = (await browser.get(f"/api/conversations/{conversation_id}/messages")).json["items"]
    return [one["content"]["what"] for one in found if one["direction"] == "line"]


async def test_two_are_read_as_one_with_the_older_clock_and_are_as_before_when_taken_apart(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    primary = await desk.conversation(await desk.channel())
    other = await _other(desk, primary, minutes=30)
    before = [await _state(browser, one) for one in (primary, other)]
    path = f"/api/conversations/{primary}"
    merged = await browser.post(f"{path}/merges", {"other_id": str(other)})
    assert merged.status == 200, merged.raw
    assert [one["id"] for one in merged.json["merged"]] == [str(other)]
    assert await _state(browser, primary) == ("open", before[1][1]), "the older clock"
    assert await _state(browser, other) == ("resolved", None)
    assert (await browser.get(f"/api/conversations/{other}/links")).json["merged_into"] == str(primary)
    assert (await _lines(browser, primary), await _lines(browser, other)) == (["merged_in"], ["merged_into"])
    again = await browser.post(f"{path}/merges", {"other_id": str(other)})
    assert (again.status, again.json["reason"]) == (409, "merged_already")

    apart = await browser.delete(f"{path}/merges/{other}")
    assert apart.json["merged"] == []
    assert [await _state(browser, one) for one in (primary, other)] == before
    assert (await browser.delete(f"{path}/merges/{other}")).status == 404


async def test_what_happened_since_stays_when_they_are_taken_apart(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    primary = await desk.conversation(await desk.channel())
    other = await _other(desk, primary, minutes=30)
    path = f"/api/conversations/{primary}"
    await browser.post(f"{path}/merges", {"other_id": str(other)})
    assert (await browser.delete(f"{path}/waiting")).status == 200
    assert (await browser.patch(path, {"state": "resolved"})).status == 200
    await browser.delete(f"{path}/merges/{other}")
    assert await _state(browser, primary) == ("resolved", None)
    assert (await _state(browser, other))[0] == "open"


async def test_only_conversations_of_one_contact_are_merged_and_any_are_linked(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    one, other = await desk.conversation(channel_id), await desk.conversation(channel_id, name="Hannah")
    refused = await browser.post(f"/api/conversations/{one}/merges", {"other_id": str(other)})
    assert (refused.status, refused.json["errors"][0]["reason"]) == (422, "merge_other_contact")
    linked = await browser.post(f"/api/conversations/{one}/relations", {"other_id": str(other)})
    assert [found["contact"]["name"] for found in linked.json["related"]] == ["Hannah"]
    assert [found["id"] for found in (await browser.get(f"/api/conversations/{other}/links")).json["related"]] == [
        str(one)
    ]
    gone = await browser.delete(f"/api/conversations/{other}/relations/{one}")
    assert gone.json["related"] == []


async def test_links_to_what_one_does_not_see_are_not_told(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, own = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, own, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        mine = await desk.conversation(await desk.channel(), assignee_id=own.agent_id)
        other = await _other(desk, mine, minutes=5)
        assert (await admin.post(f"/api/conversations/{mine}/merges", {"other_id": str(other)})).status == 200
        seen: Any = (await own.get(f"/api/conversations/{mine}/links")).json
        assert seen == {"merged_into": None, "merged": [], "related": []}
        assert (await own.delete(f"/api/conversations/{mine}/merges/{other}")).status == 404
        body = {"other_id": str(uuid4())}
        assert (await own.post(f"/api/conversations/{mine}/relations", body)).status == 404
