"""The loss per token, and how tokens are put together.

Axes: N own tokens of several episodes in a row, E episodes, V the vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ftrl_agents.config import Average, KlEstimator, Surrogate

MOST = 30.0
"""Log of the largest ratio: beyond every bound, and far from what would overflow into a gradient that is no number."""


def ratio(logprobs_N: Tensor, sampled_N: Tensor) -> Tensor:
    """How much likelier a token is now than when it was sampled, ``(N,)``; both are log-probabilities."""
    return (logprobs_N - sampled_N).clamp(max=MOST).exp()


def episode_ratio(logprobs_N: Tensor, sampled_N: Tensor, episode_N: Tensor) -> Tensor:
    """The ratio of an episode as a whole, the product of those of its tokens, at each of them: ``(N,)``.

    Its gradient at each place is that of all the episode's tokens, so it is for advantages that an episode has as a
    whole.

    Args:
        logprobs_N: Log-probabilities now.
        sampled_N: Those of sampling.
        episode_N: ``(N,)`` which episode a token belongs to, from 0. Episodes are whole.
    """
    return _sums(logprobs_N - sampled_N, episode_N).clamp(max=MOST).exp()[episode_N]


def mean_ratio(logprobs_N: Tensor, sampled_N: Tensor, episode_N: Tensor) -> Tensor:
    """The geometric mean of the ratios of an episode's tokens, at each of them: ``(N,)``.

    The gradient at each place is that of its own token (GSPO-token, arXiv 2507.18071). Where all tokens of
    an episode have one advantage, that is the same as GSPO's (equation 7); where they have not, each is paid its own.

    Args:
        logprobs_N: Log-probabilities now.
        sampled_N: Those of sampling.
        episode_N: ``(N,)`` which episode a token belongs to, from 0. Episodes are whole.
    """
    differences_N = (logprobs_N - sampled_N).detach()
    means_E = _sums(differences_N, episode_N) / _sums(torch.ones_like(differences_N), episode_N)
    return means_E.clamp(max=MOST).exp()[episode_N] * (logprobs_N - logprobs_N.detach()).exp()


def _sums(values_N: Tensor, episode_N: Tensor) -> Tensor:
    """Of each episode's tokens, ``(E,)``."""
    count = int(episode_N.max()) + 1 if len(episode_N) else 0
    return values_N.new_zeros(count).index_add(0, episode_N, values_N)


def clipped_ratio(kind: Surrogate, logprobs_N: Tensor, sampled_N: Tensor, episode_N: Tensor) -> Tensor:
    """The ratio ``(N,)`` that a :class:`~ftrl_agents.config.Surrogate` bounds: each token's, or its episode's."""
    match kind:
        case Surrogate.GSPO:
            return mean_ratio(logprobs_N, sampled_N, episode_N)
        case Surrogate.SEQUENCE:
            return episode_ratio(logprobs_N, sampled_N, episode_N)
        case Surrogate.PPO | Surrogate.CISPO:
            return ratio(logprobs_N, sampled_N)


def clipped_surrogate(ratio_N: Tensor, advantage_N: Tensor, clip_low: float, clip_high: float) -> Tensor:
    """PPO's clipped objective with DAPO's two bounds, as a loss ``(N,)``.

    ``-min(r A, clip(r, 1 - clip_low, 1 + clip_high) A)``: arXiv 1707.06347, equation 7; arXiv 2503.14476, equation 10.
    """
    clipped_N = ratio_N.clamp(1 - clip_low, 1 + clip_high)
    return -torch.minimum(ratio_N * advantage_N, clipped_N * advantage_N)


def cispo(logprobs_N: Tensor, ratio_N: Tensor, advantage_N: Tensor, clip_low: float, clip_high: float) -> Tensor:
    """REINFORCE with clipped importance weights, as a loss ``(N,)``: no token's gradient is ever cut off.

    ``-stop(clip(r, 1 - clip_low, 1 + clip_high)) A log p``: MiniMax-M1, arXiv 2506.13585, equations 4 and 5.
    """
    return -ratio_N.clamp(1 - clip_low, 1 + clip_high).detach() * advantage_N * logprobs_N


