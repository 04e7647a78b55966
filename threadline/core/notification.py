"""What an agent is told of, and by which ways. Pure.

In the desk a notification is a row of the agent's own list; the other ways carry the same row further.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.events import Event, EventKind


class NotificationKind(StrEnum):
    ASSIGNED = "assigned"
    """Somebody gave me a conversation."""
    MENTIONED = "mentioned"
    NOT_DELIVERED = "not_delivered"
    """A message of mine, or in a conversation of mine, did not arrive."""
    WOKEN = "woken"
    """A conversation of mine came back from being snoozed."""
    REPLIED = "replied"
    """A customer wrote in a conversation of mine."""
    DISCUSSED = "discussed"
    """I was taken into a discussion, or somebody wrote in one of mine."""
    REVIEW_ASKED = "review_asked"
    """A colleague wants me to look at an answer before it goes out."""
    REVIEWED = "reviewed"
    """An answer of mine was looked at: it went out, or came back."""
    TASK_DUE = "task_due"
    """The reminder of a task of mine has come."""
    DUE_SOON = "due_soon"
    """A customer of mine, of my team, or one whom I watch over, is about to wait longer than was promised."""
    WINDOW_CLOSING = "window_closing"
    """One of these waits, and their window is about to close."""
    TAKEN_BACK = "taken_back"
    """A customer waited too long for a word of mine, and waits for the team again."""
    LEFT_WAITING = "left_waiting"
    """One whom I watch over waits for somebody who says nothing, and it was taken back as often as helps."""
    DAY_FULL = "day_full"
    """I answered as many customers, or sent as many messages, as are enough for a day; or an agent did, and I watch."""


class Way(StrEnum):
    LIST = "list"
    """The list behind the bell."""
    DESKTOP = "desktop"
    """A notification of the system while the desk is open somewhere behind other windows."""
    PUSH = "push"
    """One that arrives while the desk is closed."""
    EMAIL = "email"
    """A line of the next digest, if it is still unread then."""


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """By which ways each kind goes."""

    assigned: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH, Way.EMAIL)
    mentioned: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH, Way.EMAIL)
    not_delivered: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    woken: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    replied: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    discussed: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH, Way.EMAIL)
    review_asked: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH, Way.EMAIL)
    reviewed: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    task_due: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH, Way.EMAIL)
    due_soon: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    window_closing: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    taken_back: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    left_waiting: tuple[Way, ...] = (Way.LIST, Way.DESKTOP, Way.PUSH)
    day_full: tuple[Way, ...] = (Way.LIST, Way.DESKTOP)

    def of(self, kind: NotificationKind) -> tuple[Way, ...]:
        match kind:
            case NotificationKind.ASSIGNED:
                return self.assigned
            case NotificationKind.MENTIONED:
                return self.mentioned
            case NotificationKind.NOT_DELIVERED:
                return self.not_delivered
            case NotificationKind.WOKEN:
                return self.woken
            case NotificationKind.REPLIED:
                return self.replied
            case NotificationKind.DISCUSSED:
                return self.discussed
            case NotificationKind.REVIEW_ASKED:
                return self.review_asked
            case NotificationKind.REVIEWED:
                return self.reviewed
            case NotificationKind.TASK_DUE:
                return self.task_due
            case NotificationKind.DUE_SOON:
                return self.due_soon
            case NotificationKind.WINDOW_CLOSING:
                return self.window_closing
            case NotificationKind.TAKEN_BACK:
                return self.taken_back
            case NotificationKind.LEFT_WAITING:
                return self.left_waiting
            case NotificationKind.DAY_FULL:
                return self.day_full


@dataclass(frozen=True, slots=True)
class Notice:
    """Something one agent is to be told."""

    agent_id: UUID
    conversation_id: UUID
    kind: NotificationKind
    at: datetime
    message_id: UUID | None = None
    actor_id: UUID | None = None
    """The colleague who caused it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What needs nobody's attention any more: of one agent or of all, of some kinds or of all."""

    conversation_id: UUID
    agent_id: UUID | None = None
    kinds: frozenset[NotificationKind] | None = None

    def covers(self, notice: Notice) -> bool:
        return (
            notice.conversation_id == self.conversation_id
            and self.agent_id in (None, notice.agent_id)
            and (self.kinds is None or notice.kind in self.kinds)
        )


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who has to do with an event, as it stands now."""

    assignee_id: UUID | None = None
    author_id: UUID | None = None
    """The agent who wrote the message of the event."""
    mentioned_ids: Sequence[UUID] = ()
    channel_id: UUID | None = None
    team_id: UUID | None = None
    invited_ids: frozenset[UUID] = frozenset()
    """Who sees the conversation by a colleague's word."""
    team_member_ids: Sequence[UUID] = ()
    """Of the conversation's team, where nobody has it. Read of what is told to those who watch, as the next."""
    watcher_ids: Sequence[UUID] = ()
    """Who watches over deadlines."""


