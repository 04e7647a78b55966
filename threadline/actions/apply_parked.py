"""What came before its target is applied when the target is there: statuses, reactions, edits (R6, R26)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from threadline.actions.receive_changes import receive_changes
from threadline.actions.receive_statuses import match_statuses, receive_statuses
from threadline.actions.receiving import Channel, Received
from threadline.channels.contract import Inbound, InboundStatus
from threadline.core.ids import NewId
from threadline.store.deliveries import FailedItem, insert_failed_items
from threadline.store.session import Session
from threadline.store.statuses import find_parked_targets, take_expired_parked, take_parked

KEPT = timedelta(days=7)
"""How long something waits for its target (R6); providers have given up by then."""

_decode: "msgspec.json.Decoder[Inbound]" = msgspec.json.Decoder(Inbound)


async def apply_parked(
    session: Session, channel: Channel, provider_ids: Sequence[str], *, now: datetime, new_id: NewId
) -> None:
    """Messages with these provider ids are known now. Called by whoever learned them: receiving, and sending."""
    connection = await session.raw()
    while provider_ids:
        parked = await take_parked(connection, channel_id=channel.id, provider_ids=provider_ids)
        items = [Received(_decode.decode(item), id, 0, received_at) for id, item, received_at in parked]
        provider_ids = await _apply(session, channel, items, now, new_id)


async def _apply(
    session: Session, channel: Channel, items: Sequence[Received], now: datetime, new_id: NewId
) -> list[str]:
    statuses = [one for one in items if isinstance(one.item, InboundStatus)]
    others = [one for one in items if not isinstance(one.item, InboundStatus)]
    learned: list[str] = []
    if statuses:
        matched = await match_statuses(await session.raw(), channel, statuses, now=now)
        learned = await receive_statuses(session, channel, matched, now=now, new_id=new_id)
    if others:
        await receive_changes(session, channel, others, now=now, new_id=new_id)
    return learned


async def sweep_parked(session: Session, channel: Channel, *, now: datetime, new_id: NewId) -> None:
    """Now and then: apply what its target's writer could not see yet, and give up on what nobody ever claimed."""
    connection = await session.raw()
    reached = await find_parked_targets(connection, channel_id=channel.id, since=now - KEPT - timedelta(days=1))
    await apply_parked(session, channel, reached, now=now, new_id=new_id)
    expired = await take_expired_parked(connection, channel_id=channel.id, received_before=now - KEPT)
    if expired:
        await insert_failed_items(
            connection,
            workspace_id=channel.workspace_id,
            channel_id=channel.id,
            items=[_unroutable(id, item) for id, item in expired],
            now=now,
        )


def _unroutable(id: UUID, item: str) -> FailedItem:
    return FailedItem(id=id, delivery_id=id, position=0, item=item, error="unroutable: its message never came")
