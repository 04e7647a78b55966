"""Try a delivery again that had no end: its channel may be connected by now, or the fault mended (R2)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from threadline.channels.contract import ChannelType
from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.deliveries import reopen_delivery
from threadline.store.kept_deliveries import DeliveryBody, find_channel, lock_kept_delivery
from threadline.store.session import Session


async def replay_delivery(
    session: Session,
    *,
    caller: Caller,
    delivery_id: UUID,
    types: Sequence[ChannelType],
    read_blob: Callable[[str], Awaitable[bytes]],
    now: datetime,
    new_id: NewId,
) -> None:
    """Opens the line again for its channel's host. Raises NotFound, and Conflict if it still is for nobody here."""
    delivery = await lock_kept_delivery(session, caller.visibility, delivery_id)
    channel_id = delivery.channel_id or await _find_channel(session, delivery, types, read_blob)
    if channel_id is None or not caller.visibility.has_channel(channel_id):
        raise Conflict(
            "None of the connected channels is meant by this delivery. Connect the channel first.",
            reason="delivery_for_nobody",
        )
    await reopen_delivery(await session.raw(), delivery_id, channel_id=channel_id)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.ITEM_REPLAYED,
            at=now,
            channel_id=channel_id,
            actor_id=caller.actor_id,
            data={"delivery_id": str(delivery_id)},
        )
    )
    session.hint(f"deliveries:{channel_id}")


async def _find_channel(
    session: Session,
    delivery: DeliveryBody,
    types: Sequence[ChannelType],
    read_blob: Callable[[str], Awaitable[bytes]],
) -> UUID | None:
    body = delivery.body
    if body is None and delivery.blob_key is not None:
        body = await read_blob(delivery.blob_key)
    for channel_type in types:
        if channel_type.manifest.provider != delivery.provider:
            continue
        for ref in channel_type.accounts(body or b""):
            found = await find_channel(
                session, provider_types=[channel_type.manifest.type], kind=ref.kind, value=ref.value
            )
            if found is not None:
                return found
    return None
