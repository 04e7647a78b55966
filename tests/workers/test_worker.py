"""A worker hosts its share, announces what it stored, and hands over in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest_asyncio

from bench.bodies import message_body
from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions.receiving import Channel
from threadline.channels.contract import ChannelAccess
from threadline.infra.blobs import Blobs
from threadline.infra.bus import Bus, PostgresCarrier
from threadline.infra.clock import new_id, utc_now
from threadline.infra.http import Http
from threadline.store.channels_hosted import HostedChannel
from threadline.store.deliveries import DeliveryLine, insert_deliveries
from threadline.store.session import Database, Role
from threadline.store.workers import list_worker_figures
from threadline.workers.channel_host import HostTools
from threadline.workers.worker import Worker


@dataclass
class House:
    desk: ReceivingDesk
    url: str
    folder: Path

    @asynccontextmanager
    async def worker(self, **more: float) -> AsyncIterator[Worker]:
        """A running worker with everything of its own; it is asked to stop at the end."""
        async with (
            Bus(PostgresCarrier(self.url)) as bus,
            Http(allowed_private_hosts=["127.0.0.0/8"]) as http,
        ):
            database = Database(dict.fromkeys(Role, self.url), hints=bus.publish)
            tools = HostTools(
                database=database,
                bus=bus,
                blobs=Blobs(folder=self.folder),
                http=http,
                open_access=open_access,
                now=utc_now,
                new_id=new_id,
                poll_s=0.1,
            )
            worker = Worker(tools, self.url, self.url, uuid4(), beat_s=0.3, lease_dead_s=2.0)
            stop = asyncio.Event()
            running = asyncio.create_task(worker.run(stop))
            try:
                yield worker
            finally:
                stop.set()
                await asyncio.wait_for(running, 20)
                await database.close()

    async def deliver(self, channel: Channel, provider_id: str, customer: int = 1) -> None:
        id = new_id()
        body = message_body(
            number=channel.address,
            account=channel.account,
            customer=customer,
            provider_id=provider_id,
            at=int(utc_now().timestamp()),
        )
        line = DeliveryLine(id, id, self.desk.workspace_id, self.desk.endpoint_id, channel.id, body, None, utc_now())
        await insert_deliveries(self.desk.connection, [line])

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        for _ in range(200):
            value = is_so()
            if await value if asyncio.iscoroutine(value) else value:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"It never happened: {what}")

    async def count(self, table: str) -> int:
        row = await self.desk.one(f"select count(*) as n from {table} where workspace_id = $1", self.desk.workspace_id)
        return int(row["n"])


def open_access(row: HostedChannel) -> ChannelAccess:
    return ChannelAccess(row.id, row.address, row.account, "http://127.0.0.1:9", {})


@pytest_asyncio.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_receiving_desk(database_url) as desk:
        await desk.connection.execute("update channels set state = 'disconnected' where id <> $1", desk.channel.id)
        await desk.connection.execute("delete from leases")
        yield House(desk, database_url, tmp_path)


async def test_delivery_becomes_message_decision_and_seal(house: House) -> None:
    async with house.worker():
        for number in range(20):
            await house.deliver(house.desk.channel, f"m{number}", customer=number % 3)

        async def is_done() -> bool:
            return await house.count("answer_decisions") == 20 and await house.count("seals") > 0

        await house.until(is_done, "twenty decisions and a seal")
    assert await house.count("messages") == 20
    fences = await house.desk.rows("select name from leases order by name")
    assert {row["name"] for row in fences} >= {house.desk.lease, "consumer:answer_incoming", "upkeep", "snoozes"}


async def test_channel_connected_later_is_hosted_and_a_disconnected_one_let_go(house: House) -> None:
    desk = house.desk
    channel_id = uuid4()
    later = Channel(desk.workspace_id, channel_id, desk.channel.type, str(channel_id), "acme")
    async with house.worker() as worker:
        await house.until(lambda: desk.lease in worker._hosted, "the first channel is hosted")
        await desk.add_channel(later)
        await house.deliver(later, "m1")

        async def is_stored() -> bool:
            return await house.count("messages") == 1

        await house.until(is_stored, "the later channel's message")
        await desk.connection.execute("update channels set state = 'disconnected' where id = $1", desk.channel.id)
        await house.until(lambda: desk.lease not in worker._hosted, "the disconnected channel is let go")


async def test_two_workers_share_and_the_rest_goes_over_when_one_stops(house: House) -> None:
    desk = house.desk
    channels = [desk.channel]
    for _ in range(3):
        id = uuid4()
        channels.append(Channel(desk.workspace_id, id, desk.channel.type, str(id), "acme"))
        await desk.add_channel(channels[-1])

    def hosted(worker: Worker) -> set[UUID]:
        return {one.row.id for one in worker._hosted.values() if one.row is not None}

    async with house.worker() as first:
        await house.until(lambda: len(hosted(first)) == 4, "one worker hosts all four")
        async with house.worker() as second:
            await house.until(lambda: len(hosted(first)) == len(hosted(second)) == 2, "each hosts two")
            assert not hosted(first) & hosted(second)
            for number, channel in enumerate(channels):
                await house.deliver(channel, f"m{number}", customer=number)

            async def are_stored() -> bool:
                return await house.count("messages") == 4

            await house.until(are_stored, "all four messages")
        await house.until(lambda: len(hosted(first)) == 4, "the first hosts all again")


async def test_worker_that_lost_its_lease_connection_begins_anew(house: House) -> None:
    desk = house.desk
    async with house.worker() as worker:
        await house.until(lambda: desk.lease in worker._hosted, "the channel is hosted")
        await desk.connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'threadline_lease'"
        )
        await house.until(lambda: desk.lease not in worker._hosted, "everything stops")
        await house.until(lambda: desk.lease in worker._hosted, "the channel is hosted again")
        fence = await desk.one("select fence from leases where name = $1", desk.lease)
        assert fence["fence"] >= 2
        await house.deliver(desk.channel, "m1")

        async def is_stored() -> bool:
            return await house.count("messages") == 1

        await house.until(is_stored, "a message under the new fence")


async def test_worker_tells_what_it_counts_with_each_beat(house: House) -> None:
    async with house.worker() as worker:
        await house.deliver(house.desk.channel, "counted")

        async def is_told() -> bool:
            async with worker.tools.database.transaction(Role.ENGINE) as session:
                told = await list_worker_figures(session, within_s=2)
            figures = {family[0]: family[3] for _, one in told for family in json.loads(one)}
            return any(sample[2] >= 1 for sample in figures.get("threadline_channels_hosted", []))

        await house.until(is_told, "the worker's figures")
