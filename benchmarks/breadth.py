"""Does success in scenarios never trained on rise with the number of training scenarios, at the same compute?

    python benchmarks/breadth.py --start agents/ftrl_agents/base --seeds 0
    python benchmarks/breadth.py --start agents/ftrl_agents/base --seeds 0 1 2 --report

From one base model, runs of the same number of tokens read 1, 4, 8 or 16 scenarios (each seed its own, the smaller
sets within the larger ones), and are then judged in scenarios that none of them has read, and in those that all of a
seed's runs have. What is done is kept under ``--out``; the same command goes on with what is missing.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from single_thread import use_one_thread

NUMBERS = (1, 4, 8, 16)
RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains and judges what is missing, and reports."""
    chosen = _parsed(arguments)
    use_one_thread()
    for seed in chosen.seeds:
        for number in NUMBERS:
            _run(chosen, number, seed)
    if chosen.report:
        _report(chosen.out, chosen.seeds, chosen.tokens)
    return 0


def scenarios_of(number: int, seed: int) -> tuple[str, ...]:
    """The first so many of a seed's order.

    >>> set(scenarios_of(4, 0)) < set(scenarios_of(8, 0)), len(scenarios_of(16, 1))
    (True, 16)
    """
    from ftrl_agents.corpus_blocks import TRAINED

    return tuple(random.Random(f"breadth/{seed}").sample(TRAINED, len(TRAINED)))[:number]


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Success in unseen scenarios by the number of training scenarios.")
    parser.add_argument("--start", type=Path, required=True, help="folder of the base model that all runs begin with")
    parser.add_argument("--out", type=Path, default=Path("runs/breadth"), help="where everything is kept")
    parser.add_argument("--tokens", type=int, default=2_000_000, help="tokens that each run reads")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--tasks", type=int, default=420, help="tasks of each set that a run is judged on")
    parser.add_argument("--report", action="store_true", help="write results/breadth.md and breadth.png")
    return parser.parse_args(arguments)


def _run(chosen: argparse.Namespace, number: int, seed: int) -> None:
    """One run and its judgement, unless they are there."""
    from ftrl_agents.base_model import load_base
    from ftrl_agents.corpus_blocks import NEVER_TRAINED, Recipe
    from ftrl_agents.evaluation import Evaluation, score_episode
    from ftrl_agents.held_out_tasks import held_out
    from ftrl_agents.pretraining import Pretraining, pretrain
    from ftrl_agents.rollout import collect
    from ftrl_agents.scenario_corpus import ScenarioMaker

    folder: Path = chosen.out / f"{number}-{seed}"
    sets = {"never": NEVER_TRAINED, "first": scenarios_of(1, seed)}
    missing = {name: names for name, names in sets.items() if not (folder / f"{name}.json").exists()}
    if not missing:
        return
    tokenizer = load_base(chosen.start).tokenizer
    tokenizer.save_pretrained(folder / "tokenizer")
    recipe = Recipe(scenarios=scenarios_of(number, seed), travel=0.0)
    settings = Pretraining(run=folder, start=chosen.start, seed=seed, tokens=chosen.tokens)
    model = pretrain(settings, tokenizer, ScenarioMaker(folder / "tokenizer", seed, recipe), {})
    for name, names in missing.items():
        episodes = collect(model, tokenizer, held_out(name, names, chosen.tasks).tasks, temperature=0.0, seed=seed)
        look = Evaluation(0.0, tuple(score_episode(episode, ()) for episode in episodes))
        look.save(folder / f"{name}.json")
        print(f"{number} scenarios, seed {seed}, {name}: F1 {look.interval('f1')}", flush=True)


def _report(out: Path, seeds: Sequence[int], tokens: int) -> None:
    """A table and a picture of the runs of all seeds."""
    from ftrl_agents.evaluation import Evaluation, bootstrap

    lines = [
        "# Success in unseen scenarios by the number of training scenarios",
        "",
        f"Made by `python benchmarks/breadth.py --report`; {tokens:,} tokens a run, {len(seeds)} seeds. Greedy, mean",
        "[95% interval over tasks] of Solve-F1 and of right answers, and each seed's F1.",
        "",
        "| scenarios read | F1, never read | right, never read | each seed | F1, read by all runs of the seed |",
        "| --- | --- | --- | --- | --- |",
    ]
    curve = []
    for number in NUMBERS:
        looks = [Evaluation.load(out / f"{number}-{seed}" / "never.json") for seed in seeds]
        own = [Evaluation.load(out / f"{number}-{seed}" / "first.json") for seed in seeds]
        f1, right = (
            bootstrap([fmean(getattr(score, metric) for score in scores) for scores in zip(*each, strict=True)])
            for metric, each in (("f1", [look.scores for look in looks]), ("outcome", [look.scores for look in looks]))
        )
        seen = bootstrap([score.f1 for look in own for score in look.scores])
        each_seed = ", ".join(f"{look.interval('f1').mean:.3f}" for look in looks)
        lines.append(f"| {number} | {f1} | {right} | {each_seed} | {seen} |")
        curve.append(f1)
    (RESULTS / "breadth.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _draw(RESULTS / "breadth.png", [one.mean for one in curve], [(one.low, one.high) for one in curve])
    print(f"wrote {RESULTS / 'breadth.md'}")


def _draw(path: Path, means: Sequence[float], intervals: Sequence[tuple[float, float]]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    spread = [[mean - low for mean, (low, _) in zip(means, intervals, strict=True)]]
    spread.append([high - mean for mean, (_, high) in zip(means, intervals, strict=True)])
    axes.errorbar(NUMBERS, means, yerr=spread, marker="o", capsize=3)
    axes.set_xscale("log", base=2)
    axes.set_xticks(NUMBERS, [str(number) for number in NUMBERS])
    axes.set_xlabel("scenarios read")
    axes.set_ylabel("Solve-F1 in scenarios never read")
    axes.set_ylim(bottom=0)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    sys.exit(main())