NOTIFYING: Final = frozenset(
    {
        EventKind.CONVERSATION_CHANGED,
        EventKind.CONVERSATION_READ,
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_QUEUED,
        EventKind.MESSAGE_STATUS_CHANGED,
        EventKind.NOTE_ADDED,
        EventKind.DISCUSSION_CHANGED,
        EventKind.REVIEW_CHANGED,
        EventKind.TASK_CHANGED,
        EventKind.DEADLINE_REACHED,
        EventKind.DAY_FULL,
    }
)
_OF_WAITING: Final = frozenset(
    {
        NotificationKind.REPLIED,
        NotificationKind.WOKEN,
        NotificationKind.DUE_SOON,
        NotificationKind.WINDOW_CLOSING,
        NotificationKind.LEFT_WAITING,
    }
)
_BESIDE: Final = frozenset({NotificationKind.DISCUSSED, NotificationKind.REVIEW_ASKED, NotificationKind.DAY_FULL})
"""What looking at the thread does not settle: it stands beside it."""
_OF_REVIEWS: Final = frozenset({NotificationKind.REVIEW_ASKED, NotificationKind.REVIEWED})
_IN_THE_THREAD: Final = frozenset(NotificationKind) - _BESIDE


def is_told_to_watchers(event: Event) -> bool:
    """Whether `watcher_ids` and `team_member_ids` of `Concerned` are needed."""
    return event.kind in (EventKind.DEADLINE_REACHED, EventKind.DAY_FULL) or event.data.get("is_left") is True


def conversation_of(event: Event) -> UUID | None:
    """The conversation that an event concerns; of what stands beside one it is told among the data."""
    if event.kind not in (EventKind.DISCUSSION_CHANGED, EventKind.REVIEW_CHANGED):
        return event.conversation_id
    told = event.data.get("conversation_id")
    return UUID(told) if isinstance(told, str) else None


def notices_of(event: Event, concerned: Concerned) -> list[Notice]:
    """Whom this event is told, and as what. Nobody is told what they did themselves."""
    conversation_id = conversation_of(event)
    if conversation_id is None:
        return []
    kind, agent_ids = _told(event, concerned)
    # Whose day is full caused it, and is told all the same.
    actor_id = event.agent_id if event.kind is EventKind.DAY_FULL else event.actor_id
    return [
        Notice(agent_id, conversation_id, kind, event.at, event.message_id, actor_id)
        for agent_id in dict.fromkeys(agent_ids)
        if agent_id is not None and agent_id != event.actor_id
    ]


