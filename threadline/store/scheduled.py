"""Scheduled messages: kept, found when their time comes, finished in the transaction of their effect (R10).

Whoever changes one locks its conversation first, then its row.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.content import Content, decode_content, encode_content
from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.core.scheduled import ScheduledState
from threadline.store.connection import Connection
from threadline.store.files import File, load_files
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible


class ScheduledMessage(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    agent_id: UUID | None
    """Who wrote it; None: a program."""
    token_id: UUID | None
    content: Content
    files: dict[UUID, File]
    quoted_id: UUID | None
    due_at: datetime
    state: ScheduledState
    reason: str
    """Names the sentence that says why it is held; empty if it is not."""
    reason_text: str
    created_at: datetime


class DueMessage(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: UUID
    id: UUID
    conversation_id: UUID


_COLUMNS = (
    "s.id, s.conversation_id, s.agent_id, s.token_id, s.content::text as content, s.file_ids, s.quoted_id, s.due_at,"
    " s.state, s.reason, s.reason_text, s.created_at"
)


async def list_scheduled(session: Session, *, conversation_id: UUID) -> list[ScheduledMessage]:
    """Those that wait or are held in a conversation that was accessed before. Uses `scheduled_messages_open`."""
    connection = await session.raw()
    rows = await connection.fetch(
        f"select {_COLUMNS} from scheduled_messages s where s.workspace_id = $1 and s.conversation_id = $2"
        " and s.state in ('waiting', 'held') order by s.due_at, s.id",
        session.workspace_id,
        conversation_id,
    )
    return await _whole(connection, session.workspace_id, rows)


async def find_scheduled(session: Session, scheduled_id: UUID) -> ScheduledMessage | None:
    """By its id alone: for repeats."""
    connection = await session.raw()
    row = await connection.fetchrow(
        f"select {_COLUMNS} from scheduled_messages s where s.workspace_id = $1 and s.id = $2",
        session.workspace_id,
        scheduled_id,
    )
    return None if row is None else (await _whole(connection, session.workspace_id, [row]))[0]


async def access_scheduled(session: Session, caller: Caller, scheduled_id: UUID) -> ScheduledMessage:
    """Locked, its conversation before it, for it is about to change. Raises NotFound (S1)."""
    arguments = Arguments(caller.workspace_id, scheduled_id)
    connection = await session.raw()
    conversation_id = await connection.fetchval(
        "select c.id from scheduled_messages s join conversations c on c.workspace_id = s.workspace_id"
        " and c.id = s.conversation_id where s.workspace_id = $1 and s.id = $2"
        f" and {visible(caller.visibility, 'c', arguments)}",
        *arguments.values,
    )
    found = None if conversation_id is None else await lock_scheduled(session, scheduled_id, conversation_id)
    if found is None:
        raise NotFound("This scheduled message does not exist.")
    return found


async def lock_scheduled(session: Session, scheduled_id: UUID, conversation_id: UUID) -> ScheduledMessage | None:
    connection = await session.raw()
    await connection.execute(
        "select from conversations where workspace_id = $1 and id = $2 for update",
        session.workspace_id,
        conversation_id,
    )
    row = await connection.fetchrow(
        f"select {_COLUMNS} from scheduled_messages s where s.workspace_id = $1 and s.id = $2 for update of s",
        session.workspace_id,
        scheduled_id,
    )
    return None if row is None else (await _whole(connection, session.workspace_id, [row]))[0]


async def count_open(session: Session, *, conversation_id: UUID) -> int:
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from scheduled_messages where workspace_id = $1 and conversation_id = $2"
        " and state in ('waiting', 'held')",
        session.workspace_id,
        conversation_id,
    )
    return count or 0


async def insert_scheduled(
    session: Session,
    *,
    scheduled_id: UUID,
    conversation_id: UUID,
    agent_id: UUID | None,
    token_id: UUID | None,
    content: Content,
    file_ids: Sequence[UUID],
    quoted_id: UUID | None,
    due_at: datetime,
) -> None:
    """Under the conversation's lock."""
    await (await session.raw()).execute(
        "insert into scheduled_messages (workspace_id, id, conversation_id, agent_id, token_id, content, file_ids,"
        " quoted_id, due_at) values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)",
        session.workspace_id,
        scheduled_id,
        conversation_id,
        agent_id,
        token_id,
        encode_content(content).decode(),
        list(file_ids),
        quoted_id,
        due_at,
    )


