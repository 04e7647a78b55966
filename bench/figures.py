"""A figure of the table: what was aimed at, what was measured, and what stands beside it for comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`target` is a floor or a ceiling by `aim`; None only informs. `note` says what it cost, or why it is missed."""

    part: str
    name: str
    unit: str
    measured: float
    aim: Literal["at least", "at most"] = "at least"
    target: float | None = None
    bare: float | None = None
    ordinary: float | None = None
    note: str = ""
    load_average: float = 0.0
    """Of the minute before it began: what else the machine had to do."""

    @property
    def is_reached(self) -> bool:
        if self.target is None:
            return True
        return self.measured >= self.target if self.aim == "at least" else self.measured <= self.target

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return "reached" if self.is_reached else "MISSED"


_HEADS = ("figure", "target", "measured", "bare", "ordinary", "ratio", "load", "")


def load_average() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])


def table_of(figures: Sequence[Figure]) -> str:
    """Every figure on a line, under the name of its part; its note below it."""
    rows = [_row(figure) for figure in figures]
    widths = [max(len(row[column]) for row in [_HEADS, *rows]) for column in range(len(_HEADS))]
    lines = [_line(_HEADS, widths), _line(["-" * width for width in widths], widths)]
    part = ""
    for figure, row in zip(figures, rows, strict=True):
        if figure.part != part:
            part = figure.part
            lines.append(f"\n{part}")
        lines.append(_line(row, widths))
        if figure.note:
            lines.append(f"      {figure.note}")
    missed = sum(not figure.is_reached for figure in figures)
    aimed = sum(figure.target is not None for figure in figures)
    lines.append(f"\n{aimed - missed} of {aimed} targets reached.")
    return "\n".join(lines)


def write_json(figures: Sequence[Figure], file: Path) -> None:
    rows = [msgspec.to_builtins(figure) | {"verdict": figure.verdict} for figure in figures]
    file.write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")


def _row(figure: Figure) -> list[str]:
    sign = "≥" if figure.aim == "at least" else "≤"
    target = "" if figure.target is None else f"{sign} {_number(figure.target)}"
    return [
        f"  {figure.name}",
        target,
        f"{_number(figure.measured)} {figure.unit}".strip(),
        _optional(figure.bare),
        _optional(figure.ordinary),
        _ratio(figure),
        f"{figure.load_average:.1f}",
        figure.verdict,
    ]


def _ratio(figure: Figure) -> str:
    beside = (("bare", figure.bare), ("ordinary", figure.ordinary))
    return ", ".join(f"{_number(figure.measured / other)} × {name}" for name, other in beside if other)


def _optional(value: float | None) -> str:
    return "" if value is None else _number(value)


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join([first, *others]).rstrip()
