"""`make test`: every check and every test, one after the other; the last lines say what failed.

    python -m tests.everything [--only check|tests] [arguments for pytest]

A step that fails does not keep the others from running: one run shows everything that is wrong.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chromium import find_chromium

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
_SUMMARY_LINES = 12


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    command: list[str]
    folder: Path = ROOT
    environment: Callable[[], dict[str, str]] = field(default=dict[str, str])


@dataclass(frozen=True, slots=True)
class Failure:
    name: str
    last_lines: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make test")
    parser.add_argument("--only", choices=["check", "tests"])
    options, pytest_arguments = parser.parse_known_args()
    steps: list[Step] = []
    if options.only != "tests":
        steps += checks()
    if options.only != "check":
        steps += tests(pytest_arguments)
    failures = [failure for step in steps if (failure := run(step))]
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
    pytest = [str(BIN / "python"), "-m", "pytest", "-q", "--durations=5"]
    return [
        Step("tests", [*pytest, *arguments], environment=_with_browser),
        Step("tests on an external PostgreSQL", [*pytest, "--external-postgres", "tests/store", "tests/actions"]),
    ]


def _with_browser() -> dict[str, str]:
    return {"CHROMIUM": str(find_chromium())}


def run(step: Step) -> Failure | None:
    print(f"\n── {step.name}", flush=True)
    started = time.monotonic()
    try:
        environment = os.environ | step.environment()
    except RuntimeError as error:
        print(error)
        return Failure(step.name, [str(error)])
    process = subprocess.Popen(
        step.command, cwd=step.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    last_lines: list[str] = []
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        last_lines = [*last_lines[1 - _SUMMARY_LINES :], line.rstrip()]
    code = process.wait()
    print(f"   {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    return Failure(step.name, last_lines) if code else None


if __name__ == "__main__":
    main()
