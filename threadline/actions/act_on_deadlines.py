"""What time alone does to deadlines: warn, mark what was not kept, remind of a window. Each once.

A clock is claimed and acted upon in one transaction, under the lock of its conversation: an answer that comes at the
same moment either stops the clock, or finds the mark (R10).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from prometheus_client import Counter

from threadline.actions.keep_deadlines import changed_event, due_of
from threadline.core.content import Line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.sla import Act, Clock, Kept, act_of, after_act, deadline_name, missed_line
from threadline.store.deadlines import Timed, claim_due, keep_clocks, read_deadlines, set_due, write_lines
from threadline.store.session import Session
from threadline.store.sla_policies import list_policies

BATCH: Final = 500
"""So many in one transaction: ten thousand that are due at once are told within seconds, and few wait for its locks."""

_ACTS = Counter("threadline_deadlines_reached", "Warnings, broken promises and closing windows", ["clock", "act"])


async def act_on_deadlines(session: Session, *, now: datetime, new_id: NewId) -> int:
    """At most `BATCH` of the session's workspace, those due longest first. Returns how many were claimed."""
    claimed = await claim_due(session, limit=BATCH)
    if not claimed:
        return 0
    names = {one.id: one.name for one in await list_policies(session)}
    kept: list[tuple[UUID, Kept]] = []
    lines: list[tuple[UUID, Timed, int, Line]] = []
    closed: list[Timed] = []
    seqs = {timed.id: timed.last_seq for timed, _ in claimed}
    for timed, clock in claimed:
        act = act_of(clock, now=now) if _goes(timed, clock) else None
        if act is None:
            # By this process's clock it is not due yet, or its wait is over: what ended it counts it again.
            kept += [] if _goes(timed, clock) else [(timed.id, _stopped(clock))]
            continue
        kept.append((timed.id, after_act(clock, act, now=now)))
        if clock.clock is Clock.WINDOW and act is Act.MISS:
            closed.append(timed)
            continue
        line_id: UUID | None = None
        if act is Act.MISS:
            line_id = new_id()
            seqs[timed.id] += 1
            line = missed_line(clock, policy=names.get(clock.policy_id, "") if clock.policy_id else "")
            lines.append((line_id, timed, seqs[timed.id], line))
        session.record(_reached(session, timed, clock, act, line_id, now, new_id))
        _ACTS.labels(clock.clock.value, act.value).inc()
    await write_lines(session, lines, now=now)
    await keep_clocks(session, kept)
    await _move_on(session, {one.id: one for one in closed}, now, new_id)
    return len(claimed)


def _goes(timed: Timed, clock: Kept) -> bool:
    """Still the wait that was counted."""
    return timed.since is not None and timed.since == clock.since


def _stopped(clock: Kept) -> Kept:
    return Kept(
        clock=clock.clock,
        began_at=clock.began_at,
        since=clock.since,
        is_first=clock.is_first,
        policy_id=clock.policy_id,
        warned_at=clock.warned_at,
        missed_at=clock.missed_at,
    )


async def _move_on(session: Session, closed: Mapping[UUID, Timed], now: datetime, new_id: NewId) -> None:
    """A window that has closed presses no more: what is due next is the promise again."""
    if not closed:
        return
    clocks = await read_deadlines(session, list(closed))
    await set_due(session, {id: due_of(timed, clocks.get(id, {}), now=now) for id, timed in closed.items()})
    session.record(*(changed_event(session, timed, now=now, new_id=new_id) for timed in closed.values()))


def _reached(
    session: Session, timed: Timed, clock: Kept, act: Act, line_id: UUID | None, now: datetime, new_id: NewId
) -> Event:
    assert session.workspace_id is not None  # the edge opens the transaction for one workspace
    return Event(
        id=new_id(),
        workspace_id=session.workspace_id,
        kind=EventKind.DEADLINE_REACHED,
        at=now,
        conversation_id=timed.id,
        message_id=line_id,
        contact_id=timed.contact_id,
        channel_id=timed.channel_id,
        data={
            "what": act.value,
            "clock": deadline_name(clock.clock, is_first=clock.is_first),
            "policy_id": None if clock.policy_id is None else str(clock.policy_id),
        },
    )
