"""What became of our messages, as the provider tells it: sent, failed, delivered, read, played (docs/design.md §4.4).

A status belongs to an attempt, found by our own id in the provider's echo, else by the provider's id. It moves forward
only; the message then shows what its attempts say. One that comes before its attempt is known is parked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from threadline.actions.receiving import Channel, Received
from threadline.actions.resolve_contacts import keys_of
from threadline.actions.show_statuses import show_statuses
from threadline.channels.contract import FailureMeaning, InboundStatus
from threadline.core.ids import NewId
from threadline.core.message import Status
from threadline.store import attempts, refusals
from threadline.store.attempts import FailureNote
from threadline.store.connection import Connection
from threadline.store.incoming import AddressKey, find_addresses
from threadline.store.session import Session
from threadline.store.statuses import (
    MatchedAttempt,
    MovedAttempt,
    ParkedItem,
    StatusNews,
    block_reaches,
    find_attempts_by_id,
    find_attempts_by_provider_id,
    move_attempts,
    park_items,
)
from threadline.store.uploads import forget_provider_media

_REPORTED_WITHIN = timedelta(days=8)
"""Providers report on a message for a week; a day more for clocks and queues."""


@dataclass(slots=True)
class MatchedStatuses:
    """The statuses of a batch by attempt, and those whose attempt is not known yet."""

    by_attempt: dict[UUID, list[InboundStatus]] = field(default_factory=dict[UUID, list[InboundStatus]])
    attempts: dict[UUID, MatchedAttempt] = field(default_factory=dict[UUID, MatchedAttempt])
    unknown: list[Received] = field(default_factory=list[Received])

    @property
    def conversation_ids(self) -> list[UUID]:
        return sorted({attempt.conversation_id for attempt in self.attempts.values()})


async def match_statuses(
    connection: Connection, channel: Channel, items: Sequence[Received], *, now: datetime
) -> MatchedStatuses:
    """Find the attempts. Reads only, so that all conversations of a batch can be locked at once, in order."""
    statuses = [(one, one.item) for one in items if isinstance(one.item, InboundStatus)]
    echoed = sorted({item.attempt_id for _, item in statuses if item.attempt_id is not None})
    found = (
        await find_attempts_by_id(connection, workspace_id=channel.workspace_id, channel_id=channel.id, ids=echoed)
        if echoed
        else []
    )
    by_id = {attempt.id: attempt for attempt in found}
    others = sorted({item.provider_id for _, item in statuses if item.attempt_id not in by_id})
    by_provider_id = {
        attempt.provider_id: attempt
        for attempt in (
            await find_attempts_by_provider_id(
                connection, channel_id=channel.id, provider_ids=others, since=now - _REPORTED_WITHIN
            )
            if others
            else []
        )
    }
    matched = MatchedStatuses()
    for one, item in statuses:
        echo = by_id.get(item.attempt_id) if item.attempt_id is not None else None
        attempt = echo or by_provider_id.get(item.provider_id)
        if attempt is None:
            matched.unknown.append(one)
        else:
            matched.attempts[attempt.id] = attempt
            matched.by_attempt.setdefault(attempt.id, []).append(item)
    return matched


async def receive_statuses(
    session: Session, channel: Channel, matched: MatchedStatuses, *, now: datetime, new_id: NewId
) -> list[str]:
    """Move the attempts forward and let their messages show it. Returns provider ids that only now have a message."""
    connection = await session.raw()
    if matched.unknown:
        await _park(connection, channel, matched.unknown, new_id)
    if not matched.by_attempt:
        return []
    await attempts.lock_conversations(session, channel.workspace_id, matched.conversation_ids)
    news = [_sum_up(channel, attempt_id, statuses) for attempt_id, statuses in sorted(matched.by_attempt.items())]
    moved = await move_attempts(connection, channel.workspace_id, news)
    if moved:
        await _follow(session, channel, moved, news, now, new_id)
    await _learn_addresses(session, channel, matched, new_id)
    return [one.provider_id for one in news if matched.attempts[one.attempt_id].provider_id is None]


def _sum_up(channel: Channel, attempt_id: UUID, statuses: Sequence[InboundStatus]) -> StatusNews:
    """Several statuses of one attempt are one: the greatest, with the earliest time of each."""
    greatest = max(statuses, key=lambda status: status.status)
    failed = next((status for status in statuses if status.status is Status.FAILED), None)
    priced = next((status for status in statuses if status.price_category or status.price_type), None)
    return StatusNews(
        attempt_id=attempt_id,
        provider_id=statuses[0].provider_id,
        status=greatest.status,
        sent_at=_earliest(statuses, Status.SENT),
        failed_at=_earliest(statuses, Status.FAILED),
        delivered_at=_earliest(statuses, Status.DELIVERED),
        read_at=_earliest(statuses, Status.READ),
        played_at=_earliest(statuses, Status.PLAYED),
        error_code=failed.error_code if failed else None,
        error_text=_failure_text(channel, failed) if failed else None,
        price_category=priced.price_category or None if priced else None,
        price_type=priced.price_type or None if priced else None,
    )


def _earliest(statuses: Iterable[InboundStatus], status: Status) -> datetime | None:
    return min((one.at for one in statuses if one.status is status and one.at is not None), default=None)


def _failure_text(channel: Channel, status: InboundStatus) -> str:
    """In the words that the same refusal has while sending; the provider's own say little to an agent."""
    if status.error_code:
        return channel.type.failure(status.error_code).text
    return (status.error_details or status.error_text).replace("\0", "")


