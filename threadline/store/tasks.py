"""Tasks as people read them, with the conversation that decides who sees them; and the timers of their reminders."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.core.personal import Address
from threadline.core.task import CallOutcome, Step, TaskKind, TaskState
from threadline.infra.phone import display_phone, zone_of_customer
from threadline.store.connection import Connection
from threadline.store.conversations import ContactName
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

MOST = 500
"""More tasks than this in one list are no list any more: the nearest are shown."""


class TaskView(StrEnum):
    MINE = "mine"
    UNOWNED = "unowned"
    ALL = "all"
    DONE = "done"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    channel_id: UUID
    contact: ContactName
    phone: Address
    """The customer's number as people write it, for call-backs; empty if there is none."""
    time_zone: str
    """The customer's, set by hand or guessed; empty if nobody knows."""
    kind: TaskKind
    title: str
    note: str
    state: TaskState
    owner_id: UUID | None
    due_at: datetime | None
    remind_at: datetime | None
    checklist: list[Step]
    message_ids: list[UUID]
    created_by: UUID | None
    created_at: datetime
    done_by: UUID | None
    done_at: datetime | None
    tries: int
    """Of a call-back: how often nobody was reached."""
    outcome: CallOutcome | None
    """Of a call-back: how the last call ended; null: nobody called yet."""


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    kind: TaskKind
    title: str
    note: str
    owner_id: UUID | None
    due_at: datetime | None
    remind_at: datetime | None
    checklist: Sequence[Step]
    message_ids: Sequence[UUID]
    created_by: UUID | None
    created_at: datetime


class TaskPattern(msgspec.Struct, frozen=True, kw_only=True):
    """What tasks of one kind begin with."""

    id: UUID
    name: str
    kind: TaskKind
    title: str
    checklist: list[Step]
    due_in_minutes: int | None
    remind_before_minutes: int | None


_SELECT = f"""
select t.id, t.conversation_id, c.channel_id, c.contact_id, {called("p")} as contact_name,
       p.phone, t.kind, t.title, t.note,
       t.state, t.owner_id, t.due_at, t.remind_at, t.checklist::text as checklist, t.message_ids, t.created_by,
       t.created_at, t.done_by, t.done_at, t.tries, t.outcome, p.time_zone,
       p.country
from tasks t
join conversations c on c.workspace_id = t.workspace_id and c.id = t.conversation_id
join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
"""


async def list_tasks(
    session: Session, caller: Caller, *, view: TaskView, conversation_id: UUID | None = None
) -> list[Task]:
    """Of conversations that the caller may see: the open ones by their date, the done ones by when that was.

    Reads `tasks_open_by_owner`, `tasks_open`, `tasks_done` or `tasks_by_conversation`.
    """
    arguments = Arguments(caller.workspace_id)
    conditions = ["t.workspace_id = $1", visible(caller.visibility, "c", arguments)]
    match view:
        case TaskView.MINE:
            conditions.append(f"t.state = 'open' and t.owner_id = {arguments.add(caller.agent_id)}::uuid")
        case TaskView.UNOWNED:
            conditions.append("t.state = 'open' and t.owner_id is null")
        case TaskView.ALL:
            conditions.append("t.state = 'open'")
        case TaskView.DONE:
            conditions.append("t.state = 'done'")
    if conversation_id is not None:
        conditions.append(f"t.conversation_id = {arguments.add(conversation_id)}")
    order = "t.done_at desc, t.id desc" if view is TaskView.DONE else "t.due_at, t.id"
    rows = await (await session.raw()).fetch(
        f"{_SELECT} where {' and '.join(conditions)} order by {order} limit {MOST}", *arguments.values
    )
    return [_task(row) for row in rows]


async def access_task(session: Session, caller: Caller, task_id: UUID, *, is_locked: bool = False) -> Task:
    """One task of a conversation that the caller may see, optionally locked. Raises NotFound."""
    arguments = Arguments(caller.workspace_id, task_id)
    row = await (await session.raw()).fetchrow(
        f"{_SELECT} where t.workspace_id = $1 and t.id = $2 and {visible(caller.visibility, 'c', arguments)}"
        f"{' for no key update of t' if is_locked else ''}",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This task does not exist.")
    return _task(row)


async def insert_task(session: Session, task: NewTask) -> None:
    await (await session.raw()).execute(
        "insert into tasks (workspace_id, id, conversation_id, kind, title, note, owner_id, due_at, remind_at,"
        " checklist, message_ids, created_by, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13)",
        session.workspace_id,
        task.id,
        task.conversation_id,
        task.kind.value,
        task.title,
        task.note,
        task.owner_id,
        task.due_at,
        task.remind_at,
        msgspec.json.encode(task.checklist).decode(),
        list(task.message_ids),
        task.created_by,
        task.created_at,
    )


async def update_task(session: Session, task: Task, *, is_reminder_new: bool) -> None:
    """Everything that people change. A new time of the reminder lets it ring again."""
    await (await session.raw()).execute(
        "update tasks set kind = $3, title = $4, note = $5, state = $6, owner_id = $7, due_at = $8, remind_at = $9,"
        " checklist = $10::jsonb, done_by = $11, done_at = $12,"
        " reminded_at = case when $13 then null else reminded_at end, tries = $14, outcome = $15"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        task.id,
        task.kind.value,
        task.title,
        task.note,
        task.state.value,
        task.owner_id,
        task.due_at,
        task.remind_at,
        msgspec.json.encode(task.checklist).decode(),
        task.done_by,
        task.done_at,
        is_reminder_new,
        task.tries,
        "" if task.outcome is None else task.outcome.value,
    )


async def delete_task(session: Session, task_id: UUID) -> None:
    await (await session.raw()).execute(
        "delete from tasks where workspace_id = $1 and id = $2", session.workspace_id, task_id
    )


async def count_messages_of(session: Session, *, conversation_id: UUID, message_ids: Sequence[UUID]) -> int:
    """How many of these messages stand in the conversation."""
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from messages where workspace_id = $1 and conversation_id = $2 and id = any($3::uuid[])",
        session.workspace_id,
        conversation_id,
        list(message_ids),
    )
    return count or 0


