"""What a score in a published benchmark means: what perfect, silent and thoughtless policies get, and what they should.

python benchmarks/known_values.py --report benchmarks/results/known_values.md
python benchmarks/known_values.py --benchmarks rotbench bfcl

Plays every benchmark's own policies on all of its tasks, and compares with the values that are known beforehand, from
their authors or from those who measured them. Data are looked for in $FTRL_DATA_DIR and in installed packages; a
benchmark that is not there is left out, and named. Exit code 1 if a value differs and nobody has explained it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ftrl_agents.benchmark_run import Settings as BenchmarkSettings
from ftrl_agents.benchmark_run import find_benchmarks, play_benchmark
from ftrl_agents.benchmark_scores import BenchmarkScores
from ftrl_agents.command import run_script
from ftrl_agents.config import Positive, Settings
from ftrl_agents.policy_by_name import benchmark_engine
from ftrl_gym.suites.benchmark import Benchmark, Column, Located
from ftrl_gym.suites.catalogue import MODULES


class Arguments(Settings):
    """Command line."""

    benchmarks: tuple[str, ...] = ()
    """Names of the benchmarks; all that are there if left out."""
    limit: Positive | None = None
    """Tasks of each part, from the first on, for a quick look: then nothing is compared. All if left out."""
    report: Path | None = None
    """Markdown file to write, besides what is printed."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A figure that is known beforehand."""

    benchmark: str
    policy: str
    figure: str
    """Of ``info["score"]``: a column and a scorer."""
    percent: float
    parts: tuple[str | None, ...] = (None,)
    """Each of which has it; None is the column over all of them."""
    within: float = 0.05
    """How far off a measured value may be: half of the last digit that is known."""
    explained: str = ""
    """Why another value is measured here, where that is understood."""


_LEVELS = ("clean", "slight", "medium", "heavy", "union")
_MULTI_TURN = ("multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param", "multi_turn_long_context")
_JAVA = (
    "87 is had by an array of numbers written `{1, 2}` and by longs in a list without their `L`; both have a form that "
    "the checker takes, which the oracle writes"
)
KNOWN = (
    *(
        Known(benchmark="ftrl", policy="error-echo", figure=f"{key}_published", percent=100.0)
        for key in ("precision", "recall", "f1")
    ),
    Known(benchmark="ftrl", policy="silent", figure="precision_published", percent=100.0),
    Known(benchmark="ftrl", policy="silent", figure="f1_published", percent=0.0),
    Known(benchmark="toolhop", policy="letters", figure="ac_official", percent=30.0, within=2.0),
    Known(benchmark="toolhop", policy="letters", figure="ac_ftrl", percent=30.0, within=2.0),
    *(
        Known(benchmark="rotbench", policy="oracle", figure=f"{key}_{scorer}", percent=percent, parts=parts, within=at)
        for key in ("ts", "pi", "cf")
        for scorer, percent, parts, at in (
            ("official", 92.38, ("clean", "slight", "medium", "union"), 0.005),
            ("official", 95.24, ("heavy",), 0.005),
            ("ftrl", 100.0, _LEVELS, 0.005),
        )
    ),
    *(
        Known(benchmark="rotbench", policy="first-tool", figure=f"{key}_ftrl", percent=percent)
        for key, percent in (("ts", 29.5), ("pi", 19.0), ("cf", 1.7))
    ),
    *(
        Known(benchmark="tau-bench", policy=policy, figure=f"reward_{scorer}", percent=percent, parts=(part,))
        for policy, scorer, airline, retail in (
            ("oracle", "official", 100.0, 100.0),
            ("oracle", "ftrl", 92.0, 67.8),
            ("mute", "official", 92.0, 67.8),
            ("silent", "official", 38.0, 6.1),
        )
        for part, percent in (("airline", airline), ("retail", retail))
    ),
    Known(benchmark="bfcl", policy="oracle", figure="multi_turn_official", percent=100.0, parts=_MULTI_TURN),
    Known(benchmark="bfcl", policy="silent", figure="multi_turn_official", percent=0.0, parts=_MULTI_TURN),
    *(
        Known(benchmark="bfcl", policy="oracle", figure=figure, percent=percent, parts=parts, explained=why)
        for figure, percent, parts, why in (
            ("ast_official", 100.0, ("simple_python", "simple_javascript", "multiple", "parallel"), ""),
            ("live_official", 100.0, ("live_parallel", "live_parallel_multiple"), ""),
            ("ast_official", 99.0, ("parallel_multiple",), ""),
            ("live_official", 99.2, ("live_simple",), ""),
            ("live_official", 99.7, ("live_multiple",), ""),
            ("ast_official", 87.0, ("simple_java",), _JAVA),
        )
    ),
)


@dataclass(frozen=True)
class Measured:
    """What the policies of one benchmark got."""

    benchmark: Benchmark
    note: str
    """Of the data."""
    scores: Mapping[str, BenchmarkScores]
    """By policy."""
    cpu_s: Mapping[str, float]
    """CPU seconds of each policy's episodes."""

    def percent(self, policy: str, figure: str, part: str | None) -> float:
        """A figure, in percent."""
        scores = self.scores[policy]
        key, _, scorer = figure.rpartition("_")
        column = next(one for one in self.benchmark.columns if one.key == key)
        return 100 * (scores.column(column, scorer) if part is None else scores.of_part(part, column, scorer)).mean


