"""The feed socket: who hears what, coming back, being slow (S33–S35, R16, R17)."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.store.session import Session
from threadline.web.feed import Batch, load_batch


@dataclass
class Feed:
    """A client that keeps what it hears, as the screens do."""

    socket: aiohttp.ClientWebSocketResponse
    position: int
    events: list[dict[str, Any]] = field(default_factory=list)
    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    frames: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def of(cls, browser: Browser, after: int | None = None) -> AsyncIterator["Feed"]:
        position: int = (await browser.get("/api/views")).json["position"] if after is None else after
        headers = browser.headers("GET") if browser.token else {"Origin": browser.server.url}
        async with browser.http.ws_connect(browser.server.url + "/api/feed", headers=headers) as socket:
            feed = cls(socket, position)
            await socket.send_json({"kind": "resume", "position": position})
            hello = await feed.next()
            assert hello["kind"] in ("hello", "resync", "signed_out"), hello
            yield feed

    async def next(self, within_s: float = 5) -> dict[str, Any]:
        message = await self.socket.receive(timeout=within_s)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        frame = json.loads(message.data)
        self.take(frame)
        return frame

    def take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if frame["kind"] == "changes":
            self.position = frame["position"]
            self.events += frame["events"]
            self.conversations |= {row["id"]: row for row in frame["conversations"]}
            self.messages |= {row["id"]: row for row in frame["messages"]}
            self.hidden |= {event["conversation_id"] for event in frame["events"] if event.get("is_hidden")}

    async def quiet(self, for_s: float = 0.4) -> None:
        """Until nothing has come for a while."""
        while True:
            try:
                await self.next(within_s=for_s)
            except TimeoutError:
                return

    async def until(self, position: int) -> None:
        async with asyncio.timeout(10):
            while self.position < position:
                await self.next()

    async def closed(self, within_s: float) -> int | None:
        async with asyncio.timeout(within_s):
            while True:
                message = await self.socket.receive()
                if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                    return self.socket.close_code


@pytest.fixture(scope="module")
async def admin(server: Server) -> AsyncIterator[Browser]:
    async with browser_of(server) as browser:
        yield await set_up(browser)


async def test_a_message_is_heard_with_its_conversation(admin: Browser) -> None:
    desk = Desk(admin.server, admin.workspace_id)
    channel_id = await desk.channel()
    async with Feed.of(admin) as feed:
        conversation_id = await desk.conversation(channel_id, texts=("Hello?",))
        frame = await feed.next()
        assert [event["kind"] for event in frame["events"]] == ["conversation_started", "message_received"]
        assert frame["conversations"][0]["last_message"]["preview"] == "Hello?"
        assert "read_count" not in frame["conversations"][0]
        assert frame["messages"][0]["content"] == {"kind": "text", "text": "Hello?"}
        fetched = (await admin.get(f"/api/conversations/{conversation_id}")).json
        alone = ("read_count", "closing_at")
        assert fetched["closing_at"] is None
        assert {**frame["conversations"][0], "contact": None} == {
            key: None if key == "contact" else value for key, value in fetched.items() if key not in alone
        }


async def test_a_line_of_the_desk_is_heard_with_its_change_and_leaves_the_row_as_it_was(admin: Browser) -> None:
    desk = Desk(admin.server, admin.workspace_id)
    conversation_id = await desk.conversation(await desk.channel())
    before = (await admin.get(f"/api/conversations/{conversation_id}")).json
    async with Feed.of(admin) as feed:
        await admin.patch(f"/api/conversations/{conversation_id}", {"assignee_id": str(admin.agent_id)})
        frame = await feed.next()
        assert [event["kind"] for event in frame["events"]] == ["conversation_changed"]
        line = frame["messages"][0]
        assert (line["id"], line["direction"]) == (frame["events"][0]["message_id"], "line")
        assert line["content"] == {"kind": "line", "what": "assigned", "data": {"assignee_id": str(admin.agent_id)}}
        assert line["author"] == {"kind": "agent", "id": str(admin.agent_id)}
        row = frame["conversations"][0]
    changed = {key for key, value in row.items() if key != "contact" and value != before[key]}
    assert changed == {"assignee_id", "last_seq"}
    thread = (await admin.get(f"/api/conversations/{conversation_id}/messages")).json["items"]
    assert thread[-1] == line


async def test_dropped_a_hundred_times_the_client_knows_what_a_fresh_fetch_says(admin: Browser) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    desk = Desk(admin.server, admin.workspace_id)
    channel_id = await desk.channel()
    conversations = [await desk.conversation(channel_id, name=f"C{number}") for number in range(5)]
    position = (await admin.get("/api/views")).json["position"]
    known = Feed(None, position)  # type: ignore[arg-type] - the state alone, over many sockets

    async def write() -> None:
        for number in range(300):
            await desk.receive(chance.choice(conversations), channel_id, f"text {number}")

    writing = asyncio.create_task(write())
    for _ in range(100):
        async with Feed.of(admin, known.position) as feed:
            try:
                for _frame in range(chance.randrange(3)):
                    known.take(await feed.next(within_s=0.05))
            except TimeoutError:
                pass
    await writing
    end = (await admin.get("/api/views")).json["position"]
    async with Feed.of(admin, known.position) as feed:
        await feed.until(end)
        for frame in feed.frames:
            known.take(frame)

    seqs = [event["seq"] for event in known.events]
    assert sorted(set(seqs)) == list(range(position + 1, end + 1))
    for conversation_id in conversations:
        fresh = (await admin.get(f"/api/conversations/{conversation_id}")).json
        row = known.conversations[str(conversation_id)]
        assert (row["last_seq"], row["last_message"]) == (fresh["last_seq"], fresh["last_message"])
        thread = (await admin.get(f"/api/conversations/{conversation_id}/messages?limit=100")).json["items"]
        heard = {one: message for one, message in known.messages.items() if one in {m["id"] for m in thread}}
        assert heard == {message["id"]: message for message in thread if message["seq"] > 1}


async def test_four_sockets_hear_exactly_what_they_may_see(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, limited, assigned, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        await set_up(foreign)
        desk = Desk(server, admin.workspace_id)
        first, second = await desk.channel(), await desk.channel()
        await join(admin, limited, channel_ids=[str(second)])
        await join(admin, assigned, sees="assigned")
        feeds = {
            name: await stack.enter_async_context(Feed.of(browser))
            for name, browser in (("admin", admin), ("limited", limited), ("assigned", assigned), ("foreign", foreign))
        }
        chance = random.Random(7)
        channels: dict[UUID, UUID] = {}
        for number in range(20):
            channel_id = chance.choice([first, second])
            assignee_id = chance.choice([None, assigned.agent_id, limited.agent_id])
            channels[await desk.conversation(channel_id, assignee_id=assignee_id, name=f"C{number}")] = channel_id
        owners = {
            one["id"]: one["assignee_id"] for one in (await admin.get("/api/conversations?limit=100")).json["items"]
        }
        await admin.post("/api/invitations", {"email": f"{uuid4().hex}@example.org", "role": "agent"})
        for feed in feeds.values():
            await feed.quiet()

        everything = {str(one) for one in channels}
        expected = {
            "admin": everything,
            "limited": {str(one) for one, channel_id in channels.items() if channel_id == second},
            "assigned": {one for one in everything if owners[one] == str(assigned.agent_id)},
            "foreign": set(),
        }
        for name, feed in feeds.items():
            assert set(feed.conversations) == expected[name], name
            assert {message["conversation_id"] for message in feed.messages.values()} == expected[name], name
            assert {event["conversation_id"] for event in feed.events if "conversation_id" in event} == expected[name]
        assert "invitation_created" in {event["kind"] for event in feeds["admin"].events}
        for name in ("limited", "assigned", "foreign"):
            assert "invitation_created" not in {event["kind"] for event in feeds[name].events}
        # The same through every listing (S5).
        for name, browser in (("admin", admin), ("limited", limited), ("assigned", assigned)):
            listed = (await browser.get("/api/conversations?limit=100")).json["items"]
            assert {one["id"] for one in listed} == expected[name]
            assert (await browser.get("/api/views")).json["views"]["open"]["total"] == len(expected[name])
            events = (await browser.get("/api/events?after=0")).json
            assert {one["id"] for one in events["conversations"]} == expected[name]


async def test_a_conversation_that_leaves_ones_sight_is_forgotten(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, assigned = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, assigned, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        conversation_id = await desk.conversation(await desk.channel(), assignee_id=assigned.agent_id)
        async with Feed.of(assigned) as feed:
            await admin.patch(f"/api/conversations/{conversation_id}", {"assignee_id": str(admin.agent_id)})
            frame = await feed.next()
            assert feed.hidden == {str(conversation_id)}
            assert frame["conversations"] == frame["messages"] == []
            await admin.patch(f"/api/conversations/{conversation_id}", {"assignee_id": str(assigned.agent_id)})
            await feed.next()
            assert set(feed.conversations) == {str(conversation_id)}


@pytest.mark.parametrize("late_sees", ["all", "assigned"])
async def test_who_joins_while_a_batch_is_read_for_others_hears_it_too(
    server: Server, monkeypatch: pytest.MonkeyPatch, late_sees: str
) -> None:
    """The rows are read for those who listened before: another sight must not end in a frame less for anybody."""
    async with AsyncExitStack() as stack:
        admin, narrow = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, narrow, sees="assigned")
        early, late = (narrow, admin) if late_sees == "all" else (admin, narrow)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        position = (await late.get("/api/views")).json["position"]
        is_read, may_go_on = asyncio.Event(), asyncio.Event()

        async def read_slowly(session: Session, **which: Any) -> Batch:
            batch = await load_batch(session, **which)
            is_read.set()
            await may_go_on.wait()
            return batch

        async with Feed.of(early) as first:
            monkeypatch.setattr("threadline.web.realtime.load_batch", read_slowly)
            conversation_id = await desk.conversation(channel_id, assignee_id=narrow.agent_id, texts=("Hello?",))
            await is_read.wait()
            async with Feed.of(late, position) as second:
                may_go_on.set()
                for feed in (first, second):
                    await feed.next()
                    assert list(feed.conversations) == [str(conversation_id)]
                    assert len(feed.messages) == 1


async def test_narrowed_rights_reach_an_open_socket_within_five_seconds(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        first, second = await desk.channel(), await desk.channel()
        async with Feed.of(agent) as feed:
            await admin.patch(f"/api/agents/{agent.agent_id}", {"channel_ids": [str(second)]})
            async with asyncio.timeout(5):
                while not any(frame["kind"] == "resync" for frame in feed.frames):
                    await feed.next()
            await desk.conversation(first)
            shown = await desk.conversation(second)
            await feed.quiet()
            assert set(feed.conversations) == {str(shown)}


async def test_read_marks_are_heard_by_their_agent_only(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, other = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, agent)
        await other.sign_in(agent.session["person"]["email"])
        desk = Desk(server, admin.workspace_id)
        conversation_id = await desk.conversation(await desk.channel(), texts=("a", "b"))
        async with Feed.of(admin) as admins, Feed.of(other) as own:
            answer = await agent.post(f"/api/conversations/{conversation_id}/read", {"incoming_count": 99})
            assert answer.status == 204
            await own.next()
            assert [(event["kind"], event["data"]) for event in own.events] == [
                ("conversation_read", {"read_count": 2})
            ]
            await admins.quiet()
            assert admins.events == []
        page = (await agent.get("/api/conversations")).json["items"]
        assert [one["read_count"] for one in page] == [2]


async def test_who_is_too_far_behind_is_told_to_fetch_afresh(admin: Browser) -> None:
    position = (await admin.get("/api/views")).json["position"]
    async with Feed.of(admin, position + 1000) as feed:
        assert feed.frames[0]["kind"] == "resync"
        await feed.socket.send_json({"kind": "resume", "position": position})
        assert (await feed.next())["kind"] == "hello"


async def test_a_client_that_does_not_read_is_closed_and_costs_a_bounded_amount() -> None:
    from threadline.core.permission import Caller
    from threadline.web.realtime import QUEUE_BYTES, QUEUE_FRAMES, TOO_SLOW, Socket

    async def never(_message: Any) -> None:
        await asyncio.Event().wait()

    for text, most in (("x", QUEUE_FRAMES), ("x" * 10_000, QUEUE_BYTES // 10_000)):
        socket = Socket(never, Caller(workspace_id=uuid4(), permissions=frozenset()), None)
        for _ in range(most):
            socket.push(text)
        assert socket.close_code == 0
        socket.push(text)
        assert socket.close_code == TOO_SLOW
        assert socket.closing.is_set()
        assert socket.waiting == 0


async def test_a_slow_client_does_not_delay_others(admin: Browser) -> None:
    desk = Desk(admin.server, admin.workspace_id)
    channel_id = await desk.channel()
    conversation_id = await desk.conversation(channel_id)
    headers = {"Origin": admin.server.url}
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in admin.http.cookie_jar)
    reader, writer = await asyncio.open_connection("127.0.0.1", admin.server.settings.port, limit=1024)
    writer.write(
        f"GET /api/feed HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Origin: {headers['Origin']}\r\nCookie: {cookies}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b"101" in await reader.readline()
    async with Feed.of(admin) as feed:
        for number in range(20):
            await desk.receive(conversation_id, channel_id, f"{number} " + "long " * 5000)
            await feed.next(within_s=1)
        assert len(feed.messages) == 20
    writer.close()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_foreign_page_opens_no_socket(admin: Browser, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await admin.http.ws_connect(admin.server.url + "/api/feed", headers=headers)
    assert refused.value.status == 403


async def test_without_a_session_the_socket_says_so(browser: Browser) -> None:
    async with browser.http.ws_connect(
        browser.server.url + "/api/feed", headers={"Origin": browser.server.url}
    ) as socket:
        await socket.receive(timeout=5)
        assert socket.close_code == 4401


async def test_a_program_listens_with_its_token(admin: Browser) -> None:
    made = await admin.post("/api/tokens", {"name": "x", "scopes": ["conversations:read"]})
    desk = Desk(admin.server, admin.workspace_id)
    async with browser_of(admin.server) as program:
        program.token = made.json["token"]
        async with Feed.of(program) as feed:
            conversation_id = await desk.conversation(await desk.channel())
            await feed.next()
            assert set(feed.conversations) == {str(conversation_id)}
            await admin.delete(f"/api/tokens/{made.json['record']['id']}")
            assert await feed.closed(within_s=5) == 4401


@pytest.mark.parametrize("frame", ["[]", "5", "{", '{"kind": 5}', '{"kind": "resume", "position": "x"}', '{"x": 1}'])
async def test_frames_of_another_shape_end_the_socket(admin: Browser, frame: str) -> None:
    async with Feed.of(admin) as feed:
        await feed.socket.send_str(frame)
        assert await feed.closed(within_s=5) == 1008


async def test_unknown_kinds_are_ignored_and_too_many_frames_are_not(admin: Browser) -> None:
    async with Feed.of(admin) as feed:
        await feed.socket.send_json({"kind": "dance", "partner": "you"})
        await feed.socket.send_json({"kind": "ping"})
        assert (await feed.next())["kind"] == "pong"
        for _ in range(40):
            await feed.socket.send_json({"kind": "ping"})
        assert await feed.closed(within_s=5) == 1008


async def test_a_restart_closes_with_its_code(database_url: str, tmp_path: Any) -> None:
    from tests.web.conftest import running_server

    async with AsyncExitStack() as stack, running_server(database_url, tmp_path) as server:
        browser = await stack.enter_async_context(browser_of(server))
        await set_up(browser)
        feed = await stack.enter_async_context(Feed.of(browser))
        server.uvicorn.should_exit = True
        assert await feed.closed(within_s=8) == 1012
