"""Evaluates a policy on held-out tasks: greedy and sampled, overall, by kind and by tool, with confidence intervals.

python agents/evaluate.py                                            the embedded base model in TravelBooking
python agents/evaluate.py --model runs/travel/checkpoints/step-000040
python agents/evaluate.py --model Qwen/Qwen3-0.6B --docs json
python agents/evaluate.py --env ftrl/FTRL-v0 --path test.jsonl       rows of the FTRL data set
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

import tyro
from pydantic import Field
from rich.console import Console

from ftrl_agents.command import exit_code
from ftrl_agents.config import Positive, Seed, Settings, Share, Temperatures
from ftrl_agents.envs import NAMESPACE, env_factory, task_ids
from ftrl_agents.folder_out import check_out
from ftrl_agents.model_source import check_model
from ftrl_gym.errors import UsageError
from ftrl_gym.registration import SUITES


class Arguments(Settings):
    """Command line."""

    model: str | None = None
    """A local folder or a Hugging Face id of a causal LM; without one, the embedded base model."""
    env: str = "ftrl/TravelBooking-v0"
    """Gymnasium id."""
    path: Path | None = None
    """The file that ftrl/FTRL-v0 plays."""
    split: Literal["train", "test"] | None = None
    """Which tasks; "test" if left out, and all rows of a file."""
    docs: Literal["signature", "json"] = "signature"
    """How tools are shown."""
    difficulty: Share | None = None
    """Only tasks up to this difficulty, from 0 to 1."""
    tasks: Positive = 400
    """How many, from the first on."""
    temperatures: Temperatures = Field(default=[0.0, 1.0])
    """One evaluation each; 0 is greedy."""
    in_flight: Positive = 128
    """Episodes decoded at once; lower it when memory runs out."""
    seed: Seed = 0
    """Of the sampling."""
    threads: Positive = 1
    """Torch threads."""
    out: Path | None = None
    """Folder for the scores and transcripts as JSON."""


def main(command_line: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for what failed, 130 after Ctrl-C."""
    arguments = tyro.cli(Arguments, args=command_line, description=__doc__)
    console = Console(stderr=True)
    return exit_code(
        lambda: run(arguments, console),
        console,
        out_of_memory=f"Lower --in-flight (now {arguments.in_flight}), or take a smaller model",
        no_room="Make room, or choose another --out",
    )


def run(arguments: Arguments, console: Console) -> int:
    """Checks, loads, plays, prints, and writes what was asked for; the cheap checks come first."""
    if arguments.model is not None:
        check_model(arguments.model)
    make = env_factory(arguments.env, **env_keywords(arguments))
    ids = task_ids(make)[: arguments.tasks]
    if arguments.out:
        check_out(arguments.out)

    import torch
    from transformers.utils import logging

    from ftrl_agents.evaluation import evaluate
    from ftrl_agents.policy import load_policy
    from ftrl_agents.report import print_summary

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    torch.set_num_threads(arguments.threads)
    policy = load_policy(arguments.model)
    looks = []
    for temperature in arguments.temperatures:
        look = evaluate(
            *policy,
            make,
            ids,
            temperature=temperature,
            seed=arguments.seed,
            docs=arguments.docs,
            in_flight=arguments.in_flight,
        )
        looks.append(look)
        if arguments.out:
            look.save(arguments.out / f"evaluation_{temperature:g}.json")
            console.print(f"wrote {arguments.out / f'evaluation_{temperature:g}.json'}", soft_wrap=True)
    print_summary(looks, f"{arguments.model or 'embedded base model'} on {len(ids)} tasks of {arguments.env}")
    return 0


def env_keywords(arguments: Arguments) -> dict[str, Any]:
    """Those of ``gym.make``.

    Raises:
        UsageError: A file for an environment that plays none, or the other way round.
    """
    keywords: dict[str, Any] = {"docs": arguments.docs}
    if arguments.env.removeprefix(NAMESPACE) in SUITES:
        if arguments.path is None:
            raise UsageError(f"{arguments.env} plays the rows of a file: give --path, such as --path test.jsonl")
        if arguments.difficulty is not None:
            raise UsageError(f"the rows of {arguments.env} have no difficulty: leave --difficulty out")
        return keywords | {"path": arguments.path, "split": arguments.split}
    if arguments.path is not None:
        raise UsageError(f"{arguments.env} plays no file: leave --path out, or give --env ftrl/FTRL-v0")
    return keywords | {"split": arguments.split or "test", "difficulty": arguments.difficulty}


if __name__ == "__main__":
    sys.exit(main())
