"""Deadlines of conversations, for the engine: read with what they go by, written in sets, claimed in their time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from threadline.core.content import Line, encode_content
from threadline.core.conversation import ConversationState
from threadline.core.ids import first_uuid7_at
from threadline.core.message import AuthorKind, Direction
from threadline.core.sla import Clock, Kept
from threadline.store.connection import Connection
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class Timed:
    """A conversation as far as its clocks go."""

    id: UUID
    channel_id: UUID
    contact_id: UUID
    team_id: UUID | None
    state: ConversationState
    waiting_since: datetime | None
    paused_at: datetime | None
    window_closes_at: datetime | None
    due_at: datetime | None
    created_at: datetime
    last_seq: int

    @property
    def since(self) -> datetime | None:
        """Since when somebody waits whose clock goes."""
        is_over = self.state is ConversationState.RESOLVED or self.paused_at is not None
        return None if is_over else self.waiting_since


_TIMED = """
c.id, c.channel_id, c.contact_id, c.team_id, c.state, c.waiting_since, c.paused_at, c.window_closes_at, c.due_at,
c.created_at, c.last_seq
"""
_KEPT = (
    "d.clock, d.began_at, d.since, d.is_first, d.policy_id, d.half_at, d.warn_at, d.due_at, d.warned_at, d.missed_at"
)

Clocks = Mapping[Clock, Kept]


async def read_timed(session: Session, conversation_ids: Sequence[UUID]) -> list[Timed]:
    """Those of these whose clocks go, or were kept as going. By the primary keys; nothing is locked."""
    rows = await (await session.raw()).fetch(
        f"select {_TIMED} from conversations c where c.workspace_id = $1 and c.id = any($2::uuid[])"
        " and (c.waiting_since is not null or c.due_at is not null or exists (select from deadlines d"
        " where d.workspace_id = c.workspace_id and d.conversation_id = c.id and d.due_at is not null))",
        session.workspace_id,
        list(conversation_ids),
    )
    return [_timed(row) for row in rows]


async def read_deadlines(
    session: Session, conversation_ids: Sequence[UUID], *, is_locked: bool = False
) -> dict[UUID, Clocks]:
    """What is kept of these; a conversation without a clock is absent. Locked: no mark is set meanwhile.

    Whoever holds a conversation must not wait for these locks: who holds them waits for conversations.
    """
    rows = await (await session.raw()).fetch(
        f"select d.conversation_id, {_KEPT} from deadlines d"
        " where d.workspace_id = $1 and d.conversation_id = any($2::uuid[])"
        f" order by d.conversation_id, d.clock{' for no key update' if is_locked else ''}",
        session.workspace_id,
        list(conversation_ids),
    )
    found: dict[UUID, dict[Clock, Kept]] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], {})[Clock(row["clock"])] = _kept(row)
    return dict(found)


_FIND_ANSWERED = """
select c.id from conversations c
where c.workspace_id = $1 and c.id = any($2::uuid[]) and exists (
    select from messages m where m.workspace_id = $1 and m.conversation_id = c.id and m.direction = 'outgoing'
      and m.author_kind in ('agent', 'flow', 'phone_app') and coalesce(m.status, 2) in (2, 4, 5, 6) and not m.is_quiet
      and m.id >= $3 and m.sort_at > coalesce((
        select max(l.sort_at) from messages l where l.workspace_id = $1 and l.conversation_id = c.id
          and l.id >= $3 and l.direction = 'line' and l.content ->> 'what' = 'resolved'), '-infinity'))
"""


async def find_answered(session: Session, conversation_ids: Sequence[UUID]) -> set[UUID]:
    """Those in which we have answered since they began, or since they were last resolved. Uses `messages_by_sort`."""
    if not conversation_ids:
        return set()
    connection = await session.raw()
    began_at = await connection.fetchval(
        "select min(created_at) - interval '1 day' from conversations where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(conversation_ids),
    )
    oldest = UUID(int=0) if began_at is None else first_uuid7_at(began_at)
    rows = await connection.fetch(_FIND_ANSWERED, session.workspace_id, list(conversation_ids), oldest)
    return {row["id"] for row in rows}


async def has_pauses(session: Session) -> bool:
    """Whether a stage of the workspace lets clocks stand still, or once did."""
    found = await (await session.raw()).fetchval(
        "select true from stages where workspace_id = $1 and pauses_clock limit 1", session.workspace_id
    )
    return bool(found)


_KEEP = """
insert into deadlines as d (workspace_id, conversation_id, clock, began_at, since, is_first, policy_id, half_at,
    warn_at, due_at, warned_at, missed_at, act_at)
select $1, k.* from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::boolean[], $7::uuid[],
    $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[],
    $13::timestamptz[]) as k
on conflict (workspace_id, conversation_id, clock) do update set began_at = excluded.began_at, since = excluded.since,
    is_first = excluded.is_first, policy_id = excluded.policy_id, half_at = excluded.half_at,
    warn_at = excluded.warn_at, due_at = excluded.due_at, warned_at = excluded.warned_at,
    missed_at = excluded.missed_at, act_at = excluded.act_at
