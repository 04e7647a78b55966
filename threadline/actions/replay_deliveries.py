"""Try again what was given up on: dead deliveries and deliveries for nobody (R2).

Nothing can happen twice by it: what was received the first time is known, and stays as it is (R3).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.accept_deliveries import Endpoint, route
from threadline.core.ids import NewId
from threadline.store.deliveries import (
    DeliveryLine,
    StoredDelivery,
    find_stored_deliveries,
    insert_deliveries,
    reopen_delivery,
)
from threadline.store.session import Session


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
