"""Makes the embedded base model from scratch, and resumes a run that was interrupted.

    python agents/pretrain.py --run runs/pretrain --export agents/ftrl_agents/base

Export writes the weights at the end, their tokenizer and a model card. A run that exists goes on; with
``--tokens`` at or below what it has read, nothing is trained and only the export is made.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import tyro
from rich.console import Console
from transformers import AutoTokenizer

from ftrl_agents.base_model import load_base
from ftrl_agents.evaluation import evaluate
from ftrl_agents.model_card import export
from ftrl_agents.pretraining import Pretraining, Watch, pretrain
from ftrl_agents.report import print_summary
from ftrl_agents.tokenizer import train_tokenizer
from ftrl_agents.travel_corpus import TravelMaker, held_out_env, held_out_tasks, tokenizer_texts
from ftrl_gym.errors import FtrlGymError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True, kw_only=True)
class Arguments(Pretraining):
    """Command line."""

    export: Path | None = None
    """Folder for weights, tokenizer and model card at the end."""
    scored_tasks: int = 60
    """Held-out tasks of each evaluation on the way."""
    final_tasks: int = 400
    """Held-out tasks of the model card."""
    threads: int = 1
    """Torch threads; on a busy machine one is faster than two."""


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
    """Learns the tokenizer, trains from where the run stands, and exports what was asked for."""
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    folder = arguments.run / "tokenizer"
    tokenizer = tokenizer_of(folder, arguments.seed)
    make = TravelMaker(folder, 0, lambda: [held_out_env()], exercises=0.0)()
    tasks = held_out_tasks(arguments.scored_tasks)

    def score(model: PreTrainedModel) -> float:
        # A model that cannot end an episode yet would talk on until it is cut.
        look = evaluate(
            model, tokenizer, held_out_env, tasks, temperature=0.0, max_turn_tokens=160, max_episode_tokens=2_500
        )
        return look.interval("f1").mean

    watch = Watch([make(number) for number in range(64)], score)
    pretrain(arguments, tokenizer, TravelMaker(folder, arguments.seed), watch)
    if arguments.export:
        base = load_base(arguments.run / "model")
        final = held_out_tasks(arguments.final_tasks)
        looks = [evaluate(base.model, base.tokenizer, held_out_env, final, temperature=t) for t in (0.0, 1.0)]
        export(arguments, base, looks, arguments.export)
        print_summary(looks, f"Exported to {arguments.export}")


def tokenizer_of(folder: Path, seed: int) -> PreTrainedTokenizerFast:
    """The run's tokenizer: learned once, then read back."""
    if not folder.exists():
        train_tokenizer(tokenizer_texts(seed, worlds=200, per_world=6)).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


if __name__ == "__main__":
    sys.exit(main())
