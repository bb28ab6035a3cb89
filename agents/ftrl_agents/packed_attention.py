"""Attention over a packed sequence: the prompts of groups, each once, and their members' tails, without any padding.

A *segment* is a run of tokens: a prompt, which sees itself, or a tail, which sees its group's prompt and itself, both
up to the token in question. What later turns do not see of an episode branches off its tail: a segment that sees what
is in front of it, and that nobody else sees. Everything else in a model looks at one token at a time and need not know.

Axes: H query heads, K key heads, N tokens of the sequence, D head width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, PreTrainedModel

from ftrl_agents.slot_attention import attention, check_attention
from ftrl_gym.errors import UsageError

NAME = "ftrl_packed"


class Segment(NamedTuple):
    """A run of tokens."""

    length: int
    before: int
    """Tokens of its episode in front of it."""
    seen: tuple[int, ...]
    """Numbers of the segments that these are, in order; none for a prompt."""


class Packing:
    """What lies where in a packed sequence.

    Args:
        groups: Tokens of a group's prompt, and of the tails behind it, one after the other.
    """

    def __init__(self, groups: Sequence[tuple[int, Sequence[int]]] = ()) -> None:
        self.segments: list[Segment] = []
        for prompt, tails in groups:
            seen = self.add(prompt)
            for tail in tails:
                self.add(tail, seen)

    def add(self, length: int, seen: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Another segment, of any length.

        Args:
            length: Its tokens.
            seen: Numbers of the segments in front of it, in order.

        Returns:
            Numbers of those that stand in front of what goes on behind it.
        """
        if not length:
            return seen
        before = sum(self.segments[number].length for number in seen)
        self.segments.append(Segment(length, before, seen))
        return (*seen, len(self.segments) - 1)

    def places(self) -> Tensor:
        """``(N,)`` position of each token in its own episode."""
        return torch.cat([torch.arange(one.before, one.before + one.length) for one in self.segments])


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
    # Under autocast norms leave queries and keys in float32; values come straight from a product.
    query, key = query.to(value.dtype), key.to(value.dtype)
    out = by_segment(query[0], key[0], value[0], packing, scaling)
    return out.transpose(0, 1)[None], None


def by_segment(query: Tensor, key: Tensor, value: Tensor, packing: Packing, scaling: float) -> Tensor:
    """``(H, N, D)`` from ``(H, N, D)`` queries and ``(K, N, D)`` keys and values."""
    found, lengths = [], [segment.length for segment in packing.segments]
    # Split, not sliced one by one: the backward pass of a slice is as large as the sequence.
    queries, keys, values = (torch.split(states, lengths, dim=1) for states in (query, key, value))
    for number, segment in enumerate(packing.segments):
        seen_keys, seen_values = keys[number], values[number]
        if segment.seen:
            seen_keys = torch.cat([*(keys[before] for before in segment.seen), seen_keys], dim=1)
            seen_values = torch.cat([*(values[before] for before in segment.seen), seen_values], dim=1)
        found.append(attention(queries[number], seen_keys, seen_values, scaling))
    return torch.cat(found, dim=1)


AttentionInterface.register(NAME, attend)
