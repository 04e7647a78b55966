"""Try again what was given up on: dead deliveries, deliveries for nobody, and single items that failed (R2).

Nothing can happen twice by it: what was received the first time is known, and stays as it is (R3).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.accept_deliveries import Endpoint, route
from threadline.actions.isolate_failures import Receive, receive_isolated
from threadline.actions.receiving import Channel, NewId, Received
from threadline.channels.contract import Inbound
from threadline.core.errors import Conflict
from threadline.store.deliveries import (
    DeliveryLine,
    StoredDelivery,
    find_stored_deliveries,
    insert_deliveries,
    reopen_delivery,
    take_failed_items,
)
from threadline.store.session import Session

_decode: "msgspec.json.Decoder[Inbound]" = msgspec.json.Decoder(Inbound)


async def replay_deliveries(
    session: Session,
    *,
    workspace_id: UUID,
    ids: Sequence[UUID],
    endpoints: Mapping[UUID, Endpoint],
    bodies: Mapping[UUID, bytes],
    now: datetime,
    new_id: NewId,
) -> int:
    """Open these again and tell their hosts. Returns how many have somebody to receive them now.

    `endpoints`: as they are configured now, by id. `bodies`: of those whose body lies in the blobs, by delivery id.
    """
    connection = await session.raw()
    reopened = 0
    for stored in await find_stored_deliveries(connection, workspace_id=workspace_id, ids=ids):
        channel_ids = _targets(stored, endpoints.get(stored.endpoint_id), bodies)
        if stored.state not in {"dead", "unroutable"} or not channel_ids:
            continue
        await reopen_delivery(connection, stored.id, channel_id=channel_ids[0])
        more = [
            DeliveryLine(new_id(), stored.id, workspace_id, stored.endpoint_id, channel_id, None, None, now)
            for channel_id in channel_ids[1:]
        ]
        if more:
            await insert_deliveries(connection, more)
        session.hint(*(f"deliveries:{channel_id}" for channel_id in channel_ids))
        reopened += 1
    return reopened


def _targets(stored: StoredDelivery, endpoint: Endpoint | None, bodies: Mapping[UUID, bytes]) -> tuple[UUID, ...]:
    """Whom it is for: its channel, or, if nobody was known then, whoever is now."""
    if stored.channel_id is not None:
        return (stored.channel_id,)
    body = stored.body if stored.body is not None else bodies.get(stored.id)
    return route(endpoint, body).channel_ids if endpoint is not None and body is not None else ()


async def replay_failed_items(
    session: Session, channel: Channel, *, ids: Sequence[UUID], receive: Receive, now: datetime, new_id: NewId
) -> int:
    """Receive these items again; those that still fail are kept anew. Returns how many were tried.

    Raises Conflict if one cannot be read as an item: its whole delivery must be replayed with a newer parser.
    """
    connection = await session.raw()
    taken = await take_failed_items(connection, workspace_id=channel.workspace_id, channel_id=channel.id, ids=ids)
    try:
        items = [Received(_decode.decode(item), delivery_id, position, now) for _, delivery_id, position, item in taken]
    except msgspec.MsgspecError as error:
        raise Conflict("This item could not be read: replay its delivery instead.") from error
    if items:
        await receive_isolated(session, channel, items, receive=receive, now=now, new_id=new_id)
    return len(items)
