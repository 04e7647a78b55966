"""Saved replies over HTTP: what is taken, what is refused with its field, and who sees what."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up

REPLY: dict[str, Any] = {"title": "Greeting", "shortcut": "HI", "text": "Hello {{contact.first_name}}"}


async def test_a_reply_is_written_changed_offered_used_and_deleted(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), name="Carla Customer")
    made = await browser.post("/api/saved-replies", REPLY)
    assert made.status == 201, made.raw
    assert made.json == {
        "id": made.json["id"],
        "title": "Greeting",
        "shortcut": "hi",
        "text": "Hello {{contact.first_name}}",
        "channel_id": None,
        "is_shared": False,
    }
    path = f"/api/saved-replies/{made.json['id']}"
    changed = await browser.patch(path, {"text": "Good day {{contact.first_name}}!", "shortcut": ""})
    assert changed.json == made.json | {"text": "Good day {{contact.first_name}}!", "shortcut": ""}
    assert (await browser.get("/api/saved-replies")).json["items"] == [changed.json]
    offered = (await browser.get(f"/api/conversations/{conversation_id}/saved-replies")).json["items"]
    assert [[piece["text"] for piece in one["pieces"]] for one in offered] == [["Good day ", "Carla", "!"]]
    assert offered[0]["pieces"][1]["variable"] == "contact.first_name"
    assert (await browser.post(f"{path}/uses")).status == 204
    assert (await browser.delete(path)).status == 204
    assert (await browser.get("/api/saved-replies")).json["items"] == []
    assert (await browser.post(f"{path}/uses")).status == 404


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"text": "{{ secret }}"}, "text", "place_unknown"),
        ({"text": "  "}, "text", "needed"),
        ({"text": "x" * 4_097}, "text", "too_long"),
        ({"title": ""}, "title", "needed"),
        ({"shortcut": "two words"}, "shortcut", "shortcut_letters"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    browser: Browser, given: dict[str, Any], field: str, reason: str
) -> None:
    await set_up(browser)
    refused = await browser.post("/api/saved-replies", REPLY | given)
    assert refused.status == 422
    assert [(one["field"], one["reason"]) for one in refused.json["errors"]] == [(field, reason)]
    assert (await browser.get("/api/saved-replies")).json["items"] == []


async def test_a_change_of_nothing_is_refused(browser: Browser) -> None:
    await set_up(browser)
    path = f"/api/saved-replies/{(await browser.post('/api/saved-replies', REPLY)).json['id']}"
    for given in ({}, {"title": None}):
        assert (await browser.patch(path, given)).status == 422


async def test_agents_write_their_own_and_supervisors_the_workspaces(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, supervisor, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        await set_up(foreign)
        await join(admin, agent)
        await join(admin, supervisor, role="supervisor")
        shared = REPLY | {"is_shared": True}
        assert (await agent.post("/api/saved-replies", shared)).status == 403
        own = await agent.post("/api/saved-replies", REPLY)
        ours = await supervisor.post("/api/saved-replies", shared)
        assert (own.status, ours.status) == (201, 201)

        async def seen(browser: Browser) -> set[str]:
            return {one["id"] for one in (await browser.get("/api/saved-replies")).json["items"]}

        assert await seen(agent) == {own.json["id"], ours.json["id"]}
        assert await seen(admin) == await seen(supervisor) == {ours.json["id"]}
        assert await seen(foreign) == set()
        for browser, reply, status in (
            (admin, own, 404),
            (foreign, own, 404),
            (foreign, ours, 404),
            (agent, ours, 403),
        ):
            path = f"/api/saved-replies/{reply.json['id']}"
            assert (await browser.patch(path, {"title": "x"})).status == status
            assert (await browser.delete(path)).status == status
        assert await seen(agent) == {own.json["id"], ours.json["id"]}
