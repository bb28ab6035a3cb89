"""Pretraining of the base model: one pass over endless conversations, resumable, scored on the way.

A run folder holds ``tokenizer/``, ``state.pt`` (weights, optimizer, place in the stream), ``log.jsonl`` and ``model/``:
the weights of the last evaluation, ready to be loaded or copied. A run killed at any moment goes on from its
last checkpoint; resumed with fewer ``tokens`` it goes into the decay of its learning rate, and so ends well earlier.

A second phase may follow, on demonstrations most of which are flawed: what the model then does most of the time is
flawed too, at any temperature. Its state is ``habits.pt``; ``capable/`` keeps the weights from before it.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ftrl_agents.base_model import LAYERS, deeper, load_base, new_model, save_base
from ftrl_agents.corpus import Conversation, Maker, ahead, batches, pad_together
from ftrl_agents.corpus_blocks import TRAVEL_SHARE
from ftrl_agents.supervised import Supervised, likelihood
from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM


CAPABLE = "capable"
"""Folder of a run with the weights from before the second phase."""


@dataclass(frozen=True, kw_only=True)
class Pretraining:
    """Settings of a run."""

    run: Path = Path("runs/pretrain")
    """Folder of the run; one that exists is resumed."""
    start: Path | None = None
    """Folder of a base model whose weights and tokenizer a new run begins with, such as one of fewer scenarios."""
    seed: int = 0
    """Of the initial weights, the corpus and the order of batches."""
    tokens: int = 34_000_000
    """Tokens to read in all."""
    batch_tokens: int = 4_000
    """Tokens of one optimizer step, padding included."""
    learning_rate: float = 1.5e-3
    """On the plateau."""
    muon: bool = False
    """Update the matrices of the blocks by Muon instead of AdamW."""
    decay: float = 0.5
    """Share of the run over which the learning rate falls to zero."""
    rest_weight: float = 0.3
    """Weight of tokens that are not the assistant's."""
    answer_weight: float = 4.0
    """Weight of the tokens of an answer."""
    note_weight: float = 2.0
    """Weight of the tokens of a note."""
    half: bool = False
    """Multiply matrices in bfloat16: half as fast again on a processor that can, and all but the same weights."""
    hidden: int = 128
    """Width of the model, unless it begins with another's weights."""
    layers: int | None = None
    """Blocks of the model: four unless said, or those of the weights it begins with; more of them are put between."""
    mlp: int = 384
    """Width of its feed-forward layers, unless it begins with another's weights."""
    evaluate_every: int = 2_000_000
    """Tokens between two evaluations."""
    travel: float = TRAVEL_SHARE
    """Share of the corpus's blocks that are TravelBooking's, from 0 to 1."""
    habit_tokens: int = 0
    """Tokens to read after that of demonstrations with bad habits; 0 for a base without any."""
    habit_share: float = 0.8
    """Share of those demonstrations with a flaw, from 0 to 1."""
    habit_rate: float = 5e-4
    """Learning rate on their plateau."""

    def check(self) -> None:
        """Raises UsageError for a setting that cannot be."""
        for name, share in (("travel", self.travel), ("habit-share", self.habit_share)):
            if not 0 <= share <= 1:
                raise UsageError(f"{name} is {share}; it is a share from 0 to 1")
        if min(self.batch_tokens, self.evaluate_every) < 1 or min(self.tokens, self.habit_tokens) < 0:
            raise UsageError("batch-tokens and evaluate-every are whole numbers from 1, tokens and habit-tokens from 0")


@dataclass
class Watch:
    """How the model is looked at on the way, on one set of tasks."""

    held_out: Sequence[Conversation]
    """Conversations whose likelihood is logged."""
    score: Callable[[Qwen3ForCausalLM], float]
    """Greedy Solve-F1 on held-out tasks."""


@dataclass(frozen=True)
class Phase:
    """One pass over a stream of conversations."""

    name: str
    """Its state lies in a file of that name."""
    tokens: int
    """To read in all."""
    trainer: Callable[[Qwen3ForCausalLM], Supervised]
    maker: Callable[[], Maker]
    """Makes the conversations in another process, see :func:`ftrl_agents.corpus.ahead`."""
    after: int = 0
    """Tokens of the phase before; a state that was reached after another number is not gone on from."""


