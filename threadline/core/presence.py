"""Who looks at a conversation and who types in it: known for a moment, kept nowhere.

A screen says so again while it lasts; what is not said again is over by itself.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

LOOKS_FOR_S: Final = 45.0
"""A screen that looks says so every twenty seconds: one word may be lost."""
TYPES_FOR_S: Final = 7.0
"""One that types says so every three."""
MOST_SHOWN: Final = 20


class Doing(StrEnum):
    LOOKING = "looking"
    TYPING = "typing"
    GONE = "gone"


@dataclass(slots=True)
class _Seen:
    said_at: float
    typed_at: float | None


class Presence:
    """The people of one workspace, by conversation. Times are seconds of one clock that does not jump."""

    def __init__(self) -> None:
        self._seen: dict[UUID, dict[UUID, _Seen]] = {}

    def note(self, conversation_id: UUID, agent_id: UUID, doing: Doing, *, now: float) -> bool:
        """True if what is to be shown changed by it."""
        before = self.people(conversation_id)
        there = self._seen.setdefault(conversation_id, {})
        if doing is Doing.GONE:
            there.pop(agent_id, None)
        else:
            there[agent_id] = _Seen(now, now if doing is Doing.TYPING else None)
        if not there:
            del self._seen[conversation_id]
        return self.people(conversation_id) != before

    def expire(self, *, now: float) -> set[UUID]:
        """The conversations in which somebody stopped without a word."""
        return {id for id in list(self._seen) if self._expire(id, now)}

    def _expire(self, conversation_id: UUID, now: float) -> bool:
        before = self.people(conversation_id)
        there = self._seen[conversation_id]
        for agent_id, seen in list(there.items()):
            if now - seen.said_at > LOOKS_FOR_S:
                del there[agent_id]
            elif seen.typed_at is not None and now - seen.typed_at > TYPES_FOR_S:
                seen.typed_at = None
        if not there:
            del self._seen[conversation_id]
        return self.people(conversation_id) != before

    def people(self, conversation_id: UUID) -> list[tuple[UUID, bool]]:
        """Who is there and whether they type, in the order in which they came."""
        there = self._seen.get(conversation_id, {})
        return [(agent_id, seen.typed_at is not None) for agent_id, seen in list(there.items())[:MOST_SHOWN]]

    @property
    def conversation_ids(self) -> list[UUID]:
        return list(self._seen)


def presence_topic(workspace_id: UUID, conversation_id: UUID, agent_id: UUID, doing: Doing, *, said_at_ms: int) -> str:
    """As it travels between processes. The time tells which of two words that travel together is the later."""
    return f"presence:{workspace_id}:{conversation_id}:{agent_id}:{said_at_ms}:{doing.value}"


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """What somebody said they do; later ones sort behind."""

    said_at_ms: int
    workspace_id: UUID
    conversation_id: UUID
    agent_id: UUID
    doing: Doing


def read_topic(topic: str) -> Word | None:
    """None: a word of another release."""
    parts = topic.split(":")
    try:
        _, workspace_id, conversation_id, agent_id, said_at_ms, doing = parts
        return Word(int(said_at_ms), UUID(workspace_id), UUID(conversation_id), UUID(agent_id), Doing(doing))
    except ValueError:
        return None
