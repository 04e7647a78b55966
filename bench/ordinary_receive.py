"""The ordinary worker: a session and a commit for each stored delivery, so many at once; the work is the product's."""

import asyncio
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import uvloop
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.ordinary import (
    OrdinaryAddress,
    OrdinaryAttempt,
    OrdinaryChannel,
    OrdinaryContact,
    OrdinaryConversation,
    OrdinaryDelivery,
    OrdinaryEvent,
    OrdinaryMessage,
    OrdinaryReach,
    Sessions,
    make_sessions,
    utc_now,
)
from bench.processes import print_answer, read_plan, wait_for_go
from bench.product_receive import Received, read_bodies

_WINDOW = timedelta(hours=24)
_STATUSES = {"sent": 2, "failed": 3, "delivered": 4, "read": 5, "played": 6}


class OrdinaryPlan(msgspec.Struct, kw_only=True):
    url: str
    channel_id: uuid.UUID
    file: str
    parallel: int


async def main() -> None:
    plan = read_plan(OrdinaryPlan)
    sessions = make_sessions(plan.url)
    waiting = iter(await _store(sessions, plan))
    counts = [0] * plan.parallel

    async def work(place: int) -> None:
        for delivery_id in waiting:
            await receive_one(sessions, delivery_id)
            counts[place] += 1

    wait_for_go()
    started_at, cpu_at = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(place) for place in range(plan.parallel)))
    print_answer(
        Received(count=sum(counts), took_s=time.perf_counter() - started_at, cpu_s=time.process_time() - cpu_at)
    )


async def _store(sessions: Sessions, plan: OrdinaryPlan) -> list[uuid.UUID]:
    deliveries = [OrdinaryDelivery(channel_id=plan.channel_id, body=body) for body in read_bodies(plan.file)]
    async with sessions() as session:
        session.add_all(deliveries)
        await session.commit()
    return [one.id for one in deliveries]


async def receive_one(sessions: Sessions, delivery_id: uuid.UUID) -> None:
    """One delivery → contact, conversation, window, message, numbered event; or the status of a message of ours."""
    async with sessions() as session:
        delivery = await session.get_one(OrdinaryDelivery, delivery_id, with_for_update=True)
        if delivery.channel_id is None or delivery.state != "open":
            return
        value = msgspec.json.decode(delivery.body)["entry"][0]["changes"][0]["value"]
        for item in value.get("messages", []):
            await _receive_message(session, delivery.channel_id, value["contacts"][0], item)
        for item in value.get("statuses", []):
            await _receive_status(session, delivery.channel_id, item)
        delivery.state, delivery.closed_at = "done", utc_now()
        await session.commit()


async def _receive_message(
    session: AsyncSession, channel_id: uuid.UUID, profile: dict[str, Any], item: dict[str, Any]
) -> None:
    same = select(OrdinaryMessage.id).where(
        OrdinaryMessage.channel_id == channel_id, OrdinaryMessage.provider_id == item["id"]
    )
    if await session.scalar(same):
        return
    written_at = datetime.fromtimestamp(int(item["timestamp"]), UTC)
    contact = await _find_or_make_contact(session, profile)
    conversation = await _lock_or_begin_conversation(session, channel_id, contact.id)
    message = OrdinaryMessage(
        id=uuid.uuid4(),
        channel_id=channel_id,
        conversation_id=conversation.id,
        seq=conversation.last_seq + 1,
        provider_id=item["id"],
        provider_at=written_at,
        sort_at=written_at,
        content={"kind": "text", "text": item["text"]["body"]},
    )
    session.add(message)
    conversation.last_seq = message.seq
    conversation.last_message_id = message.id
    conversation.last_activity_at = utc_now()
    conversation.waiting_since = conversation.waiting_since or written_at
    conversation.window_closes_at = written_at + _WINDOW
    await _open_window(session, channel_id, contact.id, written_at)
    await _record(session, channel_id, "message_received", conversation.id, message.id)