async def set_scheduled(
    session: Session, scheduled_id: UUID, *, content: Content, file_ids: Sequence[UUID], due_at: datetime
) -> None:
    """Anew: it waits for this time, whatever held it."""
    await (await session.raw()).execute(
        "update scheduled_messages set content = $3::jsonb, file_ids = $4, due_at = $5, state = 'waiting', reason = '',"
        " reason_text = '', changed_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        scheduled_id,
        encode_content(content).decode(),
        list(file_ids),
        due_at,
    )


async def finish_scheduled(
    session: Session, scheduled_id: UUID, *, state: ScheduledState, message_id: UUID | None = None
) -> None:
    """Sent as this message, or cancelled."""
    await (await session.raw()).execute(
        "update scheduled_messages set state = $3, message_id = $4, changed_at = now()"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        scheduled_id,
        state.value,
        message_id,
    )


async def hold_scheduled(session: Session, scheduled_id: UUID, *, reason: str, text: str) -> None:
    await (await session.raw()).execute(
        "update scheduled_messages set state = 'held', reason = $3, reason_text = $4, changed_at = now()"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        scheduled_id,
        reason,
        text,
    )


async def count_on_conversation(session: Session, conversation_id: UUID) -> None:
    """Bring the figures of the conversation up to date, under its lock."""
    await (await session.raw()).execute(
        "update conversations c set scheduled_count = n.waiting, held_count = n.held from"
        " (select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'held') as held"
        " from scheduled_messages where workspace_id = $1 and conversation_id = $2 and state in ('waiting', 'held')) n"
        " where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        conversation_id,
    )


async def find_due(connection: Connection, *, limit: int) -> list[DueMessage]:
    """Whose time has come, by the database's clock, those due longest first. Uses `scheduled_messages_due`."""
    rows = await connection.fetch(
        "select workspace_id, id, conversation_id from scheduled_messages where state = 'waiting' and due_at <= now()"
        " order by due_at, id limit $1",
        limit,
    )
    return [DueMessage(**row) for row in rows]


async def claim_due(session: Session, due: DueMessage) -> ScheduledMessage | None:
    """The message under its locks; None if somebody sent, cancelled or put it off at this moment."""
    found = await lock_scheduled(session, due.id, due.conversation_id)
    if found is None or found.state is not ScheduledState.WAITING:
        return None
    is_due = await (await session.raw()).fetchval("select $1::timestamptz <= now()", found.due_at)
    return found if is_due else None


async def is_token_alive(session: Session, token_id: UUID | None) -> bool:
    return True is await (await session.raw()).fetchval(
        "select true from api_tokens where workspace_id = $1 and id = $2 and revoked_at is null"
        " and (expires_at is null or expires_at > now())",
        session.workspace_id,
        token_id,
    )


async def _whole(
    connection: Connection, workspace_id: UUID | None, rows: Sequence[asyncpg.Record]
) -> list[ScheduledMessage]:
    assert workspace_id is not None
    file_ids = [file_id for row in rows for file_id in row["file_ids"]]
    files = {file.id: file for file in await load_files(connection, workspace_id=workspace_id, file_ids=file_ids)}
    return [
        ScheduledMessage(
            id=row["id"],
            conversation_id=row["conversation_id"],
            agent_id=row["agent_id"],
            token_id=row["token_id"],
            content=decode_content(row["content"]),
            files={file_id: files[file_id] for file_id in row["file_ids"] if file_id in files},
            quoted_id=row["quoted_id"],
            due_at=row["due_at"],
            state=ScheduledState(row["state"]),
            reason=row["reason"],
            reason_text=row["reason_text"],
            created_at=row["created_at"],
        )
        for row in rows
    ]
