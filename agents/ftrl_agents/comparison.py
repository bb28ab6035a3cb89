"""Policies side by side in the layout of FTRL's main table: eight columns, their plain mean, and BFCL's Base.

Each figure comes with its 95% interval, each column with the number of its tasks, its floor (the most that a policy
gets which is told nothing and does not think) and its ceiling (what the perfect policy gets). A benchmark that could
not be played leaves its columns empty, and the mean is given only where all eight are there.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ftrl_agents.benchmark_scores import BenchmarkScores, resampled
from ftrl_agents.evaluation import RESAMPLES, Interval
from ftrl_gym.suites.benchmark import Benchmark, Column

NOT_THERE = Interval(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True)
class Place:
    """A column of the table, and where its figures come from."""

    title: str
    benchmark: str
    column: str
    """Key of the benchmark's column."""
    scorer: str
    """FTRL's own, where there is one: that is what its table holds."""


EIGHT = (
    Place("Solve-P", "ftrl", "precision", "published"),
    Place("Solve-R", "ftrl", "recall", "published"),
    Place("Solve-F1", "ftrl", "f1", "published"),
    Place("ToolHop AC", "toolhop", "ac", "ftrl"),
    Place("tau Pass^1", "tau-bench", "reward", "ftrl"),
    Place("RoTBench TS", "rotbench", "ts", "ftrl"),
    Place("RoTBench PI", "rotbench", "pi", "ftrl"),
    Place("RoTBench CF", "rotbench", "cf", "ftrl"),
)
BASE = Place("BFCL Base", "bfcl", "base", "official")
BENCHMARKS = tuple(dict.fromkeys(place.benchmark for place in (*EIGHT, BASE)))
TITLES = (*(place.title for place in EIGHT), "Avg", BASE.title)

PUBLISHED: Mapping[str, tuple[float, ...]] = {
    "Qwen3-8B": (21.18, 30.71, 23.48, 28.54, 10.13, 75.52, 36.29, 22.19),
    "Qwen3-8B, Reinforce++": (41.96, 47.37, 43.63, 37.79, 21.96, 78.10, 42.57, 25.90),
    "Qwen3-8B, GRPO": (46.44, 55.84, 49.54, 38.93, 23.35, 77.62, 44.67, 27.05),
}
"""Rows of arXiv 2508.08791 without reasoning, in the order of :data:`EIGHT`; BFCL is not in it."""


@dataclass(frozen=True)
class Compared:
    """One policy, and what it got in each benchmark that was played."""

    name: str
    scores: Mapping[str, BenchmarkScores]


@dataclass(frozen=True)
class Row:
    """One line of the table, in percent; an empty column has n = 0."""

    name: str
    figures: Mapping[str, Interval]
    """By title."""


@dataclass(frozen=True)
class Comparison:
    """The table."""

    rows: tuple[Row, ...]
    floor: Row
    ceiling: Row
    counts: Mapping[str, int]
    """Tasks of each column."""
    published: tuple[Row, ...] = ()
    notes: tuple[str, ...] = field(default=())


def compare(
    policies: Sequence[Compared],
    bounds: Mapping[str, Sequence[BenchmarkScores]],
    *,
    published: bool = False,
    notes: Sequence[str] = (),
) -> Comparison:
    """The table of some policies.

    Args:
        policies: One row each.
        bounds: What each benchmark's own policies got.
        published: Whether to show the paper's rows.
        notes: What a reader has to know besides.
    """
    rows = tuple(Row(one.name, _figures(one.scores)) for one in policies)
    told = {name: [one for one in played if one.policy == "oracle"] for name, played in bounds.items()}
    free = {name: [one for one in played if one.policy in one.benchmark.floors] for name, played in bounds.items()}
    places = (*EIGHT, BASE)
    ceiling = {place.title: _best(place, told.get(place.benchmark, ())) for place in places}
    floor = {place.title: _best(place, free.get(place.benchmark, ())) for place in places}
    counts = {title: max((row.figures[title].n for row in rows), default=0) for title in TITLES}
    return Comparison(
        rows,
        Row("floor", floor | {"Avg": _plain(floor)}),
        Row("ceiling", ceiling | {"Avg": _plain(ceiling)}),
        counts,
        tuple(_published(name, figures) for name, figures in PUBLISHED.items()) if published else (),
        tuple(notes),
    )


def _figures(scores: Mapping[str, BenchmarkScores]) -> dict[str, Interval]:
    found = {place.title: _figure(place, scores.get(place.benchmark)) for place in (*EIGHT, BASE)}
    return found | {"Avg": _mean_of_eight(found, scores)}


