"""Automatic replies: the greeting and the away message, what they say, and when they may be said. Pure.

A greeting answers the first message of a conversation, or the first after a long silence, while it is open. An away
message answers what comes while it is closed, once in each closed period. Either waits some seconds, so that a burst of
lines gets one, and everything is asked anew before it goes out. Neither is an answer: whoever waits goes on waiting.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from threadline.core.calendar import Calendar, is_open, next_opening
from threadline.core.errors import Invalid
from threadline.core.saved_reply import Names, Wording, by_language, check_text, fill_text, unsure_places, values_of
from threadline.core.told_time import expected_text, return_text

MOST_LETTERS: Final = 1000
"""Of one wording, before its places are filled."""
MOST_WORDINGS: Final = 20
LONGEST_PROMISE_MIN: Final = 7 * 1440
SHORTEST_WAIT_S: Final = 1
LONGEST_WAIT_S: Final = 60
LONGEST_QUIET_MIN: Final = 1440
LONGEST_SILENCE_DAYS: Final = 3650
MOST_PER_HOUR: Final = 20
FLOOD_MESSAGES: Final = 20
"""Of one contact: with more messages than these within `FLOOD_WITHIN`, nothing is said by itself. They are kept like
any other, and screens warn whoever is about to answer: they are told these numbers."""
FLOOD_WITHIN: Final = timedelta(minutes=1)


class ReplyKind(StrEnum):
    GREETING = "greeting"
    AWAY = "away"


class AutomaticReply(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in one place: a channel's, a team's, or everywhere."""

    is_on: bool
    wordings: tuple[Wording, ...]
    """One for each language; the first for whoever speaks none of them."""
    expected_min: int
    """Within so many minutes somebody usually answers: what `{{reply.expected}}` says. Nought: nobody says."""


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """When it is better to say nothing."""

    wait_s: int = 4
    quiet_min: int = 15
    """So many minutes after a person of ours wrote."""
    silence_days: int = 30
    """After so many days in which nobody wrote, a customer is greeted again. Nought: once in each conversation."""
    most_per_hour: int = 3
    """So many to one contact at most, on all channels: another machine that answers itself gets no more."""


class Why(StrEnum):
    """Why an automatic reply is said: the mark that its message keeps."""

    FIRST_MESSAGE = "first_message"
    AFTER_SILENCE = "after_silence"
    OUTSIDE_HOURS = "outside_hours"


class WhyNot(StrEnum):
    """Why none is said."""

    NOTHING_CONFIGURED = "nothing_else_configured"
    NOT_FIRST = "not_first"
    """It is open, and they are in the middle of a conversation."""
    SAME_ABSENCE = "same_absence"
    QUIET = "quiet"
    """It starts no clock: a thanks after the end, something of somebody blocked."""
    THANKS = "thanks"
    PERSON_WROTE = "person_wrote"
    PERSON_ACTED = "person_acted"
    FLOW = "flow"
    BLOCKED = "blocked"
    MUTED = "muted"
    OPTED_OUT = "opted_out"
    TOO_MANY = "too_many"
    FLOOD = "flood"
    """They write faster than people do."""
    RETURN_UNKNOWN = "return_unknown"
    """It never opens again, and the text says when it does."""
    HOURS_UNREADABLE = "hours_unreadable"
    """Nobody can say whether it is open."""
    EMPTY = "empty"
    """Nothing is left of the text where nothing is known of the customer."""


