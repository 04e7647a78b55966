"""Fixtures for sending: a database, an HTTP client, a small provider, a desk."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.workers.courier import Provider, running_provider
from tests.workers.outbox_world import Desk, open_desk
from threadline.infra.http import Http
from threadline.store.session import Database, Role


@pytest_asyncio.fixture
async def sending_database(database_url: str) -> AsyncIterator[Database]:
    database = Database(dict.fromkeys(Role, database_url))
    yield database
    await database.close()


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    async with running_provider() as running:
        yield running


@pytest_asyncio.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(allowed_private_hosts=["127.0.0.0/8"], per_host=1000, unreachable_takes_s=0.01) as client:
        yield client


@pytest_asyncio.fixture
async def desk(sending_database: Database, database_url: str, provider: Provider, http: Http) -> AsyncIterator[Desk]:
    async with open_desk(sending_database, database_url, provider, http) as opened:
        yield opened
