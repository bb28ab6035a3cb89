"""Attention over a :class:`~ftrl_agents.slot_cache.SlotCache`: one function, used by transformers' own modules.

While decoding, nearly all time goes into reading keys and values. The rows of a group have their prompt in common, so
its keys are read once for all of them: attention over prefix and tail apart, joined by their softmax normalisers (the
identity that FlashAttention, arXiv 2205.14135, uses between blocks).

Axes as in :mod:`.slot_cache`, and H query heads = K * Q.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.attention.bias import causal_lower_right
from transformers import AttentionInterface, PreTrainedModel

from ftrl_agents.slot_cache import Pass, SlotCache
from ftrl_gym.errors import UsageError

NAME = "ftrl_slots"


@contextmanager
def slot_attention(model: PreTrainedModel) -> Iterator[None]:
    """Let the model attend over a SlotCache, passed to it as ``slots=``.

    Raises:
        UsageError: It has layers that keep more, or see less, than the keys of all tokens.
    """
    check_attention(model)
    config = model.config.get_text_config()
    before = config._attn_implementation
    model.set_attn_implementation(NAME)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def check_attention(model: PreTrainedModel) -> None:
    """Whether every layer of a model sees all tokens, through transformers' attention interface.

    Raises:
        UsageError: One does not; says which models do.
    """
    config = model.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    if kinds != {"full_attention"} or not model._supports_attention_backend:
        raise UsageError(
            f"{model.config.model_type} models ({', '.join(sorted(kinds))}) cannot be sampled or trained here: every "
            "layer must be full attention behind transformers' attention interface. Models that work: Qwen2.5, Qwen3, "
            "Llama"
        )


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    slots: SlotCache,
    softcap: float | None = None,
    s_aux: Tensor | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """``query`` ``(R, H, N, D)``, new ``key`` and ``value`` ``(R, K, N, D)`` to ``(R, N, H, D)``."""
    if softcap is not None or s_aux is not None:
        raise UsageError("models with capped attention scores or attention sinks cannot be sampled here")
    layer = int(module.layer_idx)  # type: ignore[arg-type]
    if slots.kind is Pass.PREFILL:
        out = nn.functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, scale=scaling, enable_gqa=True
        )
    elif slots.kind is Pass.APPEND:
        out = _append(query, slots, layer, scaling)
    else:
        out = _decode(query, slots, layer, scaling)
    return out.transpose(1, 2), None


AttentionInterface.register(NAME, attend)


def attention(query: Tensor, keys: Tensor, values: Tensor, scaling: float) -> Tensor:
    """The last n of S tokens attend to all of them, each up to itself.

    Args:
        query: ``(H, n, D)``.
        keys: ``(K, S, D)``.
        values: ``(K, S, D)``.
        scaling: Of the scores.

    Returns:
        ``(H, n, D)``.
    """
    count, seen = query.shape[1], keys.shape[1]
    # Known to be causal, it takes torch's faster kernels.
    mask = None if count == seen else causal_lower_right(count, seen)
    return nn.functional.scaled_dot_product_attention(
        query[None], keys[None], values[None], attn_mask=mask, is_causal=mask is None, scale=scaling, enable_gqa=True
    )[0]


def _append(query: Tensor, slots: SlotCache, layer: int, scaling: float) -> Tensor:
    """Several tokens per row, row by row: each with as many tokens and keys as it has."""
    (old_keys, old_values), (new_keys, new_values) = slots.prefixes.layers[layer], slots.tails.layers[layer]
    out = torch.zeros_like(query)
    for place, (row, seen, count) in enumerate(slots.fed):
        group = slots.group_of[row]
        prefix = slots.prefix_lengths[group]
        keys = torch.cat((old_keys[group, :, :, :prefix].mT, new_keys[row, :, :, :seen].mT), dim=1)
        values = torch.cat((old_values[group, :, :prefix], new_values[row, :, :seen]), dim=1)
        out[place, :, :count] = attention(query[place, :, :count], keys, values, scaling)
    return out


def _decode(query: Tensor, slots: SlotCache, layer: int, scaling: float) -> Tensor:
    """One token for every live row."""
    grid, count, groups = slots.grid, query.shape[0], len(slots.prefix_lengths)
    keys, values = slots.prefixes.layers[layer]
    query = (query * scaling).view(count, keys.shape[1], -1, query.shape[-1])  # (n, K, Q, D)
    by_group = query[grid.rows].transpose(1, 2)  # (g, K, M, Q, D)
    common = _partial(by_group.flatten(2, 3), keys[:groups], values[:groups], slots.prefix_bias)
    shape = by_group.shape[:-1]
    prefix = _Partial(*(part.view(*shape, part.shape[-1]).transpose(1, 2).flatten(0, 1)[grid.place] for part in common))
    keys, values = slots.tails.layers[layer]
    own = _partial(query, keys[:count], values[:count], slots.tail_bias)
    peak = torch.maximum(prefix.peak, own.peak)
    scale_prefix, scale_own = (prefix.peak - peak).exp_(), (own.peak - peak).exp_()
    mass = prefix.mass * scale_prefix + own.mass * scale_own
    out = prefix.out * (scale_prefix / mass) + own.out * (scale_own / mass)
    return out.to(query.dtype).reshape(count, -1, 1, out.shape[-1])


class _Partial(NamedTuple):
    """Attention over a part of the keys, not yet normalised."""

    out: Tensor
    """``(..., D)`` sum of values weighted by ``exp(score - peak)``."""
    peak: Tensor
    """``(..., 1)`` largest score."""
    mass: Tensor
    """``(..., 1)`` sum of ``exp(score - peak)``."""


def _partial(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> _Partial:
    """``query`` ``(B, K, Q, D)`` over the first W of ``(B, K, D, ...)`` keys; ``bias`` is ``(B, 1, 1, W)``."""
    width = bias.shape[3]
    scores = (query @ keys[..., :width]).float().add_(bias)
    peak = scores.amax(-1, keepdim=True)
    weights = scores.sub_(peak).exp_()
    return _Partial((weights.to(values.dtype) @ values[:, :, :width]).float(), peak, weights.sum(-1, keepdim=True))