def _figure(place: Place, scores: BenchmarkScores | None) -> Interval:
    if scores is None:
        return NOT_THERE
    return _percent(scores.column(_column(place, scores.benchmark), place.scorer))


def _column(place: Place, benchmark: Benchmark) -> Column:
    return next(column for column in benchmark.columns if column.key == place.column)


def _mean_of_eight(figures: Mapping[str, Interval], scores: Mapping[str, BenchmarkScores]) -> Interval:
    """The plain mean, and its interval: columns of one benchmark are drawn together, benchmarks by themselves."""
    eight = [figures[place.title] for place in EIGHT]
    if not all(one.n for one in eight):
        return NOT_THERE
    draws_R = np.zeros(RESAMPLES)
    for place in EIGHT:
        of = scores[place.benchmark]
        column = _column(place, of.benchmark)
        seed = BENCHMARKS.index(place.benchmark)
        draws_R += resampled(of.values(column, place.scorer), column.pooled, seed) / len(EIGHT)
    low, high = np.quantile(100 * draws_R, (0.025, 0.975))
    return Interval(math.fsum(one.mean for one in eight) / len(eight), float(low), float(high), sum(_tasks(scores)))


def _tasks(scores: Mapping[str, BenchmarkScores]) -> list[int]:
    """Tasks of each benchmark among the eight columns."""
    names = dict.fromkeys(place.benchmark for place in EIGHT)
    return [sum(len({score.task for score in look.scores}) for look in scores[name].parts.values()) for name in names]


def _best(place: Place, played: Sequence[BenchmarkScores]) -> Interval:
    figures = [_figure(place, one) for one in played]
    return max((one for one in figures if one.n), key=lambda one: one.mean, default=NOT_THERE)


def _plain(figures: Mapping[str, Interval]) -> Interval:
    """The mean of the eight, without an interval; nothing where one is missing."""
    eight = [figures[place.title] for place in EIGHT]
    if not all(one.n for one in eight):
        return NOT_THERE
    mean = math.fsum(one.mean for one in eight) / len(eight)
    return Interval(mean, mean, mean, sum(one.n for one in eight))


def _published(name: str, figures: Sequence[float]) -> Row:
    eight = {place.title: Interval(figure, figure, figure, 1) for place, figure in zip(EIGHT, figures, strict=True)}
    return Row(f"{name} (published)", {**eight, "Avg": _plain(eight), BASE.title: NOT_THERE})


def _percent(one: Interval) -> Interval:
    return Interval(100 * one.mean, 100 * one.low, 100 * one.high, one.n) if one.n else NOT_THERE


def markdown(table: Comparison) -> str:
    """The table as Markdown, with what to know of it."""
    lines = [["", *TITLES], ["---"] * (1 + len(TITLES))]
    lines += [[row.name, *(_cell(row.figures[title]) for title in TITLES)] for row in table.rows]
    bare = (*table.published, table.floor, table.ceiling)
    lines += [[row.name, *(_cell(row.figures[title], bare=True) for title in TITLES)] for row in bare]
    lines.append(["n", *(str(table.counts[title] or "-") for title in TITLES)])
    said = [
        "In percent, with 95% bootstrap intervals over tasks. Avg is the plain mean of the eight columns before it. The"
        " floor is the most that a policy gets which neither knows the answers nor reads the task; the ceiling is what"
        " the perfect policy gets. Scored as in FTRL's table.",
        *table.notes,
    ]
    return "\n".join([*(f"| {' | '.join(cells)} |" for cells in lines), "", *(f"{note}\n" for note in said)])


def _cell(one: Interval, bare: bool = False) -> str:
    if not one.n:
        return "-"
    return f"{one.mean:.2f}" if bare else f"{one.mean:.2f} [{one.low:.2f}, {one.high:.2f}]"


def comma_separated(table: Comparison) -> str:
    """The table as CSV: a line for each policy and column."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["policy", "column", "mean", "low", "high", "n", "floor", "ceiling"])
    for row in (*table.rows, *table.published):
        for title in TITLES:
            one = row.figures[title]
            if one.n:
                numbers = [f"{one.mean:.4f}"]
                whole = row in table.rows
                numbers += [f"{one.low:.4f}", f"{one.high:.4f}", str(one.n)] if whole else ["", "", ""]
                ends = [table.floor.figures[title], table.ceiling.figures[title]]
                writer.writerow([row.name, title, *numbers, *(f"{end.mean:.4f}" if end.n else "" for end in ends)])
    return text.getvalue()
