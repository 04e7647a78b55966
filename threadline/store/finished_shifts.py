"""What an agent leaves behind: their chats, scheduled messages and drafts; who is absent with some; and shifts that
were finished."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.acts import Made, Standing
from threadline.core.availability import AvailabilityText
from threadline.core.conversation import ConversationState
from threadline.core.errors import NotFound
from threadline.core.finishing import MOST_CHATS
from threadline.core.permission import Caller
from threadline.core.scheduled import ScheduledState
from threadline.core.workspace import WorkspaceSettings
from threadline.store.clocks import IS_WAITING
from threadline.store.conversations import KEYS, ConversationKeys
from threadline.store.drafts import Draft
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

_USUAL: Final = WorkspaceSettings()


async def lock_chats(session: Session, agent_id: UUID) -> list[ConversationKeys]:
    """All that an agent has and that are not over, locked in the order of their ids. Uses
    `conversations_by_assignee`."""
    rows = await (await session.raw()).fetch(
        f"select {KEYS} from conversations c where c.workspace_id = $1 and c.assignee_id = $2"
        " and c.state <> 'resolved' order by c.id for no key update of c",
        session.workspace_id,
        agent_id,
    )
    return [ConversationKeys(**{**row, "state": ConversationState(row["state"])}) for row in rows]


async def list_chat_ids(session: Session, caller: Caller, agent_id: UUID) -> list[UUID]:
    """Those that the caller may see, who waits longest first, then who wrote last; bounded. Uses
    `conversations_by_assignee`."""
    arguments = Arguments(caller.workspace_id, agent_id)
    rows = await (await session.raw()).fetch(
        "select c.id from conversations c where c.workspace_id = $1 and c.assignee_id = $2 and c.state <> 'resolved'"
        f" and {visible(caller.visibility, 'c', arguments)}"
        f" order by case when {IS_WAITING} then c.waiting_since end nulls last, c.last_activity_at desc, c.id"
        f" limit {MOST_CHATS}",
        *arguments.values,
    )
    return [row["id"] for row in rows]


async def list_scheduled_ids(session: Session, caller: Caller, agent_id: UUID) -> list[UUID]:
    """What an agent wrote to be sent later and what is held of it, where the caller sees it; bounded, the next first.

    Uses `scheduled_messages_by_agent`.
    """
    arguments = Arguments(caller.workspace_id, agent_id)
    rows = await (await session.raw()).fetch(
        "select s.id from scheduled_messages s join conversations c on c.workspace_id = s.workspace_id"
        " and c.id = s.conversation_id where s.workspace_id = $1 and s.agent_id = $2"
        f" and s.state in ('waiting', 'held') and {visible(caller.visibility, 'c', arguments)}"
        f" order by s.due_at, s.id limit {MOST_CHATS}",
        *arguments.values,
    )
    return [row["id"] for row in rows]


async def give_scheduled(session: Session, scheduled_id: UUID, *, agent_id: UUID, state: ScheduledState) -> None:
    """It is this agent's, and so are the files that nobody has sent yet. Under the conversation's lock.

    One that is held stays so with its reason; one that waits has none.
    """
    connection = await session.raw()
    await connection.execute(
        "update scheduled_messages set agent_id = $3, state = $4, changed_at = now(),"
        " reason = case when $4 = 'held' then reason else '' end,"
        " reason_text = case when $4 = 'held' then reason_text else '' end"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        scheduled_id,
        agent_id,
        state.value,
    )
    await connection.execute(
        "update files f set uploaded_by = $3 from scheduled_messages s where s.workspace_id = $1 and s.id = $2"
        " and f.workspace_id = s.workspace_id and f.id = any(s.file_ids) and f.message_id is null",
        session.workspace_id,
        scheduled_id,
        agent_id,
    )


async def count_left(session: Session, agent_id: UUID) -> tuple[int, int]:
    """How many wait for an agent, and how many messages of theirs are to go out later."""
    row = await (await session.raw()).fetchrow(
        "select (select count(*) from conversations c where c.workspace_id = $1 and c.assignee_id = $2"
        f" and {IS_WAITING}) as waiting, (select count(*) from scheduled_messages where workspace_id = $1"
        " and agent_id = $2 and state = 'waiting') as scheduled",
        session.workspace_id,
        agent_id,
    )
    assert row is not None
    return row["waiting"], row["scheduled"]


async def list_left_drafts(
    session: Session, *, agent_id: UUID, conversation_ids: Sequence[UUID]
) -> dict[UUID, list[Draft]]:
    """What an agent has half written in these conversations."""
    rows = await (await session.raw()).fetch(
        "select conversation_id, mode, text, written_at from drafts where workspace_id = $1 and agent_id = $2"
        " and conversation_id = any($3::uuid[]) and text <> '' order by written_at desc",
        session.workspace_id,
        agent_id,
        list(conversation_ids),
    )
    found: dict[UUID, list[Draft]] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], []).append(Draft(**row))
    return found


class LeftDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who is not there has half written in a conversation that is not theirs any more."""

    agent_id: UUID
    text: str
    written_at: datetime


