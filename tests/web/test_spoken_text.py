"""The spoken text of a voice message over HTTP: by hand, by a program with one right, and by nobody else."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.index_search import index_search
from threadline.infra.clock import new_id, utc_now
from threadline.store.events import read_events
from threadline.store.session import Role


@dataclass
class Heard:
    admin: Browser
    agent: Browser
    desk: Desk
    channel_id: UUID
    conversation_id: UUID
    message_id: UUID

    @property
    def path(self) -> str:
        return f"/api/messages/{self.message_id}/spoken-text"

    async def rows(self, query: str, *values: object) -> list[Any]:
        async with self.desk.server.database.transaction(Role.ENGINE, self.desk.workspace_id) as session:
            return await (await session.raw()).fetch(query, *values)

    async def index(self) -> None:
        """As the feed tells it."""
        async with self.desk.server.database.transaction(Role.ENGINE, self.desk.workspace_id) as session:
            connection = await session.raw()
            events = await read_events(connection, workspace_id=self.desk.workspace_id, after_seq=0, limit=1_000)
            await index_search(session, events, now=utc_now(), new_id=new_id)

    async def found(self, words: str) -> list[str]:
        answer = await self.admin.get("/api/search", params={"q": words, "among": "messages"})
        return [one["id"] for one in answer.json["messages"]["items"]]

    async def events(self) -> list[dict[str, Any]]:
        answer = await self.admin.get("/api/events?after=0&limit=500")
        return [one for one in answer.json["events"] if one["kind"] == "spoken_text_changed"]


@pytest.fixture
async def heard(server: Server) -> AsyncIterator[Heard]:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id)
        message_id = await desk.receive(conversation_id, channel_id, "voice")
        made = Heard(admin, agent, desk, channel_id, conversation_id, message_id)
        await _make_voice(made, message_id)
        yield made


async def _make_voice(heard: Heard, message_id: UUID, *, media: str = "audio") -> None:
    file_id = await heard.desk.file(message_id, heard.channel_id)
    content = {"kind": "media", "media": media, "file_id": str(file_id), "is_voice": media == "audio"}
    await heard.rows(
        "update messages set kind = 'media', content = $2::jsonb, file_ids = array[$3::uuid] where id = $1",
        message_id,
        json.dumps(content),
        file_id,
    )


async def _token(heard: Heard, *scopes: str) -> str:
    made = await heard.admin.post("/api/tokens", {"name": "recogniser", "scopes": list(scopes)})
    assert made.status == 201, made.raw
    return made.json["token"]


def spoken(answer: Answer) -> Any:
    assert answer.status == 200, answer.raw
    return answer.json["content"].get("spoken")


async def test_an_agent_writes_it_down_corrects_it_and_takes_it_away(heard: Heard) -> None:
    first = spoken(await heard.agent.put(heard.path, {"text": " The carafe leeks ", "language": "en"}))
    assert (first["text"], first["language"], first["is_by_hand"]) == ("The carafe leeks", "en", True)
    assert first["agent_id"] == str(heard.agent.agent_id)
    assert spoken(await heard.agent.put(heard.path, {"text": "The carafe leeks", "language": "en"})) == first
    await heard.agent.put(heard.path, {"text": "The carafe leaks", "language": None})
    await heard.index()
    assert await heard.found("carafe leaks") == [str(heard.message_id)]
    in_thread = await heard.agent.get(f"/api/conversations/{heard.conversation_id}/find?q=leaks")
    assert in_thread.json["count"] == 1
    assert spoken(await heard.agent.delete(heard.path)) is None
    assert spoken(await heard.agent.delete(heard.path)) is None
    await heard.index()
    assert await heard.found("leaks") == []
    events = await heard.events()
    assert [one["data"]["what"] for one in events] == ["written", "rewritten", "removed"]
    assert {one["actor_id"] for one in events} == {str(heard.agent.agent_id)}
    assert "carafe" not in json.dumps(events)


async def test_what_stood_there_before_is_kept_for_those_who_may_see_it(heard: Heard) -> None:
    for text in ("first words", "second words"):
        await heard.agent.put(heard.path, {"text": text})
    await heard.agent.delete(heard.path)
    history = await heard.admin.get(f"/api/messages/{heard.message_id}/history")
    assert [one["content"]["spoken"]["text"] for one in history.json["items"]] == ["first words", "second words"]
    assert (await heard.admin.get(f"/api/messages/{heard.message_id}")).json["edited_at"] is None
    assert (await heard.agent.get(f"/api/messages/{heard.message_id}/history")).status == 403


async def test_a_program_needs_one_right_besides_reading_and_gives_way_to_a_person(heard: Heard) -> None:
    async with browser_of(heard.desk.server) as program:
        program.token = await _token(heard, "conversations:read", "messages:send")
        assert (await program.put(heard.path, {"text": "Guessed"})).status == 403
        program.token = await _token(heard, "spoken_texts:write")
        assert (await program.put(heard.path, {"text": "Guessed"})).status == 403
        program.token = await _token(heard, "conversations:read", "spoken_texts:write")
        guessed = spoken(await program.put(heard.path, {"text": "Guessed", "language": "en"}))
        assert guessed.get("is_by_hand", False) is False
        await heard.agent.put(heard.path, {"text": "Heard", "language": "en"})
        refused = await program.put(heard.path, {"text": "Guessed anew", "language": "en"})
        assert (refused.status, refused.json["reason"]) == (409, "spoken_by_hand")
        assert (await program.delete(heard.path)).status == 409
        kept = spoken(await heard.agent.get(f"/api/messages/{heard.message_id}"))
        assert kept["text"] == "Heard"


async def test_only_who_may_writes_and_only_under_a_sound_that_is_there(heard: Heard, server: Server) -> None:
    body = {"text": "Hello"}
    async with AsyncExitStack() as stack:
        foreign, reader, assigned = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(foreign)
        await join(heard.admin, assigned, sees="assigned")
        await join(heard.admin, reader)
        role = await heard.admin.post("/api/roles", {"name": "Readers", "permissions": ["conversations:read"]})
        assert role.status == 201, role.raw
        changed = await heard.admin.patch(f"/api/agents/{reader.agent_id}", {"role_id": role.json["id"]})
        assert changed.status == 200, changed.raw
        assert (await foreign.put(heard.path, body)).status == 404
        assert (await assigned.put(heard.path, body)).status == 404
        assert (await reader.put(heard.path, body)).status == 403
        assert (await reader.delete(heard.path)).status == 403
    other = await heard.desk.receive(heard.conversation_id, heard.channel_id, "no sound")
    refused = await heard.agent.put(f"/api/messages/{other}/spoken-text", body)
    assert (refused.status, refused.json["reason"]) == (422, "spoken_no_sound")
    for bad in ({}, {"text": " "}, {"text": "x" * 20_001}, {"text": "x", "language": "not a language"}, {"text": 1}):
        assert (await heard.agent.put(heard.path, bad)).status == 422, bad
    await heard.rows("update messages set deleted_at = now() where id = $1", heard.message_id)
    assert (await heard.agent.put(heard.path, body)).status == 404


async def test_it_goes_with_its_message_and_into_the_transcript(heard: Heard) -> None:
    await heard.agent.put(heard.path, {"text": "Ist sie dicht?", "language": "de"})
    asked = {"purpose": "text", "time_zone": "Europe/Berlin"}
    transcript = await heard.agent.post(f"/api/conversations/{heard.conversation_id}/transcript", asked)
    assert "[de] “Ist sie dicht?”" in transcript.json["text"]
    await heard.rows("update messages set deleted_at = now() where id = $1", heard.message_id)
    transcript = await heard.agent.post(f"/api/conversations/{heard.conversation_id}/transcript", asked)
    assert "dicht" not in transcript.raw.decode()
    thread = await heard.agent.get(f"/api/conversations/{heard.conversation_id}/messages")
    assert "dicht" not in thread.raw.decode()


async def test_numbers_in_it_are_masked_as_in_messages_and_not_written_over_unseen(heard: Heard) -> None:
    await heard.admin.put(heard.path, {"text": "Ring +49 171 1234567"})
    masks = {"settings": {"sights": {"agent": {"masks": "messages"}}}}
    assert (await heard.admin.patch("/api/workspace", masks)).status == 200
    shown = spoken(await heard.agent.get(f"/api/messages/{heard.message_id}"))
    assert shown["text"] == "Ring +49 ••• ••• 67"
    refused = await heard.agent.put(heard.path, {"text": shown["text"] + "!"})
    assert (refused.status, refused.json["reason"]) == (403, "spoken_hidden")
    assert (await heard.agent.delete(heard.path)).status == 403
