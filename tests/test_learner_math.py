"""Advantages and losses against float64 arithmetic written out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrl_agents.advantage import Credit, group_advantages
from ftrl_agents.loss import clipped_surrogate, entropy, k3, ratio, token_mean

REWARDS = torch.tensor([[0.5, 0.25, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.75]], dtype=torch.float64)
TURNS = torch.tensor([[1, 1, 0], [1, 0, 0], [1, 0, 0], [1, 1, 1]], dtype=torch.bool)


def test_trajectory_advantage_is_grpos() -> None:
    returns = np.array([0.75, 0.0, 1.0, 0.75])
    expected = (returns - returns.mean()) / (returns.std() + 1e-6)
    got = group_advantages(REWARDS, TURNS, Credit.TRAJECTORY)
    for member in range(4):
        for turn in range(3):
            assert got[member, turn].item() == pytest.approx(expected[member] if TURNS[member, turn] else 0, rel=1e-9)


def test_turn_advantage_pays_only_what_came_later() -> None:
    got = group_advantages(REWARDS, TURNS, Credit.TURN, scale=False)
    to_go = np.array([[0.75, 0.25, 0], [0, 0, 0], [1, 0, 0], [0.75, 0.75, 0.75]])
    expected = np.where(TURNS.numpy(), to_go - to_go.mean(0), 0)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("credit", Credit)
def test_a_member_without_turns_changes_nothing(credit: Credit) -> None:
    more = torch.cat((REWARDS, torch.zeros(1, 3, dtype=torch.float64)))
    turns = torch.cat((TURNS, torch.zeros(1, 3, dtype=torch.bool)))
    torch.testing.assert_close(
        group_advantages(more, turns, credit)[:4], group_advantages(REWARDS, TURNS, credit), rtol=1e-12, atol=0
    )


def test_equal_returns_teach_nothing() -> None:
    assert (
        group_advantages(torch.full((4, 1), 0.3), torch.ones(4, 1, dtype=torch.bool), Credit.TRAJECTORY).abs().max()
        < 1e-9
    )


numbers = st.floats(-3, 3, allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(numbers, numbers, numbers)
def test_token_losses(logprob: float, sampled: float, advantage: float) -> None:
    new, old, adv = (torch.tensor([[x]], dtype=torch.float64) for x in (logprob, sampled, advantage))
    r = math.exp(logprob - sampled)
    expected = -min(r * advantage, min(max(r, 0.8), 1.28) * advantage)
    assert clipped_surrogate(ratio(new, old), adv, 0.2, 0.28).item() == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert k3(new, old).item() == pytest.approx(1 / r - math.log(1 / r) - 1, rel=1e-9, abs=1e-12)


def test_clipping_stops_the_gradient_on_one_side_only() -> None:
    old = torch.zeros(4, dtype=torch.float64)
    new = torch.tensor([0.4, 0.4, -0.4, -0.4], dtype=torch.float64, requires_grad=True)
    advantage = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    (gradient,) = torch.autograd.grad(clipped_surrogate(ratio(new, old), advantage, 0.2, 0.28).sum(), new)
    assert gradient.tolist() == pytest.approx([0.0, math.exp(0.4), -math.exp(-0.4), 0.0])


def test_entropy() -> None:
    assert entropy(torch.zeros(2, 3, 8)).flatten().tolist() == pytest.approx([math.log(8)] * 6)
    p = np.array([0.7, 0.2, 0.1])
    assert entropy(torch.tensor(np.log(p))).item() == pytest.approx(-(p * np.log(p)).sum(), rel=1e-12)


def test_policy_gradient_of_two_arms_is_the_analytic_one() -> None:
    """Arm 0 pays 1, arm 1 pays 0: d/dtheta E[reward] = p (1 - p) for theta the logit of arm 0."""
    theta = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    p = torch.sigmoid(theta).item()
    logprobs = torch.log_softmax(torch.stack((theta, torch.zeros_like(theta))), 0)
    # Every arm in proportion to its probability: the expectation, without sampling noise.
    loss = token_mean(
        torch.stack(
            [
                weight
                * clipped_surrogate(ratio(logprobs[arm], logprobs[arm].detach()), torch.tensor(1.0 - arm), 0.2, 0.28)
                for arm, weight in ((0, p), (1, 1 - p))
            ]
        ),
        tokens=1,
    )
    (gradient,) = torch.autograd.grad(loss, theta)
    assert -gradient.item() == pytest.approx(p * (1 - p), rel=1e-12)
