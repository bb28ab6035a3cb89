"""Batched decoding with transformers models over a :class:`~ftrl_agents.slot_cache.SlotCache`.

A row is in one of two states: its last token waits to be the next input (:meth:`Sampler.step` consumes it), or tokens
wait to be fed in one pass (:meth:`Sampler.feed`). Feeding needs no logits: it holds back the last token for the next
step, so that a prompt can be prefilled once and continued by every member of its group.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import PreTrainedModel

from ftrl_agents.slot_cache import SlotCache

FEED_TOKENS = 4096
"""Tokens per feeding pass: enough to fill a core, few enough that attention scores stay small."""


class Sampled(NamedTuple):
    """One token for each live row."""

    tokens: list[int]
    logprobs: list[float]
    """Log-probability at the sampling temperature (at 1 for greedy)."""


class Sampler:
    """Decodes many token streams; to be used within :func:`~ftrl_agents.slot_attention.slot_attention`.

    Args:
        model: A causal LM.
        temperature: 0 is greedy.
    """

    def __init__(self, model: PreTrainedModel, temperature: float) -> None:
        self.model, self.temperature = model, temperature
        self.cache = SlotCache(model.device)
        self.inputs: list[int] = []
        """Next input of each live row."""

    @torch.inference_mode()
    def open(self, prompts: list[list[int]], members: list[int]) -> None:
        """Prefill prompts of at least two tokens, longest first; each gets so many rows, behind the live ones."""
        for part in _parts([len(prompt) for prompt in prompts]):
            positions = self.cache.open([len(prompt) - 1 for prompt in prompts[part]], members[part])
            self._fill(prompts[part], positions)
        self.inputs += [prompt[-1] for prompt, count in zip(prompts, members, strict=True) for _ in range(count)]

    @torch.inference_mode()
    def feed(self, rows: list[int], tokens: list[list[int]]) -> None:
        """Append at least two tokens to each row; the last becomes its next input."""
        order = sorted(range(len(rows)), key=lambda i: -len(tokens[i]))
        rows, tokens = [rows[i] for i in order], [tokens[i] for i in order]
        for part in _parts([len(ids) for ids in tokens]):
            self._fill(tokens[part], self.cache.append(rows[part], [len(ids) - 1 for ids in tokens[part]]))
        for row, ids in zip(rows, tokens, strict=True):
            self.inputs[row] = ids[-1]

    @torch.inference_mode()
    def step(self, uniforms: npt.NDArray[np.float64], held: set[int]) -> Sampled:
        """Sample one token for every live row, which becomes its next input.

        Args:
            uniforms: ``(n,)`` numbers in [0, 1) that decide the tokens, one for each row.
            held: Rows that wait to be fed: they are computed along and left as they were.
        """
        positions = self.cache.decode(held)
        inputs = torch.tensor(self.inputs, device=positions.device)[:, None]
        logits = self.model(
            input_ids=inputs, position_ids=positions, past_key_values=self.cache, use_cache=True, slots=self.cache
        ).logits[:, -1]
        logprobs = torch.log_softmax(logits.float() / (self.temperature or 1.0), dim=-1)
        drawn = self.choose(logprobs, uniforms)
        tokens = drawn.tolist()
        self.inputs = [old if row in held else tokens[row] for row, old in enumerate(self.inputs)]
        return Sampled(tokens, logprobs.gather(1, drawn[:, None])[:, 0].tolist())

    def choose(self, logprobs: Tensor, uniforms: npt.NDArray[np.float64]) -> Tensor:
        """Tokens ``(n,)`` of the live rows from ``(n, V)`` log-probabilities; the place to bring in other ones."""
        return logprobs.argmax(-1) if self.temperature == 0 else _draw(logprobs, uniforms)

    def rewind(self, row: int, count: int) -> None:
        """Forget a row's tokens but for the first so many; the next ones are to be fed."""
        self.cache.rewind(row, count)

    def close(self, row: int) -> None:
        """Forget a row's stream; the last row takes its number."""
        with torch.inference_mode():
            self.cache.close(row)
        self.inputs[row] = self.inputs[-1]
        self.inputs.pop()

    def _fill(self, tokens: list[list[int]], positions: Tensor) -> None:
        width = positions.shape[1]
        padded = torch.tensor([ids[:-1] + [0] * (width + 1 - len(ids)) for ids in tokens], device=positions.device)
        self.model.base_model(
            input_ids=padded, position_ids=positions, past_key_values=self.cache, use_cache=True, slots=self.cache
        )


def _parts(lengths: list[int]) -> list[slice]:
    """Runs of sequences, longest first, of at most FEED_TOKENS padded tokens each."""
    parts, start = [], 0
    while start < len(lengths):
        count = max(1, FEED_TOKENS // lengths[start])
        parts.append(slice(start, start + count))
        start += count
    return parts


def _draw(logprobs: Tensor, uniforms: npt.NDArray[np.float64]) -> Tensor:
    """Inverse-CDF sampling: ``(R, V)`` log-probabilities and R uniform numbers to R tokens.

    Unlike a generator shared by the batch, it makes a stream's tokens independent of who its neighbours are.
    """
    cumulative = logprobs.double().exp().cumsum(-1)
    level = torch.as_tensor(uniforms, device=logprobs.device)[:, None] * cumulative[:, -1:]
    return torch.searchsorted(cumulative, level, right=True)[:, 0].clamp(max=logprobs.shape[1] - 1)
