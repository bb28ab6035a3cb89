"""Which rewards a token answers for.

Axes: B episodes, N own tokens of an episode one after the other (what the environment wrote is left out), K turns; the
ends are padded. Rewards stand where they were earned: what a turn was paid at the last token of that turn.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ftrl_agents.config import Credit


class Paid(NamedTuple):
    """What some episodes were paid."""

    rewards_BN: Tensor
    """``(B, N)`` float, 0 on padding."""
    turn_BN: Tensor
    """``(B, N)`` number of the turn that a token belongs to, from 0; -1 on padding."""
    group_B: Tensor
    """``(B,)`` which group an episode belongs to, from 0."""


def to_go(rewards_BN: Tensor, discount: float = 1.0) -> Tensor:
    """What is paid from each token on, ``(B, N)``, a later token's reward discounted once for each token between.

    >>> to_go(torch.tensor([[0.0, 1.0, 4.0]]), 0.5)
    tensor([[1.5000, 3.0000, 4.0000]])
    """
    if discount == 1.0:
        return rewards_BN.flip(1).cumsum(1).flip(1)
    found = torch.empty_like(rewards_BN)
    coming = torch.zeros_like(rewards_BN[:, 0])
    for place in reversed(range(rewards_BN.shape[1])):
        coming = rewards_BN[:, place] + discount * coming
        found[:, place] = coming
    return found


def turn_starts(turn_BN: Tensor) -> Tensor:
    """``(B, N)`` place of the first token of each token's turn; on padding that of the last turn."""
    before = torch.nn.functional.pad(turn_BN[:, :-1], (1, 0), value=-2)
    places = torch.arange(turn_BN.shape[1], device=turn_BN.device).expand_as(turn_BN)
    return torch.where((turn_BN != before) & (turn_BN >= 0), places, 0).cummax(1).values


def credited(paid: Paid, credit: Credit, discount: float = 1.0) -> Tensor:
    """The rewards that each token answers for, summed: ``(B, N)``, 0 on padding.

    Args:
        paid: What was paid.
        credit: See :class:`~ftrl_agents.config.Credit`.
        discount: For credit by token.
    """
    if credit is Credit.TOKEN:
        found = to_go(paid.rewards_BN, discount)
    else:
        coming = to_go(paid.rewards_BN)
        found = coming.gather(1, turn_starts(paid.turn_BN)) if credit is Credit.TURN else coming[:, :1]
    return torch.where(paid.turn_BN >= 0, found, 0.0)


def coming_at_turns(paid: Paid, credit: Credit, discount: float = 1.0) -> Tensor:
    """What an episode is credited at the beginning of each of its turns, ``(B, K)``; 0 for turns it did not come to.

    A baseline for turn k is the mean of this over episodes: one that is over has nothing to come, and counts as such.
    """
    amounts = credited(paid, credit, discount)
    count = int(paid.turn_BN.max()) + 1
    first = turn_starts(paid.turn_BN) == torch.arange(paid.turn_BN.shape[1], device=amounts.device)
    wanted = first & (paid.turn_BN >= 0)
    table = amounts.new_zeros(len(amounts), count)
    rows = wanted.nonzero()[:, 0]
    table[rows, paid.turn_BN[wanted]] = amounts[wanted]
    return table
