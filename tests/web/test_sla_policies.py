"""Service levels through HTTP: their order, their bounds, what a target comes to, and what lists and filters say."""

import secrets
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import PASSWORD, Browser, Desk, Server, browser_of, clear_rates, join, set_up
from threadline.actions.keep_deadlines import count_clocks
from threadline.actions.set_up_workspace import create_setup_link
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

FOUR = {"minutes": 4, "is_business_time": False, "warns": "share", "warns_at": 25}
URGENT = {
    "kind": "group",
    "match": "all",
    "of": [{"kind": "condition", "field": "priority", "operator": "any_of", "values": ["3"]}],
}


async def _make(browser: Browser, name: str = "Everybody", **more: Any) -> dict[str, Any]:
    made = await browser.post("/api/sla-policies", {"name": name, "first_reply": FOUR, **more})
    assert made.status == 201, made.raw
    return made.json


async def _names(browser: Browser) -> list[str]:
    return [one["name"] for one in (await browser.get("/api/sla-policies")).json["items"]]


async def test_they_are_made_changed_moved_and_deleted(browser: Browser) -> None:
    await set_up(browser)
    await _forget_all(browser)
    all_of_them, urgent = await _make(browser), await _make(browser, "Urgent", filter=URGENT)
    assert await _names(browser) == ["Everybody", "Urgent"]
    order = {"policy_ids": [urgent["id"], all_of_them["id"]]}
    moved = await browser.put("/api/sla-policies/order", order)
    assert [one["name"] for one in moved.json["items"]] == ["Urgent", "Everybody"]
    path = f"/api/sla-policies/{urgent['id']}"
    changed = await browser.patch(path, {"name": "Now", "first_reply": None, "resolution": {"minutes": 60}})
    assert (changed.json["name"], changed.json["first_reply"]) == ("Now", None)
    assert (changed.json["resolution"]["minutes"], changed.json["filter"]) == (60, URGENT)
    assert (await browser.delete(path)).status == 204
    assert await _names(browser) == ["Everybody"]
    assert (await browser.patch(path, {"name": "Gone"})).json["reason"] == "no_such_sla_policy"
    kinds = [event["kind"] for event in (await browser.get("/api/events?after=0")).json["events"]]
    assert kinds.count("sla_policy_changed") >= 5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"name": "x"}, "sla_without_target"),
        ({"name": "x", "first_reply": {**FOUR, "warns": "before", "warns_at": 4}}, "sla_warning_too_late"),
        ({"name": "x", "first_reply": {**FOUR, "warns_at": 100}}, "sla_warning_too_late"),
        ({"name": "Everybody", "first_reply": FOUR}, "sla_policy_exists"),
        (
            {
                "name": "x",
                "first_reply": FOUR,
                "filter": {**URGENT, "of": [{"kind": "condition", "field": "late", "operator": "yes"}]},
            },
            "filter_field_gone",
        ),
        (
            {
                "name": "x",
                "first_reply": FOUR,
                "filter": {
                    **URGENT,
                    "of": [{"kind": "condition", "field": "assignee", "operator": "any_of", "values": ["me"]}],
                },
            },
            "filter_no_me",
        ),
        ({"name": "x", "first_reply": {"minutes": 0}}, None),
        ({"name": "x", "first_reply": {"minutes": 10**9}}, None),
        ({"name": "x", "first_reply": {"minutes": 4, "colour": "red"}}, None),
    ],
)
async def test_what_cannot_be_promised_is_refused(browser: Browser, body: dict[str, Any], reason: str | None) -> None:
    await set_up(browser)
    await _forget_all(browser)
    await _make(browser)
    refused = await browser.post("/api/sla-policies", body)
    assert refused.status in (409, 422), refused.raw
    assert reason is None or refused.json["reason"] == reason
    assert await _names(browser) == ["Everybody"]


async def test_an_order_names_each_of_them_once(browser: Browser) -> None:
    await set_up(browser)
    await _forget_all(browser)
    first, second = await _make(browser), await _make(browser, "Second")
    for ids in ([first["id"]], [first["id"], first["id"]], [first["id"], second["id"], str(uuid4())]):
        refused = await browser.put("/api/sla-policies/order", {"policy_ids": ids})
        assert refused.json["reason"] == "sla_policies_changed"
    assert await _names(browser) == ["Everybody", "Second"]


async def test_of_another_workspace_they_are_not_there(browser: Browser, server: Server) -> None:
    await set_up(browser)
    made = await _make(browser, "Ours")
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(browser_of(server))
        await set_up(other)
        assert "Ours" not in await _names(other)
        path = f"/api/sla-policies/{made['id']}"
        assert (await other.patch(path, {"name": "x"})).status == 404
        assert (await other.delete(path)).status == 404


async def test_an_agent_sees_them_and_changes_none(browser: Browser, server: Server) -> None:
    await set_up(browser)
    await _make(browser, "Ours")
    async with AsyncExitStack() as stack:
        agent = await stack.enter_async_context(browser_of(server))
        await join(browser, agent)
        assert "Ours" in await _names(agent)
        assert (await agent.post("/api/sla-policies", {"name": "x", "first_reply": FOUR})).status == 403


