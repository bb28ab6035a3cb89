"""Does reinforcement learning do more than its controls, from the same weights and with the same compute?

    python benchmarks/controls.py --seeds 0                 one seed of every arm; an hour and a half of CPU time
    python benchmarks/controls.py --seeds 0 1 2 --report    and writes results/controls.md

The arms are in ``ftrl_agents/arms.py``, the held-out tasks in ``ftrl_agents/held_out_tasks.py``. Everything that was
played is kept under ``--out``, so that an interrupted run goes on with what is missing: give the same command again.
Several processes can work on different seeds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from single_thread import use_one_thread

if TYPE_CHECKING:
    from ftrl_agents.held_out_tasks import HeldOutTasks

TABLE = Path(__file__).parent / "results" / "controls.md"
BASE_TEMPERATURES = (0.0, 0.3, 0.6, 1.0)
TEMPERATURES = (0.0, 1.0)
PASSES = 8
"""Episodes of a task for pass@8."""


@dataclass(frozen=True)
class Sizes:
    """How many tasks each look takes."""

    travel: int
    others: int
    passes: int


SETS = ("travel", "variants", "never")


def main(arguments: Sequence[str] | None = None) -> int:
    """Plays and trains what is missing, and reports."""
    chosen = _parsed(arguments)
    use_one_thread()
    from controls_report import report

    sizes = Sizes(chosen.tasks, chosen.others, chosen.passes)
    sets = _sets(sizes)
    _look(chosen.out / "base", chosen.model, sets, BASE_TEMPERATURES, sizes, seed=0)
    for seed in chosen.seeds:
        for arm in chosen.arms:
            folder = chosen.out / f"{arm}-{seed}"
            _train(folder, chosen.model, arm, seed, chosen.minutes)
            _look(folder, folder / "model", sets, TEMPERATURES, sizes, seed)
    if chosen.report:
        TABLE.write_text(report(chosen.out, chosen.arms, chosen.seeds), encoding="utf-8")
        print(f"wrote {TABLE}")
    return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Reinforcement learning and its controls, from the same weights, with the same compute."
    )
    parser.add_argument("--model", type=Path, help="folder of the policy (default: the embedded base model)")
    parser.add_argument("--out", type=Path, default=Path("runs/controls"), help="where everything is kept")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--arms", nargs="+", default=["rl", "demonstrations", "rejection"])
    parser.add_argument("--minutes", type=float, default=13.0, help="CPU minutes of each arm (default: 13)")
    parser.add_argument("--tasks", type=int, default=1040, help="held-out tasks of the scenario trained in")
    parser.add_argument("--others", type=int, default=416, help="tasks of each of the other sets")
    parser.add_argument("--passes", type=int, default=208, help="tasks that are played eight times")
    parser.add_argument("--report", action="store_true", help="write results/controls.md of the seeds named")
    return parser.parse_args(arguments)


def _sets(sizes: Sizes) -> dict[str, HeldOutTasks]:
    from ftrl_agents.corpus_blocks import NEVER_TRAINED
    from ftrl_agents.held_out_tasks import held_out

    return {
        "travel": held_out("TravelBooking, test worlds", ["TravelBooking"], sizes.travel),
        "variants": held_out("the same in unseen variants", ["TravelBooking"], sizes.others, variant="any"),
        "never": held_out("scenarios never trained on", NEVER_TRAINED, sizes.others),
    }


def _train(folder: Path, model: Path | None, arm: str, seed: int, minutes: float) -> None:
    """Trains an arm, unless that is done."""
    if (folder / "trained.json").exists():
        return
    import json

    from ftrl_agents.arms import Arm, train_arm
    from ftrl_agents.config import TrainConfig
    from ftrl_agents.envs import task_ids
    from ftrl_agents.policy import load_policy
    from ftrl_agents.run import env_of

    config = TrainConfig(seed=seed, threads=1)
    policy, make = load_policy(model), env_of(config, "train")
    told = train_arm(Arm(arm), policy, make, task_ids(make), config, 60 * minutes, tell=_tell)
    policy.model.save_pretrained(folder / "model")
    policy.tokenizer.save_pretrained(folder / "model")
    (folder / "trained.json").write_text(json.dumps({"arm": arm, "seed": seed, **told}) + "\n", encoding="utf-8")


def _look(
    folder: Path,
    model: Path | None,
    sets: dict[str, HeldOutTasks],
    temperatures: Sequence[float],
    sizes: Sizes,
    seed: int,
) -> None:
    """Plays every set at every temperature, and some tasks of the first eight times, as far as that is missing."""
    from ftrl_agents.evaluation import Evaluation, score_episode
    from ftrl_agents.policy import load_policy
    from ftrl_agents.rollout import EnvPool, collect

    looks = [
        (f"{name}_{temperature:g}", held.tasks, temperature, 1)
        for name, held in sets.items()
        for temperature in temperatures
    ]
    looks.append((f"travel_{PASSES}_times", sets["travel"].tasks[: sizes.passes], 1.0, PASSES))
    missing = [look for look in looks if not (folder / f"{look[0]}.json").exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    policy = load_policy(model)
    for name, tasks, temperature, group in missing:
        pool = EnvPool()
        episodes = collect(*policy, tasks, temperature=temperature, seed=seed, group_size=group, pool=pool)
        pool.close()
        scores = tuple(score_episode(episode, ()) for episode in episodes)
        shown = tuple(episode.transcript() for episode in episodes[:20])
        look = Evaluation(temperature, scores, shown)
        look.save(folder / f"{name}.json")
        _tell(f"{folder.name} {name}: F1 {look.interval('f1')}  outcome {look.interval('outcome')}")


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
