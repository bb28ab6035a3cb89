"""What a run has achieved, for a person: a table on the terminal, report.md, curves.png, episodes before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftrl_agents.episode import End, Episode
from ftrl_agents.evaluation import METRICS, Evaluation, Interval
from ftrl_agents.pass_rates import RATES, ks, rate_rows
from ftrl_agents.plots import plot_curves

if TYPE_CHECKING:
    from rich.table import Table

Evaluations = Sequence[Evaluation]
"""Evaluations of one policy on the same tasks, one per temperature."""
Rows = list[list[str]]

_HEAD = ["decoding", "metric", "before", "after", "gain"]


SAMPLED = 4
"""Episodes of a step that are written in full."""


def write_sample(run_dir: Path, step: int, episodes: Sequence[Episode]) -> None:
    """Some episodes of a step as a person reads them: ``episodes/step-000020.txt``, of as many groups as there are.

    Failed ones come first: they are bugs.
    """
    order = sorted(episodes, key=lambda one: (one.end is not End.FAILED, one.member, one.group))
    folder = run_dir / "episodes"
    folder.mkdir(exist_ok=True)
    rule = "\n\n" + "=" * 100 + "\n\n"
    text = rule.join(episode.transcript() for episode in order[:SAMPLED])
    (folder / f"step-{step:06d}.txt").write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def write_report(
    run_dir: Path,
    before: Evaluations,
    after: Evaluations,
    metrics: Sequence[Mapping[str, Any]],
    title: str = "Training",
) -> Path:
    """Prints the comparison and writes ``report.md``, ``curves.png`` and ``episodes_{before,after}.txt``.

    Args:
        run_dir: An existing folder.
        before: Evaluations of the policy before training.
        after: Evaluations after it: the same temperatures in the same order, the same tasks.
        metrics: Records of training, see :func:`ftrl_agents.plots.plot_curves`.
        title: Heading.

    Returns:
        The path of the report.

    Raises:
        UsageError: The two evaluated different tasks.
    """
    from rich.console import Console

    plot_curves(metrics, run_dir / "curves.png", title)
    for name, evaluations in (("before", before), ("after", after)):
        (run_dir / f"episodes_{name}.txt").write_text(
            _episodes(evaluations), encoding="utf-8", errors="backslashreplace"
        )
    overall = comparison(before, after)
    by_kind = breakdown([e.by_kind() for e in before], [e.by_kind() for e in after])
    by_tool = breakdown([e.by_tool() for e in before], [e.by_tool() for e in after])
    n = len(after[0].scores)
    text = [
        f"# {title}",
        "",
        f"{n} held-out tasks, mean [95% bootstrap interval]. A gain is paired: the same tasks before and after.",
        "",
        *_markdown(_HEAD, overall),
        "",
        "## By kind (Solve-F1)",
        "",
        *_markdown(["kind", "n", *_columns(after)], by_kind),
        "",
        "## By tool (Solve-F1 of the tasks that need it)",
        "",
        *_markdown(["tool", "n", *_columns(after)], by_tool),
        "",
        "![curves](curves.png)",
        "",
        "Episodes to read: [before](episodes_before.txt), [after](episodes_after.txt).",
        "",
    ]
    path = run_dir / "report.md"
    path.write_text("\n".join(text), encoding="utf-8", errors="backslashreplace")
    console = Console()
    console.print(_table(f"{title}: {n} held-out tasks", _HEAD, overall))
    console.print(_table("Solve-F1 by kind", ["kind", "n", *_columns(after)], by_kind))
    console.print(f"Report: {path}")
    return path


def comparison(before: Evaluations, after: Evaluations) -> Rows:
    """Before, after and gain of every metric at every temperature."""
    rows = []
    for old, new in zip(before, after, strict=True):
        for metric, name in METRICS.items():
            gain = new.gain(old, metric)
            rows.append([new.label, name, str(old.interval(metric)), str(new.interval(metric)), _signed(gain)])
    return rows


def breakdown(before: Sequence[Mapping[str, Evaluation]], after: Sequence[Mapping[str, Evaluation]]) -> Rows:
    """Solve-F1 of every part, before -> after, a column for each temperature."""
    rows = []
    for part in after[0]:
        row = [part, str(len(after[0][part].scores))]
        for old, new in zip(before, after, strict=True):
            row.append(f"{old[part].interval('f1').mean:.3f} → {new[part].interval('f1')}")
        rows.append(row)
    return rows


def summary(evaluations: Evaluations) -> Rows:
    """Every metric of one policy, a column for each temperature; for one policy alone."""
    return [[name, *(str(one.interval(metric)) for one in evaluations)] for metric, name in METRICS.items()]


def print_summary(evaluations: Evaluations, title: str) -> None:
    """Prints :func:`summary` with its parts by kind and by tool."""
    from rich.console import Console

    console = Console()
    console.print(_table(title, ["metric", *_columns(evaluations)], summary(evaluations)))
    for name, parts in (("kind", [e.by_kind() for e in evaluations]), ("tool", [e.by_tool() for e in evaluations])):
        rows = [
            [p, str(parts[0][p].interval("f1").n), *(str(one[p].interval("f1")) for one in parts)] for p in parts[0]
        ]
        console.print(_table(f"Solve-F1 by {name}", [name, "n", *_columns(evaluations)], rows))


def print_pass_rates(evaluations: Evaluations, samples: int) -> None:
    """Prints pass@k and pass^k by kind, for each evaluation with that many samples of every task."""
    from rich.console import Console

    console = Console()
    for one in evaluations:
        for name, of in RATES.items():
            head = ["kind", "n", *(f"{name}{k}" for k in ks(samples))]
            console.print(_table(f"{name}k, {one.label}", head, rate_rows(one, samples, of)))


def write_summary(evaluations: Evaluations, samples: int, path: Path, title: str, notes: Sequence[str] = ()) -> None:
    """Writes what :func:`print_summary` and :func:`print_pass_rates` print, as Markdown."""
    tasks = evaluations[0].interval("f1").n
    text = [
        f"# {title}",
        "",
        f"{tasks} tasks, {samples} of each; mean [95% bootstrap interval over tasks].",
        "",
        *(f"{note}\n" for note in notes),
        *_markdown(["metric", *_columns(evaluations)], summary(evaluations)),
    ]
    for name, parts in (("kind", [e.by_kind() for e in evaluations]), ("tool", [e.by_tool() for e in evaluations])):
        rows = [
            [p, str(parts[0][p].interval("f1").n), *(str(one[p].interval("f1")) for one in parts)] for p in parts[0]
        ]
        text += ["", f"## Solve-F1 by {name}", "", *_markdown([name, "n", *_columns(evaluations)], rows)]
    for one in evaluations:
        for name, of in RATES.items():
            head = ["kind", "n", *(f"{name}{k}" for k in ks(samples))]
            text += ["", f"## {name}k, {one.label}", "", *_markdown(head, rate_rows(one, samples, of))]
    path.write_text("\n".join([*text, ""]), encoding="utf-8", errors="backslashreplace")


def _columns(evaluations: Evaluations) -> list[str]:
    return [one.label for one in evaluations]


def _signed(gain: Interval) -> str:
    return f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]" if gain.n else "-"


def _markdown(head: list[str], rows: Rows) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows]]


def _table(title: str, head: list[str], rows: Rows) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for place, name in enumerate(head):
        table.add_column(name, justify="left" if place == 0 else "right", no_wrap=place == 0)
    for row in rows:
        table.add_row(*row)
    return table


def _episodes(evaluations: Evaluations) -> str:
    line = "=" * 100
    parts = [
        f"{line}\n{one.label}, episode {i}\n{line}\n{text}\n"
        for one in evaluations
        for i, text in enumerate(one.transcripts, 1)
    ]
    return "\n".join(parts)
