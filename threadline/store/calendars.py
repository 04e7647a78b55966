"""Calendars, their special days, and who goes by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from threadline.core.calendar import Calendar, SpecialDay, Week, calendar_for, calendar_key
from threadline.core.errors import Conflict, NotFound
from threadline.store.session import Session


class CalendarRow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    hours: Calendar
    is_default: bool
    """Who has no other goes by it."""


class Users(msgspec.Struct, frozen=True, kw_only=True):
    """Who points to calendars: their ids → the calendar's. Deleted teams and disconnected channels are none."""

    channels: dict[UUID, UUID]
    teams: dict[UUID, UUID]


_SELECT = """
select c.id, c.name, c.zone, c.week::text as week, c.is_default,
       coalesce((select jsonb_agg(jsonb_build_object('day', d.day, 'name', d.name, 'periods', d.periods) order by d.day)
                 from special_days d where d.workspace_id = c.workspace_id and d.calendar_id = c.id),
                '[]')::text as special_days
from calendars c where c.workspace_id = $1 and c.deleted_at is null
"""
_decode_week = msgspec.json.Decoder(Week).decode
_decode_days = msgspec.json.Decoder(tuple[SpecialDay, ...]).decode


async def list_calendars(session: Session) -> list[CalendarRow]:
    """By name. Their number is bounded (`MOST_CALENDARS`)."""
    rows = await (await session.raw()).fetch(f"{_SELECT} order by c.name_key", session.workspace_id)
    return [_row(**row) for row in rows]


async def get_calendar(session: Session, calendar_id: UUID, *, is_locked: bool = False) -> CalendarRow:
    """Raises NotFound, also for those of other workspaces. Locked: no other change comes between, special days too."""
    connection = await session.raw()
    if is_locked:
        await connection.execute(
            "select from calendars where workspace_id = $1 and id = $2 and deleted_at is null for no key update",
            session.workspace_id,
            calendar_id,
        )
    row = await connection.fetchrow(f"{_SELECT} and c.id = $2", session.workspace_id, calendar_id)
    if row is None:
        raise NotFound("These business hours do not exist any more.", reason="no_such_calendar")
    return _row(**row)


async def find_calendar_for(session: Session, *, team_id: UUID | None, channel_id: UUID) -> CalendarRow | None:
    """The hours of a conversation: its team's, else its channel's, else the workspace's. None: always open."""
    calendar_id = await (await session.raw()).fetchval(
        "select coalesce((select calendar_id from teams where workspace_id = $1 and id = $2 and deleted_at is null),"
        " (select calendar_id from channels where workspace_id = $1 and id = $3),"
        " (select id from calendars where workspace_id = $1 and is_default))",
        session.workspace_id,
        team_id,
        channel_id,
    )
    return None if calendar_id is None else await get_calendar(session, calendar_id)


async def read_zone(session: Session) -> ZoneInfo:
    """By which the days of the workspace begin: that of the hours which hold for everybody, else UTC."""
    zone = await (await session.raw()).fetchval(
        "select zone from calendars where workspace_id = $1 and is_default and deleted_at is null", session.workspace_id
    )
    return ZoneInfo(zone or "UTC")


