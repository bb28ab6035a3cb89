"""How rewards and credit matter, at equal numbers of sampled tokens: two questions about learning in one scenario.

    python benchmarks/credit.py --seeds 0                   one seed of every way; two hours of CPU time
    python benchmarks/credit.py --seeds 0 1 2 --report      and writes results/credit.md and credit.png

The paper's reward of single turns against this package's default, and the paper's single turns behind prefixes against
live episodes; and credit for turns by playing on from places in the middle of episodes against GRPO. All ways begin
with the same weights. Every run's curve is kept under ``--out``; the same command goes on with what is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from single_thread import use_one_thread

if TYPE_CHECKING:
    from ftrl_agents.held_out_tasks import HeldOutTasks

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Way:
    """A way to learn."""

    title: str
    arm: str
    reward: str


WAYS = {
    "live": Way("live episodes, default reward (GRPO)", "rl", "default"),
    "live-turns": Way("live episodes, the paper's reward of turns", "rl", "solve_f1"),
    "prefixes": Way("single turns behind prefixes, default reward", "prefixes", "default"),
    "prefixes-turns": Way("single turns behind prefixes, the paper's reward (its recipe)", "prefixes", "solve_f1"),
    "branching": Way("live episodes and branches from places in them, default reward", "branching", "default"),
}
SHARE = 0.6
"""Share of the tokens with which branching is to reach what live episodes reach with all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains what is missing, and reports."""
    chosen = _parsed(arguments)
    use_one_thread()
    from ftrl_agents.held_out_tasks import held_out

    held = held_out("TravelBooking, test worlds", ["TravelBooking"], chosen.tasks)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for seed in chosen.seeds:
        for name in chosen.ways:
            path = chosen.out / f"{name}-{seed}.json"
            if not path.exists():
                curve = _curve(chosen, WAYS[name], seed, held)
                path.write_text(json.dumps(curve) + "\n", encoding="utf-8")
    if chosen.report:
        _report(chosen.out, chosen.ways, chosen.seeds)
    return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rewards and credit at equal numbers of sampled tokens.")
    parser.add_argument("--model", type=Path, help="folder of the policy (default: the embedded base model)")
    parser.add_argument("--out", type=Path, default=Path("runs/credit"), help="where everything is kept")
    parser.add_argument("--tokens", type=int, default=800_000, help="tokens that the policy samples in each run")
    parser.add_argument("--every", type=int, default=100_000, help="tokens between two looks")
    parser.add_argument("--tasks", type=int, default=208, help="held-out tasks of a look")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--report", action="store_true", help="write the results of the seeds named")
    return parser.parse_args(arguments)


def _curve(chosen: argparse.Namespace, way: Way, seed: int, held: HeldOutTasks) -> list[dict[str, Any]]:
    """Trains in one way; greedy scores of the same tasks by the tokens sampled so far."""
    from ftrl_agents.arms import Arm, learning
    from ftrl_agents.config import EnvConfig, TrainConfig
    from ftrl_agents.envs import task_ids
    from ftrl_agents.evaluation import score_episode
    from ftrl_agents.policy import load_policy
    from ftrl_agents.rollout import collect
    from ftrl_agents.run import env_of

    config = TrainConfig(seed=seed, threads=1, env=EnvConfig(reward=way.reward))
    policy, make = load_policy(chosen.model), env_of(config, "train")
    found: list[dict[str, Any]] = []

    def look(sampled: int) -> None:
        episodes = collect(*policy, held.tasks, temperature=0.0, seed=0)
        scores = [score_episode(episode, ()) for episode in episodes]
        found.append(
            {"sampled": sampled, "f1": [score.f1 for score in scores], "outcome": [score.outcome for score in scores]}
        )
        print(f"{way.title}, seed {seed}: {sampled:,} tokens, F1 {fmean(found[-1]['f1']):.3f}", flush=True)

    look(0)
    sampled = 0
    for step in learning(Arm(way.arm), policy, make, task_ids(make), config):
        before, sampled = sampled, sampled + step.sampled
        if sampled // chosen.every > before // chosen.every:
            look(sampled)
        if sampled >= chosen.tokens:
            break
    return found


def _report(out: Path, ways: Sequence[str], seeds: Sequence[int]) -> None:
    from ftrl_agents.evaluation import bootstrap

    curves = {
        name: [json.loads((out / f"{name}-{seed}.json").read_text(encoding="utf-8")) for seed in seeds] for name in ways
    }
    looks = min(len(curve) for each in curves.values() for curve in each)
    lines = [
        "# Rewards and credit at equal numbers of sampled tokens",
        "",
        f"Made by `python benchmarks/credit.py --report`: {len(seeds)} seeds, greedy on the same held-out tasks of",
        "TravelBooking. Mean [95% interval over tasks] at the end; each seed's F1; paired difference to the first row.",
        "",
        "| way | tokens | F1 | right | F1 of each seed | F1 over the first |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    means = {name: [_means(curve) for curve in each] for name, each in curves.items()}
    first: list[float] = []
    for name in ways:
        last = [curve[looks - 1] for curve in curves[name]]
        f1, right = (
            [fmean(values) for values in zip(*(one[m] for one in last), strict=True)] for m in ("f1", "outcome")
        )
        first = first or f1
        gain = bootstrap([mine - other for mine, other in zip(f1, first, strict=True)])
        cells = [
            WAYS[name].title,
            f"{fmean(one['sampled'] for one in last):,.0f}",
            str(bootstrap(f1)),
            str(bootstrap(right)),
            ", ".join(f"{fmean(one['f1']):.3f}" for one in last),
            f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    if {"live", "branching"} <= set(ways):
        lines += ["", _tokens_to(curves["live"], curves["branching"], looks)]
    (RESULTS / "credit.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _draw(RESULTS / "credit.png", means)
    print(f"wrote {RESULTS / 'credit.md'}")


def _means(curve: Sequence[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(one["sampled"], fmean(one["f1"])) for one in curve]


def _tokens_to(live: Sequence[Any], branching: Sequence[Any], looks: int) -> str:
    """With what share of the tokens branching reaches what live episodes end with."""
    goal = fmean(fmean(curve[looks - 1]["f1"]) for curve in live)
    tokens = fmean(curve[looks - 1]["sampled"] for curve in live)
    for place in range(looks):
        if fmean(fmean(curve[place]["f1"]) for curve in branching) >= goal:
            share = fmean(curve[place]["sampled"] for curve in branching) / tokens
            return (
                f"Branching is at the F1 that live episodes end with ({goal:.3f}) after {share:.0%} of their tokens; "
                f"the aim was {SHARE:.0%}."
            )
    return f"Branching does not reach the F1 that live episodes end with ({goal:.3f}) with the same number of tokens."


def _draw(path: Path, means: dict[str, list[list[tuple[float, float]]]]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, curves in means.items():
        looks = min(map(len, curves))
        tokens = [fmean(curve[place][0] for curve in curves) for place in range(looks)]
        axes.plot(
            tokens, [fmean(curve[place][1] for curve in curves) for place in range(looks)], label=WAYS[name].title
        )
    axes.set_xlabel("tokens sampled")
    axes.set_ylabel("greedy Solve-F1, held-out tasks")
    axes.legend(fontsize=7)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    sys.exit(main())
