"""Evaluates a policy on held-out tasks: greedy and sampled, overall, by kind and by tool, with confidence intervals.

python agents/evaluate.py                                            the embedded base model in TravelBooking
python agents/evaluate.py --model runs/travel/checkpoints/last
python agents/evaluate.py --model Qwen/Qwen3-0.6B --docs json
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import gymnasium as gym
import torch
import tyro
from rich.console import Console

import ftrl_gym  # noqa: F401 - registers the environments
from ftrl_agents.evaluation import evaluate
from ftrl_agents.policy import load_policy
from ftrl_agents.report import print_summary
from ftrl_agents.run import task_ids
from ftrl_gym.errors import FtrlGymError, UnknownNameError, UsageError


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """Command line."""

    model: str | None = None
    """A local folder or a Hugging Face id of a causal LM; without one, the embedded base model."""
    env: str = "ftrl/TravelBooking-v0"
    """Gymnasium id."""
    split: Literal["train", "test"] = "test"
    """Which tasks."""
    docs: Literal["signature", "json"] = "signature"
    """How tools are shown."""
    difficulty: float | None = None
    """Only tasks up to this difficulty, from 0 to 1."""
    tasks: int = 400
    """How many, from the first on."""
    temperatures: tuple[float, ...] = (0.0, 1.0)
    """One evaluation each; 0 is greedy."""
    seed: int = 0
    """Of the sampling."""
    threads: int = 1
    """Torch threads."""
    out: Path | None = None
    """Folder for the scores and transcripts as JSON."""


def main() -> int:
    """The command line. Returns the exit code: 2 for a wrong setting."""
    arguments = tyro.cli(Arguments, description=__doc__)
    try:
        run(arguments)
    except FtrlGymError as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False)
        return 2
    return 0


def run(arguments: Arguments) -> None:
    """Loads, plays, prints, and writes what was asked for."""
    if arguments.tasks < 1:
        raise UsageError(f"--tasks is {arguments.tasks}; it is at least 1")
    if not arguments.temperatures or min(arguments.temperatures) < 0:
        raise UsageError(f"--temperatures are {arguments.temperatures}; give at least one, each 0 or more")
    if arguments.env not in gym.registry:
        raise UnknownNameError(
            "environment", arguments.env, [name for name in gym.registry if name.startswith("ftrl/")]
        )
    torch.set_num_threads(arguments.threads)
    policy = load_policy(arguments.model)

    def make() -> gym.Env[str, str]:
        return gym.make(
            arguments.env,
            split=arguments.split,
            docs=arguments.docs,
            difficulty=arguments.difficulty,
            disable_env_checker=True,
        )

    ids = task_ids(make)[: arguments.tasks]
    looks = [
        evaluate(*policy, make, ids, temperature=temperature, seed=arguments.seed, docs=arguments.docs)
        for temperature in arguments.temperatures
    ]
    print_summary(looks, f"{arguments.model or 'embedded base model'} on {len(ids)} tasks of {arguments.env}")
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for look in looks:
            look.save(arguments.out / f"evaluation_{look.temperature:g}.json")


if __name__ == "__main__":
    sys.exit(main())
