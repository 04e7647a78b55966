"""Greetings and away messages through HTTP: what is said where, what somebody would read, and what a thread tells."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

PATH = "/api/automatic-replies"
AWAY = "We answer {{hours.returns}}."


def _away(text: str = AWAY, **more: Any) -> dict[str, Any]:
    return {"kind": "away", "wordings": [{"language": "en", "text": text}], **more}


async def _items(browser: Browser) -> list[dict[str, Any]]:
    return (await browser.get(PATH)).json["items"]


async def test_one_is_written_changed_switched_and_taken_away(browser: Browser) -> None:
    await set_up(browser)
    channel_id = str(await Desk(browser.server, browser.workspace_id).channel())
    assert await _items(browser) == []
    made = await browser.put(PATH, _away(expected_min=30))
    assert (made.status, made.json["is_on"], made.json["channel_id"], made.json["expected_min"]) == (
        200,
        True,
        None,
        30,
    )
    again = await browser.put(PATH, _away("Closed", is_on=False))
    assert (again.json["id"], again.json["is_on"]) == (made.json["id"], False), "one for each place"
    assert again.json["wordings"] == _away("Closed")["wordings"], "what is read can be written again"
    here = await browser.put(PATH, _away("Closed here", channel_id=channel_id))
    greeting = await browser.put(PATH, {"kind": "greeting", "wordings": [{"language": "", "text": "Hello"}]})
    assert [one["id"] for one in await _items(browser)] == [made.json["id"], greeting.json["id"], here.json["id"]]
    assert (await browser.put(PATH, _away("Closed here", channel_id=channel_id))).json == here.json
    assert (await browser.delete(f"{PATH}/{here.json['id']}")).status == 204
    assert (await browser.delete(f"{PATH}/{here.json['id']}")).json["reason"] == "no_such_automatic_reply"
    kinds = [event["kind"] for event in (await browser.get("/api/events?after=0")).json["events"]]
    assert kinds.count("automatic_reply_changed") == 5, "what changes nothing tells nothing"


@pytest.mark.parametrize(
    ("body", "reason", "field"),
    [
        (_away("{{agent.name}}"), "place_unknown", "wordings"),
        (_away("Hello {{contact.name}}"), "closing_needs_default", "wordings"),
        (_away("{{reply.expected}}"), "automatic_no_expectation", "expected_min"),
        ({**_away(), "kind": "greeting"}, "automatic_no_return", "wordings"),
        ({**_away(), "wordings": []}, "automatic_needs_text", "wordings"),
        (_away("a" * 1001), "automatic_too_long", "wordings"),
        (_away(channel_id=str(uuid4())), "no_such_channel", "channel_id"),
        (_away(team_id=str(uuid4())), "no_such_team", "team_id"),
        (_away(team_id=str(uuid4()), channel_id=str(uuid4())), "automatic_two_places", "team_id"),
    ],
)
async def test_what_cannot_be_is_refused(browser: Browser, body: dict[str, Any], reason: str, field: str) -> None:
    await set_up(browser)
    answer = await browser.put(PATH, body)
    assert (answer.status, answer.json["reason"]) == (422, reason)
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert await _items(browser) == []


@pytest.mark.parametrize(
    "body",
    [
        {**_away(), "kind": "farewell"},
        {**_away(), "expected_min": -1},
        {**_away(), "expected_min": 10_081},
        {**_away(), "is_on": "yes"},
        {"kind": "away", "wordings": [{"language": "english please", "text": "x"}]},
        {"kind": "away", "wordings": [{"language": "en", "text": "  "}]},
        {"kind": "away", "wordings": [{"language": "en", "text": "x"}] * 2},
        {**_away(), "more": 1},
    ],
)
async def test_bad_input_is_refused(browser: Browser, body: dict[str, Any]) -> None:
    await set_up(browser)
    assert (await browser.put(PATH, body)).status == 422


async def test_a_preview_says_what_somebody_would_read_at_a_moment(browser: Browser) -> None:
    await set_up(browser)
    channel_id = str(await Desk(browser.server, browser.workspace_id).channel())

    async def would(at: str, **more: Any) -> dict[str, Any]:
        answer = await browser.post(f"{PATH}/preview", {"channel_id": channel_id, "at": at, **more})
        assert answer.status == 200, answer.raw
        return answer.json

    monday, sunday = "2030-06-03T10:00:00Z", "2030-06-02T01:00:00Z"
    assert (await would(monday))["why_not"] == "nothing_else_configured"
    german = {"language": "de", "text": "Wir antworten {{hours.returns}}."}
    await browser.put(PATH, {**_away(), "wordings": [*_away()["wordings"], german]})
    await browser.put(
        PATH, {"kind": "greeting", "wordings": [{"language": "en", "text": "Hello from {{workspace.name}}"}]}
    )
    assert (await would(sunday))["why"] == "first_message", "without hours it is always open"
    office = [{"from_minute": 540, "to_minute": 1080}]
    hours = {"name": "Shop", "zone": "Europe/Berlin", "week": [office] * 5 + [[], []], "is_default": True}
    made = await browser.post("/api/calendars", hours)
    closed = await would(sunday)
    assert (closed["text"], closed["why"], closed["is_open"]) == (
        "We answer tomorrow from 9:00.",
        "outside_hours",
        False,
    )
    assert closed["opens_at"] == "2030-06-03T07:00:00Z"
    assert (await would(sunday, language="de"))["text"] == "Wir antworten morgen ab 9:00 Uhr."
    assert (await would(sunday, is_first=False))["text"] == "We answer tomorrow from 9:00."
    opened = await would(monday)
    workspace = (await browser.get("/api/workspace")).json["name"]
    assert (opened["text"], opened["why"], opened["is_open"]) == (f"Hello from {workspace}", "first_message", True)
    assert (await would(monday, is_first=False))["why_not"] == "not_first"
    await browser.patch(f"/api/calendars/{made.json['id']}", {"week": [[]] * 7})
    never = await would(monday)
    assert (never["text"], never["why_not"], never["opens_at"]) == (None, "return_unknown", None)


async def test_the_manners_are_changed_one_by_one_within_bounds(browser: Browser) -> None:
    await set_up(browser)

    async def put(**automatic: Any) -> Answer:
        return await browser.patch("/api/workspace", {"settings": {"automatic": automatic}})

    usual = {"wait_s": 4, "quiet_min": 15, "silence_days": 30, "most_per_hour": 3}
    assert (await browser.get("/api/workspace")).json["settings"]["automatic"] == usual
    await put(wait_s=8)
    assert (await put(quiet_min=0)).json["settings"]["automatic"] == {**usual, "wait_s": 8, "quiet_min": 0}
    for bad in (
        {"wait_s": 0},
        {"wait_s": 61},
        {"quiet_min": -1},
        {"most_per_hour": 0},
        {"silence_days": 4000},
        {"x": 1},
    ):
        assert (await put(**bad)).status == 422, bad


async def test_only_who_may_change_the_workspace_does_and_others_see_their_own_channels(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, stranger = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await set_up(stranger)
        desk = Desk(server, admin.workspace_id)
        seen, hidden = str(await desk.channel()), str(await desk.channel())
        await join(admin, agent, channel_ids=[seen])
        for channel_id in (seen, hidden, None):
            made = await admin.put(PATH, _away(channel_id=channel_id))
            assert made.status == 200
        assert [one["channel_id"] for one in await _items(agent)] == [None, seen]
        assert (await agent.put(PATH, _away())).status == 403
        assert (await agent.delete(f"{PATH}/{made.json['id']}")).status == 403
        assert await _items(stranger) == []
        assert (await stranger.delete(f"{PATH}/{made.json['id']}")).status == 404
        assert (await stranger.put(PATH, _away(channel_id=seen))).json["reason"] == "no_such_channel"
        assert (await stranger.post(f"{PATH}/preview", {"channel_id": seen})).status == 404


async def test_a_thread_tells_why_a_message_was_said_by_itself(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    conversation_id = await desk.conversation(channel_id)
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        await (await session.raw()).execute(
            "insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind,"
            " content, sort_at, automatic) select $1, $2, $3, $4, last_seq + 1, 'outgoing', 'system', 'text',"
            """ '{"kind": "text", "text": "Away"}', $5, 'outside_hours' from conversations where id = $3""",
            browser.workspace_id,
            message_id := new_id(),
            conversation_id,
            channel_id,
            utc_now(),
        )
        await (await session.raw()).execute(
            "update conversations set last_seq = last_seq + 1, last_message_id = $2 where id = $1",
            conversation_id,
            message_id,
        )
    items = (await browser.get(f"/api/conversations/{conversation_id}/messages")).json["items"]
    assert [one["automatic"] for one in items] == [None, "outside_hours"]
