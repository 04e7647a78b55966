"""What was accepted and is not finished: for `settle`, for health (drained), and for the metrics (T3, T9, R14)."""

from typing import Final

import msgspec

from threadline.store.connection import Connection
from threadline.store.session import Session


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    depth: int
    oldest_s: float

    @property
    def is_late(self) -> bool:
        """The oldest waits longer than work of its kind ever should: something is stuck (R14)."""
        return bool(self.depth) and self.oldest_s > _LATE_AFTER_S.get(self.kind, 300.0)


_LATE_AFTER_S: Final = {
    "deliveries": 60.0,
    "messages": 300.0,
    "sending": 120.0,
    "acts": 60.0,
    "events": 60.0,
    "snoozes": 60.0,
    "deadlines": 60.0,
}
"""The others after five minutes: an uncertain message has its own minute, a job is tried again for a while."""


async def count_waiting(session: Session) -> list[Waiting]:
    """Every kind, also those with nothing. As the engine: it looks at all workspaces.

    Each part reads a partial index of what is open. Messages of a paused number, workspace or installation are not due.
    """
    return await read_waiting(await session.raw())


async def read_waiting(connection: Connection) -> list[Waiting]:
    """`count_waiting` for whoever has a connection of its own."""
    rows = await connection.fetch(_COUNT)
    return [Waiting(kind=row["kind"], depth=row["depth"], oldest_s=max(0.0, row["oldest_s"] or 0.0)) for row in rows]


_COUNT: Final = """
with going as (
    select c.id from channels c join workspaces w on w.id = c.workspace_id
    where c.state = 'connected' and w.sending_paused_at is null
      and not exists (select from installation where sending_paused_at is not null)
)
select 'deliveries' as kind, count(*)::int as depth, extract(epoch from now() - min(received_at))::float8 as oldest_s
    from deliveries where state = 'open' and channel_id is not null
union all
select 'messages', count(*)::int, extract(epoch from now() - min(due_at))::float8
    from attempts join going on going.id = channel_id where status = 0 and not is_held and due_at <= now()
union all
select 'sending', count(*)::int, extract(epoch from now() - min(claimed_at))::float8
    from attempts where status = 1 and uncertain_at is null
union all
select 'uncertain', count(*)::int, extract(epoch from now() - min(uncertain_at))::float8
    from attempts where uncertain_at is not null and status <= 1 and not is_held
union all
select 'acts', count(*)::int, extract(epoch from now() - min(acts.created_at))::float8
    from acts join going on going.id = channel_id where done_at is null and expires_at > now()
union all
select 'events', coalesce(sum(f.last_seq - coalesce(c.position, 0)), 0)::int,
       extract(epoch from now() - min(c.updated_at))::float8
    from feed_counters f cross join (select distinct name from consumers) known
    left join consumers c on c.workspace_id = f.workspace_id and c.name = known.name
    where coalesce(c.position, 0) < f.last_seq
union all
select 'snoozes', count(*)::int, extract(epoch from now() - min(snoozed_until))::float8
    from conversations where state = 'snoozed' and snoozed_until <= now()
union all
select 'deadlines', count(*)::int, extract(epoch from now() - min(act_at))::float8
    from deadlines where act_at <= now()
union all
select 'jobs', count(*)::int, extract(epoch from now() - min(execute_after))::float8
    from pgqueuer where status in ('queued', 'picked') and execute_after <= now()
"""
