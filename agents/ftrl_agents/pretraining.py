"""Pretraining of the base model: one pass over endless conversations, resumable, scored on the way.

A run folder holds ``tokenizer/``, ``state.pt`` (weights, optimizer, place in the stream), ``log.jsonl`` and ``model/``:
the weights of the last evaluation, ready to be loaded or copied. A run killed at any moment goes on from its
last checkpoint; resumed with fewer ``tokens`` it goes into the decay of its learning rate, and so ends well earlier.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ftrl_agents.base_model import new_model, save_base
from ftrl_agents.corpus import Conversation, Maker, ahead, batches, pad_together
from ftrl_agents.supervised import Supervised, likelihood

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM


@dataclass(frozen=True, kw_only=True)
class Pretraining:
    """Settings of a run."""

    run: Path = Path("runs/pretrain")
    """Folder of the run; one that exists is resumed."""
    seed: int = 0
    """Of the initial weights, the corpus and the order of batches."""
    tokens: int = 34_000_000
    """Tokens to read in all."""
    batch_tokens: int = 4_000
    """Tokens of one optimizer step, padding included."""
    learning_rate: float = 1.5e-3
    """On the plateau."""
    decay: float = 0.5
    """Share of the run over which the learning rate falls to zero."""
    rest_weight: float = 0.3
    """Weight of tokens that are not the assistant's."""
    answer_weight: float = 4.0
    """Weight of the tokens of an answer."""
    hidden: int = 128
    """Width of the model."""
    layers: int = 4
    """Blocks of the model."""
    mlp: int = 384
    """Width of its feed-forward layers."""
    evaluate_every: int = 500_000
    """Tokens between two evaluations."""


@dataclass
class Watch:
    """How the model is looked at on the way."""

    held_out: Sequence[Conversation]
    """Conversations whose likelihood is logged."""
    score: Callable[[Qwen3ForCausalLM], float]
    """Greedy Solve-F1 on held-out tasks."""


def pretrain(
    settings: Pretraining, tokenizer: PreTrainedTokenizerFast, maker: Callable[[], Maker], watch: Watch
) -> Qwen3ForCausalLM:
    """Trains, or goes on training, until ``settings.tokens`` are read.

    Args:
        settings: Where, how much, how.
        tokenizer: Of the corpus; saved with the weights.
        maker: Makes the corpus in another process, see :func:`ftrl_agents.corpus.ahead`.
        watch: What is measured on the way.

    Returns:
        The model as it is at the end, which need not be the best one.
    """
    model = new_model(settings.seed, tokenizer, settings.hidden, settings.layers, settings.mlp)
    trainer = Supervised(
        model,
        peak=settings.learning_rate,
        total=settings.tokens,
        decay=settings.decay,
        rest_weight=settings.rest_weight,
        emphasis=(*tokenizer.convert_tokens_to_ids(["<answer>", "</answer>"]), settings.answer_weight),
    )
    place = _Place(settings.run, trainer)
    place.load()
    began = time.monotonic() - place.seconds
    saved = time.monotonic()
    stream = ahead(maker, place.block)
    while trainer.tokens < settings.tokens:
        rng = np.random.default_rng([settings.seed, place.block])
        results = [trainer.step(b) for b in batches(next(stream), settings.batch_tokens, rng, tokenizer.pad_token_id)]
        place.block += 1
        place.seconds = time.monotonic() - began
        loss, accuracy = (float(np.mean([getattr(r, name) for r in results])) for name in ("loss", "accuracy"))
        place.log({"loss": loss, "accuracy": accuracy, "rate": trainer.rate()})
        due = trainer.tokens // settings.evaluate_every > place.evaluations
        if due or trainer.tokens >= settings.tokens:
            place.evaluations = trainer.tokens // settings.evaluate_every
            _look(place, tokenizer, watch)
        if due or time.monotonic() - saved > 120 or trainer.tokens >= settings.tokens:
            place.save()
            saved = time.monotonic()
    stream.close()  # type: ignore[attr-defined]
    return model


def _look(place: _Place, tokenizer: PreTrainedTokenizerFast, watch: Watch) -> None:
    model = place.trainer.model
    parts = [
        likelihood(model, pad_together(watch.held_out[i : i + 8], tokenizer.pad_token_id))
        for i in range(0, len(watch.held_out), 8)
    ]
    score = watch.score(model)
    loss, accuracy = (float(np.mean([getattr(p, name) for p in parts])) for name in ("loss", "accuracy"))
    place.log({"held_out/loss": loss, "held_out/accuracy": accuracy, "held_out/f1": score})
    save_base(model, tokenizer, place.folder / "model")


class _Place:
    """Where a run is, on disk and in memory."""

    def __init__(self, folder: Path, trainer: Supervised) -> None:
        self.folder, self.trainer = folder, trainer
        self.block, self.seconds, self.evaluations = 0, 0.0, 0
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> None:
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.trainer.model.load_state_dict(state["model"])
        self.trainer.optimizer.load_state_dict(state["optimizer"])
        self.trainer.tokens, self.block, self.seconds = state["tokens"], state["block"], state["seconds"]
        self.evaluations = state["evaluations"]

    def save(self) -> None:
        state = {
            "model": self.trainer.model.state_dict(),
            "optimizer": self.trainer.optimizer.state_dict(),
            "tokens": self.trainer.tokens,
            "block": self.block,
            "seconds": self.seconds,
            "evaluations": self.evaluations,
        }
        path = self.folder / "state.pt"
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def log(self, values: dict[str, Any]) -> None:
        line = {"tokens": self.trainer.tokens, "seconds": round(self.seconds, 1), "block": self.block, **values}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(" ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in line.items()), flush=True)
