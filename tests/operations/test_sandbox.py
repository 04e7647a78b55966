"""The practice workspace finds its phone again: at a later start, and in a data folder that knows nothing of it."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import asyncpg

from threadline.actions.channel_secrets import open_channel_secrets
from threadline.house import make_database
from threadline.infra.secrets import load_keyring
from threadline.infra.settings import Settings
from threadline.sandbox import prepare_sandbox

SIMULATOR = "threadline.channels.types.whatsapp.simulator"


@asynccontextmanager
async def with_simulator(settings: Settings, data_dir: Path) -> AsyncIterator[Settings]:
    """A fresh simulator as `serve` starts it, and the settings of a start in that data folder."""
    folder = data_dir / "simulator"
    folder.mkdir(parents=True)
    ready, token_file = folder / "ready", folder / "whatsapp.token"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SIMULATOR, "--port", "0", "--control-token-file", str(token_file),
        "--ready-file", str(ready), "--seed", str(secrets.randbelow(10**6)),
    )  # fmt: skip
    try:
        async with asyncio.timeout(20):
            while not ready.exists():
                await asyncio.sleep(0.05)
        url = ready.read_text().strip()
        hosts = (url.split("://")[1],)
        yield replace(settings, data_dir=data_dir, simulators=(("whatsapp", url),), allowed_private_hosts=hosts)
    finally:
        process.terminate()
        await process.wait()


async def prepare(settings: Settings) -> None:
    database = make_database(settings, pool_size=1)
    try:
        await prepare_sandbox(settings, database, load_keyring(text=settings.master_key, file=None))
    finally:
        await database.close()


async def sends(settings: Settings, number_id: str, token: str) -> int:
    """The answer of the practice number's provider to a message."""
    url = f"{dict(settings.simulators)['whatsapp']}/v26.0/{number_id}/messages"
    body = {"messaging_product": "whatsapp", "to": "+447700900100", "type": "text", "text": {"body": "Hello"}}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, json=body, headers={"Authorization": f"Bearer {token}"}) as answer,
    ):
        return answer.status


async def test_restored_practice_channel_finds_a_phone_with_its_number(installation: Settings, tmp_path: Path) -> None:
    async with with_simulator(installation, tmp_path / "first") as first:
        await prepare(first)
        connection = await asyncpg.connect(installation.database_url)
        number_id = await connection.fetchval("select address from channels where is_practice")
        token = await read_token(first)
        assert await sends(first, number_id, token) == 200
    async with with_simulator(installation, tmp_path / "second") as second:
        assert await sends(second, number_id, token) == 401, "this one has never heard of it"
        await prepare(second)
        assert await sends(second, number_id, token) == 200
        await prepare(second)
        assert await sends(second, number_id, token) == 200
    assert await connection.fetchval("select count(*) from channels") == 1
    await connection.close()


async def read_token(settings: Settings) -> str:
    connection = await asyncpg.connect(settings.database_url)
    row = await connection.fetchrow("select id, secrets from channels where is_practice")
    await connection.close()
    assert row is not None
    keyring = load_keyring(text=settings.master_key, file=None)
    return open_channel_secrets(keyring, row["id"], bytes(row["secrets"]))["token"]
