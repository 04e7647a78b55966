"""Bots: who answers first on a channel, what they may do with what they have, and how it leaves them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.receive_messages import receive
from threadline.actions.receiving import Channel, Received
from threadline.actions.route_conversations import give_to_free
from threadline.actions.take_from_bot import end_silent_bots
from threadline.channels.contract import AddressValue, InboundMessage, Party
from threadline.channels.registry import channel_type
from threadline.core.content import Text
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

SCOPES = ["conversations:read", "conversations:change", "messages:send"]


@dataclass
class House:
    server: Server
    admin: Browser
    agent: Browser
    bot: Browser
    token_id: str
    channel_id: UUID
    team_id: str

    async def says(self, text: str, *, customer: str = "ana", by_business: bool = False) -> str:
        """A message of the customer, by the way that every message comes. Returns its conversation."""
        channel = Channel(self.admin.workspace_id, self.channel_id, channel_type("whatsapp"), "a", "1001")
        party = Party(addresses=(AddressValue(scheme="user", scope="1001", value=customer),), name=customer)
        item = InboundMessage(
            provider_id=str(uuid4()),
            party=party,
            content=Text(text=text),
            provider_at=utc_now(),
            by_business=by_business,
        )
        async with self.server.database.transaction(Role.ENGINE, self.admin.workspace_id) as session:
            await receive(session, channel, [Received(item, uuid4(), 0, utc_now())], now=utc_now(), new_id=new_id)
            return str(
                await (await session.raw()).fetchval(
                    "select c.id from conversations c join contacts p on p.workspace_id = c.workspace_id"
                    " and p.id = c.contact_id where c.workspace_id = $1 and p.name = $2 order by c.id desc limit 1",
                    self.admin.workspace_id,
                    customer,
                )
            )

    async def answers_first(self, **more: Any) -> None:
        first = {"bot_id": self.token_id, "team_id": self.team_id} | more
        answer = await self.admin.patch("/api/routing", {"first_answers": {str(self.channel_id): first}})
        assert answer.status == 200, answer.raw

    async def minutes_pass(self, minutes: float) -> int:
        """How many the timer then takes from bots."""
        async with self.server.database.transaction(Role.ENGINE, self.admin.workspace_id) as session:
            return await end_silent_bots(session, now=utc_now() + timedelta(minutes=minutes), new_id=new_id)

    async def route(self) -> None:
        async with self.server.database.transaction(Role.ENGINE, self.admin.workspace_id) as session:
            await give_to_free(session, now=utc_now(), new_id=new_id)

    async def row(self, conversation_id: str) -> dict[str, Any]:
        return (await self.admin.get(f"/api/conversations/{conversation_id}")).json

    async def thread(self, conversation_id: str) -> list[dict[str, Any]]:
        return (await self.admin.get(f"/api/conversations/{conversation_id}/messages")).json["items"]

    async def run_sql(self, sql: str, *values: object) -> None:
        async with self.server.database.transaction(Role.ENGINE, self.admin.workspace_id) as session:
            await (await session.raw()).execute(sql, *values)


@pytest_asyncio.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(browser_of(server))
        await set_up(admin)
        agent = await join(admin, await stack.enter_async_context(browser_of(server)))
        made = await admin.post("/api/tokens", {"name": "Milo's key", "scopes": SCOPES, "bot_name": "Milo"})
        assert made.status == 201, made.raw
        bot = await stack.enter_async_context(browser_of(server))
        bot.token = made.json["token"]
        team = await admin.post("/api/teams", {"name": "Sales", "colour": "red", "member_ids": [str(agent.agent_id)]})
        channel_id = await Desk(server, admin.workspace_id).channel()
        yield House(server, admin, agent, bot, made.json["record"]["id"], channel_id, team.json["id"])


def _text(text: str) -> dict[str, Any]:
    return {"client_id": str(new_id()), "content": {"kind": "text", "text": text}}


async def test_a_new_conversation_is_the_bots_and_nobody_is_given_it(house: House) -> None:
    await house.answers_first()
    await house.admin.patch("/api/routing", {"teams": {house.team_id: "balanced"}})
    conversation_id = await house.says("Hello")
    await house.route()
    row = await house.row(conversation_id)
    assert (row["state"], row["assignee_id"], row["team_id"]) == ("pending", None, None)
    assert row["bot"] == {"id": house.token_id, "name": "Milo"}
    assert row["waiting_since"] is not None
    views = (await house.admin.get("/api/views")).json["views"]
    assert (views["unassigned"]["total"], views["waiting"]["total"]) == (0, 1)
    assert (await house.agent.post("/api/conversations/next")).json["conversation"] is None
    who = (await house.bot.get("/api/bot")).json
    assert (who["id"], who["name"], who["waiting"]) == (house.token_id, "Milo", [conversation_id])
    events = (await house.bot.get("/api/events?after=0")).json["events"]
    started = next(one for one in events if one["kind"] == "conversation_started")
    assert started["data"] == {"state": "pending", "bot_id": house.token_id}


async def test_its_answer_is_in_its_name_and_assigns_nobody(house: House) -> None:
    await house.answers_first()
    conversation_id = await house.says("Hello")
    said = await house.bot.post(f"/api/conversations/{conversation_id}/messages", _text("I am Milo."))
    assert said.status == 201, said.raw
    assert said.json["author"] == {"kind": "flow", "id": house.token_id, "name": "Milo"}
    row = await house.row(conversation_id)
    assert (row["state"], row["assignee_id"], row["bot"]["name"]) == ("pending", None, "Milo")
    assert (await house.bot.get("/api/bot")).json["waiting"] == []  # an answer is on its way
    assert await house.minutes_pass(5) == 0


async def test_it_hands_over_with_a_note_and_a_label_and_the_team_is_given_it(house: House) -> None:
    await house.answers_first()
    await house.admin.patch("/api/routing", {"teams": {house.team_id: "balanced"}})
    label = (await house.admin.post("/api/labels", {"kind": "conversation", "name": "Refund", "colour": "red"})).json[
        "id"
    ]
    conversation_id = await house.says("I want a person")
    given = {"client_id": str(new_id()), "note": "Wants a refund.", "label_ids": [label]}
    handed = await house.bot.post(f"/api/conversations/{conversation_id}/handover", given)
    assert handed.status == 200, handed.raw
    assert (handed.json["state"], handed.json["team_id"], handed.json["bot"]) == ("open", house.team_id, None)
    assert handed.json["label_ids"] == [label]
    thread = await house.thread(conversation_id)
    note = next(one for one in thread if one["direction"] == "note")
    assert (note["content"]["text"], note["author"]["name"]) == ("Wants a refund.", "Milo")
    opened = next(one["content"] for one in thread if one["content"].get("what") == "reopened")
    assert (opened["data"]["reason"], opened["data"]["bot"]) == ("bot", "Milo")
    await house.route()
    assert (await house.row(conversation_id))["assignee_id"] == str(house.agent.agent_id)
    again = await house.bot.post(
        f"/api/conversations/{conversation_id}/handover", {"client_id": str(new_id()), "note": "Again"}
    )
    assert (again.status, again.json["reason"]) == (409, "not_the_bots")


async def test_a_silent_bot_loses_who_waits_once_and_the_line_says_why(house: House) -> None:
    await house.answers_first(after_min=3)
    conversation_id = await house.says("Anybody?")
    assert await house.minutes_pass(2.9) == 0
    # Ten workers at once: one takes it, the others find nothing.
    taken = await asyncio.gather(*(house.minutes_pass(3.1) for _ in range(10)))
    assert sum(taken) == 1
    assert await house.minutes_pass(60) == 0
    row = await house.row(conversation_id)
    assert (row["state"], row["team_id"], row["bot"]) == ("open", house.team_id, None)
    lines = [one["content"] for one in await house.thread(conversation_id) if one["direction"] == "line"]
    assert [one["what"] for one in lines] == ["reopened", "team_assigned"]
    assert lines[0]["data"] == {
        "state": "open",
        "previous_state": "pending",
        "reason": "bot_silent",
        "bot": "Milo",
        "minutes": "3",
    }


@pytest.mark.parametrize("how", ["revoked", "expired", "agent gone"])
async def test_without_its_token_it_has_nothing_and_new_ones_are_the_teams(house: House, how: str) -> None:
    await house.answers_first()
    conversation_id = await house.says("Hello")
    if how == "revoked":
        assert (await house.admin.delete(f"/api/tokens/{house.token_id}")).status == 204
    elif how == "expired":
        await house.run_sql("update api_tokens set expires_at = now() where id = $1", UUID(house.token_id))
    else:
        await house.run_sql(
            "update api_tokens set agent_id = $1 where id = $2", house.agent.agent_id, UUID(house.token_id)
        )
        await house.admin.patch(f"/api/agents/{house.agent.agent_id}", {"is_active": False})
    assert await house.minutes_pass(0) == 1
    assert (await house.row(conversation_id))["team_id"] == house.team_id
    lines = [one["content"] for one in await house.thread(conversation_id) if one["direction"] == "line"]
    assert lines[0]["data"]["reason"] == "bot_gone"
    other = await house.row(await house.says("Hello", customer="ben"))
    assert (other["state"], other["bot"]) == ("open", None)
    bots = (await house.admin.get("/api/routing")).json["bots"]
    assert bots == [{"id": house.token_id, "name": "Milo", "is_alive": False}]
    assert (await house.admin.get("/api/bots")).json["items"] == bots


@pytest.mark.parametrize("act", ["reply", "take", "team", "phone"])
async def test_a_person_takes_it_from_the_bot(house: House, act: str) -> None:
    await house.answers_first()
    conversation_id = await house.says("Hello")
    path = f"/api/conversations/{conversation_id}"
    if act == "reply":
        assert (await house.agent.post(f"{path}/messages", _text("I am Agnes."))).status == 201
    elif act == "take":
        assert (await house.agent.patch(path, {"assignee_id": str(house.agent.agent_id)})).status == 200
    elif act == "team":
        assert (await house.agent.patch(path, {"team_id": house.team_id})).status == 200
    else:
        await house.says("From the phone", by_business=True)
    row = await house.row(conversation_id)
    assert (row["state"], row["bot"]) == ("open", None)
    assert row["assignee_id"] == (str(house.agent.agent_id) if act in ("reply", "take") else None)
    late = await house.bot.post(f"{path}/messages", _text("Too late"))
    assert (late.status, late.json["reason"]) == (409, "not_the_bots")
    assert await house.minutes_pass(60) == 0


async def test_what_a_bot_may_not_do(house: House) -> None:
    await house.answers_first()
    path = f"/api/conversations/{await house.says('Hello')}"
    for given in ({"assignee_id": str(house.agent.agent_id)}, {"team_id": house.team_id}, {"state": "open"}):
        answer = await house.bot.patch(path, given)
        assert (answer.status, answer.json["reason"]) == (403, "bot_hands_over"), given
    to_somebody = {"client_id": str(new_id()), "assignee_id": str(house.agent.agent_id)}
    assert (await house.bot.post(f"{path}/handover", to_somebody)).json["reason"] == "bot_hands_over"
    gone = {"client_id": str(new_id()), "team_id": str(uuid4())}
    assert (await house.bot.post(f"{path}/handover", gone)).json["reason"] == "no_such_team"
    later = _text("Later") | {"due_at": (utc_now() + timedelta(hours=1)).isoformat()}
    scheduled = await house.bot.post(f"{path}/scheduled", later)
    assert (scheduled.status, scheduled.json["reason"]) == (403, "bot_answers_at_once")
    assert (await house.bot.patch(path, {"state": "resolved"})).json["state"] == "resolved"
    assert (await house.bot.post(f"{path}/messages", _text("More"))).json["reason"] == "not_the_bots"
    assert (await house.agent.get("/api/bot")).status == 404


async def test_another_bot_has_nothing_of_it(house: House, server: Server) -> None:
    await house.answers_first()
    conversation_id = await house.says("Hello")
    made = await house.admin.post("/api/tokens", {"name": "Other", "scopes": SCOPES, "bot_name": "Nora"})
    async with browser_of(server) as other:
        other.token = made.json["token"]
        assert (await other.get("/api/bot")).json["waiting"] == []
        said = await other.post(f"/api/conversations/{conversation_id}/messages", _text("I am Nora."))
        assert said.json["reason"] == "not_the_bots"
    async with browser_of(server) as foreign:
        await set_up(foreign, name="Other")
        first = {str(house.channel_id): {"bot_id": house.token_id}}
        refused = await foreign.patch("/api/routing", {"first_answers": first})
        assert (refused.status, refused.json["reason"]) == (422, "no_such_bot")
        channel_id = await Desk(server, foreign.workspace_id).channel()
        refused = await house.admin.patch(
            "/api/routing", {"first_answers": {str(channel_id): {"bot_id": house.token_id}}}
        )
        assert (refused.status, refused.json["reason"]) == (422, "no_such_channel")


@pytest.mark.parametrize(
    "first",
    [
        {"bot_id": str(uuid4())},
        {"after_min": 0},
        {"after_min": 1441},
        {"hours": "never"},
        {"team_id": str(uuid4())},
        {"more": 1},
    ],
)
async def test_what_cannot_be_of_a_channel_is_refused(house: House, first: dict[str, Any]) -> None:
    given = {str(house.channel_id): {"bot_id": house.token_id} | first}
    assert (await house.admin.patch("/api/routing", {"first_answers": given})).status == 422
    assert (await house.admin.get("/api/routing")).json["first_answers"] == []
    assert (await house.agent.patch("/api/routing", {"first_answers": {}})).status == 403


async def test_the_setting_is_told_and_taken_back(house: House) -> None:
    await house.answers_first(after_min=2, hours="closed")
    routing = (await house.admin.get("/api/routing")).json
    assert routing["bots"] == [{"id": house.token_id, "name": "Milo", "is_alive": True}]
    first = {"channel_id": str(house.channel_id), "bot_id": house.token_id, "team_id": house.team_id}
    assert routing["first_answers"] == [first | {"after_min": 2, "hours": "closed"}]
    # Without business hours it is always open: a bot for closed hours has nothing.
    assert (await house.row(await house.says("Hello")))["state"] == "open"
    await house.admin.patch("/api/routing", {"first_answers": {str(house.channel_id): None}})
    assert (await house.admin.get("/api/routing")).json["first_answers"] == []


async def test_a_tokens_answer_gives_nobody_the_conversation(house: House, server: Server) -> None:
    conversation_id = await house.says("Hello")
    made = await house.admin.post("/api/tokens", {"name": "Shop", "scopes": SCOPES})
    async with browser_of(server) as program:
        program.token = made.json["token"]
        assert (await program.get("/api/bot")).status == 404
        said = await program.post(f"/api/conversations/{conversation_id}/messages", _text("Your parcel left."))
        assert said.status == 201
    assert (await house.row(conversation_id))["assignee_id"] is None


async def test_undoing_the_taking_gives_it_back_to_the_bot_with_its_time(house: House) -> None:
    await house.answers_first()
    conversation_id = await house.says("Hello")
    path = f"/api/conversations/{conversation_id}"
    await house.agent.patch(path, {"assignee_id": str(house.agent.agent_id)})
    before = {"state": "pending", "snoozed_until": None, "assignee_id": None, "team_id": None}
    after = before | {"state": "open", "assignee_id": str(house.agent.agent_id)}
    undone = await house.agent.post(f"{path}/undo", {"before": before, "after": after})
    assert undone.status == 200, undone.raw
    assert undone.json["conversation"]["bot"]["name"] == "Milo"
    assert await house.minutes_pass(0.9) == 0
    assert await house.minutes_pass(1.1) == 1


async def test_who_cannot_be_reached_is_known_of_the_row_until_they_write(house: House) -> None:
    conversation_id = await house.says("Hello")
    assert (await house.row(conversation_id))["is_unreachable"] is False
    await house.run_sql("update reaches set blocked_at = now() where channel_id = $1", house.channel_id)
    assert (await house.row(conversation_id))["is_unreachable"] is True
    listed = (await house.admin.get("/api/conversations?view=open")).json["items"]
    assert [one["is_unreachable"] for one in listed] == [True]
    await house.says("I am back")
    assert (await house.row(conversation_id))["is_unreachable"] is False
