"""Some numbers in short, and shares."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Some numbers in short; all 0 when there are none."""

    count: int
    median: float
    mean: float
    min: float
    max: float

    @staticmethod
    def of(values: Iterable[float]) -> Spread:
        """Of the given numbers.

        >>> Spread.of([1, 2, 6])
        Spread(count=3, median=2, mean=3.0, min=1, max=6)
        """
        numbers = list(values)
        if not numbers:
            return Spread(0, 0.0, 0.0, 0.0, 0.0)
        middle, mean = statistics.median(numbers), round(statistics.fmean(numbers), 4)
        return Spread(len(numbers), middle, mean, min(numbers), max(numbers))


def share(fitting: Iterable[bool]) -> float | None:
    """How many of some are so, 0 to 1; None of none.

    >>> share([True, False, False]), share([])
    (0.3333, None)
    """
    marks = list(fitting)
    return round(sum(marks) / len(marks), 4) if marks else None


def percentile(values: Iterable[float], percent: float) -> float:
    """The least of the values that so many percent of them do not exceed; 0 of none.

    >>> percentile(range(1, 101), 95), percentile([7], 95)
    (95, 7)
    """
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)] if ranked else 0.0
