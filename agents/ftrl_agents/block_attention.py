"""Exact attention on a CPU, some queries at a time, so that their scores stay in the cache of a core.

Queries are the last tokens of what they see. torch's kernel for CPUs takes 2 to 3 times as long with a mask and heads
of 32 or 64 numbers.

Axes: H query heads, K key heads, Q = H / K, n queries, S keys, D head width.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

QUERIES = 128
"""Queries of a head whose scores are made at a time: few enough that half of the causal triangle is never computed."""


def attention(query: Tensor, keys: Tensor, values: Tensor, scaling: float, out: Tensor) -> None:
    """Attention of the last n of S tokens over all of them, each up to itself.

    Args:
        query: ``(H, n, D)``.
        keys: ``(K, D, S)``, transposed.
        values: ``(K, S, D)``.
        scaling: Of the scores.
        out: ``(H, n, D)``, written to.
    """
    before, heads = keys.shape[2] - query.shape[1], keys.shape[0]
    for rows in _blocks(query.shape[1]):
        weights = _weights(_by_key(query[:, rows], heads), keys[:, :, : before + rows.stop], rows, scaling)
        out[:, rows] = _by_query(weights @ values[:, : before + rows.stop], query.shape[0])


def gradients(
    query: Tensor, keys: Tensor, values: Tensor, scaling: float, out: Tensor, grad: Tensor, to_query: Tensor
) -> tuple[Tensor, Tensor]:
    """The reverse of :func:`attention`; its weights are made again, as in FlashAttention (arXiv 2205.14135, section 3.1).

    Args:
        query: As there.
        keys: ``(K, S, D)``, not transposed.
        values: As there.
        scaling: As there.
        out: What came out.
        grad: ``(H, n, D)``, its gradient.
        to_query: Written to: the gradient of ``query``.

    Returns:
        Gradients of ``keys`` and ``values``.
    """
    before, heads = keys.shape[1] - query.shape[1], keys.shape[0]
    to_keys, to_values = torch.zeros_like(keys), torch.zeros_like(values)
    # What the softmax takes off: a query's gradient along its own output.
    along = (grad * out).sum(-1, keepdim=True)
    for rows in _blocks(query.shape[1]):
        seen = before + rows.stop
        asked, given = _by_key(query[:, rows], heads), _by_key(grad[:, rows], heads)
        weights = _weights(asked, keys[:, :seen].mT, rows, scaling)
        to_values[:, :seen].baddbmm_(weights.mT, given)
        scores = torch.bmm(given, values[:, :seen].mT)
        scores.sub_(_by_key(along[:, rows], heads)).mul_(weights).mul_(scaling)
        to_query[:, rows] = _by_query(torch.bmm(scores, keys[:, :seen]), query.shape[0])
        to_keys[:, :seen].baddbmm_(scores.mT, asked)
    return to_keys, to_values


def _blocks(count: int) -> Iterator[slice]:
    for first in range(0, count, QUERIES):
        yield slice(first, min(first + QUERIES, count))


def _by_key(states: Tensor, heads: int) -> Tensor:
    """``(H, n, D)`` as ``(K, Q n, D)``: one product for all query heads of a key head."""
    return states.reshape(heads, -1, states.shape[-1])


def _by_query(states: Tensor, heads: int) -> Tensor:
    """The reverse of :func:`_by_key`."""
    return states.view(heads, -1, states.shape[-1])


def _weights(query: Tensor, keys: Tensor, rows: slice, scaling: float) -> Tensor:
    """Softmax ``(K, Q n, S)`` of queries ``(K, Q n, D)`` over transposed keys ``(K, D, S)``, each up to itself."""
    count = rows.stop - rows.start
    scores = torch.bmm(query, keys).mul_(scaling)
    later = torch.ones(count, count, dtype=torch.bool, device=query.device).triu_(1)
    scores.view(scores.shape[0], -1, count, scores.shape[-1])[..., -count:].masked_fill_(later, -torch.inf)
    return torch.softmax(scores, dim=-1)
