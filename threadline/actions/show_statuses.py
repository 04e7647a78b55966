"""Let messages show what their attempts say, and draw what follows for their conversations.

Whatever learns of an outcome – the provider's answer, a status, a timer, a person – ends here. An answer that was
accepted stops the customer's clock. One that is lost, that failed or may not have arrived, brings the old clock back,
takes its conversation up again and is told to whoever sent it, or to their team if they are not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_by_desk
from threadline.core.availability import is_there
from threadline.core.content import Line
from threadline.core.conversation import (
    OFF_SHIFT,
    ConversationState,
    assignment_line,
    state_line,
    waits_again_line,
)
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import AuthorKind
from threadline.core.waiting import NOT_DELIVERED, Entry, Step, waiting_since
from threadline.store import attempts
from threadline.store.attempts import ChangedMessage, FailureNote
from threadline.store.availabilities import load_workers
from threadline.store.clocks import read_entries, set_clocks
from threadline.store.conversations import ConversationKeys, load_keys, set_assignee
from threadline.store.session import Session
from threadline.store.snoozes import take_up


async def show_statuses(
    session: Session,
    workspace_id: UUID,
    message_ids: Sequence[UUID],
    *,
    notes: Mapping[str, FailureNote] | None = None,
    actor_id: UUID | None = None,
    now: datetime,
    new_id: NewId,
) -> None:
    """The conversations of these messages are locked by the caller."""
    changed = await attempts.refresh_messages(session, workspace_id, message_ids, notes=notes)
    lost = [message for message in changed if message.is_newly_lost]
    told = await _find_who_is_told(session, lost) if lost else {}
    session.record(*_status_events(workspace_id, changed, told, now=now, new_id=new_id, actor_id=actor_id))
    moved = [message for message in changed if message.moves_clock]
    if moved:
        await _go_on_from_answers(session, moved)
    if lost:
        await _take_up_again(session, workspace_id, lost, now=now, new_id=new_id)


def _status_events(
    workspace_id: UUID,
    changed: Sequence[ChangedMessage],
    told: Mapping[UUID, UUID | None],
    *,
    now: datetime,
    new_id: NewId,
    actor_id: UUID | None,
) -> list[Event]:
    """One event for each message that shows a new status. A lost one names who is told; nobody: their team."""
    return [
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.MESSAGE_STATUS_CHANGED,
            at=now,
            conversation_id=message.conversation_id,
            message_id=message.id,
            channel_id=message.channel_id,
            actor_id=actor_id,
            data={
                "status": message.status.name.lower(),
                "is_uncertain": message.is_uncertain,
                "code": message.failure_code,
                **_told(message, told),
            },
        )
        for message in changed
    ]


def _told(message: ChangedMessage, told: Mapping[UUID, UUID | None]) -> dict[str, str | int | bool | None]:
    if not message.is_newly_lost:
        return {}
    agent_id = told.get(message.id)
    return {"is_lost": True, "told_agent_id": None if agent_id is None else str(agent_id)}


async def _find_who_is_told(session: Session, lost: Sequence[ChangedMessage]) -> dict[UUID, UUID | None]:
    """Message → the agent who sent it, if they are there."""
    authors = {m.id: m.author_id for m in lost if m.author_kind is AuthorKind.AGENT and m.author_id is not None}
    workers = await load_workers(session, sorted(set(authors.values()))) if authors else {}
    return {
        message_id: author_id if is_there(workers.get(author_id)) else None for message_id, author_id in authors.items()
    }


async def _go_on_from_answers(session: Session, moved: Sequence[ChangedMessage]) -> None:
    """The customer had written more before the answer was accepted: perhaps they wait for that."""
    threads: dict[UUID, datetime | None] = {}
    for message in moved:
        known = threads.get(message.conversation_id)
        threads[message.conversation_id] = min(known or message.created_at, message.created_at)
    entries = await read_entries(session, threads)
    await set_clocks(session, {id: waiting_since(thread) for id, thread in entries.items()})


@dataclass(frozen=True, slots=True)
class _Loss:
    """What a lost message does to its conversation."""

    conversation: ConversationKeys
    entries: Sequence[Entry]
    now: datetime
    is_a_persons: bool

    @property
    def waiting_since(self) -> datetime | None:
        """With the clock that resolving had ended. Taken up, it leaves the stage in which the clock may stand still."""
        paused_at = self.conversation.paused_at if self.sleeps else None
        return waiting_since([*self.entries, Entry(Step.REVIVED, self.now, paused_at=paused_at)])

    @property
    def brings_back(self) -> bool:
        return waiting_since([*self.entries, Entry(Step.REVIVED, self.now)]) != waiting_since(self.entries)

    @property
    def sleeps(self) -> bool:
        return self.conversation.state in (ConversationState.SNOOZED, ConversationState.RESOLVED)

    @property
    def is_taken_up(self) -> bool:
        """A message that nobody waits for, and that no person wrote, opens nothing."""
        return self.sleeps and (self.is_a_persons or self.waiting_since is not None)


async def _take_up_again(
    session: Session, workspace_id: UUID, lost: Sequence[ChangedMessage], *, now: datetime, new_id: NewId
) -> None:
    by_people = {m.conversation_id for m in lost if m.author_kind is AuthorKind.AGENT}
    ids = sorted({message.conversation_id for message in lost})
    entries = await read_entries(session, dict.fromkeys(ids))
    losses = [
        _Loss(
            conversation=conversation,
            entries=entries[conversation.id],
            now=now,
            is_a_persons=conversation.id in by_people,
        )
        for conversation in await load_keys(session, ids)
    ]
    taken = [loss.conversation.id for loss in losses if loss.is_taken_up]
    opened = await take_up(session, conversation_ids=taken, reason=NOT_DELIVERED, now=now) if taken else set[UUID]()
    waits = [loss for loss in losses if loss.conversation.id in opened or not loss.conversation.is_resolved]
    await set_clocks(session, {loss.conversation.id: loss.waiting_since for loss in waits})
    assignees = {loss.conversation.assignee_id for loss in waits if loss.conversation.assignee_id is not None}
    workers = await load_workers(session, sorted(assignees)) if assignees else {}
    for loss in waits:
        assignee_id = loss.conversation.assignee_id
        is_left = assignee_id is not None and not is_there(workers.get(assignee_id))
        await _tell(
            session,
            workspace_id,
            loss,
            is_opened=loss.conversation.id in opened,
            is_left=is_left and loss.waiting_since is not None,
            now=now,
            new_id=new_id,
        )


async def _tell(
    session: Session, workspace_id: UUID, loss: _Loss, *, is_opened: bool, is_left: bool, now: datetime, new_id: NewId
) -> None:
    """The lines of it: taken up again, and given back to everybody if who has it is not there."""
    conversation = loss.conversation
    lines: list[Line] = []
    if is_opened:
        lines.append(state_line(conversation.state, ConversationState.OPEN, reason=NOT_DELIVERED))
    elif loss.brings_back and loss.waiting_since is not None:
        lines.append(waits_again_line(loss.waiting_since, reason=NOT_DELIVERED))
    if is_left:
        await set_assignee(session, conversation_id=conversation.id, assignee_id=None)
        lines.append(assignment_line(conversation.assignee_id, None, reason=OFF_SHIFT))
    await announce_by_desk(
        session,
        workspace_id=workspace_id,
        conversation=conversation,
        lines=lines,
        state=ConversationState.OPEN if is_opened else conversation.state,
        now=now,
        new_id=new_id,
    )
