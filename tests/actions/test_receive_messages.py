"""What arrives becomes rows and events, once, in order, whoever else is writing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, by_phone, open_receiving_desk, party
from threadline.channels.contract import MediaSource, Quote, Referral


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        yield opened


async def test_first_message_makes_contact_conversation_message_and_events(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(party(1, name="Ana", phone="+49170"), "m1", "Hi"))

    contact = (await desk.of("contacts"))[0]
    conversation = (await desk.of("conversations"))[0]
    message = (await desk.of("messages"))[0]
    assert (contact["name"], contact["phone"]) == ("Ana", "+49170")
    assert {row["value"] for row in await desk.of("addresses")} == {"u1", "+49170"}
    assert conversation["contact_id"] == contact["id"]
    assert (conversation["state"], conversation["last_seq"], conversation["incoming_count"]) == ("open", 1, 1)
    assert conversation["waiting_since"] == desk.now
    assert conversation["window_closes_at"] == desk.now + timedelta(hours=24)
    assert conversation["first_message_id"] == conversation["last_message_id"] == message["id"]
    assert (message["seq"], message["direction"], message["author_id"]) == (1, "incoming", contact["id"])
    assert await desk.events() == [(1, "conversation_started"), (2, "message_received")]
    assert (await desk.of("reaches"))[0]["window_closes_at"] == desk.now + timedelta(hours=24)
