"""Advantages: how much better than expected what a token answers for is.

Axes as in :mod:`.credit`: B episodes, N own tokens, K turns; G groups. Everything is computed in the dtype of the
rewards, float64 in the learner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ftrl_agents.config import Credit, Estimator
from ftrl_agents.credit import Paid, coming_at_turns, credited

EPSILON = 1e-6

Reduce = Callable[[Tensor], Tensor]
"""Sums a tensor over all processes."""


def alone(sums: Tensor) -> Tensor:
    """One process: its sums are all there are."""
    return sums


def against_group(paid: Paid, credit: Credit, discount: float = 1.0, *, others: bool = False) -> Tensor:
    """What each token answers for, less what the group's members were credited at the same turn: ``(B, N)``.

    Args:
        paid: What was paid.
        credit: See :class:`~ftrl_agents.config.Credit`.
        discount: For credit by token.
        others: Leave the member itself out of the mean: RLOO (arXiv 2402.14740, equation 8). Alone in its group it
            then has nothing to be compared with, and its advantage is 0.
    """
    amounts, at_turns, membership = (
        credited(paid, credit, discount),
        _at_turns(paid, credit, discount),
        _membership(paid),
    )
    sums, counts = membership @ at_turns, membership.sum(1, keepdim=True)
    if others:
        means = (sums[paid.group_B] - at_turns) / (counts[paid.group_B] - 1).clamp(min=1)
        means = torch.where(counts[paid.group_B] > 1, means, at_turns)
    else:
        means = (sums / counts)[paid.group_B]
    return torch.where(paid.turn_BN >= 0, amounts - means.gather(1, paid.turn_BN.clamp(min=0)), 0.0)


def group_spread(paid: Paid, credit: Credit, discount: float = 1.0) -> Tensor:
    """Population standard deviation of what the members of each episode's group are credited, ``(B, 1)``.

    With credit by turn or token that of the turn at which they differ most. Members may have one return and earn it at
    different turns; in units of the spread of returns, none, their advantages would have no bound.
    """
    at_turns, membership = _at_turns(paid, credit, discount), _membership(paid)
    counts = membership.sum(1, keepdim=True)
    means = (membership @ at_turns / counts)[paid.group_B]
    spreads = (membership @ (at_turns - means) ** 2 / counts).sqrt()
    return spreads.max(1, keepdim=True).values[paid.group_B]


class Gae(NamedTuple):
    """Generalised advantage estimation."""

    advantage_BN: Tensor
    target_BN: Tensor
    """What the values should have been: advantage and value together."""


def gae(rewards_BN: Tensor, value_BN: Tensor, own_BN: Tensor, discount: float, decay: float) -> Gae:
    """Exponentially weighted sum of temporal-difference errors (arXiv 1506.02438, equation 16), token by token.

    What the environment wrote between two own tokens takes no time. Behind the last token there is nothing to come.

    Args:
        rewards_BN: ``(B, N)``.
        value_BN: ``(B, N)`` what was expected from each token on.
        own_BN: ``(B, N)`` bool, false on padding, which stands at the end.
        discount: Gamma.
        decay: Lambda.
    """
    advantage = torch.zeros_like(rewards_BN)
    next_value, next_advantage = torch.zeros_like(rewards_BN[:, 0]), torch.zeros_like(rewards_BN[:, 0])
    for place in reversed(range(rewards_BN.shape[1])):
        own = own_BN[:, place]
        error = rewards_BN[:, place] + discount * next_value - value_BN[:, place]
        advantage[:, place] = torch.where(own, error + discount * decay * next_advantage, 0.0)
        next_value, next_advantage = torch.where(own, value_BN[:, place], 0.0), advantage[:, place]
    return Gae(advantage, torch.where(own_BN, advantage + value_BN, 0.0))


def whitened(values_BN: Tensor, own_BN: Tensor, reduce: Reduce = alone) -> Tensor:
    """Less their mean, by their standard deviation, over all own tokens of all processes; 0 on padding."""
    kept = values_BN[own_BN]
    count, total = reduce(torch.stack((kept.new_tensor(float(kept.numel())), kept.sum())))
    mean = total / count.clamp(min=1)
    (squares,) = reduce(((kept - mean) ** 2).sum()[None])
    spread = (squares / count.clamp(min=1)).sqrt()
    return torch.where(own_BN, (values_BN - mean) / (spread + EPSILON), 0.0)


def advantages(
    paid: Paid, estimator: Estimator, credit: Credit, discount: float = 1.0, reduce: Reduce = alone
) -> Tensor:
    """``(B, N)`` advantages by any estimator that needs no values; 0 on padding.

    Args:
        paid: What was paid. A group lies in one process as a whole.
        estimator: See :class:`~ftrl_agents.config.Estimator`; GAE needs values: :func:`gae`.
        credit: See :class:`~ftrl_agents.config.Credit`.
        discount: For credit by token.
        reduce: Sums over processes.
    """
    match estimator:
        case Estimator.GRPO:
            return against_group(paid, credit, discount) / (group_spread(paid, credit, discount) + EPSILON)
        case Estimator.DR_GRPO:
            return against_group(paid, credit, discount)
        case Estimator.RLOO:
            return against_group(paid, credit, discount, others=True)
        case Estimator.REINFORCE_PLUS_PLUS:
            return whitened(credited(paid, credit, discount), paid.turn_BN >= 0, reduce)
        case Estimator.REINFORCE_PLUS_PLUS_BASELINE:
            return whitened(against_group(paid, credit, discount), paid.turn_BN >= 0, reduce)
        case Estimator.GAE:
            raise ValueError("gae needs values")


def _at_turns(paid: Paid, credit: Credit, discount: float) -> Tensor:
    """``(B, K)`` what an episode is credited at each turn; all of it at every turn where credit is by trajectory."""
    if credit is Credit.TRAJECTORY:
        return credited(paid, credit)[:, :1].expand(-1, int(paid.turn_BN.max()) + 1)
    return coming_at_turns(paid, credit, discount)


def _membership(paid: Paid) -> Tensor:
    """``(G, B)`` 1 where an episode belongs to a group."""
    groups = torch.arange(int(paid.group_B.max()) + 1, device=paid.group_B.device)
    return (groups[:, None] == paid.group_B).to(paid.rewards_BN.dtype)