async def _find_or_make_contact(session: AsyncSession, profile: dict[str, Any]) -> OrdinaryContact:
    name = profile["profile"]["name"]
    keys = [("user", profile["user_id"]), ("phone", profile["wa_id"])]
    contact: OrdinaryContact | None = None
    for scheme, value in keys:
        address = await session.scalar(
            select(OrdinaryAddress).where(OrdinaryAddress.scheme == scheme, OrdinaryAddress.value == value)
        )
        if address is None:
            if contact is None:
                contact = OrdinaryContact(id=uuid.uuid4(), name=name)
                session.add(contact)
                await session.flush()
            session.add(OrdinaryAddress(scheme=scheme, value=value, contact_id=contact.id))
        elif contact is None:
            contact = await session.get_one(OrdinaryContact, address.contact_id)
    assert contact is not None
    contact.name = name
    contact.phone = f"+{profile['wa_id']}"
    return contact


async def _lock_or_begin_conversation(
    session: AsyncSession, channel_id: uuid.UUID, contact_id: uuid.UUID
) -> OrdinaryConversation:
    conversation = await session.scalar(
        select(OrdinaryConversation)
        .where(
            OrdinaryConversation.channel_id == channel_id,
            OrdinaryConversation.contact_id == contact_id,
            OrdinaryConversation.state != "resolved",
        )
        .with_for_update()
    )
    if conversation is None:
        conversation = OrdinaryConversation(id=uuid.uuid4(), channel_id=channel_id, contact_id=contact_id, last_seq=0)
        session.add(conversation)
        await session.flush()
    return conversation


async def _open_window(
    session: AsyncSession, channel_id: uuid.UUID, contact_id: uuid.UUID, written_at: datetime
) -> None:
    reach = await session.scalar(
        select(OrdinaryReach).where(OrdinaryReach.channel_id == channel_id, OrdinaryReach.contact_id == contact_id)
    )
    if reach is None:
        reach = OrdinaryReach(channel_id=channel_id, contact_id=contact_id)
        session.add(reach)
    reach.last_inbound_at = written_at
    reach.window_closes_at = written_at + _WINDOW


async def _receive_status(session: AsyncSession, channel_id: uuid.UUID, item: dict[str, Any]) -> None:
    attempt = await session.get(OrdinaryAttempt, uuid.UUID(item["biz_opaque_callback_data"]))
    if attempt is None:
        attempt = await session.scalar(select(OrdinaryAttempt).where(OrdinaryAttempt.provider_id == item["id"]))
    if attempt is None:
        return
    await session.get_one(OrdinaryConversation, attempt.conversation_id, with_for_update=True)
    status, at = _STATUSES.get(item["status"], 0), datetime.fromtimestamp(int(item["timestamp"]), UTC)
    attempt.price_category = attempt.price_category or item.get("pricing", {}).get("category")
    if status == _STATUSES["delivered"]:
        attempt.delivered_at = attempt.delivered_at or at
    elif status == _STATUSES["read"]:
        attempt.read_at = attempt.read_at or at
    if status > attempt.status:
        attempt.status = status
        message = await session.get_one(OrdinaryMessage, attempt.message_id)
        message.status = status
        await _record(session, channel_id, "message_status_changed", attempt.conversation_id, message.id)


async def _record(
    session: AsyncSession, channel_id: uuid.UUID, kind: str, conversation_id: uuid.UUID, message_id: uuid.UUID
) -> None:
    """The counter is the last lock, as in the product: the number is the order of commits."""
    await session.flush()
    channel = await session.get_one(OrdinaryChannel, channel_id, with_for_update=True, populate_existing=True)
    channel.last_seq += 1
    session.add(
        OrdinaryEvent(
            channel_id=channel_id,
            seq=channel.last_seq,
            kind=kind,
            conversation_id=conversation_id,
            message_id=message_id,
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
