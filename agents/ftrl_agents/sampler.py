"""Batched decoding with transformers models over a :class:`~ftrl_agents.slot_cache.SlotCache`.

A row is in one of two states: its last token waits to be the next input (:meth:`Sampler.step` consumes it), or tokens
wait to be fed in one pass (:meth:`Sampler.feed`). ``feed`` needs no logits: it holds back the last token for the next
step, so that a prompt can be prefilled once and continued by every member of its group.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from ftrl_gym.errors import UsageError
from torch import Tensor
from transformers import PreTrainedModel

from ftrl_agents.slot_cache import SlotCache

FEED_TOKENS = 4096
"""Tokens per feeding pass: enough to fill a core, few enough that attention scores stay small."""


class Sampled(NamedTuple):
    """One token for each stepped row."""

    tokens: list[int]
    logprobs: list[float]
    """Log-probability at the sampling temperature (at 1 for greedy)."""


class Sampler:
    """Decodes up to ``rows`` token streams; live streams must occupy the rows from 0 on.

    Args:
        model: A causal LM with full attention in every layer.
        rows: How many streams at once.
        temperature: 0 is greedy.
    """

    def __init__(self, model: PreTrainedModel, rows: int, temperature: float) -> None:
        self.model, self.temperature = model, temperature
        self.cache = SlotCache(rows)
        self.lengths = torch.zeros(rows, dtype=torch.long, device=model.device)
        self.inputs = torch.zeros(rows, dtype=torch.long, device=model.device)

    @torch.inference_mode()
    def feed(self, rows: list[int], tokens: list[list[int]]) -> None:
        """Append tokens to rows; the last of each becomes the row's next input."""
        order = sorted(range(len(rows)), key=lambda i: len(tokens[i]))
        while order:
            longest = len(tokens[order[-1]]) - 1
            part = [order.pop() for _ in range(min(len(order), max(1, FEED_TOKENS // max(longest, 1))))]
            self._feed([rows[i] for i in part], [tokens[i] for i in part], longest)

    def _feed(self, rows: list[int], tokens: list[list[int]], longest: int) -> None:
        device = self.lengths.device
        for row, ids in zip(rows, tokens, strict=True):
            self.inputs[row] = ids[-1]
        if longest == 0:
            return
        padded = torch.tensor([ids[:-1] + [0] * (longest + 1 - len(ids)) for ids in tokens], device=device)
        starts = self.lengths[rows]
        positions = starts[:, None] + torch.arange(longest, device=device)
        mask = self.cache.aim(rows, positions)
        self.model.base_model(
            input_ids=padded, attention_mask=mask, position_ids=positions, past_key_values=self.cache, use_cache=True
        )
        self.lengths[rows] = starts + torch.tensor([len(ids) - 1 for ids in tokens], device=device)

    @torch.inference_mode()
    def step(self, live: int, uniforms: npt.NDArray[np.float64], held: list[int]) -> Sampled:
        """Sample one token for rows ``0 .. live - 1``, each of which becomes its row's next input.

        Args:
            live: Number of rows.
            uniforms: ``(live,)`` numbers in [0, 1) that decide the tokens, one for each row.
            held: Rows among them that wait to be fed: they are computed along and left as they were.
        """
        positions = self.lengths[:live, None]
        mask = self.cache.aim(range(live), positions)
        inputs = self.inputs[:live]
        logits = self.model(
            input_ids=inputs[:, None], attention_mask=mask, position_ids=positions, past_key_values=self.cache,
            use_cache=True,
        ).logits[:, -1].float()  # fmt: skip
        logprobs = torch.log_softmax(logits / (self.temperature or 1.0), dim=-1)
        tokens = logprobs.argmax(-1) if self.temperature == 0 else _draw(logprobs, uniforms)
        chosen = logprobs.gather(1, tokens[:, None])[:, 0]
        kept = inputs[held]
        self.inputs[:live] = tokens
        self.lengths[:live] += 1
        if held:
            self.inputs[held] = kept
            self.lengths[held] -= 1
        return Sampled(tokens.tolist(), chosen.tolist())

    @torch.inference_mode()
    def copy(self, source: int, targets: list[int]) -> None:
        """Continue the stream of ``source`` in ``targets`` as well."""
        self.cache.copy(source, targets, int(self.lengths[source]))
        self.lengths[targets], self.inputs[targets] = self.lengths[source].clone(), self.inputs[source].clone()

    def clear(self, row: int) -> None:
        """Forget a row's stream."""
        self.lengths[row] = 0


def _draw(logprobs: Tensor, uniforms: npt.NDArray[np.float64]) -> Tensor:
    """Inverse-CDF sampling: ``(R, V)`` log-probabilities and R uniform numbers to R tokens.

    Unlike a generator shared by the batch, it makes a stream's tokens independent of who its neighbours are.
    """
    cumulative = logprobs.double().exp().cumsum(-1)
    level = torch.as_tensor(uniforms, device=logprobs.device)[:, None] * cumulative[:, -1:]
    return torch.searchsorted(cumulative, level, right=True)[:, 0].clamp(max=logprobs.shape[1] - 1)


def require_full_attention(model: PreTrainedModel) -> None:
    """Raises UsageError for models whose cache is more than keys and values of all tokens."""
    kinds = set(getattr(model.config.get_text_config(), "layer_types", None) or ["full_attention"])
    if kinds != {"full_attention"}:
        raise UsageError(
            f"{model.config.model_type} models have layers of type {', '.join(sorted(kinds - {'full_attention'}))}; "
            "this sampler knows full attention only. Models that work: Qwen2.5, Qwen3, Llama, Mistral, SmolLM2, OLMo 2"
        )
