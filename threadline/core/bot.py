"""Bots: programs of the owner that answer a new conversation before a team does. Pure.

A bot has a conversation from its beginning, while it is pending and nobody has it, until it hands it over, a person
takes it, it stays silent for too long, or its token ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from threadline.core.calendar import Calendar, is_open
from threadline.core.content import Line
from threadline.core.conversation import ConversationState, state_line, team_line
from threadline.core.errors import Conflict, Forbidden

LONGEST_SILENCE_MIN: Final = 1440
BotHours = Literal["always", "open", "closed"]
"""When it answers first: at any time, within the business hours of its channel, or outside of them."""


class Leaving(StrEnum):
    """Why a bot has a conversation no longer, as its line says."""

    HANDED_OVER = "bot"
    SILENT = "bot_silent"
    GONE = "bot_gone"
    """Its token was withdrawn or has expired, or who it acts for is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswer:
    """What a channel says of its bot."""

    bot_id: UUID | None = None
    team_id: UUID | None = None
    """To whom what it hands over goes; None: to the team of the channel."""
    after_min: int = 1
    """So long it may be silent while the customer waits."""
    hours: BotHours = "always"


def answers_now(hours: BotHours, calendar: Calendar | None, *, now: datetime) -> bool:
    """Whether a conversation that begins now is the bot's. Without a calendar it is always open."""
    if hours == "always":
        return True
    return (calendar is None or is_open(calendar, now)) == (hours == "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A conversation that a bot has."""

    is_alive: bool
    """The bot's token may still be used."""
    asked_at: datetime | None
    """Since when the bot knows that the customer waits; None: they do not."""
    is_answering: bool
    """An answer is on its way."""
    after_min: int


def why_leave(standing: Standing, *, now: datetime) -> Leaving | None:
    """Whether the desk takes it from the bot now, and why."""
    if not standing.is_alive:
        return Leaving.GONE
    if standing.asked_at is None or standing.is_answering:
        return None
    return Leaving.SILENT if now >= standing.asked_at + timedelta(minutes=standing.after_min) else None


def lines_of_leaving(
    reason: Leaving,
    *,
    bot_name: str,
    after_min: int,
    team_before: UUID | None,
    team_after: UUID | None,
    team_names: dict[UUID, str],
) -> list[Line]:
    """What the thread tells of it: that it is open and why, then whose it is. The name is that of the day."""
    opened = state_line(ConversationState.PENDING, ConversationState.OPEN, reason=reason.value)
    told = {"bot": bot_name} | ({"minutes": str(after_min)} if reason is Leaving.SILENT else {})
    lines = [Line(what=opened.what, data=opened.data | told)]
    if team_after != team_before:
        lines.append(team_line(team_before, team_after, team_names))
    return lines


def check_has(bot_id: UUID | None, token_id: UUID | None) -> None:
    """Raises Conflict for a bot whose conversation this is not, or is no longer."""
    if bot_id is None or bot_id != token_id:
        raise Conflict("This conversation is not the bot's: a person has it, or another bot.", reason="not_the_bots")


def check_only_resolves(*, moves: bool, opens: bool) -> None:
    """Raises Forbidden: a bot gives nothing to anybody but by handing it over, with its note."""
    if moves or opens:
        raise Forbidden("A bot hands a conversation over instead of assigning it.", reason="bot_hands_over")
