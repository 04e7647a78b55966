"""The page that explains the life of a message names functions that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "life-of-a-message.md"


def test_every_function_the_page_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py): (\w+)`", PAGE.read_text())
    assert len(named) > 20
    missing = [f"{path}: {name}" for path, name in named if name not in _definitions(ROOT / "threadline" / path)]
    assert missing == []


def test_every_file_the_page_names_exists() -> None:
    files = re.findall(r"`((?:\w+/)+\w+\.py)\b", PAGE.read_text())
    absent = [file for file in files if not (ROOT / "threadline" / file).exists() and not (ROOT / file).exists()]
    assert absent == []


def _definitions(file: Path) -> set[str]:
    nodes = ast.parse(file.read_text()).body
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
