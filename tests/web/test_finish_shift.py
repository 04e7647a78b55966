"""Finishing a shift through HTTP: who may, what is answered and told; and an agent who is taken out while typing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.store.session import Role


@dataclass
class House:
    admin: Browser
    supervisor: Browser
    agent: Browser
    colleague: Browser
    foreign: Browser
    desk: Desk
    channel_id: UUID

    async def chat(self, *, is_waiting: bool = True, of: Browser | None = None) -> UUID:
        """An open conversation of the agent."""
        conversation_id = await self.desk.conversation(self.channel_id, assignee_id=(of or self.agent).agent_id)
        async with self.agent.server.database.transaction(Role.ENGINE, self.agent.workspace_id) as session:
            await (await session.raw()).execute(
                "update conversations set waiting_since = case when $2 then now() end where id = $1",
                conversation_id,
                is_waiting,
            )
        return conversation_id

    async def assignee(self, conversation_id: UUID) -> str | None:
        return (await self.admin.get(f"/api/conversations/{conversation_id}")).json["assignee_id"]


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin, supervisor, agent, colleague, foreign = [
            await stack.enter_async_context(browser_of(server)) for _ in range(5)
        ]
        await set_up(admin)
        await set_up(foreign)
        await join(admin, supervisor, role="supervisor")
        await join(admin, agent)
        await join(admin, colleague)
        desk = Desk(server, admin.workspace_id)
        yield House(admin, supervisor, agent, colleague, foreign, desk, await desk.channel())


async def test_one_sees_all_that_one_has_who_waits_first_and_finishes(house: House) -> None:
    quiet, waiting = await house.chat(is_waiting=False), await house.chat()
    await house.agent.put(f"/api/conversations/{waiting}/draft", {"mode": "reply", "text": "We will refund"})
    scheduled = await _schedule(house.agent, quiet)
    own = f"/api/agents/{house.agent.agent_id}"
    left = (await house.agent.get(f"{own}/chats")).json
    assert [one["conversation"]["id"] for one in left["chats"]] == [str(waiting), str(quiet)]
    assert [[draft["text"] for draft in one["drafts"]] for one in left["chats"]] == [["We will refund"], []]
    assert [one["message"]["id"] for one in left["scheduled"]] == [scheduled]
    async with Feed.of(house.colleague) as feed:
        body = {"chats": [_hand(waiting, assignee_id=str(house.colleague.agent_id), note="Refund?")]}
        finished = await house.agent.post(f"{own}/finish-shift", body)
        assert (finished.status, finished.json["is_finished"], finished.json["refused"]) == (200, True, [])
        await feed.quiet()
        told = [one for one in feed.events if one["kind"] == "shift_finished"]
        assert [(one["agent_id"], one["data"]["chats"]) for one in told] == [(str(house.agent.agent_id), 1)]
    assert await house.assignee(waiting) == str(house.colleague.agent_id)
    row = next(one for one in (await house.admin.get("/api/agents")).json["items"] if one["id"] == own[-36:])
    assert row["availability"] == "offline"
    undone = await house.agent.post(f"/api/finished-shifts/{finished.json['id']}/undo")
    assert (undone.status, undone.json) == (200, {"kept": 0})
    assert await house.assignee(waiting) == own[-36:]
    assert (await house.colleague.post(f"/api/finished-shifts/{finished.json['id']}/undo")).status == 404


async def test_what_is_refused_is_answered_with_its_sentence_and_nothing_has_happened(house: House) -> None:
    waiting = await house.chat()
    await house.colleague.put("/api/availability", {"state": "offline"})
    path = f"/api/agents/{house.agent.agent_id}/finish-shift"
    for wish, reason in (
        ({"conversation_id": str(waiting), "choice": "keep"}, "waiting_not_kept"),
        ({"conversation_id": str(waiting), "choice": "resolve"}, "waiting_not_resolved"),
        (_hand(waiting, assignee_id=str(house.colleague.agent_id)), "receiver_offline"),
        (_hand(waiting, assignee_id=str(house.foreign.agent_id)), "person_not_here"),
        (_hand(waiting, assignee_id=str(house.agent.agent_id)), "receiver_goes"),
        (_hand(waiting, team_id=str(uuid4())), "no_such_team"),
    ):
        answer = await house.agent.post(path, {"chats": [wish]})
        assert (answer.status, answer.json["is_finished"]) == (200, False)
        assert [(one["id"], one["reason"]) for one in answer.json["refused"]] == [(str(waiting), reason)]
    assert await house.assignee(waiting) == str(house.agent.agent_id)


async def test_others_shifts_are_finished_by_who_hands_out_conversations_in_this_workspace(house: House) -> None:
    waiting = await house.chat()
    path = f"/api/agents/{house.agent.agent_id}"
    assert (await house.colleague.get(f"{path}/chats")).status == 403
    assert (await house.colleague.post(f"{path}/finish-shift", {})).status == 403
    assert (await house.foreign.get(f"{path}/chats")).status == 404
    assert (await house.foreign.post(f"{path}/finish-shift", {})).status == 404
    assert (await house.supervisor.post(f"{path}/finish-shift", {"going": "gone"})).status == 403
    made = await house.admin.post(
        "/api/tokens",
        {"name": "rota", "scopes": ["conversations:read", "conversations:change", "conversations:assign"]},
    )
    async with browser_of(house.admin.server) as program:
        program.token = made.json["token"]
        finished = await program.post(f"{path}/finish-shift", {})
        assert (finished.json["is_finished"], finished.json["released_ids"]) == (True, [str(waiting)])
    assert await house.assignee(waiting) is None


async def test_an_agent_who_is_taken_out_while_typing_leaves_a_draft_and_nobody_waiting(house: House) -> None:
    """The socket closes, the answer is refused, and what was half written is read by who has the chat now."""
    waiting = await house.chat()
    chat = f"/api/conversations/{waiting}"
    async with Feed.of(house.agent) as feed:
        await house.agent.put(f"{chat}/draft", {"mode": "reply", "text": "The parcel is on its"})
        refused = await house.admin.patch(f"/api/agents/{house.agent.agent_id}", {"is_active": False})
        assert (refused.status, refused.json["reason"]) == (409, "waiting_left")
        body: dict[str, Any] = {
            "going": "gone",
            "chats": [_hand(waiting, assignee_id=str(house.colleague.agent_id))],
        }
        gone = await house.admin.post(f"/api/agents/{house.agent.agent_id}/finish-shift", body)
        assert gone.json["is_finished"] is True
        assert await feed.closed(within_s=10) == 4401
    sent = await house.agent.post(
        f"{chat}/messages", {"client_id": str(uuid4()), "content": {"kind": "text", "text": "The parcel is here"}}
    )
    assert (sent.status, sent.json["code"]) == (401, "not_signed_in")
    assert sent.json["title"]
    assert await house.assignee(waiting) == str(house.colleague.agent_id)
    for reader in (house.colleague, house.supervisor):
        left = (await reader.get(f"{chat}/left-drafts")).json["items"]
        assert [(one["agent_id"], one["text"]) for one in left] == [(str(house.agent.agent_id), "The parcel is on its")]
    answer = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "The parcel is on its way"}}
    assert (await house.colleague.post(f"{chat}/messages", answer)).status == 201
    assert (await house.colleague.get(f"{chat}/left-drafts")).json["items"] == [], "somebody has answered"


async def test_a_colleagues_draft_is_read_only_by_who_has_the_chat_and_while_they_are_not_there(house: House) -> None:
    waiting = await house.chat()
    chat = f"/api/conversations/{waiting}"
    await house.agent.put(f"{chat}/draft", {"mode": "reply", "text": "Half"})
    await house.admin.patch(chat, {"assignee_id": str(house.colleague.agent_id)})
    assert (await house.colleague.get(f"{chat}/left-drafts")).json["items"] == [], "they are there"
    await house.agent.put("/api/availability", {"state": "offline"})
    assert len((await house.colleague.get(f"{chat}/left-drafts")).json["items"]) == 1
    await house.admin.patch(chat, {"assignee_id": str(house.supervisor.agent_id)})
    assert (await house.colleague.get(f"{chat}/left-drafts")).json["items"] == [], "it is not theirs"
    assert (await house.foreign.get(f"{chat}/left-drafts")).status == 404


async def test_who_went_for_good_with_chats_is_absent_until_somebody_sees_to_them(house: House) -> None:
    await house.chat(is_waiting=False)
    assert (await house.supervisor.get("/api/absent-agents")).json["items"] == []
    await house.admin.patch(f"/api/agents/{house.agent.agent_id}", {"is_active": False})
    (absent,) = (await house.supervisor.get("/api/absent-agents")).json["items"]
    assert (absent["agent_id"], absent["is_active"], absent["chat_count"]) == (str(house.agent.agent_id), False, 1)
    await house.supervisor.post(f"/api/agents/{house.agent.agent_id}/finish-shift", {})
    assert (await house.supervisor.get("/api/absent-agents")).json["items"] == []


def _hand(conversation_id: UUID, **to: str) -> dict[str, Any]:
    return {"conversation_id": str(conversation_id), "choice": "hand", **to}


async def _schedule(browser: Browser, conversation_id: UUID) -> str:
    body = {
        "client_id": str(uuid4()),
        "content": {"kind": "text", "text": "Later"},
        "due_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    made = await browser.post(f"/api/conversations/{conversation_id}/scheduled", body)
    assert made.status == 201, made.raw
    return made.json["id"]