def surrogate(
    kind: Surrogate,
    logprobs_N: Tensor,
    sampled_N: Tensor,
    advantage_N: Tensor,
    episode_N: Tensor,
    clip_low: float,
    clip_high: float,
) -> Tensor:
    """The loss ``(N,)`` of a :class:`~ftrl_agents.config.Surrogate`."""
    ratio_N = clipped_ratio(kind, logprobs_N, sampled_N, episode_N)
    if kind is Surrogate.CISPO:
        return cispo(logprobs_N, ratio_N, advantage_N, clip_low, clip_high)
    return clipped_surrogate(ratio_N, advantage_N, clip_low, clip_high)


def kl(estimator: KlEstimator, logprobs_N: Tensor, reference_N: Tensor) -> Tensor:
    """Estimate ``(N,)`` of KL(policy || reference) from the policy's samples (http://joschu.net/blog/kl-approx.html).

    With ``q = reference / policy``: k1 is ``-log q``, k2 ``(log q)^2 / 2``, k3 ``q - log q - 1`` (arXiv 2402.03300,
    equation 4).
    """
    log_q_N = reference_N - logprobs_N
    match estimator:
        case KlEstimator.K1:
            return -log_q_N
        case KlEstimator.K2:
            return log_q_N.square() / 2
        case KlEstimator.K3:
            return log_q_N.exp() - log_q_N - 1


def value_loss(value_N: Tensor, before_N: Tensor, target_N: Tensor, clip: float) -> Tensor:
    """Half the squared error of values that may move ``clip`` away from those before the update, ``(N,)``.

    The larger of the errors with and without that bound, as in the implementation of PPO by its authors.
    """
    bounded_N = before_N + (value_N - before_N).clamp(-clip, clip)
    return torch.maximum((value_N - target_N).square(), (bounded_N - target_N).square()) / 2


def truncated_importance(learner_N: Tensor, sampler_N: Tensor, cap: float) -> Tensor:
    """How much likelier the learner's engine finds a token than the sampler's, at most ``cap``: a weight ``(N,)``.

    Both log-probabilities are of the same weights, so they differ only in arithmetic: truncated importance sampling
    (Ionides 2008, "Truncated Importance Sampling").
    """
    return (learner_N - sampler_N).exp().clamp(max=cap)


def entropy(logprobs_NV: Tensor) -> Tensor:
    """Entropy in nats of each token's distribution: ``(..., V)`` log-probabilities to ``(...)``."""
    return -(logprobs_NV.exp() * logprobs_NV).sum(-1)


def token_weights(average: Average, sizes_E: Tensor, tokens: int, episodes: int, constant: int) -> Tensor:
    """What a token of each episode weighs, ``(E,)``, so that the loss of a mini-batch is a weighted sum.

    However a mini-batch is cut into parts, its sum is the same.

    Args:
        average: See :class:`~ftrl_agents.config.Average`.
        sizes_E: ``(E,)`` own tokens of some of the mini-batch's episodes.
        tokens: Own tokens of the whole mini-batch.
        episodes: Episodes of the whole mini-batch.
        constant: Dr. GRPO's constant.
    """
    match average:
        case Average.TOKEN:
            return torch.full_like(sizes_E, 1.0 / tokens, dtype=torch.float64)
        case Average.EPISODE:
            return 1.0 / (episodes * sizes_E.double())
        case Average.CONSTANT:
            return torch.full_like(sizes_E, 1.0 / (episodes * constant), dtype=torch.float64)


def overlong_penalty(length: int, budget: int, buffer: int) -> float:
    """What is taken off the reward of a long episode, between 0 and 1: DAPO, arXiv 2503.14476, equation 13.

    >>> overlong_penalty(80, 100, 20), overlong_penalty(90, 100, 20), overlong_penalty(100, 100, 20)
    (0.0, 0.5, 1.0)
    """
    return min(max((length - (budget - buffer)) / buffer, 0.0), 1.0) if buffer else 0.0
