"""What a workspace and a team want before a conversation is resolved: by hand, by the form, by many at once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.change_many import ChangeMany, do_next_part
from threadline.channels.registry import channel_type
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role


@dataclass
class House:
    """A workspace that wants a field of the conversation filled in, and a team that wants one of the contact."""

    admin: Browser
    agent: Browser
    desk: Desk
    channel_id: UUID
    team_id: str
    order: dict[str, Any]
    branch: dict[str, Any]
    conversation_id: UUID

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.conversation_id}"

    async def resolve(self, **what: object) -> Answer:
        return await self.agent.post(f"{self.path}/resolve", what)

    async def missing(self) -> list[str]:
        return [field["name"] for field in (await self.agent.get(f"{self.path}/readiness")).json["missing"]]

    async def work(self, bulk_id: str) -> None:
        has_more = True
        while has_more:
            async with self.desk.server.database.transaction(Role.ENGINE, self.desk.workspace_id) as session:
                job = ChangeMany(workspace_id=self.desk.workspace_id, bulk_id=UUID(bulk_id))
                has_more = await do_next_part(session, job, now=utc_now(), new_id=new_id, find_type=channel_type)


async def _field(admin: Browser, owner: str, name: str, type: str, *options: str) -> dict[str, Any]:
    body = {"owner": owner, "name": name, "type": type, "options": [{"name": one} for one in options]}
    made = await admin.post("/api/fields", body)
    assert made.status == 201, made.raw
    return made.json


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id)
        order = await _field(admin, "conversation", "Order", "number")
        branch = await _field(admin, "contact", "Branch", "choice", "North", "South")
        team = (await admin.post("/api/teams", {"name": "Sales", "colour": "teal", "member_ids": []})).json
        wanted = await admin.patch("/api/workspace", {"settings": {"resolving_needs_fields": [order["id"]]}})
        assert wanted.json["settings"]["resolving_needs_fields"] == [order["id"]]
        changed = await admin.patch(f"/api/teams/{team['id']}", {"needs_fields": [branch["id"]]})
        assert changed.json["needs_fields"] == [branch["id"]]
        yield House(admin, agent, desk, channel_id, team["id"], order, branch, conversation_id)


async def test_nothing_is_resolved_until_everything_is_there(house: House) -> None:
    assert house.agent.session["workspace"]["resolving_needs_fields"] == []
    assert (await house.agent.get("/api/session")).json["workspace"]["resolving_needs_fields"] == [house.order["id"]]
    assert await house.missing() == ["Order"]
    await house.agent.patch(house.path, {"team_id": house.team_id})
    assert await house.missing() == ["Order", "Branch"]

    refused = await house.agent.patch(house.path, {"state": "resolved"})
    assert (refused.status, refused.json["reason"], refused.json["values"]) == (
        409,
        "fields_needed",
        {"fields": "Order, Branch"},
    )
    half = await house.resolve(fields={house.order["id"]: 7})
    assert (half.status, half.json["values"]) == (409, {"fields": "Branch"})
    assert (await house.agent.get(f"{house.path}/fields")).json["fields"] == {}, "all of it, or nothing"

    option = house.branch["options"][1]["id"]
    done = await house.resolve(fields={house.order["id"]: 7, house.branch["id"]: option})
    assert (done.status, done.json["state"]) == (200, "resolved"), done.raw
    assert done.json["contact"]["fields"] == {house.branch["id"]: option}
    assert (await house.agent.get(f"{house.path}/fields")).json["fields"] == {house.order["id"]: 7}


async def test_a_label_is_put_on_with_it_and_a_deleted_field_is_wanted_by_nobody(house: House) -> None:
    label = (await house.admin.post("/api/labels", {"kind": "conversation", "name": "Sale", "colour": "red"})).json
    await house.admin.patch("/api/workspace", {"settings": {"resolving_needs_label": True}})
    ready = (await house.agent.get(f"{house.path}/readiness")).json
    assert (ready["lacks_label"], len(ready["missing"])) == (True, 1)
    both = await house.agent.patch(house.path, {"state": "resolved"})
    assert both.json["reason"] == "label_and_fields_needed"
    assert (await house.admin.delete(f"/api/fields/{house.order['id']}")).status == 204
    only = await house.resolve()
    assert (only.status, only.json["reason"]) == (409, "label_needed")
    done = await house.resolve(label_ids=[label["id"]])
    assert (done.json["state"], done.json["label_ids"]) == ("resolved", [label["id"]])


async def test_an_empty_choice_is_missing_and_a_no_is_an_answer(house: House) -> None:
    paid = await _field(house.admin, "conversation", "Paid", "boolean")
    wanted = [paid["id"], house.branch["id"]]
    await house.admin.patch("/api/workspace", {"settings": {"resolving_needs_fields": wanted}})
    gone, kept = house.branch["options"]
    refused = await house.resolve(fields={paid["id"]: False})
    assert refused.json["values"] == {"fields": "Branch"}
    contact_id = (await house.agent.get(house.path)).json["contact"]["id"]
    filled = await house.agent.patch(f"/api/contacts/{contact_id}", {"fields": {house.branch["id"]: gone["id"]}})
    assert filled.status == 200, filled.raw
    await house.admin.patch(f"/api/fields/{house.branch['id']}", {"options": [kept]})
    assert await house.missing() == ["Paid", "Branch"], "its option is gone"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"fields": {"nonsense": 1}}, 422),
        ({"fields": {str(new_id()): 1}}, 422),
        ({"label_ids": [str(new_id())]}, 422),
        ({"state": "open"}, 422),
    ],
)
async def test_what_cannot_be_used_is_refused(house: House, body: dict[str, Any], status: int) -> None:
    assert (await house.agent.post(f"{house.path}/resolve", body)).status == status
    assert (await house.agent.get(house.path)).json["state"] == "open"


async def test_nobody_wants_a_field_that_is_not_there_nor_decides_it_without_the_right(
    house: House, server: Server
) -> None:
    async with browser_of(server) as other:
        await set_up(other)
        foreign = await _field(other, "conversation", "Theirs", "text")
        company = await _field(house.admin, "company", "Size", "number")
        for id in (foreign["id"], company["id"], str(new_id())):
            settings = {"settings": {"resolving_needs_fields": [id]}}
            assert (await house.admin.patch("/api/workspace", settings)).status == 422
            assert (await house.admin.patch(f"/api/teams/{house.team_id}", {"needs_fields": [id]})).status == 422
        mine = {"settings": {"resolving_needs_fields": []}}
        assert (await house.agent.patch("/api/workspace", mine)).status == 403
        assert (await house.agent.patch(f"/api/teams/{house.team_id}", {"needs_fields": []})).status == 403
        assert (await other.get(f"{house.path}/readiness")).status == 404
        assert (await other.post(f"{house.path}/resolve", {})).status == 404


async def test_a_token_without_the_contact_right_fills_in_no_contact(house: House) -> None:
    scopes = ["conversations:read", "conversations:change"]
    token = await house.admin.post("/api/tokens", {"name": "Robot", "scopes": scopes})
    assert token.status == 201, token.raw
    robot = Browser(house.admin.server, house.admin.http, token=token.json["token"])
    body = {"fields": {house.order["id"]: 7, house.branch["id"]: house.branch["options"][0]["id"]}}
    assert (await robot.post(f"{house.path}/resolve", body)).status == 403
    assert (await robot.post(f"{house.path}/resolve", {"fields": {house.order["id"]: 7}})).json["state"] == "resolved"


async def test_many_at_once_obey_and_say_which_and_why_not(house: House) -> None:
    other_id = await house.desk.conversation(house.channel_id)
    await house.agent.patch(f"/api/conversations/{other_id}/fields", {"fields": {house.order["id"]: 1}})
    ids = [str(house.conversation_id), str(other_id)]
    made = await house.agent.post("/api/bulk-changes", {"order": {"kind": "state", "state": "resolved"}, "ids": ids})
    path = f"/api/bulk-changes/{made.json['id']}"
    await house.work(made.json["id"])
    done = (await house.agent.get(path)).json
    assert (done["total"], done["changed"], done["refused"]) == (2, 1, 1)
    (item,) = (await house.agent.get(f"{path}/refused")).json["items"]
    assert item["conversation_id"] == str(house.conversation_id)
    assert item["contact_name"]
    assert item["refusal"]["reason"] == "fields_needed"
    assert item["refusal"]["values"] == {"fields": "Order"}
    assert (await house.admin.get(f"{path}/refused")).status == 404, "a colleague's order"


async def test_team_priority_and_stage_of_many_and_back(house: House) -> None:
    stage = await house.admin.post("/api/stages", {"state": "pending", "name": "Courier", "pauses_clock": False})
    assert stage.status == 201, stage.raw
    await house.agent.patch(house.path, {"assignee_id": str(house.agent.agent_id), "priority": 1})
    before = (await house.agent.get(house.path)).json
    orders: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"kind": "team", "team_id": house.team_id}, {"team_id": house.team_id, "assignee_id": None}),
        ({"kind": "priority", "priority": 3}, {"priority": 3}),
        ({"kind": "stage", "stage_id": stage.json["id"]}, {"state": "pending"}),
    ]
    for order, expected in orders:
        made = await house.agent.post("/api/bulk-changes", {"order": order, "ids": [str(house.conversation_id)]})
        assert made.status == 201, made.raw
        await house.work(made.json["id"])
        now = (await house.agent.get(house.path)).json
        assert {name: now[name] for name in expected} == expected
        assert (await house.agent.post(f"/api/bulk-changes/{made.json['id']}/undo")).status == 200
        await house.work(made.json["id"])
        now = (await house.agent.get(house.path)).json
        same = ("team_id", "assignee_id", "priority", "state", "stage", "waiting_since")
        assert {name: now[name] for name in same} == {name: before[name] for name in same}
    for order in ({"kind": "priority", "priority": 4}, {"kind": "team"}, {"kind": "stage", "stage_id": "x"}):
        refused = await house.agent.post("/api/bulk-changes", {"order": order, "ids": [str(house.conversation_id)]})
        assert refused.status == 422


def _stood(state: str, **more: Any) -> dict[str, Any]:
    return {"state": state, "snoozed_until": None, "assignee_id": None, "team_id": None, "stage_id": None, **more}


async def test_undo_leads_back_to_what_was_and_past_no_guard(house: House) -> None:
    """A screen tells how it stood: it may tell anything, and get to nothing but what really was."""
    at = (await house.agent.get(house.path)).json
    now = {"assignee_id": at["assignee_id"], "team_id": at["team_id"]}
    told = {"before": _stood("resolved", **now), "after": _stood(at["state"], **now)}
    made_up = await house.agent.post(f"{house.path}/undo", told)
    assert (made_up.status, made_up.json["reason"]) == (422, "never_stood_so"), made_up.raw
    given = {"before": _stood(at["state"], **{**now, "assignee_id": str(house.admin.agent_id)}), "after": told["after"]}
    assert (await house.agent.post(f"{house.path}/undo", given)).json["reason"] == "never_stood_so"
    assert (await house.agent.get(house.path)).json["state"] == at["state"]

    fields = {house.order["id"]: 7, house.branch["id"]: house.branch["options"][0]["id"]}
    assert (await house.resolve(fields=fields)).status == 200
    assert (await house.agent.patch(house.path, {"state": "open"})).status == 200
    emptied = await house.agent.patch(f"{house.path}/fields", {"fields": {house.order["id"]: None}})
    assert emptied.status == 200, emptied.raw
    refused = await house.agent.post(f"{house.path}/undo", told | {"after": _stood("open", **now)})
    assert (refused.status, refused.json["reason"]) == (409, "fields_needed"), "it was resolved, and may not be now"
    await house.agent.patch(f"{house.path}/fields", {"fields": {house.order["id"]: 8}})
    undone = await house.agent.post(f"{house.path}/undo", told | {"after": _stood("open", **now)})
    assert (undone.status, undone.json["conversation"]["state"]) == (200, "resolved"), undone.raw
