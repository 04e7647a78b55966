"""Teams through HTTP and the feed: from their making to their end, and what their members see (S5, S6)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

import asyncpg
import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.core.permission import Caller, Visibility
from threadline.core.team import TeamColour
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.session import Role


async def _make(browser: Browser, name: str, *members: Browser) -> dict[str, Any]:
    body = {"name": name, "colour": "teal", "member_ids": [str(one.agent_id) for one in members]}
    made = await browser.post("/api/teams", body)
    assert made.status == 201, made.raw
    return made.json


async def _give(browser: Browser, conversation_id: UUID, **change: object) -> Answer:
    return await browser.patch(f"/api/conversations/{conversation_id}", change)


@dataclass
class House:
    """An admin, two members of *Sales* of whom one sees what the team has, and a conversation."""

    admin: Browser
    wide: Browser
    member: Browser
    desk: Desk
    team: dict[str, Any]
    conversation_id: UUID

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.conversation_id}"


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin, wide, member = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, wide)
        await join(admin, member, sees="team")
        desk = Desk(server, admin.workspace_id)
        conversation_id = await desk.conversation(await desk.channel())
        yield House(admin, wide, member, desk, await _make(admin, "Sales", wide, member), conversation_id)


async def test_a_team_from_its_making_to_its_end(house: House) -> None:
    admin, team = house.admin, house.team
    assert (await house.member.get("/api/teams")).json == {"items": [team]}
    assert sorted(team["member_ids"]) == sorted([str(house.wide.agent_id), str(house.member.agent_id)])
    taken = await admin.post("/api/teams", {"name": "SALES", "colour": "red"})
    assert (taken.status, taken.json["reason"]) == (409, "team_name_taken")

    given = await _give(admin, house.conversation_id, team_id=team["id"])
    assert given.json["team_id"] == team["id"]
    changed = await admin.patch(
        f"/api/teams/{team['id']}",
        {"name": "Shop", "add": [str(admin.agent_id)], "remove": [str(house.wide.agent_id)]},
    )
    assert sorted(changed.json["member_ids"]) == sorted([str(admin.agent_id), str(house.member.agent_id)])

    assert (await admin.delete(f"/api/teams/{team['id']}")).status == 204
    assert (await admin.get("/api/teams")).json == {"items": []}
    assert (await admin.get(house.path)).json["team_id"] is None
    thread = (await admin.get(f"{house.path}/messages")).json["items"]
    assert thread[-1]["content"]["data"] == {"team_id": team["id"], "team": "Sales"}
    gone = await _give(admin, house.conversation_id, team_id=team["id"])
    assert (gone.status, gone.json["errors"][0]["reason"]) == (422, "no_such_team")
    await _make(admin, "Shop")  # the name is free again


async def test_a_member_sees_what_the_team_has_on_every_path_and_nothing_else(house: House) -> None:
    """S5: lists, figures, one by id, its messages, its customer."""
    member = house.member
    others = await house.desk.conversation(await house.desk.channel())

    async def seen() -> tuple[set[str], int, int, int]:
        listed = (await member.get("/api/conversations?view=open")).json["items"]
        count = (await member.get("/api/views")).json["views"]["unassigned"]["total"]
        alone = await member.get(house.path)
        messages = await member.get(f"{house.path}/messages")
        return {one["id"] for one in listed}, count, alone.status, messages.status

    assert await seen() == (set(), 0, 404, 404)
    await _give(house.admin, house.conversation_id, team_id=house.team["id"])
    assert await seen() == ({str(house.conversation_id)}, 1, 200, 200)
    assert (await member.get(f"/api/conversations/{others}")).status == 404
    # What a colleague of the team answers is seen, too.
    await _give(house.wide, house.conversation_id, assignee_id=str(house.wide.agent_id))
    assert (await seen())[2:] == (200, 200)
    await _give(house.admin, house.conversation_id, team_id=None)
    assert await seen() == (set(), 0, 404, 404)


async def test_the_feed_tells_a_member_what_comes_into_their_sight_and_what_leaves_it(house: House) -> None:
    async with Feed.of(house.member) as feed:
        await _give(house.admin, house.conversation_id, team_id=house.team["id"])
        await feed.quiet()
        assert feed.conversations[str(house.conversation_id)]["team_id"] == house.team["id"]
        await _give(house.admin, house.conversation_id, team_id=None, assignee_id=str(house.wide.agent_id))
        await feed.quiet()
        assert [event.get("is_hidden", False) for event in feed.events][-1]
        assert str(house.wide.agent_id) not in str(feed.events[-1])


async def test_who_leaves_a_team_sees_no_more_of_it_on_an_open_socket(house: House) -> None:
    """S6: within five seconds, without a new connection."""
    await _give(house.admin, house.conversation_id, team_id=house.team["id"])
    async with Feed.of(house.member) as feed:
        await house.admin.patch(f"/api/teams/{house.team['id']}", {"remove": [str(house.member.agent_id)]})
        while (await feed.next())["kind"] != "resync":
            pass
        await house.desk.receive(house.conversation_id, await house.desk.channel(), "secret")
        await feed.quiet()
        assert not any(event.get("message_id") for event in feed.events)


async def test_an_agent_passes_on_what_is_theirs_even_out_of_their_own_sight(house: House) -> None:
    """The answer tells what became of it: a refusal would undo the change."""
    me = str(house.member.agent_id)
    await _give(house.admin, house.conversation_id, assignee_id=me)
    passed = await _give(house.member, house.conversation_id, assignee_id=str(house.wide.agent_id))
    assert (passed.status, passed.json["assignee_id"]) == (200, str(house.wide.agent_id))
    assert (await house.member.get(house.path)).status == 404
    assert (await house.admin.get(house.path)).json["assignee_id"] == str(house.wide.agent_id)
    other = await house.desk.conversation(await house.desk.channel(), assignee_id=house.admin.agent_id)
    refused = await _give(house.wide, other, assignee_id=me)
    assert (refused.status, refused.json["reason"]) == (403, "take_or_pass_on")


_OF_OTHERS = """
insert into conversations (workspace_id, id, channel_id, contact_id, thread, state, last_activity_at)
select c.workspace_id, gen_random_uuid(), c.channel_id, c.contact_id, n::text,
       case when n % 2 = 0 then 'resolved' else 'open' end, now() - n * interval '1 minute'
