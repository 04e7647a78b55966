"""The closing text of a channel through HTTP: set, held, cancelled by an undo, and told when it was too late."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.store.session import Role

TEXT = 'Bye, {{contact.first_name | default: "friend"}}!'


def _standing(state: str) -> dict[str, Any]:
    return {"state": state, "snoozed_until": None, "assignee_id": None, "team_id": None, "stage_id": None}


UNDO = {"before": _standing("open"), "after": _standing("resolved")}


async def _opened(browser: Browser) -> tuple[str, str]:
    """A channel and a conversation whose customer waits: their addresses."""
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    return f"/api/channels/{channel_id}", f"/api/conversations/{await desk.conversation(channel_id)}"


async def test_it_is_held_and_undone_in_time_it_is_not_sent(browser: Browser) -> None:
    channel, path = await _opened(browser)
    resolved = await browser.patch(path, {"state": "resolved"})
    assert resolved.json["closing_at"] is None, "off by itself"
    await browser.post(f"{path}/undo", UNDO)

    saved = await browser.patch(channel, {"settings": {"closing_text": TEXT}})
    assert (saved.status, saved.json["settings"]["closing_text"]) == (200, TEXT), saved.raw
    resolved = await browser.patch(path, {"state": "resolved"})
    assert resolved.json["closing_at"] is not None
    undone = await browser.post(f"{path}/undo", UNDO)
    assert (undone.json["kept"], undone.json["is_closing_sent"]) == ([], False)
    assert (undone.json["conversation"]["state"], undone.json["conversation"]["closing_at"]) == ("open", None)


async def test_undone_too_late_it_is_told(browser: Browser) -> None:
    channel, path = await _opened(browser)
    await browser.patch(channel, {"settings": {"closing_text": TEXT}})
    await browser.patch(path, {"state": "resolved"})
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        await (await session.raw()).execute(
            "update conversations set closing_at = null, closing_message_id = last_message_id where workspace_id = $1",
            browser.workspace_id,
        )
    undone = await browser.post(f"{path}/undo", UNDO)
    assert (undone.json["conversation"]["state"], undone.json["is_closing_sent"]) == ("open", True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Bye {{contact.first_name}}", "closing_needs_default"),
        ("Bye {{customer}}", "place_unknown"),
        ("x" * 1001, None),
        (7, None),
    ],
)
async def test_what_cannot_go_out_unseen_is_refused(browser: Browser, text: Any, reason: str | None) -> None:
    channel, _ = await _opened(browser)
    refused = await browser.patch(channel, {"settings": {"closing_text": text}})
    assert refused.status == 422
    assert refused.json["errors"][0]["field"] == "settings.closing_text"
    if reason is not None:
        assert refused.json["errors"][0]["reason"] == reason
    assert "closing_text" not in (await browser.get(channel)).json["settings"]


async def test_only_who_manages_channels_sets_it(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, other = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        channel, _ = await _opened(admin)
        await join(admin, agent)
        await set_up(other)
        body = {"settings": {"closing_text": TEXT}}
        assert (await agent.patch(channel, body)).status == 403
        assert (await other.patch(channel, body)).status == 404
        assert "closing_text" not in (await admin.get(channel)).json["settings"]
