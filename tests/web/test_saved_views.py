"""Filters through HTTP: what they find and for whom, views that are kept, and what takes too long."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.core.filter import FIELDS
from threadline.infra.clock import new_id
from threadline.store import filtered_conversations
from threadline.store.session import Role


def group(*of: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"kind": "group", "match": match, "of": list(of)}


def one(field: str, operator: str, *values: object) -> dict[str, Any]:
    return {"kind": "condition", "field": field, "operator": operator, "values": [str(value) for value in values]}


async def _find(browser: Browser, filter: dict[str, Any], **more: Any) -> list[str]:
    answer = await browser.post("/api/conversations/find", {"filter": filter, **more})
    assert answer.status == 200, answer.raw
    return [item["id"] for item in answer.json["items"]]


async def _count(browser: Browser, filter: dict[str, Any]) -> dict[str, Any]:
    answer = await browser.post("/api/conversations/count", {"filter": filter})
    assert answer.status == 200, answer.raw
    return answer.json


async def test_what_can_be_asked_is_listed(browser: Browser) -> None:
    await set_up(browser)
    items = (await browser.get("/api/filter-fields")).json["items"]
    assert [item["id"] for item in items] == list(FIELDS)
    assert all(item["operators"] for item in items)


async def test_fields_of_one_s_own_are_asked_like_the_others(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    first, second = [str(await desk.conversation(channel_id, name=name)) for name in ("Ana", "Bo")]
    contact_id = await desk.contact_of(UUID(first))
    made: dict[str, Any] = {}
    for owner, type, value in (
        ("contact", "text", "Crème"),
        ("contact", "number", "12.5"),
        ("conversation", "boolean", "true"),
        ("conversation", "date", "2026-03-01"),
    ):
        field = (await browser.post("/api/fields", {"owner": owner, "type": type, "name": type, "options": []})).json
        made[type] = f"{'contact.' if owner == 'contact' else ''}custom.{field['id']}"
        async with browser.server.database.transaction(Role.WEB, browser.workspace_id) as session:
            await (await session.raw()).execute(
                f"insert into {owner}_values (workspace_id, {owner}_id, field_id, value) values ($1, $2, $3, $4)",
                browser.workspace_id,
                contact_id if owner == "contact" else UUID(first),
                UUID(field["id"]),
                value,
            )
    items = {item["id"]: item for item in (await browser.get("/api/filter-fields")).json["items"]}
    assert [items[id]["name"] for id in made.values()] == list(made)
    for asked in (
        one(made["text"], "contains", "creme"),
        one(made["number"], "at_least", "12"),
        one(made["boolean"], "yes"),
        one(made["date"], "before", "2026-03-02T00:00:00Z"),
    ):
        assert await _find(browser, group(asked)) == [first], asked
    assert await _find(browser, group(one(made["text"], "empty"), one(made["boolean"], "no"))) == [second]
    assert await _find(browser, group(one(made["date"], "present"), one("priority", "any_of", 0))) == [first]


async def test_a_filter_finds_in_the_order_of_lists_page_by_page(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    made = [
        str(await desk.conversation(channel_id, name=f"Carla {number}", state=state))
        for number, state in enumerate(["open", "pending", "snoozed", "resolved", "open", "resolved"])
    ]
    everything = group()
    assert await _find(browser, everything) == made[::-1]
    assert await _find(browser, everything, order="oldest") == made
    first = (await browser.post("/api/conversations/find", {"filter": everything, "limit": 4})).json
    rest = {"filter": everything, "limit": 4, "after": first["next"]}
    second = (await browser.post("/api/conversations/find", rest)).json
    assert [item["id"] for item in [*first["items"], *second["items"]]] == made[::-1]
    assert second["next"] is None

    unresolved = group(one("state", "none_of", "resolved"), one("contact.name", "contains", "CARLA"))
    assert await _find(browser, unresolved) == [made[4], made[2], made[1], made[0]]
    assert await _count(browser, unresolved) == {"total": 4, "is_more": False, "waiting": 4}
    some = group(one("contact.name", "is", "carla 3"), one("contact.name", "starts_with", "carla 5"), match="any")
    assert await _find(browser, some) == [made[5], made[3]]
    assert await _count(browser, some) == {"total": 2, "is_more": False, "waiting": 0}, (
        "nobody waits when it is resolved"
    )
    assert await _find(browser, unresolved, order="waiting") == [made[0], made[1], made[2], made[4]]
    never = group(one("state", "any_of", "open"), one("state", "any_of", "resolved"))
    assert await _find(browser, never) == []
    assert (await _count(browser, never))["total"] == 0


async def test_a_filter_shows_nobody_more_than_they_may_see(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, limited, assigned, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        await set_up(foreign)
        desk = Desk(server, admin.workspace_id)
        seen, unseen = await desk.channel(), await desk.channel()
        await join(admin, limited, channel_ids=[str(seen)])
        await join(admin, assigned, sees="assigned")
        open_to_all = str(await desk.conversation(seen))
        hidden = str(await desk.conversation(unseen))
        own = str(await desk.conversation(unseen, assignee_id=assigned.agent_id))
        asked = group(one("contact.name", "contains", "carla"))
        mine = group(one("assignee", "any_of", "me"))
        assert await _find(admin, asked) == [own, hidden, open_to_all]
        assert await _find(limited, asked) == [open_to_all]
        assert await _find(limited, group(one("channel", "any_of", unseen))) == []
        assert await _find(assigned, asked) == await _find(assigned, mine) == [own]
        assert await _find(foreign, asked) == []
        counts = [(await _count(browser, asked))["total"] for browser in (admin, limited, assigned, foreign)]
        assert counts == [3, 1, 1, 0]


async def test_a_view_from_its_making_to_its_end(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        conversation_id = str(await desk.conversation(await desk.channel(), assignee_id=agent.agent_id))
        feed = await stack.enter_async_context(Feed.of(agent))
        mine = group(one("assignee", "any_of", "me"))
        body = {"name": "In my hands", "audience": "all", "filter": mine, "order": "oldest"}
        assert (await agent.post("/api/saved-views", body)).status == 403
        shared = (await admin.post("/api/saved-views", body)).json
        assert shared == body | {"id": shared["id"], "team_id": None}
        own = (await agent.post("/api/saved-views", {"name": "a private one", "filter": group()})).json
        assert own["audience"] == "own"
        assert [view["id"] for view in (await agent.get("/api/saved-views")).json["items"]] == [own["id"], shared["id"]]
        assert [view["id"] for view in (await admin.get("/api/saved-views")).json["items"]] == [shared["id"]]
        for path in (f"/api/saved-views/{own['id']}",):
            assert (await admin.patch(path, {"name": "x"})).status == (await admin.delete(path)).status == 404

        found = await agent.post("/api/conversations/find", {"view_id": shared["id"], "order": "oldest"})
        assert [item["id"] for item in found.json["items"]] == [conversation_id]
        assert (await admin.post("/api/conversations/find", {"view_id": shared["id"]})).json["items"] == []
        assert (await admin.post("/api/conversations/find", {"view_id": own["id"]})).status == 404
        assert (await agent.post("/api/conversations/find", {})).status == 422
        counts = (await agent.get("/api/saved-views/counts")).json["counts"]
        assert {id: count["total"] for id, count in counts.items()} == {shared["id"]: 1, own["id"]: 1}
        assert (await admin.get("/api/saved-views/counts")).json["counts"][shared["id"]]["total"] == 0

        changed = await agent.patch(f"/api/saved-views/{own['id']}", {"name": "Renamed", "filter": mine})
        assert changed.json == own | {"name": "Renamed", "filter": mine}
        assert (await agent.patch(f"/api/saved-views/{own['id']}", {"audience": "all"})).status == 403
        assert (await agent.patch(f"/api/saved-views/{own['id']}", {})).status == 422
        assert (await agent.delete(f"/api/saved-views/{shared['id']}")).status == 403
        assert (await admin.delete(f"/api/saved-views/{shared['id']}")).status == 204
        assert [view["id"] for view in (await agent.get("/api/saved-views")).json["items"]] == [own["id"]]
        await feed.quiet()
        assert [event["kind"] for event in feed.events] == ["saved_view_changed"] * 4
        assert not any("data" in event for event in feed.events), "which one, the list tells those who may open it"


async def test_a_team_s_view_is_seen_by_its_members_and_by_who_manages_views(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, member, other = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, member)
        await join(admin, other)
        team = (await admin.post("/api/teams", {"name": "Billing", "colour": "teal"})).json
        added = await admin.patch(f"/api/teams/{team['id']}", {"add": [str(member.agent_id)]})
        assert added.status == 200, added.raw
        body = {"name": "Ours", "audience": "team", "team_id": team["id"], "filter": group(), "order": "due"}
        made = await admin.post("/api/saved-views", body)
        assert made.status == 201, made.raw

        async def seen() -> list[int]:
            return [len((await one.get("/api/saved-views")).json["items"]) for one in (admin, member, other)]

        assert await seen() == [1, 1, 0]
        missing = await admin.post("/api/saved-views", body | {"team_id": None})
        assert (missing.status, missing.json["errors"][0]["reason"]) == (422, "view_team")
        assert (await admin.post("/api/saved-views", body | {"team_id": str(new_id())})).status == 422
        moved = await admin.patch(f"/api/saved-views/{made.json['id']}", {"audience": "all"})
        assert (moved.json["audience"], moved.json["team_id"]) == ("all", None)
        assert await seen() == [1, 1, 1]
        await admin.patch(f"/api/saved-views/{made.json['id']}", {"audience": "team", "team_id": team["id"]})
        await admin.delete(f"/api/teams/{team['id']}")
        assert await seen() == [0, 0, 0]


@pytest.mark.parametrize(
    ("filter", "reason"),
    [
        (group(one("colour", "is", "red")), "filter_field_gone"),
        (group(one("channel", "empty")), "filter_operator"),
        (group(one("state", "any_of", "closed")), "filter_value"),
        (group(group(group(group()))), "filter_too_large"),
    ],
)
async def test_a_filter_that_means_nothing_is_refused_with_a_sentence(
    browser: Browser, filter: dict[str, Any], reason: str
) -> None:
    await set_up(browser)
    for path, body in (
        ("/api/conversations/find", {"filter": filter}),
        ("/api/conversations/count", {"filter": filter}),
        ("/api/saved-views", {"name": "x", "filter": filter}),
    ):
        refused = await browser.post(path, body)
        assert (refused.status, refused.json["errors"][0]["reason"]) == (422, reason)


async def test_a_filter_without_end_is_refused(browser: Browser) -> None:
    await set_up(browser)
    deep = group()
    for _ in range(300):
        deep = group(deep)
    assert (await browser.post("/api/conversations/find", {"filter": deep})).status == 422


async def test_all_has_every_state_and_priority_is_read_page_by_page(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    other_channel = await desk.channel()
    ids = {state: str(await desk.conversation(channel_id, state=state)) for state in ("open", "snoozed", "resolved")}
    ids["elsewhere"] = str(await desk.conversation(other_channel))
    for state, priority in (("open", 1), ("snoozed", 3)):
        await browser.patch(f"/api/conversations/{ids[state]}", {"priority": priority})
    everything = (await browser.get("/api/conversations?view=all")).json["items"]
    assert {one["id"] for one in everything} == set(ids.values())
    of_channel = (await browser.get(f"/api/conversations?view=all&channel_id={channel_id}")).json["items"]
    assert {one["id"] for one in of_channel} == set(ids.values()) - {ids["elsewhere"]}

    in_work = group(one("state", "none_of", "resolved"))
    for is_found in (True, False):
        found: list[tuple[int, str]] = []
        after: str | None = None
        for _ in range(10):
            if not is_found:
                query = "view=open&order=priority&limit=1" + (f"&after={after}" if after else "")
                page = (await browser.get(f"/api/conversations?{query}")).json
            else:
                asked = {"filter": in_work, "order": "priority", "limit": 1, "after": after}
                page = (await browser.post("/api/conversations/find", asked)).json
            found += [(row["priority"], row["id"]) for row in page["items"]]
            after = page["next"]
            if after is None:
                break
        priorities = [priority for priority, _ in found]
        assert priorities == sorted(priorities, reverse=True)
        assert len({id for _, id in found}) == len(found) == (3 if is_found else 2)
    first = (await browser.get("/api/conversations?view=open&order=priority&limit=1")).json["next"]
    mixed = await browser.get(f"/api/conversations?view=open&order=newest&limit=1&after={first}")
    assert (mixed.status, mixed.json["errors"][0]["reason"]) == (422, "old_page")


async def test_the_figures_of_one_s_own_teams(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, member, outsider = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, member)
        await join(admin, outsider)
        body = {"name": "Gold", "colour": "blue", "member_ids": [str(member.agent_id)]}
        team_id = (await admin.post("/api/teams", body)).json["id"]
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        given, free, snoozed = [await desk.conversation(channel_id) for _ in range(3)]
        for id in (given, free, snoozed):
            await admin.patch(f"/api/conversations/{id}", {"team_id": team_id})
        await admin.patch(f"/api/conversations/{given}", {"assignee_id": str(member.agent_id)})
        await admin.delete(f"/api/conversations/{given}/waiting")
        await admin.put(f"/api/conversations/{snoozed}/snooze", {"until": None})
        counts = (await member.get("/api/saved-views/counts")).json["teams"][team_id]
        assert {name: counts[name]["total"] for name in counts} == {"waiting": 2, "unassigned": 1, "open": 2}
        assert (await outsider.get("/api/saved-views/counts")).json["teams"] == {}


async def test_what_would_take_too_long_is_said_and_the_other_figures_are_shown(
    browser: Browser, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    await desk.conversation(await desk.channel())
    await _slow_down(database_url, browser.workspace_id)
    monkeypatch.setattr(filtered_conversations, "LIST_TIMEOUT_S", 0.2)
    monkeypatch.setattr(filtered_conversations, "COUNT_TIMEOUT_S", 0.2)
    slow = group(one("contact.name", "contains", "nobody"))
    for path in ("find", "count"):
        refused = await browser.post(f"/api/conversations/{path}", {"filter": slow})
        assert (refused.status, refused.json["errors"][0]["reason"]) == (422, "filter_too_slow")
    views = [
        (await browser.post("/api/saved-views", {"name": name, "filter": filter})).json["id"]
        for name, filter in (("slow", slow), ("quick", group(one("state", "any_of", "snoozed"))))
    ]
    counts = (await browser.get("/api/saved-views/counts")).json["counts"]
    assert [counts[id]["total"] for id in views] == [None, 0]


async def _slow_down(database_url: str, workspace_id: UUID) -> None:
    """Every name takes its time, as a million of them would."""
    owner = await asyncpg.connect(database_url)
    named = await owner.fetch("select column_name from information_schema.columns where table_name = 'contacts'")
    columns = ", ".join(f"c.{row['column_name']}" for row in named if row["column_name"] != "name")
    await owner.execute(
        "alter table contacts rename to contacts_at_once;"
        "create view contacts with (security_invoker) as"
        f" select {columns}, c.name || left(pg_sleep(1)::text, 0) as name from contacts_at_once c;"
        "grant select on contacts to threadline_web"
    )
    await owner.close()


async def test_the_web_role_cannot_read_another_workspace_s_views(server: Server) -> None:
    async with AsyncExitStack() as stack:
        ours, theirs = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(ours)
        await set_up(theirs)
        await ours.post("/api/saved-views", {"name": "x", "filter": group(), "audience": "all"})
        async with server.database.transaction(Role.WEB, theirs.workspace_id) as session:
            assert await (await session.raw()).fetchval("select count(*) from saved_views") == 0
