"""Upkeep of the tables: partitions ahead of need, old raw deliveries and other old rows away, statistics that
planners can trust.

Runs as the owner of the schema, on a connection of its own; every statement is bounded by a lock time-out.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

_AHEAD = timedelta(days=70)
_BEHIND = timedelta(days=8)
_PARKED = timedelta(days=7, hours=6)
_SHOWN = timedelta(days=90)
"""How long what is dead or unroutable stays for an admin; what is open stays until it is finished."""


async def make_partitions_ahead(connection: asyncpg.Connection, *, now: datetime) -> int:
    """Returns how many were made. Attaching waits a second for its lock at most."""
    await connection.execute("set lock_timeout = '1s'")
    return await connection.fetchval("select make_partitions($1, $2)", now - _BEHIND, now + _AHEAD) or 0


_PARENTS = ("messages", "attempts", "events", "deliveries")


async def count_default_rows(connection: asyncpg.Connection) -> int:
    """Rows that fell into a default partition: somebody's clock is off, or nobody made partitions. Must be none."""
    counts = [
        await connection.fetchval(f"select count(*) from (select from {parent}_default limit 1000) found")
        for parent in _PARENTS
    ]
    return sum(count or 0 for count in counts)


async def find_old_delivery_partitions(connection: asyncpg.Connection, *, before: datetime) -> list[str]:
    """Partitions of `deliveries` whose every line was received before this. Their names carry their first day."""
    rows = await connection.fetch(
        "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
        " where i.inhparent = 'deliveries'::regclass and c.relname ~ '^deliveries_[0-9]{4}_[0-9]{2}_[0-9]{2}$'"
        " and to_date(right(c.relname, 10), 'YYYY_MM_DD') + 7 <= $1::timestamptz::date order by c.relname",
        before,
    )
    return [row["relname"] for row in rows]


async def drop_delivery_partition(
    connection: asyncpg.Connection, name: str, *, now: datetime, new_id: Callable[[], UUID]
) -> int:
    """Moves out what is unfinished, with its body, under a new id; then drops the rest. Returns how many moved.

    Lines that share another one's body go before the one that holds it, for they find it by its old id.
    """
    quoted = '"' + name.replace('"', '""') + '"'
    async with connection.transaction():
        await connection.execute("set local lock_timeout = '1s'")
        rows = await connection.fetch(
            f"select id from {quoted} where state = 'open' or (state <> 'done' and received_at > $1)"
            " order by id = body_id",
            now - _SHOWN,
        )
        for row in rows:
            id = new_id()
            await connection.execute(
                "update deliveries d set id = $2, body_id = $2, body = holder.body, blob_key = holder.blob_key"
                " from deliveries holder where d.id = $1 and holder.id = d.body_id",
                row["id"],
                id,
            )
        await connection.execute(f"alter table deliveries detach partition {quoted}")
        await connection.execute(f"drop table {quoted}")
    return len(rows)


_STALE = """
select s.relname from pg_stat_user_tables s join pg_class c on c.oid = s.relid
where s.schemaname = 'public' and s.n_mod_since_analyze > 500 and s.n_mod_since_analyze > greatest(c.reltuples, 0)
  and c.relkind = 'r'
"""


async def refresh_statistics(connection: asyncpg.Connection) -> list[str]:
    """Analyse tables that more than doubled since the planner last looked.

    A young table looks empty to the planner, which then walks a whole workspace for one foreign key: 0.7 ms a message
    instead of 0.02. Autovacuum would notice within a minute; this notices within seconds.
    """
    names = [row["relname"] for row in await connection.fetch(_STALE)]
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        await connection.execute(f"analyze {quoted}")
    return names


_OLD = {
    "idempotency_keys": "created_at < now() - interval '1 day'",
    "rate_counters": "window_started_at < now() - interval '2 days'",
    "acts": "expires_at < now() - interval '1 day'",
    "sessions": "least(expires_at, idle_until, revoked_at) < now() - interval '30 days'",
    "one_time_links": "least(expires_at, used_at, revoked_at) < now() - interval '30 days'",
    "failed_events": "state = 'done' and created_at < now() - interval '1 day'",
    "failed_items": "state <> 'failed' and created_at < now() - interval '30 days'",
    "notifications": "at < now() - interval '60 days'",
    "drafts": "text = '' and written_at < now() - interval '30 days'",
    "calendars": "deleted_at < now() - interval '1 day'",
    "finished_shifts": "finished_at < now() - interval '30 days'",
    "conversation_standings": "left_at < now() - interval '1 day'",
    "agent_days": "day < now() - interval '60 days'",
    "agent_day_customers": "day < now() - interval '3 days'",
    "typing_signs": "typed_at < now() - interval '1 day'",
    "webhooks": "deleted_at < now() - interval '1 day'",
    "webhook_dispatches": "settled_at < now() - interval '30 days'",
    "pgqueuer_log": "created < now() - interval '7 days'",
    "workers": "beat_at < now() - interval '1 day'",
}
"""Whose time is over, by table. Repeats of a request are known for a day (R8); the longest window against guessing is a
day, too. What a person may still want to see – a session that ended, an item somebody dropped – stays for a month."""

_FORGET_BATCH = 2000


async def forget_old_rows(connection: asyncpg.Connection, *, batch: int = _FORGET_BATCH) -> dict[str, int]:
    """Removes them, batch by batch, so that nobody waits long for a lock. Returns how many of each table."""
    return {table: await _forget(connection, table, condition, batch) for table, condition in _OLD.items()}


async def _forget(connection: asyncpg.Connection, table: str, condition: str, batch: int) -> int:
    statement = (
        f"delete from {table} where ctid = any(array(select ctid from {table} where {condition} limit $1)) "
        f"and {condition}"
    )
    return await _by_batches(connection, statement, batch)


_GIVE_UP = """
with gone as (
    delete from parked_items where (channel_id, target_provider_id, id) in (
        select channel_id, target_provider_id, id from parked_items where received_at < now() - $2::interval
        order by received_at limit $1
    ) returning *
)
insert into failed_items (workspace_id, id, channel_id, delivery_id, position, item, error)
select workspace_id, id, channel_id, id, 0, item, 'unroutable: its message never came' from gone
"""


async def give_up_parked(
    connection: asyncpg.Connection, *, after: timedelta = _PARKED, batch: int = _FORGET_BATCH
) -> int:
    """What waited for a message that never came, on channels that nobody hosts any more: now an admin sees it.

    A host gives its own up after seven days and is first. Returns how many. Uses `parked_items_by_age`.
    """
    return await _by_batches(connection, _GIVE_UP, batch, after)


async def _by_batches(connection: asyncpg.Connection, statement: str, batch: int, *arguments: object) -> int:
    total = 0
    while True:
        done = await connection.execute(statement, batch, *arguments)
        count = int(done.rsplit(" ", 1)[1])
        total += count
        if count < batch:
            return total
