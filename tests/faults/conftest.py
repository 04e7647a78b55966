"""A seed for every drill, printed and repeatable, and an installation of real processes."""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.house import House, running_house

SEED = int(os.environ.get("THREADLINE_TEST_SEED") or secrets.randbelow(10**9))
"""THREADLINE_TEST_SEED=… repeats a run's choices; what the machine does between them is its own affair."""

IS_SOAK = bool(os.environ.get("THREADLINE_TEST_SOAK"))
"""The long form: `make soak`."""


def pytest_report_header() -> str:
    form = "long" if IS_SOAK else "short"
    return f"faults: {form} form, THREADLINE_TEST_SEED={SEED}"


@pytest.fixture(scope="session", autouse=True)
def _terminated_in_order() -> Iterator[None]:
    """A run that is told to stop takes its processes with it."""
    usual = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, usual)


@pytest.fixture(scope="session")
def seed() -> int:
    return SEED


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often each process is killed."""
    return int(os.environ.get("THREADLINE_TEST_ROUNDS") or (500 if IS_SOAK else 10))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short path, for sockets; kept when THREADLINE_TEST_KEEP is set."""
    path = Path(tempfile.mkdtemp(prefix="threadline-faults-", dir="/tmp"))
    path.chmod(0o711)  # the database's own account must find its way in
    yield path
    if not os.environ.get("THREADLINE_TEST_KEEP"):
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
async def house(folder: Path, seed: int) -> AsyncIterator[House]:
    async with running_house(folder / "house", seed=seed) as started:
        yield started
