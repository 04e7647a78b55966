"""The one definition of waiting, against a second telling of it that looks at each message of the customer alone."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.arrival import Arrival, after_arrivals
from threadline.core.content import Call, Content, Line, Text
from threadline.core.conversation import ConversationState as State
from threadline.core.conversation import no_answer_line, state_line, waits_again_line
from threadline.core.message import AuthorKind, Direction, Status
from threadline.core.waiting import Entry, Spoken, Step, entry_of, waiting_since

START = datetime(2026, 11, 24, 8, tzinfo=UTC)


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def _story(text: str) -> list[Entry]:
    """`a r A x`: asked, resolved, answered… one each minute."""
    steps = {
        "a": Step.ASKED,
        "A": Step.ANSWERED,
        "x": Step.EXCUSED,
        "w": Step.RESTORED,
        "r": Step.RESOLVED,
        "v": Step.REVIVED,
    }
    return [Entry(steps[letter], _at(minute)) for minute, letter in enumerate(text.replace(" ", ""))]


@pytest.mark.parametrize(
    ("story", "minute"),
    [
        ("", None),
        ("a", 0),
        ("a a a", 0),
        ("a A", None),
        ("a A a a", 2),
        ("a x", None),
        ("a x a", 2),
        ("a x w", 0),
        ("a x a w", 0),
        ("a x A w", None),
        ("a r", None),
        ("a r a", 2),
        ("a r v", 0),
        ("a r a v", 0),
        ("a A r v", None),
        ("a r A v", None),
        ("w v A r x", None),
    ],
)
def test_the_customer_waits_since(story: str, minute: int | None) -> None:
    assert waiting_since(_story(story)) == (None if minute is None else _at(minute))


def test_only_what_waited_then_needs_no_answer() -> None:
    """The answer to an earlier question fails after somebody excused a later one: the earlier one waits again."""
    excused = Entry(Step.EXCUSED, _at(2), since=_at(1))
    assert waiting_since([Entry(Step.ASKED, _at(0)), Entry(Step.ASKED, _at(1)), excused]) == _at(0)


def test_of_messages_out_of_order_the_earliest_counts() -> None:
    assert waiting_since([Entry(Step.ASKED, _at(2)), Entry(Step.ASKED, _at(1))]) == _at(1)


def test_any_story_reads_alike_for_every_message_of_the_customer() -> None:
    chance = random.Random(4)
    for _ in range(5000):
        story = [
            Entry(chance.choice(list(Step)), _at(chance.randrange(30)), since=chance.choice([None, _at(15)]))
            for _ in range(chance.randrange(14))
        ]
        assert waiting_since(story) == _by_hand(story), story


def _by_hand(story: Sequence[Entry]) -> datetime | None:
    """Every question by itself: does it still wait at the end?"""
    questions = [place for place, entry in enumerate(story) if entry.step in (Step.ASKED, Step.LENT)]
    return min((story[place].at for place in questions if _waits(story, place)), default=None)


def _waits(story: Sequence[Entry], place: int) -> bool:
    at, state, excused_at = story[place].at, "waits", -1
    for now, entry in enumerate(story[place + 1 :], place + 1):
        match entry.step:
            case Step.ANSWERED:
                return False
            case Step.EXCUSED if state == "waits" and (entry.since is None or at >= entry.since):
                state, excused_at = "excused", now
            case Step.RETURNED if state == "waits" and at == entry.at:
                return False
            case Step.RESOLVED if state == "waits":
                state = "resolved"
            case Step.REVIVED if state == "resolved":
                state = "waits"
            case Step.RESTORED if state == "excused" and excused_at == _latest(story, Step.EXCUSED, before=now):
                state = "waits"
            case _:
                pass
    return state == "waits"


def _latest(story: Sequence[Entry], step: Step, *, before: int) -> int:
    return max(place for place in range(before) if story[place].step is step)


def test_batches_of_arrivals_move_the_clock_as_the_whole_thread_does() -> None:
    chance = random.Random(5)
    for _ in range(2000):
        steps = [chance.choice([Step.ASKED, Step.ANSWERED, None]) for _ in range(chance.randrange(12))]
        arrivals = [Arrival(sort_at=_at(chance.randrange(30)), step=step) for step in steps]
        clock: datetime | None = None
        rest = list(arrivals)
        while rest:
            size = chance.randrange(1, len(rest) + 1)
            clock = after_arrivals(clock, rest[:size]).waiting_since
            rest = rest[size:]
        thread = [Entry(one.step, one.sort_at) for one in arrivals if one.step is not None]
        assert clock == waiting_since(thread)


def _spoken(
    direction: Direction,
    author: AuthorKind = AuthorKind.AGENT,
    status: Status | None = None,
    content: Content | None = None,
    *,
    is_quiet: bool = False,
) -> Spoken:
    return Spoken(START, direction, author, status, is_quiet, content)


_CUSTOMER = (Direction.INCOMING, AuthorKind.CONTACT)


@pytest.mark.parametrize(
    ("spoken", "step"),
    [
        (_spoken(*_CUSTOMER), Step.ASKED),
        (_spoken(*_CUSTOMER, is_quiet=True), None),
        (_spoken(*_CUSTOMER, content=Text(text="Hi")), Step.ASKED),
        (_spoken(*_CUSTOMER, content=Call(outcome="missed")), Step.ASKED),
        (_spoken(*_CUSTOMER, content=Call(outcome="rejected")), Step.ASKED),
        (_spoken(*_CUSTOMER, content=Call(outcome="answered")), Step.ANSWERED),
        (_spoken(Direction.OUTGOING, AuthorKind.PHONE_APP, content=Call(outcome="failed", by_customer=False)), None),
        (
            _spoken(Direction.OUTGOING, AuthorKind.PHONE_APP, content=Call(outcome="answered", by_customer=False)),
            Step.ANSWERED,
        ),
        *((_spoken(Direction.OUTGOING, status=status), Step.ANSWERED) for status in (Status.SENT, Status.READ)),
        *((_spoken(Direction.OUTGOING, status=one), None) for one in (Status.QUEUED, Status.SENDING, Status.FAILED)),
        (_spoken(Direction.OUTGOING, AuthorKind.FLOW, Status.DELIVERED), Step.ANSWERED),
        (_spoken(Direction.OUTGOING, AuthorKind.SYSTEM, Status.DELIVERED), None),
        (_spoken(Direction.OUTGOING, AuthorKind.PHONE_APP, Status.SENT), Step.ANSWERED),
        (_spoken(Direction.OUTGOING, AuthorKind.PHONE_APP, Status.SENT, is_quiet=True), None),
        (_spoken(Direction.NOTE), None),
        (_spoken(Direction.LINE, content=no_answer_line(START)), Step.EXCUSED),
        (_spoken(Direction.LINE, content=waits_again_line(START)), Step.RESTORED),
        (_spoken(Direction.LINE, content=state_line(State.OPEN, State.RESOLVED)), Step.RESOLVED),
        (_spoken(Direction.LINE, content=state_line(State.RESOLVED, State.OPEN)), None),
        (_spoken(Direction.LINE, content=state_line(State.SNOOZED, State.OPEN, reason="time")), None),
        (_spoken(Direction.LINE, content=state_line(State.RESOLVED, State.OPEN, reason="not_delivered")), Step.REVIVED),
        (_spoken(Direction.LINE, content=Line(what="assigned")), None),
    ],
)
def test_what_an_entry_of_the_thread_means_to_the_clock(spoken: Spoken, step: Step | None) -> None:
    entry = entry_of(spoken)
    assert (None if entry is None else entry.step) is step
