"""Who gets whom, against a slow second telling that counts everything anew before each assignment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadline.core.conversation import ConversationState
from threadline.core.routing import Assignment, Given, Hand, Reason, Waiting, primary_language, route, takes_place

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SALES, SUPPORT = UUID(int=901), UUID(int=902)
REFUNDS, LOANS = UUID(int=701), UUID(int=702)
SHOP, DESK = UUID(int=801), UUID(int=802)


def _waiting(number: int, minutes: int, team: UUID = SALES, channel: UUID = SHOP, type: str = "whatsapp") -> Waiting:
    return Waiting(
        id=UUID(int=number),
        waiting_since=NOW - timedelta(minutes=minutes),
        team_id=team,
        channel_id=channel,
        channel_type=type,
    )


def _hand(number: int, capacity: int = 5, **more: object) -> Hand:
    usual: dict[str, object] = {"team_ids": frozenset({SALES}), "channel_ids": None}
    return Hand(id=UUID(int=number), capacity=capacity, **(usual | more))  # pyright: ignore[reportArgumentType]


def _of(given: Sequence[Given]) -> list[tuple[int, int]]:
    return [(one.conversation_id.int, one.agent_id.int) for one in given]


def _route(waiting: Sequence[Waiting], hands: Sequence[Hand], mode: Assignment, **limits: int) -> list[tuple[int, int]]:
    return _of(route(waiting, hands, modes={SALES: mode}, limits=limits))


def test_who_comes_online_gets_the_longest_waiting_up_to_what_they_bear() -> None:
    waiting = [_waiting(number, minutes=number) for number in (3, 7, 1, 9, 5)]
    assert _route(waiting, [_hand(1, 3)], Assignment.BALANCED) == [(9, 1), (7, 1), (5, 1)]


def test_round_robin_goes_by_whose_turn_it_is_and_balanced_by_what_one_has() -> None:
    waiting = [_waiting(number, minutes=10 - number) for number in range(4)]
    ada = _hand(1, load={"whatsapp": 0}, routed_at=NOW)
    bo = _hand(2, load={"whatsapp": 2}, routed_at=NOW - timedelta(hours=1))
    assert _route(waiting, [ada, bo], Assignment.ROUND_ROBIN) == [(0, 2), (1, 1), (2, 2), (3, 1)]
    assert _route(waiting, [ada, bo], Assignment.BALANCED) == [(0, 1), (1, 1), (2, 2), (3, 1)]


def test_balanced_weighs_what_one_bears() -> None:
    waiting = [_waiting(number, minutes=10 - number) for number in range(3)]
    strong, new = _hand(1, 10, load={"whatsapp": 2}), _hand(2, 2, load={"whatsapp": 1})
    assert _route(waiting, [strong, new], Assignment.BALANCED) == [(0, 1), (1, 1), (2, 1)]


def test_nobody_gets_what_they_do_not_see_or_bear_or_what_is_given_by_hand() -> None:
    elsewhere = _hand(1, channel_ids=frozenset({DESK}))
    other_team = _hand(2, team_ids=frozenset({SUPPORT}))
    full = _hand(3, 1, load={"whatsapp": 1})
    assert _route([_waiting(1, 1)], [elsewhere, other_team, full], Assignment.BALANCED) == []
    assert _route([_waiting(1, 1)], [_hand(1)], Assignment.MANUAL) == []
    assert route([_waiting(1, 1)], [_hand(1)], modes={}, limits={}) == []


def test_a_type_of_channel_has_a_limit_of_its_own_within_all() -> None:
    waiting = [_waiting(1, 9), _waiting(2, 8), _waiting(3, 7, type="email")]
    given = _route(waiting, [_hand(1, 5, load={"whatsapp": 1})], Assignment.BALANCED, whatsapp=2)
    assert given == [(1, 1), (3, 1)]


@pytest.mark.parametrize(
    ("state", "waits", "paused", "quiet_min", "is_so"),
    [
        ("open", True, False, 600, True),
        ("open", False, False, 29, True),
        ("open", False, False, 30, False),
        ("open", True, True, 600, False),
        ("open", True, True, 1, True),
        ("snoozed", True, False, 1, False),
        ("pending", True, False, 1, False),
        ("resolved", False, False, 1, False),
    ],
)
def test_what_takes_a_place(state: str, waits: bool, paused: bool, quiet_min: int, is_so: bool) -> None:
    assert is_so is takes_place(
        state=ConversationState(state),
        waiting_since=NOW if waits else None,
        paused_at=NOW if paused else None,
        last_activity_at=NOW - timedelta(minutes=quiet_min),
        active=timedelta(minutes=30),
        now=NOW,
    )


def test_whoever_said_nothing_gets_them_back_only_where_there_is_nobody_else() -> None:
    """Somebody else who is full is somebody: a place of theirs is worth waiting for."""
    taken = replace(_waiting(1, 5), taken_from=frozenset({UUID(int=1)}))
    full = _hand(2, 1, load={"whatsapp": 1})
    assert _route([taken], [_hand(1), _hand(2)], Assignment.BALANCED) == [(1, 2)]
    assert _route([taken], [_hand(1), full], Assignment.BALANCED) == []
    assert _route([taken], [_hand(1)], Assignment.BALANCED) == [(1, 1)]
    assert _route([taken], [_hand(1), _hand(2, channel_ids=frozenset({DESK}))], Assignment.BALANCED) == [(1, 1)]


@pytest.mark.parametrize("mode", [Assignment.BALANCED, Assignment.ROUND_ROBIN])
def test_whoever_owns_a_customer_gets_them_and_else_the_team_which_is_told_why(mode: Assignment) -> None:
    own = replace(_waiting(1, 5), owner_id=UUID(int=9))
    bo, owner = _hand(2), _hand(9, load={"whatsapp": 3}, team_ids=frozenset[UUID]())
    cases: list[tuple[list[Hand], UUID, Reason]] = [
        ([bo, owner], owner.id, Reason.OWNER),
        ([bo], bo.id, Reason.OWNER_AWAY),
        ([bo, replace(owner, channel_ids=frozenset({DESK}))], bo.id, Reason.OWNER_AWAY),
        ([bo, replace(owner, capacity=3)], bo.id, Reason.OWNER_FULL),
    ]
    for hands, agent_id, reason in cases:
        assert route([own], hands, modes={SALES: mode}, limits={}) == [Given(own.id, agent_id, reason)]
    silent = replace(own, taken_from=frozenset({owner.id}))
    assert route([silent], [bo, owner], modes={SALES: mode}, limits={}) == [Given(own.id, bo.id)]


def test_an_owner_gets_their_own_where_nobody_is_given_anybody() -> None:
    own = replace(_waiting(1, 5), owner_id=UUID(int=9))
    for one in (own, replace(own, team_id=None)):
        assert route([one], [_hand(2), _hand(9)], modes={}, limits={}) == [Given(one.id, UUID(int=9), Reason.OWNER)]
        assert route([one], [_hand(2)], modes={}, limits={}) == []


def test_an_owner_who_gets_their_own_has_a_place_less_for_others() -> None:
    own, other = replace(_waiting(1, 5), owner_id=UUID(int=9)), _waiting(2, 4)
    assert _route([own, other], [_hand(9, 1), _hand(2, 1)], Assignment.BALANCED) == [(1, 9), (2, 2)]


@pytest.mark.parametrize("mode", [Assignment.BALANCED, Assignment.ROUND_ROBIN])
def test_who_speaks_the_language_comes_first_and_the_next_best_after_a_while(mode: Assignment) -> None:
    german = replace(_waiting(1, 5), language="de")
    speaks, other = _hand(2, load={"whatsapp": 1}, languages=frozenset({"de"})), _hand(3, languages=frozenset({"en"}))
    full = replace(speaks, capacity=1)
    cases: list[tuple[Waiting, list[Hand], list[Given]]] = [
        (german, [speaks, other], [Given(german.id, speaks.id)]),
        (german, [full, other], [Given(german.id, other.id, Reason.LANGUAGE)]),
        (replace(german, is_patient=True), [full, other], []),
        (replace(german, is_patient=True), [other], [Given(german.id, other.id, Reason.LANGUAGE)]),
        (replace(german, is_patient=True), [_hand(3)], [Given(german.id, UUID(int=3))]),
        (replace(german, language="", is_patient=True), [full, other], [Given(german.id, other.id)]),
    ]
    for waiting, hands, expected in cases:
        assert route([waiting], hands, modes={SALES: mode}, limits={}) == expected


@pytest.mark.parametrize("mode", [Assignment.BALANCED, Assignment.ROUND_ROBIN])
def test_whoever_has_every_skill_comes_first_and_after_a_while_whoever_has_most(mode: Assignment) -> None:
    asks = replace(_waiting(1, 5), needs=frozenset({REFUNDS, LOANS}), language="de")
    both = _hand(2, load={"whatsapp": 2}, skills=frozenset({REFUNDS, LOANS}), languages=frozenset({"de"}))
    stranger = replace(both, id=UUID(int=5), languages=frozenset({"en"}))
    one_of_them, none = _hand(3, load={"whatsapp": 1}, skills=frozenset({LOANS})), _hand(4)
    full = replace(both, capacity=2)
    patient = replace(asks, waits_for_skill=True)
    cases: list[tuple[Waiting, list[Hand], list[Given]]] = [
        (patient, [both, one_of_them, none], [Given(asks.id, both.id)]),
        (patient, [full, one_of_them, none], []),
        (patient, [one_of_them, none], []),
        (asks, [full, one_of_them, none], [Given(asks.id, one_of_them.id, Reason.SKILL)]),
        (asks, [none], [Given(asks.id, none.id, Reason.SKILL)]),
        (patient, [full, stranger], [Given(asks.id, stranger.id, Reason.LANGUAGE)]),
        (replace(patient, is_patient=True), [full, stranger], []),
        (replace(asks, is_patient=True), [stranger, one_of_them], [Given(asks.id, stranger.id, Reason.LANGUAGE)]),
    ]
    for waiting, hands, expected in cases:
        assert route([waiting], hands, modes={SALES: mode}, limits={}) == expected


@pytest.mark.parametrize(("locale", "language"), [("pt-BR", "pt"), ("de", "de"), ("zh_TW", "zh"), ("", "")])
def test_a_region_is_no_language_of_its_own(locale: str, language: str) -> None:
    assert primary_language(locale) == language


@pytest.mark.parametrize("mode", [Assignment.ROUND_ROBIN, Assignment.BALANCED])
def test_whose_day_is_full_comes_after_the_others_and_keeps_nobody_waiting(mode: Assignment) -> None:
    hands = [_hand(1, is_day_full=True), _hand(2, 1, load={"whatsapp": 0}), _hand(3, 1)]
    assert _route([_waiting(number, 10 - number) for number in range(1, 5)], hands, mode) == [
        (1, 2),
        (2, 3),
        (3, 1),
        (4, 1),
    ]


def test_whose_day_is_full_keeps_their_own_customers_and_their_language() -> None:
    full = _hand(1, is_day_full=True, languages=frozenset({"de"}))
    other = _hand(2, languages=frozenset({"en"}))
    owned, german = replace(_waiting(1, 5), owner_id=UUID(int=1)), replace(_waiting(2, 4), language="de")
    assert _route([owned, german], [full, other], Assignment.BALANCED) == [(1, 1), (2, 1)]


_TEAMS = st.sampled_from([SALES, SUPPORT])
_CHANNELS = st.sampled_from([SHOP, DESK])
_TYPES = st.sampled_from(["whatsapp", "email"])
_WAITING = st.builds(
    Waiting,
    id=st.integers(0, 10_000).map(lambda number: UUID(int=number)),
    waiting_since=st.integers(0, 5).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    team_id=st.none() | _TEAMS,
    language=st.sampled_from(["", "de", "en"]),
    needs=st.frozensets(st.sampled_from([REFUNDS, LOANS]), max_size=2),
    waits_for_skill=st.booleans(),
    is_patient=st.booleans(),
    owner_id=st.none() | st.integers(0, 6).map(lambda number: UUID(int=number)),
    channel_id=_CHANNELS,
    channel_type=_TYPES,
    taken_from=st.frozensets(st.integers(0, 4).map(lambda number: UUID(int=number)), max_size=2),
)
_HANDS = st.builds(
    Hand,
    id=st.integers(0, 6).map(lambda number: UUID(int=number)),
    team_ids=st.frozensets(_TEAMS),
    channel_ids=st.none() | st.frozensets(_CHANNELS),
    skills=st.frozensets(st.sampled_from([REFUNDS, LOANS])),
    languages=st.frozensets(st.sampled_from(["de", "en"])),
    capacity=st.integers(1, 4),
    load=st.dictionaries(_TYPES, st.integers(0, 3)),
    is_day_full=st.booleans(),
    routed_at=st.none() | st.integers(0, 3).map(lambda hours: NOW - timedelta(hours=hours)),
)


@settings(max_examples=300, deadline=None)
@given(
    waiting=st.lists(_WAITING, max_size=12, unique_by=lambda one: one.id),
    hands=st.lists(_HANDS, max_size=5, unique_by=lambda one: one.id),
    modes=st.dictionaries(_TEAMS, st.sampled_from(list(Assignment))),
    limits=st.dictionaries(_TYPES, st.integers(1, 4)),
)
def test_it_is_what_counting_anew_says(
    waiting: list[Waiting], hands: list[Hand], modes: dict[UUID, Assignment], limits: dict[str, int]
) -> None:
    given = route(waiting, hands, modes=modes, limits=limits)
    assert given == _slow_route(waiting, hands, modes, limits)
    assert len({one.conversation_id for one in given}) == len(given)


@settings(max_examples=300, deadline=None)
@given(
    waiting=st.lists(_WAITING, max_size=12, unique_by=lambda one: one.id),
    hands=st.lists(_HANDS, max_size=5, unique_by=lambda one: one.id),
    limits=st.dictionaries(_TYPES, st.integers(1, 4)),
)
def test_nobody_waits_for_ever_gets_too_many_or_is_passed_over(
    waiting: list[Waiting], hands: list[Hand], limits: dict[str, int]
) -> None:
    """Whoever has waited long enough is given to anybody of theirs who has room in the end; in the order of waiting."""
    given = route(waiting, hands, modes={SALES: Assignment.BALANCED, SUPPORT: Assignment.ROUND_ROBIN}, limits=limits)
    by_id = {one.id: one for one in waiting}
    begun = [(by_id[one.conversation_id].waiting_since, one.conversation_id) for one in given]
    assert begun == sorted(begun)

    def count(hand: Hand, type: str | None = None) -> int:
        got = [by_id[one.conversation_id] for one in given if one.agent_id == hand.id]
        before = sum(number for name, number in hand.load.items() if type in (None, name))
        return before + sum(type in (None, one.channel_type) for one in got)

    for hand in hands:
        got = [by_id[one.conversation_id] for one in given if one.agent_id == hand.id]
        assert not got or count(hand) <= hand.capacity
        assert all(count(hand, one.channel_type) <= limits.get(one.channel_type, 1000) for one in got)
    left = [one for one in waiting if one.id not in {each.conversation_id for each in given}]
    for one in left:
        if one.is_patient or one.waits_for_skill or one.team_id is None:
            continue
        for hand in hands:
            is_full = count(hand) >= hand.capacity or (
                count(hand, one.channel_type) >= limits.get(one.channel_type, 1000)
            )
            is_of_theirs = one.team_id in hand.team_ids and hand.id not in one.taken_from
            sees = hand.channel_ids is None or one.channel_id in hand.channel_ids
            assert is_full or not is_of_theirs or not sees


def _slow_route(
    waiting: Sequence[Waiting], hands: Sequence[Hand], modes: Mapping[UUID, Assignment], limits: Mapping[str, int]
) -> list[Given]:
    given: list[Given] = []
    by_id = {one.id: one for one in waiting}

    def of_hand(hand: Hand) -> list[Waiting]:
        return [by_id[one.conversation_id] for one in given if one.agent_id == hand.id]

    def count(hand: Hand, type: str | None = None) -> int:
        before = sum(number for name, number in hand.load.items() if type in (None, name))
        return before + sum(type in (None, one.channel_type) for one in of_hand(hand))

    def comes_before(one: Hand, other: Hand, mode: Assignment) -> bool:
        if one.is_day_full != other.is_day_full:
            return not one.is_day_full
        shares = [count(hand) / hand.capacity for hand in (one, other)]
        if mode is Assignment.BALANCED and shares[0] != shares[1]:
            return shares[0] < shares[1]
        turns = [[place for place, each in enumerate(given) if each.agent_id == hand.id] for hand in (one, other)]
        if bool(turns[0]) != bool(turns[1]):
            return not turns[0]
        if turns[0] and turns[0][-1] != turns[1][-1]:
            return turns[0][-1] < turns[1][-1]
        if not turns[0] and one.routed_at != other.routed_at:
            if one.routed_at is None or other.routed_at is None:
                return one.routed_at is None
            return one.routed_at < other.routed_at
        return one.id < other.id

    def rank(one: Waiting, hand: Hand) -> tuple[int, bool]:
        """How many skills are missing, and whether the language is."""
        return len(one.needs - hand.skills), one.language not in hand.languages

    def is_waited_for(one: Waiting, preferred: set[UUID]) -> bool:
        """Somebody who fits better than whoever is free."""
        knowing = [hand for hand in hands if hand.id in preferred and one.needs <= hand.skills]
        return one.is_patient and any(one.language and one.language in hand.languages for hand in knowing)

    for one in sorted(waiting, key=lambda one: (one.waiting_since, one.id)):
        mode = Assignment.MANUAL if one.team_id is None else modes.get(one.team_id, Assignment.MANUAL)
        reason = Reason.ROUTING
        if one.owner_id is not None and one.owner_id not in one.taken_from:
            owners = [hand for hand in hands if hand.id == one.owner_id]
            if not owners or (owners[0].channel_ids is not None and one.channel_id not in owners[0].channel_ids):
                reason = Reason.OWNER_AWAY
            elif count(owners[0]) >= owners[0].capacity or (
                count(owners[0], one.channel_type) >= limits.get(one.channel_type, 1000)
            ):
                reason = Reason.OWNER_FULL
            else:
                given.append(Given(one.id, one.owner_id, Reason.OWNER))
                continue
        able = {
            hand.id
            for hand in hands
            if one.team_id in hand.team_ids and (hand.channel_ids is None or one.channel_id in hand.channel_ids)
        }
        bears_now = {
            hand.id
            for hand in hands
            if count(hand) < hand.capacity and count(hand, one.channel_type) < limits.get(one.channel_type, 1000)
        }
        best: Hand | None = None
        for hand in hands:
            sees = hand.channel_ids is None or one.channel_id in hand.channel_ids
            bears = count(hand) < hand.capacity and count(hand, one.channel_type) < limits.get(one.channel_type, 1000)
            if mode is Assignment.MANUAL or one.team_id not in hand.team_ids or not sees or not bears:
                continue
            if hand.id in one.taken_from and not able <= one.taken_from:
                continue
            preferred = able if able <= one.taken_from else able - one.taken_from
            missing, is_stranger = rank(one, hand)
            if missing and one.waits_for_skill:
                continue
            if (missing or is_stranger) and is_waited_for(one, preferred):
                continue
            free = [each for each in hands if each.id in preferred & bears_now]
            if (missing, is_stranger) > min(rank(one, each) for each in free):
                continue
            if best is None or comes_before(hand, best, mode):
                best = hand
        if best is not None:
            of_team = [hand for hand in hands if one.team_id in hand.team_ids]
            is_stranger = bool(one.language) and one.language not in best.languages
            if reason is Reason.ROUTING and one.needs - best.skills:
                reason = Reason.SKILL
            elif reason is Reason.ROUTING and is_stranger and any(hand.languages for hand in of_team):
                reason = Reason.LANGUAGE
            given.append(Given(one.id, best.id, reason))
    return given