async def find_left_drafts(session: Session, conversation_id: UUID, *, reader_id: UUID | None) -> list[LeftDraft]:
    """Replies only, and only until somebody has answered since. The latest first; of a few colleagues."""
    rows = await (await session.raw()).fetch(
        "select d.agent_id, d.text, d.written_at from drafts d"
        " join conversations c on c.workspace_id = d.workspace_id and c.id = d.conversation_id"
        " join agents a on a.workspace_id = d.workspace_id and a.id = d.agent_id"
        " left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id"
        " where d.workspace_id = $1 and d.conversation_id = $2 and d.mode = 'reply' and d.text <> ''"
        " and d.agent_id is distinct from $3 and d.agent_id is distinct from c.assignee_id"
        " and (a.deactivated_at is not null or v.state = 'offline') and not exists (select from messages m"
        "  where m.workspace_id = d.workspace_id and m.conversation_id = d.conversation_id"
        "  and m.direction = 'outgoing' and m.author_kind = 'agent' and m.sort_at > d.written_at)"
        " order by d.written_at desc limit 5",
        session.workspace_id,
        conversation_id,
        reader_id,
    )
    return [LeftDraft(**row) for row in rows]


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who is not there, and has chats all the same."""

    agent_id: UUID
    is_active: bool
    since: datetime | None
    """Since when they are offline; None: they do not work here any more."""
    chat_count: int
    waiting_count: int
    scheduled_count: int
    """Of somebody who does not work here any more: none of these goes out."""


async def list_absent(session: Session, caller: Caller) -> list[Absent]:
    """Who went without finishing their shift, and who does not work here any more; as far as the caller sees their
    chats. Whoever has most that waits comes first."""
    arguments = Arguments(caller.workspace_id, _USUAL.absent_after_min)
    seen = visible(caller.visibility, "c", arguments)
    rows = await (await session.raw()).fetch(
        "select * from (select a.id as agent_id, a.deactivated_at is null as is_active,"
        " case when a.deactivated_at is null then v.since end as since,"
        " (select count(*) from conversations c where c.workspace_id = a.workspace_id and c.assignee_id = a.id"
        f"  and c.state <> 'resolved' and {seen}) as chat_count,"
        " (select count(*) from conversations c where c.workspace_id = a.workspace_id and c.assignee_id = a.id"
        f"  and {IS_WAITING} and {seen}) as waiting_count,"
        " case when a.deactivated_at is null then 0 else (select count(*) from scheduled_messages s"
        "  join conversations c on c.workspace_id = s.workspace_id and c.id = s.conversation_id"
        "  where s.workspace_id = a.workspace_id and s.agent_id = a.id and s.state = 'waiting'"
        f"  and {seen}) end as scheduled_count"
        " from agents a join workspaces w on w.id = a.workspace_id"
        " left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id"
        " where a.workspace_id = $1 and (a.deactivated_at is not null or v.state = 'offline'"
        "  and v.since < now() - make_interval(mins => nullif("
        "   coalesce((w.settings ->> 'absent_after_min')::int, $2), 0)))"
        " and not exists (select from finished_shifts f where f.workspace_id = a.workspace_id and f.agent_id = a.id"
        "  and f.undone_at is null and f.finished_at >= coalesce(a.deactivated_at, v.since))"
        ") x where chat_count + scheduled_count > 0 order by waiting_count desc, chat_count desc, agent_id",
        *arguments.values,
    )
    return [Absent(**row) for row in rows]


# Finished shifts ---------------------------------------------------------------------------------------------------


class LeftChat(msgspec.Struct, frozen=True, kw_only=True):
    """A chat as it stood before and after."""

    conversation_id: UUID
    before: Standing
    after: Standing
    made: Made = Made()


class LeftScheduled(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduled message as it was before and as it is after."""

    id: UUID
    agent_id: UUID
    state: str
    after_agent_id: UUID
    after_state: str


class Items(msgspec.Struct, frozen=True, kw_only=True):
    chats: list[LeftChat] = []
    scheduled: list[LeftScheduled] = []


class FinishedShift(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    agent_id: UUID
    finished_at: datetime
    previous_state: AvailabilityText
    previous_reason: str
    is_gone: bool
    items: Items
    undone_at: datetime | None


_decode = msgspec.json.Decoder(Items).decode
_encode = msgspec.json.Encoder().encode


async def insert_finished(
    session: Session,
    *,
    finish_id: UUID,
    agent_id: UUID,
    actor_id: UUID,
    now: datetime,
    previous_state: str,
    previous_reason: str,
    is_gone: bool,
    items: Items,
) -> None:
    await (await session.raw()).execute(
        "insert into finished_shifts (workspace_id, id, agent_id, actor_id, finished_at, previous_state,"
        " previous_reason, is_gone, items) values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)",
        session.workspace_id,
        finish_id,
        agent_id,
        actor_id,
        now,
        previous_state,
        previous_reason,
        is_gone,
        _encode(items).decode(),
    )


async def access_finished(session: Session, caller: Caller, finish_id: UUID) -> FinishedShift:
    """What the caller finished, locked. Raises NotFound: missing, foreign and a colleague's look alike (S1)."""
    row = await (await session.raw()).fetchrow(
        "select id, agent_id, finished_at, previous_state, previous_reason, is_gone, items::text as items, undone_at"
        " from finished_shifts where workspace_id = $1 and id = $2 and actor_id = $3 for update",
        caller.workspace_id,
        finish_id,
        caller.actor_id,
    )
    if row is None:
        raise NotFound("This does not exist any more.")
    return FinishedShift(**{**row, "items": _decode(row["items"])})


async def mark_undone(session: Session, finish_id: UUID, *, now: datetime) -> None:
    await (await session.raw()).execute(
        "update finished_shifts set undone_at = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        finish_id,
        now,
    )
