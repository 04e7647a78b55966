"""Skills through HTTP: made, given, asked for by labels and by hand; and what is another's or cannot be."""

from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed


async def test_a_skill_from_its_making_to_its_end(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel())
    path = f"/api/conversations/{conversation_id}"
    label = await _label(browser)
    me = str(browser.agent_id)
    async with Feed.of(browser) as feed:
        made = await browser.post("/api/skills", {"name": " Refunds ", "agent_ids": [me]})
        assert made.status == 201, made.raw
        skill = made.json
        assert skill == {"id": skill["id"], "name": "Refunds", "agent_ids": [me], "label_ids": []}
        changed = await browser.patch(
            f"/api/skills/{skill['id']}",
            {"name": "Money back", "remove_agent_ids": [me], "add_label_ids": [label]},
        )
        assert changed.json == skill | {"name": "Money back", "agent_ids": [], "label_ids": [label]}
        await browser.patch(f"/api/skills/{skill['id']}", {"name": "Money back", "add_label_ids": [label]})
        await feed.quiet()
        assert [one["kind"] for one in feed.events] == ["routing_changed"] * 2, "the third changes nothing"
    assert (await browser.get("/api/skills")).json == {"items": [changed.json]}
    taken = await browser.post("/api/skills", {"name": "MONEY BACK"})
    assert (taken.status, taken.json["reason"]) == (409, "skill_name_taken")

    assert (await browser.get(f"{path}/skills")).json == {"asked_ids": [], "label_ids": []}
    await browser.patch(f"{path}/labels", {"add": [label]})
    asked = await browser.patch(f"{path}/skills", {"add": [skill["id"]]})
    assert asked.json == {"asked_ids": [skill["id"]], "label_ids": [skill["id"]]}
    assert (await browser.get(f"{path}/messages")).json["items"][-1]["content"] == {
        "kind": "line",
        "what": "skill_asked",
        "data": {"skill_id": skill["id"], "skill": "Money back"},
    }
    assert (await browser.patch(f"{path}/skills", {"remove": [skill["id"]]})).json["asked_ids"] == []

    assert (await browser.delete(f"/api/skills/{skill['id']}")).status == 204
    assert (await browser.delete(f"/api/skills/{skill['id']}")).status == 404
    assert (await browser.get("/api/skills")).json == {"items": []}
    gone = await browser.patch(f"{path}/skills", {"add": [skill["id"]]})
    assert (gone.status, gone.json["errors"][0]["reason"]) == (422, "no_such_skill")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "nothing_to_change"),
        ({"name": ""}, None),
        ({"name": "x" * 101}, None),
        ({"add_agent_ids": [str(uuid4())]}, "person_not_here"),
        ({"add_label_ids": [str(uuid4())]}, "no_such_label"),
        ({"add_agent_ids": ["x"]}, None),
        ({"colour": "red"}, None),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    browser: Browser, given: dict[str, Any], reason: str | None
) -> None:
    await set_up(browser)
    skill = (await browser.post("/api/skills", {"name": "Refunds"})).json
    answer = await browser.patch(f"/api/skills/{skill['id']}", given)
    assert answer.status == 422
    assert reason in (None, answer.json["errors"][0]["reason"])
    assert (await browser.get("/api/skills")).json == {"items": [skill]}


async def test_a_rule_asks_for_what_there_is(browser: Browser) -> None:
    await set_up(browser)
    skill = (await browser.post("/api/skills", {"name": "Refunds"})).json["id"]
    rule = {"name": "Loans", "trigger": {"on": "message_received"}, "acts": [{"kind": "skills", "add": [skill]}]}
    made = await browser.post("/api/rules", rule)
    assert made.status == 201, made.raw
    for acts, reason in (([], "act_needs_skill"), ([str(uuid4())], "no_such_skill")):
        wrong = await browser.post("/api/rules", rule | {"name": "y", "acts": [{"kind": "skills", "add": acts}]})
        assert (wrong.status, wrong.json["errors"][0]["reason"]) == (422, reason)
    await browser.delete(f"/api/skills/{skill}")
    (shown,) = (await browser.get("/api/rules")).json["items"]
    assert (shown["broken"]["place"], shown["broken"]["reason"]) == (0, "no_such_skill")


async def test_what_is_another_workspaces_is_nobodys_here(browser: Browser, server: Server) -> None:
    await set_up(browser)
    desk = Desk(server, browser.workspace_id)
    path = f"/api/conversations/{await desk.conversation(await desk.channel())}/skills"
    async with browser_of(server) as other:
        await set_up(other, name="Other")
        theirs = (await other.post("/api/skills", {"name": "Refunds"})).json
        assert (await browser.get("/api/skills")).json == {"items": []}
        assert (await browser.patch(f"/api/skills/{theirs['id']}", {"name": "x"})).status == 404
        assert (await browser.delete(f"/api/skills/{theirs['id']}")).status == 404
        assert (await browser.patch(path, {"add": [theirs["id"]]})).status == 422
        assert (await browser.patch(path, {"remove": [theirs["id"]]})).json["asked_ids"] == []
        foreign = await browser.post("/api/skills", {"name": "Loans", "agent_ids": [str(other.agent_id)]})
        assert (foreign.status, foreign.json["errors"][0]["reason"]) == (422, "person_not_here")
        assert (await other.get(path)).status == 404
        assert (await other.get("/api/skills")).json == {"items": [theirs]}


async def test_an_agent_asks_for_skills_and_makes_none_and_a_token_by_its_scopes(
    browser: Browser, server: Server
) -> None:
    await set_up(browser)
    desk = Desk(server, browser.workspace_id)
    path = f"/api/conversations/{await desk.conversation(await desk.channel())}/skills"
    skill = (await browser.post("/api/skills", {"name": "Refunds"})).json["id"]
    async with browser_of(server) as second:
        agent = await join(browser, second)
        assert (await agent.patch(path, {"add": [skill]})).json["asked_ids"] == [skill]
        assert (await agent.post("/api/skills", {"name": "x"})).status == 403
        assert (await agent.patch(f"/api/skills/{skill}", {"name": "x"})).status == 403
        assert (await agent.delete(f"/api/skills/{skill}")).status == 403
    reads = (await browser.post("/api/tokens", {"name": "r", "scopes": ["conversations:read"]})).json["token"]
    headers = {"authorization": f"Bearer {reads}"}
    async with browser_of(server) as program:
        assert (await program.request("GET", path, headers=headers)).json["asked_ids"] == [skill]
        assert (await program.request("PATCH", path, {"remove": [skill]}, headers=headers)).status == 403


async def _label(browser: Browser) -> str:
    return (await browser.post("/api/labels", {"kind": "conversation", "name": "Loan", "colour": "teal"})).json["id"]
