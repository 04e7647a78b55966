"""Deliveries without an end, for admins."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response

from threadline.actions.replay_delivery import replay_delivery
from threadline.channels.registry import all_channel_types
from threadline.core.permission import Permission
from threadline.store.kept_deliveries import Delivery, list_kept_deliveries
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Delivery]
    next: str | None


@operation(router, "GET", "/deliveries", out=DeliveryPage)
async def get_deliveries(
    state: Literal["unroutable", "dead"] = "unroutable",
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    call: Call = calls(Permission.DELIVERIES_READ),
) -> Response:
    """What arrived and was for nobody, or could not be understood."""
    items, following = await list_kept_deliveries(call.session, state=state, after=after, limit=limit)
    return call.answer(DeliveryPage(items=items, next=following))


@operation(router, "POST", "/deliveries/{delivery_id}/replay", out=None, status=204, name="replayDelivery")
async def replay(delivery_id: UUID, call: Call = calls(Permission.DELIVERIES_REPLAY, is_repeatable=True)) -> Response:
    """Try it again."""
    await replay_delivery(
        call.session, delivery_id=delivery_id, types=all_channel_types(), read_blob=call.web.blobs.get
    )
    return call.answer(status=204)
