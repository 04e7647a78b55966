"""Find the items that cannot be received and set them aside, so that they stop nobody behind them (R2).

Bisection with savepoints: halves that fail for a data error are halved again, in order, until single items remain. An
outage is not an item's fault: it rises, and the whole batch is taken again.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.receiving import Channel, Received
from threadline.core.errors import BadPayload
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.infra.log import get_logger
from threadline.store.deliveries import FailedItem, insert_failed_items
from threadline.store.savepoint import savepoint
from threadline.store.session import Session, is_data_error, is_outage

Receive = Callable[[Session, Channel, Sequence[Received]], Awaitable[None]]

log = get_logger("receive")


def is_items_fault(error: BaseException) -> bool:
    """True for what these very items will cause again: a data error of the database or one of our own parsing."""
    return is_data_error(error) or isinstance(error, BadPayload | msgspec.MsgspecError)


def describe(error: BaseException) -> str:
    """What an admin may read of an error: its kind and the constraint it broke. Values would be content (S63)."""
    cause = getattr(error, "orig", None) or error
    parts = [type(cause).__name__, getattr(cause, "sqlstate", None), getattr(cause, "constraint_name", None)]
    if isinstance(error, BadPayload):
        parts.append(error.text)
    return ": ".join(str(part) for part in parts if part)


async def receive_isolated(
    session: Session,
    channel: Channel,
    items: Sequence[Received],
    *,
    receive: Receive,
    now: datetime,
    new_id: NewId,
) -> dict[UUID, str]:
    """Receive what can be received; items at fault become `failed_items`.

    Returns the deliveries in which something failed for a reason nobody knows (delivery id → error): they stay open,
    are counted, and are tried again. Raises outages.
    """
    failed: list[FailedItem] = []
    troubled: dict[UUID, str] = {}
    await _halve(session, channel, items, receive, failed, troubled, new_id)
    if failed:
        await insert_failed_items(
            await session.raw(), workspace_id=channel.workspace_id, channel_id=channel.id, items=failed, now=now
        )
        session.record(
            Event(
                id=new_id(),
                workspace_id=channel.workspace_id,
                kind=EventKind.ITEM_FAILED,
                at=now,
                channel_id=channel.id,
                data={"items": len(failed)},
            )
        )
    return troubled


async def _halve(
    session: Session,
    channel: Channel,
    items: Sequence[Received],
    receive: Receive,
    failed: list[FailedItem],
    troubled: dict[UUID, str],
    new_id: NewId,
) -> None:
    if not items:
        return
    error = await _try(session, channel, items, receive)
    if error is None:
        return
    if len(items) > 1:
        middle = len(items) // 2
        for half in (items[:middle], items[middle:]):
            await _halve(session, channel, half, receive, failed, troubled, new_id)
        return
    only = items[0]
    if is_items_fault(error):
        failed.append(
            FailedItem(
                id=new_id(),
                delivery_id=only.delivery_id,
                position=only.position,
                item=_safe_json(only),
                error=describe(error),
            )
        )
    else:
        log.error("item_not_received", delivery_id=str(only.delivery_id), error=describe(error), exc_info=error)
        troubled[only.delivery_id] = describe(error)


async def _try(session: Session, channel: Channel, items: Sequence[Received], receive: Receive) -> Exception | None:
    """The error that made these items fail, everything of theirs undone; None if they are received. Raises outages."""
    try:
        async with savepoint(session):
            await receive(session, channel, items)
    except Exception as error:
        if is_outage(error):
            raise
        return error
    return None


def _safe_json(one: Received) -> str:
    """The item as JSON the database can hold: what it refuses (NUL) is made visible."""
    return msgspec.json.encode(one.item).decode().replace("\\u0000", "\\ufffd")
