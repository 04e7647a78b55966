"""Those who follow the feed: their positions, the events they failed on, their decisions, and the seals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.events import Event
from threadline.store.connection import Connection
from threadline.store.events import NumberedEvent, read_events


@dataclass(frozen=True, slots=True)
class Position:
    """How far a consumer has come in a workspace. `position_id`: the last event's id, to leave out old partitions."""

    workspace_id: UUID
    seq: int
    position_id: UUID | None
    last_seq: int
    """The newest event of the workspace."""


_BEHIND = """
select f.workspace_id, coalesce(c.position, 0) as seq, c.position_id, f.last_seq
from feed_counters f left join consumers c on c.workspace_id = f.workspace_id and c.name = $1
where f.last_seq > coalesce(c.position, 0) order by f.workspace_id
"""


async def find_behind(connection: Connection, name: str) -> list[Position]:
    """Workspaces with events that this consumer has not seen."""
    rows = await connection.fetch(_BEHIND, name)
    return [Position(row["workspace_id"], row["seq"], row["position_id"], row["last_seq"]) for row in rows]


async def save_position(
    connection: Connection, *, workspace_id: UUID, name: str, seq: int, position_id: UUID, now: datetime
) -> None:
    """In the transaction of the effects: both or neither."""
    await connection.execute(
        "insert into consumers as c (workspace_id, name, position, position_id, updated_at) values ($1, $2, $3, $4, $5)"
        " on conflict (workspace_id, name) do update set"
        " position = excluded.position, position_id = excluded.position_id, updated_at = excluded.updated_at"
        " where c.position < excluded.position",
        workspace_id,
        name,
        seq,
        position_id,
        now,
    )


@dataclass(frozen=True, slots=True)
class FailedEvent:
    seq: int
    conversation_id: UUID | None
    tries: int


async def find_blocked_conversations(
    connection: Connection, *, workspace_id: UUID, name: str, conversation_ids: Sequence[UUID]
) -> set[UUID]:
    """Conversations with an event that waits for its next try: what comes behind it waits too. `failed_events_open`."""
    rows = await connection.fetch(
        "select distinct conversation_id from failed_events"
        " where workspace_id = $1 and consumer = $2 and conversation_id = any($3::uuid[]) and state = 'waiting'",
        workspace_id,
        name,
        conversation_ids,
    )
    return {row["conversation_id"] for row in rows}


async def insert_failed_events(
    connection: Connection,
    *,
    workspace_id: UUID,
    name: str,
    events: Sequence[tuple[int, UUID | None, str, int, datetime]],
    now: datetime,
) -> None:
    """(seq, conversation, error, tries, retry at) each."""
    await connection.execute(
        "insert into failed_events (workspace_id, consumer, seq, conversation_id, error, tries, retry_at, created_at)"
        " select $1, $2, seq, conversation_id, error, tries, retry_at, $3"
        " from unnest($4::bigint[], $5::uuid[], $6::text[], $7::smallint[], $8::timestamptz[])"
        " as failed (seq, conversation_id, error, tries, retry_at) on conflict do nothing",
        workspace_id,
        name,
        now,
        [event[0] for event in events],
        [event[1] for event in events],
        [event[2] for event in events],
        [event[3] for event in events],
        [event[4] for event in events],
    )


_DUE = """
select distinct on (workspace_id, coalesce(conversation_id, workspace_id)) workspace_id, seq, conversation_id, tries,
       retry_at <= $2 as is_due
from failed_events where consumer = $1 and state = 'waiting'
order by workspace_id, coalesce(conversation_id, workspace_id), seq
"""


async def find_due_failures(connection: Connection, *, name: str, now: datetime) -> list[tuple[UUID, FailedEvent]]:
    """(workspace, event): the first waiting event of each conversation, if its time has come."""
    rows = await connection.fetch(_DUE, name, now)
    return [
        (row["workspace_id"], FailedEvent(row["seq"], row["conversation_id"], row["tries"]))
        for row in rows
        if row["is_due"]
    ]


