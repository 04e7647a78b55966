"""`threadline settle` waits for what is accepted and not done, says what is left, and lives through an outage."""

import json
from dataclasses import replace

import asyncpg
import pytest
import structlog

from threadline.house import make_database
from threadline.infra.settings import Settings
from threadline.operations.settling import wait_until_settled
from threadline.processes.web import describe_health
from threadline.workers.upkeep import warn_of_late_work

OPEN_DELIVERY = """
insert into deliveries (id, body_id, channel_id, state, body, received_at)
values ('0198d3a0-0000-7000-8000-00000000d001', '0198d3a0-0000-7000-8000-00000000d001',
        '0198d3a0-0000-7000-8000-00000000d002', 'open', '{}', now())
"""
JOB = """
insert into pgqueuer (priority, status, entrypoint, execute_after) values (0, 'queued', 'x', now() + interval '1 h')
"""


async def execute(settings: Settings, statement: str) -> None:
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute(statement)
    await connection.close()


async def test_nothing_waits(installation: Settings) -> None:
    assert await wait_until_settled(installation, timeout_s=5)


async def test_open_delivery_is_waited_for_and_named(
    installation: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await execute(installation, OPEN_DELIVERY)
    assert not await wait_until_settled(installation, timeout_s=0.5)
    assert "1 deliveries" in capsys.readouterr().err
    await execute(installation, "update deliveries set state = 'done'")
    assert await wait_until_settled(installation, timeout_s=5)


async def test_work_that_waits_too_long_is_shown_and_alerts(installation: Settings) -> None:
    """R14: health says which kind is late, and the worker's upkeep writes a line for whoever is called."""
    await execute(installation, "delete from deliveries")
    await execute(installation, OPEN_DELIVERY.replace("now()", "now() - interval '30 s'"))
    assert await late_kinds(installation) == []
    await execute(installation, "update deliveries set received_at = now() - interval '61 s'")
    assert await late_kinds(installation) == ["deliveries"]
    await execute(installation, "update deliveries set state = 'done'")
    assert await late_kinds(installation) == []


async def late_kinds(settings: Settings) -> list[str]:
    database = make_database(settings, pool_size=1)
    try:
        told = json.loads(await describe_health(database))
    finally:
        await database.close()
    connection = await asyncpg.connect(settings.database_url)
    with structlog.testing.capture_logs() as lines:
        await warn_of_late_work(connection)
    await connection.close()
    alerts = [line["kind"] for line in lines if (line["event"], line["log_level"]) == ("work_is_late", "error")]
    assert alerts == told["degraded"]
    return alerts


async def test_job_of_later_is_not_due(installation: Settings) -> None:
    await execute(installation, JOB)
    assert await wait_until_settled(installation, timeout_s=5)
    await execute(installation, "update pgqueuer set execute_after = now()")
    assert not await wait_until_settled(installation, timeout_s=0.5)
    await execute(installation, "delete from pgqueuer")


async def test_database_that_is_away_is_not_settled(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    away = replace(installation, database_url="postgresql://nobody@127.0.0.1:1/none")
    assert not await wait_until_settled(away, timeout_s=0.5)
    assert "does not answer" in capsys.readouterr().err