# Reminders -------------------------------------------------------------------------------------------------------


class DueReminder(msgspec.Struct, frozen=True):
    task_id: UUID
    conversation_id: UUID
    contact_id: UUID
    channel_id: UUID
    owner_id: UUID | None


async def find_workspaces_to_remind(connection: Connection, *, limit: int) -> list[UUID]:
    """Where a reminder is due, by the database's clock. Uses `tasks_to_remind`."""
    rows = await connection.fetch(
        "select workspace_id from tasks where state = 'open' and remind_at <= now() and reminded_at is null"
        " group by workspace_id order by min(remind_at) limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


async def take_due_reminders(session: Session, *, limit: int) -> list[DueReminder]:
    """Due ones of the session's workspace, marked as done in this transaction; one that is held is passed over."""
    rows = await (await session.raw()).fetch(
        "with due as (select workspace_id, id from tasks where workspace_id = $1 and state = 'open'"
        " and remind_at <= now() and reminded_at is null order by remind_at, id limit $2 for update skip locked)"
        " update tasks t set reminded_at = now() from due, conversations c"
        " where t.workspace_id = due.workspace_id and t.id = due.id"
        " and c.workspace_id = t.workspace_id and c.id = t.conversation_id"
        " returning t.id, t.conversation_id, c.contact_id, c.channel_id, t.owner_id",
        session.workspace_id,
        limit,
    )
    return [DueReminder(*row.values()) for row in rows]


# Patterns --------------------------------------------------------------------------------------------------------


async def list_patterns(session: Session) -> list[TaskPattern]:
    rows = await (await session.raw()).fetch(
        "select id, name, kind, title, checklist::text as checklist, due_in_minutes, remind_before_minutes"
        " from task_patterns where workspace_id = $1 order by lower(name), id",
        session.workspace_id,
    )
    return [TaskPattern(**{**row, "kind": TaskKind(row["kind"]), "checklist": _steps(row)}) for row in rows]


async def insert_pattern(session: Session, pattern: TaskPattern) -> None:
    await (await session.raw()).execute(
        "insert into task_patterns (workspace_id, id, name, kind, title, checklist, due_in_minutes,"
        " remind_before_minutes) values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)",
        session.workspace_id,
        pattern.id,
        pattern.name,
        pattern.kind.value,
        pattern.title,
        msgspec.json.encode(pattern.checklist).decode(),
        pattern.due_in_minutes,
        pattern.remind_before_minutes,
    )


async def update_pattern(session: Session, pattern: TaskPattern) -> None:
    """Tasks that were made of it stay as they are. Raises NotFound."""
    found = await (await session.raw()).fetchval(
        "update task_patterns set name = $3, kind = $4, title = $5, checklist = $6::jsonb, due_in_minutes = $7,"
        " remind_before_minutes = $8 where workspace_id = $1 and id = $2 returning true",
        session.workspace_id,
        pattern.id,
        pattern.name,
        pattern.kind.value,
        pattern.title,
        msgspec.json.encode(pattern.checklist).decode(),
        pattern.due_in_minutes,
        pattern.remind_before_minutes,
    )
    if not found:
        raise NotFound("This pattern does not exist.")


async def delete_pattern(session: Session, pattern_id: UUID) -> None:
    """Tasks that were made of it stay. Raises NotFound."""
    found = await (await session.raw()).fetchval(
        "delete from task_patterns where workspace_id = $1 and id = $2 returning true", session.workspace_id, pattern_id
    )
    if not found:
        raise NotFound("This pattern does not exist.")


def _task(row: asyncpg.Record) -> Task:
    values = dict(row)
    contact = ContactName(id=values.pop("contact_id"), name=person_name(values.pop("contact_name")))
    phone, country = values.pop("phone"), values.pop("country")
    return Task(
        **{
            **values,
            "contact": contact,
            "phone": Address(display_phone(phone)),
            "kind": TaskKind(row["kind"]),
            "state": TaskState(row["state"]),
            "outcome": CallOutcome(row["outcome"]) if row["outcome"] else None,
            "time_zone": row["time_zone"] or zone_of_customer(phone, country),
            "checklist": _steps(row),
        }
    )


def _steps(row: asyncpg.Record) -> list[Step]:
    return msgspec.json.decode(row["checklist"], type=list[Step])