def settled_by(event: Event) -> Settled | None:
    """What nobody has to look at any more: somebody looked, answered, gave away or resolved."""
    conversation_id, data = conversation_of(event), event.data
    if conversation_id is None:
        return None
    if event.kind is EventKind.DISCUSSION_CHANGED:
        is_over = data.get("what") in ("read", "gone")
        return Settled(conversation_id, event.agent_id, frozenset({NotificationKind.DISCUSSED})) if is_over else None
    if event.kind is EventKind.REVIEW_CHANGED:
        is_over = data.get("what") == "over"
        return Settled(conversation_id, event.agent_id, _OF_REVIEWS) if is_over else None
    if event.kind is EventKind.CONVERSATION_READ:
        return Settled(conversation_id, event.agent_id, _IN_THE_THREAD)
    if event.kind is EventKind.MESSAGE_QUEUED and data.get("by") == "agent":
        return Settled(conversation_id, kinds=_OF_WAITING)
    if event.kind is EventKind.CONVERSATION_CHANGED:
        previous = data.get("previous_assignee_id")
        if isinstance(previous, str):
            return Settled(conversation_id, UUID(previous), _OF_WAITING | {NotificationKind.ASSIGNED})
        if data.get("state") == "resolved":
            return Settled(conversation_id, kinds=_OF_WAITING)
    if event.kind is EventKind.TASK_CHANGED and data.get("state") == "done":
        return Settled(conversation_id, kinds=frozenset({NotificationKind.TASK_DUE}))
    return None


def _is_heard(event: Event) -> bool:
    """A customer wrote just now, and is not muted."""
    data = event.data
    if event.kind is not EventKind.MESSAGE_RECEIVED or data.get("direction") != "incoming":
        return False
    return not data.get("is_history") and not data.get("is_muted")


def _told(event: Event, concerned: Concerned) -> tuple[NotificationKind, Sequence[UUID | None]]:
    data = event.data
    if _is_heard(event):
        return NotificationKind.REPLIED, [concerned.assignee_id]
    if event.kind is EventKind.MESSAGE_STATUS_CHANGED and (data.get("status") == "failed" or data.get("is_uncertain")):
        return NotificationKind.NOT_DELIVERED, [concerned.author_id or concerned.assignee_id]
    if event.kind is EventKind.DISCUSSION_CHANGED:
        return NotificationKind.DISCUSSED, [event.agent_id if data.get("what") == "news" else None]
    if event.kind is EventKind.REVIEW_CHANGED:
        is_decided = data.get("what") == "decided"
        kind = NotificationKind.REVIEWED if is_decided else NotificationKind.REVIEW_ASKED
        return kind, [event.agent_id if data.get("what") in ("asked", "decided") else None]
    if event.kind is EventKind.NOTE_ADDED:
        return NotificationKind.MENTIONED, concerned.mentioned_ids
    if event.kind is EventKind.TASK_CHANGED:
        return NotificationKind.TASK_DUE, [event.agent_id if data.get("is_reminder") else None]
    if event.kind is EventKind.DEADLINE_REACHED:
        return _told_of_deadline(data, concerned)
    if event.kind is EventKind.DAY_FULL:
        return NotificationKind.DAY_FULL, [event.agent_id, *concerned.watcher_ids]
    if event.kind is EventKind.CONVERSATION_CHANGED:
        if data.get("is_woken"):
            return NotificationKind.WOKEN, [concerned.assignee_id]
        if data.get("is_left"):
            return NotificationKind.LEFT_WAITING, concerned.watcher_ids
        previous = data.get("previous_assignee_id")
        if data.get("is_taken_back") and isinstance(previous, str):
            return NotificationKind.TAKEN_BACK, [UUID(previous)]
        return NotificationKind.ASSIGNED, [event.agent_id if data.get("assignee_id") else None]
    return NotificationKind.REPLIED, []


def _told_of_deadline(
    data: Mapping[str, str | int | bool | None], concerned: Concerned
) -> tuple[NotificationKind, Sequence[UUID | None]]:
    """Whoever has the conversation, the team where nobody has it; and those who watch."""
    kind = NotificationKind.WINDOW_CLOSING if data.get("clock") == "window" else NotificationKind.DUE_SOON
    if data.get("what") != "warning":
        return kind, []
    answering = concerned.team_member_ids if concerned.assignee_id is None else [concerned.assignee_id]
    return kind, [*answering, *concerned.watcher_ids]
