"""Roles of the workspace's own through HTTP and the feed: what they allow, and what nobody gives away (S6, S7)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.core.permission import Permission, RoleName

READER = ["agents:read", "channels:read", "conversations:read", "workspace:read"]


@dataclass
class House:
    admin: Browser
    agent: Browser
    desk: Desk

    async def make(self, name: str, permissions: list[str]) -> str:
        made = await self.admin.post("/api/roles", {"name": name, "permissions": permissions})
        assert made.status == 201, made.raw
        return made.json["id"]

    async def give(self, role_id: str) -> Answer:
        return await self.admin.patch(f"/api/agents/{self.agent.agent_id}", {"role_id": role_id})

    async def rights(self) -> set[str]:
        return set((await self.agent.get("/api/session")).json["agent"]["permissions"])


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        yield House(admin, agent, Desk(server, admin.workspace_id))


async def test_a_role_from_its_making_to_its_end(house: House) -> None:
    listed = (await house.admin.get("/api/roles")).json
    assert [one["name"] for one in listed["built_in"]] == [name.value for name in RoleName]
    assert listed["built_in"][0]["permissions"] == [permission.value for permission in Permission]
    assert listed["items"] == []

    role_id = await house.make("Reader", READER)
    given = await house.give(role_id)
    assert (given.json["role"], given.json["role_id"]) == ("agent", role_id)
    assert await house.rights() == set(READER)
    [role] = (await house.agent.get("/api/roles")).json["items"]
    assert (role["name"], sorted(role["permissions"]), role["agent_count"]) == ("Reader", READER, 1)

    in_use = await house.admin.delete(f"/api/roles/{role_id}")
    assert (in_use.status, in_use.json["reason"]) == (409, "role_in_use")
    assert (await house.admin.patch(f"/api/agents/{house.agent.agent_id}", {"sees": "assigned"})).json["role_id"]
    back = await house.admin.patch(f"/api/agents/{house.agent.agent_id}", {"role": "agent"})
    assert back.json["role_id"] is None
    assert "messages:send" in await house.rights()
    assert (await house.admin.delete(f"/api/roles/{role_id}")).status == 204
    assert (await house.admin.delete(f"/api/roles/{role_id}")).status == 404
    assert (await house.admin.get("/api/roles")).json["items"] == []


async def test_what_a_role_allows_is_allowed_at_once_and_no_more(house: House) -> None:
    conversation_id = await house.desk.conversation(await house.desk.channel())
    role_id = await house.make("Reader", READER)
    await house.give(role_id)
    assert (await house.agent.get(f"/api/conversations/{conversation_id}")).status == 200
    path = f"/api/conversations/{conversation_id}/messages"
    body = {"client_id": "00000000-0000-7000-8000-000000000001", "content": {"kind": "text", "text": "Hello"}}
    assert (await house.agent.post(path, body)).status == 403
    change = {"permissions": [*READER, "messages:send"]}
    assert (await house.admin.patch(f"/api/roles/{role_id}", change)).status == 200
    assert (await house.agent.post(path, body)).status == 201


async def test_an_open_socket_hears_what_the_role_allows_now(house: House) -> None:
    role_id = await house.make("Reader", READER)
    await house.give(role_id)
    conversation_id = await house.desk.conversation(await house.desk.channel())
    async with Feed.of(house.agent) as feed:
        await house.admin.patch(f"/api/conversations/{conversation_id}", {"assignee_id": str(house.admin.agent_id)})
        await feed.quiet()
        assert "conversation_changed" in {event["kind"] for event in feed.events}
        without = {"permissions": [one for one in READER if one != "conversations:read"]}
        assert (await house.admin.patch(f"/api/roles/{role_id}", without)).status == 200
        await feed.quiet()
        assert feed.events[-1]["kind"] == "role_changed"
        heard = len(feed.events)
        await house.admin.patch(f"/api/conversations/{conversation_id}", {"assignee_id": None})
        position = (await house.admin.get("/api/views")).json["position"]
        await house.admin.patch("/api/workspace", {"name": "Renamed"})
        await feed.until(position + 1)
        assert {event["kind"] for event in feed.events[heard:]} == {"workspace_changed"}


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"name": "Empty", "permissions": []}, 422, "role_without_rights"),
        ({"name": "  ADMIN ", "permissions": READER}, 409, "role_name_taken"),
        ({"name": "reader", "permissions": READER}, 409, "role_name_taken"),
        ({"name": "Unknown", "permissions": ["moon:walk"]}, 422, None),
        ({"name": "", "permissions": READER}, 422, None),
    ],
)
async def test_a_role_that_cannot_be(house: House, body: dict[str, object], status: int, reason: str | None) -> None:
    await house.make("Reader", READER)
    refused = await house.admin.post("/api/roles", body)
    assert refused.status == status
    assert reason is None or refused.json["reason"] == reason
    assert len((await house.admin.get("/api/roles")).json["items"]) == 1


async def test_nobody_gives_what_they_do_not_have(house: House, server: Server) -> None:
    """Somebody who manages people, but not channels, can neither make, give, change nor take away a role that does."""
    channels = await house.make("Plumber", [*READER, "channels:manage"])
    people = await house.make("Host", [*READER, "agents:manage"])
    await house.give(people)
    host = house.agent
    for answer in (
        await host.post("/api/roles", {"name": "Mine", "permissions": ["channels:manage"]}),
        await host.patch(f"/api/roles/{people}", {"permissions": [*READER, "agents:manage", "tokens:manage"]}),
        await host.patch(f"/api/roles/{channels}", {"name": "Other"}),
        await host.delete(f"/api/roles/{channels}"),
        await host.patch(f"/api/agents/{host.agent_id}", {"role_id": channels}),
        await host.patch(f"/api/agents/{host.agent_id}", {"role": "admin"}),
        await host.patch(f"/api/agents/{house.admin.agent_id}", {"role_id": people}),
        await host.post("/api/invitations", {"email": "new@example.org", "role_id": channels}),
    ):
        assert (answer.status, answer.json["reason"]) == (403, "give_what_you_have"), answer.raw
    assert (await host.post("/api/roles", {"name": "Mine", "permissions": READER})).status == 201


async def test_an_invitation_into_a_role(house: House, server: Server) -> None:
    role_id = await house.make("Reader", READER)
    async with browser_of(server) as newcomer:
        body = {"email": "reader@example.org", "role_id": role_id}
        invited = await house.admin.post("/api/invitations", body)
        assert (invited.status, invited.json["role_id"]) == (201, role_id)
        assert (await house.admin.delete(f"/api/roles/{role_id}")).json["reason"] == "role_in_use"
        token = invited.json["link"].split("token=")[1]
        answer = await newcomer.post(
            "/api/invitation", {"token": token, "name": "Rita Reader", "password": "correct horse battery staple"}
        )
        newcomer.copy_session(answer)
        assert set((await newcomer.get("/api/session")).json["agent"]["permissions"]) == set(READER)


async def test_invitations_of_those_who_lose_rights_end(house: House) -> None:
    role_id = await house.make("Host", [*READER, "agents:manage"])
    await house.give(role_id)
    reader = await house.make("Reader", READER)
    assert (await house.agent.post("/api/invitations", {"email": "x@example.org", "role_id": reader})).status == 201
    assert len((await house.admin.get("/api/invitations")).json["items"]) == 1
    assert (await house.admin.patch(f"/api/roles/{role_id}", {"permissions": READER})).status == 200
    assert (await house.admin.get("/api/invitations")).json["items"] == []


async def test_an_own_role_is_no_admin(house: House) -> None:
    """However much it may: the last admin cannot become one."""
    everything = await house.make("Everything", [permission.value for permission in Permission])
    refused = await house.admin.patch(f"/api/agents/{house.admin.agent_id}", {"role_id": everything})
    assert (refused.status, refused.json["reason"]) == (409, "last_admin")


async def test_a_role_of_another_workspace_does_not_exist(house: House, server: Server) -> None:
    async with browser_of(server) as stranger:
        await set_up(stranger)
        role_id = await house.make("Reader", READER)
        assert (await stranger.patch(f"/api/roles/{role_id}", {"name": "Mine"})).status == 404
        invited = await stranger.post("/api/invitations", {"email": "x@example.org", "role_id": role_id})
        assert (invited.status, invited.json["reason"]) == (422, "role_gone")
        assert (await stranger.get("/api/roles")).json["items"] == []
