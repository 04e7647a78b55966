"""Snoozed conversations: put off, found when their time comes, woken.

The conversation is its own timer: it is due while it is snoozed and its time is over. So whatever else changes its
state – a customer's message, an answer, a colleague – takes the timer away with it, under the same lock (R10).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.core.conversation import ConversationState
from threadline.store.connection import Connection
from threadline.store.conversations import ConversationKeys
from threadline.store.session import Session


async def set_snooze(session: Session, *, conversation_id: UUID, until: datetime | None) -> None:
    """Under the conversation's lock."""
    await (await session.raw()).execute(
        "update conversations set state = 'snoozed', snoozed_until = $3,"
        " woken_at = null, woken_reason = '' where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        until,
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
        "select id, channel_id, contact_id, state, assignee_id, team_id, first_message_id,"
        " greatest(last_message_id, last_line_id) as last_message_id, last_seq, incoming_count, waiting_since,"
        " snoozed_until from conversations"
        " where workspace_id = $1 and state = 'snoozed' and snoozed_until <= now()"
        " order by snoozed_until, id limit $2 for no key update skip locked",
        session.workspace_id,
        limit,
    )
    return [ConversationKeys(**{**row, "state": ConversationState(row["state"])}) for row in rows]


async def wake(session: Session, *, conversation_ids: Sequence[UUID], now: datetime) -> None:
    """Open again, and on top of what is open: somebody asked to see it now. Nobody wrote: the last activity stays."""
    await (await session.raw()).execute(
        "update conversations set state = 'open', snoozed_until = null,"
        " woken_at = $3, woken_reason = 'time' where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(conversation_ids),
        now,
    )
