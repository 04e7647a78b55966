"""Drafts: an agent's own, by conversation and mode. The last written wins, whichever device it comes from."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from threadline.core.permission import Caller
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

DraftMode = Literal["reply", "note"]
COUNT_LIMIT = 500


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    conversation_id: UUID
    mode: DraftMode
    text: str
    """Empty: it was sent or cleared; newer than what another device may still have."""
    written_at: datetime


async def list_drafts(session: Session, caller: Caller) -> list[Draft]:
    """The caller's, in conversations that they still see, those written last first; bounded. Uses `drafts_open`."""
    arguments = Arguments(caller.workspace_id, caller.agent_id)
    rows = await (await session.raw()).fetch(
        "select d.conversation_id, d.mode, d.text, d.written_at from drafts d"
        " join conversations c on c.workspace_id = d.workspace_id and c.id = d.conversation_id"
        " where d.workspace_id = $1 and d.agent_id = $2 and d.text <> ''"
        f" and {visible(caller.visibility, 'c', arguments)} order by d.written_at desc limit {COUNT_LIMIT}",
        *arguments.values,
    )
    return [Draft(**row) for row in rows]


class SavedDraft(msgspec.Struct, frozen=True, kw_only=True):
    draft: Draft
    """What stands now: the given one, or another device's that was written later."""
    is_turned: bool
    """True if there was none before and is one now, or the other way round."""


async def save_draft(
    session: Session, *, agent_id: UUID, conversation_id: UUID, mode: DraftMode, text: str, age: timedelta
) -> SavedDraft:
    """`age`: how long ago it was written, by the device's own clock; the time is the database's (R25)."""
    connection = await session.raw()
    key = (session.workspace_id, agent_id, conversation_id, mode)
    before = await connection.fetchrow(
        "select text from drafts where workspace_id = $1 and agent_id = $2 and conversation_id = $3 and mode = $4"
        " for update",
        *key,
    )
    row = await connection.fetchrow(
        "insert into drafts as d (workspace_id, agent_id, conversation_id, mode, text, written_at)"
        " values ($1, $2, $3, $4, $5, clock_timestamp() - $6::interval)"
        " on conflict (workspace_id, agent_id, conversation_id, mode) do update set"
        " text = case when excluded.written_at >= d.written_at then excluded.text else d.text end,"
        " written_at = greatest(excluded.written_at, d.written_at)"
        " returning conversation_id, mode, text, written_at",
        *key,
        text,
        age,
    )
    assert row is not None
    draft = Draft(**row)
    was_there = before is not None and before["text"] != ""
    return SavedDraft(draft=draft, is_turned=was_there != (draft.text != ""))


async def clear_draft(session: Session, *, agent_id: UUID, conversation_id: UUID, mode: DraftMode, text: str) -> bool:
    """Empty it if it says this. False if it says something else by now, or there is none."""
    cleared = await (await session.raw()).fetchval(
        "update drafts set text = '', written_at = clock_timestamp() where workspace_id = $1 and agent_id = $2"
        " and conversation_id = $3 and mode = $4 and btrim(text, E' \\n\\t') = btrim($5, E' \\n\\t') and text <> ''"
        " returning true",
        session.workspace_id,
        agent_id,
        conversation_id,
        mode,
        text,
    )
    return bool(cleared)
