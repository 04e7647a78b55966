"""An installation for a module's tests: a migrated database, a data folder, a master key."""

import base64
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from threadline.infra.settings import Settings, load_settings
from threadline.preparation import prepare_database

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tl-ops-", dir="/tmp"))
    yield folder
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
async def installation(database_url: str, data_dir: Path) -> Settings:
    environment = {"THREADLINE_DATA_DIR": str(data_dir), "THREADLINE_MASTER_KEY": KEY}
    settings = replace(load_settings(environment), database_url=database_url)
    await prepare_database(settings)
    return settings
