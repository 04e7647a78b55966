"""Automation rules over HTTP: what is taken, what is refused where it stands, who may, and what they did."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.run_rules import run_rules
from threadline.core.events import Event, EventKind
from threadline.infra.clock import new_id, utc_now
from threadline.store.events import NumberedEvent
from threadline.store.session import Role

HEARD = {"on": "message_received"}
LOOK = [{"kind": "note", "text": "Look"}]
URGENT = {
    "kind": "group",
    "match": "all",
    "of": [{"kind": "condition", "field": "priority", "operator": "any_of", "values": ["3"]}],
}


async def _make(browser: Browser, name: str, **more: Any) -> dict[str, Any]:
    made = await browser.post("/api/rules", {"name": name, "trigger": HEARD, "acts": LOOK, **more})
    assert made.status == 201, made.raw
    return made.json


async def _names(browser: Browser) -> list[str]:
    return [one["name"] for one in (await browser.get("/api/rules")).json["items"]]


async def _call_rules(browser: Browser, desk: Desk, conversation_id: UUID, channel_id: UUID) -> None:
    message_id = await desk.receive(conversation_id, channel_id, "Where is it?")
    event = Event(
        id=new_id(),
        workspace_id=browser.workspace_id,
        kind=EventKind.MESSAGE_RECEIVED,
        at=utc_now(),
        conversation_id=conversation_id,
        message_id=message_id,
        channel_id=channel_id,
        data={"direction": "incoming"},
    )
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        await run_rules(session, [NumberedEvent(seq=1, event=event)], now=utc_now(), new_id=new_id)


async def test_they_are_made_changed_moved_switched_and_deleted(browser: Browser) -> None:
    await set_up(browser)
    first = await _make(browser, "First")
    second = await _make(browser, "Second", filter=URGENT, trigger={"on": "no_reply", "minutes": 10})
    assert (first["is_on"], first["version"], first["broken"], first["paused"]) == (True, 1, None, "")
    assert await _names(browser) == ["First", "Second"]
    moved = await browser.put("/api/rules/order", {"rule_ids": [second["id"], first["id"]]})
    assert [one["name"] for one in moved.json["items"]] == ["Second", "First"]
    path = f"/api/rules/{first['id']}"
    changed = await browser.patch(path, {"name": "Other", "acts": [{"kind": "priority", "priority": 3}]})
    assert (changed.json["name"], changed.json["version"]) == ("Other", 2)
    off = await browser.patch(path, {"is_on": False})
    assert (off.json["is_on"], off.json["version"]) == (False, 2)
    versions = (await browser.get(f"{path}/versions")).json["items"]
    assert [(one["version"], one["name"]) for one in versions] == [(2, "Other"), (1, "First")]
    assert versions[0]["actor_id"] == str(browser.agent_id)
    back = await browser.post(f"{path}/restore", {"version": 1})
    assert (back.json["name"], back.json["version"], back.json["is_on"]) == ("First", 3, False)
    assert (await browser.post(f"{path}/restore", {"version": 9})).json["reason"] == "no_such_rule_version"
    assert (await browser.delete(path)).status == 204
    assert await _names(browser) == ["Second"]
    assert (await browser.patch(path, {"name": "Gone"})).json["reason"] == "no_such_rule"
    kinds = [event["kind"] for event in (await browser.get("/api/events?after=0")).json["events"]]
    assert kinds.count("rule_changed") >= 6


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"acts": []}, "no_acts"),
        ({"trigger": {"on": "customer_silent"}}, "rule_needs_time"),
        ({"trigger": {"on": "labelled", "of": [str(uuid4())]}}, "no_such_label"),
        ({"trigger": {"on": "message_received", "of": ["open"]}}, "rule_odd_which"),
        ({"trigger": {"on": "full_moon"}}, None),
        ({"trigger": {"on": "no_reply", "minutes": -1}}, None),
        ({"trigger": {"on": "no_reply", "minutes": 10**9}}, None),
        ({"acts": [{"kind": "assign", "is_me": True}]}, "rule_has_no_me"),
        ({"acts": [{"kind": "reply", "text": "One"}, {"kind": "reply", "text": "Two"}]}, "rule_one_message"),
        ({"acts": [{"kind": "reply", "text": "Hello {{contact.first_name}}"}]}, "closing_needs_default"),
        ({"acts": [{"kind": "team", "team_id": str(uuid4())}]}, "no_such_team"),
        ({"acts": [{"kind": "webhook", "url": "http://example.org"}]}, None),
        ({"name": "taken"}, "rule_exists"),
        ({"colour": "red"}, None),
        (
            {
                "filter": {
                    **URGENT,
                    "of": [{"kind": "condition", "field": "assignee", "operator": "any_of", "values": ["me"]}],
                }
            },
            "filter_no_me",
        ),
    ],
)
async def test_what_cannot_be_is_refused(browser: Browser, body: dict[str, Any], reason: str | None) -> None:
    await set_up(browser)
    await _make(browser, "Taken")
    refused = await browser.post("/api/rules", {"name": "x", "trigger": HEARD, "acts": LOOK, **body})
    assert refused.status in (409, 422), refused.raw
    said = {refused.json.get("reason"), *(one.get("reason") for one in refused.json.get("errors", []))}
    assert reason is None or reason in said, refused.raw
    assert await _names(browser) == ["Taken"]


async def test_a_run_is_seen_in_the_log_of_its_rule_and_of_its_conversation(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    conversation_id = await desk.conversation(channel_id, name="Carla Customer")
    rule = await _make(browser, "Look")
    for _ in range(2):
        await _call_rules(browser, desk, conversation_id, channel_id)
    runs = (await browser.get(f"/api/rules/{rule['id']}/runs")).json
    assert [(one["outcome"], one["customer"], one["rule"]) for one in runs["items"]] == [
        ("done", "Carla Customer", "Look")
    ] * 2
    assert runs["next"] is None
    assert runs["items"][0]["steps"] == [
        {"place": 0, "kind": "note", "verdict": "does", "reason": "", "title": "", "values": {}}
    ]
    here = (await browser.get(f"/api/conversations/{conversation_id}/rule-runs")).json
    assert here["items"] == runs["items"]
    (shown,) = (await browser.get("/api/rules")).json["items"]
    assert (shown["week"]["done"], shown["week"]["refused"]) == (2, 0)
    bad = await browser.get(f"/api/rules/{rule['id']}/runs?after=nonsense")
    assert bad.json["reason"] == "old_page"


async def test_a_rule_that_names_a_deleted_label_is_shown_as_broken(browser: Browser) -> None:
    await set_up(browser)
    label = (await browser.post("/api/labels", {"kind": "conversation", "name": "Refund", "colour": "teal"})).json
    await _make(browser, "Labels", acts=[*LOOK, {"kind": "labels", "add": [label["id"]]}])
    assert (await browser.delete(f"/api/labels/{label['id']}")).status == 204
    (rule,) = (await browser.get("/api/rules")).json["items"]
    assert (rule["broken"]["place"], rule["broken"]["reason"]) == (1, "no_such_label")


async def test_a_rule_is_tried_on_what_happened_and_nothing_is_done(browser: Browser, server: Server) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    urgent = await desk.conversation(channel_id, name="Carla Customer")
    calm = await desk.conversation(channel_id, name="Dan Customer")
    await browser.patch(f"/api/conversations/{urgent}", {"priority": 3})
    for conversation_id in (urgent, urgent, calm):
        await desk.receive(conversation_id, channel_id, "Where is it?")
    # What was urgent when they wrote is not so any more.
    await browser.patch(f"/api/conversations/{urgent}", {"priority": 0})
    before = (await browser.get("/api/events?after=0")).json["position"]
    acts = [{"kind": "reply", "text": "We look into it."}, {"kind": "state", "state": "resolved"}]
    asked = {"name": "x", "trigger": HEARD, "filter": URGENT, "acts": acts}
    tried = await browser.post("/api/rules/try", asked)
    assert tried.status == 200, tried.raw
    assert [(one["customer"], one["times"], one["holds"]) for one in tried.json["meant"]] == [
        ("Carla Customer", 2, [True])
    ]
    assert [(one["customer"], one["holds"]) for one in tried.json["in_vain"]] == [("Dan Customer", [False])]
    assert (tried.json["in_vain_count"], tried.json["is_cut"]) == (1, False)
    assert (await browser.get("/api/events?after=0")).json["position"] == before
    assert (await browser.get("/api/rules")).json["items"] == []
    times = {"name": "x", "acts": LOOK, "filter": {**URGENT, "of": []}}
    for on in ("no_reply", "customer_silent", "window_closing"):
        told = await browser.post("/api/rules/try", times | {"trigger": {"on": on, "minutes": 5}})
        assert (told.status, told.json["meant"]) == (200, []), told.raw
    refused = await browser.post("/api/rules/try", asked | {"acts": []})
    assert refused.json["reason"] == "no_acts"
    async with AsyncExitStack() as stack:
        other, limited = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(other)
        assert (await other.post("/api/rules/try", asked)).json["meant"] == []
        await join(browser, limited, role="supervisor", channel_ids=[str(await desk.channel())])
        assert (await limited.post("/api/rules/try", asked)).json["meant"] == []


async def test_an_order_names_each_of_them_once(browser: Browser) -> None:
    await set_up(browser)
    first, second = await _make(browser, "First"), await _make(browser, "Second")
    for ids in ([first["id"]], [first["id"], first["id"]], [first["id"], second["id"], str(uuid4())]):
        assert (await browser.put("/api/rules/order", {"rule_ids": ids})).json["reason"] == "rules_changed"


async def test_an_agent_sees_why_in_a_conversation_and_no_rules(browser: Browser, server: Server) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    seen, unseen = await desk.channel(), await desk.channel()
    mine, hidden = await desk.conversation(seen), await desk.conversation(unseen)
    rule = await _make(browser, "Look")
    for conversation_id, channel_id in ((mine, seen), (hidden, unseen)):
        await _call_rules(browser, desk, conversation_id, channel_id)
    async with AsyncExitStack() as stack:
        agent, supervisor = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await join(browser, agent, channel_ids=[str(seen)])
        await join(browser, supervisor, role="supervisor", channel_ids=[str(seen)])
        assert (await agent.get("/api/rules")).status == 403
        assert (await agent.post("/api/rules", {"name": "x", "trigger": HEARD, "acts": LOOK})).status == 403
        here = await agent.get(f"/api/conversations/{mine}/rule-runs")
        assert [one["rule"] for one in here.json["items"]] == ["Look"]
        assert (await agent.get(f"/api/conversations/{hidden}/rule-runs")).status == 404
        kinds = {event["kind"] for event in (await agent.get("/api/events?after=0")).json["events"]}
        assert "rule_changed" not in kinds
        # What a supervisor does not see of conversations, they do not see in the log either.
        runs = (await supervisor.get(f"/api/rules/{rule['id']}/runs")).json["items"]
        assert [one["conversation_id"] for one in runs] == [str(mine)]


async def test_of_another_workspace_they_are_not_there(browser: Browser, server: Server) -> None:
    await set_up(browser)
    rule = await _make(browser, "Ours")
    path = f"/api/rules/{rule['id']}"
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(browser_of(server))
        await set_up(other)
        assert await _names(other) == []
        assert (await other.patch(path, {"name": "x"})).status == 404
        assert (await other.delete(path)).status == 404
        assert (await other.get(f"{path}/runs")).status == 404
        assert (await other.get(f"{path}/versions")).status == 404
        assert (await other.post(f"{path}/restore", {"version": 1})).status == 404
    assert await _names(browser) == ["Ours"]


async def test_a_token_needs_the_right(browser: Browser, server: Server) -> None:
    await set_up(browser)
    for scopes, status in ((["conversations:read"], 403), (["rules:manage"], 200)):
        made = await browser.post("/api/tokens", {"name": scopes[0], "scopes": scopes})
        async with AsyncExitStack() as stack:
            program = await stack.enter_async_context(browser_of(server))
            answer = await program.get("/api/rules", headers={"Authorization": f"Bearer {made.json['token']}"})
            assert answer.status == status, answer.raw
