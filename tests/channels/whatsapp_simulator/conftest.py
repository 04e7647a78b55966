from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.channels.whatsapp_simulator.rig import Rig, make_rig


@pytest_asyncio.fixture(loop_scope="module")
async def rig() -> AsyncGenerator[Rig]:
    async with make_rig() as made:
        yield made
