"""The loss per token, and how tokens are put together.

Axes: B episodes, T tokens, N own tokens of several episodes in a row. Every function but the last works token by token,
so ``(B, T)`` may as well be ``(N,)``, without padding.
"""

from __future__ import annotations

import torch
from torch import Tensor


def ratio(logprobs_BT: Tensor, sampled_BT: Tensor) -> Tensor:
    """How much likelier a token is now than when it was sampled, ``(B, T)``; both are log-probabilities."""
    return (logprobs_BT - sampled_BT).exp()


def clipped_surrogate(ratio_BT: Tensor, advantage_BT: Tensor, clip_low: float, clip_high: float) -> Tensor:
    """PPO's clipped objective with DAPO's two bounds, as a loss ``(B, T)``.

    ``-min(r A, clip(r, 1 - clip_low, 1 + clip_high) A)``: arXiv 1707.06347, equation 7; arXiv 2503.14476, equation 10.
    """
    clipped_BT = ratio_BT.clamp(1 - clip_low, 1 + clip_high)
    return -torch.minimum(ratio_BT * advantage_BT, clipped_BT * advantage_BT)


def k3(logprobs_BT: Tensor, reference_BT: Tensor) -> Tensor:
    """Low-variance, unbiased estimate ``(B, T)`` of KL(policy || reference) on the policy's samples.

    ``q - log q - 1`` with ``q = reference / policy``: arXiv 2402.03300, equation 4.
    """
    log_q_BT = reference_BT - logprobs_BT
    return log_q_BT.exp() - log_q_BT - 1


def entropy(logits_BTV: Tensor) -> Tensor:
    """Entropy in nats of each token's distribution: ``(..., V)`` logits to ``(...)``."""
    logprobs_BTV = torch.log_softmax(logits_BTV, -1)
    return -(logprobs_BTV.exp() * logprobs_BTV).sum(-1)


def token_mean(values_N: Tensor, tokens: int) -> Tensor:
    """Sum over own tokens of a part, by the number of own tokens in the whole mini-batch (DAPO, arXiv 2503.14476,
    equation 8): every token weighs the same, however long its episode and however the batch is cut into parts."""
    return values_N.sum() / tokens