async def _follow(
    session: Session,
    channel: Channel,
    moved: Sequence[MovedAttempt],
    news: Sequence[StatusNews],
    now: datetime,
    new_id: NewId,
) -> None:
    """The messages show it; a failure also says something about the customer or the window."""
    codes = {one.attempt_id: one.error_code for one in news if one.error_code}
    failed = [
        (attempt, channel.type.failure(codes[attempt.id]))
        for attempt in moved
        if attempt.status == Status.FAILED and attempt.old_status < Status.FAILED and attempt.id in codes
    ]
    notes = {codes[attempt.id]: FailureNote(meaning.reason, meaning.help) for attempt, meaning in failed}
    await show_statuses(
        session,
        channel.workspace_id,
        sorted({one.message_id for one in moved}),
        notes=notes,
        now=now,
        new_id=new_id,
    )
    if failed:
        await _draw_consequences(session, channel, failed, codes)


async def _draw_consequences(
    session: Session,
    channel: Channel,
    failed: Sequence[tuple[MovedAttempt, FailureMeaning]],
    codes: dict[UUID, str],
) -> None:
    closed = [one for one, meaning in failed if meaning.closes_window]
    if closed:
        await refusals.close_windows(
            session,
            channel.workspace_id,
            channel.id,
            sorted({one.contact_id for one in closed}),
            sorted({one.conversation_id for one in closed}),
        )
    spoiled = [one.message_id for one, meaning in failed if meaning.spoils_upload]
    if spoiled:
        await forget_provider_media(session, channel.workspace_id, spoiled)
    for one, meaning in failed:
        if meaning.withdraws_marketing:
            await refusals.withdraw_consent(
                session,
                channel.workspace_id,
                channel.id,
                [one.contact_id],
                category="marketing",
                detail=codes[one.id],
            )
        if meaning.is_unreachable:
            await block_reaches(
                await session.raw(),
                workspace_id=channel.workspace_id,
                channel_id=channel.id,
                contact_ids=[one.contact_id],
                reason=codes[one.id],
            )


async def _learn_addresses(session: Session, channel: Channel, matched: MatchedStatuses, new_id: NewId) -> None:
    """A status may tell another identity of the person we wrote to. One that is known already stays whose it is."""
    told: dict[AddressKey, UUID] = {}
    for attempt_id, statuses in matched.by_attempt.items():
        for status in statuses:
            for key in keys_of(status.addresses):
                told.setdefault(key, matched.attempts[attempt_id].contact_id)
    if not told:
        return
    known = await find_addresses(await session.raw(), channel.workspace_id, told)
    learned = [
        (new_id(), contact_id, attempts.KnownAddress(*key)) for key, contact_id in told.items() if key not in known
    ]
    if learned:
        await refusals.learn_addresses(session, channel.workspace_id, learned)


async def _park(connection: Connection, channel: Channel, unknown: Sequence[Received], new_id: NewId) -> None:
    parked = [
        ParkedItem(
            id=new_id(),
            target_provider_id=one.item.provider_id,
            attempt_id=one.item.attempt_id,
            kind="status",
            item=msgspec.json.encode(one.item).decode(),
            at=one.item.at,
            received_at=one.received_at,
        )
        for one in unknown
        if isinstance(one.item, InboundStatus)
    ]
    await park_items(connection, workspace_id=channel.workspace_id, channel_id=channel.id, items=parked)
