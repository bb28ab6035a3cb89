"""The models of ``speed.py learner``, what arithmetic their steps cannot do without, and how fast a machine does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

import torch
from transformers import PreTrainedTokenizerBase, Qwen3Config, Qwen3ForCausalLM

MATRIX = 1024
"""Width of the square matrices whose product is timed on a CPU; an accelerator gets eight times as much."""


class Size(StrEnum):
    """Parameters of a model to compare with."""

    HALF = "0.5M"
    SIX = "6M"
    THIRTY = "30M"


class Shape(NamedTuple):
    """A Qwen3 model, with half as many heads of keys as of queries."""

    hidden: int
    layers: int
    heads: int
    head: int
    """Width of a head."""
    mlp: int


SHAPES = {
    Size.HALF: Shape(96, 3, 4, 32, 256),
    Size.SIX: Shape(256, 7, 8, 32, 768),
    Size.THIRTY: Shape(512, 9, 8, 64, 1536),
}


def random_model(shape: Shape, tokenizer: PreTrainedTokenizerBase, seed: int = 0) -> Qwen3ForCausalLM:
    """Random weights in float32; the same seed gives the same."""
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads // 2,
        head_dim=shape.head,
        intermediate_size=shape.mlp,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Qwen3ForCausalLM(config)


class Arithmetic(NamedTuple):
    """Floating-point operations of the matrix products of one step."""

    rollout: float
    update: float


def arithmetic(
    config: Qwen3Config, prompts: Sequence[int], tails: Sequence[int], own_tokens: int, group: int
) -> Arithmetic:
    """What a step needs at least: each prompt once for its group, each other token once, logits at own tokens only.

    Two operations for a weight and a token, the same for each pair of query and visible key and each of their
    numbers, once for scores and once for values. The update takes three times as much as a forward pass: the backward
    pass computes gradients of inputs and of weights.

    Args:
        config: Of the model.
        prompts: Tokens of each prompt.
        tails: Tokens of each episode behind its prompt, ``group`` episodes for each prompt in turn.
        own_tokens: Of all episodes.
        group: Episodes of a prompt.
    """
    queries, keys = config.num_attention_heads * config.head_dim, config.num_key_value_heads * config.head_dim
    block = config.hidden_size * (2 * queries + 2 * keys + 3 * config.intermediate_size)
    tokens = sum(prompts) + sum(tails)
    pairs = sum(prompt * (prompt + 1) / 2 for prompt in prompts)
    pairs += sum(tail * (tail + 1) / 2 + tail * prompts[row // group] for row, tail in enumerate(tails))
    blocks = config.num_hidden_layers * (2 * block * tokens + 4 * queries * pairs)
    forward = blocks + 2 * config.hidden_size * config.vocab_size * own_tokens
    return Arithmetic(forward, 3 * forward)


def measured_rate(clock: Callable[[], float], device: str, dtype: torch.dtype, repeats: int = 7) -> float:
    """Operations a second of a product of square matrices, the best of several."""
    width = MATRIX if device == "cpu" else 8 * MATRIX
    matrix, best = torch.randn(width, width, device=device, dtype=dtype), 0.0
    for _ in range(repeats):
        begun = clock()
        for _ in range(10):
            torch.mm(matrix, matrix)
        best = max(best, 20 * width**3 / (clock() - begun))
    return best


def clock_of(device: str) -> Callable[[], float]:
    """CPU seconds of this process and its children that have ended, or seconds in which a card is really done."""
    import os
    import time

    def cpu() -> float:
        times = os.times()
        return time.process_time() + times.children_user + times.children_system

    def card() -> float:
        torch.cuda.synchronize()
        return time.monotonic()

    return cpu if device == "cpu" else card
