"""The rota: plans of weeks, and changes with what became of them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.calendar import Week
from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.core.rota import (
    Change,
    ChangeKind,
    ChangeKindText,
    ChangeState,
    ChangeStateText,
    OffReasonText,
    Plan,
    Rota,
    Span,
)
from threadline.store.session import Session

_LOOKED_BACK: Final = timedelta(days=10)
"""A shift that began before what is asked may hang together with what was changed days ago."""
_IS_HERE: Final = (
    "join agents a on a.workspace_id = {0}.workspace_id and a.id = {0}.agent_id and a.deactivated_at is null"
)
_decode_weeks = msgspec.json.Decoder(tuple[Week, ...]).decode


class RotaChange(msgspec.Struct, frozen=True, kw_only=True):
    """A day off, an extra shift or a swap, and what became of it."""

    id: UUID
    kind: ChangeKindText
    state: ChangeStateText
    agent_id: UUID
    """Who is off, works more, or gives their shift."""
    receiver_id: UUID | None
    """Of a swap: who works in their place."""
    starts_at: datetime
    ends_at: datetime
    return_starts_at: datetime | None
    """Of a swap: the shift of the receiver that is taken in return, if one is."""
    return_ends_at: datetime | None
    reason: OffReasonText
    """Why they are off; empty also for those whom it does not concern."""
    note: str
    asked_by: UUID
    """An agent or a program."""
    asked_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None

    @property
    def change(self) -> Change:
        in_return = None
        if self.return_starts_at is not None and self.return_ends_at is not None:
            in_return = Span(self.return_starts_at, self.return_ends_at)
        return Change(
            kind=ChangeKind(self.kind),
            agent_id=self.agent_id,
            span=Span(self.starts_at, self.ends_at),
            receiver_id=self.receiver_id,
            in_return=in_return,
        )


_COLUMNS: Final = ", ".join(f"c.{name}" for name in RotaChange.__struct_fields__)


async def lock_rota(session: Session) -> None:
    """One change at a time in a workspace: two swaps of one shift would both fit. Given back with the transaction."""
    await (await session.raw()).execute(
        "select pg_advisory_xact_lock(hashtextextended('rota ' || $1::text, 0))", str(session.workspace_id)
    )


async def load_rota(session: Session, *, since: datetime) -> Rota:
    """Everybody's who works here, right from this moment on. Most workspaces have none, and read one small table.

    A change that only somebody else's plan could tell of is not lost: whoever receives a shift may have no plan.
    """
    plans = await list_plans(session)
    changes = await list_changes(session, since=since - _LOOKED_BACK, states=[ChangeState.ACCEPTED])
    decided = sorted(changes, key=lambda one: (one.decided_at or one.asked_at, one.id))
    return Rota(plans, [one.change for one in decided])


async def list_plans(session: Session) -> list[Plan]:
    """Of everybody who works here, each agent's by their day."""
    rows = await (await session.raw()).fetch(
        f"select r.agent_id, r.from_day, r.zone, r.weeks::text as weeks from rota_plans r {_IS_HERE.format('r')}"
        " where r.workspace_id = $1 order by r.agent_id, r.from_day",
        session.workspace_id,
    )
    return [Plan(**{**row, "weeks": _decode_weeks(row["weeks"])}) for row in rows]


async def find_plan(session: Session, agent_id: UUID, from_day: date) -> Plan | None:
    row = await (await session.raw()).fetchrow(
        "select agent_id, from_day, zone, weeks::text as weeks from rota_plans"
        " where workspace_id = $1 and agent_id = $2 and from_day = $3",
        session.workspace_id,
        agent_id,
        from_day,
    )
    return None if row is None else Plan(**{**row, "weeks": _decode_weeks(row["weeks"])})


async def count_plans(session: Session, agent_id: UUID) -> int:
    count = await (await session.raw()).fetchval(
        "select count(*) from rota_plans where workspace_id = $1 and agent_id = $2", session.workspace_id, agent_id
    )
    assert isinstance(count, int)
    return count


async def save_plan(session: Session, plan: Plan) -> None:
    """In the place of that of the same day."""
    await (await session.raw()).execute(
        "insert into rota_plans (workspace_id, agent_id, from_day, zone, weeks) values ($1, $2, $3, $4, $5::jsonb)"
        " on conflict (workspace_id, agent_id, from_day) do update set zone = excluded.zone, weeks = excluded.weeks",
        session.workspace_id,
        plan.agent_id,
        plan.from_day,
        plan.zone,
        msgspec.json.encode(plan.weeks).decode(),
    )


async def delete_plan(session: Session, agent_id: UUID, from_day: date) -> None:
    """Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "delete from rota_plans where workspace_id = $1 and agent_id = $2 and from_day = $3 returning true",
        session.workspace_id,
        agent_id,
        from_day,
    )
    if not deleted:
        raise NotFound("There is no plan from this day on.", reason="no_such_plan")


async def list_changes(
    session: Session, *, since: datetime, states: Sequence[ChangeState] = tuple(ChangeState)
) -> list[RotaChange]:
    """Those of whoever works here that end after a moment, in order of time. Uses `rota_changes_by_end`."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from rota_changes c {_IS_HERE.format('c')}"
        " where c.workspace_id = $1 and greatest(c.ends_at, c.return_ends_at) > $2 and c.state = any($3::text[])"
        " order by c.starts_at, c.id",
        session.workspace_id,
        since,
        [state.value for state in states],
    )
    return [RotaChange(**row) for row in rows]


async def get_change(session: Session, change_id: UUID) -> RotaChange:
    """Raises NotFound, also for those of other workspaces and of whoever does not work here any more."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from rota_changes c {_IS_HERE.format('c')} where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        change_id,
    )
    if row is None:
        raise no_such_change()
    return RotaChange(**row)


def no_such_change() -> NotFound:
    return NotFound("This change of the rota does not exist any more.", reason="no_such_rota_change")


async def list_colleagues(session: Session, caller: Caller) -> set[UUID]:
    """Whose shifts somebody sees who does not plan: their own and those of their teams."""
    rows = await (await session.raw()).fetch(
        "select distinct agent_id from team_members where workspace_id = $1 and team_id = any($2::uuid[])",
        session.workspace_id,
        sorted(caller.team_ids),
    )
    own = set[UUID]() if caller.agent_id is None else {caller.agent_id}
    return own | {row["agent_id"] for row in rows}


async def count_asked(session: Session, *, agent_id: UUID | None, manages: bool, now: datetime) -> int:
    """How many wait for the word of an agent: swaps that are offered to them; to who plans, everything."""
    count = await (await session.raw()).fetchval(
        f"select count(*) from rota_changes c {_IS_HERE.format('c')} where c.workspace_id = $1 and c.state = 'asked'"
        " and greatest(c.ends_at, c.return_ends_at) > $2 and ($3 or c.receiver_id = $4)",
        session.workspace_id,
        now,
        manages,
        agent_id,
    )
    assert isinstance(count, int)
    return count


async def save_change(session: Session, change: RotaChange) -> None:
    """New, or with what became of it under the rota's lock."""
    values = msgspec.structs.astuple(change)
    places = ", ".join(f"${number}" for number in range(2, len(values) + 2))
    await (await session.raw()).execute(
        f"insert into rota_changes (workspace_id, {', '.join(change.__struct_fields__)}) values ($1, {places})"
        " on conflict (workspace_id, id) do update set state = excluded.state, decided_by = excluded.decided_by,"
        " decided_at = excluded.decided_at",
        session.workspace_id,
        *values,
    )
