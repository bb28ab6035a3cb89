"""Train a language-model policy in a tool-use environment.

    python agents/train_llm.py                                   the embedded model in TravelBooking, no download
    python agents/train_llm.py --model Qwen/Qwen3-0.6B           any causal LM with a chat template
    python agents/train_llm.py --resume runs/travel              go on after an interrupt

Everything is written to runs/<name>/: config.json, metrics.jsonl, tensorboard/, checkpoints/, report.md, curves.png,
episodes_before.txt, episodes_after.txt.
"""

from __future__ import annotations

import os
import sys

import tyro
from rich.console import Console

from ftrl_agents.config import TrainConfig
from ftrl_gym.errors import FtrlGymError, UsageError


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for a run that failed, 130 after Ctrl-C."""
    config = tyro.cli(TrainConfig, args=arguments, description=__doc__, config=(tyro.conf.EnumChoicesFromValues,))
    # Before torch starts: its matrix library reads it once.
    os.environ.setdefault("OMP_NUM_THREADS", str(config.threads))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    console = Console(stderr=True)
    try:
        from transformers.utils import logging

        from ftrl_agents.train import train

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        return train(config, console)
    except UsageError as error:
        console.print(str(error), markup=False, highlight=False)
        return 2
    except FtrlGymError as error:
        console.print(str(error), markup=False, highlight=False)
        return 1
    except (MemoryError, RuntimeError) as error:
        if not _out_of_memory(error):
            raise
        console.print(
            "Out of memory. Lower --rollout.in-flight and --update.micro-tokens (halve both), then "
            "--rollout.max-episode-tokens, or take a smaller model; go on with --resume. Now: "
            f"in-flight {config.rollout.in_flight}, micro-tokens {config.update.micro_tokens}.",
            markup=False,
            highlight=False,
        )
        return 1


def _out_of_memory(error: BaseException) -> bool:
    """torch has a class for it on a GPU; on a CPU it is a RuntimeError that says so."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "allocate memory" in text


if __name__ == "__main__":
    sys.exit(main())
