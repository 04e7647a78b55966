"""The way out through a real channel type: our sender, its provider's simulator over HTTP, and the statuses back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from tests.channels.whatsapp_simulator.rig import PHONE, Rig, make_rig
from tests.workers.courier import Provider
from tests.workers.outbox_world import QUICK, Customer, Desk, open_desk, until
from threadline.actions.receive_statuses import match_statuses, receive_statuses
from threadline.actions.receiving import Channel, Received
from threadline.channels.contract import ChannelAccess, InboundStatus
from threadline.channels.registry import channel_type
from threadline.infra.clock import new_id, utc_now
from threadline.infra.http import Http
from threadline.store.session import Database, Role

pytestmark = pytest.mark.asyncio


@dataclass(slots=True)
class Line:
    """A desk whose channel is a number of the simulator."""

    desk: Desk
    rig: Rig
    customer: Customer
    taken: int = 0

    async def receive_statuses(self) -> None:
        """What the webhooks said since the last time, applied as the receive loop does."""
        desk, kind = self.desk, self.desk.channel_type
        bodies = [body for _, body in self.rig.business.requests][self.taken :]
        self.taken += len(bodies)
        statuses = [
            Received(one.item, new_id(), 0, utc_now())
            for body in bodies
            for one in kind.parse(body)
            if isinstance(one.item, InboundStatus)
        ]
        channel = Channel(desk.workspace_id, desk.channel_id, kind, self.rig.number_id, self.rig.account_id)
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            matched = await match_statuses(await session.raw(), channel, statuses, now=utc_now())
            await receive_statuses(session, channel, matched, now=utc_now(), new_id=new_id)

    async def accepted(self) -> list[str]:
        """The attempts that the provider took, in its order: each once, or it was sent twice."""
        log = await self.rig.get("log")
        return [item["biz_opaque_callback_data"] for item in log["items"]]


@pytest_asyncio.fixture
async def line(sending_database: Database, database_url: str, http: Http) -> AsyncIterator[Line]:
    async with make_rig() as rig, open_desk(sending_database, database_url, Provider(), http) as desk:
        await rig.user()
        await rig.open_window()
        desk.channel_type = channel_type("whatsapp")
        desk.scheme = "phone"
        secrets = {"token": rig.box["token"]}
        desk.access = ChannelAccess(desk.channel_id, rig.number_id, rig.account_id, rig.simulator.url, secrets)
        yield Line(desk, rig, await desk.add_customer(f"+{PHONE}"))


async def test_a_message_reaches_the_phone_and_its_ticks_come_back(line: Line) -> None:
    message = await line.desk.send(line.customer, "Hello from the desk")
    await line.desk.host()
    await until(lambda: line.desk.message(message.id), is_so=lambda row: row["status"] == 2)
    [attempt] = await line.desk.attempts(message.id)
    assert attempt["provider_id"].startswith("wamid.")
    await line.rig.drain()
    await line.receive_statuses()
    assert (await line.desk.message(message.id))["status"] >= 4


@pytest.mark.parametrize("fault", ["accept_500", "accept_reset", "accept_silent", "accept_half", "accept_html"])
async def test_accepted_and_not_properly_answered_is_settled_by_its_echo(line: Line, fault: str) -> None:
    await line.rig.control("faults/sends", {"kind": fault, "count": 1})
    message = await line.desk.send(line.customer, "Hello")
    await line.desk.host(replace(QUICK, uncertain_wait_s=20))
    await until(lambda: line.desk.message(message.id), is_so=lambda row: row["is_uncertain"])
    await line.rig.drain()
    await line.receive_statuses()
    shown = await line.desk.message(message.id)
    assert (shown["status"] >= 4, shown["is_uncertain"], shown["copies"]) == (True, False, 0)
    [attempt] = await line.desk.attempts(message.id)
    assert attempt["provider_id"].startswith("wamid.")
    assert await line.accepted() == [str(attempt["id"])]
    assert (await line.desk.conversation(line.customer))["waiting_since"] is None


async def test_order_is_kept_to_one_customer(line: Line) -> None:
    for number in range(12):
        await line.desk.send(line.customer, f"Number {number}")
    await line.desk.host()
    await line.desk.until_settled()
    attempts = await line.desk.attempts()
    assert [attempt["status"] for attempt in attempts] == [2] * 12
    assert await line.accepted() == [str(attempt["id"]) for attempt in sorted(attempts, key=lambda a: a["seq"])]


async def test_an_expired_token_stops_the_channel_and_keeps_the_queue(line: Line) -> None:
    await line.rig.control("tokens/expire", {"token": line.rig.box["token"]})
    message = await line.desk.send(line.customer, "Hello")
    await line.desk.host()
    row = await until(
        lambda: line.desk.connection.fetchrow("select * from channels where id = $1", line.desk.channel_id),
        is_so=lambda row: row["state"] == "paused",
    )
    assert row["paused_reason"]
    await until(lambda: line.desk.attempts(message.id), is_so=lambda rows: rows[0]["status"] == 0)
    assert await line.accepted() == []
