"""Advantages of a group of episodes of one task.

Axes: G members of a group, K turns (padded).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ftrl_agents.config import Credit

EPSILON = 1e-6


def group_advantages(rewards_GK: Tensor, turns_GK: Tensor, credit: Credit, *, scale: bool = True) -> Tensor:
    """Advantage of each turn, in units of the group's spread.

    Args:
        rewards_GK: ``(G, K)`` reward of each turn; 0 where there is none.
        turns_GK: ``(G, K)`` bool, which turns exist; a member without any is left out of all means.
        credit: See :class:`Credit`.
        scale: Divide by the standard deviation of the group's returns (GRPO); not doing so is Dr. GRPO's choice
            (arXiv 2503.20783).

    Returns:
        ``(G, K)`` advantages, 0 where there is no turn, and everywhere if all returns are equal.
    """
    played_G = turns_GK.any(1)
    returns_G = rewards_GK.sum(1)
    mean, spread = _moments(returns_G, played_G)
    if credit is Credit.TRAJECTORY:
        raw_GK = (returns_G - mean)[:, None].expand_as(rewards_GK)
    else:
        to_go_GK = rewards_GK.flip(1).cumsum(1).flip(1)
        # A member whose episode is over has nothing to come, and counts as such in the mean of later turns.
        mean_K = (to_go_GK * played_G[:, None]).sum(0) / played_G.sum().clamp(min=1)
        raw_GK = to_go_GK - mean_K
    if scale:
        raw_GK = raw_GK / (spread + EPSILON)
    return torch.where(turns_GK, raw_GK, torch.zeros_like(raw_GK))


def _moments(values_G: Tensor, counted_G: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and (population) standard deviation of the counted values."""
    count = counted_G.sum().clamp(min=1)
    mean = (values_G * counted_G).sum() / count
    return mean, (((values_G - mean) ** 2 * counted_G).sum() / count).sqrt()
