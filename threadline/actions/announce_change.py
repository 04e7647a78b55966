"""Tell that a conversation changed hands or state: a line in its thread for each change, and an event that carries it.

A line is no message: it moves neither the time of the last activity nor what is unread, waiting or shown in lists.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from threadline.core.content import Line
from threadline.core.conversation import ConversationState, Handling, ending_pause, lines_of_change
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind, Direction
from threadline.store import outgoing
from threadline.store.outgoing import NewMessage
from threadline.store.session import Session

_NO_NAMES: Final[Mapping[UUID, str]] = {}


class LockedConversation(Protocol):
    """A conversation under its lock, as it stood before the change."""

    @property
    def id(self) -> UUID: ...
    @property
    def channel_id(self) -> UUID: ...
    @property
    def contact_id(self) -> UUID: ...
    @property
    def state(self) -> ConversationState: ...
    @property
    def assignee_id(self) -> UUID | None: ...
    @property
    def team_id(self) -> UUID | None: ...
    @property
    def last_seq(self) -> int: ...
    @property
    def paused_at(self) -> datetime | None: ...


async def announce_change(
    session: Session,
    *,
    workspace_id: UUID,
    conversation: LockedConversation,
    after: Handling,
    author: Author,
    actor_id: UUID | None,
    now: datetime,
    new_id: NewId,
    team_names: Mapping[UUID, str] = _NO_NAMES,
    reason: str = "",
    snoozed_until: datetime | None = None,
) -> int:
    """The caller writes what changed into the conversation, and names its teams if it moved between them.

    Returns the number of the last message or line in it.
    """
    before = Handling(conversation.state, conversation.assignee_id, conversation.team_id)
    seq = conversation.last_seq
    for content in lines_of_change(before, after, team_names=team_names, reason=reason, snoozed_until=snoozed_until):
        seq += 1
        is_move = "state" not in content.data
        await announce_line(
            session,
            workspace_id=workspace_id,
            conversation=conversation,
            content=content,
            data=_move(before, after) if is_move else {"state": after.state.value},
            author=author,
            actor_id=actor_id,
            agent_id=after.assignee_id if is_move else None,
            seq=seq,
            now=now,
            new_id=new_id,
        )
    return seq


async def announce_line(
    session: Session,
    *,
    workspace_id: UUID,
    conversation: LockedConversation,
    content: Line,
    data: Mapping[str, str | int | bool | None],
    author: Author,
    actor_id: UUID | None,
    agent_id: UUID | None = None,
    seq: int | None = None,
    now: datetime,
    new_id: NewId,
) -> None:
    """Write one line of a conversation and record the event that carries it; `data` is the event's.

    `seq` is given when it is not the conversation's next: the second line of one change.
    """
    line_id = await write_line(
        session,
        workspace_id=workspace_id,
        conversation=conversation,
        content=ending_pause(content, conversation.paused_at),
        author=author,
        seq=conversation.last_seq + 1 if seq is None else seq,
        now=now,
        line_id=new_id(),
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.CONVERSATION_CHANGED,
            at=now,
            conversation_id=conversation.id,
            message_id=line_id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            agent_id=agent_id,
            actor_id=actor_id,
            data=dict(data),
        )
    )


async def announce_by_desk(
    session: Session,
    *,
    workspace_id: UUID,
    conversation: LockedConversation,
    lines: Sequence[Line],
    state: ConversationState,
    now: datetime,
    new_id: NewId,
) -> None:
    """What happened by itself, line after line; `state` is what it is now. An `unassigned` gives it to everybody."""
    for seq, line in enumerate(lines, conversation.last_seq + 1):
        before = Handling(conversation.state, conversation.assignee_id, conversation.team_id)
        is_move = line.what == "unassigned"
        await announce_line(
            session,
            workspace_id=workspace_id,
            conversation=conversation,
            content=line,
            data=_move(before, Handling(state, None, conversation.team_id)) if is_move else _stands(state, line),
            author=_DESK,
            actor_id=None,
            seq=seq,
            now=now,
            new_id=new_id,
        )


def _stands(state: ConversationState, line: Line) -> dict[str, str | int | bool | None]:
    return {"state": state.value, "is_woken": True} if line.what == "woken" else {"state": state.value}


_DESK = Author(AuthorKind.SYSTEM, None)


async def write_line(
    session: Session,
    *,
    workspace_id: UUID,
    conversation: outgoing.Thread,
    content: Line,
    author: Author,
    seq: int,
    now: datetime,
    line_id: UUID,
) -> UUID:
    """One line under the conversation's lock, with the next number of its thread. Returns its id."""
    line = NewMessage(
        id=line_id,
        seq=seq,
        direction=Direction.LINE,
        author_kind=author.kind,
        author_id=author.id,
        content=content,
        client_id=None,
        at=now,
    )
    await outgoing.insert_message(session, workspace_id, conversation, line)
    await outgoing.advance_to_line(session, workspace_id, conversation.id, line_id=line_id, seq=seq)
    return line_id


def _move(before: Handling, after: Handling) -> dict[str, str | int | bool | None]:
    """What was before lets the feed tell somebody that a conversation has left their sight."""
    return {
        "state": after.state.value,
        "assignee_id": _text(after.assignee_id),
        "previous_assignee_id": _text(before.assignee_id),
        "team_id": _text(after.team_id),
        "previous_team_id": _text(before.team_id),
    }


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
