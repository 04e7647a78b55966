"""Who is told of an event, as what, and what ends it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from threadline.actions.notify_agents import sort_out
from threadline.core.events import Event, EventKind
from threadline.core.notification import Concerned, NotificationKind, is_told_to_watchers, notices_of, settled_by

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ME, OTHER, CHAT = uuid4(), uuid4(), uuid4()
MINE = Concerned(assignee_id=ME)


def event(kind: EventKind, *, agent_id: UUID | None = None, actor_id: UUID | None = None, **data: Any) -> Event:
    return Event(
        id=uuid4(),
        workspace_id=uuid4(),
        kind=kind,
        at=NOW,
        conversation_id=CHAT,
        message_id=uuid4(),
        agent_id=agent_id,
        actor_id=actor_id,
        data=data,
    )


def moved(to: UUID | None, *, by: UUID, previous: UUID | None = None) -> Event:
    return event(
        EventKind.CONVERSATION_CHANGED,
        agent_id=to,
        actor_id=by,
        state="open",
        assignee_id=str(to) if to else None,
        previous_assignee_id=str(previous) if previous else None,
    )


RECEIVED = event(EventKind.MESSAGE_RECEIVED, direction="incoming")
TOLD = [
    (RECEIVED, MINE, ("replied", ME)),
    (event(EventKind.MESSAGE_RECEIVED, direction="outgoing"), MINE, None),
    (event(EventKind.MESSAGE_RECEIVED, direction="incoming", is_history=True), MINE, None),
    (RECEIVED, Concerned(), None),  # nobody's: a tone, but no notification
    (moved(ME, by=OTHER), Concerned(), ("assigned", ME)),
    (moved(ME, by=ME), Concerned(), None),
    (moved(None, by=OTHER, previous=ME), Concerned(), None),
    (event(EventKind.CONVERSATION_CHANGED, state="open", is_woken=True), MINE, ("woken", ME)),
    (event(EventKind.CONVERSATION_CHANGED, actor_id=ME, state="open"), MINE, None),
    (event(EventKind.MESSAGE_STATUS_CHANGED, status="failed"), Concerned(OTHER, ME), ("not_delivered", ME)),
    (event(EventKind.MESSAGE_STATUS_CHANGED, status="failed"), MINE, ("not_delivered", ME)),
    (event(EventKind.MESSAGE_STATUS_CHANGED, status="sent", is_uncertain=True), MINE, ("not_delivered", ME)),
    (event(EventKind.MESSAGE_STATUS_CHANGED, status="read"), MINE, None),
    (event(EventKind.NOTE_ADDED, actor_id=OTHER), Concerned(OTHER, OTHER, [ME, OTHER]), ("mentioned", ME)),
    (event(EventKind.NOTE_ADDED, actor_id=OTHER), MINE, None),
    (event(EventKind.MESSAGE_QUEUED, actor_id=OTHER, by="agent"), MINE, None),
    (event(EventKind.TASK_CHANGED, agent_id=ME, state="open", is_reminder=True), Concerned(), ("task_due", ME)),
    (event(EventKind.TASK_CHANGED, agent_id=None, state="open", is_reminder=True), MINE, None),
    (event(EventKind.TASK_CHANGED, agent_id=ME, actor_id=OTHER, state="open"), MINE, None),
]


@pytest.mark.parametrize(("given", "concerned", "expected"), TOLD)
def test_who_is_told_and_as_what(given: Event, concerned: Concerned, expected: tuple[str, UUID] | None) -> None:
    told = [(notice.kind.value, notice.agent_id) for notice in notices_of(given, concerned)]
    assert told == ([] if expected is None else [expected])


WATCHER = uuid4()


@pytest.mark.parametrize(
    ("data", "concerned", "kind", "told"),
    [
        ({"what": "warning", "clock": "first_reply"}, Concerned(assignee_id=ME), "due_soon", {ME, WATCHER}),
        ({"what": "warning", "clock": "resolution"}, Concerned(), "due_soon", {OTHER, WATCHER}),
        ({"what": "warning", "clock": "window"}, Concerned(), "window_closing", {OTHER, WATCHER}),
        ({"what": "warning", "clock": "next_reply"}, Concerned(assignee_id=WATCHER), "due_soon", {WATCHER}),
        ({"what": "missed", "clock": "next_reply"}, Concerned(assignee_id=ME), "due_soon", set[UUID]()),
    ],
)
def test_a_deadline_warns_who_answers_and_who_watches_each_once(
    data: dict[str, Any], concerned: Concerned, kind: str, told: set[UUID]
) -> None:
    """The team only where nobody has it; what is late is told by its line."""
    known = replace(concerned, team_member_ids=[OTHER], watcher_ids=[WATCHER])
    notices = notices_of(event(EventKind.DEADLINE_REACHED, **data), known)
    assert sorted(notice.agent_id for notice in notices) == sorted(told)
    assert {notice.kind.value for notice in notices} <= {kind}


def test_what_is_taken_back_is_told_to_whom_it_was_taken_from_and_what_is_left_to_those_who_watch() -> None:
    taken = event(EventKind.CONVERSATION_CHANGED, state="open", previous_assignee_id=str(ME), is_taken_back=True)
    left = event(EventKind.CONVERSATION_CHANGED, state="open", is_left=True)
    watched = Concerned(assignee_id=ME, watcher_ids=[WATCHER])
    told = [(one.kind.value, one.agent_id) for one in (*notices_of(taken, Concerned()), *notices_of(left, watched))]
    assert told == [("taken_back", ME), ("left_waiting", WATCHER)]
    assert (is_told_to_watchers(taken), is_told_to_watchers(left)) == (False, True)


def test_a_full_day_is_told_to_whose_it_is_and_to_those_who_watch_in_their_name() -> None:
    full = event(EventKind.DAY_FULL, agent_id=ME, customers=50, messages=60)
    told = notices_of(full, Concerned(assignee_id=OTHER, watcher_ids=[WATCHER, ME]))
    assert [(one.kind.value, one.agent_id, one.actor_id) for one in told] == [
        ("day_full", ME, ME),
        ("day_full", WATCHER, ME),
    ]
    assert is_told_to_watchers(full)


def test_looking_settles_everything_of_mine_but_what_stands_beside() -> None:
    settled = settled_by(event(EventKind.CONVERSATION_READ, agent_id=ME))
    assert settled is not None
    beside = {NotificationKind.DISCUSSED, NotificationKind.REVIEW_ASKED, NotificationKind.DAY_FULL}
    assert (settled.agent_id, settled.kinds) == (ME, frozenset(NotificationKind) - beside)


def _beside(kind: EventKind, what: str) -> Event:
    told = event(kind, actor_id=OTHER, agent_id=ME, what=what, conversation_id=str(CHAT))
    # Its own conversation would come with its row, so it stands among the data alone.
    return msgspec.structs.replace(told, conversation_id=None)


def test_news_of_a_discussion_is_told_and_reading_it_settles_it() -> None:
    (told,) = notices_of(_beside(EventKind.DISCUSSION_CHANGED, "news"), Concerned())
    assert (told.agent_id, told.conversation_id, told.kind) == (ME, CHAT, NotificationKind.DISCUSSED)
    assert notices_of(_beside(EventKind.DISCUSSION_CHANGED, "changed"), Concerned()) == []
    for what in ("read", "gone"):
        settled = settled_by(_beside(EventKind.DISCUSSION_CHANGED, what))
        assert settled is not None
        assert settled.covers(told)
    assert settled_by(_beside(EventKind.DISCUSSION_CHANGED, "news")) is None


@pytest.mark.parametrize(
    ("what", "kind"), [("asked", NotificationKind.REVIEW_ASKED), ("decided", NotificationKind.REVIEWED)]
)
def test_a_review_calls_its_reviewer_and_then_its_author(what: str, kind: NotificationKind) -> None:
    (told,) = notices_of(_beside(EventKind.REVIEW_CHANGED, what), Concerned())
    assert (told.agent_id, told.kind) == (ME, kind)
    settled = settled_by(_beside(EventKind.REVIEW_CHANGED, "over"))
    assert settled is not None
    assert settled.covers(told)
    assert notices_of(_beside(EventKind.REVIEW_CHANGED, "changed"), Concerned()) == []


@pytest.mark.parametrize(
    "given",
    [
        event(EventKind.MESSAGE_QUEUED, actor_id=OTHER, by="agent"),
        event(EventKind.CONVERSATION_CHANGED, actor_id=OTHER, state="resolved"),
    ],
)
def test_an_answer_or_the_end_settles_for_all_that_a_customer_waits(given: Event) -> None:
    settled = settled_by(given)
    assert settled is not None
    assert settled.agent_id is None
    assert settled.kinds == {
        NotificationKind.REPLIED,
        NotificationKind.WOKEN,
        NotificationKind.DUE_SOON,
        NotificationKind.WINDOW_CLOSING,
        NotificationKind.LEFT_WAITING,
    }


def test_what_is_given_away_concerns_its_former_owner_no_more() -> None:
    settled = settled_by(moved(OTHER, by=OTHER, previous=ME))
    assert settled is not None
    assert settled.agent_id == ME
    assert NotificationKind.ASSIGNED in (settled.kinds or ())


def test_a_message_of_a_bot_settles_nothing() -> None:
    assert settled_by(event(EventKind.MESSAGE_QUEUED, by="system")) is None


def test_a_burst_is_one_and_what_was_answered_meanwhile_is_none() -> None:
    answer = event(EventKind.MESSAGE_QUEUED, actor_id=ME, by="agent")
    later = event(EventKind.MESSAGE_RECEIVED, direction="incoming")
    events = [RECEIVED, event(EventKind.MESSAGE_RECEIVED, direction="incoming"), answer, later]
    concerned = {(CHAT, one.message_id): MINE for one in events}
    settled, notices = sort_out(events[:2], concerned)
    assert (settled, [len(same) for same in notices]) == ([], [2])
    settled, notices = sort_out(events, concerned)
    assert len(settled) == 1
    assert [[one.message_id for one in same] for same in notices] == [[later.message_id]]
