"""The one definition of waiting, against a second telling of it that looks at each message of the customer alone."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.arrival import Arrival, after_arrivals
from threadline.core.content import Call, Content, Line, Text
from threadline.core.conversation import ConversationState as State
from threadline.core.conversation import ending_pause, no_answer_line, state_line, waits_again_line
from threadline.core.message import AuthorKind, Direction, Status
from threadline.core.stage import stage_line
from threadline.core.waiting import Entry, Spoken, Step, after_pause, entry_of, waited, waiting_since

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


def test_four_minutes_then_a_pause_of_half_an_hour_are_four_minutes() -> None:
    staged_at = _at(4)
    assert waited(_at(0), paused_at=staged_at, now=_at(20)) == timedelta(minutes=4), "it stands still on the screen"
    since = waiting_since([Entry(Step.ASKED, _at(0)), Entry(Step.UNPAUSED, _at(34), paused_at=staged_at)])
    assert since == _at(30)
    assert waited(_at(30), paused_at=None, now=_at(34)) == timedelta(minutes=4), "and goes on from there"


def test_what_somebody_excused_takes_the_pause_along() -> None:
    """The clock that is taken up again is not the one of the wall."""
    unpaused = Entry(Step.EXCUSED, _at(34), since=_at(30), paused_at=_at(4))
    assert waiting_since([Entry(Step.ASKED, _at(0)), unpaused, Entry(Step.RESTORED, _at(40))]) == _at(30)


def test_a_pause_of_nothing_and_a_clock_that_begins_in_it() -> None:
    assert after_pause(_at(0), paused_at=_at(9), until=_at(5)) == _at(0), "the message was written before the stage"
    assert after_pause(_at(7), paused_at=_at(5), until=_at(9)) == _at(9)
    assert after_pause(_at(11), paused_at=_at(5), until=_at(9)) == _at(11), "a provider's clock that runs ahead"


@pytest.mark.parametrize("seed", range(200))
def test_second_by_second_the_clock_counts_what_is_not_paused(seed: int) -> None:
    """Against a desk that counts seconds: each question that is not answered ages by one, unless the clock stands."""
    desk = _Desk(random.Random(seed))
    for second in range(400):
        desk.pass_second(second)
        since = waiting_since(desk.story)
        shown = None if since is None else waited(since, paused_at=desk.paused_at, now=desk.now)
        assert shown == desk.longest(), (seed, second, desk.story)


@dataclass(slots=True)
class _Aged:
    seconds: int = 0
    place: str = "waits"


@dataclass(slots=True)
class _Desk:
    chance: random.Random
    story: list[Entry] = field(default_factory=list[Entry])
    questions: list[_Aged] = field(default_factory=list[_Aged])
    paused_at: datetime | None = None
    now: datetime = START

    def pass_second(self, second: int) -> None:
        self.now = START + timedelta(seconds=second)
        for question in self.questions:
            question.seconds += self.paused_at is None
        if self.chance.random() < 0.12:
            step = self.chance.choice(
                [Step.ASKED, Step.ASKED, Step.ANSWERED, Step.EXCUSED, Step.RESTORED, Step.RESOLVED, Step.REVIVED]
            )
            self._happen(step, ends_pause=step in (Step.RESOLVED, Step.REVIVED) or self.chance.random() < 0.3)
        if self.chance.random() < 0.05:
            self._happen(Step.UNPAUSED, ends_pause=True)
        if self.paused_at is None and self.chance.random() < 0.05:
            self.paused_at = self.now

    def _happen(self, step: Step, *, ends_pause: bool) -> None:
        paused_at = self.paused_at if ends_pause else None
        shown = None if step is not Step.EXCUSED else waiting_since([*self.story, Entry(Step.UNPAUSED, self.now)])
        if shown is not None and paused_at is not None:
            shown = after_pause(shown, paused_at=paused_at, until=self.now)
        self.story.append(Entry(step, self.now, since=shown, paused_at=paused_at))
        self.paused_at = None if ends_pause else self.paused_at
        match step:
            case Step.ASKED:
                self.questions.append(_Aged())
            case Step.ANSWERED:
                self.questions = []
            case Step.EXCUSED:
                self._move("excused", "gone")
                self._move("waits", "excused")
            case Step.RESTORED:
                self._move("excused", "waits")
            case Step.RESOLVED:
                self._move("waits", "resolved")
            case _:
                if step is Step.REVIVED:
                    self._move("resolved", "waits")

    def _move(self, place: str, other: str) -> None:
        for question in self.questions:
            question.place = other if question.place == place else question.place

    def longest(self) -> timedelta | None:
        waiting = [question.seconds for question in self.questions if question.place == "waits"]
        return timedelta(seconds=max(waiting)) if waiting else None


@pytest.mark.parametrize(
    ("line", "step"),
    [
        (stage_line(None, "Courier"), Step.UNPAUSED),
        (stage_line("1", "Courier"), Step.UNPAUSED),
        (state_line(State.SNOOZED, State.OPEN, reason="time"), Step.UNPAUSED),
        (state_line(State.OPEN, State.RESOLVED), Step.RESOLVED),
        (state_line(State.RESOLVED, State.OPEN, reason="undone"), Step.REVIVED),
    ],
)
def test_a_line_that_leaves_a_stage_ends_its_pause(line: Line, step: Step) -> None:
    spoken = replace(_spoken(Direction.LINE), content=ending_pause(line, _at(-3)))
    assert entry_of(spoken) == Entry(step, START, paused_at=_at(-3))
    assert ending_pause(line, None) is line


def test_a_line_that_leaves_no_stage_ends_no_pause() -> None:
    line = Line(what="assigned", data={})
    assert ending_pause(line, _at(0)) is line


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
