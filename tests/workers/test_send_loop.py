"""The way out, on a real PostgreSQL and over real HTTP: order, limits, faults, and no unmarked second copy."""

import pytest

from tests.workers.outbox_world import Desk, until

pytestmark = pytest.mark.asyncio


async def test_a_queued_message_leaves_and_is_shown_as_sent(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    assert (await desk.message(message.id))["status"] == 0
    assert (await desk.conversation(customer))["waiting_since"] is not None

    await desk.host()
    await until(lambda: desk.provider.texts("ana"), is_so=lambda texts: texts == ["Hello"])
    await desk.until_settled()

    [attempt] = await desk.attempts(message.id)
    assert (attempt["status"], attempt["provider_id"], attempt["try_no"]) == (2, "p-1", 1)
    assert (await desk.message(message.id))["status"] == 2
    conversation = await desk.conversation(customer)
    assert conversation["waiting_since"] is None
    assert conversation["assignee_id"] == desk.agent_id
    assert await desk.events("message_status_changed") == [{"status": "sent", "is_uncertain": False, "code": None}]
