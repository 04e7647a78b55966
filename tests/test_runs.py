"""Two runs of the tests at once leave each other alone; a run names what passes on its second try only."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests import everything
from tests.everything import PYTEST, Step, failed_in_browser, run

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


@pytest.mark.parametrize(
    ("failed", "again"),
    [
        (["tests/browser/test_a.py::test_x"], ["tests/browser/test_a.py::test_x"]),
        (["tests/browser/test_a.py::test_x", "tests/core/test_b.py::test_y"], []),
        ([f"tests/browser/test_a.py::test_{number}" for number in range(4)], []),
        (["tests/browser/test_a.py"], []),
        (None, []),
    ],
)
def test_only_a_few_browser_tests_are_tried_again(tmp_path: Path, failed: list[str] | None, again: list[str]) -> None:
    if failed is not None:
        note = tmp_path / "v/cache/lastfailed"
        note.parent.mkdir(parents=True)
        note.write_text(json.dumps(dict.fromkeys(failed, True)))
    assert failed_in_browser(tmp_path) == again


@pytest.mark.parametrize("passes_at", [1, 2, 3])
def test_what_passes_on_the_second_try_only_is_named(tmp_path: Path, passes_at: int) -> None:
    (tmp_path / "tests/browser").mkdir(parents=True)
    (tmp_path / "tests/browser/test_door.py").write_text(
        "from pathlib import Path\n\n"
        "def test_opens():\n"
        "    tries = Path('tries')\n"
        "    tries.write_text((tries.read_text() if tries.exists() else '') + 'x')\n"
        f"    assert len(tries.read_text()) >= {passes_at}\n"
    )
    outcome = run(Step("door", [*PYTEST, "tests"], folder=tmp_path, has_browser=True))
    assert (outcome.failure is None) == (passes_at < 3)
    assert outcome.unsteady == (["tests/browser/test_door.py::test_opens"] if passes_at == 2 else [])


def test_every_test_belongs_to_one_step(tmp_path: Path) -> None:
    """Also the one that is marked twice; and a choice that leaves a step without tests fails nothing."""
    (tmp_path / "conftest.py").write_text(
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'browser: x')\n"
        "    config.addinivalue_line('markers', 'faults: x')\n"
    )
    (tmp_path / "test_kinds.py").write_text(
        "import os\nfrom pathlib import Path\nimport pytest\n\n"
        "def note(name):\n    with open('played', 'a') as played:\n        played.write(name + ' ')\n\n"
        "def test_plain():\n    note('plain')\n\n"
        "@pytest.mark.browser\ndef test_browser():\n    note('browser')\n\n"
        "@pytest.mark.faults\n@pytest.mark.browser\ndef test_both():\n    note('both')\n"
    )
    side_by_side, one_at_a_time, _external = everything.tests([])
    for step in (side_by_side, one_at_a_time):
        assert run(Step(step.name, step.command, folder=tmp_path)).failure is None
    assert (tmp_path / "played").read_text().split() == ["plain", "browser", "both"]
    _plain, chosen, _external = everything.tests(["-k=test_plain"])
    assert run(Step(chosen.name, chosen.command, folder=tmp_path, may_be_empty=chosen.may_be_empty)).failure is None
    assert run(Step(chosen.name, chosen.command, folder=tmp_path)).failure is not None
