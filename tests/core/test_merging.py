"""What may be merged, which clock stays, and what taking apart brings back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from threadline.core.content import Line
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, Invalid
from threadline.core.merging import (
    MERGED_IN,
    MERGED_INTO,
    TAKEN_APART,
    TAKEN_OUT,
    Side,
    check_may_merge,
    lent_clock,
    merge_line,
    merged_clock,
)
from threadline.core.message import AuthorKind, Direction
from threadline.core.waiting import Entry, Spoken, entry_of, waited, waiting_since

_CONTACT = uuid4()
_NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
_TEN = _NINE + timedelta(hours=1)


def _side(
    *,
    contact_id: UUID = _CONTACT,
    state: ConversationState = ConversationState.OPEN,
    since: datetime | None = None,
    paused_at: datetime | None = None,
    merged_into: UUID | None = None,
) -> Side:
    return Side(uuid4(), contact_id, state, since, paused_at, merged_into)


def test_conversations_of_one_contact_may_be_merged_also_a_resolved_one_into_an_open_one() -> None:
    check_may_merge(_side(), _side())
    check_may_merge(_side(), _side(state=ConversationState.RESOLVED))


@pytest.mark.parametrize(
    ("primary", "other", "error"),
    [
        (_side(), _side(contact_id=uuid4()), Invalid),
        (_side(merged_into=uuid4()), _side(), Conflict),
        (_side(), _side(merged_into=uuid4()), Conflict),
        (_side(state=ConversationState.RESOLVED), _side(), Conflict),
    ],
)
def test_others_may_not(primary: Side, other: Side, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_may_merge(primary, other)
    with pytest.raises(Invalid):
        check_may_merge(primary, primary)


@pytest.mark.parametrize(
    ("one", "other", "clock"),
    [(None, None, None), (_NINE, None, _NINE), (None, _NINE, _NINE), (_TEN, _NINE, _NINE), (_NINE, _TEN, _NINE)],
)
def test_the_older_clock_stays(one: datetime | None, other: datetime | None, clock: datetime | None) -> None:
    assert merged_clock(one, lent_clock(_side(since=one), _side(since=other), now=_TEN)) == clock


def test_what_is_lent_is_what_the_customer_has_waited() -> None:
    """Whichever of the two clocks stands still at that moment, both tell of as much before the merge and after it."""
    now = _TEN + timedelta(minutes=30)
    for primary, other in (
        (_side(), _side(since=_NINE)),
        (_side(), _side(since=_NINE, paused_at=_TEN)),
        (_side(paused_at=_TEN), _side(since=_NINE)),
        (_side(paused_at=_NINE), _side(since=_NINE, paused_at=_TEN)),
    ):
        lent = lent_clock(primary, other, now=now)
        assert lent is not None
        assert other.waiting_since is not None
        before = waited(other.waiting_since, paused_at=other.paused_at, now=now)
        assert waited(lent, paused_at=primary.paused_at, now=now) == before
    assert lent_clock(_side(paused_at=_TEN), _side(paused_at=_TEN), now=now) is None


def test_the_threads_themselves_say_the_same() -> None:
    """The stored clock is kept equal to what the thread says (core/waiting.py): so the lines must say it."""

    def line(what: str, since: datetime | None = None) -> Entry:
        content: Line = merge_line(what, other_id=uuid4(), channel="Sales", waiting_since=since)
        entry = entry_of(
            Spoken(at=_TEN, direction=Direction.LINE, author_kind=AuthorKind.AGENT, status=None, content=content)
        )
        assert entry is not None
        return entry

    asked = entry_of(Spoken(at=_TEN, direction=Direction.INCOMING, author_kind=AuthorKind.CONTACT))
    assert asked is not None
    assert waiting_since([asked, line(MERGED_IN, _NINE)]) == _NINE
    assert waiting_since([line(MERGED_IN, _NINE), asked, line(TAKEN_OUT, _NINE)]) == _TEN
    assert waiting_since([asked, line(MERGED_INTO)]) is None
    assert waiting_since([asked, line(MERGED_INTO), line(TAKEN_APART)]) == _TEN