def pretrain(
    settings: Pretraining,
    tokenizer: PreTrainedTokenizerFast,
    maker: Callable[[], Maker],
    watches: Mapping[str, Watch],
    habits: Callable[[], Maker] | None = None,
) -> Qwen3ForCausalLM:
    """Trains, or goes on training, until ``settings.tokens`` are read, and then ``settings.habit_tokens``.

    Args:
        settings: Where, how much, how.
        tokenizer: Of the corpus; saved with the weights.
        maker: Makes the corpus in another process, see :func:`ftrl_agents.corpus.ahead`.
        watches: What is measured on the way, by the name of each set.
        habits: Makes the demonstrations of the second phase, where it has any tokens.

    Returns:
        The model as it is at the end, which need not be the best one.
    """
    if settings.start is not None:
        model = deeper(load_base(settings.start).model, settings.layers or 0)
    else:
        model = new_model(settings.seed, tokenizer, settings.hidden, settings.layers or LAYERS, settings.mlp)
    model.to("cuda" if torch.cuda.is_available() else "cpu")

    def trainer(model: Qwen3ForCausalLM) -> Supervised:
        return Supervised(
            model,
            peak=settings.learning_rate,
            total=settings.tokens,
            decay=settings.decay,
            rest_weight=settings.rest_weight,
            emphasis=[
                (*tokenizer.convert_tokens_to_ids([f"<{tag}>", f"</{tag}>"]), weight)
                for tag, weight in (("answer", settings.answer_weight), ("think", settings.note_weight))
            ],
            orthogonal=settings.muon,
            half=settings.half,
        )

    def spoiler(model: Qwen3ForCausalLM) -> Supervised:
        return Supervised(model, peak=settings.habit_rate, total=settings.habit_tokens, warm_up=0.05, decay=0.5)

    read = _run(settings, tokenizer, watches, model, Phase("state", settings.tokens, trainer, maker))
    if habits is not None and settings.habit_tokens:
        save_base(model, tokenizer, settings.run / CAPABLE)
        _run(settings, tokenizer, watches, model, Phase("habits", settings.habit_tokens, spoiler, habits, read))
    save_base(model, tokenizer, settings.run / "model")
    return model


def _run(
    settings: Pretraining,
    tokenizer: PreTrainedTokenizerFast,
    watches: Mapping[str, Watch],
    model: Qwen3ForCausalLM,
    phase: Phase,
) -> int:
    """Takes the model through a phase, from where it stands; returns the tokens read in it."""
    trainer = phase.trainer(model)
    place = _Place(settings.run, trainer, phase)
    place.load()
    if trainer.tokens >= phase.tokens:
        return trainer.tokens
    began = time.monotonic() - place.seconds
    saved = time.monotonic()
    stream = ahead(phase.maker, place.block)
    while trainer.tokens < phase.tokens:
        rng = np.random.default_rng([settings.seed, place.block])
        made, before = next(stream), trainer.tokens
        results = [trainer.step(b) for b in batches(made, settings.batch_tokens, rng, tokenizer.pad_token_id)]
        place.count(made)
        place.block += 1
        place.seconds = time.monotonic() - began
        loss, accuracy = (float(np.mean([getattr(r, name) for r in results])) for name in ("loss", "accuracy"))
        place.log({"loss": loss, "accuracy": accuracy, "rate": trainer.rate()})
        due = trainer.tokens // settings.evaluate_every > before // settings.evaluate_every
        if due or trainer.tokens >= phase.tokens:
            _look(place, tokenizer, watches)
        if due or time.monotonic() - saved > 120 or trainer.tokens >= phase.tokens:
            place.save()
            saved = time.monotonic()
    stream.close()  # type: ignore[attr-defined]
    return trainer.tokens


def _look(place: _Place, tokenizer: PreTrainedTokenizerFast, watches: Mapping[str, Watch]) -> None:
    model = place.trainer.model
    seen: dict[str, float] = {}
    for name, watch in watches.items():
        parts = [
            likelihood(model, pad_together(watch.held_out[i : i + 8], tokenizer.pad_token_id))
            for i in range(0, len(watch.held_out), 8)
        ]
        for measure in ("loss", "accuracy"):
            seen[f"{name}/{measure}"] = float(np.mean([getattr(part, measure) for part in parts]))
        seen[f"{name}/f1"] = watch.score(model)
    place.log({**seen, "read": dict(sorted(place.read.items()))})
    save_base(model, tokenizer, place.folder / "model")


class _Place:
    """Where a run is, on disk and in memory."""

    def __init__(self, folder: Path, trainer: Supervised, phase: Phase) -> None:
        self.folder, self.trainer, self.phase = folder, trainer, phase
        self.path = folder / f"{phase.name}.pt"
        self.block, self.seconds = 0, 0.0
        self.read: Counter[str] = Counter()
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> None:
        if not self.path.exists():
            return
        state = torch.load(self.path, map_location=self.trainer.model.device, weights_only=True)
        if state.get("after", 0) != self.phase.after:
            return
        self.trainer.model.load_state_dict(state["model"])
        try:
            self.trainer.optimizer.load_state_dict(state["optimizer"])
        except (KeyError, ValueError):
            raise UsageError(
                f"{self.path} was written with the other optimizer: give --muon as the run was begun, or another --run"
            ) from None
        self.trainer.tokens, self.block, self.seconds = state["tokens"], state["block"], state["seconds"]
        self.read = Counter(state["read"])

    def count(self, conversations: Sequence[Conversation]) -> None:
        """Adds to the tokens read of each source."""
        for one in conversations:
            self.read[one.source] += len(one.ids)

    def save(self) -> None:
        state = {
            "model": self.trainer.model.state_dict(),
            "optimizer": self.trainer.optimizer.state_dict(),
            "tokens": self.trainer.tokens,
            "block": self.block,
            "seconds": self.seconds,
            "read": dict(self.read),
            "after": self.phase.after,
        }
        torch.save(state, self.path.with_suffix(".new"))
        self.path.with_suffix(".new").replace(self.path)

    def log(self, values: dict[str, Any]) -> None:
        line = {
            "phase": self.phase.name,
            "tokens": self.trainer.tokens,
            "seconds": round(self.seconds, 1),
            "block": self.block,
            **values,
        }
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(" ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in line.items()), flush=True)
