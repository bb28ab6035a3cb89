"""Train a language-model policy in a tool-use environment.

    python agents/train_llm.py                                   the embedded model in TravelBooking, no download
    python agents/train_llm.py --model Qwen/Qwen3-0.6B           any causal LM with a chat template
    python agents/train_llm.py --recipe ppo                      a published algorithm
    python agents/train_llm.py --resume runs/travel              go on after an interrupt
    python agents/train_llm.py --resume runs/travel --minutes 20    the same, with other settings

Everything is written to runs/<name>/: config.json, metrics.jsonl, tensorboard/, checkpoints/, report.md, curves.png,
episodes_before.txt, episodes_after.txt.
"""

from __future__ import annotations

import os
import sys

import tyro
from rich.console import Console

from ftrl_agents.command import exit_code, tell_full_disks_once
from ftrl_agents.config import TrainConfig
from ftrl_agents.model_source import check_model
from ftrl_agents.recipes import with_recipe
from ftrl_agents.run_folder import stored


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for a run that failed, 130 after Ctrl-C."""
    given = parsed(arguments)
    console = Console(stderr=True)
    return exit_code(
        lambda: run(given, arguments, console),
        console,
        out_of_memory="Lower --rollout.in-flight and --update.micro-tokens (halve both), then "
        "--rollout.max-episode-tokens, or take a smaller model. What was saved goes on with --resume, with these "
        f"flags too. Now: in-flight {given.rollout.in_flight}, micro-tokens {given.update.micro_tokens}.",
        no_room="Make room or mend its rights, then go on with --resume; checkpoints are whole",
    )


def parsed(arguments: list[str] | None, default: TrainConfig | None = None) -> TrainConfig:
    """The settings: those in the command, and for the rest the defaults."""
    return tyro.cli(
        TrainConfig,
        args=arguments,
        default=default or TrainConfig(),
        description=__doc__,
        config=(tyro.conf.EnumChoicesFromValues,),
    )


def run(config: TrainConfig, arguments: list[str] | None, console: Console) -> int:
    """Trains."""
    if config.resume:
        # Read again, now with the run's own settings as defaults: whatever was typed changes them, the rest stays.
        config = parsed(arguments, default=stored(config.resume))
    elif config.recipe is not None:
        config = parsed(arguments, default=with_recipe(TrainConfig(), config.recipe))
    if not config.resume and config.model is not None:
        check_model(config.model)
    # Before torch starts: its matrix library reads it once.
    os.environ.setdefault("OMP_NUM_THREADS", str(config.threads))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers.utils import logging

    from ftrl_agents.train import train

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    return train(config, console)


if __name__ == "__main__":
    tell_full_disks_once()
    sys.exit(main())
