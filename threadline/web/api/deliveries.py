"""Deliveries without an end, and items of deliveries that failed, for admins."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response

from threadline.actions.replay_delivery import replay_delivery
from threadline.actions.replay_failed_item import drop_failed_item as drop_item
from threadline.actions.replay_failed_item import replay_failed_item as replay_item
from threadline.channels.registry import all_channel_types
from threadline.core.permission import Permission, check_may
from threadline.infra.clock import new_id
from threadline.store.failed_items import FailedItem, find_failed_channel, list_failed_items
from threadline.store.kept_deliveries import Delivery, list_kept_deliveries
from threadline.store.session import Role
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, json_response, opened

router = APIRouter()


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Delivery]
    next: str | None


class FailedItemPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[FailedItem]
    next: str | None


@operation(router, "GET", "/deliveries", out=DeliveryPage)
async def get_deliveries(
    state: Literal["unroutable", "dead"] = "unroutable",
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    call: Call = calls(Permission.DELIVERIES_READ),
) -> Response:
    """What arrived and was for nobody, or could not be understood."""
    items, following = await list_kept_deliveries(
        call.session, call.caller.visibility, state=state, after=after, limit=limit
    )
    return call.answer(DeliveryPage(items=items, next=following))


@operation(router, "POST", "/deliveries/{delivery_id}/replay", out=None, status=204, name="replayDelivery")
async def replay(delivery_id: UUID, call: Call = calls(Permission.DELIVERIES_REPLAY, is_repeatable=True)) -> Response:
    """Try it again."""
    await replay_delivery(
        call.session,
        caller=call.caller,
        delivery_id=delivery_id,
        types=all_channel_types(),
        read_blob=call.web.blobs.get,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)


@operation(router, "GET", "/failed-items", out=FailedItemPage)
async def get_failed_items(
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    call: Call = calls(Permission.DELIVERIES_READ),
) -> Response:
    """Single items that failed, while the rest of their delivery went on."""
    items, following = await list_failed_items(call.session, call.caller.visibility, after=after, limit=limit)
    return call.answer(FailedItemPage(items=items, next=following))


@operation(router, "POST", "/failed-items/{item_id}/replay", out=None, status=204)
async def replay_failed_item(item_id: UUID, request: Request) -> Response:
    """Receive it again. Receiving is the engine's work: the web role cannot do it."""
    async with opened(request) as call:
        check_may(call.caller, Permission.DELIVERIES_REPLAY)
        channel_id = await find_failed_channel(call.session, call.caller.visibility, item_id)
    async with call.web.database.transaction(Role.ENGINE, call.caller.workspace_id) as session:
        await replay_item(
            session, caller=call.caller, item_id=item_id, channel_id=channel_id, now=call.now, new_id=new_id
        )
    return json_response(b"", 204)


@operation(router, "POST", "/failed-items/{item_id}/drop", out=None, status=204)
async def drop_failed_item(
    item_id: UUID, call: Call = calls(Permission.DELIVERIES_REPLAY, is_repeatable=True)
) -> Response:
    """Give it up: nobody will receive it any more."""
    await drop_item(call.session, caller=call.caller, item_id=item_id, now=call.now, new_id=new_id)
    return call.answer(status=204)
