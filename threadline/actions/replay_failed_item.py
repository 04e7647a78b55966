"""Receive an item again that was set aside, or drop it for good (R2).

Nothing can happen twice by a replay: what was received the first time is known, and stays as it is (R3).
"""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.isolate_failures import is_items_fault
from threadline.actions.receive_messages import receive
from threadline.actions.receiving import Channel, Received
from threadline.channels.contract import Inbound, Unreadable
from threadline.channels.registry import channel_type
from threadline.core.errors import Conflict, NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.channels_hosted import HostedChannel, find_hosted_channel, hold_lease, lease_of
from threadline.store.deliveries import find_stored_deliveries, reopen_delivery
from threadline.store.failed_items import TakenItem, find_failed_channel, mark_dropped, take_failed_item
from threadline.store.session import Session

_decode: "msgspec.json.Decoder[Inbound]" = msgspec.json.Decoder(Inbound)


async def replay_failed_item(
    session: Session, *, caller: Caller, item_id: UUID, channel_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Receives it as its channel's host would; the host waits meanwhile, so that a channel has one receiver.

    What could not be read at all is read again with its whole delivery, by the host. `session` is one of the engine.
    Raises NotFound if somebody replayed or dropped it before, and Conflict if it fails again: roll back, and it is
    where it was.
    """
    await hold_lease(session, lease_of(channel_id))
    connection = await session.raw()
    hosted = await find_hosted_channel(connection, channel_id)
    if hosted is None or hosted.workspace_id != caller.workspace_id:
        raise Conflict(
            "The channel of this item is disconnected. Connect it first.", reason="item_channel_disconnected"
        )
    taken = await take_failed_item(connection, workspace_id=caller.workspace_id, item_id=item_id)
    item = _find_item(taken)
    if item is None:
        await _reopen_delivery(session, taken)
    else:
        await _receive(session, hosted, Received(item, taken.delivery_id, taken.position, now), now, new_id)
    session.record(_line(EventKind.ITEM_REPLAYED, caller, channel_id, now, new_id))


async def drop_failed_item(session: Session, *, caller: Caller, item_id: UUID, now: datetime, new_id: NewId) -> None:
    """Nobody will receive it any more. Raises NotFound."""
    channel_id = await find_failed_channel(session, caller.visibility, item_id)
    if not await mark_dropped(session, item_id):
        raise NotFound("This item does not exist.")
    session.record(_line(EventKind.ITEM_DROPPED, caller, channel_id, now, new_id))


def _find_item(taken: TakenItem) -> Inbound | None:
    """None: it could not be read when it came, or cannot be read any more."""
    try:
        item = _decode.decode(taken.item)
    except msgspec.MsgspecError:
        return None
    return None if isinstance(item, Unreadable) else item


async def _reopen_delivery(session: Session, taken: TakenItem) -> None:
    """The rest of the delivery is known and stays as it is; what is still not readable is set aside anew."""
    connection = await session.raw()
    stored = await find_stored_deliveries(connection, workspace_id=taken.workspace_id, ids=[taken.delivery_id])
    if not stored:
        raise Conflict("The delivery of this item is not kept any more. Drop the item.", reason="delivery_not_kept")
    await reopen_delivery(connection, taken.delivery_id, channel_id=taken.channel_id)
    session.hint(f"deliveries:{taken.channel_id}")


async def _receive(session: Session, row: HostedChannel, item: Received, now: datetime, new_id: NewId) -> None:
    channel = Channel(row.workspace_id, row.id, channel_type(row.type), row.address, row.account)
    try:
        await receive(session, channel, [item], now=now, new_id=new_id)
    except Exception as error:
        if is_items_fault(error):
            raise Conflict(
                "It failed again. Try once more after an update of Threadline, or drop it.", reason="failed_again"
            ) from error
        raise


def _line(kind: EventKind, caller: Caller, channel_id: UUID, now: datetime, new_id: NewId) -> Event:
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=kind,
        at=now,
        channel_id=channel_id,
        actor_id=caller.actor_id,
    )