from conversations c, generate_series(1, 20000) n where c.id = $1
"""


async def test_lists_of_a_member_read_what_is_theirs_and_not_the_workspace(house: House, database_url: str) -> None:
    """The indexes of assignees and of teams together find what a member sees, however much others have."""
    owner = await asyncpg.connect(database_url)
    await owner.execute(_OF_OTHERS, house.conversation_id)
    await owner.execute("analyze conversations")
    await owner.close()
    visibility = Visibility(only_assigned_to=house.member.agent_id, team_ids=frozenset({UUID(house.team["id"])}))
    caller = Caller(house.desk.workspace_id, frozenset(), visibility=visibility, agent_id=house.member.agent_id)
    for view in (ListView.OPEN, ListView.RESOLVED):
        plan = await _plan(house.desk, caller, view)
        assert "by_team" in plan, plan
        assert "by_assignee" in plan, plan


async def _plan(desk: Desk, caller: Caller, view: ListView) -> str:
    """How a list is read, as the web role: the statement is explained instead of run."""
    plans: list[str] = []
    async with desk.server.database.transaction(Role.WEB, desk.workspace_id) as session:
        connection = await session.raw()

        class Explaining:
            async def fetch(self, query: str, *values: object) -> list[object]:
                rows = await connection.fetch(f"explain {query}", *values)
                plans.append("\n".join(row[0] for row in rows))
                return []

        class Asked:
            async def raw(self) -> Explaining:
                return Explaining()

        await list_conversations(
            Asked(),  # type: ignore[arg-type]
            caller,
            view=view,
            order=ListOrder.NEWEST,
            channel_id=None,
            after=None,
            limit=50,
        )
    return plans[0]


@pytest.mark.parametrize("colour", get_args(TeamColour))
async def test_a_team_may_have_every_colour_that_the_form_offers(browser: Browser, colour: str) -> None:
    await set_up(browser)
    made = await browser.post("/api/teams", {"name": "Night", "colour": colour})
    assert (made.status, made.json["colour"]) == (201, colour)
