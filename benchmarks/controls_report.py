"""The table of ``controls.py``: scores of every arm, and paired differences with their intervals.

What several seeds scored in a task is averaged first; intervals are bootstrapped over tasks, so they say how far the
figure depends on the tasks drawn. How far it depends on the seed is shown by each seed's own mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean

from ftrl_agents.evaluation import Evaluation, Interval, bootstrap

SETS = {
    "travel": "TravelBooking, test worlds",
    "variants": "The same tasks in unseen variants of the tools",
    "never": "Seven scenarios never trained on",
}
NAMES = {
    "rl": "RL (GRPO)",
    "demonstrations": "good demonstrations",
    "rejection": "rejection sampling",
}
METRICS = {"f1": "F1", "precision": "P", "recall": "R", "outcome": "right", "calls": "calls"}
BASE_TEMPERATURES = (0.0, 0.3, 0.6, 1.0)
TEMPERATURES = (0.0, 1.0)

Score = dict[str, float]
"""Task -> a metric of it, the mean over seeds and episodes."""


def report(out: Path, arms: Sequence[str], seeds: Sequence[int]) -> str:
    """The whole file.

    Args:
        out: Folder of ``controls.py``.
        arms: In order.
        seeds: Which have been run.
    """
    parts = [_head(out, arms, seeds)]
    for name, title in SETS.items():
        parts += [f"## {title}", _table(out, name, arms, seeds)]
        if name == "travel":
            parts += ["### Greedy F1 and outcome by kind", _by_kind(out, arms, seeds)]
        parts += ["### Differences", _gains(out, name, arms, seeds)]
    return "\n\n".join(parts) + "\n"


def _head(out: Path, arms: Sequence[str], seeds: Sequence[int]) -> str:
    lines = [
        "# Reinforcement learning and its controls",
        "",
        "Made by `python benchmarks/controls.py --report`. All arms begin with the same weights and read the training",
        "tasks of `ftrl/TravelBooking-v0`; each has the same CPU time. Intervals are 95%, over tasks.",
        "",
        "| arm | seed | steps | CPU-s | tokens learned from |",
        "| --- | --- | --- | --- | --- |",
    ]
    for arm in arms:
        for seed in seeds:
            told = json.loads((out / f"{arm}-{seed}" / "trained.json").read_text(encoding="utf-8"))
            lines.append(f"| {NAMES[arm]} | {seed} | {told['steps']} | {told['seconds']:.0f} | {told['tokens']:,} |")
    return "\n".join(lines)


def _table(out: Path, name: str, arms: Sequence[str], seeds: Sequence[int]) -> str:
    passes = name == "travel"
    titles = [*METRICS.values(), *(["pass@8"] if passes else [])]
    lines = [
        "| policy | temperature | " + " | ".join(titles) + " | F1 of each seed |",
        "| --- | --- |" + " --- |" * (len(titles) + 1),
    ]
    rows: list[tuple[str, str, float, Sequence[int | None]]] = [
        ("base", "base", temperature, [None]) for temperature in BASE_TEMPERATURES
    ]
    rows += [(NAMES[arm], arm, temperature, seeds) for arm in arms for temperature in TEMPERATURES]
    for title, arm, temperature, of in rows:
        cells = [f"{fmean(_scores(out, arm, of, name, temperature, metric).values()):.3f}" for metric in METRICS]
        if passes:
            cells.append(f"{_passed(out, arm, of):.3f}" if temperature == 1 else "")
        each = [fmean(_scores(out, arm, [seed], name, temperature, "f1").values()) for seed in of]
        cells.append(", ".join(f"{mean:.3f}" for mean in each) if len(each) > 1 else "")
        lines.append(f"| {title} | {temperature:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _by_kind(out: Path, arms: Sequence[str], seeds: Sequence[int]) -> str:
    kinds = {score.task: score.kind for score in _load(out, "base", None, "travel_0").scores}
    order = sorted(
        set(kinds.values()), key=("single_hop", "parallel_single_hop", "multi_hop", "parallel_multi_hop").index
    )
    lines = ["| policy | " + " | ".join(order) + " |", "| --- |" + " --- |" * len(order)]
    for title, arm, of in [("base", "base", [None]), *((NAMES[arm], arm, seeds) for arm in arms)]:
        f1, right = (_scores(out, arm, of, "travel", 0.0, metric) for metric in ("f1", "outcome"))
        cells = []
        for kind in order:
            chosen = [task for task in f1 if kinds[task.partition("/")[2]] == kind]
            cells.append(f"{fmean(f1[task] for task in chosen):.3f} / {fmean(right[task] for task in chosen):.3f}")
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _gains(out: Path, name: str, arms: Sequence[str], seeds: Sequence[int]) -> str:
    lines = ["| difference | greedy | sampled at 1 |", "| --- | --- | --- |"]
    for metric in ("f1", "outcome"):
        of_base = {t: _scores(out, "base", [None], name, t, metric) for t in BASE_TEMPERATURES}
        best = max(BASE_TEMPERATURES, key=lambda t, found=of_base: fmean(found[t].values()))  # type: ignore[misc]
        of_arm = {(arm, t): _scores(out, arm, seeds, name, t, metric) for arm in arms for t in TEMPERATURES}
        pairs: list[tuple[str, str, dict[float, Score]]] = [
            (arm, "base at the same temperature", of_base) for arm in arms
        ]
        if "rl" in arms:
            pairs.append(("rl", f"base at its best temperature, {best:g}", dict.fromkeys(TEMPERATURES, of_base[best])))
            pairs += [
                ("rl", NAMES[other], {t: of_arm[other, t] for t in TEMPERATURES}) for other in arms if other != "rl"
            ]
        for arm, title, rival in pairs:
            found = [_signed(_difference(of_arm[arm, t], rival[t])) for t in TEMPERATURES]
            lines.append(f"| {METRICS[metric]}: {NAMES[arm]} over {title} | {found[0]} | {found[1]} |")
    return "\n".join(lines)


def _difference(after: Score, before: Score) -> Interval:
    assert after.keys() == before.keys(), "not the same tasks"
    return bootstrap([after[task] - before[task] for task in sorted(after)])


def _signed(interval: Interval) -> str:
    return f"{interval.mean:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"


def _scores(out: Path, arm: str, seeds: Iterable[int | None], name: str, temperature: float, metric: str) -> Score:
    """Task -> a metric, the mean over seeds."""
    found: dict[str, list[float]] = {}
    for seed in seeds:
        for place, score in enumerate(_load(out, arm, seed, f"{name}_{temperature:g}").scores):
            # scenarios that take turns share the numbers of their tasks
            found.setdefault(f"{place:05d}/{score.task}", []).append(getattr(score, metric))
    return {task: fmean(values) for task, values in found.items()}


def _passed(out: Path, arm: str, seeds: Iterable[int | None]) -> float:
    """Share of tasks of which at least one of eight episodes was right, the mean over seeds."""
    shares = []
    for seed in seeds:
        best: dict[str, float] = {}
        for score in _load(out, arm, seed, "travel_8_times").scores:
            best[score.task] = max(best.get(score.task, 0.0), float(score.outcome >= 0.999))
        shares.append(fmean(best.values()))
    return fmean(shares)


def _load(out: Path, arm: str, seed: int | None, look: str) -> Evaluation:
    return Evaluation.load(out / (arm if seed is None else f"{arm}-{seed}") / f"{look}.json")
