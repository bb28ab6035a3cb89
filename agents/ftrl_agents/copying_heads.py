"""Initial weights that already copy: a previous-token head and induction heads, written into a Qwen3 model.

Filling in a tool's arguments is copying, and copying needs a circuit of two layers (Olsson et al. 2022, "In-context
Learning and Induction Heads", arXiv 2209.11895): a head that looks one token back, and a head that looks for the place
where the current token stood before and repeats what followed. A small model needs millions of tokens until it finds
that circuit by chance; here its first two layers start with it (in the spirit of Trockman & Kolter 2023, "Mimetic
Initialization of Self-Attention Layers", arXiv 2305.09828), and everything is trained from there.

The residual stream of width W starts as: token identity in ``[0, W/2)``, whose first coordinate is the same for all
tokens; the previous token in ``[W/2, 3W/4)``; the one before it in ``[3W/4, W)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from transformers import Qwen3ForCausalLM

SCALE = 0.08
"""Of a coordinate of the residual stream."""
SHARPNESS = 2.4
"""Weight of the query and key norms in the two layers: how much a head prefers its best match."""
BACKWARD = (0.4, 0.25, 0.2, 0.15)
"""Share of the fastest rotary frequencies in a head that looks a fixed number of tokens back."""


@torch.no_grad()
def write_copying_heads(model: Qwen3ForCausalLM, seed: int) -> None:
    """Overwrites embeddings and the first two attention layers.

    Args:
        model: At least two layers, as many key heads as query heads, tied embeddings.
        seed: Of the random projections.
    """
    config, random = model.config, torch.Generator().manual_seed(seed)
    width, head = config.hidden_size, config.head_dim
    half, quarter = width // 2, width // 4
    assert config.num_key_value_heads == config.num_attention_heads >= 2 and quarter == head
    embedding = model.model.embed_tokens.weight
    embedding.zero_()
    embedding[:, :half] = SCALE * torch.randn(len(embedding), half, generator=random)
    embedding[:, 0] = 3 * SCALE

    basis = torch.linalg.qr(torch.randn(half - 1, half - 1, generator=random))[0]
    first, second = basis[:head], basis[head - 1 :]  # (head, half - 1) each; together they hold the whole identity
    looks_back, copies = (layer.self_attn for layer in model.model.layers[:2])
    for layer in (looks_back, copies):
        layer.q_norm.weight.fill_(SHARPNESS)
        layer.k_norm.weight.fill_(SHARPNESS)

    frequencies = config.rope_parameters["rope_theta"] ** (-torch.arange(head // 2) / (head // 2))
    for number, (distance, projection) in enumerate(((1, first), (2, second))):
        rows, target = (
            slice(number * head, (number + 1) * head),
            slice(half + number * quarter, half + (number + 1) * quarter),
        )
        query, key = _backward(distance, frequencies)
        _only(looks_back.q_proj.weight, rows, 0, query)
        _only(looks_back.k_proj.weight, rows, 0, key)
        looks_back.v_proj.weight[rows] = 0.0
        looks_back.v_proj.weight[rows, 1:half] = projection
        looks_back.o_proj.weight[:, rows] = 0.0
        looks_back.o_proj.weight[target, rows] = SCALE / 2**0.5 * torch.eye(head)

    # A rotation by position must not disturb a match of contents: only slow frequencies hold it.
    slow = head // 4
    places = torch.cat([torch.arange(slow, 2 * slow), torch.arange(3 * slow, 4 * slow)])
    previous, before = slice(half, half + quarter), slice(half + quarter, width)
    mix = torch.linalg.qr(torch.randn(head, head, generator=random))[0][: 2 * slow]
    one = (mix @ first, mix)
    two_now = (
        torch.cat([mix[:slow] @ first, torch.zeros(slow, half - 1)]),
        torch.cat([torch.zeros(slow, head), mix[slow:]]),
    )
    two_then = (
        torch.cat([mix[:slow], torch.zeros(slow, head)]),
        torch.cat([torch.zeros(slow, head), mix[slow:] @ second @ first.T]),
    )
    for number, projection in enumerate((first, second)):
        rows = slice(number * head, (number + 1) * head)
        for weight in (copies.q_proj.weight, copies.k_proj.weight):
            weight[rows] = 0.0
        query, key = copies.q_proj.weight[rows], copies.k_proj.weight[rows]
        if number == 0:  # the token before there is the token now
            query[places, 1:half] = one[0]
            key[places, previous] = one[1]
        else:  # and the one before that is the one before now
            query[places, 1:half], query[places, previous] = two_now
            key[places, previous] = two_then[0]
            key[places, before] = torch.cat([torch.zeros(slow, head), mix[slow:] @ first @ second.T])
        copies.v_proj.weight[rows] = 0.0
        copies.v_proj.weight[rows, 1:half] = projection
        copies.o_proj.weight[:, rows] = 0.0
        copies.o_proj.weight[1:half, rows] = 3 * SCALE * projection.T


def _backward(distance: int, frequencies: Tensor) -> tuple[Tensor, Tensor]:
    """Query and key, each (head,), whose rotary product is largest ``distance`` tokens back."""
    share = torch.zeros(len(frequencies))
    share[: len(BACKWARD)] = torch.tensor(BACKWARD)
    size, angle = share.sqrt(), -distance * frequencies
    return torch.cat([size * angle.cos(), size * angle.sin()]), torch.cat([size, torch.zeros_like(size)])


def _only(weight: Tensor, rows: slice, column: int, values: Tensor) -> None:
    """Rows that read one coordinate and nothing else."""
    weight[rows] = 0.0
    weight[rows, column] = values
