"""Macros over HTTP: what is taken, what is refused where it stands, who has which, and running one by its own id."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up

ACTS: list[dict[str, Any]] = [
    {"kind": "note", "text": "Refunded {{contact.first_name}}"},
    {"kind": "priority", "priority": 2},
    {"kind": "state", "state": "resolved"},
]


async def _conversation(browser: Browser) -> UUID:
    desk = Desk(browser.server, browser.workspace_id)
    return await desk.conversation(await desk.channel(), name="Carla Customer")


async def _run(browser: Browser, conversation_id: UUID, macro: dict[str, Any], **more: Any) -> Any:
    body = {"id": str(uuid4()), "macro_id": macro["id"], "updated_at": macro["updated_at"]} | more
    return await browser.post(f"/api/conversations/{conversation_id}/macro-runs", body)


async def test_a_macro_is_kept_seen_run_taken_back_and_deleted(browser: Browser) -> None:
    await set_up(browser)
    conversation_id = await _conversation(browser)
    made = await browser.post("/api/macros", {"name": "Refund", "acts": ACTS})
    assert made.status == 201, made.raw
    macro = made.json
    assert (macro["is_shared"], macro["team_id"], macro["broken"]) == (False, None, [])
    assert [one["kind"] for one in macro["acts"]] == ["note", "priority", "state"]
    assert (await browser.get("/api/macros?usable=true")).json["items"] == [macro]
    seen = await browser.post(f"/api/conversations/{conversation_id}/macros/{macro['id']}/preview")
    assert seen.status == 200, seen.raw
    assert [(one["place"], one["verdict"]) for one in seen.json["steps"]] == [(0, "does"), (1, "does"), (2, "does")]
    assert "".join(piece["text"] for piece in seen.json["steps"][0]["pieces"]) == "Refunded Carla"
    assert (await browser.get(f"/api/conversations/{conversation_id}")).json["state"] == "open"

    ran = await _run(browser, conversation_id, macro, texts=[{"place": 0, "text": "Refunded in full"}])
    assert (ran.status, ran.json["conversation"]["state"], ran.json["conversation"]["priority"]) == (201, "resolved", 2)
    notes = [one for one in await _messages(browser, conversation_id) if one["direction"] == "note"]
    assert [one["content"]["text"] for one in notes] == ["Refunded in full"]
    again = await _run(browser, conversation_id, macro, id=ran.json["id"])
    assert again.json["id"] == ran.json["id"]
    assert len([one for one in await _messages(browser, conversation_id) if one["direction"] == "note"]) == 1

    undone = await browser.post(f"/api/macro-runs/{ran.json['id']}/undo")
    assert (undone.status, undone.json["kept"]) == (200, [])
    assert (undone.json["conversation"]["state"], undone.json["conversation"]["priority"]) == ("open", 0)
    assert (await browser.post(f"/api/macro-runs/{ran.json['id']}/undo")).json["reason"] == "macro_no_undo"
    changed = await browser.patch(f"/api/macros/{macro['id']}", {"name": "Refund it"})
    assert changed.json == macro | {"name": "Refund it", "updated_at": changed.json["updated_at"]}
    assert (await _run(browser, conversation_id, macro)).json["reason"] == "macro_changed"
    assert (await browser.delete(f"/api/macros/{macro['id']}")).status == 204
    assert (await browser.get(f"/api/macros/{macro['id']}")).status == 404


async def _messages(browser: Browser, conversation_id: UUID) -> list[dict[str, Any]]:
    items = (await browser.get(f"/api/conversations/{conversation_id}/messages")).json["items"]
    return [one for one in items if one["deleted_at"] is None]


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"name": ""}, "name", "needed"),
        ({"acts": []}, "acts", "no_acts"),
        ({"acts": [{"kind": "priority", "priority": 9}]}, "acts.0.priority.priority", None),
        ({"acts": [{"kind": "dance"}]}, "acts.0", None),
        ({"acts": [{"kind": "priority", "priority": 1}, {"kind": "reply"}]}, "acts.1", "act_needs_reply"),
        ({"acts": [{"kind": "reply", "text": "{{contact.age}}"}]}, "acts.0", "place_unknown"),
        ({"acts": [{"kind": "team", "team_id": str(uuid4())}]}, "acts.0", "no_such_team"),
        ({"acts": [{"kind": "state", "state": "open"}, {"kind": "snooze"}]}, "acts", "acts_contradict"),
        ({"acts": [{"kind": "priority", "priority": 1}] * 21}, "acts", "too_many_acts"),
    ],
)
async def test_what_is_wrong_is_said_where_it_stands(
    browser: Browser, given: dict[str, Any], field: str, reason: str | None
) -> None:
    await set_up(browser)
    refused = await browser.post("/api/macros", {"name": "x", "acts": ACTS} | given)
    assert refused.status == 422
    (error,) = refused.json["errors"]
    assert error["field"] == field
    assert reason is None or error["reason"] == reason
    assert (await browser.get("/api/macros")).json["items"] == []


async def test_what_names_a_deleted_label_is_shown_as_broken_and_run_over_nobody(browser: Browser) -> None:
    await set_up(browser)
    conversation_id = await _conversation(browser)
    label = (await browser.post("/api/labels", {"kind": "conversation", "name": "x", "colour": "red"})).json
    acts = [{"kind": "labels", "add": [label["id"]]}, {"kind": "priority", "priority": 1}]
    macro = (await browser.post("/api/macros", {"name": "x", "acts": acts})).json
    assert (await browser.delete(f"/api/labels/{label['id']}")).status == 204
    (shown,) = (await browser.get("/api/macros")).json["items"]
    assert [(one["place"], one["reason"]) for one in shown["broken"]] == [(0, "no_such_label")]
    assert (await _run(browser, conversation_id, macro)).status in (409, 422)
    order = {"order": {"kind": "macro", "macro_id": macro["id"]}, "ids": [str(conversation_id)]}
    refused = await browser.post("/api/bulk-changes", order)
    assert (refused.status, refused.json["errors"][0]["reason"]) == (422, "no_such_label")
    assert (await _run(browser, conversation_id, macro, left_out=[0])).json["conversation"]["priority"] == 1


async def test_nobody_writes_to_many_without_a_macro(browser: Browser) -> None:
    await set_up(browser)
    ids = [str(await _conversation(browser))]
    for order in ({"kind": "reply", "text": "Hello"}, {"kind": "template", "name": "x", "language": "en"}):
        refused = await browser.post("/api/bulk-changes", {"order": order, "ids": ids})
        assert (refused.status, refused.json["errors"][0]["reason"]) == (422, "order_needs_macro")
    taken = await browser.post("/api/bulk-changes", {"order": {"kind": "note", "text": "Seen"}, "ids": ids})
    assert taken.status == 201, taken.raw


async def test_agents_keep_their_own_and_whoever_has_the_right_the_workspaces(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await set_up(foreign)
        await join(admin, agent)
        ours = (await admin.post("/api/macros", {"name": "Ours", "acts": ACTS, "is_shared": True})).json
        mine = (await agent.post("/api/macros", {"name": "Mine", "acts": ACTS})).json
        assert (await agent.post("/api/macros", {"name": "x", "acts": ACTS, "is_shared": True})).status == 403
        assert [one["name"] for one in (await agent.get("/api/macros")).json["items"]] == ["Mine", "Ours"]
        assert [one["name"] for one in (await admin.get("/api/macros")).json["items"]] == ["Ours"]
        assert (await agent.patch(f"/api/macros/{ours['id']}", {"name": "y"})).status == 403
        assert (await admin.patch(f"/api/macros/{mine['id']}", {"name": "y"})).status == 404
        assert (await foreign.get(f"/api/macros/{ours['id']}")).status == 404
        conversation_id = await _conversation(admin)
        assert (await _run(foreign, conversation_id, ours)).status == 404
        theirs = await _run(agent, conversation_id, ours)
        assert theirs.status == 201, theirs.raw
        assert (await admin.post(f"/api/macro-runs/{theirs.json['id']}/undo")).status == 404


async def test_a_token_runs_the_workspaces_macros_as_a_program(browser: Browser) -> None:
    await set_up(browser)
    conversation_id = await _conversation(browser)
    macro = (await browser.post("/api/macros", {"name": "Ours", "acts": ACTS, "is_shared": True})).json
    scopes = ["conversations:read", "conversations:change", "messages:send"]
    token = (await browser.post("/api/tokens", {"name": "x", "scopes": scopes})).json["token"]
    body = {"id": str(uuid4()), "macro_id": macro["id"], "updated_at": macro["updated_at"]}
    async with browser_of(browser.server) as program:
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/api/conversations/{conversation_id}/macro-runs"
        ran = await program.request("POST", path, body, headers=headers)
        assert ran.status == 201, ran.raw
        assert ran.json["conversation"]["state"] == "resolved"