async def test_who_writes_on_friday_evening_has_an_answer_on_monday(browser: Browser) -> None:
    await set_up(browser)
    week = [[{"from_minute": 540, "to_minute": 1080}]] * 5 + [[], []]
    hours = {"name": "Shop", "zone": "Europe/Berlin", "week": week, "is_default": True}
    await browser.post("/api/calendars", hours)
    target = {"minutes": 14, "is_business_time": True, "warns": "before", "warns_at": 3}
    asked = {"target": target, "written_at": "2026-05-08T17:50:00+02:00"}
    shown = (await browser.post("/api/sla-policies/preview", asked)).json
    assert datetime.fromisoformat(shown["due_at"]) == datetime.fromisoformat("2026-05-11T09:04:00+02:00")
    assert datetime.fromisoformat(shown["warn_at"]) == datetime.fromisoformat("2026-05-11T09:01:00+02:00")
    assert shown["zone"] == "Europe/Berlin"
    usual = (await browser.post("/api/sla-policies/preview", {"target": target})).json
    assert datetime.fromisoformat(usual["due_at"]) > datetime.fromisoformat(usual["written_at"])
    gone = await browser.post("/api/sla-policies/preview", {"target": target, "calendar_id": str(uuid4())})
    assert gone.status == 404


async def test_a_list_goes_by_what_is_due_next_and_a_row_says_what_was_promised(browser: Browser) -> None:
    await set_up(browser)
    await _forget_all(browser)
    await _make(browser, next_reply={"minutes": 30}, resolution={"minutes": 90})
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    ids = [await desk.conversation(channel_id) for _ in range(3)]
    async with desk.server.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        for number, id in enumerate(ids):
            since = utc_now() - timedelta(minutes=(1, 10, 3)[number])
            await (await session.raw()).execute(
                "update conversations set waiting_since = $2, window_closes_at = null where id = $1", id, since
            )
        await count_clocks(session, ids, is_recount=False, now=utc_now(), new_id=new_id)
    page = (await browser.get("/api/conversations?view=waiting&order=due&limit=2")).json
    rest = (await browser.get(f"/api/conversations?view=waiting&order=due&after={page['next']}")).json
    assert [row["id"] for row in (*page["items"], *rest["items"])] == [str(ids[1]), str(ids[2]), str(ids[0])]
    first = page["items"][0]
    (reply,) = [one for one in first["deadlines"] if one["clock"] == "first_reply"]
    since = datetime.fromisoformat(first["waiting_since"])
    assert datetime.fromisoformat(reply["due_at"]) == since + timedelta(minutes=4)
    (policy,) = (await browser.get("/api/sla-policies")).json["items"]
    assert {one["policy_id"] for one in first["deadlines"]} == {policy["id"]}
    assert datetime.fromisoformat(reply["half_at"]) == since + timedelta(minutes=2)
    assert first["due_at"] == reply["due_at"]
    one = {"kind": "condition", "field": "due_at", "operator": "in_next", "values": ["2m"]}
    asked = {"filter": {"kind": "group", "match": "all", "of": [one]}, "order": "due"}
    found = (await browser.post("/api/conversations/find", asked)).json
    assert [row["id"] for row in found["items"]] == [str(ids[2])]
    late = {
        "filter": {"kind": "group", "match": "all", "of": [{**one, "field": "late", "operator": "yes", "values": []}]}
    }
    assert (await browser.post("/api/conversations/find", late)).json["items"] == []


@pytest.mark.parametrize(("locale", "level", "label"), [("de", "Alle", "Frage"), ("en", "Everybody", "Question")])
async def test_a_fresh_workspace_has_what_a_first_day_needs_and_nothing_comes_back(
    server: Server, locale: str, level: str, label: str
) -> None:
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(browser_of(server))
        await clear_rates(server)
        async with server.database.transaction(Role.ENGINE) as session:
            token = await create_setup_link(session, workspace_id=None, new_id=new_id)
        person = {"name": "Ada", "email": f"{secrets.token_hex(6)}@example.org", "password": PASSWORD, "locale": locale}
        answer = await browser.post("/api/setup", {"token": token, "workspace_name": "Fresh", **person})
        browser.copy_session(answer)
        (policy,) = (await browser.get("/api/sla-policies")).json["items"]
        assert (policy["name"], policy["first_reply"], policy["next_reply"]) == (level, FOUR, FOUR)
        labels = (await browser.get("/api/labels")).json["items"]
        replies = (await browser.get("/api/saved-replies")).json["items"]
        assert (len(labels), len(replies)) == (5, 10)
        assert label in {one["name"] for one in labels}
        assert {one["language"] for one in replies} == {locale}
        for path, items in (("sla-policies", [policy]), ("labels", labels), ("saved-replies", replies)):
            for one in items:
                assert (await browser.delete(f"/api/{path}/{one['id']}")).status == 204
        other = await stack.enter_async_context(browser_of(server))
        await join(browser, other, role="admin")
        for path in ("sla-policies", "labels", "saved-replies"):
            assert (await other.get(f"/api/{path}")).json["items"] == []


async def test_a_workspace_that_is_there_is_left_as_it_is(browser: Browser) -> None:
    """Also when it gets its first person by a link of its own."""
    await set_up(browser)
    for path in ("sla-policies", "labels", "saved-replies"):
        assert (await browser.get(f"/api/{path}")).json["items"] == []


async def _forget_all(browser: Browser) -> None:
    """A fresh workspace has some."""
    for one in (await browser.get("/api/sla-policies")).json["items"]:
        assert (await browser.delete(f"/api/sla-policies/{one['id']}")).status == 204