KIND_OF: Final[Mapping[Why, ReplyKind]] = {
    Why.FIRST_MESSAGE: ReplyKind.GREETING,
    Why.AFTER_SILENCE: ReplyKind.GREETING,
    Why.OUTSIDE_HOURS: ReplyKind.AWAY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message of a customer, and what was so before and since."""

    at: datetime
    before_at: datetime | None
    """When the message before it was written, by whomever; None: it is the first one."""
    is_quiet: bool = False
    is_thanks: bool = False
    is_flow: bool = False
    """Something else answers in this conversation."""
    is_blocked: bool = False
    is_muted: bool = False
    is_opted_out: bool = False
    person_wrote_at: datetime | None = None
    """When somebody of ours wrote last."""
    has_person_acted: bool = False
    """Since the message: wrote, noted, took or gave it, put it off, resolved it."""
    away_at: datetime | None = None
    """When this conversation had its last away message."""
    sent_lately: int = 0
    """Automatic replies to this contact within the last hour."""
    received_lately: int = 0
    """Messages of this contact within `FLOOD_WITHIN`, on all channels."""


def decide(
    heard: Heard, *, greets: bool, is_away: bool, calendar: Calendar | None, manners: Manners, now: datetime
) -> Why | WhyNot:
    """What is said at `now` to who wrote this. `greets`, `is_away`: whether there is such a reply here."""
    if not greets and not is_away:
        return WhyNot.NOTHING_CONFIGURED
    return why_say_nothing(heard, manners, now=now) or _why(heard, greets, is_away, calendar, manners, now)


def why_say_nothing(heard: Heard, manners: Manners, *, now: datetime) -> WhyNot | None:
    """What forbids that anything is said by itself to who wrote this, whatever it is."""
    return _why_never(heard) or _why_not_now(heard, manners, now)


def _why_never(heard: Heard) -> WhyNot | None:
    """What this customer or this message rules out at any hour."""
    ruled_out = (
        (heard.is_blocked, WhyNot.BLOCKED),
        (heard.is_muted, WhyNot.MUTED),
        (heard.is_opted_out, WhyNot.OPTED_OUT),
        (heard.is_quiet, WhyNot.QUIET),
        (heard.is_thanks and heard.before_at is not None, WhyNot.THANKS),
        (heard.is_flow, WhyNot.FLOW),
    )
    return next((why_not for is_so, why_not in ruled_out if is_so), None)


def _why_not_now(heard: Heard, manners: Manners, now: datetime) -> WhyNot | None:
    if heard.has_person_acted:
        return WhyNot.PERSON_ACTED
    wrote_at = heard.person_wrote_at
    if wrote_at is not None and now - wrote_at < timedelta(minutes=manners.quiet_min):
        return WhyNot.PERSON_WROTE
    if heard.received_lately > FLOOD_MESSAGES:
        return WhyNot.FLOOD
    return WhyNot.TOO_MANY if heard.sent_lately >= manners.most_per_hour else None


def _why(
    heard: Heard, greets: bool, is_away: bool, calendar: Calendar | None, manners: Manners, now: datetime
) -> Why | WhyNot:
    if is_away and calendar is not None and not is_open(calendar, now):
        had_it = heard.away_at is not None and is_same_absence(calendar, heard.away_at, now)
        return WhyNot.SAME_ABSENCE if had_it else Why.OUTSIDE_HOURS
    if not greets:
        return WhyNot.NOT_FIRST
    if heard.before_at is None:
        return Why.FIRST_MESSAGE
    is_silent = manners.silence_days > 0 and heard.at - heard.before_at >= timedelta(days=manners.silence_days)
    return Why.AFTER_SILENCE if is_silent else WhyNot.NOT_FIRST


def is_same_absence(calendar: Calendar, earlier: datetime, later: datetime) -> bool:
    """True if it is closed from one moment up to and with the other one."""
    if is_open(calendar, earlier) or is_open(calendar, later):
        return False
    opens_at = next_opening(calendar, earlier)
    return opens_at is None or opens_at > later


# Whose words


_Reply = TypeVar("_Reply", bound=AutomaticReply)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply is said: everywhere, or on a channel, or to the customers of a team."""

    channel_id: UUID | None = None
    team_id: UUID | None = None


def reply_for(replies: Mapping[Place, _Reply], *, channel_id: UUID, team_id: UUID | None) -> _Reply | None:
    """That of the team, else of the channel, else the workspace's; one that is off there says nothing there."""
    places = ([] if team_id is None else [Place(team_id=team_id)]) + [Place(channel_id=channel_id), Place()]
    found = next((replies[place] for place in places if place in replies), None)
    return found if found is not None and found.is_on else None


def wording_for(reply: AutomaticReply, language: str) -> Wording:
    """In the customer's language (`pt` also for `pt-BR`, and the other way), else the first one."""
    return by_language(reply.wordings, language)[0]


# What is said

_OWN: Final = re.compile(
    r"""\{\{\s*(hours\.returns|reply\.expected)\s*(?:\|\s*default\s*:\s*(?:"([^"']*)"|'([^"']*)')\s*)?\}\}"""
)
_OF_AGENTS: Final = re.compile(r"\{\{\s*agent\.[a-z_]+[^{}]*\}\}")


def check_automatic_reply(kind: ReplyKind, reply: AutomaticReply) -> None:
    """Raises Invalid: says nothing, a language twice, too many or too long, places that cannot be filled."""
    if not reply.wordings or not all(wording.text.strip() for wording in reply.wordings):
        raise Invalid("Please write what is said.", field="wordings", reason="automatic_needs_text")
    languages = [wording.language for wording in reply.wordings]
    if len(set(languages)) < len(languages):
        raise Invalid("Each language once, please.", field="wordings", reason="wording_twice")
    if len(languages) > MOST_WORDINGS:
        raise Invalid(
            f"A text has at most {MOST_WORDINGS} languages.",
            field="wordings",
            reason="automatic_too_many_wordings",
            values={"limit": str(MOST_WORDINGS)},
        )
    for wording in reply.wordings:
        _check_wording(kind, reply, wording.text)


def _check_wording(kind: ReplyKind, reply: AutomaticReply, text: str) -> None:
    if len(text) > MOST_LETTERS:
        raise Invalid(
            f"An automatic reply has at most {MOST_LETTERS} letters.",
            field="wordings",
            reason="automatic_too_long",
            values={"limit": str(MOST_LETTERS)},
        )
    if found := _OF_AGENTS.search(text):
        raise Invalid(
            f"{found[0]} cannot be filled in. Use one of the variables, as they are offered.",
            field="wordings",
            reason="place_unknown",
            values={"place": found[0]},
        )
    for match in _OWN.finditer(text):
        _check_own(kind, reply, match)
    for words in _between(text):
        check_text(words, "wordings")
        for variable in unsure_places(words):
            raise needs_default(variable.value)


def _check_own(kind: ReplyKind, reply: AutomaticReply, match: "re.Match[str]") -> None:
    if match[1] == "hours.returns" and kind is ReplyKind.GREETING:
        raise Invalid(
            "A greeting is said while it is open: there is no time of return.",
            field="wordings",
            reason="automatic_no_return",
        )
    if match[1] == "reply.expected" and reply.expected_min == 0:
        raise Invalid(
            "Please say first within how many minutes somebody usually answers.",
            field="expected_min",
            reason="automatic_no_expectation",
        )


def needs_default(variable: str) -> Invalid:
    place = f'{{{{{variable} | default: "…"}}}}'
    return Invalid(
        f"This may be unknown of a customer. Say what stands there then: {place}",
        field="wordings",
        reason="closing_needs_default",
        values={"place": place},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What the places of a reply stand for, beside the names."""

    names: Names
    now: datetime
    opens_at: datetime | None
    """None: never, or it is open."""
    zone: tzinfo
    """The customer's, else that of the hours."""
    expected_min: int


def fill_automatic_reply(wording: Wording, filling: Filling) -> str:
    """What the customer reads. What nobody can say is left out, with the blanks it leaves."""
    own = {
        "hours.returns": ""
        if filling.opens_at is None
        else return_text(filling.opens_at, now=filling.now, zone=filling.zone, language=wording.language),
        "reply.expected": expected_text(filling.expected_min, wording.language) if filling.expected_min else "",
    }
    values = values_of(filling.names, wording.language)
    filled: list[str] = []
    end = 0
    for match in [*_OWN.finditer(wording.text), None]:
        words = wording.text[end:] if match is None else wording.text[end : match.start()]
        filled += ["" if piece.is_missing else piece.text for piece in fill_text(words, values)]
        if match is not None:
            end = match.end()
            filled.append(own[match[1]] or match[2] or match[3] or "")
    return _BEFORE_SIGN.sub("", _BLANKS.sub(" ", "".join(filled))).strip()


def promises_return(wording: Wording) -> bool:
    """True if the text says when it opens, and nothing else where nobody can say."""
    return any(match[1] == "hours.returns" and not (match[2] or match[3]) for match in _OWN.finditer(wording.text))


_BLANKS: Final = re.compile(r"[ \t]{2,}")
_BEFORE_SIGN: Final = re.compile(r"[ \t]+(?=[,.])")


def _between(text: str) -> Iterable[str]:
    end = 0
    for match in _OWN.finditer(text):
        yield text[end : match.start()]
        end = match.end()
    yield text[end:]
