"""`threadline settle` waits for what is accepted and not done, says what is left, and lives through an outage."""

from dataclasses import replace

import asyncpg
import pytest

from threadline.infra.settings import Settings
from threadline.operations.settling import wait_until_settled

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
