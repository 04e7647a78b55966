"""kill -9 of each process while webhooks and sends flow, at random moments, and clocks that jump; afterwards the
history must agree."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.history import check_history, read_history
from tests.faults.house import House, Process
from tests.faults.town import Town

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
DAY_S = 86_400

HOOK_FAULTS = (
    {"kind": "duplicate_post", "probability": 0.15},
    {"kind": "duplicate_update", "probability": 0.1},
    {"kind": "reorder", "probability": 0.1},
    {"kind": "delay", "probability": 0.1, "delay_s": 0.4},
    {"kind": "drop_first", "probability": 0.05},
    {"kind": "extra_keys", "probability": 0.1},
)
SEND_FAULTS = (
    {"kind": "delay", "probability": 0.3, "delay_s": 0.3},
    {"kind": "status_first", "probability": 0.05},
)


@pytest.fixture(scope="module")
async def town(house: House, seed: int) -> Town:
    town = Town(house, random.Random(seed))
    await house.control("knobs", {"retry_ladder_s": [0.1, 0.2, 0.4, 0.8, 1.0]})
    await town.open(20)
    return town


@pytest.mark.parametrize("target", ["web", "worker", "postgres"])
async def test_kill_9_loses_nothing_and_doubles_nothing_unmarked(
    town: Town, target: str, rounds: int, seed: int
) -> None:
    house, chance = town.house, random.Random(f"{seed} {target}")
    for fault in HOOK_FAULTS:
        await house.control("faults/webhooks", fault)
    for fault in SEND_FAULTS:
        await house.control("faults/sends", fault)
    async with town.busy():
        for _ in range(rounds):
            await asyncio.sleep(chance.uniform(0.2, 2.0))
            await kill_and_restart(house, target, chance)
    await house.control("faults/webhooks", method="DELETE")
    await house.control("faults/sends", method="DELETE")
    assert house.worker.is_running, "a database that is away is no reason to give up (R20)"
    assert house.web.is_running, "a database that is away is no reason to give up (R20)"
    await house.settle(within_s=90)
    check_history(await read_history(house, town.ledger))


async def kill_and_restart(house: House, target: str, chance: random.Random) -> None:
    """Gone for up to a second; then started as by the supervisor, and ready without a hand (R19)."""
    away_s = chance.choice((0.0, chance.uniform(0, 1.0)))
    match target:
        case "web":
            house.web.kill()
            await asyncio.sleep(away_s)
            house.web.start()
            await house.wait_until_ready()
        case "worker":
            house.worker.kill()
            await asyncio.sleep(away_s)
            house.worker.start()
            await asyncio.sleep(chance.uniform(0.5, 3.0))
        case _:
            house.postgres.kill(chance)
            await asyncio.sleep(away_s)
            await house.postgres.keep_running()
            await house.wait_until_ready()


# Clocks: business time is the database's, waits inside a process use a clock that does not jump (R25, R42) ------------


@pytest.mark.parametrize("seconds", [DAY_S, -DAY_S], ids=["web ahead of worker", "web behind worker"])
async def test_clocks_that_jump_and_come_back_change_nothing(town: Town, seconds: int) -> None:
    """Both processes jump apart, two days between them: what one stores the other judges."""
    house = town.house
    for kind in ("accept_500", "accept_reset", "refuse_throttled", "refuse_500"):
        await house.control("faults/sends", {"kind": kind, "count": 1})
    async with town.busy():
        await asyncio.sleep(1)
        async with _shifted(house, "web", seconds), _shifted(house, "worker", -seconds):
            await asyncio.sleep(5)
        await asyncio.sleep(1)
    await house.control("faults/sends", method="DELETE")
    await house.settle(within_s=60)
    check_history(await read_history(house, town.ledger))


@asynccontextmanager
async def _shifted(house: House, name: str, seconds: float) -> AsyncIterator[None]:
    """The web or worker process is stopped, and runs with another clock until the block ends; then it jumps back."""
    usual: Process = getattr(house, name)
    await _stop_in_order(usual)
    command = [sys.executable, "-m", "tests.faults.shifted", str(seconds), name]
    shifted = Process(name, command, usual.environment | {"PYTHONPATH": str(ROOT)}, usual.log)
    setattr(house, name, shifted)
    shifted.start()
    try:
        await house.wait_until_ready()
        yield
        await _stop_in_order(shifted)
    finally:
        shifted.kill()
        setattr(house, name, usual)
        usual.start()
        await house.wait_until_ready()


async def _stop_in_order(process: Process) -> None:
    code = await process.stop()
    assert code == 0, f"{process.name} ended with {code}:\n{process.log_tail()}"
