"""The provider accepts and then answers badly, refuses, or is slow: nothing is lost, nothing doubled without a mark."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import pytest

from tests.faults.history import History, StoredAttempt, check_history, read_history
from tests.faults.house import House
from tests.faults.town import Sent, Town
from threadline.core.message import Status
from threadline.core.pacing import retry_in_s

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ANSWER_LOST = ("accept_500", "accept_reset", "accept_silent", "accept_half", "accept_html")
ACCEPTED_AND_THEN = (*ANSWER_LOST, "accept_wrong_type")
"""The last answers with an id, under a wrong name: nothing is lost by it."""
REFUSED = ("refuse_500", "refuse_reset", "refuse_html", "refuse_throttled")

QUIET_S = 4.0
"""What the shared machine may add to the way of a message that met nothing: its sends are measured in parts of it."""
ORDER_WAIT_S = 60.0


@pytest.fixture(scope="module")
async def town(house: House, seed: int) -> Town:
    town = Town(house, random.Random(seed), customer_pause_s=5.0, agent_pause_s=2.5)
    await town.open(24)
    return town


@pytest.fixture(autouse=True)
async def _healed(house: House) -> None:
    await house.control("faults/sends", method="DELETE")
    await house.control("knobs", {"hold_statuses": False})


async def test_what_was_accepted_is_known_by_its_echo_and_what_was_not_goes_again(town: Town, rounds: int) -> None:
    """Statuses flow, so the echo settles everything that arrived: every message arrives exactly once."""
    house = town.house
    for kind in ACCEPTED_AND_THEN:
        await house.control("faults/sends", {"kind": kind, "probability": 0.04})
    for kind in REFUSED:
        await house.control("faults/sends", {"kind": kind, "probability": 0.03})
    await house.control("faults/sends", {"kind": "delay", "probability": 0.05, "delay_s": 0.5})
    await house.control("faults/sends", {"kind": "status_first", "probability": 0.05})
    async with town.busy():
        await asyncio.sleep(min(2.0 * rounds, 600.0))
    await house.settle(within_s=120)
    await house.control("faults/sends", method="DELETE")

    history = await read_history(house, town.ledger)
    check_history(history)
    struck = {one.fault for one in history.arrivals if one.fault}
    assert len(struck) >= 4, f"too few faults struck to prove anything: {struck}"
    assert not list(_arrived_otherwise_than_once(history))
    _check_delays(history)


def _arrived_otherwise_than_once(history: History) -> Iterator[str]:
    arrived = history.arrivals_by_attempt()
    attempts = history.attempts_by_message()
    for message in history.outgoing:
        count = sum(len(arrived[one.id]) for one in attempts[message.id])
        if count != 1 and message.status is not Status.FAILED and not message.is_uncertain:
            yield f"{message.text} arrived {count} times"


@dataclass(frozen=True, slots=True)
class _Way:
    """One accepted message from the API's 201 to the provider."""

    sent: Sent
    seq: int
    delay_s: float
    met_fault: bool


def _check_delays(history: History) -> None:
    """Who met no fault waits for nobody but the faulty one before it in the same conversation, and that a minute."""
    by_conversation: dict[UUID, list[_Way]] = defaultdict(list)
    for way in _ways(history):
        by_conversation[way.sent.conversation_id].append(way)
    free: list[_Way] = []
    behind: list[_Way] = []
    for ways in by_conversation.values():
        has_trouble_until = 0.0
        for way in sorted(ways, key=lambda one: one.seq):
            if way.met_fault:
                has_trouble_until = max(has_trouble_until, way.sent.accepted_at + way.delay_s + ORDER_WAIT_S)
            else:
                (behind if way.sent.accepted_at < has_trouble_until else free).append(way)
    assert len(free) > 20, "too few messages met no fault to prove anything"
    assert median(way.delay_s for way in free) < 1.0
    first_steps_s = (retry_in_s(1) or 0) + (retry_in_s(2) or 0)
    late = [way for way in free if way.delay_s > first_steps_s + QUIET_S]
    assert not late, f"met no fault and came late: {[(w.sent.text, round(w.delay_s, 1)) for w in late]}"
    late = [way for way in behind if way.delay_s > ORDER_WAIT_S + QUIET_S]
    assert not late, f"waited for longer than a minute: {[(w.sent.text, round(w.delay_s, 1)) for w in late]}"


def _ways(history: History) -> Iterator[_Way]:
    attempts = history.attempts_by_message()
    arrived = history.arrivals_by_attempt()
    for sent in history.ledger.sent.values():
        own = attempts[sent.message_id]
        arrivals = [arrival for one in own for arrival in arrived[one.id]]
        if not arrivals:
            continue
        first = min(arrival.at for arrival in arrivals)
        has_fault = any(arrival.fault for arrival in arrivals) or _had_trouble(own)
        yield _Way(sent, own[0].seq, first - sent.accepted_at, has_fault)


def _had_trouble(attempts: Sequence[StoredAttempt]) -> bool:
    return len(attempts) > 1 or any(one.try_no > 1 or one.is_uncertain for one in attempts)


async def test_without_statuses_a_reply_goes_once_more_with_a_mark(town: Town) -> None:
    """The echo stays away for longer than it is waited for: the customer gets a copy, and everybody can see that."""
    house = town.house
    before = await _count_copies(house)
    await house.control("knobs", {"hold_statuses": True})
    for kind in ANSWER_LOST:
        await house.control("faults/sends", {"kind": kind, "count": 1})
    sends = [await town.send(phone) for phone in town.phones[:10]]
    assert all(sends)

    async def copied() -> bool:
        return await _count_copies(house) >= before + len(ANSWER_LOST)

    await house.wait_for("a copy of every message whose answer was lost", copied, within_s=40)
    await house.control("knobs", {"hold_statuses": False})
    await house.settle(within_s=60)

    history = await read_history(house, town.ledger)
    check_history(history)
    arrived = history.arrivals_by_attempt()
    copies = [one for one in history.attempts if one.is_copy and one.id in arrived]
    assert len(copies) == before + len(ANSWER_LOST)
    shown = {one.id: one for one in history.outgoing}
    assert all(shown[copy.message_id].copies == 1 for copy in copies), "the screen says that it may have come twice"


async def test_throttled_number_slows_down_and_loses_nothing(town: Town) -> None:
    """429 proves that nothing was sent: no marks, no copies, everything goes a little later."""
    house = town.house
    before = await _count_copies(house)
    await house.control("faults/sends", {"kind": "refuse_throttled", "count": 8})
    sends = await asyncio.gather(*(town.send(phone) for phone in town.phones))
    assert all(sends)
    await house.settle(within_s=60)
    check_history(await read_history(house, town.ledger))
    assert await _count_copies(house) == before


async def _count_copies(house: House) -> int:
    """Those that the provider took."""
    rows = await house.query("select count(*) as count from attempts where is_copy and provider_id is not null")
    return rows[0]["count"]
