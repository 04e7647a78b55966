"""Side discussions through HTTP and on the feed: who reads one, who hears of it, and that nobody else does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.infra.clock import utc_now
from threadline.store.session import Role
from threadline.workers.older_search import OlderSearch


@dataclass
class House:
    """An admin, two agents who see everything, one who sees only their own, and a conversation."""

    admin: Browser
    agent: Browser
    other: Browser
    limited: Browser
    desk: Desk
    channel_id: UUID
    conversation_id: UUID

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.conversation_id}"

    async def start(self, *members: Browser, by: Browser | None = None, **more: Any) -> dict[str, Any]:
        body = {
            "id": str(uuid4()),
            "subject": "A refund?",
            "text": "May we give the money back?",
            "agent_ids": [str(one.agent_id) for one in members],
        }
        answer = await (by or self.agent).post(f"{self.path}/discussions", body | more)
        assert answer.status == 201, answer.raw
        discussion: dict[str, Any] = answer.json["discussion"]
        return discussion

    async def lines(self) -> list[Any]:
        thread = (await self.admin.get(f"{self.path}/messages")).json["items"]
        return [one["content"] for one in thread if one["direction"] == "line"]


@pytest.fixture
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin, agent, other, limited = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        await join(admin, agent)
        await join(admin, other)
        await join(admin, limited, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id, texts=("one", "two"))
        yield House(admin, agent, other, limited, desk, channel_id, conversation_id)


async def _own(browser: Browser, state: str = "open") -> list[Any]:
    items: list[Any] = (await browser.get(f"/api/discussions?state={state}")).json["items"]
    return items


async def test_only_those_in_it_read_it_and_hear_of_it(house: House) -> None:
    before = (await house.agent.get(house.path)).json
    async with Feed.of(house.limited) as feed, Feed.of(house.other) as others:
        made = await house.start(house.limited)
        path = f"/api/discussions/{made['id']}"
        await feed.quiet()
        assert [one["data"]["what"] for one in feed.events if one["kind"] == "discussion_changed"] == ["news"]
        # The guest sees the conversation from now on: on the feed, in lists, its thread.
        assert str(house.conversation_id) in feed.conversations
        assert (await house.limited.get(f"{house.path}/messages")).status == 200
        assert (await house.limited.get("/api/views")).json["views"]["open"]["total"] == 1
        await others.quiet()
        # Everybody else hears that there is one, by a line of the thread, and nothing of what is in it.
        assert {one["kind"] for one in others.events} == {"conversation_changed"}
        assert "refund" not in str(others.events) + str(others.conversations)
    assert (await house.other.get(path)).status == 404
    assert (await house.other.get(f"{house.path}/discussions")).json["items"] == []
    assert (await house.other.post(f"{path}/notes", {"client_id": str(uuid4()), "text": "Hi"})).status == 404
    assert [line["what"] for line in await house.lines()] == ["discussion_started", "follower_added"]
    # It moves no row and no clock.
    after = (await house.agent.get(house.path)).json
    for name in ("last_activity_at", "waiting_since", "incoming_count", "last_message"):
        assert after[name] == before[name], name
    assert after["follower_ids"] == []


async def test_unread_is_each_ones_own(house: House) -> None:
    made = await house.start(house.other, house.limited)
    path = f"/api/discussions/{made['id']}"
    assert ([one["unread"] for one in await _own(house.agent)], made["unread"]) == ([0], 0)
    assert [one["unread"] for one in await _own(house.other)] == [1]
    note = {"client_id": str(uuid4()), "text": f"@{house.agent.session['person']['name']} Yes."}
    await house.other.post(f"{path}/notes", note)
    told = await house.other.post(f"{path}/notes", note)  # sent twice, it is one note
    assert (told.status, [one["kind"] for one in told.json["notes"]]) == (201, ["started", "note", "note"])
    assert [one["name"] for one in told.json["notes"][-1]["mentions"]] == [house.agent.session["person"]["name"]]
    assert [one["unread"] for one in await _own(house.agent)] == [1]
    assert [one["unread"] for one in await _own(house.limited)] == [2]
    assert (await house.limited.post(f"{path}/read", {"seq": 999})).status == 204
    assert [one["unread"] for one in await _own(house.limited)] == [0]
    assert (await house.limited.post(f"{path}/read", {"seq": 1})).status == 204
    assert [one["unread"] for one in await _own(house.limited)] == [0]
    assert [one["last_note"] for one in await _own(house.agent)] == [note["text"]]


async def test_who_is_removed_loses_sight_and_history_stays(house: House) -> None:
    made = await house.start(house.other)
    path = f"/api/discussions/{made['id']}"
    limited = str(house.limited.agent_id)
    taken = await house.other.post(f"{path}/members", {"agent_ids": [limited]})
    assert (taken.status, limited in taken.json["discussion"]["member_ids"]) == (200, True)
    assert (await house.limited.get(house.path)).status == 200
    note = {"client_id": str(uuid4()), "text": "From the side."}
    assert (await house.limited.post(f"{path}/notes", note)).status == 201
    refused = await house.other.delete(f"{path}/members/{limited}")
    assert (refused.status, refused.json["reason"]) == (403, "discussion_remove")
    async with Feed.of(house.limited) as feed:
        assert (await house.agent.delete(f"{path}/members/{limited}")).status == 204
        await feed.quiet()
        assert feed.hidden == {str(house.conversation_id)}
    assert (await house.limited.get(path)).status == 404
    assert (await house.limited.get(house.path)).status == 404
    assert await _own(house.limited) == []
    notes = (await house.agent.get(path)).json["notes"]
    assert [one["kind"] for one in notes] == ["started", "note", "added", "note", "removed"]
    assert [line["what"] for line in await house.lines()] == [
        "discussion_started",
        "follower_added",
        "follower_removed",
    ]
    # One's own way out; whoever saw the conversation before sees it still.
    assert (await house.other.delete(f"{path}/members/{house.other.agent_id}")).status == 204
    assert (await house.other.get(path)).status == 404
    assert (await house.other.get(house.path)).status == 200
    assert (await house.agent.get(path)).json["notes"][-1]["kind"] == "left"


async def test_a_closed_one_takes_no_notes_until_it_is_reopened(house: House) -> None:
    made = await house.start(house.other)
    path = f"/api/discussions/{made['id']}"
    assert (await house.other.patch(path, {"state": "closed"})).json["state"] == "closed"
    note = {"client_id": str(uuid4()), "text": "Late."}
    refused = await house.agent.post(f"{path}/notes", note)
    assert (refused.status, refused.json["reason"]) == (409, "discussion_closed")
    assert ([one["id"] for one in await _own(house.agent, "closed")], await _own(house.agent)) == ([made["id"]], [])
    changed = await house.agent.patch(path, {"state": "open", "subject": "The refund"})
    assert (changed.json["state"], changed.json["subject"]) == ("open", "The refund")
    assert (await house.agent.post(f"{path}/notes", note)).status == 201
    assert (await house.agent.patch(path, {})).status == 422


async def test_the_right_to_audit_reads_and_does_not_write(house: House) -> None:
    made = await house.start(house.other)
    path = f"/api/discussions/{made['id']}"
    read = await house.admin.get(path)
    assert (read.status, read.json["discussion"]["is_in_it"]) == (200, False)
    assert [one["id"] for one in (await house.admin.get(f"{house.path}/discussions")).json["items"]] == [made["id"]]
    assert await _own(house.admin) == []
    note = {"client_id": str(uuid4()), "text": "From above."}
    for refused in (
        await house.admin.post(f"{path}/notes", note),
        await house.admin.post(f"{path}/members", {"agent_ids": [str(house.admin.agent_id)]}),
        await house.admin.delete(f"{path}/members/{house.other.agent_id}"),
        await house.admin.patch(path, {"state": "closed"}),
    ):
        assert (refused.status, refused.json["reason"]) == (403, "discussion_outside")


async def test_a_team_is_its_members_of_now_and_bad_input_is_refused(house: House) -> None:
    body = {"name": "Money", "colour": "teal", "member_ids": [str(house.other.agent_id)]}
    team = await house.admin.post("/api/teams", body)
    made = await house.start(team_ids=[team.json["id"]])
    assert made["member_ids"] == [str(house.agent.agent_id), str(house.other.agent_id)]
    again = await house.agent.post(
        f"{house.path}/discussions",
        {"id": made["id"], "subject": "Twice", "text": "Twice", "team_ids": [team.json["id"]]},
    )
    assert (again.status, again.json["discussion"]["subject"]) == (201, "A refund?")

    async def refused(**more: Any) -> tuple[int, str]:
        body = {"id": str(uuid4()), "subject": "x", "text": "y", "agent_ids": [str(house.other.agent_id)]} | more
        answer = await house.agent.post(f"{house.path}/discussions", body)
        reason = answer.json.get("reason") or (answer.json.get("errors") or [{}])[0].get("reason", "")
        return answer.status, reason

    assert await refused(agent_ids=[]) == (422, "discussion_alone")
    assert await refused(agent_ids=[str(uuid4())]) == (422, "person_not_here")
    assert (await refused(subject=" "))[0] == 422
    assert (await refused(text=""))[0] == 422
    assert (await refused(text="x" * 5000))[0] == 422
    await house.admin.patch(f"/api/agents/{house.other.agent_id}", {"channel_ids": []})
    assert await refused() == (409, "channel_wall")


async def test_another_workspace_and_a_token_are_outside(house: House, server: Server) -> None:
    made = await house.start(house.other)
    path = f"/api/discussions/{made['id']}"
    async with browser_of(server) as stranger:
        await set_up(stranger)
        assert (await stranger.get(path)).status == 404
        assert (await stranger.post(f"{path}/notes", {"client_id": str(uuid4()), "text": "Hi"})).status == 404
        assert (await stranger.get(f"{house.path}/discussions")).status == 404
        assert await _own(stranger) == []
    # A program has no colleagues; what it may read of others it reads by the right to audit only.
    made_token = await house.admin.post(
        "/api/tokens", {"name": "x", "scopes": ["conversations:read", "conversations:change"]}
    )
    async with browser_of(server) as program:
        program.token = made_token.json["token"]
        assert (await program.get(path)).status == 404
        assert (await program.get("/api/discussions")).status == 401
        body = {"id": str(uuid4()), "subject": "x", "text": "y", "agent_ids": [str(house.other.agent_id)]}
        assert (await program.post(f"{house.path}/discussions", body)).status == 401


async def test_merging_leaves_each_with_whose_it_was(house: House) -> None:
    made = await house.start(house.other)
    second_id = await house.desk.channel()
    newer = await house.desk.conversation(second_id)
    async with house.desk.server.database.transaction(Role.ENGINE, house.desk.workspace_id) as session:
        await (await session.raw()).execute(
            "update conversations set contact_id = (select contact_id from conversations where id = $1) where id = $2",
            house.conversation_id,
            newer,
        )
    merged = await house.agent.post(f"/api/conversations/{newer}/merges", {"other_id": str(house.conversation_id)})
    assert merged.status < 300, merged.raw
    assert (await house.other.get(f"/api/discussions/{made['id']}")).status == 200
    assert [one["id"] for one in (await house.other.get(f"{house.path}/discussions")).json["items"]] == [made["id"]]
    assert (await house.other.get(f"/api/conversations/{newer}/discussions")).json["items"] == []


async def _found(browser: Browser, q: str, among: str = "all") -> list[Any]:
    answer = await browser.get(f"/api/search?q={q}&among={among}")
    assert answer.status == 200, answer.raw
    items: list[Any] = answer.json["discussions"]
    return items


async def test_search_finds_the_discussions_one_is_in_and_nobody_elses(house: House) -> None:
    made = await house.start(house.other, subject="Rückgabe der Schüssel", text="Dürfen wir den Preis erstatten?")
    path = f"/api/discussions/{made['id']}"
    note = {"client_id": str(uuid4()), "text": "Call +4930111222 about the 陶器, then close it."}
    assert (await house.other.post(f"{path}/notes", note)).status == 201
    for q in ("erstatten", "durfen preis", "ruckgabe", "schuss", "陶器", "close"):
        for one in (house.agent, house.other):
            (hit,) = await _found(one, q)
            assert (hit["id"], hit["conversation_id"]) == (made["id"], str(house.conversation_id)), q
            assert any(piece["is_match"] for piece in [*hit["subject"], *hit["snippet"]]), q
        assert [one["id"] for one in await _found(house.agent, q, "discussions")] == [made["id"]]
        # Whoever is not in it: a colleague, an admin who may read it where it stands, a token, another kind of search.
        assert await _found(house.limited, q) == await _found(house.admin, q) == []
        assert await _found(house.agent, q, "messages") == []
    assert (await house.admin.get(path)).status == 200
    scopes = ["conversations:read", "messages:send", "audit:read"]
    token = (await house.admin.post("/api/tokens", {"name": "all", "scopes": scopes})).json["token"]
    async with browser_of(house.admin.server) as program:
        program.token = token
        assert await _found(program, "erstatten") == await _found(program, "erstatten", "discussions") == []
    async with browser_of(house.admin.server) as elsewhere:
        await set_up(elsewhere)
        assert await _found(elsewhere, "erstatten") == []
    # An operator speaks of messages and people; the subject may change; and who goes finds it no more.
    assert await _found(house.agent, "erstatten from:me") == []
    assert (await house.agent.patch(path, {"subject": "Kulanz"})).status == 200
    assert await _found(house.agent, "rueckgabe") == []
    assert [one["snippet"] for one in await _found(house.agent, "kulanz")] == [[]]
    assert (await house.agent.delete(f"{path}/members/{house.other.agent_id}")).status == 204
    assert await _found(house.other, "erstatten") == []


async def test_what_is_masked_in_a_note_does_not_tell_whether_a_part_of_it_was_right(house: House) -> None:
    sights = {"agent": {"masks": "messages", "may_reveal": False, "sees_earlier": False}}
    assert (await house.admin.patch("/api/workspace", {"settings": {"sights": sights}})).status == 200
    await house.start(house.admin, text="Ring him at +49 30 7654321 today")
    assert await _found(house.agent, "7654321") == []
    assert len(await _found(house.admin, "7654321")) == 1
    (hit,) = await _found(house.agent, "ring today")
    assert "7654321" not in str(hit)


async def test_notes_that_were_there_before_are_read_for_search(house: House) -> None:
    await house.start(house.other, text="Before anybody could look")
    async with house.admin.server.database.transaction(Role.ENGINE) as session:
        connection = await session.raw()
        await connection.execute("update discussion_notes set words = null")
        await connection.execute("update search_progress set finished_at = null, reached_id = null")
    assert await _found(house.agent, "anybody") == []
    older = OlderSearch(house.admin.server.database, utc_now)
    while await older.step():
        pass
    assert len(await _found(house.agent, "anybody")) == len(await _found(house.agent, "refund")) == 1


async def test_a_note_is_withdrawn_by_its_author_and_keeps_its_trace(house: House) -> None:
    made = await house.start(house.other)
    path = f"/api/discussions/{made['id']}"
    note = {"client_id": str(uuid4()), "text": "Wrong customer, sorry: Petra Muster."}
    told = await house.agent.post(f"{path}/notes", note)
    note_id = told.json["notes"][-1]["id"]
    assert [one["unread"] for one in await _own(house.other)] == [2]
    for one, status in ((house.other, 403), (house.admin, 403), (house.limited, 404)):
        assert (await one.delete(f"{path}/notes/{note_id}")).status == status
    assert (await house.agent.delete(f"{path}/notes/{uuid4()}")).status == 404
    line_id = told.json["notes"][0]["id"]
    assert (await house.agent.delete(f"{path}/notes/{line_id}")).status == 404, "a line is no note"
    elsewhere = await house.start(house.other)
    assert (await house.agent.delete(f"/api/discussions/{elsewhere['id']}/notes/{note_id}")).status == 404

    async with Feed.of(house.other) as feed, Feed.of(house.limited) as others:
        assert (await house.agent.delete(f"{path}/notes/{note_id}")).status == 204
        await feed.quiet()
        await others.quiet()
        assert [one["data"]["what"] for one in feed.events if one["kind"] == "discussion_changed"] == ["changed"]
        assert others.events == []
    for one in (house.agent, house.other):
        shown = (await one.get(path)).json
        assert shown["notes"][-1]["withdrawn_at"] is not None
        assert (shown["notes"][-1]["text"], shown["notes"][-1]["author_id"]) == ("", str(house.agent.agent_id))
        assert shown["discussion"]["last_note"] == "May we give the money back?"
        assert await _found(one, "petra") == []
    # What stood there is for those who may see what stood before, as in a thread (S65).
    assert (await house.admin.get(path)).json["notes"][-1]["text"] == note["text"]
    assert [one["unread"] for one in await _own(house.other) if one["id"] == made["id"]] == [1]
    assert (await house.agent.delete(f"{path}/notes/{note_id}")).status == 204, "once more does nothing"
    # A closed one takes no notes, and gives back what was said in it.
    first_id = told.json["notes"][1]["id"]
    assert (await house.other.patch(path, {"state": "closed"})).status == 200
    assert (await house.agent.delete(f"{path}/notes/{first_id}")).status == 204
    assert [one["last_note"] for one in await _own(house.agent, "closed")] == [""]
