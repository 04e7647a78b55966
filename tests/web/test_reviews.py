"""Reviews through HTTP: asked for, decided about, taken back; and novices, whose answers go out by no other way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import PASSWORD, Answer, Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_files import picture, upload
from tests.web.test_realtime import Feed
from threadline.store.session import Role


@dataclass
class House:
    """An admin, a supervisor, two agents, one who sees only their own, and a conversation that waits."""

    admin: Browser
    supervisor: Browser
    agent: Browser
    other: Browser
    limited: Browser
    desk: Desk
    channel_id: UUID
    conversation_id: UUID

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.conversation_id}"

    async def ask(self, by: Browser, text: str = "We send it today.", **more: Any) -> Answer:
        body = {"id": str(uuid4()), "contents": [{"kind": "text", "text": text}], **more}
        return await by.post(f"{self.path}/reviews", body)

    async def asked(self, by: Browser, text: str = "We send it today.", **more: Any) -> str:
        answer = await self.ask(by, text, **more)
        assert answer.status == 201, answer.raw
        return answer.json["id"]

    async def thread(self) -> list[Any]:
        items: list[Any] = (await self.admin.get(f"{self.path}/messages")).json["items"]
        return items

    async def sent(self) -> list[tuple[str, str]]:
        """What goes to the customer: who wrote it, and what."""
        return [
            (one["author"]["id"], one["content"]["text"])
            for one in await self.thread()
            if one["direction"] == "outgoing"
        ]

    async def close_window(self) -> None:
        async with self.desk.server.database.transaction(Role.ENGINE, self.desk.workspace_id) as session:
            await (await session.raw()).execute(
                "update conversations set window_closes_at = now() - interval '1 hour' where id = $1",
                self.conversation_id,
            )

    async def make_novice(self, browser: Browser) -> None:
        changed = await self.admin.patch(f"/api/agents/{browser.agent_id}", {"is_novice": True})
        assert (changed.status, changed.json["is_novice"]) == (200, True), changed.raw


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(browser_of(server)) for _ in range(5)]
        admin, supervisor, agent, other, limited = browsers
        await set_up(admin)
        await join(admin, supervisor, role="supervisor")
        await join(admin, agent)
        await join(admin, other)
        await join(admin, limited, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id, texts=("When does it come?",))
        yield House(admin, supervisor, agent, other, limited, desk, channel_id, conversation_id)


async def _open(browser: Browser) -> list[Any]:
    items: list[Any] = (await browser.get("/api/reviews")).json["items"]
    return items


async def test_an_approved_answer_is_the_authors_and_names_the_reviewer(house: House) -> None:
    before = (await house.agent.get(house.path)).json
    async with Feed.of(house.other) as feed, Feed.of(house.supervisor) as others:
        review_id = await house.asked(house.agent, reviewer_id=str(house.other.agent_id), note="Is today right?")
        await feed.quiet()
        assert [(one["kind"], one["data"]["what"]) for one in feed.events] == [("review_changed", "asked")]
        await others.quiet()
        assert others.events == []
    assert await house.sent() == []
    assert (await house.agent.get(house.path)).json["waiting_since"] == before["waiting_since"]
    (found,) = await _open(house.other)
    assert (found["may_decide"], found["is_mine"], found["note"]) == (True, False, "Is today right?")
    assert [one["is_mine"] for one in await _open(house.agent)] == [True]
    assert (await _open(house.supervisor), await _open(house.admin)) == ([], [])
    edited = {"contents": [{"kind": "text", "text": "We send it tomorrow."}]}
    done = await house.other.post(f"/api/reviews/{review_id}/approve", edited)
    assert (done.status, done.json["state"]) == (200, "sent"), done.raw
    assert await house.sent() == [(str(house.agent.agent_id), "We send it tomorrow.")]
    line = (await house.thread())[-1]
    assert (line["content"]["what"], line["author"]["id"]) == ("review_approved", str(house.other.agent_id))
    assert line["content"]["data"] == {"agent_id": str(house.agent.agent_id)}
    assert (await _open(house.agent), await _open(house.other)) == ([], [])


async def test_the_reviewer_may_send_it_themselves(house: House) -> None:
    review_id = await house.asked(house.agent, reviewer_id=str(house.other.agent_id))
    done = await house.other.post(f"/api/reviews/{review_id}/approve", {"is_own": True})
    assert done.json["state"] == "sent", done.raw
    assert await house.sent() == [(str(house.other.agent_id), "We send it today.")]
    assert (await house.thread())[-1]["content"]["what"] == "review_sent"


async def test_it_goes_back_with_a_word_and_is_asked_for_again(house: House) -> None:
    review_id = await house.asked(house.agent, reviewer_id=str(house.other.agent_id))
    path = f"/api/reviews/{review_id}"
    back = await house.other.post(f"{path}/return", {"answer": "Not before Monday."})
    assert (back.status, back.json["state"], back.json["answer"]) == (200, "returned", "Not before Monday.")
    assert await _open(house.other) == []
    (mine,) = await _open(house.agent)
    assert (mine["state"], mine["decided_by"]) == ("returned", str(house.other.agent_id))
    again = {"contents": [{"kind": "text", "text": "On Monday."}], "reviewer_id": str(house.supervisor.agent_id)}
    assert (await house.agent.post(f"{path}/ask", again)).json["state"] == "asked"
    assert (await _open(house.other), [one["id"] for one in await _open(house.supervisor)]) == ([], [review_id])
    taken = await house.agent.post(f"{path}/withdraw", {})
    assert taken.json["contents"] == [{"kind": "text", "text": "On Monday."}]
    late = await house.supervisor.post(f"{path}/approve", {})
    assert (late.status, late.json["reason"]) == (409, "review_withdrawn")
    assert await house.sent() == []


async def test_of_two_reviewers_one_wins_and_the_other_is_told(house: House) -> None:
    body = {"name": "Checks", "colour": "teal"}
    body_of_two = body | {"member_ids": [str(house.other.agent_id), str(house.supervisor.agent_id)]}
    team = (await house.admin.post("/api/teams", body_of_two)).json
    review_id = await house.asked(house.agent, team_id=team["id"])
    answers = await asyncio.gather(
        house.other.post(f"/api/reviews/{review_id}/approve", {}),
        house.supervisor.post(f"/api/reviews/{review_id}/approve", {}),
    )
    assert sorted(one.status for one in answers) == [200, 409]
    (told,) = [one for one in answers if one.status == 409]
    assert told.json["reason"] == "review_decided"
    assert len(await house.sent()) == 1


async def test_what_forbids_it_now_sends_it_back_with_the_reason(house: House) -> None:
    review_id = await house.asked(house.agent, reviewer_id=str(house.other.agent_id))
    await house.close_window()
    done = await house.other.post(f"/api/reviews/{review_id}/approve", {})
    assert (done.status, done.json["state"], done.json["reason"]) == (200, "returned", "window_closed")
    assert await house.sent() == []
    assert [line for line in await house.thread() if line["direction"] == "line"] == []
    (mine,) = await _open(house.agent)
    assert mine["reason_text"] != ""


async def test_an_author_who_may_write_there_no_more_is_the_reason(house: House) -> None:
    review_id = await house.asked(house.agent, reviewer_id=str(house.other.agent_id))
    await house.admin.patch(f"/api/agents/{house.agent.agent_id}", {"sees": "assigned"})
    done = await house.other.post(f"/api/reviews/{review_id}/approve", {})
    assert (done.json["state"], done.json["reason"]) == ("returned", "author_may_not")


async def test_where_only_the_assignee_answers_a_colleague_lets_their_answer_out(house: House) -> None:
    await house.admin.post("/api/session/proof", {"password": PASSWORD})
    settings = {"settings": {"who_sends": "assignee"}}
    assert (await house.admin.patch(f"/api/channels/{house.channel_id}", settings)).status == 200
    await house.admin.patch(house.path, {"assignee_id": str(house.agent.agent_id)})
    not_theirs = await house.ask(house.other)
    assert (not_theirs.status, not_theirs.json["reason"]) == (403, "only_assignee_sends")
    review_id = await house.asked(house.agent, reviewer_id=str(house.other.agent_id))
    as_own = await house.other.post(f"/api/reviews/{review_id}/approve", {"is_own": True})
    assert (as_own.json["state"], as_own.json["reason"]) == ("returned", "only_assignee_sends")
    again = await house.agent.post(f"/api/reviews/{review_id}/ask", {"reviewer_id": str(house.other.agent_id)})
    assert again.json["state"] == "asked"
    assert (await house.other.post(f"/api/reviews/{review_id}/approve", {})).json["state"] == "sent"
    assert await house.sent() == [(str(house.agent.agent_id), "We send it today.")]


async def test_a_file_is_seen_by_the_reviewer_and_goes_out_by_either_hand(house: House) -> None:
    for is_own in (False, True):
        made = await upload(house.agent, house.channel_id, picture(), "offer.png", "image/png")
        file = made.json["id"]
        contents = [{"kind": "media", "media": "image", "file_id": file, "caption": "The offer"}]
        review_id = await house.asked(house.agent, contents=contents, reviewer_id=str(house.other.agent_id))
        assert (await house.other.get(f"/files/{file}")).status == 200
        assert (await house.supervisor.get(f"/files/{file}")).status == 404
        body = {"is_own": is_own, "despite_answers": True}
        done = await house.other.post(f"/api/reviews/{review_id}/approve", body)
        assert done.json["state"] == "sent", done.raw


async def test_a_colleagues_answer_meanwhile_is_asked_about(house: House) -> None:
    review_id = await house.asked(house.agent, reviewer_id=str(house.other.agent_id))
    body = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "It comes."}}
    assert (await house.supervisor.post(f"{house.path}/messages", body)).status == 201
    asked = await house.other.post(f"/api/reviews/{review_id}/approve", {})
    assert (asked.status, asked.json["reason"]) == (409, "review_answered_since")
    done = await house.other.post(f"/api/reviews/{review_id}/approve", {"despite_answers": True})
    assert done.json["state"] == "sent"
    assert len(await house.sent()) == 2


async def test_whom_one_may_ask(house: House) -> None:
    me = str(house.agent.agent_id)

    async def refused(**more: Any) -> tuple[int, str]:
        answer = await house.ask(house.agent, **more)
        return answer.status, answer.json.get("reason") or answer.json["errors"][0]["reason"]

    assert await refused(reviewer_id=me) == (422, "reviewer_cannot")
    assert await refused(reviewer_id=str(uuid4())) == (422, "reviewer_cannot")
    assert await refused(reviewer_id=str(house.limited.agent_id)) == (409, "reviewer_unseen")
    assert await refused(team_id=str(uuid4())) == (409, "review_nobody")
    assert await refused(reviewer_id=me, team_id=str(uuid4())) == (422, "review_both")
    assert (await house.ask(house.agent, contents=[])).status == 422
    assert (await house.ask(house.agent, contents=[{"kind": "text", "text": "x"}] * 11)).status == 422
    await house.make_novice(house.other)
    assert await refused(reviewer_id=str(house.other.agent_id)) == (422, "reviewer_cannot")
    # Nobody named: those with the right.
    review_id = await house.asked(house.agent)
    for browser, sees in ((house.supervisor, True), (house.admin, True), (house.other, False), (house.limited, False)):
        assert [one["id"] for one in await _open(browser)] == ([review_id] if sees else [])
    assert (await house.other.post(f"/api/reviews/{review_id}/approve", {})).status == 404
    own = await house.agent.post(f"/api/reviews/{review_id}/approve", {})
    assert (own.status, own.json["reason"]) == (409, "review_own")
    not_own = await house.supervisor.post(f"/api/reviews/{review_id}/withdraw", {})
    assert (not_own.status, not_own.json["reason"]) == (409, "review_of_another")


async def test_a_novice_reaches_the_customer_by_no_other_way(house: House, server: Server) -> None:
    await house.make_novice(house.agent)
    assert (await house.agent.post(f"{house.path}/typing")).status == 204, "there are no words in it to look at"
    text = {"kind": "text", "text": "Hello"}
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    message_id = (await house.thread())[0]["id"]
    template = {"kind": "template", "name": "x", "language": "en"}

    async def ways(who: Browser) -> list[Answer]:
        return [
            await who.post(f"{house.path}/messages", {"client_id": str(uuid4()), "content": text}),
            await who.post(f"{house.path}/messages", {"client_id": str(uuid4()), "content": template}),
            await who.post(f"{house.path}/scheduled", {"client_id": str(uuid4()), "content": text, "due_at": later}),
            await who.post(
                f"/api/messages/{message_id}/forward",
                {"client_id": str(uuid4()), "conversation_id": str(house.conversation_id)},
            ),
            await who.post(f"/api/messages/{message_id}/resend", {"client_id": str(uuid4())}),
            await who.post(
                "/api/conversations",
                {
                    "channel_id": str(house.channel_id),
                    "phone": "+447700900123",
                    "client_id": str(uuid4()),
                    "content": text,
                },
            ),
        ]

    made = await house.agent.post("/api/tokens", {"name": "x", "scopes": ["conversations:read", "messages:send"]})
    for refused in await ways(house.agent):
        assert (refused.status, refused.json["reason"]) == (403, "needs_review"), refused.raw
    if made.status == 201:
        async with browser_of(server) as program:
            program.token = made.json["token"]
            for refused in await ways(program):
                assert (refused.status, refused.json["reason"]) == (403, "needs_review"), refused.raw
    # A note is for colleagues, and a review is the way.
    note = {"client_id": str(uuid4()), "kind": "note", "content": text}
    assert (await house.agent.post(f"{house.path}/messages", note)).status == 201
    review_id = await house.asked(house.agent)
    assert (await house.supervisor.post(f"/api/reviews/{review_id}/approve", {})).json["state"] == "sent"
    assert await house.sent() == [(str(house.agent.agent_id), "We send it today.")]


async def test_what_a_novice_scheduled_before_is_held(house: House) -> None:
    body = {
        "client_id": str(uuid4()),
        "content": {"kind": "text", "text": "Later"},
        "due_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    assert (await house.agent.post(f"{house.path}/scheduled", body)).status == 201
    await house.make_novice(house.agent)
    refused = await house.agent.post(f"/api/scheduled/{body['client_id']}/send", {})
    assert (refused.status, refused.json["reason"]) == (403, "needs_review")


async def test_another_workspace_and_a_token_are_outside(house: House, server: Server) -> None:
    review_id = await house.asked(house.agent)
    async with browser_of(server) as stranger:
        await set_up(stranger)
        for act in ("approve", "return", "withdraw", "ask"):
            assert (await stranger.post(f"/api/reviews/{review_id}/{act}", {})).status == 404
        assert await _open(stranger) == []
    made = await house.admin.post("/api/tokens", {"name": "x", "scopes": ["conversations:read", "messages:send"]})
    async with browser_of(server) as program:
        program.token = made.json["token"]
        assert (await program.get("/api/reviews")).status == 401
        assert (await program.post(f"/api/reviews/{review_id}/approve", {})).status == 401
