"""Snoozed conversations: put off, found when their time comes, woken.

The conversation is its own timer: it is due while it is snoozed and its time is over. So whatever else changes its
state – a customer's message, an answer, a colleague – takes the timer away with it, under the same lock (R10).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from threadline.core.conversation import ConversationState
from threadline.store.clocks import unpaused
from threadline.store.connection import Connection
from threadline.store.conversations import KEYS, ConversationKeys, WokenReason
from threadline.store.savepoint import savepoint
from threadline.store.session import Session


async def set_snooze(session: Session, *, conversation_id: UUID, until: datetime | None, now: datetime) -> None:
    """Under the conversation's lock."""
    await (await session.raw()).execute(
        "update conversations set state = 'snoozed', snoozed_until = $3, woken_at = null, woken_reason = '',"
        f" stage_id = null, paused_at = null, waiting_since = {unpaused('$4')} where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        until,
        now,
    )


async def find_workspaces_with_due(connection: Connection, *, limit: int) -> list[UUID]:
    """Where somebody's time has come, by the database's clock; who is due longest first. Uses `conversations_alarm`."""
    rows = await connection.fetch(
        "select workspace_id from conversations where state = 'snoozed' and snoozed_until <= now()"
        " group by workspace_id order by min(snoozed_until) limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


async def claim_due(session: Session, *, limit: int) -> list[ConversationKeys]:
    """Due conversations of the session's workspace under their locks, in the order of their times.

    One that somebody else holds is passed over: either it is woken there, or it is due again at the next look.
    """
    rows = await (await session.raw()).fetch(
        f"select {KEYS} from conversations c"
        " where workspace_id = $1 and state = 'snoozed' and snoozed_until <= now()"
        " order by snoozed_until, id limit $2 for no key update skip locked",
        session.workspace_id,
        limit,
    )
    return [ConversationKeys(**{**row, "state": ConversationState(row["state"])}) for row in rows]


async def take_up(
    session: Session, *, conversation_ids: Sequence[UUID], reason: WokenReason, now: datetime
) -> set[UUID]:
    """Open again, and on top of what is open, with the reason. Nobody wrote: the last activity stays.

    Under the conversations' locks. Returns those that are open now: where a newer one is open in its place (R4), a
    resolved one stays as it is.
    """
    try:
        async with savepoint(session):
            rows = await (await session.raw()).fetch(_TAKE_UP, session.workspace_id, conversation_ids, reason, now)
    except asyncpg.UniqueViolationError:  # a newer one began at this very moment
        return set()
    return {row["id"] for row in rows}


_TAKE_UP = f"""
update conversations c set state = 'open', snoozed_until = null, resolved_at = null, woken_at = $4, woken_reason = $3,
    closing_at = null, closing_message_id = null, stage_id = null, paused_at = null,
    waiting_since = {unpaused("$4", alias="c.")}
where c.workspace_id = $1 and c.id = any($2::uuid[])
  and (c.state <> 'resolved' or not exists (
    select from conversations o where o.workspace_id = $1 and o.channel_id = c.channel_id
       and o.contact_id = c.contact_id and o.thread = c.thread and o.state <> 'resolved'))
returning c.id
"""


async def find_asleep_until_reply(session: Session, conversation_ids: Sequence[UUID]) -> list[ConversationKeys]:
    """Those of these that are snoozed until the customer shows up, locked in the order of their ids."""
    rows = await (await session.raw()).fetch(
        f"select {KEYS} from conversations c"
        " where workspace_id = $1 and id = any($2::uuid[]) and state = 'snoozed' and snoozed_until is null"
        " order by id for no key update",
        session.workspace_id,
        conversation_ids,
    )
    return [ConversationKeys(**{**row, "state": ConversationState(row["state"])}) for row in rows]
