"""What a customer writes after the end: the same conversation, a new one, or nothing that anybody has to look at."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.core.content import decode_content

pytestmark = pytest.mark.asyncio


async def _end(desk: ReceivingDesk, **settings: Any) -> None:
    """One conversation that was resolved just now; `settings` of the channel."""
    await desk.receive(desk.message(1, "m1"))
    await desk.connection.execute(
        "update channels set settings = $2::jsonb where workspace_id = $1", desk.workspace_id, json.dumps(settings)
    )
    await desk.connection.execute(
        "update conversations set state = 'resolved', resolved_at = $2, waiting_since = null where workspace_id = $1",
        desk.workspace_id,
        desk.now,
    )


async def _conversations(desk: ReceivingDesk) -> list[dict[str, Any]]:
    return await desk.of("conversations", order="created_at, id")


async def _lines(desk: ReceivingDesk) -> list[str]:
    return [
        decode_content(row["content"]).what  # type: ignore[union-attr]
        for row in await desk.of("messages", order="seq")
        if row["direction"] == "line"
    ]


@pytest.mark.parametrize(
    ("days", "after", "is_same"),
    [
        (None, timedelta(days=6, hours=23), True),
        (None, timedelta(days=7, minutes=1), False),
        ("30", timedelta(days=29), True),
        ("1", timedelta(days=2), False),
        ("0", timedelta(minutes=1), False),
    ],
)
async def test_a_message_reopens_within_the_days_of_the_channel(
    database_url: str, days: str | None, after: timedelta, is_same: bool
) -> None:
    async with open_receiving_desk(database_url) as desk:
        desk.now -= timedelta(days=31)
        await _end(desk, **({} if days is None else {"reopen_days": days}))
        desk.now += after
        await desk.receive(desk.message(1, "m2", "It broke again"))
        states = [row["state"] for row in await _conversations(desk)]
        assert states == (["open"] if is_same else ["resolved", "open"])


async def test_whoever_had_the_last_conversation_has_the_new_one(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await _end(desk, reopen_days="0")
        agent_id, team_id = await _give(desk)
        desk.advance(minutes=1)
        await desk.receive(desk.message(1, "m2", "It broke again"))
        new = (await _conversations(desk))[-1]
        assert (new["state"], new["assignee_id"], new["team_id"]) == ("open", agent_id, team_id)


async def test_of_an_agent_and_a_team_that_are_gone_nothing_carries_over(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await _end(desk, reopen_days="0")
        agent_id, team_id = await _give(desk)
        await desk.connection.execute("update agents set deactivated_at = now() where id = $1", agent_id)
        await desk.connection.execute("update teams set deleted_at = now() where id = $1", team_id)
        desk.advance(minutes=1)
        await desk.receive(desk.message(1, "m2", "It broke again"))
        new = (await _conversations(desk))[-1]
        assert (new["assignee_id"], new["team_id"]) == (None, None)


async def _give(desk: ReceivingDesk) -> tuple[UUID, UUID]:
    person_id, agent_id, team_id = desk.new_id(), desk.new_id(), desk.new_id()
    await desk.connection.execute(
        "insert into people (id, email, name) values ($1, $2, 'Ana')", person_id, f"{person_id}@x.test"
    )
    await desk.connection.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, 'agent')",
        desk.workspace_id,
        agent_id,
        person_id,
    )
    await desk.connection.execute(
        "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, 'Support', 'support', 'blue')",
        desk.workspace_id,
        team_id,
    )
    await desk.connection.execute(
        "update conversations set assignee_id = $2, team_id = $3 where workspace_id = $1",
        desk.workspace_id,
        agent_id,
        team_id,
    )
    return agent_id, team_id


@pytest.mark.parametrize("days", ["7", "0"])
async def test_a_thanks_reopens_nothing_and_a_line_says_why(database_url: str, days: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await _end(desk, reopen_days=days)
        desk.advance(minutes=5)
        await desk.receive(desk.message(1, "m2", "Thank you so much 😊"))
        (row,) = await _conversations(desk)
        assert (row["state"], row["waiting_since"], row["incoming_count"]) == ("resolved", None, 2)
        thread = await desk.of("messages", order="seq")
        assert [one["direction"] for one in thread] == ["incoming", "incoming", "line"]
        assert [one["seq"] for one in thread] == [1, 2, 3]
        assert row["last_line_id"] == thread[-1]["id"]
        assert await _lines(desk) == ["kept_resolved"]
        told = [one for one in await desk.of("events", order="seq") if one["message_id"] == thread[-1]["id"]]
        assert [one["kind"] for one in told] == ["conversation_changed"], "screens get the line"


@pytest.mark.parametrize(
    ("texts", "after", "is_open"),
    [
        (["Thanks!"], timedelta(hours=25), True),
        (["Thanks!", "One more thing"], timedelta(minutes=5), True),
        (["Thanks?"], timedelta(minutes=5), True),
        (["Thanks!", "👍"], timedelta(minutes=5), False),
    ],
)
@pytest.mark.parametrize("is_one_batch", [True, False])
async def test_anything_else_reopens(
    database_url: str, texts: list[str], after: timedelta, is_open: bool, is_one_batch: bool
) -> None:
    async with open_receiving_desk(database_url) as desk:
        desk.now -= timedelta(days=2)
        await _end(desk)
        desk.now += after
        items = [desk.message(1, f"n{number}", text) for number, text in enumerate(texts)]
        for batch in [items] if is_one_batch else [[item] for item in items]:
            await desk.receive(*batch)
            desk.advance(seconds=2)
        (row,) = await _conversations(desk)
        assert row["state"] == ("open" if is_open else "resolved")
        asked = [one for one in await desk.of("messages", order="seq") if one["provider_id"] == f"n{len(texts) - 1}"]
        assert row["waiting_since"] == (asked[0]["sort_at"] if is_open else None), "from what asks, not from the thanks"


async def test_a_workspace_may_want_every_thanks_to_reopen(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await _end(desk)
        await desk.connection.execute(
            "update workspaces set settings = '{\"quiet_thanks\": false}' where id = $1", desk.workspace_id
        )
        desk.advance(minutes=5)
        await desk.receive(desk.message(1, "m2", "Thanks!"))
        (row,) = await _conversations(desk)
        assert (row["state"], row["waiting_since"] is not None) == ("open", True)


async def test_a_thanks_in_an_open_conversation_waits_as_any_message(database_url: str) -> None:
    async with open_receiving_desk(database_url) as desk:
        await desk.receive(desk.message(1, "m1", "Thanks!"))
        assert (await _conversations(desk))[0]["waiting_since"] is not None
