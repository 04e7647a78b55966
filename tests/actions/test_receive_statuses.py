"""Statuses move attempts forward and never back, in whatever order they come, and wait for what they are about."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions.apply_parked import sweep_parked
from threadline.core.message import Status
from threadline.store.session import Role

_ALL = [Status.SENT, Status.DELIVERED, Status.READ, Status.PLAYED, Status.FAILED]


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        await opened.receive(opened.message(1, "hello"))
        yield opened


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(order=[Status.READ, Status.SENT], size=1)
@example(order=[Status.DELIVERED, Status.FAILED, Status.SENT], size=1)
@given(order=st.lists(st.sampled_from(_ALL), min_size=1, max_size=8), size=st.sampled_from([1, 1, 3, 8]))
async def test_every_order_with_repeats_ends_the_same(desk: ReceivingDesk, order: list[Status], size: int) -> None:
    """`size`: how many arrive in one transaction."""
    provider_id = f"p{desk.new_id()}"
    sent = await desk.add_outgoing(1, provider_id=provider_id)
    at = {status: desk.now + timedelta(seconds=status) for status in _ALL}
    items = [desk.status(sent, status, provider_id, at=at[status], error_code="131000") for status in order]
    for first in range(0, len(items), size):
        await desk.receive(*items[first : first + size])

    attempt = await desk.one("select * from attempts where id = $1", sent.attempt_id)
    message = await desk.one("select status from messages where id = $1", sent.message_id)
    assert attempt["status"] == max(order)
    assert message["status"] == max(order)
    for status, column in zip(_ALL, ("sent_at", "delivered_at", "read_at", "played_at", "failed_at"), strict=True):
        assert attempt[column] == (at[status] if status in order else None)


async def test_status_finds_its_attempt_by_echo_or_by_provider_id(desk: ReceivingDesk) -> None:
    by_echo = await desk.add_outgoing(1)
    by_provider_id = await desk.add_outgoing(1, provider_id="p2")
    await desk.receive(desk.status(by_echo, Status.DELIVERED, "p1"), desk.status(None, Status.READ, "p2"))
    rows = {row["id"]: row for row in await desk.of("attempts")}
    assert (rows[by_echo.attempt_id]["status"], rows[by_echo.attempt_id]["provider_id"]) == (Status.DELIVERED, "p1")
    assert rows[by_provider_id.attempt_id]["status"] == Status.READ


async def test_repeated_status_changes_nothing(desk: ReceivingDesk) -> None:
    sent = await desk.add_outgoing(1, provider_id="p1")
    item = desk.status(sent, Status.DELIVERED, "p1", price_category="service", price_type="regular")
    await desk.receive(item)
    before = await desk.state()
    await desk.receive(item, item)
    await desk.receive(desk.status(sent, Status.DELIVERED, "p1", price_category="marketing"))
    assert await desk.state() == before
    assert before["attempts"][0]["price_category"] == "service"


async def test_echo_settles_an_uncertain_attempt(desk: ReceivingDesk) -> None:
    sent = await desk.add_outgoing(1)
    await desk.connection.execute("update attempts set uncertain_at = now() where id = $1", sent.attempt_id)
    await desk.connection.execute("update messages set is_uncertain = true where id = $1", sent.message_id)
    await desk.receive(desk.status(sent, Status.SENT, "p1"))
    message = await desk.one("select status, is_uncertain from messages where id = $1", sent.message_id)
    assert (message["status"], message["is_uncertain"]) == (Status.SENT, False)
    assert (await desk.events())[-1][1] == "message_status_changed"


async def test_acceptance_by_status_ends_waiting_and_failure_brings_it_back(desk: ReceivingDesk) -> None:
    asked_at = desk.now
    desk.advance(minutes=1)
    sent = await desk.add_outgoing(1)
    await desk.receive(desk.status(sent, Status.SENT, "p1"))
    assert (await desk.of("conversations"))[0]["waiting_since"] is None
    await desk.receive(desk.status(sent, Status.FAILED, "p1", error_code="131026", error_text="Undeliverable"))
    conversation = (await desk.of("conversations"))[0]
    assert (conversation["waiting_since"], conversation["failed_count"]) == (asked_at, 1)
    message = await desk.one(
        "select status, failure_code, failure_text, failure_reason from messages where id = $1", sent.message_id
    )
    assert (message["status"], message["failure_code"]) == (Status.FAILED, "131026")
    assert message["failure_reason"] == "whatsapp_unreachable"
    assert message["failure_text"] == desk.channel.type.failure("131026").text
    await desk.receive(desk.status(sent, Status.DELIVERED, "p1"))
    conversation = (await desk.of("conversations"))[0]
    assert conversation["failed_count"] == 0


async def test_copy_that_failed_does_not_hide_the_first_that_arrived(desk: ReceivingDesk) -> None:
    sent = await desk.add_outgoing(1, provider_id="p1")
    await desk.receive(desk.status(sent, Status.DELIVERED, "p1"))
    copy = desk.new_id()
    await desk.connection.execute(
        "insert into attempts (workspace_id, id, channel_id, conversation_id, contact_id, message_id, seq, status,"
        " due_at, is_copy)"
        " select workspace_id, $2, channel_id, conversation_id, contact_id, message_id, seq, 1, now(), true"
        " from attempts where id = $1",
        sent.attempt_id,
        copy,
    )
    await desk.receive(desk.status(type(sent)(sent.message_id, copy, sent.conversation_id), Status.FAILED, "p2"))
    message = await desk.one("select status, copies from messages where id = $1", sent.message_id)
    assert (message["status"], message["copies"]) == (Status.DELIVERED, 1)


async def test_status_before_its_provider_id_is_parked_and_applied(desk: ReceivingDesk) -> None:
    sent = await desk.add_outgoing(1)
    await desk.receive(desk.status(None, Status.DELIVERED, "early"), desk.status(None, Status.READ, "early"))
    assert len(await desk.of("parked_items")) == 2
    await desk.connection.execute("update attempts set provider_id = 'early' where id = $1", sent.attempt_id)
    await desk.apply_parked("early")
    assert await desk.of("parked_items") == []
    assert (await desk.one("select status from messages where id = $1", sent.message_id))["status"] == Status.READ


async def test_parked_status_is_applied_when_an_echo_teaches_the_provider_id(desk: ReceivingDesk) -> None:
    sent = await desk.add_outgoing(1)
    await desk.receive(desk.status(None, Status.READ, "p1"))
    await desk.receive(desk.status(sent, Status.SENT, "p1"))
    assert await desk.of("parked_items") == []
    assert (await desk.one("select status from attempts where id = $1", sent.attempt_id))["status"] == Status.READ


async def test_sweep_applies_what_two_writers_missed_and_gives_up_after_a_week(desk: ReceivingDesk) -> None:
    sent = await desk.add_outgoing(1)
    await desk.receive(desk.status(None, Status.READ, "p1"), desk.status(None, Status.READ, "never"))
    await desk.connection.execute("update attempts set provider_id = 'p1' where id = $1", sent.attempt_id)
    await _sweep(desk)
    assert (await desk.one("select status from attempts where id = $1", sent.attempt_id))["status"] == Status.READ
    assert len(await desk.of("parked_items")) == 1
    desk.advance(days=7, hours=1)
    await _sweep(desk)
    assert await desk.of("parked_items") == []
    assert "unroutable" in (await desk.of("failed_items"))[0]["error"]


async def test_failure_that_closes_the_window_closes_it(desk: ReceivingDesk) -> None:
    sent = await desk.add_outgoing(1)
    code = next(
        (code for code in ("131047", "470") if desk.channel.type.failure(code).closes_window),
        None,
    )
    if code is None:
        pytest.fail("The channel type knows no error that closes the window.")
    await desk.receive(desk.status(sent, Status.FAILED, "p1", error_code=code))
    closes_at = (await desk.of("reaches"))[0]["window_closes_at"]
    assert closes_at < desk.now + timedelta(hours=1)


async def test_file_that_the_provider_could_not_take_goes_up_anew(desk: ReceivingDesk) -> None:
    """Sent again with the provider's own bad copy, it would fail for ever."""
    sent = await desk.add_outgoing(1)
    files = [desk.new_id(), desk.new_id()]
    for file_id in files:
        await desk.connection.execute(
            "insert into files (workspace_id, id, message_id, state, provider_media_id, provider_media_expires_at)"
            " values ($1, $2, $3, 'ready', '444', now() + interval '1 day')",
            desk.workspace_id,
            file_id,
            sent.message_id,
        )
    await desk.connection.execute(
        "update messages set file_ids = array[$2::uuid] where id = $1", sent.message_id, files[0]
    )
    code = next(code for code in ("131053",) if desk.channel.type.failure(code).spoils_upload)
    await desk.receive(desk.status(sent, Status.FAILED, "p1", error_code=code))
    kept = {row["id"]: row["provider_media_id"] for row in await desk.of("files")}
    assert kept == {files[0]: None, files[1]: "444"}


async def _sweep(desk: ReceivingDesk) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await sweep_parked(session, desk.channel, now=desk.now, new_id=desk.new_id)
