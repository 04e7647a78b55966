"""Two runs of the tests at once leave each other alone."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_another_run_neither_closes_nor_removes_a_folder_of_this_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    ours = tmp_path_factory.mktemp("ours")
    way_in = [ours, ours.parent, ours.parent.parent]
    for folder in way_in:
        folder.chmod(0o711)
    other = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/infra/test_blobs.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert other.returncode == 0, other.stdout
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in way_in] == [0o711] * 3
