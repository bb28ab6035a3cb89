"""What a policy got in a published benchmark: its columns with intervals, overall and by part.

A task's figure is the mean over its samples. A column is the unweighted mean of its parts' means or, where the authors
pool them, the mean over all tasks; its interval is the 95% percentile bootstrap over tasks, drawn within each part.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ftrl_agents.evaluation import RESAMPLES, Evaluation, Interval
from ftrl_gym.suites.benchmark import Benchmark, Column

FloatArray_R = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BenchmarkScores:
    """One policy in one benchmark."""

    benchmark: Benchmark
    policy: str
    parts: Mapping[str, Evaluation]
    """Those that were played, by name, in the benchmark's order."""
    failed: int = 0
    """Episodes that failed for no fault of the policy; they count 0."""
    overlong: int = 0
    """Episodes whose prompt left the policy no room for a turn; they count 0."""
    note: str = ""
    """Of the data."""

    def column(self, column: Column, scorer: str) -> Interval:
        """Its figure over the parts that it is about, from 0 to 1."""
        return over_parts(self.values(column, scorer), column.pooled)

    def values(self, column: Column, scorer: str) -> list[list[float]]:
        """The figure of each task, part by part, for the parts that the column is about."""
        names = [name for name in self.parts if not column.parts or name in column.parts]
        return [self._values(name, column, scorer) for name in names]

    def of_part(self, part: str, column: Column, scorer: str) -> Interval:
        """The figure of one part; nothing for a part that the column is not about."""
        about = not column.parts or part in column.parts
        return over_parts([self._values(part, column, scorer)] if about else [], True)

    def record(self) -> dict[str, Any]:
        """All figures by all scorers, as JSON values, in percent as tables show them."""
        bench = self.benchmark

        def figures(of: Any) -> dict[str, Any]:
            found = {column.figure(s): of(column, s) for s in bench.scorers for column in bench.columns}
            return {name: _percent(one) for name, one in found.items() if one.n}

        return {
            "benchmark": bench.name,
            "policy": self.policy,
            "note": self.note,
            "failed": self.failed,
            "overlong": self.overlong,
            "columns": figures(self.column),
            "parts": {part: figures(lambda c, s, part=part: self.of_part(part, c, s)) for part in self.parts},
        }

    def _values(self, part: str, column: Column, scorer: str) -> list[float]:
        return list(of_tasks(self.parts[part], column.figure(scorer)).values())


def of_tasks(evaluation: Evaluation, figure: str) -> dict[str, float]:
    """Mean of a figure over the episodes of each task; a failed episode counts 0.

    Raises:
        KeyError: An environment does not give the figure.
    """
    values: dict[str, list[float]] = {}
    for score in evaluation.scores:
        values.setdefault(score.task, []).append(score.figures[figure] if score.figures else 0.0)
    return {task: math.fsum(some) / len(some) for task, some in values.items()}


def over_parts(values: Sequence[Sequence[float]], pooled: bool, seed: int = 0) -> Interval:
    """Mean and 95% percentile bootstrap interval over the tasks of some parts; nan and n = 0 for none.

    Args:
        values: A figure of each task, part by part.
        pooled: The mean over all tasks, not the unweighted mean of the parts' means.
        seed: Of the bootstrap.

    >>> over_parts([[1.0, 1.0], [0.0]], False).mean, round(over_parts([[1.0, 1.0], [0.0]], True).mean, 3)
    (0.5, 0.667)
    """
    n = sum(map(len, values))
    if not n:
        return Interval(math.nan, math.nan, math.nan, 0)
    low, high = np.quantile(resampled(values, pooled, seed), (0.025, 0.975))
    means = [math.fsum(some) / len(some) for some in values if some]
    mean = math.fsum(itertools.chain(*values)) / n if pooled else math.fsum(means) / len(means)
    return Interval(mean, float(low), float(high), n)


def resampled(values: Sequence[Sequence[float]], pooled: bool, seed: int = 0) -> FloatArray_R:
    """The means of :func:`over_parts` over ``(R,)`` draws of tasks, R being :data:`RESAMPLES`.

    Figures of the same tasks get the same draws from the same seed, so their means may be added draw by draw.
    """
    rng = np.random.default_rng(seed)
    means_R = np.zeros(RESAMPLES)
    for weight, some in zip(_weights(values, pooled), values, strict=True):
        one = np.asarray(some, dtype=np.float64)
        for start in range(0, RESAMPLES if len(one) else 0, 500):  # in blocks: thousands of tasks fit into memory
            draws = one[rng.integers(len(one), size=(500, len(one)))].mean(1)
            means_R[start : start + 500] += weight * draws
    return means_R


def _weights(values: Sequence[Sequence[float]], pooled: bool) -> list[float]:
    """Of each part; an empty one has none."""
    n, parts = sum(map(len, values)), sum(1 for some in values if some)
    return [(len(some) / n if pooled else 1 / parts) if some else 0.0 for some in values]


def _percent(one: Interval) -> dict[str, float]:
    return {"mean": 100 * one.mean, "low": 100 * one.low, "high": 100 * one.high, "n": one.n}
