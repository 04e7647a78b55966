"""Conversations of important customers, for what the desk does by itself. As the engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from threadline.core.conversation import ConversationState
from threadline.store.conversations import KEYS, ConversationKeys
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class LockedVip:
    workspace_id: UUID
    keys: ConversationKeys
    priority: int
    owner_id: UUID | None
    """Of the contact."""


async def find_reopened(session: Session, line_ids: Sequence[UUID]) -> list[UUID]:
    """The conversations that these lines took up again after their end. By the primary key; ids name partitions."""
    if not line_ids:
        return []
    rows = await (await session.raw()).fetch(
        "select conversation_id from messages where workspace_id = $1 and id = any($2::uuid[])"
        " and id between $3 and $4 and content ->> 'what' = 'reopened'"
        " and content -> 'data' ->> 'previous_state' = 'resolved'",
        session.workspace_id,
        list(line_ids),
        min(line_ids),
        max(line_ids),
    )
    return [row["conversation_id"] for row in rows]


async def find_in_work(session: Session, contact_ids: Sequence[UUID]) -> list[UUID]:
    """What of these contacts is not resolved. Uses `conversations_by_contact`."""
    if not contact_ids:
        return []
    rows = await (await session.raw()).fetch(
        "select id from conversations where workspace_id = $1 and contact_id = any($2::uuid[]) and state <> 'resolved'",
        session.workspace_id,
        list(contact_ids),
    )
    return [row["id"] for row in rows]


async def lock_of_vips(session: Session, conversation_ids: Sequence[UUID]) -> list[LockedVip]:
    """Those whose contact is important, not blocked, and which are not resolved; locked, in the order of their ids."""
    rows = await (await session.raw()).fetch(
        f"select {KEYS}, c.priority, p.owner_id from conversations c"
        " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id and p.is_vip"
        " and p.blocked_at is null"
        " where c.workspace_id = $1 and c.id = any($2::uuid[]) and c.state <> 'resolved'"
        " order by c.id for no key update of c",
        session.workspace_id,
        list(conversation_ids),
    )
    assert session.workspace_id is not None
    return [_locked(session.workspace_id, dict(row)) for row in rows]


def _locked(workspace_id: UUID, row: dict[str, Any]) -> LockedVip:  # a row of the database: typed by its columns
    priority, owner_id = row.pop("priority"), row.pop("owner_id")
    keys = ConversationKeys(**{**row, "state": ConversationState(row["state"])})
    return LockedVip(workspace_id, keys, priority, owner_id)