@dataclass(frozen=True)
class Verdict:
    """A known value beside the measured one."""

    known: Known
    part: str | None
    measured: float

    @property
    def kept(self) -> bool:
        """Whether they agree."""
        return abs(self.measured - self.known.percent) <= self.known.within + 1e-9


def main(command_line: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for what failed, 130 after Ctrl-C."""
    return run_script(Arguments, run, command_line, __doc__, out_of_memory=lambda given: "Play fewer --benchmarks")


def run(arguments: Arguments, console: Console) -> int:
    """Plays, compares, and prints."""
    found, missing = find_benchmarks(arguments.benchmarks, tuple(MODULES))
    settings = BenchmarkSettings(limit=arguments.limit, keywords={"docs": "json"})
    with console.status("playing") as status:
        played = []
        for benchmark, located in found:
            status.update(benchmark.title)
            played.append(measure(benchmark, located, settings))
    notes = [f"{name} was not played: its data or its package were not there." for name in missing]
    if arguments.limit is not None:
        notes.append(f"Only the first {arguments.limit} tasks of each part were played.")
    verdicts = [] if arguments.limit else compared(played)
    text = report(played, verdicts, notes)
    print(text)
    if arguments.report is not None:
        arguments.report.write_text(text, encoding="utf-8")
    return int(any(not (one.kept or one.known.explained) for one in verdicts))


def measure(benchmark: Benchmark, located: Located, settings: BenchmarkSettings) -> Measured:
    """Plays a benchmark's own policies."""
    scores, cpu_s = {}, {}
    for name in benchmark.policies:
        begun = time.process_time()
        scores[name], _ = play_benchmark(benchmark, located, benchmark_engine(name, benchmark), settings)
        cpu_s[name] = time.process_time() - begun
    return Measured(benchmark, located.note, scores, cpu_s)


def compared(played: Sequence[Measured]) -> list[Verdict]:
    """Every known value of what was played."""
    by_name = {one.benchmark.name: one for one in played}
    return [
        Verdict(known, part, by_name[known.benchmark].percent(known.policy, known.figure, part))
        for known in KNOWN
        if known.benchmark in by_name
        for part in known.parts
    ]


def report(played: Sequence[Measured], verdicts: Sequence[Verdict], notes: Sequence[str]) -> str:
    """All that was measured as Markdown, first what was known beforehand."""
    text = [
        "# What a score in a published benchmark means",
        "",
        "Made by `python benchmarks/known_values.py --report benchmarks/results/known_values.md`. In percent.",
        "",
        *(f"{note}\n" for note in notes),
    ]
    if verdicts:
        rows = [_verdict(one) for one in verdicts]
        head = ["benchmark", "part", "figure", "policy", "known", "measured", "kept"]
        text += ["## Known beforehand", "", *_table(head, rows), ""]
    for one in played:
        bench = one.benchmark
        text += [f"## {bench.title}", ""]
        text += [f"{one.note}.\n"] if one.note else []
        seconds = ", ".join(f"{name} {spent:.1f}" for name, spent in one.cpu_s.items())
        text += [f"CPU seconds of the episodes: {seconds}.", ""]
        for scorer in bench.scorers:
            titles = " / ".join(column.title for column in bench.columns)
            some = "; of a part, those that it counts for" if any(column.parts for column in bench.columns) else ""
            text += [
                f"Scorer `{scorer}`: {titles}{some}.",
                "",
                *_table(["", "n", *one.scores], _by_part(one, scorer)),
                "",
            ]
    return "\n".join(text)


def _verdict(one: Verdict) -> list[str]:
    known = one.known
    kept = "yes" if one.kept else f"no: {known.explained or 'nobody knows why'}"
    return [
        *(known.benchmark, one.part or "all", known.figure, known.policy),
        *(f"{known.percent:g}", f"{one.measured:.2f}", kept),
    ]


def _by_part(one: Measured, scorer: str) -> list[list[str]]:
    """A row for each part and one over all, a cell for each policy: figures of the columns that the row is about."""
    rows = []
    some = next(iter(one.scores.values()))
    for part in (*some.parts, None):
        about = [column for column in one.benchmark.columns if part is None or part in (column.parts or (part,))]
        of = [[_figure(scores, column, scorer, part) for column in about] for scores in one.scores.values()]
        tasks = [some.parts[part]] if part is not None else some.parts.values()
        rows.append([part or "all", str(sum(len(look.scores) for look in tasks)), *map(" / ".join, of)])
    return rows


def _figure(scores: BenchmarkScores, column: Column, scorer: str, part: str | None) -> str:
    figure = scores.column(column, scorer) if part is None else scores.of_part(part, column, scorer)
    return f"{100 * figure.mean:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    sys.exit(main())
