"""Attention over a packed sequence: the prompts of groups, each once, and their members' tails, without any padding.

A *segment* is a run of tokens: a prompt, which sees itself, or a tail, which sees its group's prompt and itself, both
up to the token in question. Everything else in a model looks at one token at a time and need not know.

A segment is attended to by :mod:`.block_attention` on a CPU, and by a call of torch's kernel on a card.

Axes: H query heads, K key heads, N tokens of the sequence, D head width, S keys that a segment sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.attention.bias import causal_lower_right
from transformers import AttentionInterface, PreTrainedModel

from ftrl_agents.block_attention import attention, gradients
from ftrl_agents.slot_attention import check_attention
from ftrl_gym.errors import UsageError

NAME = "ftrl_packed"


class Segment(NamedTuple):
    """A run of tokens."""

    start: int
    length: int
    prompt_start: int
    """Where the prompt that it sees begins."""
    prompt: int
    """Tokens of that prompt; 0 for a prompt itself."""

    @property
    def rows(self) -> slice:
        """Its tokens."""
        return slice(self.start, self.start + self.length)

    @property
    def prompt_rows(self) -> slice:
        """Those of its prompt."""
        return slice(self.prompt_start, self.prompt_start + self.prompt)


class Packing:
    """What lies where in a packed sequence.

    Args:
        groups: Tokens of a group's prompt, and of the tails behind it, one after the other.
    """

    def __init__(self, groups: Sequence[tuple[int, Sequence[int]]]) -> None:
        self.segments: list[Segment] = []
        end = 0
        for prompt, tails in groups:
            first, end = end, end + prompt
            if prompt:
                self.segments.append(Segment(first, prompt, first, 0))
            for tail in tails:
                self.segments.append(Segment(end, tail, first, prompt))
                end += tail

    def places(self) -> Tensor:
        """``(N,)`` position of each token in its own episode."""
        runs = [torch.arange(one.prompt, one.prompt + one.length) for one in self.segments]
        return torch.cat(runs)


@contextmanager
def packed_attention(model: PreTrainedModel) -> Iterator[None]:
    """Let the model attend over a packed sequence, passed to it as ``packing=``. May be entered again within.

    Raises:
        UsageError: It has layers that see less than all tokens.
    """
    config = model.config.get_text_config()
    before = config._attn_implementation
    if before == NAME:
        yield
        return
    check_attention(model)
    model.set_attn_implementation(NAME)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    packing: Packing,
    softcap: float | None = None,
    s_aux: Tensor | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """``query`` ``(1, H, N, D)``, ``key`` and ``value`` ``(1, K, N, D)`` to ``(1, N, H, D)``."""
    if softcap is not None or s_aux is not None:
        raise UsageError("models with capped attention scores or attention sinks cannot be trained here")
    if query.device.type == "cpu":
        out: Tensor = _Blocks.apply(query[0], key[0], value[0], packing, scaling)  # type: ignore[no-untyped-call]
    else:
        out = by_kernel(query[0], key[0], value[0], packing, scaling)
    return out.transpose(0, 1)[None], None


def by_kernel(query: Tensor, key: Tensor, value: Tensor, packing: Packing, scaling: float) -> Tensor:
    """``(H, N, D)`` by torch's own attention, segment by segment; arguments as in :func:`attend`, without the 1."""
    found = []
    for segment in packing.segments:
        rows = segment.rows
        keys, values = _seen(key, segment), _seen(value, segment)
        mask = causal_lower_right(segment.length, segment.prompt + segment.length)
        found.append(
            nn.functional.scaled_dot_product_attention(
                query[None, :, rows], keys[None], values[None], attn_mask=mask, scale=scaling, enable_gqa=True
            )[0]
        )
    return torch.cat(found, dim=1)


class _Blocks(torch.autograd.Function):
    """Segment by segment by :mod:`.block_attention`."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, packing: Packing, scaling: float) -> Tensor:
        ctx.packing, ctx.scaling = packing, scaling
        out = torch.empty_like(query)
        for segment in packing.segments:
            rows = segment.rows
            attention(query[:, rows], _seen(key, segment).mT, _seen(value, segment), scaling, out[:, rows])
        ctx.save_for_backward(query, key, value, out)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        query, key, value, out = ctx.saved_tensors
        to_query, to_key, to_value = torch.empty_like(query), torch.zeros_like(key), torch.zeros_like(value)
        for segment in ctx.packing.segments:
            rows = segment.rows
            keys, values = _seen(key, segment), _seen(value, segment)
            found = gradients(query[:, rows], keys, values, ctx.scaling, out[:, rows], grad[:, rows], to_query[:, rows])
            for states, more in zip((to_key, to_value), found, strict=True):
                states[:, segment.prompt_rows] += more[:, : segment.prompt]
                states[:, rows] += more[:, segment.prompt :]
        return to_query, to_key, to_value, None, None


def _seen(states: Tensor, segment: Segment) -> Tensor:
    """``(K, N, D)`` states to those ``(K, S, D)`` that a segment sees."""
    own = states[:, segment.rows]
    return torch.cat((states[:, segment.prompt_rows], own), dim=1) if segment.prompt else own


AttentionInterface.register(NAME, attend)
