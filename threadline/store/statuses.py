"""Statuses of attempts as webhooks bring them: matched, moved forward, and kept aside while their target is unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.ids import first_uuid7_at
from threadline.store.connection import Connection, sparse


@dataclass(frozen=True, slots=True)
class MatchedAttempt:
    id: UUID
    provider_id: str | None
    contact_id: UUID
    conversation_id: UUID
    message_id: UUID


_BY_ID = (
    "select id, provider_id, contact_id, conversation_id, message_id from attempts"
    " where workspace_id = $1 and channel_id = $2 and id = any($3::uuid[]) and id >= $4 and id <= $5"
)
_BY_PROVIDER_ID = (
    "select id, provider_id, contact_id, conversation_id, message_id from attempts"
    " where channel_id = $1 and provider_id = any($2::text[]) and id >= $3"
)


async def find_attempts_by_id(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, ids: Sequence[UUID]
) -> list[MatchedAttempt]:
    """The ids are times, so their bounds leave only the partitions they can be in."""
    rows = await connection.fetch(_BY_ID, workspace_id, channel_id, ids, min(ids), max(ids))
    return [MatchedAttempt(*row) for row in rows]


async def find_attempts_by_provider_id(
    connection: Connection, *, channel_id: UUID, provider_ids: Sequence[str], since: datetime
) -> list[MatchedAttempt]:
    """Uses the `…_provider` index of the partitions since then: providers report within days."""
    rows = await connection.fetch(_BY_PROVIDER_ID, channel_id, provider_ids, first_uuid7_at(since))
    return [MatchedAttempt(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class StatusNews:
    """All that a batch told about one attempt."""

    attempt_id: UUID
    provider_id: str
    status: int
    sent_at: datetime | None
    failed_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    played_at: datetime | None
    error_code: str | None
    error_text: str | None
    price_category: str | None
    price_type: str | None


@dataclass(frozen=True, slots=True)
class MovedAttempt:
    """An attempt that a status changed: what it was and what it is."""

    id: UUID
    contact_id: UUID
    conversation_id: UUID
    message_id: UUID
    status: int
    old_status: int


_MOVE = """
with told as (
    select * from unnest($3::uuid[], $4::text[], $5::smallint[], $6::timestamptz[], $7::timestamptz[],
                         $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[],
                         $13::text[], $14::text[])
        as t (id, provider_id, status, sent_at, failed_at, delivered_at, read_at, played_at, error_code, error_text,
              price_category, price_type)
), before as materialized (
    select a.id, a.status from attempts a
    where a.workspace_id = $1 and a.id = any($3::uuid[]) and a.id >= $2 and a.id <= $15 order by a.id for update
)
update attempts a set
    status = greatest(a.status, t.status),
    provider_id = coalesce(a.provider_id, t.provider_id),
    sent_at = least(a.sent_at, t.sent_at),
    failed_at = least(a.failed_at, t.failed_at),
    delivered_at = least(a.delivered_at, t.delivered_at),
    read_at = least(a.read_at, t.read_at),
    played_at = least(a.played_at, t.played_at),
    error_code = case when t.status = 3 and b.status < 3 then t.error_code
                      else coalesce(a.error_code, t.error_code) end,
    error_text = case when t.status = 3 and b.status < 3 then t.error_text
                      else coalesce(a.error_text, t.error_text) end,
    price_category = coalesce(a.price_category, t.price_category),
    price_type = coalesce(a.price_type, t.price_type)
from before b join told t on t.id = b.id
where a.workspace_id = $1 and a.id = b.id and a.id >= $2 and a.id <= $15
  and (t.status > a.status or (a.provider_id is null and t.provider_id is not null)
       or least(a.sent_at, t.sent_at) is distinct from a.sent_at
       or least(a.failed_at, t.failed_at) is distinct from a.failed_at
       or least(a.delivered_at, t.delivered_at) is distinct from a.delivered_at
       or least(a.read_at, t.read_at) is distinct from a.read_at
       or least(a.played_at, t.played_at) is distinct from a.played_at
       or (a.error_code is null and t.error_code is not null)
       or (a.price_category is null and t.price_category is not null))
