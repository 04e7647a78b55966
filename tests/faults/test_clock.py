"""Processes whose wall clock is a day off, and jumps back: no message lost, none sent twice, order and windows hold.

Business time is the database's, waits inside a process use the monotonic clock (R25, R42).
"""

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


@pytest.fixture(scope="module")
async def town(house: House, seed: int) -> Town:
    town = Town(house, random.Random(seed), customer_pause_s=1.5, agent_pause_s=1.5)
    await house.control("knobs", {"retry_ladder_s": [0.2, 0.5, 1.0]})
    await town.open(8)
    return town


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


@pytest.mark.parametrize("seconds", [DAY_S, -DAY_S], ids=["a day ahead", "a day behind"])
@pytest.mark.parametrize("name", ["worker", "web"])
async def test_clock_that_jumps_and_comes_back_changes_nothing(town: Town, name: str, seconds: int) -> None:
    house = town.house
    for kind in ("accept_500", "accept_reset", "refuse_throttled", "refuse_500"):
        await house.control("faults/sends", {"kind": kind, "count": 1})
    async with town.busy():
        await asyncio.sleep(2)
        async with _shifted(house, name, seconds):
            await asyncio.sleep(6)
        await asyncio.sleep(3)
    await house.control("faults/sends", method="DELETE")
    await house.settle(within_s=60)
    check_history(await read_history(house, town.ledger))
