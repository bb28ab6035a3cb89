"""What a policy got in a benchmark, for a person: by every scorer, by part, beside what a perfect and a thoughtless
policy get."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ftrl_agents.benchmark_scores import BenchmarkScores
from ftrl_agents.evaluation import Interval

_UNBROKEN = 200
"""Characters of a line in a file or a pipe, which no table here exceeds: no figure may be cut."""


class ScorerTable(NamedTuple):
    """Figures by one scorer, in percent."""

    title: str
    head: list[str]
    rows: list[list[str]]


def percent(one: Interval) -> str:
    """A share in percent with its interval; a dash for none.

    >>> percent(Interval(0.5, 0.25, 0.75, 8))
    '50.00 [25.00, 75.00]'
    """
    return f"{100 * one.mean:.2f} [{100 * one.low:.2f}, {100 * one.high:.2f}]" if one.n else "-"


def tables(scores: BenchmarkScores, bounds: Sequence[BenchmarkScores] = ()) -> list[ScorerTable]:
    """A table for each scorer: the policy over all parts, each part, and the means of the bounds.

    Args:
        scores: The policy's.
        bounds: Those of policies that say what a score means, on the same tasks.
    """
    bench, found = scores.benchmark, []
    for place, scorer in enumerate(bench.scorers):
        rows = [[scores.policy, *_figures(scores, scorer)]]
        rows += [[f"  {part}", *_figures(scores, scorer, part)] for part in scores.parts]
        rows += [[one.policy, *_figures(one, scorer)] for one in bounds]
        name = f"{bench.title}, scorer {scorer}" + ("" if place else " (the authors' own)")
        found.append(ScorerTable(name, ["", "n", *(column.title for column in bench.columns)], rows))
    return found


def _figures(scores: BenchmarkScores, scorer: str, part: str | None = None) -> list[str]:
    columns = scores.benchmark.columns
    found = [scores.column(c, scorer) if part is None else scores.of_part(part, c, scorer) for c in columns]
    return [str(max(one.n for one in found)), *map(percent, found)]


def print_tables(scores: BenchmarkScores, bounds: Sequence[BenchmarkScores] = ()) -> None:
    """Prints :func:`tables`."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=_UNBROKEN)
    for made in tables(scores, bounds):
        table = Table(title=made.title, title_justify="left")
        for place, name in enumerate(made.head):
            table.add_column(name, justify="left" if place == 0 else "right", no_wrap=place == 0, overflow="fold")
        for row in made.rows:
            table.add_row(*row)
        console.print(table)


def write_tables(
    scores: BenchmarkScores, bounds: Sequence[BenchmarkScores], path: Path, notes: Sequence[str] = ()
) -> None:
    """Writes :func:`tables` as Markdown."""
    text = [f"# {scores.policy} in {scores.benchmark.title}", ""]
    text += ["In percent; mean [95% bootstrap interval over tasks].", "", *(f"{note}\n" for note in notes)]
    for made in tables(scores, bounds):
        lines = [made.head, ["---"] * len(made.head), *made.rows]
        text += [f"## {made.title}", "", *(f"| {' | '.join(cells)} |" for cells in lines), ""]
    path.write_text("\n".join(text), encoding="utf-8", errors="backslashreplace")
