"""Closing texts that wait: the conversation is its own timer, as a snoozed one is.

Whatever changes its state, and whatever the customer writes, takes the timer away under the same lock (R10).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.closing import HOLD, SETTING
from threadline.store.connection import Connection
from threadline.store.session import Session

_HOLD = f"""
update conversations c set closing_at = $3::timestamptz + $5::interval, closing_by = $4, closing_message_id = null
from channels ch, contacts p
where c.workspace_id = $1 and c.id = $2 and c.state = 'resolved'
  and ch.workspace_id = $1 and ch.id = c.channel_id and ch.state <> 'disconnected'
  and coalesce(ch.settings ->> '{SETTING}', '') <> ''
  and p.workspace_id = $1 and p.id = c.contact_id
  and p.blocked_at is null and p.muted_at is null and p.opted_out_at is null
  and coalesce(c.window_closes_at, $3) >= $3
"""


async def hold_closing_text(session: Session, *, conversation_id: UUID, agent_id: UUID, now: datetime) -> None:
    """Under the lock of a conversation that was resolved just now. Nothing happens where there is nobody to say it to.

    What cannot be seen from here is asked when its time comes.
    """
    await (await session.raw()).execute(_HOLD, session.workspace_id, conversation_id, now, agent_id, HOLD)


async def find_workspaces_with_due(connection: Connection, *, limit: int) -> list[UUID]:
    """Where a closing text is due, by the database's clock. Uses `conversations_closing`."""
    rows = await connection.fetch(
        "select workspace_id from conversations where closing_at <= now() group by workspace_id"
        " order by min(closing_at) limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class DueClosing:
    conversation_id: UUID
    agent_id: UUID
    """Who resolved it."""
    text: str
    """As the channel has it now; empty: it was switched off meanwhile."""
    is_muted: bool


async def claim_due(session: Session, *, limit: int) -> list[DueClosing]:
    """Those due longest first, under their locks; they are due no more. One that somebody holds is due again."""
    rows = await (await session.raw()).fetch(
        "with due as (select c.id from conversations c where c.workspace_id = $1 and c.closing_at <= now()"
        " order by c.closing_at, c.id limit $2 for no key update skip locked)"
        " update conversations c set closing_at = null from due, channels ch, contacts p"
        " where c.workspace_id = $1 and c.id = due.id and ch.workspace_id = $1 and ch.id = c.channel_id"
        " and p.workspace_id = $1 and p.id = c.contact_id"
        f" returning c.id, c.closing_by, coalesce(ch.settings ->> '{SETTING}', '') as text,"
        " p.muted_at is not null as is_muted",
        session.workspace_id,
        limit,
    )
    return [DueClosing(row["id"], row["closing_by"], row["text"], row["is_muted"]) for row in rows]


async def keep_closing_message(session: Session, *, conversation_id: UUID, message_id: UUID) -> None:
    """So that whoever takes the resolving back hears that it went out."""
    await (await session.raw()).execute(
        "update conversations set closing_message_id = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        message_id,
    )


async def hold_until_order_ends(session: Session, conversation_id: UUID) -> None:
    """One of many that are being resolved: the seconds begin when the last of them is."""
    await (await session.raw()).execute(
        "update conversations set closing_at = 'infinity' where workspace_id = $1 and id = $2"
        " and closing_at is not null",
        session.workspace_id,
        conversation_id,
    )


_OF_ORDER = """
select c.id from bulk_items i join conversations c on c.workspace_id = $1 and c.id = i.conversation_id
where i.workspace_id = $1 and i.bulk_id = $2 and i.outcome = 'changed' and {condition}
order by c.id for no key update of c
"""
_HELD = _OF_ORDER.format(condition="c.closing_at = 'infinity'")
_WAITING = _OF_ORDER.format(condition="c.closing_at is not null")
_SENT = _OF_ORDER.format(condition="c.closing_message_id is not null")


async def release_of_order(session: Session, bulk_id: UUID, *, now: datetime) -> None:
    """The order is done: now its seconds begin."""
    await (await session.raw()).execute(
        "update conversations set closing_at = $3::timestamptz + $4::interval"
        f" where workspace_id = $1 and id in ({_HELD})",
        session.workspace_id,
        bulk_id,
        now,
        HOLD,
    )


async def cancel_of_order(session: Session, bulk_id: UUID) -> int:
    """At once, for taking back what was many takes a while. Returns how many had gone out already."""
    connection = await session.raw()
    await connection.execute(
        f"update conversations set closing_at = null where workspace_id = $1 and id in ({_WAITING})",
        session.workspace_id,
        bulk_id,
    )
    return len(await connection.fetch(_SENT, session.workspace_id, bulk_id))
