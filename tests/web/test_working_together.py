"""Priority, followers, pins, handing over and unread again: through HTTP and on the feed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import PASSWORD, Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed


@dataclass
class House:
    """An admin, an agent who sees everything, one who sees only their own, and a conversation of two messages."""

    admin: Browser
    agent: Browser
    limited: Browser
    desk: Desk
    channel_id: UUID
    conversation_id: UUID

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.conversation_id}"

    async def row(self, browser: Browser) -> Any:
        answer = await browser.get(self.path)
        assert answer.status == 200, answer.raw
        return answer.json

    async def ids_in(self, browser: Browser, view: str) -> list[str]:
        return [one["id"] for one in (await browser.get(f"/api/conversations?view={view}")).json["items"]]

    async def lines(self) -> list[Any]:
        thread = (await self.admin.get(f"{self.path}/messages")).json["items"]
        return [one["content"] for one in thread if one["direction"] == "line"]


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin, agent, limited = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, agent)
        await join(admin, limited, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id, texts=("one", "two"))
        yield House(admin, agent, limited, desk, channel_id, conversation_id)


async def test_priority_is_told_and_comes_first_when_the_next_is_taken(house: House) -> None:
    urgent = await house.desk.conversation(house.channel_id)
    changed = await house.agent.patch(f"/api/conversations/{urgent}", {"priority": 3})
    assert changed.json["priority"] == 3
    await house.agent.patch(f"/api/conversations/{urgent}", {"priority": 3})
    thread = (await house.agent.get(f"/api/conversations/{urgent}/messages")).json["items"]
    assert [one["content"]["data"] for one in thread if one["direction"] == "line"] == [
        {"priority": "3", "previous_priority": "0"}
    ]
    assert (await house.agent.patch(house.path, {"priority": 4})).status == 422
    taken = [(await house.agent.post("/api/conversations/next", {})).json["conversation"]["id"] for _ in range(2)]
    assert taken == [str(urgent), str(house.conversation_id)]


async def test_following_is_quiet_and_asking_somebody_in_is_told(house: House) -> None:
    me, other = str(house.agent.agent_id), str(house.limited.agent_id)
    followed = await house.agent.put(f"{house.path}/followers/{me}")
    assert followed.json["follower_ids"] == [me]
    assert await house.lines() == []
    assert await house.ids_in(house.agent, "followed") == [str(house.conversation_id)]
    assert (await house.agent.get("/api/views")).json["views"]["followed"]["total"] == 1

    async with Feed.of(house.limited) as feed:
        asked = await house.agent.put(f"{house.path}/followers/{other}")
        assert asked.json["follower_ids"] == [me, other]
        assert await house.lines() == [{"kind": "line", "what": "follower_added", "data": {"agent_id": other}}]
        await feed.quiet()
        assert feed.conversations[str(house.conversation_id)]["follower_ids"] == [me, other]
        # S5: who was asked in sees it on every path, whatever they see else.
        assert await house.ids_in(house.limited, "open") == [str(house.conversation_id)]
        assert (await house.limited.get(f"{house.path}/messages")).status == 200
        # Others let go only by those who may assign; everybody leaves by themselves.
        assert (await house.agent.delete(f"{house.path}/followers/{other}")).status == 403
        assert (await house.admin.delete(f"{house.path}/followers/{other}")).status == 200
        await feed.quiet()
        assert feed.hidden == {str(house.conversation_id)}
    assert (await house.limited.get(house.path)).status == 404
    assert (await house.agent.delete(f"{house.path}/followers/{me}")).json["follower_ids"] == []
    strange = await house.agent.put(f"{house.path}/followers/{uuid4()}")
    assert (strange.status, strange.json["errors"][0]["reason"]) == (422, "person_not_here")


async def test_who_follows_for_themselves_loses_it_with_their_sight(house: House) -> None:
    me = str(house.limited.agent_id)
    await house.admin.patch(house.path, {"assignee_id": me})
    await house.limited.put(f"{house.path}/followers/{me}")
    await house.admin.patch(house.path, {"assignee_id": None})
    assert (await house.limited.get(house.path)).status == 404
    assert await house.ids_in(house.limited, "followed") == []


async def test_pins_are_ones_own_and_the_same_on_all_devices(house: House) -> None:
    async with Feed.of(house.agent) as feed, Feed.of(house.admin) as others:
        assert (await house.agent.put(f"{house.path}/pin")).status == 204
        pinned = (await house.agent.get("/api/pins")).json["items"]
        assert [one["id"] for one in pinned] == [str(house.conversation_id)]
        await feed.quiet()
        assert [event["kind"] for event in feed.events] == ["pins_changed"]
        await others.quiet()
        assert others.events == []
    assert (await house.admin.get("/api/pins")).json["items"] == []
    assert (await house.agent.delete(f"{house.path}/pin")).status == 204
    assert (await house.agent.get("/api/pins")).json["items"] == []


async def test_a_hand_over_brings_the_note_and_the_owner_together(house: House) -> None:
    await house.admin.patch(house.path, {"assignee_id": str(house.agent.agent_id)})
    body = {"assignee_id": str(house.limited.agent_id), "note": "Wants the blue one.", "client_id": str(uuid4())}
    given = await house.agent.post(f"{house.path}/handover", body)
    assert (given.status, given.json["assignee_id"]) == (200, str(house.limited.agent_id))
    thread = (await house.limited.get(f"{house.path}/messages")).json["items"]
    assert [one["direction"] for one in thread[-2:]] == ["note", "line"]
    assert thread[-2]["content"]["text"] == "Wants the blue one."
    # Both or nothing: somebody who may not is refused whole.
    back = body | {"assignee_id": str(house.agent.agent_id), "client_id": str(uuid4())}
    refused = await house.agent.post(f"{house.path}/handover", back)
    assert refused.status == 403
    assert len((await house.admin.get(f"{house.path}/messages")).json["items"]) == len(thread)
    nobody = await house.admin.post(f"{house.path}/handover", {"note": "?", "client_id": str(uuid4())})
    assert (nobody.status, nobody.json["errors"][0]["reason"]) == (422, "to_whom")


async def test_nobody_is_given_what_they_cannot_see(house: House) -> None:
    other_channel = await house.desk.channel()
    await house.admin.patch(f"/api/agents/{house.agent.agent_id}", {"channel_ids": [str(other_channel)]})
    refused = await house.admin.patch(house.path, {"assignee_id": str(house.agent.agent_id)})
    assert (refused.status, refused.json["errors"][0]["reason"]) == (422, "person_without_channel")


async def test_unread_again_from_any_message_on_all_of_ones_devices(house: House) -> None:
    thread = (await house.agent.get(f"{house.path}/messages")).json["items"]
    await house.agent.post(f"{house.path}/read", {"incoming_count": 2})
    async with Feed.of(house.agent) as feed:
        assert (await house.agent.post(f"{house.path}/unread", {"message_id": thread[1]["id"]})).status == 204
        await feed.quiet()
        assert [event["data"] for event in feed.events] == [{"read_count": 1}]
    assert (await house.row(house.agent))["read_count"] == 1
    await house.agent.post(f"{house.path}/unread", {"message_id": thread[0]["id"]})
    assert (await house.row(house.agent))["read_count"] == 0
    other = await house.desk.conversation(house.channel_id)
    foreign = (await house.agent.get(f"/api/conversations/{other}/messages")).json["items"][0]["id"]
    assert (await house.agent.post(f"{house.path}/unread", {"message_id": foreign})).status == 404


def _presence(feed: Feed) -> list[Any]:
    return [
        [(one["agent_id"], one["is_typing"]) for one in frame["people"]]
        for frame in feed.frames
        if frame["kind"] == "presence"
    ]


async def test_who_looks_and_types_is_told_to_those_who_see_it_and_to_nobody_else(house: House) -> None:
    """S5. Nothing of it is an event: it is over when it is over."""
    agent_id = str(house.agent.agent_id)
    async with Feed.of(house.admin) as feed, Feed.of(house.limited) as blind:
        for doing in ("looking", "looking", "typing"):
            said = await house.agent.post(f"{house.path}/presence", {"doing": doing})
            assert said.status == 204, said.raw
            await feed.quiet(for_s=0.2)
        async with Feed.of(house.admin) as late:
            await late.quiet(for_s=0.2)
            assert _presence(late) == [[(agent_id, True)]]
        await house.agent.post(f"{house.path}/presence", {"doing": "gone"})
        await feed.quiet()
        assert _presence(feed)[0] == [(agent_id, False)]
        assert _presence(feed)[-2:] == [[(agent_id, True)], []]
        assert feed.events == []
        await blind.quiet()
        assert _presence(blind) == []
    assert (await house.limited.post(f"{house.path}/presence", {"doing": "looking"})).status == 404


async def test_a_channel_may_be_answered_only_by_the_one_who_has_a_conversation(house: House) -> None:
    await house.admin.post("/api/session/proof", {"password": PASSWORD})
    settings = {"settings": {"who_sends": "assignee"}}
    changed = await house.admin.patch(f"/api/channels/{house.channel_id}", settings)
    assert changed.status == 200, changed.raw

    async def answer(browser: Browser, kind: str = "reply") -> Any:
        body = {"client_id": str(uuid4()), "kind": kind, "content": {"kind": "text", "text": "Hello"}}
        return await browser.post(f"{house.path}/messages", body)

    first = await answer(house.agent)
    assert first.status == 201  # nobody had it: the first answer takes it
    message = f"/api/messages/{first.json['id']}"
    await house.admin.patch(house.path, {"assignee_id": str(house.limited.agent_id)})
    refused = await answer(house.agent)
    assert (refused.status, refused.json["reason"]) == (403, "only_assignee_sends")
    later = {
        "content": {"kind": "text", "text": "Hello"},
        "due_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    onward = {"conversation_id": house.path.rsplit("/", 1)[1]}
    for way in (
        await house.agent.post(f"{house.path}/scheduled", later | {"client_id": str(uuid4())}),
        await house.agent.post(f"{message}/forward", onward | {"client_id": str(uuid4())}),
        await house.agent.post(f"{message}/resend", {"client_id": str(uuid4())}),
        await house.agent.put(f"{message}/reaction", {"emoji": "👍"}),
    ):
        assert (way.status, way.json["reason"]) == (403, "only_assignee_sends")
    assert (await answer(house.agent, "note")).status == 201
    assert (await answer(house.limited)).status == 201
    assert (await answer(house.admin)).status == 201


async def test_who_is_named_and_does_not_see_it_is_asked_in_and_sees_it_everywhere(house: House) -> None:
    other, note = str(house.limited.agent_id), f"{house.path}/messages"
    content = {"kind": "text", "text": "@Lim look", "mentions": [{"kind": "agent", "id": other}]}
    body = {"client_id": str(uuid4()), "kind": "note", "content": content}
    asked = await house.agent.post(note, body)
    assert (asked.status, asked.json["reason"], asked.json["values"]["agent_ids"]) == (409, "mention_unseen", other)
    assert await house.lines() == []
    async with Feed.of(house.limited) as feed:
        assert (await house.agent.post(note, body | {"guest_ids": [other]})).status == 201
        # Sent twice it is one note, and one line.
        assert (await house.agent.post(note, body | {"guest_ids": [other]})).status == 201
        await feed.quiet()
        assert str(house.conversation_id) in feed.conversations
        assert {event["kind"] for event in feed.events} == {"conversation_changed", "note_added", "mentions_changed"}
    assert [line["what"] for line in await house.lines()] == ["follower_added"]
    assert (await house.limited.get("/api/mentions")).json["conversation_ids"] == [str(house.conversation_id)]
    assert await house.ids_in(house.limited, "mentions") == [str(house.conversation_id)]
    assert (await house.limited.get("/api/views")).json["views"]["open"]["total"] == 1
    assert (await house.admin.delete(f"{house.path}/followers/{other}")).status == 200
    assert (await house.limited.get(house.path)).status == 404
    assert await house.ids_in(house.limited, "mentions") == []


async def test_a_note_may_leave_outside_whom_it_names(house: House) -> None:
    other, note = str(house.limited.agent_id), f"{house.path}/messages"
    content = {"kind": "text", "text": "@Lim look", "mentions": [{"kind": "agent", "id": other}]}
    body = {"client_id": str(uuid4()), "kind": "note", "content": content, "untold_ids": [other]}
    assert (await house.agent.post(note, body)).status == 201
    assert (await house.limited.get(house.path)).status == 404
    assert (await house.limited.get("/api/mentions")).json["conversation_ids"] == []


async def test_nobody_is_asked_in_past_the_wall_of_a_channel(house: House) -> None:
    other = house.limited.agent_id
    changed = await house.admin.patch(f"/api/agents/{other}", {"channel_ids": []})
    assert changed.status == 200, changed.raw
    refused = await house.agent.put(f"{house.path}/followers/{other}")
    assert (refused.status, refused.json["reason"]) == (409, "channel_wall")
    content = {"kind": "text", "text": "@Lim look", "mentions": [{"kind": "agent", "id": str(other)}]}
    body = {"client_id": str(uuid4()), "kind": "note", "content": content, "guest_ids": [str(other)]}
    told = await house.agent.post(f"{house.path}/messages", body)
    assert (told.status, told.json["reason"]) == (409, "mention_walled")
    # A bad id is a bad request, and names the field.
    assert (await house.agent.post(f"{house.path}/messages", body | {"guest_ids": ["x"]})).status == 422
