"""How conversations find somebody, changed through HTTP; and what each has in hand."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.actions.route_conversations import give_to_free
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role


async def test_a_fresh_workspace_gives_by_hand_and_bears_five(browser: Browser) -> None:
    await set_up(browser)
    team = (await browser.post("/api/teams", {"name": "Sales", "colour": "red"})).json
    routing = (await browser.get("/api/routing")).json
    assert routing["settings"] == {
        "capacity": 5,
        "capacity_by_type": {},
        "active_min": 30,
        "owners_first": True,
        "language_wait_min": 5,
        "skill_wait_min": 3,
        "by_rota": True,
        "day_customers": 50,
        "day_messages": 1000,
    }
    assert routing["teams"] == [{"id": team["id"], "assignment": "manual", "take_back_min": None}]
    assert routing["agents"] == [
        {
            "id": str(browser.agent_id),
            "capacity": None,
            "languages": [],
            "load": 0,
            "day_customers": 0,
            "day_messages": 0,
            "day_limit": {"customers": None, "messages": None},
            "is_day_full": False,
        }
    ]
    assert (await browser.get("/api/routing/loads")).json == {
        "items": [{"id": str(browser.agent_id), "capacity": 5, "load": 0, "is_day_full": False}]
    }


async def test_what_changes_is_named_and_the_rest_stays(browser: Browser, server: Server) -> None:
    await set_up(browser)
    channel_id = await Desk(server, browser.workspace_id).channel()
    team = (await browser.post("/api/teams", {"name": "Sales", "colour": "red"})).json["id"]
    me = str(browser.agent_id)
    async with Feed.of(browser) as feed:
        first = await browser.patch("/api/routing", {"settings": {"capacity": 7, "capacity_by_type": {"whatsapp": 3}}})
        assert first.status == 200, first.raw
        second = await browser.patch(
            "/api/routing",
            {
                "settings": {"active_min": 10, "owners_first": False},
                "teams": {team: "round_robin"},
                "take_back": {team: 10},
                "channels": {str(channel_id): team},
                "agents": {me: 2},
                "day_limits": {me: {"customers": 80, "messages": 0}},
                "languages": {me: ["en", "de", "en"]},
            },
        )
        assert second.status == 200, second.raw
        await feed.quiet()
        assert [one["kind"] for one in feed.events] == ["routing_changed"] * 2
    routing = second.json
    assert {name: routing["settings"][name] for name in ("capacity", "capacity_by_type", "active_min")} == {
        "capacity": 7,
        "capacity_by_type": {"whatsapp": 3},
        "active_min": 10,
    }
    assert routing["settings"]["owners_first"] is False
    assert routing["teams"] == [{"id": team, "assignment": "round_robin", "take_back_min": 10}]
    assert {"id": str(channel_id), "team_id": team} in routing["channels"]
    assert (routing["agents"][0]["capacity"], routing["agents"][0]["languages"]) == (2, ["de", "en"])
    assert routing["agents"][0]["day_limit"] == {"customers": 80, "messages": 0}
    assert (await browser.get("/api/routing/loads")).json["items"][0]["capacity"] == 2
    back = await browser.patch(
        "/api/routing",
        {
            "channels": {str(channel_id): None},
            "agents": {me: None},
            "take_back": {team: None},
            "day_limits": {me: {"customers": None, "messages": None}},
        },
    )
    assert back.json["agents"][0]["day_limit"] == {"customers": None, "messages": None}
    assert back.json["teams"][0]["take_back_min"] is None
    assert {"id": str(channel_id), "team_id": None} in back.json["channels"]
    assert back.json["agents"][0]["capacity"] is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"settings": {}},
        {"settings": {"capacity": 0}},
        {"settings": {"capacity": 101}},
        {"settings": {"capacity_by_type": {"Whats App": 3}}},
        {"settings": {"active_min": -1}},
        {"teams": {"x": "manual"}},
        {"agents": {str(uuid4()): 0}},
        {"take_back": {str(uuid4()): 0}},
        {"settings": {"day_customers": -1}},
        {"settings": {"day_messages": 100_001}},
        {"day_limits": {str(uuid4()): {"customers": 3}}},
        {"day_limits": {str(uuid4()): {"customers": -1}}},
        {"day_limits": {"x": {}}},
        {"languages": {str(uuid4()): ["de"]}},
        {"languages": {str(uuid4()): ["German"]}},
        {"settings": {"language_wait_min": 1441}},
        {"take_back": {str(uuid4()): 1441}},
        {"take_back": {str(uuid4()): 5}},
        {"unknown": 1},
    ],
)
async def test_what_cannot_be_is_refused(browser: Browser, given: dict[str, Any]) -> None:
    await set_up(browser)
    before = (await browser.get("/api/routing")).json
    assert (await browser.patch("/api/routing", given)).status == 422
    assert (await browser.get("/api/routing")).json == before


async def test_what_is_another_workspaces_is_nobodys_here(browser: Browser, server: Server) -> None:
    await set_up(browser)
    async with browser_of(server) as other:
        await set_up(other, name="Other")
        foreign_team = (await other.post("/api/teams", {"name": "Sales", "colour": "red"})).json["id"]
        foreign_channel = await Desk(server, other.workspace_id).channel()
        for given, reason in (
            ({"teams": {foreign_team: "balanced"}}, "no_such_team"),
            ({"take_back": {foreign_team: 5}}, "no_such_team"),
            ({"channels": {str(foreign_channel): None}}, "no_such_channel"),
            ({"agents": {str(other.agent_id): 3}}, "person_not_here"),
            ({"languages": {str(other.agent_id): ["de"]}}, "person_not_here"),
            ({"day_limits": {str(other.agent_id): {"customers": 3}}}, "person_not_here"),
        ):
            refused = await browser.patch("/api/routing", given)
            assert (refused.status, refused.json["errors"][0]["reason"]) == (422, reason)
        assert (await other.get("/api/routing")).json["teams"] == [
            {"id": foreign_team, "assignment": "manual", "take_back_min": None}
        ]


async def test_an_agent_reads_it_and_changes_nothing(browser: Browser, server: Server) -> None:
    await set_up(browser)
    async with browser_of(server) as second:
        agent = await join(browser, second)
        assert (await agent.get("/api/routing")).status == 200
        assert (await agent.get("/api/routing/loads")).status == 200
        team = (await browser.post("/api/teams", {"name": "Sales", "colour": "red"})).json["id"]
        for given in (
            {"settings": {"capacity": 50}},
            {"take_back": {team: 5}},
            {"day_limits": {str(agent.agent_id): {"customers": 0}}},
        ):
            assert (await agent.patch("/api/routing", given)).status == 403


async def test_what_one_has_in_hand_and_wrote_today_is_told(browser: Browser, server: Server) -> None:
    await set_up(browser)
    desk = Desk(server, browser.workspace_id)
    channel_id = await desk.channel()
    team = (
        await browser.post("/api/teams", {"name": "Sales", "colour": "red", "member_ids": [str(browser.agent_id)]})
    ).json["id"]
    conversation_id = await desk.conversation(channel_id)
    await browser.patch(f"/api/conversations/{conversation_id}", {"team_id": team})
    await browser.patch("/api/routing", {"teams": {team: "balanced"}})
    async with server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        assert await give_to_free(session, now=utc_now(), new_id=new_id) == 1
    path = f"/api/conversations/{conversation_id}"
    assert (await browser.get(path)).json["assignee_id"] == str(browser.agent_id)
    line = (await browser.get(f"{path}/messages")).json["items"][-1]
    assert line["content"]["what"] == "assigned"
    assert line["content"]["data"]["reason"] == "routing"
    for text in ("Hello", "How can I help?"):
        body = {"client_id": str(new_id()), "content": {"kind": "text", "text": text}}
        assert (await browser.post(f"{path}/messages", body)).status in (200, 201)
    mine = (await browser.get("/api/routing")).json["agents"][0]
    assert (mine["load"], mine["day_customers"], mine["day_messages"]) == (1, 1, 2)


async def test_who_types_is_not_silent_and_who_says_nothing_loses_them(browser: Browser, server: Server) -> None:
    """What a screen says every few seconds reaches the worker by a row, whichever process heard it."""
    await set_up(browser)
    desk = Desk(server, browser.workspace_id)
    async with browser_of(server) as second:
        agent = await join(browser, second)
        members = [str(browser.agent_id), str(agent.agent_id)]
        team = (await browser.post("/api/teams", {"name": "Sales", "colour": "red", "member_ids": members})).json["id"]
        conversation_id = await desk.conversation(await desk.channel())
        path = f"/api/conversations/{conversation_id}"
        await browser.patch(path, {"team_id": team, "assignee_id": members[1]})
        await browser.patch("/api/routing", {"teams": {team: "balanced"}, "take_back": {team: 1}})
        assert (await agent.post(f"{path}/presence", {"doing": "typing"})).status == 204
        soon, later = utc_now() + timedelta(seconds=50), utc_now() + timedelta(seconds=75)
        for now, given in ((soon, 0), (later, 1)):
            async with server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
                assert await give_to_free(session, now=now, new_id=new_id) == given
        assert (await browser.get(path)).json["assignee_id"] == members[0]
        lines = [one["content"] for one in (await browser.get(f"{path}/messages")).json["items"]][-2:]
        assert [(one["what"], one["data"]["reason"]) for one in lines] == [
            ("unassigned", "silent"),
            ("assigned", "routing"),
        ]
        assert lines[0]["data"]["minutes"] == "1"
