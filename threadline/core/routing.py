"""Who gets whom: waiting customers and the places that are free → assignments. Pure.

The one who waits longest comes first. Whoever owns the customer gets them, if they are there and have a place. Else, of
those of the team who may serve them and have a place, those who speak their language come before the others; among
these, whoever has had enough for today comes last, and *round-robin* takes whoever got somebody longest ago, *balanced*
whoever has least in hand for what they bear.
Who needs skills gets somebody who has all of them; after a while whoever has most of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from threadline.core.conversation import ConversationState

MOST_PLACES: Final = 100
"""Of one agent."""
MOST_TYPES: Final = 50
MOST_DAY_CUSTOMERS: Final = 10_000
MOST_DAY_MESSAGES: Final = 100_000
Places = Annotated[int, msgspec.Meta(ge=1, le=MOST_PLACES)]


class Assignment(StrEnum):
    """How a team's waiting customers come to somebody."""

    MANUAL = "manual"
    """They are taken, or given by hand."""
    ROUND_ROBIN = "round_robin"
    BALANCED = "balanced"


AssignmentText = Literal["manual", "round_robin", "balanced"]


DayCustomers = Annotated[int, msgspec.Meta(ge=0, le=MOST_DAY_CUSTOMERS)]
DayMessages = Annotated[int, msgspec.Meta(ge=0, le=MOST_DAY_MESSAGES)]


class DayLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is enough for one agent a day. None: the workspace's number; nought: never."""

    customers: DayCustomers | None = None
    messages: DayMessages | None = None


class RoutingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace decides of it. Kept within its settings."""

    capacity: Places = 5
    """How many an agent has in hand at most, unless they have a number of their own."""
    capacity_by_type: dict[str, Places] = {}
    """Of these, how many on channels of one type at most; absent: as many as of all."""
    active_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 30
    """So long after the last message a conversation takes a place though nobody waits in it."""
    owners_first: bool = True
    """Whoever owns a customer is given them first, whichever team they wait in."""
    language_wait_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 5
    """So long a customer waits for somebody who is online and speaks their language, before the next best has them."""
    skill_wait_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 3
    """So long a customer waits for somebody who has every skill that they need, before the next best has them."""
    by_rota: bool = True
    """Who is on the rota is given somebody during their shifts only, even if online (core/rota.py)."""
    day_customers: DayCustomers = 50
    """So many customers a day are enough for one agent, unless they have their own number: it warns. Nought: never."""
    day_messages: DayMessages = 1000
    """So many messages of theirs are."""


def takes_place(
    *,
    state: ConversationState,
    waiting_since: datetime | None,
    paused_at: datetime | None,
    last_activity_at: datetime,
    active: timedelta,
    now: datetime,
) -> bool:
    """Whether a conversation takes one of its assignee's places: the customer waits, or somebody wrote lately.

    What is snoozed, pending or resolved takes none. `store/routing.py` asks the same of rows.
    """
    if state is not ConversationState.OPEN:
        return False
    is_waiting = waiting_since is not None and paused_at is None
    return is_waiting or last_activity_at > now - active


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A customer who waits, and whom nobody answers."""

    id: UUID
    waiting_since: datetime
    team_id: UUID | None
    """None: only their owner is given them."""
    channel_id: UUID
    channel_type: str
    language: str = ""
    """Theirs, as ISO 639 writes it; "": nobody knows."""
    is_patient: bool = False
    """They have not waited long enough yet for somebody who does not speak it."""
    needs: frozenset[UUID] = frozenset()
    """Skills that their conversation asks for, itself or by its labels."""
    waits_for_skill: bool = False
    """They have not waited long enough yet for somebody who lacks one of these."""
    owner_id: UUID | None = None
    """Whose customer they are."""
    taken_from: frozenset[UUID] = frozenset()
    """Who said nothing to them in this wait: they are given them only while nobody else could have them at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """An agent who is online, and what they have in hand."""

    id: UUID
    team_ids: frozenset[UUID]
    channel_ids: frozenset[UUID] | None
    """None: they see every channel."""
    languages: frozenset[str] = frozenset()
    """In which they answer customers; none: nobody said."""
    skills: frozenset[UUID] = frozenset()
    capacity: int
    load: Mapping[str, int] = field(default_factory=dict[str, int])
    """Channel type → conversations that take a place."""
    routed_at: datetime | None = None
    """When they last got somebody; None: never."""
    is_day_full: bool = False
    """They have had enough for today: others come first, but nobody waits for that reason."""


class Reason(StrEnum):
    """Why somebody got a conversation, as its line says."""

    ROUTING = "routing"
    OWNER = "owner"
    """Their own customer."""
    OWNER_AWAY = "owner_away"
    """Their owner is not online, or does not see this channel."""
    OWNER_FULL = "owner_full"
    """Their owner has no place."""
    LANGUAGE = "language"
    """The next best: nobody who speaks their language was free."""
    SKILL = "skill"
    """The next best: nobody who has every skill that they need was free."""


@dataclass(frozen=True, slots=True)
class Given:
    conversation_id: UUID
    agent_id: UUID
    reason: Reason = Reason.ROUTING


def route(
    waiting: Iterable[Waiting],
    hands: Sequence[Hand],
    *,
    modes: Mapping[UUID, Assignment],
    limits: Mapping[str, int],
) -> list[Given]:
    """Who gets whom, in the order in which it is given. `modes`: of teams; one that is absent is manual.

    `limits`: channel type → how many of it one agent bears.
    """
    places = [_Place(hand, limits) for hand in hands]
    by_id = {place.hand.id: place for place in places}
    of_team: dict[UUID, list[_Place]] = {}
    for place in places:
        for team_id in place.hand.team_ids:
            of_team.setdefault(team_id, []).append(place)
    given: list[Given] = []
    for one in sorted(waiting, key=lambda one: (one.waiting_since, one.id)):
        owner = None if one.owner_id is None else by_id.get(one.owner_id)
        reason = _reason(one, owner)
        chosen = owner if reason is Reason.OWNER else _next_of_team(one, of_team, modes)
        if chosen is None:
            continue
        if reason is Reason.ROUTING:
            reason = _what_is_missing(one, chosen, of_team)
        chosen.take(one, turn=len(given))
        given.append(Given(one.id, chosen.hand.id, reason))
    return given


def primary_language(locale: str) -> str:
    """`pt-BR` → `pt`: who speaks it, speaks it everywhere."""
    return locale.replace("_", "-").split("-")[0].lower()


def _what_is_missing(one: Waiting, chosen: "_Place", of_team: Mapping[UUID, Sequence["_Place"]]) -> Reason:
    """`ROUTING`: nothing."""
    if not one.needs <= chosen.hand.skills:
        return Reason.SKILL
    return Reason.LANGUAGE if _speaks_another(one, chosen, of_team) else Reason.ROUTING


def _speaks_another(one: Waiting, chosen: "_Place", of_team: Mapping[UUID, Sequence["_Place"]]) -> bool:
    """False where nobody of the team said which languages they speak."""
    if one.team_id is None or not one.language or one.language in chosen.hand.languages:
        return False
    return any(place.hand.languages for place in of_team.get(one.team_id, ()))


def _reason(one: Waiting, owner: "_Place | None") -> Reason:
    """`OWNER`: they get them. `owner` None: they have none, or one who is not online."""
    if one.owner_id is None or one.owner_id in one.taken_from:
        return Reason.ROUTING
    if owner is None or not owner.sees(one):
        return Reason.OWNER_AWAY
    return Reason.OWNER if owner.has_room(one) else Reason.OWNER_FULL


def _next_of_team(
    one: Waiting, of_team: Mapping[UUID, Sequence["_Place"]], modes: Mapping[UUID, Assignment]
) -> "_Place | None":
    mode = Assignment.MANUAL if one.team_id is None else modes.get(one.team_id, Assignment.MANUAL)
    if one.team_id is None or mode is Assignment.MANUAL:
        return None
    free = _best_free(one, _candidates(one, of_team.get(one.team_id, ())))
    fresh = [place for place in free if not place.hand.is_day_full]
    by = _Place.by_turn if mode is Assignment.ROUND_ROBIN else _Place.by_load
    return min(fresh or free, key=by, default=None)


def _best_free(one: Waiting, able: Sequence["_Place"]) -> list["_Place"]:
    """Who has every skill and speaks the language; else, when they have waited for these, who has every skill; else,
    when they have waited for that, who has most skills, of these who speak the language. Nobody: they wait on."""
    skilled = [place for place in able if one.needs <= place.hand.skills] if one.needs else able
    speakers = _speakers(one, skilled)
    if free := _free(one, speakers):
        return free
    if speakers and one.is_patient:
        return []
    if (free := _free(one, skilled)) or (one.needs and one.waits_for_skill):
        return free
    free = _free(one, able)
    most = max((len(one.needs & place.hand.skills) for place in free), default=0)
    free = [place for place in free if len(one.needs & place.hand.skills) == most]
    return _speakers(one, free) or free


def _speakers(one: Waiting, places: Iterable["_Place"]) -> list["_Place"]:
    return [place for place in places if one.language and one.language in place.hand.languages]


def _free(one: Waiting, places: Iterable["_Place"]) -> list["_Place"]:
    return [place for place in places if place.has_room(one)]


def _candidates(one: Waiting, places: Iterable["_Place"]) -> list["_Place"]:
    """Who may have them, full or not: whom they were taken from only where there is nobody else."""
    able = [place for place in places if place.sees(one)]
    return [place for place in able if place.hand.id not in one.taken_from] or able


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class _Place:
    """One agent while assignments are made."""

    __slots__ = ("_limits", "_load", "_of_type", "_turn", "hand")

    def __init__(self, hand: Hand, limits: Mapping[str, int]) -> None:
        self.hand = hand
        self._limits = limits
        self._of_type = dict(hand.load)
        self._load = sum(hand.load.values())
        self._turn = (0, hand.routed_at or _NEVER, 0)

    def sees(self, one: Waiting) -> bool:
        return self.hand.channel_ids is None or one.channel_id in self.hand.channel_ids

    def has_room(self, one: Waiting) -> bool:
        if self._load >= self.hand.capacity:
            return False
        limit = self._limits.get(one.channel_type)
        return limit is None or self._of_type.get(one.channel_type, 0) < limit

    def take(self, one: Waiting, *, turn: int) -> None:
        self._load += 1
        self._of_type[one.channel_type] = self._of_type.get(one.channel_type, 0) + 1
        self._turn = (1, _NEVER, turn)

    def by_turn(self) -> tuple[tuple[int, datetime, int], UUID]:
        return self._turn, self.hand.id

    def by_load(self) -> tuple[float, tuple[int, datetime, int], UUID]:
        return self._load / self.hand.capacity, self._turn, self.hand.id
