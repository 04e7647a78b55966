"""`make test`: every check and every test, one after the other; the last lines say what failed.

    python -m tests.everything [--only check|tests] [arguments for pytest]

A step that fails does not keep the others from running: one run shows everything that is wrong.

Tests that need neither a browser nor a kill run side by side, file by file, each process with a database server of its
own. Those that do run one at a time: a desk with its browser fills two cores by itself.

A browser, a database and the product share a machine that may be busy with other things, so a few browser tests that
fail are tried once more, in a new desk. Whatever passes only then is named in the last lines: it hides a race.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chromium import find_chromium

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PYTEST = [str(BIN / "python"), "-m", "pytest", "-q", "--durations=5"]
SIDE_BY_SIDE = ["--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile"]
_ONE_AT_A_TIME = "browser or faults"
_NO_TESTS = 5
"""pytest's exit code when nothing was chosen."""
_SUMMARY_LINES = 12
_MOST_TRIED_AGAIN = 3
"""More than these are no accident."""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    command: list[str]
    folder: Path = ROOT
    environment: Callable[[], dict[str, str]] = field(default=dict[str, str])
    has_browser: bool = False
    may_be_empty: bool = False
    """The caller chose some tests, and they may all belong to another step."""


@dataclass(frozen=True, slots=True)
class Failure:
    name: str
    last_lines: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    failure: Failure | None = None
    unsteady: list[str] = field(default_factory=list[str])
    """Tests that passed on the second try only."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make test")
    parser.add_argument("--only", choices=["check", "tests"])
    options, pytest_arguments = parser.parse_known_args()
    steps: list[Step] = []
    if options.only != "tests":
        steps += checks()
    if options.only != "check":
        steps += tests(pytest_arguments)
    outcomes = [run(step) for step in steps]
    failures = [outcome.failure for outcome in outcomes if outcome.failure]
    for test in [test for outcome in outcomes for test in outcome.unsteady]:
        print(f"\n! passed on the second try only: {test}")
    for failure in failures:
        print(f"\n✗ {failure.name}")
        print("\n".join(f"    {line}" for line in failure.last_lines))
    if failures:
        print(f"\nFailed: {', '.join(failure.name for failure in failures)}")
        sys.exit(1)
    print(f"\nAll {len(steps)} steps passed.")


def checks() -> list[Step]:
    return [
        Step("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Step("lint", [str(BIN / "ruff"), "check", "."]),
        Step("types", [str(BIN / "basedpyright")]),
        Step("import contracts", [str(BIN / "lint-imports")]),
        Step("front end", [str(BIN / "node"), "scripts/check.mjs"], ROOT / "frontend"),
        Step(
            "types of the API",
            [str(BIN / "python"), "-m", "tests.api_types"],
        ),
    ]


def tests(arguments: list[str]) -> list[Step]:
    is_chosen = bool(arguments)
    return [
        Step(
            "tests",
            [*PYTEST, *SIDE_BY_SIDE, f"-m=not ({_ONE_AT_A_TIME})", *arguments],
            may_be_empty=is_chosen,
        ),
        Step(
            "tests with a browser or with faults",
            [*PYTEST, f"-m={_ONE_AT_A_TIME}", *arguments],
            environment=_with_browser,
            has_browser=True,
            may_be_empty=is_chosen,
        ),
        Step("tests on an external PostgreSQL", [*PYTEST, "--external-postgres", "tests/store", "tests/actions"]),
    ]


def _with_browser() -> dict[str, str]:
    return {"CHROMIUM": str(find_chromium())}


def run(step: Step) -> Outcome:
    """Play a step and print what it prints. Bad: an environment that lacks what the step needs is its failure."""
    print(f"\n── {step.name}", flush=True)
    try:
        environment = os.environ | step.environment()
    except RuntimeError as error:
        print(error)
        return Outcome(Failure(step.name, [str(error)]))
    if not step.has_browser:
        return Outcome(_play(step, step.command, environment))
    with tempfile.TemporaryDirectory(prefix="threadline-tests-") as cache:
        failure = _play(step, [*step.command, "-o", f"cache_dir={cache}"], environment)
        tests = failed_in_browser(Path(cache)) if failure else []
        if not tests:
            return Outcome(failure)
        print(f"\n── {step.name}: once more", flush=True)
        failure = _play(step, [*PYTEST, *tests], environment)
    return Outcome(failure, [] if failure else tests)


def failed_in_browser(cache: Path) -> list[str]:
    """The tests that failed, by pytest's own note of them; none if there are many, or one that needs no browser."""
    try:
        tests = list(json.loads((cache / "v/cache/lastfailed").read_bytes()))
    except FileNotFoundError:
        return []
    is_browsers = all(test.startswith("tests/browser/") and "::" in test for test in tests)
    return tests if is_browsers and len(tests) <= _MOST_TRIED_AGAIN else []


def _play(step: Step, command: list[str], environment: dict[str, str]) -> Failure | None:
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=step.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    last_lines: list[str] = []
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        last_lines = [*last_lines[1 - _SUMMARY_LINES :], line.rstrip()]
    code = process.wait()
    if code == _NO_TESTS and step.may_be_empty:
        code = 0
    print(f"   {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    return Failure(step.name, last_lines) if code else None


if __name__ == "__main__":
    main()
