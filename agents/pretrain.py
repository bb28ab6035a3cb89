"""Makes the embedded base model from scratch, and resumes a run that was interrupted.

    python agents/pretrain.py --run runs/pretrain --export agents/ftrl_agents/base

The corpus is endless: tasks of sixteen scenarios and of TravelBooking's train worlds, played well. With
``--habit-tokens`` the model then reads demonstrations most of which are flawed. Export writes the weights at the end,
their tokenizer and a model card. A run that exists goes on; with ``--tokens`` at or below what it has read, nothing
is trained and only the export is made.
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

from ftrl_agents.base_model import Base, load_base
from ftrl_agents.corpus_blocks import EASY_BLOCKS, Recipe
from ftrl_agents.evaluation import Evaluation, evaluate
from ftrl_agents.model_card import export
from ftrl_agents.pretraining import CAPABLE, Pretraining, Watch, pretrain
from ftrl_agents.scenario_corpus import HELD_OUT, HeldOut, ScenarioMaker, habit_maker, tokenizer_texts
from ftrl_agents.tokenizer import pruned, train_tokenizer
from ftrl_gym.errors import FtrlGymError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

WATCHED = 32
"""Conversations of each held-out set whose likelihood is logged."""


@dataclass(frozen=True, kw_only=True)
class Arguments(Pretraining):
    """Command line."""

    export: Path | None = None
    """Folder for weights, tokenizer and model card at the end."""
    scored_tasks: int = 24
    """Tasks of each held-out set in each evaluation on the way."""
    final_tasks: int = 200
    """Tasks of each held-out set in the model card."""
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
    arguments.check()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    folder = arguments.run / "tokenizer"
    tokenizer = tokenizer_of(folder, arguments.seed, arguments.start)
    watches = {name: watch(held, tokenizer, arguments.scored_tasks) for name, held in HELD_OUT.items()}
    easy = EASY_BLOCKS if arguments.start is None else 0
    corpus = ScenarioMaker(folder, arguments.seed, Recipe(travel=arguments.travel, easy_blocks=easy))
    habits = habit_maker(folder, arguments.seed, arguments.travel, arguments.habit_share)
    pretrain(arguments, tokenizer, corpus, watches, habits)
    if arguments.export:
        stages = {"before the habits": CAPABLE, "": "model"} if arguments.habit_tokens else {"": "model"}
        looks = {
            ", ".join(filter(None, (held.title, stage))): final(load_base(arguments.run / name), held, arguments)
            for held in HELD_OUT.values()
            for stage, name in stages.items()
        }
        export(arguments, load_base(arguments.run / "model"), looks, arguments.export)


def final(base: Base, held: HeldOut, arguments: Arguments) -> list[Evaluation]:
    """Evaluations for the model card."""
    tasks = held.tasks(arguments.final_tasks)
    looks = [evaluate(base.model, base.tokenizer, held.env, tasks, temperature=t) for t in (0.0, 1.0)]
    for look in looks:
        print(f"{held.title}, {look.label}: Solve-F1 {look.interval('f1')}", flush=True)
    return looks


def watch(held: HeldOut, tokenizer: PreTrainedTokenizerFast, count: int) -> Watch:
    """How a model is looked at on a held-out set."""
    tasks = held.tasks(count)

    def score(model: PreTrainedModel) -> float:
        # A model that cannot end an episode yet would talk on until it is cut.
        look = evaluate(
            model, tokenizer, held.env, tasks, temperature=0.0, max_turn_tokens=160, max_episode_tokens=2_500
        )
        return look.interval("f1").mean

    return Watch(held.conversations(tokenizer, WATCHED), score)


def tokenizer_of(folder: Path, seed: int, start: Path | None) -> PreTrainedTokenizerFast:
    """The run's tokenizer: that of the weights it begins with, names taken apart, or learned once; then read back."""
    if not folder.exists():
        texts = tokenizer_texts(seed, worlds=200, per_world=6)
        made = train_tokenizer(texts) if start is None else pruned(load_base(start).tokenizer, texts)
        made.save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


if __name__ == "__main__":
    sys.exit(main())
