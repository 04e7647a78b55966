"""Partitions are there before they are needed, and old deliveries go without what is unfinished."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.store.deliveries import DeliveryLine, insert_deliveries, read_open_deliveries
from threadline.store.upkeep import (
    count_default_rows,
    drop_delivery_partition,
    find_old_delivery_partitions,
    make_partitions_ahead,
    refresh_statistics,
    tidy,
)


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        yield opened


async def test_old_partition_goes_and_what_is_unfinished_stays_with_its_body(desk: ReceivingDesk) -> None:
    holder, second = desk.new_id(), desk.new_id()
    lines = [
        DeliveryLine(holder, holder, desk.workspace_id, desk.endpoint_id, desk.channel.id, b"body", None, desk.now),
        DeliveryLine(second, holder, desk.workspace_id, desk.endpoint_id, desk.channel.id, None, None, desk.now),
    ]
    await insert_deliveries(desk.connection, lines)
    await desk.connection.execute("update deliveries set state = 'done' where id = $1", holder)

    desk.advance(days=30)
    await make_partitions_ahead(desk.connection, now=desk.now)
    names = await find_old_delivery_partitions(desk.connection, before=desk.now - timedelta(days=14))
    assert names
    moved = [await drop_delivery_partition(desk.connection, name, now=desk.now, new_id=desk.new_id) for name in names]
    assert sum(moved) == 1
    left = await desk.of("deliveries")
    assert len(left) == 1
    assert left[0]["id"] not in (holder, second)
    open_now = await read_open_deliveries(desk.connection, channel_id=desk.channel.id, limit=10)
    assert [one.body for one in open_now] == [b"body"]
    assert await find_old_delivery_partitions(desk.connection, before=desk.now - timedelta(days=14)) == []


async def test_partitions_reach_seventy_days_ahead_and_rows_astray_are_counted(desk: ReceivingDesk) -> None:
    assert await make_partitions_ahead(desk.connection, now=desk.now + timedelta(days=200)) > 0
    assert await make_partitions_ahead(desk.connection, now=desk.now + timedelta(days=200)) == 0
    assert await count_default_rows(desk.connection) == 0
    desk.advance(days=3000)
    id = desk.new_id()
    line = DeliveryLine(id, id, desk.workspace_id, desk.endpoint_id, None, b"", None, desk.now)
    await insert_deliveries(desk.connection, [line])
    assert await count_default_rows(desk.connection) == 1


async def test_young_table_is_analysed_once_it_has_grown(desk: ReceivingDesk) -> None:
    await desk.receive(*(desk.message(n, f"m{n}") for n in range(700)))
    analysed = set[str]()
    for number in range(40):
        await asyncio.sleep(0.1)
        await desk.receive(desk.message(1, f"more{number}"))
        analysed |= set(await refresh_statistics(desk.connection))
    assert {"conversations", "contacts"} <= analysed


async def test_tidying_forgets_what_is_over(desk: ReceivingDesk) -> None:
    await desk.connection.execute(
        "insert into rate_counters (key, window_started_at, hits) values ('old', now() - interval '3 days', 1),"
        " ('new', now(), 1)"
    )
    await tidy(desk.connection)
    assert [row["key"] for row in await desk.rows("select key from rate_counters")] == ["new"]
