"""Every case file of every channel type says what the code does."""

from pathlib import Path

import pytest

from threadline.channels import types
from threadline.channels.cases import Case, case_files, inbound_case, outbound_case
from threadline.channels.registry import all_channel_types, channel_type, channel_type_names


def _files(direction: str) -> list[object]:
    folders = {name: Path(next(iter(types.__path__))) / name for name in channel_type_names()}
    return [
        pytest.param(name, path, id=f"{name}-{path.stem}")
        for name, folder in folders.items()
        for path in case_files(folder, direction)
    ]


def _settle(case: Case, *, update: bool) -> None:
    if update:
        case.update()
    assert case.actual == case.expected


@pytest.mark.parametrize(("name", "path"), _files("in"))
def test_webhook_means_what_its_case_says(name: str, path: Path, update_cases: bool) -> None:
    case = inbound_case(channel_type(name), path)
    assert case.actual, "a case without items proves nothing"
    _settle(case, update=update_cases)


@pytest.mark.parametrize(("name", "path"), _files("out"))
def test_content_is_sent_as_its_case_says(name: str, path: Path, update_cases: bool) -> None:
    _settle(outbound_case(channel_type(name), path), update=update_cases)


def test_every_channel_type_has_cases_in_both_directions() -> None:
    for channel in all_channel_types():
        folder = Path(next(iter(types.__path__))) / channel.manifest.type
        assert case_files(folder, "in")
        assert case_files(folder, "out")