async def settle_failure(connection: Connection, *, workspace_id: UUID, name: str, seq: int) -> None:
    await connection.execute(
        "update failed_events set state = 'done' where workspace_id = $1 and consumer = $2 and seq = $3",
        workspace_id,
        name,
        seq,
    )


async def count_failure(
    connection: Connection,
    *,
    workspace_id: UUID,
    name: str,
    seq: int,
    error: str,
    retry_at: datetime | None,
) -> None:
    """Once more later, or set aside for a person when there is no next time."""
    await connection.execute(
        "update failed_events set tries = tries + 1, error = $4, retry_at = $5,"
        " state = case when $5::timestamptz is null then 'set_aside' else 'waiting' end"
        " where workspace_id = $1 and consumer = $2 and seq = $3",
        workspace_id,
        name,
        seq,
        error,
        retry_at,
    )


async def find_event(connection: Connection, *, workspace_id: UUID, seq: int) -> NumberedEvent | None:
    found = await read_events(connection, workspace_id=workspace_id, after_seq=seq - 1, limit=1)
    return found[0] if found and found[0].seq == seq else None


# --- Decisions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    message_id: UUID
    conversation_id: UUID
    answered_by: str
    reason: str


async def insert_decisions(
    connection: Connection, *, workspace_id: UUID, decisions: Sequence[Decision], now: datetime
) -> set[UUID]:
    """Returns the messages for which this is the first decision; whoever comes later has none."""
    rows = await connection.fetch(
        "insert into answer_decisions (workspace_id, message_id, conversation_id, answered_by, reason, decided_at)"
        " select $1, message_id, conversation_id, answered_by, reason, $2"
        " from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[])"
        " as new (message_id, conversation_id, answered_by, reason)"
        " on conflict do nothing returning message_id",
        workspace_id,
        now,
        [decision.message_id for decision in decisions],
        [decision.conversation_id for decision in decisions],
        [decision.answered_by for decision in decisions],
        [decision.reason for decision in decisions],
    )
    return {row["message_id"] for row in rows}


async def decide_anew(connection: Connection, *, workspace_id: UUID, decision: Decision, now: datetime) -> None:
    """In the place of what was decided: a rule goes before a greeting, whichever of both was asked first."""
    await connection.execute(
        "insert into answer_decisions as d (workspace_id, message_id, conversation_id, answered_by, reason, decided_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, message_id) do update set"
        " answered_by = excluded.answered_by, reason = excluded.reason, decided_at = excluded.decided_at",
        workspace_id,
        decision.message_id,
        decision.conversation_id,
        decision.answered_by,
        decision.reason,
        now,
    )


# --- Seals -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seal:
    first_seq: int
    last_seq: int
    previous_hash: bytes
    hash: bytes


async def find_last_seal(connection: Connection, workspace_id: UUID) -> Seal | None:
    row = await connection.fetchrow(
        "select first_seq, last_seq, previous_hash, hash from seals where workspace_id = $1"
        " order by first_seq desc limit 1",
        workspace_id,
    )
    return Seal(*row) if row else None


async def insert_seal(connection: Connection, workspace_id: UUID, seal: Seal, *, now: datetime) -> None:
    await connection.execute(
        "insert into seals (workspace_id, first_seq, last_seq, previous_hash, hash, sealed_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        workspace_id,
        seal.first_seq,
        seal.last_seq,
        seal.previous_hash,
        seal.hash,
        now,
    )


async def list_seals(connection: Connection, workspace_id: UUID) -> list[Seal]:
    rows = await connection.fetch(
        "select first_seq, last_seq, previous_hash, hash from seals where workspace_id = $1 order by first_seq",
        workspace_id,
    )
    return [Seal(*row) for row in rows]


async def read_range(connection: Connection, *, workspace_id: UUID, first_seq: int, last_seq: int) -> list[Event]:
    """The events of a sealed range, in order; fewer than the range is long if some are missing."""
    found = await read_events(
        connection, workspace_id=workspace_id, after_seq=first_seq - 1, limit=last_seq - first_seq + 1
    )
    return [one.event for one in found if one.seq <= last_seq]
