"""Tasks over HTTP: made of messages, given, reminded of, done; and seen with their conversation only."""

import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.notify_agents import notify_agents
from threadline.core.notification import NOTIFYING
from threadline.infra.clock import new_id, utc_now
from threadline.store.events import read_events
from threadline.store.session import Role
from threadline.workers.task_timers import TaskTimers


async def _rows(server: Server, query: str, *values: object) -> list[Any]:
    async with server.database.transaction(Role.ENGINE) as session:
        return await (await session.raw()).fetch(query, *values)


def _soon(**more: float) -> str:
    return (datetime.now(UTC) + timedelta(**more)).isoformat()


async def test_messages_become_a_task_with_its_own_owner_state_and_deadline(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    conversation_id = await desk.conversation(channel_id, name="Hannah")
    message_id = await desk.receive(conversation_id, channel_id, "The lid is broken")
    path = f"/api/conversations/{conversation_id}/tasks"
    wish = {
        "title": "Send a new lid",
        "kind": "call_back",
        "owner_id": str(browser.agent_id),
        "due_at": _soon(hours=3),
        "remind_at": _soon(hours=2),
        "checklist": [{"text": "Ask for the size"}],
        "message_ids": [str(message_id)],
    }
    before = (await browser.get(f"/api/conversations/{conversation_id}")).json
    made = await browser.post(path, wish)
    assert made.status == 201, made.raw
    assert (made.json["contact"]["name"], made.json["phone"]) == ("Hannah", "+49 170 0000000")
    assert made.json["message_ids"] == [str(message_id)]
    after = (await browser.get(f"/api/conversations/{conversation_id}")).json
    assert after["last_activity_at"] == before["last_activity_at"]
    assert after["waiting_since"] == before["waiting_since"]
    assert [one["id"] for one in (await browser.get("/api/tasks")).json["items"]] == [made.json["id"]]

    ticked = await browser.patch(
        f"/api/tasks/{made.json['id']}", {"checklist": [{"text": "Ask for the size", "is_done": True}]}
    )
    assert ticked.json["checklist"] == [{"text": "Ask for the size", "is_done": True}]
    done = await browser.patch(f"/api/tasks/{made.json['id']}", {"state": "done"})
    assert (done.json["state"], done.json["done_by"]) == ("done", str(browser.agent_id))
    assert (await browser.get("/api/tasks")).json["items"] == []
    assert [one["id"] for one in (await browser.get(path)).json["items"]] == [made.json["id"]]
    lines = await _rows(
        browser.server,
        "select content->>'what' as what from messages where conversation_id = $1 and direction = 'line' order by seq",
        conversation_id,
    )
    assert [line["what"] for line in lines] == ["task_made", "task_done"]
    events = await _rows(
        browser.server,
        "select data::text as data from events where kind = 'task_changed' and conversation_id = $1",
        conversation_id,
    )
    assert "lid" not in json.dumps([one["data"] for one in events])


async def test_what_cannot_be_is_refused_beside_its_field(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    path = f"/api/conversations/{await desk.conversation(channel_id)}/tasks"
    elsewhere = await desk.receive(await desk.conversation(channel_id), channel_id, "Hello")
    for wish, field in (
        ({"title": " "}, "title"),
        ({"title": "x", "owner_id": str(uuid4())}, "owner_id"),
        ({"title": "x", "remind_at": _soon(hours=-1)}, "remind_at"),
        ({"title": "x", "due_at": _soon(hours=1), "remind_at": _soon(hours=2)}, "remind_at"),
        ({"title": "x", "message_ids": [str(elsewhere)]}, "message_ids"),
        ({"title": "x", "checklist": [{"text": "y"}] * 51}, "checklist"),
    ):
        refused = await browser.post(path, wish)
        assert refused.status == 422, wish
        assert refused.json["errors"][0]["field"].startswith(field), refused.json
    assert (await browser.get(path)).json["items"] == []


async def test_a_reminder_rings_once_and_again_when_it_is_set_anew(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel())
    made = await browser.post(
        f"/api/conversations/{conversation_id}/tasks",
        {"title": "Call", "owner_id": str(browser.agent_id), "remind_at": _soon(hours=1)},
    )
    timers = TaskTimers(browser.server.database, utc_now, new_id)

    async def rung() -> int:
        return len(
            await _rows(
                browser.server,
                "select from events where conversation_id = $1 and data @> '{\"is_reminder\": true}' and agent_id = $2",
                conversation_id,
                browser.agent_id,
            )
        )

    await timers.step()
    assert await rung() == 0
    due = "update tasks set remind_at = now() - interval '1 second' where id = $1"
    await _rows(browser.server, due, made.json["id"])
    await timers.step()
    await timers.step()
    assert await rung() == 1
    path = f"/api/tasks/{made.json['id']}"
    assert (await browser.patch(path, {"remind_at": _soon(hours=1)})).status == 200
    await _rows(browser.server, due, made.json["id"])
    assert (await browser.patch(path, {"state": "done"})).status == 200
    await timers.step()
    assert await rung() == 1, "what is done needs no reminder"
    assert (await browser.patch(path, {"state": "open"})).status == 200
    await timers.step()
    assert await rung() == 2


async def test_tasks_are_seen_with_their_conversation(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, own = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, own, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        theirs = await desk.conversation(channel_id, assignee_id=own.agent_id)
        other = await desk.conversation(channel_id)
        made = [
            (await admin.post(f"/api/conversations/{one}/tasks", {"title": "x"})).json["id"] for one in (theirs, other)
        ]

        async def seen(browser: Browser) -> list[str]:
            return [one["id"] for one in (await browser.get("/api/tasks?view=unowned")).json["items"]]

        assert sorted(await seen(admin)) == sorted(made)
        assert await seen(own) == [made[0]]
        assert (await own.patch(f"/api/tasks/{made[1]}", {"state": "done"})).status == 404


async def test_a_pattern_is_kept_and_forgotten(browser: Browser) -> None:
    await set_up(browser)
    pattern = {
        "name": "Broken parcel",
        "title": "Clear with the courier",
        "checklist": [{"text": "Photos"}, {"text": "Claim"}],
        "due_in_minutes": 1440,
        "remind_before_minutes": 60,
    }
    made = await browser.post("/api/task-patterns", pattern)
    assert made.status == 201, made.raw
    assert [one["name"] for one in (await browser.get("/api/task-patterns")).json["items"]] == ["Broken parcel"]
    assert (await browser.delete(f"/api/task-patterns/{made.json['id']}")).status == 204
    assert (await browser.get("/api/task-patterns")).json["items"] == []


async def test_a_call_back_is_reached_or_tried_again_or_given_up(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), name="Hannah")
    path = f"/api/conversations/{conversation_id}/tasks"
    made = await browser.post(path, {"title": "Call Hannah", "kind": "call_back", "owner_id": str(browser.agent_id)})
    assert (made.json["tries"], made.json["outcome"], made.json["time_zone"]) == (0, None, "Europe/Berlin")
    call = f"/api/tasks/{made.json['id']}/calls"
    late = await browser.post(call, {"outcome": "not_reached", "again_at": _soon(hours=-1)})
    assert (late.status, late.json["errors"][0]["field"]) == (422, "again_at")
    again = await browser.post(call, {"outcome": "not_reached", "again_at": _soon(hours=2)})
    assert again.status == 200, again.raw
    assert (again.json["state"], again.json["tries"], again.json["outcome"]) == ("open", 1, "not_reached")
    assert again.json["due_at"] == again.json["remind_at"] is not None
    reached = await browser.post(call, {"outcome": "reached"})
    assert (reached.json["state"], reached.json["tries"], reached.json["outcome"]) == ("done", 1, "reached")
    assert reached.json["done_by"] == str(browser.agent_id)
    over = await browser.post(call, {"outcome": "reached"})
    assert (over.status, over.json["reason"]) == (409, "no_open_call_back")
    reopened = await browser.patch(f"/api/tasks/{made.json['id']}", {"state": "open"})
    assert reopened.json["outcome"] is None
    given_up = await browser.post(call, {"outcome": "not_reached"})
    assert (given_up.json["state"], given_up.json["tries"]) == ("done", 2)
    plain = await browser.post(path, {"title": "No call"})
    assert (await browser.post(f"/api/tasks/{plain.json['id']}/calls", {"outcome": "reached"})).status == 409
    lines = await _rows(
        browser.server,
        "select content->>'what' as what from messages where conversation_id = $1 and direction = 'line' order by seq",
        conversation_id,
    )
    assert [line["what"] for line in lines] == [
        "task_made",
        "call_not_reached",
        "call_reached",
        "task_reopened",
        "call_not_reached",
        "task_made",
    ]


async def test_a_pattern_is_written_anew_and_another_workspace_does_not_see_it(server: Server) -> None:
    async with AsyncExitStack() as stack:
        mine, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(mine)
        await set_up(foreign)
        given = {"name": "Return", "title": "Send the label", "checklist": [{"text": "Ask for photos"}]}
        made = (await mine.post("/api/task-patterns", given)).json
        path = f"/api/task-patterns/{made['id']}"
        wanted = given | {"name": "Returns", "due_in_minutes": 1440, "remind_before_minutes": 60}
        changed = await mine.put(path, wanted)
        assert changed.status == 200, changed.raw
        assert (changed.json["name"], changed.json["due_in_minutes"]) == ("Returns", 1440)
        assert (await foreign.put(path, wanted)).status == 404
        assert (await mine.get("/api/task-patterns")).json["items"] == [changed.json]


async def test_a_reminder_stands_behind_the_bell_until_the_task_is_done(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), name="Hannah")
    made = await browser.post(
        f"/api/conversations/{conversation_id}/tasks",
        {"title": "Call", "owner_id": str(browser.agent_id), "remind_at": _soon(hours=1)},
    )
    due = "update tasks set remind_at = now() - interval '1 second' where id = $1"
    await _rows(browser.server, due, made.json["id"])
    await TaskTimers(browser.server.database, utc_now, new_id).step()
    await _tell(browser)
    (told,) = (await browser.get("/api/notifications")).json["items"]
    assert (told["kind"], told["is_read"]) == ("task_due", False)
    await browser.patch(f"/api/tasks/{made.json['id']}", {"state": "done"})
    await _tell(browser)
    (told,) = (await browser.get("/api/notifications")).json["items"]
    assert told["is_read"]


async def _tell(browser: Browser) -> None:
    """What the consumer does with all that happened in the workspace."""
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        events = await read_events(await session.raw(), workspace_id=browser.workspace_id, after_seq=0, limit=1000)
        known = [one for one in events if one.event.kind in NOTIFYING]
        await notify_agents(session, known, now=utc_now(), new_id=new_id)
