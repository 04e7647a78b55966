"""Partitions are there before they are needed; old deliveries and old rows go without what is unfinished."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.core.message import Status
from threadline.store.deliveries import DeliveryLine, insert_deliveries, read_open_deliveries
from threadline.store.upkeep import (
    count_default_rows,
    drop_delivery_partition,
    find_old_delivery_partitions,
    forget_old_rows,
    give_up_parked,
    make_partitions_ahead,
    refresh_statistics,
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


_MADE = {
    "idempotency_keys": (
        "insert into idempotency_keys (workspace_id, actor_id, route, key, request_hash, created_at)"
        " values ($1, $2, 'r', 'k', '', now() - $3::interval)"
    ),
    "rate_counters": "insert into rate_counters values (concat($1::uuid, $2::uuid), now() - $3::interval, 1)",
    "acts": (
        "insert into acts (workspace_id, id, channel_id, conversation_id, kind, expires_at, done_at)"
        " select $1, $2, channel_id, id, 'typing', now() - $3::interval, now() from conversations"
        " where workspace_id = $1 limit 1"
    ),
    "sessions": (
        "insert into sessions (id, token_hash, person_id, csrf_token, idle_until, expires_at)"
        " select $2, uuid_send($2), p.id, '', now() - $3::interval, now() + '1 day'"
        " from people p where $1::uuid is not null limit 1"
    ),
    "one_time_links": (
        "insert into one_time_links (id, token_hash, purpose, workspace_id, role, expires_at)"
        " values ($2, uuid_send($2), 'setup', $1, 'admin', now() - $3::interval)"
    ),
    "failed_events": (
        "insert into failed_events (workspace_id, consumer, seq, error, tries, state, created_at)"
        " values ($1, ($2::uuid)::text, 1, '', 1, 'done', now() - $3::interval)"
    ),
    "failed_items": (
        "insert into failed_items (workspace_id, id, channel_id, delivery_id, position, item, error, state, created_at)"
        " values ($1, $2, $2, $2, 0, '{}', '', 'dropped', now() - $3::interval)"
    ),
    "pgqueuer_log": (
        "insert into pgqueuer_log (created, job_id, status, priority, entrypoint)"
        " select now() - $3::interval, 1, 'successful', 0, 'x' where $1::uuid is not null and $2::uuid is not null"
    ),
    "workers": (
        "insert into workers (id, kind, host, pid, beat_at)"
        " select $2, 'worker', '', 1, now() - $3::interval where $1::uuid is not null"
    ),
}
_KEPT_FOR = {"sessions": 30, "one_time_links": 30, "failed_items": 30, "pgqueuer_log": 7, "rate_counters": 2}


@pytest_asyncio.fixture
async def full_desk(desk: ReceivingDesk) -> ReceivingDesk:
    """With a conversation and a person, whom acts and sessions belong to."""
    await desk.receive(desk.message(1, "m1"))
    await desk.connection.execute(
        "insert into people (id, email, name) values ($1, $2, 'Ana')", desk.new_id(), f"{desk.new_id()}@example.org"
    )
    return desk


@pytest.mark.parametrize("table", sorted(_MADE))
async def test_row_is_forgotten_after_its_time_and_not_before(full_desk: ReceivingDesk, table: str) -> None:
    await forget_old_rows(full_desk.connection)
    kept_for = timedelta(days=_KEPT_FOR.get(table, 1))
    before = await _count(full_desk, table)
    for age in [kept_for - timedelta(minutes=5)] + [kept_for + timedelta(minutes=5)] * 7:
        await full_desk.connection.execute(_MADE[table], full_desk.workspace_id, full_desk.new_id(), age)
    assert await _count(full_desk, table) == before + 8
    assert (await forget_old_rows(full_desk.connection, batch=3))[table] == 7
    assert await _count(full_desk, table) == before + 1


async def test_what_is_not_finished_is_never_forgotten(desk: ReceivingDesk) -> None:
    long_ago = timedelta(days=4000)
    await desk.connection.execute(
        "insert into failed_items (workspace_id, id, channel_id, delivery_id, position, item, error, created_at)"
        " values ($1, $2, $2, $2, 0, '{}', '', now() - $3::interval)",
        desk.workspace_id,
        desk.new_id(),
        long_ago,
    )
    await desk.connection.execute(
        "insert into failed_events (workspace_id, consumer, seq, error, tries, state, created_at)"
        " values ($1, 'c', 1, '', 6, 'set_aside', now() - $2::interval),"
        " ($1, 'c', 2, '', 1, 'waiting', now() - $2::interval)",
        desk.workspace_id,
        long_ago,
    )
    await forget_old_rows(desk.connection)
    assert len(await desk.of("failed_items")) == 1
    assert len(await desk.of("failed_events")) == 2


async def test_parked_item_of_a_channel_without_host_is_given_up_and_shown(desk: ReceivingDesk) -> None:
    await desk.receive(desk.status(None, Status.DELIVERED, "unknown-1"), desk.status(None, Status.READ, "unknown-2"))
    parked = await desk.of("parked_items", order="id")
    assert len(parked) == 2
    assert await give_up_parked(desk.connection) == 0
    await desk.connection.execute(
        "update parked_items set received_at = received_at - interval '8 days' where id = $1", parked[0]["id"]
    )
    assert await give_up_parked(desk.connection) == 1
    assert [one["id"] for one in await desk.of("parked_items")] == [parked[1]["id"]]
    failed = await desk.of("failed_items")
    assert [(one["id"], one["item"], one["state"]) for one in failed] == [
        (parked[0]["id"], parked[0]["item"], "failed")
    ]


async def _count(desk: ReceivingDesk, table: str) -> int:
    return int((await desk.one(f"select count(*) as n from {table}"))["n"])
