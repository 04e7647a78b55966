"""How fast something grows, and how sure that is."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_BLOCKS = 12
# Student's t for 95 % with ten degrees of freedom, and with fewer.
_T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26, 10: 2.23}


@dataclass(frozen=True, slots=True)
class Slope:
    """What is added for each step of `at`; the truth lies within `give_or_take` of it, 95 times in 100."""

    per_step: float
    give_or_take: float

    @property
    def at_least(self) -> float:
        return self.per_step - self.give_or_take


def slope_of(at: Sequence[float], values: Sequence[float]) -> Slope:
    """Of the straight line through the values, by least squares.

    Notes that follow closely on each other are no new evidence: a process that took a megabyte still has it at the
    next. So the line goes through the means of at most twelve stretches; how far they lie from it says how sure it is.
    """
    times, means = _blocks(at), _blocks(values)
    if len(times) < 3:
        return Slope(0.0, math.inf)
    middle, level = statistics.fmean(times), statistics.fmean(means)
    spread = sum((time - middle) ** 2 for time in times)
    if not spread:
        return Slope(0.0, math.inf)
    pairs = list(zip(times, means, strict=True))
    slope = sum((time - middle) * (mean - level) for time, mean in pairs) / spread
    free = len(times) - 2
    left = sum((mean - level - slope * (time - middle)) ** 2 for time, mean in pairs)
    return Slope(slope, _T[free] * math.sqrt(left / free / spread))


def _blocks(values: Sequence[float]) -> list[float]:
    size = max(1, -(-len(values) // _BLOCKS))
    return [statistics.fmean(values[start : start + size]) for start in range(0, len(values), size)]
