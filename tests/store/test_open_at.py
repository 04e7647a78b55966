"""Whether it is open, asked of the database and of the rule: the same nights, the same hours, the same places."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import pytest

from tests.core.test_automatic_reply import _NIGHTS, _random_calendar
from threadline.core.calendar import DAY_MINUTES, Calendar, Period, is_open
from threadline.infra.clock import new_id
from threadline.store.calendars import (
    CalendarRow,
    is_zone_known,
    point_channel,
    point_team,
    save_calendar,
    save_special_days,
)
from threadline.store.session import Database, Role, Session

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(("zone", "day"), _NIGHTS, ids=[f"{zone} {day}" for zone, day in _NIGHTS])
async def test_the_database_and_the_rule_agree_every_minute_of_a_strange_night(
    database: Database, zone: str, day: datetime
) -> None:
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    workspace_id = new_id()
    async with database.transaction(Role.ENGINE, workspace_id) as session:
        await _workspace(session, workspace_id)
        for _ in range(4):
            calendar = _random_calendar(chance, zone, day)
            row = CalendarRow(id=new_id(), name=str(new_id()), hours=calendar, is_default=True)
            await save_calendar(session, row)
            await save_special_days(session, row.id, calendar.special_days)
            start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            moments = [start + timedelta(minutes=step, seconds=chance.randrange(60)) for step in range(2 * DAY_MINUTES)]
            answers = await (await session.raw()).fetch(
                "select is_open_at($1, null, null, at) as is_open from unnest($2::timestamptz[]) at",
                workspace_id,
                moments,
            )
            wrong = [
                at for at, row in zip(moments, answers, strict=True) if row["is_open"] is not is_open(calendar, at)
            ]
            assert wrong == [], (seed, calendar)


async def test_by_the_hours_of_the_team_else_the_channel_else_the_workspace_else_always(database: Database) -> None:
    workspace_id, channel_id, team_id = new_id(), new_id(), new_id()
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    async with database.transaction(Role.ENGINE, workspace_id) as session:
        await _workspace(session, workspace_id)
        connection = await session.raw()
        endpoint_id = new_id()
        await connection.execute(
            "insert into endpoints (workspace_id, id, key, provider, secrets) values ($1, $2, $3, 'courier', '')",
            workspace_id,
            endpoint_id,
            str(endpoint_id),
        )
        await connection.execute(
            "insert into channels (workspace_id, id, type, name, endpoint_id, address, secrets)"
            " values ($1, $2, 'courier', 'C', $3, $4, '')",
            workspace_id,
            channel_id,
            endpoint_id,
            str(channel_id),
        )
        await connection.execute(
            "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, 'T', 't', 'teal')",
            workspace_id,
            team_id,
        )

        async def asked(team: UUID | None) -> bool:
            sql = "select is_open_at($1, $2, $3, $4)"
            return await connection.fetchval(sql, workspace_id, team, channel_id, at) is True

        assert await asked(team_id), "without hours it is always open"
        never_id, always_id = [await _calendar(session, opens=opens) for opens in (False, True)]
        await connection.execute("update calendars set is_default = true where id = $1", never_id)
        assert not await asked(team_id)
        await point_channel(session, channel_id, always_id)
        assert await asked(team_id)
        await point_team(session, team_id, never_id)
        assert (await asked(team_id), await asked(None)) == (False, True)
        await connection.execute("update teams set deleted_at = now() where id = $1", team_id)
        assert await asked(team_id), "a team that is gone has no hours"


async def test_zones_that_the_database_does_not_know_are_not_kept(database: Database) -> None:
    async with database.transaction(Role.ENGINE, new_id()) as session:
        assert not await is_zone_known(session, "Mars/Olympus")
        for zone in ("Europe/Berlin", "Pacific/Apia", "UTC", "America/Argentina/Buenos_Aires"):
            assert zone in available_timezones()
            assert await is_zone_known(session, zone)


async def test_ten_thousand_conversations_are_asked_in_time(database: Database) -> None:
    """A view asks for every conversation of the desk at once."""
    workspace_id = new_id()
    async with database.transaction(Role.ENGINE, workspace_id) as session:
        await _workspace(session, workspace_id)
        office = _random_calendar(random.Random(1), *_NIGHTS[0])
        await save_calendar(session, CalendarRow(id=new_id(), name="A", hours=office, is_default=True))
        plan = await (await session.raw()).fetchval(
            "explain (analyze, format json) select count(*) from generate_series(1, 10000) n"
            " where is_open_at($1, null, null, $2::timestamptz + n * interval '1 minute')",
            workspace_id,
            datetime.now(ZoneInfo("UTC")),
        )
    took_ms = msgspec.json.decode(str(plan))[0]["Execution Time"]
    assert took_ms < 5_000, took_ms


async def _workspace(session: Session, workspace_id: UUID) -> None:
    await (await session.raw()).execute("insert into workspaces (id, name) values ($1, 'Shop')", workspace_id)


async def _calendar(session: Session, *, opens: bool) -> UUID:
    day = (Period(from_minute=0, to_minute=DAY_MINUTES),) if opens else ()
    row = CalendarRow(
        id=new_id(), name=f"{opens}", hours=Calendar(zone="Asia/Tokyo", week=(day,) * 7), is_default=False
    )
    await save_calendar(session, row)
    return row.id
