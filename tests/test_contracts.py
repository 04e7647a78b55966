"""Rules that the import contracts cannot say."""

import ast
import re
from pathlib import Path

import pytest

from threadline.store.migrate import REVISION
from threadline.supervisor import schema_revision, simulator_modules

ROOT = Path(__file__).parent.parent / "threadline"
SIMULATOR_FILES = sorted(ROOT.glob("channels/types/*/simulator/**/*.py"))


@pytest.mark.parametrize("file", SIMULATOR_FILES, ids=lambda path: path.name)
def test_simulator_imports_nothing_of_ours(file: Path) -> None:
    """A simulator that mirrors its adapter proves nothing: limits, codes and signing are written a second time."""
    package = next(parent for parent in file.parents if parent.name == "simulator")
    depth = len(file.parent.relative_to(package).parts) + 1
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            assert not any(alias.name.split(".")[0] == "threadline" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] != "threadline"
            assert node.level <= depth


def test_simulators_are_found() -> None:
    assert SIMULATOR_FILES
    assert set(simulator_modules()) == {file.parent.parent.name for file in SIMULATOR_FILES if file.stem == "__main__"}


def test_revision_is_that_of_the_newest_migration() -> None:
    """The supervisor reads it without importing anything, and compares it with the database at every start."""
    texts = [file.read_text() for file in (ROOT / "store/migrations/versions").glob("[0-9]*_*.py")]
    made, followed = (
        {found for text in texts for found in re.findall(rf'^{name} = "(\d+)"', text, re.MULTILINE)}
        for name in ("revision", "down_revision")
    )
    assert made - followed == {schema_revision()} == {REVISION}, "the end of the one chain"
