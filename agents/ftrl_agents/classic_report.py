"""What a run of classic reinforcement learning came to: a table with intervals, and curves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftrl_agents.classic_config import ClassicConfig
from ftrl_agents.evaluation import Evaluation
from ftrl_gym.errors import UsageError


@dataclass(frozen=True)
class ClassicRun:
    """A finished run."""

    name: str
    cpu_seconds: float
    """Of learning."""
    metrics: Sequence[Mapping[str, Any]]
    """One record for each point of its curve."""
    held_out: Evaluation
    random: Evaluation
    """Random choice among what stands open, on the same tasks."""


def read_run(folder: Path) -> ClassicRun:
    """Reads a run's folder.

    Raises:
        UsageError: It holds no finished run.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        metrics = [json.loads(line) for line in lines]
        cpu_seconds = metrics[-1]["cpu_seconds"]
        held_out, random = Evaluation.load(folder / "evaluation.json"), Evaluation.load(folder / "random.json")
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"{folder} holds no finished run of agents/train_sb3.py ({error}); name another one") from None
    name = config["algo"] + (", mlp" if config["policy"] == "mlp" else "")
    return ClassicRun(name, cpu_seconds, metrics, held_out, random)


def check_goes_on(config: ClassicConfig) -> None:
    """Refuses to go on from a run with another network or other actions.

    Raises:
        UsageError: ``config.out`` holds no finished run, or one of another kind.
    """
    read_run(config.out)
    stored = json.loads((config.out / "config.json").read_text(encoding="utf-8"))
    for name in ("algo", "policy", "calls", "endings"):
        if stored[name] != (wanted := getattr(config, name)):
            raise UsageError(
                f"{config.out} holds a run with --{name} {stored[name]}, not {wanted}; go on with its own, or choose "
                "another --out"
            )


def write_classic_report(folder: Path, beside: Sequence[Path]) -> str:
    """Writes ``report.md`` and ``curves.png`` of a run.

    Args:
        folder: Of the run.
        beside: Folders of earlier ones.

    Returns:
        The table.

    Raises:
        UsageError: One of them holds no finished run.
    """
    runs = [read_run(one) for one in (folder, *beside)]
    text = table(runs)
    plot_classic(runs, folder / "curves.png")
    intro = "Held-out tasks, greedy: share with a right and earned outcome, mean [95% bootstrap interval]."
    (folder / "report.md").write_text(f"{intro}\n\n{text}\n\n![curves](curves.png)\n", encoding="utf-8")
    return text


def table(runs: Sequence[ClassicRun]) -> str:
    """Runs side by side as Markdown: a column for each kind of task."""
    kinds = sorted(runs[0].held_out.by_kind())
    lines = [["policy", "turns", "CPU minutes", *(kind.replace("_", " ") for kind in kinds), "Solve-F1"]]
    lines.append(["---"] * len(lines[0]))
    lines.append(["random among what stands open", "", "", *_figures(runs[0].random, kinds)])
    for run in runs:
        turns, minutes = f"{run.metrics[-1]['step']:,}", f"{run.cpu_seconds / 60:.1f}"
        lines.append([run.name, turns, minutes, *_figures(run.held_out, kinds)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _figures(evaluation: Evaluation, kinds: Sequence[str]) -> list[str]:
    parts = evaluation.by_kind()
    of_kinds = [str(parts[kind].interval("outcome")) if kind in parts else "-" for kind in kinds]
    return [*of_kinds, str(evaluation.interval("f1"))]


def plot_classic(runs: Sequence[ClassicRun], path: Path) -> None:
    """Draws the share of right training episodes over turns, a panel for each kind; diamonds are held-out tasks, the
    dashed line is random choice among what stands open.

    Args:
        runs: What is drawn.
        path: The PNG to write.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import EngFormatter

    kinds = sorted(runs[0].held_out.by_kind())
    figure, axes = pyplot.subplots(1, len(kinds), figsize=(4.6 * len(kinds), 3.4), squeeze=False, sharey=True)
    for axis, kind in zip(axes.flat, kinds, strict=True):
        for number, run in enumerate(runs):
            points = [(one["step"], one[f"outcome/{kind}"]) for one in run.metrics if f"outcome/{kind}" in one]
            colour = f"C{number}"
            axis.plot([x for x, _ in points], [y for _, y in points], color=colour, label=run.name)
            part = run.held_out.by_kind().get(kind)
            if part is not None and points:
                held = part.interval("outcome")
                spread = [[held.mean - held.low], [held.high - held.mean]]
                axis.errorbar(points[-1][0], held.mean, yerr=spread, fmt="D", color=colour, capsize=3)
        floor = runs[0].random.by_kind()[kind].interval("outcome").mean
        axis.axhline(floor, color="black", linestyle="--", linewidth=1)
        axis.set(title=kind.replace("_", " "), xlabel="turns", ylim=(-0.02, 1.02))
        axis.xaxis.set_major_formatter(EngFormatter(sep=""))
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes.flat[0].set_ylabel("right and earned")
    axes.flat[-1].legend(fontsize=8, frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)
