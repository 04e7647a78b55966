"""A master key is replaced while the product runs; a wrong one opens nothing."""

import base64
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from tests.operations.conftest import KEY
from tests.operations.test_apply import HOOKED
from threadline.house import check_key, make_database
from threadline.infra.secrets import MasterKeyError, load_keyring
from threadline.infra.settings import Settings
from threadline.operations.configuration import apply_file
from threadline.operations.keys import reencrypt_secrets
from threadline.preparation import prepare_database
from threadline.store.sealed import PLACES

NEW_KEY = base64.b64encode(b"n" * 32).decode()


async def test_key_is_replaced_and_then_not_needed(
    installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANA_PASSWORD", "NUMBER_TOKEN"):
        monkeypatch.setenv(name, "correct horse battery")
    monkeypatch.setenv("APP_SECRET", "0123456789abcdef" * 2)
    (tmp_path / "desk.yaml").write_text(HOOKED)
    await apply_file(installation, tmp_path / "desk.yaml")
    both = replace(installation, master_key=f"{NEW_KEY},{KEY}")
    await reencrypt_secrets(both)
    await prepare_database(replace(installation, master_key=NEW_KEY))
    with pytest.raises(MasterKeyError, match="another master key"):
        await prepare_database(replace(installation, master_key=KEY))
    prefix = load_keyring(text=NEW_KEY, file=None).current_prefix
    connection = await asyncpg.connect(installation.database_url)
    for table, column in PLACES:
        values = [bytes(row[0]) for row in await connection.fetch(f"select {column} from {table}")]
        assert values
        assert all(value.startswith(prefix) for value in values)
    await connection.close()


async def test_wrong_key_is_refused_with_the_fingerprint_of_the_right_one(installation: Settings) -> None:
    database = make_database(installation, pool_size=1)
    wrong = load_keyring(text=base64.b64encode(b"w" * 32).decode(), file=None)
    try:
        with pytest.raises(MasterKeyError, match="THREADLINE_MASTER_KEY_FILE") as caught:
            await check_key(database, wrong)
    finally:
        await database.close()
    assert wrong.fingerprint not in caught.value.text


async def test_every_sealed_column_is_known_to_reencrypt(database_url: str) -> None:
    """A column of bytes that is neither a hash nor content is a secret: it must be among the places."""
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        "select table_name, column_name from information_schema.columns where table_schema = 'public'"
        " and data_type = 'bytea' and column_name like '%secret%'"
    )
    await connection.close()
    assert {tuple(row) for row in rows} == set(PLACES)
