"""Tables that a worker reads in: their rows, how they are meant, and how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.store.session import Session

ImportMode = Literal["both", "create", "update"]


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table, as it was written; empty says nothing."""

    name: str = ""
    phone: str = ""
    email: str = ""
    locale: str = ""
    country: str = ""
    """By its two letters."""
    time_zone: str = ""
    company: str = ""
    """By its name; one that is not there yet is made."""
    owner: str = ""
    """By their e-mail address."""
    fields: Mapping[UUID, str] = {}


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of a table are meant."""

    mode: ImportMode = "both"
    """What to do with rows of unknown and of known people."""
    region: str = ""
    """Where numbers without a country belong."""
    label_ids: list[UUID] = []


class OpenImport(msgspec.Struct, frozen=True, kw_only=True):
    """As the job needs it."""

    agent_id: UUID
    way: Way


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    place: int
    row: TableRow


class FailedRow(msgspec.Struct, frozen=True, kw_only=True):
    place: int
    """From 0, as they were brought."""
    row: TableRow
    text: str
    """Why it failed, in English."""
    reason: str
    field: str


_decode_row = msgspec.json.Decoder(TableRow).decode
_decode_way = msgspec.json.Decoder(Way).decode
_decode_failure = msgspec.json.Decoder(dict[str, str]).decode
_encode = msgspec.json.Encoder().encode


async def insert_rows(session: Session, batch_id: UUID, *, first: int, rows: Sequence[TableRow]) -> None:
    """A slice of a table that has not begun, from this place on. What is there already stays: a repeat adds nothing."""
    await (await session.raw()).execute(
        "insert into contact_import_rows (workspace_id, batch_id, place, cells)"
        " select $1, $2, $3 + place - 1, cells::jsonb from unnest($4::text[]) with ordinality as given (cells, place)"
        " on conflict do nothing",
        session.workspace_id,
        batch_id,
        first,
        [_encode(row).decode() for row in rows],
    )


async def start_import(session: Session, batch_id: UUID, *, agent_id: UUID, way: Way, now: datetime) -> bool:
    """False if it was started before, or there is nothing to read in."""
    started = await (await session.raw()).fetchval(
        "update contact_batches b set agent_id = $3, way = $4::jsonb, started_at = $5, total = r.rows"
        " from (select count(*) as rows from contact_import_rows where workspace_id = $1 and batch_id = $2) r"
        " where b.workspace_id = $1 and b.id = $2 and b.started_at is null and r.rows > 0 returning true",
        session.workspace_id,
        batch_id,
        agent_id,
        _encode(way).decode(),
        now,
    )
    return bool(started)


async def lock_import(session: Session, batch_id: UUID) -> OpenImport | None:
    """For this transaction alone; None if it is finished, or was never begun."""
    row = await (await session.raw()).fetchrow(
        "select agent_id, way::text as way from contact_batches where workspace_id = $1 and id = $2"
        " and started_at is not null and finished_at is null for no key update",
        session.workspace_id,
        batch_id,
    )
    return row and OpenImport(agent_id=row["agent_id"], way=_decode_way(row["way"]))


async def next_rows(session: Session, batch_id: UUID, *, limit: int) -> list[WaitingRow]:
    """Those that were not read in yet, in their order. By the primary key."""
    rows = await (await session.raw()).fetch(
        "select place, cells::text as cells from contact_import_rows where workspace_id = $1 and batch_id = $2"
        " and outcome = '' order by place limit $3",
        session.workspace_id,
        batch_id,
        limit,
    )
    return [WaitingRow(place=row["place"], row=_decode_row(row["cells"])) for row in rows]


async def keep_outcomes(
    session: Session, batch_id: UUID, *, done: Sequence[int], failures: Mapping[int, Mapping[str, str]]
) -> None:
    """What was read in is gone from here; what failed stays, with the reason."""
    connection = await session.raw()
    await connection.execute(
        "delete from contact_import_rows where workspace_id = $1 and batch_id = $2 and place = any($3::int[])",
        session.workspace_id,
        batch_id,
        [place for place in done if place not in failures],
    )
    await connection.execute(
        "update contact_import_rows r set outcome = 'failed', failure = f.failure::jsonb"
        " from unnest($3::int[], $4::text[]) as f (place, failure)"
        " where r.workspace_id = $1 and r.batch_id = $2 and r.place = f.place",
        session.workspace_id,
        batch_id,
        list(failures),
        [_encode(failure).decode() for failure in failures.values()],
    )


async def advance_import(
    session: Session, batch_id: UUID, *, done: int, failed: int, finished_at: datetime | None
) -> None:
    await (await session.raw()).execute(
        "update contact_batches set done = done + $3, failed = failed + $4, finished_at = $5"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        batch_id,
        done,
        failed,
        finished_at,
    )


async def list_failed(session: Session, batch_id: UUID, *, after: int, limit: int) -> list[FailedRow]:
    """In their order, behind this place (-1: from the first)."""
    rows = await (await session.raw()).fetch(
        "select place, cells::text as cells, failure::text as failure from contact_import_rows"
        " where workspace_id = $1 and batch_id = $2 and outcome = 'failed' and place > $3 order by place limit $4",
        session.workspace_id,
        batch_id,
        after,
        limit,
    )
    return [
        FailedRow(place=row["place"], row=_decode_row(row["cells"]), **_decode_failure(row["failure"])) for row in rows
    ]
