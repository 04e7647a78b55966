"""Consumers of the feed: what follows from events, after their commit (docs/design.md §4.6).

A consumer is hosted by one worker under a lease, reads on from its position by number – the order of commits, so it
skips nothing – and stores its position in the transaction of its effects. An event that fails is tried again within a
bound and then set aside; those behind it in the same conversation wait, the others go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol
from uuid import UUID

from prometheus_client import Counter

from threadline.actions.answer_incoming import answer_incoming
from threadline.actions.count_agent_days import count_agent_days
from threadline.actions.index_search import INDEXED, index_search
from threadline.actions.isolate_failures import describe
from threadline.actions.keep_deadlines import COUNTED, keep_deadlines
from threadline.actions.keep_rule_timers import COUNTED as TIMED_BY_RULES
from threadline.actions.keep_rule_timers import keep_rule_timers
from threadline.actions.notify_agents import notify_agents
from threadline.actions.route_conversations import CAUSES as CAUSES_OF_ROUTING
from threadline.actions.route_conversations import route_conversations
from threadline.actions.run_rules import BATCH as RULE_BATCH
from threadline.actions.run_rules import CAUSES as RULE_CAUSES
from threadline.actions.run_rules import run_rules
from threadline.actions.seal_events import seal_events
from threadline.actions.serve_vips import CAUSES, serve_vips
from threadline.actions.tell_webhooks import TOLD_OF, tell_webhooks
from threadline.core.events import EventKind
from threadline.core.ids import first_uuid7_at, time_of_uuid7
from threadline.core.notification import NOTIFYING
from threadline.infra.bus import Bus
from threadline.infra.log import get_logger
from threadline.store.channels_hosted import FenceLost, check_fence
from threadline.store.connection import Connection
from threadline.store.consumers import (
    FailedEvent,
    Position,
    count_failure,
    find_behind,
    find_blocked_conversations,
    find_due_failures,
    find_event,
    insert_failed_events,
    save_position,
    settle_failure,
)
from threadline.store.events import NumberedEvent, read_events
from threadline.store.savepoint import savepoint
from threadline.store.session import Database, Role, Session, is_outage

BATCH: Final = 1000
TRIES: Final = 6
MAX_DEPTH: Final = 8
"""An event that so many consequences led to is set aside: something answers itself."""
_ALBUM_QUIET: Final = timedelta(seconds=1)
_CLOCK_MARGIN: Final = timedelta(days=1)

_SET_ASIDE = Counter("threadline_events_set_aside", "Events a consumer gave up on: shown, replayable", ["consumer"])

log = get_logger("consequences")


class Handle(Protocol):
    async def __call__(
        self, session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: Callable[[], UUID]
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Consumer:
    """`kinds` None: every event, and in unbroken ranges. `rests_s`: how long it rests when it has caught up, so that
    ranges are not tiny. `rests_longer`: how many times as long as a full batch took it rests after that batch, so that
    what nobody waits for leaves the worker to what arrives. `batch`: of how many events at most one transaction is."""

    name: str
    handle: Handle
    kinds: frozenset[EventKind] | None
    rests_s: float = 0.0
    rests_longer: float = 0.0
    batch: int = BATCH


CONSUMERS: Final = (
    Consumer("answer_incoming", answer_incoming, frozenset({EventKind.MESSAGE_RECEIVED}), rests_s=0.05),
    Consumer("serve_vips", serve_vips, CAUSES, rests_s=0.05),
    Consumer("run_rules", run_rules, RULE_CAUSES, rests_s=0.05, batch=RULE_BATCH),
    Consumer("keep_rule_timers", keep_rule_timers, TIMED_BY_RULES, rests_s=0.1),
    Consumer("keep_deadlines", keep_deadlines, COUNTED, rests_s=0.05),
    Consumer("route_conversations", route_conversations, CAUSES_OF_ROUTING, rests_s=0.1),
    Consumer("count_agent_days", count_agent_days, frozenset({EventKind.MESSAGE_QUEUED}), rests_s=0.2),
    Consumer("notify_agents", notify_agents, NOTIFYING, rests_s=0.2),
    Consumer("tell_webhooks", tell_webhooks, TOLD_OF, rests_s=0.2),
    Consumer("seal_events", seal_events, None, rests_s=2.0),
    Consumer("index_search", index_search, INDEXED, rests_s=0.3, rests_longer=3.0),
)


@dataclass(slots=True)
class ConsumerLoop:
    """One consumer under its lease: all workspaces, one after another."""

    consumer: Consumer
    lease: str
    fence: int
    database: Database
    bus: Bus
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    poll_s: float = 1.0
    batch: int = BATCH
    _sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set, between two batches. Raises FenceLost when another worker has the consumer."""
        with self.bus.subscribe("feed:") as news:
            while not stop.is_set():
                began_at = monotonic()
                if await self._step_safely():
                    # A full batch was read, there is more: resting now would limit what it follows.
                    if self.consumer.rests_longer:
                        await self._sleep(self.consumer.rests_longer * (monotonic() - began_at))
                    continue
                await news.wait(self.poll_s)
                if self.consumer.rests_s:
                    await self._sleep(self.consumer.rests_s)

    async def _step_safely(self) -> bool:
        try:
            return await self.step()
        except FenceLost:
            raise
        except Exception as error:
            log.warning("consumer_interrupted", consumer=self.consumer.name, error=describe(error))
            await self._sleep(0.5)
            return False

    async def step(self) -> bool:
        """Go on in every workspace that has news. True if there may be more at once."""
        async with self.database.transaction(Role.ENGINE) as session:
            connection = await session.raw()
            behind = await find_behind(connection, self.consumer.name)
            due = await find_due_failures(connection, name=self.consumer.name, now=self.now())
        for workspace_id, failed in due:
            await self._try_again(workspace_id, failed)
        has_more = [await self._advance(position) for position in behind]
        return any(has_more)

    async def _advance(self, position: Position) -> bool:
        """The next events of one workspace: their effects and the new position in one transaction."""
        now = self.now()
        async with self.database.transaction(Role.ENGINE, position.workspace_id) as session:
            await check_fence(session, lease=self.lease, fence=self.fence)
            connection = await session.raw()
            events = await read_events(
                connection,
                workspace_id=position.workspace_id,
                after_seq=position.seq,
                limit=min(self.batch, self.consumer.batch),
                not_before=_not_before(position.position_id),
            )
            events = _without_growing_albums(events, now) if self.consumer.kinds else events
            if not events:
                return False
            await self._handle(session, position.workspace_id, events, now)
            await save_position(
                connection,
                workspace_id=position.workspace_id,
                name=self.consumer.name,
                seq=events[-1].seq,
                position_id=events[-1].event.id,
                now=now,
            )
        return events[-1].seq < position.last_seq

    async def _handle(
        self, session: Session, workspace_id: UUID, events: Sequence[NumberedEvent], now: datetime
    ) -> None:
        kinds = self.consumer.kinds
        if kinds is None:
            await self.consumer.handle(session, events, now=now, new_id=self.new_id)
            return
        wanted = [one for one in events if one.event.kind in kinds]
        if not wanted:
            return
        free = await self._set_behind_blocked(session, workspace_id, wanted, now)
        error = await self._try(session, free, now) if free else None
        if error is not None:
            await self._isolate(session, workspace_id, free, now)

    async def _set_behind_blocked(
        self, session: Session, workspace_id: UUID, events: Sequence[NumberedEvent], now: datetime
    ) -> list[NumberedEvent]:
        """What is behind a failing event of its conversation waits its turn; returns what is free."""
        connection = await session.raw()
        conversation_ids = {one.event.conversation_id for one in events if one.event.conversation_id}
        blocked = await find_blocked_conversations(
            connection, workspace_id=workspace_id, name=self.consumer.name, conversation_ids=list(conversation_ids)
        )
        if not blocked:
            return list(events)
        waiting = [one for one in events if one.event.conversation_id in blocked]
        await self._keep(
            connection, workspace_id, [(one, "waits for the one before it", 0, now) for one in waiting], now
        )
        return [one for one in events if one.event.conversation_id not in blocked]

    async def _isolate(
        self, session: Session, workspace_id: UUID, events: Sequence[NumberedEvent], now: datetime
    ) -> None:
        """One by one: who fails is kept for later, and so is what follows it in its conversation."""
        kept: list[tuple[NumberedEvent, str, int, datetime]] = []
        blocked: set[UUID] = set()
        for one in events:
            conversation_id = one.event.conversation_id
            if conversation_id in blocked:
                kept.append((one, "waits for the one before it", 0, now))
                continue
            error = await self._try(session, [one], now)
            if error is not None:
                log.warning(
                    "event_failed", consumer=self.consumer.name, event_id=str(one.event.id), error=describe(error)
                )
                kept.append((one, describe(error), 1, now + _pause(1)))
                if conversation_id is not None:
                    blocked.add(conversation_id)
        if kept:
            await self._keep(await session.raw(), workspace_id, kept, now)

    async def _keep(
        self,
        connection: Connection,
        workspace_id: UUID,
        kept: Sequence[tuple[NumberedEvent, str, int, datetime]],
        now: datetime,
    ) -> None:
        await insert_failed_events(
            connection,
            workspace_id=workspace_id,
            name=self.consumer.name,
            events=[(one.seq, one.event.conversation_id, error, tries, at) for one, error, tries, at in kept],
            now=now,
        )

    async def _try(self, session: Session, events: Sequence[NumberedEvent], now: datetime) -> Exception | None:
        """The error of these events, everything of theirs undone; None if they had their effect. Raises outages."""
        if any(one.event.depth > MAX_DEPTH for one in events):
            return RecursionError("consequences of consequences")
        try:
            async with savepoint(session):
                await self.consumer.handle(session, events, now=now, new_id=self.new_id)
        except Exception as error:
            if is_outage(error):
                raise
            return error
        return None

    async def _try_again(self, workspace_id: UUID, failed: FailedEvent) -> None:
        """A kept event whose time has come: done, later again, or set aside for a person."""
        now = self.now()
        async with self.database.transaction(Role.ENGINE, workspace_id) as session:
            await check_fence(session, lease=self.lease, fence=self.fence)
            connection = await session.raw()
            event = await find_event(connection, workspace_id=workspace_id, seq=failed.seq)
            error = await self._try(session, [event], now) if event else None
            if error is None:
                await settle_failure(connection, workspace_id=workspace_id, name=self.consumer.name, seq=failed.seq)
                return
            tries = failed.tries + 1
            if tries >= TRIES:
                _SET_ASIDE.labels(self.consumer.name).inc()
            await count_failure(
                connection,
                workspace_id=workspace_id,
                name=self.consumer.name,
                seq=failed.seq,
                error=describe(error),
                retry_at=now + _pause(tries) if tries < TRIES else None,
            )


def _pause(tries: int) -> timedelta:
    return timedelta(seconds=min(300, 2**tries))


def _not_before(position_id: UUID | None) -> UUID:
    """Ids are times: what comes after a position is hardly older than it, whatever the clocks say."""
    if position_id is None:
        return UUID(int=0)
    return first_uuid7_at(time_of_uuid7(position_id) - _CLOCK_MARGIN)


def _without_growing_albums(events: Sequence[NumberedEvent], now: datetime) -> list[NumberedEvent]:
    """Up to the first item of an album that may still grow: consequences wait until it was quiet for a second."""
    for index, one in enumerate(events):
        if one.event.data.get("is_album") and now - one.event.at < _ALBUM_QUIET:
            return list(events[:index])
    return list(events)