async def list_users(session: Session) -> Users:
    connection = await session.raw()
    channels = await connection.fetch(
        "select id, calendar_id from channels where workspace_id = $1 and calendar_id is not null"
        " and state <> 'disconnected'",
        session.workspace_id,
    )
    teams = await connection.fetch(
        "select id, calendar_id from teams where workspace_id = $1 and calendar_id is not null and deleted_at is null",
        session.workspace_id,
    )
    return Users(
        channels={row["id"]: row["calendar_id"] for row in channels},
        teams={row["id"]: row["calendar_id"] for row in teams},
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """All hours of a workspace, with who goes by which."""

    calendars: Mapping[UUID, Calendar]
    users: Users
    default_id: UUID | None

    def of(self, *, channel_id: UUID, team_id: UUID | None) -> Calendar | None:
        """Those of a conversation. None: always open."""
        found = calendar_for(
            team=None if team_id is None else self.users.teams.get(team_id),
            channel=self.users.channels.get(channel_id),
            default=self.default_id,
        )
        return None if found is None else self.calendars.get(found)

    def of_team(self, team_id: UUID) -> Calendar | None:
        """Those that a team is expected to keep, whichever channel: its own, else the workspace's."""
        found = self.users.teams.get(team_id, self.default_id)
        return None if found is None else self.calendars.get(found)


async def read_hours(session: Session) -> Hours:
    """For many conversations at once; for one there is `find_calendar_for`."""
    calendars, users = await list_calendars(session), await list_users(session)
    return Hours(
        calendars={one.id: one.hours for one in calendars},
        users=users,
        default_id=next((one.id for one in calendars if one.is_default), None),
    )


async def save_calendar(session: Session, calendar: CalendarRow) -> None:
    """New, or changed under its id; its special days are saved apart. Raises Conflict if another one has the name."""
    connection = await session.raw()
    await _check_name(session, calendar_key(calendar.name), calendar.id)
    if calendar.is_default:
        await connection.execute(
            "update calendars set is_default = false where workspace_id = $1 and is_default and id <> $2",
            session.workspace_id,
            calendar.id,
        )
    await connection.execute(
        "insert into calendars (workspace_id, id, name, name_key, zone, week, is_default)"
        " values ($1, $2, $3, $4, $5, $6::jsonb, $7)"
        " on conflict (workspace_id, id) do update set name = excluded.name, name_key = excluded.name_key,"
        " zone = excluded.zone, week = excluded.week, is_default = excluded.is_default",
        session.workspace_id,
        calendar.id,
        calendar.name,
        calendar_key(calendar.name),
        calendar.hours.zone,
        _encode(calendar.hours.week),
        calendar.is_default,
    )


async def save_special_days(session: Session, calendar_id: UUID, days: Sequence[SpecialDay]) -> None:
    """In the place of what there is on their dates."""
    await (await session.raw()).execute(
        "insert into special_days (workspace_id, calendar_id, day, name, periods)"
        " select $1, $2, d.day, d.name, d.periods::jsonb"
        " from unnest($3::date[], $4::text[], $5::text[]) d (day, name, periods)"
        " on conflict (workspace_id, calendar_id, day) do update set name = excluded.name, periods = excluded.periods",
        session.workspace_id,
        calendar_id,
        [one.day for one in days],
        [one.name for one in days],
        [_encode(one.periods) for one in days],
    )


async def delete_special_days(session: Session, calendar_id: UUID, days: Sequence[date]) -> None:
    await (await session.raw()).execute(
        "delete from special_days where workspace_id = $1 and calendar_id = $2 and day = any($3::date[])",
        session.workspace_id,
        calendar_id,
        list(days),
    )


async def _check_name(session: Session, key: str, calendar_id: UUID) -> None:
    taken = await (await session.raw()).fetchval(
        "select true from calendars where workspace_id = $1 and name_key = $2 and id <> $3 and deleted_at is null",
        session.workspace_id,
        key,
        calendar_id,
    )
    if taken:
        raise Conflict("There are business hours of this name already.", reason="calendar_exists")


async def delete_calendar(session: Session, calendar_id: UUID, *, now: datetime) -> None:
    """Who pointed to it goes by the next one; who that was is kept with it. Raises NotFound."""
    connection = await session.raw()
    deleted = await connection.fetchval(
        "update calendars c set deleted_at = $3, was_default = is_default, is_default = false,"
        " was_of_channels = array(select h.id from channels h where h.workspace_id = $1 and h.calendar_id = $2),"
        " was_of_teams = array(select t.id from teams t where t.workspace_id = $1 and t.calendar_id = $2)"
        " where c.workspace_id = $1 and c.id = $2 and c.deleted_at is null returning true",
        session.workspace_id,
        calendar_id,
        now,
    )
    if not deleted:
        raise NotFound("These business hours do not exist any more.", reason="no_such_calendar")
    for table in ("channels", "teams"):
        await connection.execute(
            f"update {table} set calendar_id = null where workspace_id = $1 and calendar_id = $2",
            session.workspace_id,
            calendar_id,
        )


async def restore_calendar(session: Session, calendar_id: UUID) -> None:
    """As it was, for whoever went by it and has no other of their own by now; the default one unless another is.

    Raises NotFound (it was not deleted, or is gone for good), Conflict: another one has the name by now.
    """
    connection = await session.raw()
    row = await connection.fetchrow(
        "select name_key from calendars where workspace_id = $1 and id = $2 and deleted_at is not null for update",
        session.workspace_id,
        calendar_id,
    )
    if row is None:
        raise NotFound("These business hours do not exist any more.", reason="no_such_calendar")
    await _check_name(session, row["name_key"], calendar_id)
    await connection.execute(
        "update calendars c set deleted_at = null, is_default = c.was_default and not exists ("
        " select from calendars o where o.workspace_id = $1 and o.is_default)"
        " where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        calendar_id,
    )
    for table in ("channels", "teams"):
        await connection.execute(
            f"update {table} u set calendar_id = c.id from calendars c where c.workspace_id = $1 and c.id = $2"
            f" and u.workspace_id = $1 and u.id = any(c.was_of_{table}) and u.calendar_id is null",
            session.workspace_id,
            calendar_id,
        )


async def is_zone_known(session: Session, zone: str) -> bool:
    """Whether the database knows it, too: filters ask it for local times (`is_open_at`)."""
    found = await (await session.raw()).fetchval(
        "select true from pg_timezone_names where lower(name) = lower($1) limit 1", zone
    )
    return found is True


async def point_channel(session: Session, channel_id: UUID, calendar_id: UUID | None) -> None:
    """Under the channel's lock."""
    await _point(session, "channels", channel_id, calendar_id)


async def point_team(session: Session, team_id: UUID, calendar_id: UUID | None) -> None:
    """Under the team's lock."""
    await _point(session, "teams", team_id, calendar_id)


async def _point(session: Session, table: str, owner_id: UUID, calendar_id: UUID | None) -> None:
    await (await session.raw()).execute(
        f"update {table} set calendar_id = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        owner_id,
        calendar_id,
    )


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _row(*, id: UUID, name: str, zone: str, week: str, is_default: bool, special_days: str) -> CalendarRow:
    hours = Calendar(zone=zone, week=_decode_week(week), special_days=_decode_days(special_days))
    return CalendarRow(id=id, name=name, hours=hours, is_default=is_default)