returning a.id, a.contact_id, a.conversation_id, a.message_id, a.status, b.status as old_status
"""


async def move_attempts(connection: Connection, workspace_id: UUID, news: Sequence[StatusNews]) -> list[MovedAttempt]:
    """Forward only: the greatest status and the earliest of each time, so that order and repeats do not matter (R6).

    What taught nothing new is not written and not returned. The conversations are locked by the caller.
    """
    ids = [one.attempt_id for one in news]
    rows = await connection.fetch(
        _MOVE,
        workspace_id,
        min(ids),
        ids,
        [one.provider_id for one in news],
        [one.status for one in news],
        sparse([one.sent_at for one in news]),
        sparse([one.failed_at for one in news]),
        sparse([one.delivered_at for one in news]),
        sparse([one.read_at for one in news]),
        sparse([one.played_at for one in news]),
        sparse([one.error_code for one in news]),
        sparse([one.error_text for one in news]),
        sparse([one.price_category for one in news]),
        sparse([one.price_type for one in news]),
        max(ids),
    )
    return [MovedAttempt(*row) for row in rows]


async def block_reaches(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, contact_ids: Iterable[UUID], reason: str
) -> None:
    """The provider cannot reach these customers on this channel; their next message clears it."""
    await connection.execute(
        "insert into reaches (workspace_id, channel_id, contact_id, blocked_at, blocked_reason)"
        " select $1, $2, c.id, now(), $4 from unnest($3::uuid[]) as c (id) order by c.id"
        " on conflict (workspace_id, channel_id, contact_id)"
        " do update set blocked_at = now(), blocked_reason = excluded.blocked_reason",
        workspace_id,
        channel_id,
        list(contact_ids),
        reason,
    )


# --- Items whose target is unknown -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParkedItem:
    id: UUID
    target_provider_id: str
    attempt_id: UUID | None
    kind: str
    item: str
    """JSON of the item as parsed."""
    at: datetime | None
    received_at: datetime


async def park_items(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, items: Sequence[ParkedItem]
) -> None:
    """Kept until their target is known (`take_parked`), at most seven days."""
    await connection.execute(
        "insert into parked_items (workspace_id, channel_id, id, target_provider_id, attempt_id, kind, item, at,"
        " received_at)"
        " select $1, $2, id, target, attempt_id, kind, item::jsonb, at, received_at"
        " from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])"
        " as new (id, target, attempt_id, kind, item, at, received_at)",
        workspace_id,
        channel_id,
        [one.id for one in items],
        [one.target_provider_id for one in items],
        [one.attempt_id for one in items],
        [one.kind for one in items],
        [one.item for one in items],
        [one.at for one in items],
        [one.received_at for one in items],
    )


async def take_parked(
    connection: Connection, *, channel_id: UUID, provider_ids: Sequence[str]
) -> list[tuple[UUID, str, datetime]]:
    """(id, item JSON, received at) of what waited for these, in the order it came; no longer parked."""
    rows = await connection.fetch(
        "delete from parked_items where channel_id = $1 and target_provider_id = any($2::text[])"
        " returning id, item::text as item, received_at",
        channel_id,
        provider_ids,
    )
    return sorted((row["id"], row["item"], row["received_at"]) for row in rows)


async def find_parked_targets(connection: Connection, *, channel_id: UUID, since: datetime) -> list[str]:
    """Provider ids that something waits for although a message has them: its writer committed at the same moment."""
    rows = await connection.fetch(
        "select distinct p.target_provider_id from parked_items p where p.channel_id = $1 and ("
        " exists (select from messages m where m.channel_id = $1 and m.provider_id = p.target_provider_id"
        "         and m.id >= $2)"
        " or exists (select from attempts a where a.channel_id = $1 and a.provider_id = p.target_provider_id"
        "            and a.id >= $2))",
        channel_id,
        first_uuid7_at(since),
    )
    return [row["target_provider_id"] for row in rows]


async def take_expired_parked(
    connection: Connection, *, channel_id: UUID, received_before: datetime
) -> list[tuple[UUID, str]]:
    """(id, item JSON) of what waited too long: its target never came. No longer parked."""
    rows = await connection.fetch(
        "delete from parked_items where channel_id = $1 and received_at < $2 returning id, item::text as item",
        channel_id,
        received_before,
    )
    return sorted((row["id"], row["item"]) for row in rows)
