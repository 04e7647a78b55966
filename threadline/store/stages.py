"""Stages of conversations. A deleted one is in no menu any more; what is in it stays there until it moves on."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.label import label_key
from threadline.core.stage import StageState
from threadline.store.clocks import unpaused
from threadline.store.session import Session


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    state: StageState
    name: str
    pauses_clock: bool
    """Whoever waits is out of the queue while their conversation is in it."""


_COLUMNS = "id, state, name, pauses_clock"


async def list_stages(session: Session) -> list[Stage]:
    """In the order of their names. Their number is bounded (`MOST_STAGES`)."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from stages where workspace_id = $1 and deleted_at is null order by name_key",
        session.workspace_id,
    )
    return [Stage(**row) for row in rows]


async def get_stage(session: Session, stage_id: UUID) -> Stage:
    """Raises NotFound, also for deleted ones and those of other workspaces."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from stages where workspace_id = $1 and id = $2 and deleted_at is null",
        session.workspace_id,
        stage_id,
    )
    if row is None:
        raise NotFound("This stage does not exist any more.", reason="no_such_stage")
    return Stage(**row)


async def find_stage(session: Session, stage_id: UUID) -> Stage | None:
    """Also a deleted one: what is taken back may return to it."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from stages where workspace_id = $1 and id = $2", session.workspace_id, stage_id
    )
    return None if row is None else Stage(**row)


async def save_stage(session: Session, stage: Stage) -> None:
    """New, or changed under its id. Raises Conflict if another one has the name."""
    connection = await session.raw()
    taken = await connection.fetchval(
        "select true from stages where workspace_id = $1 and name_key = $2 and deleted_at is null and id <> $3",
        session.workspace_id,
        label_key(stage.name),
        stage.id,
    )
    if taken:
        raise Conflict("There is a stage of this name already.", reason="stage_exists")
    await connection.execute(
        "insert into stages (workspace_id, id, state, name, name_key, pauses_clock) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (workspace_id, id) do update set name = excluded.name, name_key = excluded.name_key,"
        " pauses_clock = excluded.pauses_clock",
        session.workspace_id,
        stage.id,
        stage.state,
        stage.name,
        label_key(stage.name),
        stage.pauses_clock,
    )


async def delete_stage(session: Session, stage_id: UUID) -> None:
    """Raises NotFound."""
    await get_stage(session, stage_id)
    await (await session.raw()).execute(
        "update stages set deleted_at = now() where workspace_id = $1 and id = $2", session.workspace_id, stage_id
    )


async def name_of_stage(session: Session, stage_id: UUID) -> str:
    """Of a deleted one, too."""
    name: str | None = await (await session.raw()).fetchval(
        "select name from stages where workspace_id = $1 and id = $2", session.workspace_id, stage_id
    )
    return name or ""


async def set_stage(
    session: Session, *, conversation_id: UUID, stage_id: UUID | None, paused_at: datetime | None, now: datetime
) -> None:
    """Under the conversation's lock. A clock that stood still in the stage before goes on."""
    await (await session.raw()).execute(
        f"update conversations set stage_id = $3, paused_at = $4, waiting_since = {unpaused('$5')}"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        stage_id,
        paused_at,
        now,
    )