"""


async def keep_clocks(session: Session, kept: Iterable[tuple[UUID, Kept]]) -> None:
    """Each in the place of what was kept of that clock; in one order, so that no two wait for each other."""
    rows = sorted(kept, key=lambda one: (one[0], one[1].clock))
    if not rows:
        return
    clocks = [clock for _, clock in rows]
    await (await session.raw()).execute(
        _KEEP,
        session.workspace_id,
        [id for id, _ in rows],
        [one.clock.value for one in clocks],
        [one.began_at for one in clocks],
        [one.since for one in clocks],
        [one.is_first for one in clocks],
        [one.policy_id for one in clocks],
        [one.half_at for one in clocks],
        [one.warn_at for one in clocks],
        [one.due_at for one in clocks],
        [one.warned_at for one in clocks],
        [one.missed_at for one in clocks],
        [one.act_at for one in clocks],
    )


async def set_due(session: Session, due: Mapping[UUID, datetime | None]) -> None:
    """What is due next of each. The rows are locked in the order of their ids before they are written."""
    if not due:
        return
    await (await session.raw()).execute(
        "with locked as (select c.id from conversations c where c.workspace_id = $1 and c.id = any($2::uuid[])"
        " order by c.id for no key update)"
        " update conversations c set due_at = v.due_at from unnest($2::uuid[], $3::timestamptz[]) as v (id, due_at)"
        " where c.workspace_id = $1 and c.id = v.id and v.id in (select id from locked)"
        " and c.due_at is distinct from v.due_at",
        session.workspace_id,
        list(due),
        list(due.values()),
    )


# When their time comes


async def find_workspaces_to_act(connection: Connection, *, limit: int) -> list[UUID]:
    """Where a moment has come, by the database's clock; the oldest first. Uses `deadlines_to_act`."""
    rows = await connection.fetch(
        "select workspace_id from deadlines where act_at <= now() group by workspace_id order by min(act_at) limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


async def claim_due(session: Session, *, limit: int) -> list[tuple[Timed, Kept]]:
    """Clocks whose moment has come, with their conversations under their locks, in the order of their moments.

    What somebody else holds is passed over: it is answered there, or due again at the next look. Uses
    `deadlines_to_act_in`.
    """
    rows = await (await session.raw()).fetch(
        f"select {_TIMED}, {_KEPT.replace('d.due_at', 'd.due_at as kept_due_at')} from deadlines d"
        " join conversations c on c.workspace_id = d.workspace_id and c.id = d.conversation_id"
        " where d.workspace_id = $1 and d.act_at <= now() order by d.act_at, c.id limit $2"
        " for no key update of c, d skip locked",
        session.workspace_id,
        limit,
    )
    return [(_timed(row), _kept(row, due="kept_due_at")) for row in rows]


_INSERT_LINES = """
insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind, content,
                      sort_at, created_at)
select $1, l.id, l.conversation_id, l.channel_id, l.seq, $7, $8, 'line', l.content::jsonb, $9, $9
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::text[])
    as l (id, conversation_id, channel_id, seq, content)
"""
_ADVANCE = """
update conversations c set last_line_id = l.id, last_seq = l.seq, first_message_id = coalesce(c.first_message_id, l.id)
from unnest($2::uuid[], $3::uuid[], $4::int[]) as l (id, conversation_id, seq)
where c.workspace_id = $1 and c.id = l.conversation_id
"""


async def write_lines(session: Session, lines: Sequence[tuple[UUID, Timed, int, Line]], *, now: datetime) -> None:
    """(id, conversation, number, line) each, by the desk itself, under the conversations' locks; lists and what is
    unread stay as they are. Two of one conversation come in the order of their numbers."""
    if not lines:
        return
    connection = await session.raw()
    await connection.execute(
        _INSERT_LINES,
        session.workspace_id,
        [id for id, _, _, _ in lines],
        [timed.id for _, timed, _, _ in lines],
        [timed.channel_id for _, timed, _, _ in lines],
        [seq for _, _, seq, _ in lines],
        [encode_content(line).decode() for _, _, _, line in lines],
        Direction.LINE.value,
        AuthorKind.SYSTEM.value,
        now,
    )
    last = {timed.id: (id, seq) for id, timed, seq, _ in lines}
    await connection.execute(
        _ADVANCE,
        session.workspace_id,
        [id for id, _ in last.values()],
        list(last),
        [seq for _, seq in last.values()],
    )


def _timed(row: asyncpg.Record) -> Timed:
    return Timed(
        id=row["id"],
        channel_id=row["channel_id"],
        contact_id=row["contact_id"],
        team_id=row["team_id"],
        state=ConversationState(row["state"]),
        waiting_since=row["waiting_since"],
        paused_at=row["paused_at"],
        window_closes_at=row["window_closes_at"],
        due_at=row["due_at"],
        created_at=row["created_at"],
        last_seq=row["last_seq"],
    )


def _kept(row: asyncpg.Record, *, due: str = "due_at") -> Kept:
    return Kept(
        clock=Clock(row["clock"]),
        began_at=row["began_at"],
        since=row["since"],
        is_first=row["is_first"],
        policy_id=row["policy_id"],
        half_at=row["half_at"],
        warn_at=row["warn_at"],
        due_at=row[due],
        warned_at=row["warned_at"],
        missed_at=row["missed_at"],
    )
