"""Credit, advantages and losses against float64 arithmetic written out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ftrl_agents.advantage import EPSILON, advantages, gae, whitened
from ftrl_agents.config import Average, Credit, Estimator, KlEstimator, Schedule, Surrogate
from ftrl_agents.credit import Paid, coming_at_turns, credited, to_go
from ftrl_agents.loss import (
    cispo,
    clipped_surrogate,
    entropy,
    episode_ratio,
    kl,
    mean_ratio,
    overlong_penalty,
    ratio,
    surrogate,
    token_weights,
    truncated_importance,
    value_loss,
)
from ftrl_agents.schedule import share_of_rate

# Two groups: of three episodes (two, one and three turns), and of two (one turn each). Rewards end turns.
TURNS = [[0, 0, 1, 1, 1], [0, 0, 0], [0, 1, 1, 2], [0, 0], [0]]
PAID = [[0.5, 0.25], [0.0], [0.0, 0.5, 0.25], [1.0], [0.0]]
GROUPS = [0, 0, 0, 1, 1]


def paid_of(turns: list[list[int]] = TURNS, rewards: list[list[float]] = PAID, groups: list[int] = GROUPS) -> Paid:
    width = max(map(len, turns))
    reward_BN, turn_BN = torch.zeros(len(turns), width, dtype=torch.float64), torch.full((len(turns), width), -1)
    for row, numbers in enumerate(turns):
        turn_BN[row, : len(numbers)] = torch.tensor(numbers)
        for turn, amount in enumerate(rewards[row]):
            reward_BN[row, max(i for i, number in enumerate(numbers) if number == turn)] = amount
    return Paid(reward_BN, turn_BN, torch.tensor(groups))


def by_hand(estimator: Estimator, credit: Credit, discount: float = 1.0) -> list[list[float]]:
    """What each token answers for, one number at a time, then compared as the estimator says."""

    def amount(row: int, token: int) -> float:
        ends = {max(i for i, n in enumerate(TURNS[row]) if n == turn): PAID[row][turn] for turn in set(TURNS[row])}
        if credit is Credit.TRAJECTORY:
            return sum(PAID[row])
        if credit is Credit.TURN:
            return sum(PAID[row][TURNS[row][token] :])
        return sum(value * discount ** (end - token) for end, value in ends.items() if end >= token)

    def at_turn(row: int, turn: int) -> float:
        if credit is Credit.TRAJECTORY:
            return sum(PAID[row])
        return amount(row, TURNS[row].index(turn)) if turn in TURNS[row] else 0.0

    def compared(row: int, token: int) -> float:
        mates = [other for other in range(5) if GROUPS[other] == GROUPS[row]]
        own, turn = amount(row, token), TURNS[row][token]
        if estimator is Estimator.REINFORCE_PLUS_PLUS:
            return own
        if estimator is Estimator.RLOO:
            rest = [at_turn(other, turn) for other in mates if other != row]
            return own - float(np.mean(rest))
        less = own - float(np.mean([at_turn(other, turn) for other in mates]))
        if estimator is Estimator.GRPO:
            return less / (max(float(np.std([at_turn(other, k) for other in mates])) for k in range(3)) + EPSILON)
        return less

    found = [[compared(row, token) for token in range(len(TURNS[row]))] for row in range(5)]
    if estimator in (Estimator.REINFORCE_PLUS_PLUS, Estimator.REINFORCE_PLUS_PLUS_BASELINE):
        flat = np.concatenate(found)
        return [[(value - flat.mean()) / (flat.std() + EPSILON) for value in row] for row in found]
    return found


@pytest.mark.parametrize("credit", Credit)
@pytest.mark.parametrize("estimator", [one for one in Estimator if one is not Estimator.GAE])
@pytest.mark.parametrize("discount", [1.0, 0.9])
def test_advantages(estimator: Estimator, credit: Credit, discount: float) -> None:
    got = advantages(paid_of(), estimator, credit, discount)
    for row, values in enumerate(by_hand(estimator, credit, discount if credit is Credit.TOKEN else 1.0)):
        np.testing.assert_allclose(got[row, : len(values)].numpy(), values, rtol=1e-9, atol=1e-12)
        assert not got[row, len(values) :].any()


def test_to_go_with_and_without_a_discount() -> None:
    rewards = torch.tensor([[0.0, 1.0, 4.0]], dtype=torch.float64)
    assert to_go(rewards).tolist() == [[5.0, 5.0, 4.0]]
    assert to_go(rewards, 0.5).tolist() == [[1.5, 3.0, 4.0]]


def test_what_is_credited_at_turns_that_an_episode_did_not_come_to() -> None:
    table = coming_at_turns(paid_of(), Credit.TURN)
    assert table.tolist() == [[0.75, 0.25, 0], [0, 0, 0], [0.75, 0.75, 0.25], [1, 0, 0], [0, 0, 0]]


def test_one_token_a_turn_makes_turn_and_token_credit_the_same() -> None:
    single = paid_of([[0, 1, 2], [0, 1], [0]], [[0.25, 0.0, 0.5], [0.0, 1.0], [0.5]], [0, 0, 0])
    torch.testing.assert_close(credited(single, Credit.TURN), credited(single, Credit.TOKEN))


@pytest.mark.parametrize("estimator", [Estimator.GRPO, Estimator.DR_GRPO, Estimator.RLOO])
@pytest.mark.parametrize("credit", [Credit.TRAJECTORY, Credit.TURN])
def test_equal_members_teach_nothing(estimator: Estimator, credit: Credit) -> None:
    same = paid_of([[0, 1]] * 4, [[0.5, 0.25]] * 4, [0] * 4)
    assert advantages(same, estimator, credit).abs().max() < 1e-9


@pytest.mark.parametrize("credit", [Credit.TURN, Credit.TOKEN])
@pytest.mark.parametrize("other", [0.0, 0.01])
def test_one_return_that_was_earned_at_different_turns_is_no_unbounded_advantage(credit: Credit, other: float) -> None:
    paid = paid_of([[0, 1], [0, 1]], [[0.5, 0.0], [other, 0.5]], [0, 0])
    found = advantages(paid, Estimator.GRPO, credit)
    assert found.abs().max() < 1.0 + 1e-9
    assert found[0, 1] == pytest.approx(-1.0, rel=1e-4) and found[1, 1] == pytest.approx(1.0, rel=1e-4)


def test_a_member_alone_in_its_group_teaches_nothing() -> None:
    alone = paid_of([[0, 1]], [[0.5, 0.25]], [0])
    assert not advantages(alone, Estimator.RLOO, Credit.TURN).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=6, max_size=6), st.floats(0, 1), st.floats(0, 1))
def test_gae(numbers: list[float], discount: float, decay: float) -> None:
    rewards, values = numbers[:3], numbers[3:]
    errors = [rewards[t] + discount * (values[t + 1] if t < 2 else 0.0) - values[t] for t in range(3)]
    expected = [sum((discount * decay) ** (s - t) * errors[s] for s in range(t, 3)) for t in range(3)]
    row = torch.tensor([[*rewards, 9.0]], dtype=torch.float64)
    value = torch.tensor([[*values, 7.0]], dtype=torch.float64)
    own = torch.tensor([[True, True, True, False]])
    got = gae(row, value, own, discount, decay)
    np.testing.assert_allclose(got.advantage_BN[0].numpy(), [*expected, 0.0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(got.target_BN[0, :3].numpy(), np.add(expected, values), rtol=1e-9, atol=1e-12)
    assert got.target_BN[0, 3] == 0


def test_gae_with_lambda_one_is_the_reward_to_go_less_the_value() -> None:
    paid = paid_of()
    own = paid.turn_BN >= 0
    values = torch.linspace(0, 1, own.numel(), dtype=torch.float64).view(own.shape) * own
    got = gae(paid.rewards_BN, values, own, 1.0, 1.0)
    torch.testing.assert_close(got.advantage_BN, torch.where(own, to_go(paid.rewards_BN) - values, 0.0))


def test_whitening_over_two_processes_is_whitening_of_both_together() -> None:
    values = torch.arange(10, dtype=torch.float64).view(2, 5) ** 2
    own = torch.tensor([[True] * 5, [True, True, False, False, False]])
    kept = [values[0][own[0]], values[1][own[1]]]
    whole = whitened(values, own)
    # What the other process adds: first count and sum, then squares about the common mean.
    mean = torch.cat(kept).mean()
    adds = iter([torch.tensor([2.0, kept[1].sum()], dtype=torch.float64), ((kept[1] - mean) ** 2).sum()[None]])
    first = whitened(values[:1], own[:1], lambda sums: sums + next(adds))
    torch.testing.assert_close(first[0], whole[0], rtol=1e-12, atol=1e-12)


numbers = st.floats(-3, 3, allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(numbers, numbers, numbers)
def test_token_losses(logprob: float, sampled: float, advantage: float) -> None:
    new, old, adv = (torch.tensor([x], dtype=torch.float64) for x in (logprob, sampled, advantage))
    r = math.exp(logprob - sampled)
    expected = -min(r * advantage, min(max(r, 0.8), 1.28) * advantage)
    assert clipped_surrogate(ratio(new, old), adv, 0.2, 0.28).item() == pytest.approx(expected, rel=1e-9, abs=1e-12)
    weighted = -min(max(r, 0.8), 1.28) * advantage * logprob
    assert cispo(new, ratio(new, old), adv, 0.2, 0.28).item() == pytest.approx(weighted, rel=1e-9, abs=1e-12)
    assert kl(KlEstimator.K3, new, old).item() == pytest.approx(1 / r - math.log(1 / r) - 1, rel=1e-9, abs=1e-12)
    assert kl(KlEstimator.K1, new, old).item() == pytest.approx(logprob - sampled, rel=1e-9, abs=1e-12)
    assert kl(KlEstimator.K2, new, old).item() == pytest.approx((logprob - sampled) ** 2 / 2, rel=1e-9, abs=1e-12)
    assert truncated_importance(new, old, 2.0).item() == pytest.approx(min(r, 2.0), rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(numbers, numbers, numbers)
def test_value_loss(value: float, before: float, target: float) -> None:
    bounded = before + max(-0.2, min(0.2, value - before))
    got = value_loss(*(torch.tensor([x], dtype=torch.float64) for x in (value, before, target)), 0.2)
    expected = max((value - target) ** 2, (bounded - target) ** 2) / 2
    assert got.item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_kl_estimators_have_the_mean_and_the_gradient_that_they_are_for() -> None:
    theta = torch.tensor([0.3, -0.5, 1.1], dtype=torch.float64, requires_grad=True)
    reference = torch.log_softmax(torch.tensor([0.1, 0.4, -0.2], dtype=torch.float64), 0)
    logprobs = torch.log_softmax(theta, 0)
    p = logprobs.exp().detach()
    divergence = (logprobs.exp() * (logprobs - reference)).sum()
    (true_gradient,) = torch.autograd.grad(divergence, theta, retain_graph=True)
    for estimator in (KlEstimator.K1, KlEstimator.K3):
        assert (p * kl(estimator, logprobs, reference)).sum().item() == pytest.approx(divergence.item(), rel=1e-9)
    (k2,) = torch.autograd.grad((p * kl(KlEstimator.K2, logprobs, reference)).sum(), theta, retain_graph=True)
    np.testing.assert_allclose(k2.numpy(), true_gradient.numpy(), rtol=1e-9)
    (k1,) = torch.autograd.grad((p * kl(KlEstimator.K1, logprobs, reference)).sum(), theta)
    np.testing.assert_allclose(k1.numpy(), 0, atol=1e-12)


def test_clipping_stops_the_gradient_on_one_side_only() -> None:
    old = torch.zeros(4, dtype=torch.float64)
    new = torch.tensor([0.4, 0.4, -0.4, -0.4], dtype=torch.float64, requires_grad=True)
    advantage = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    (gradient,) = torch.autograd.grad(clipped_surrogate(ratio(new, old), advantage, 0.2, 0.28).sum(), new)
    assert gradient.tolist() == pytest.approx([0.0, math.exp(0.4), -math.exp(-0.4), 0.0])


def test_cispo_never_stops_the_gradient() -> None:
    new = torch.tensor([2.0, -2.0], dtype=torch.float64, requires_grad=True)
    loss = cispo(new, ratio(new, torch.zeros_like(new)), torch.ones_like(new), 1.0, 0.28)
    (gradient,) = torch.autograd.grad(loss.sum(), new)
    assert gradient.tolist() == pytest.approx([-1.28, -math.exp(-2.0)])


def test_an_episodes_ratio_is_the_geometric_mean_of_its_tokens() -> None:
    new = torch.tensor([0.1, 0.3, -0.2, 0.5], dtype=torch.float64, requires_grad=True)
    episode = torch.tensor([0, 0, 1, 0])
    found = mean_ratio(new, torch.zeros(4, dtype=torch.float64), episode)
    assert found.tolist() == pytest.approx([math.exp(0.3), math.exp(0.3), math.exp(-0.2), math.exp(0.3)], rel=1e-12)
    # Averaged over the tokens of an episode, the gradient is that of the sequence ratio: a third on each token.
    (gradient,) = torch.autograd.grad(found[episode == 0].mean(), new)
    assert gradient.tolist() == pytest.approx([math.exp(0.3) / 3, math.exp(0.3) / 3, 0.0, math.exp(0.3) / 3])


def test_with_credit_by_turn_gspo_pays_each_token_its_own_advantage() -> None:
    new = torch.tensor([0.1, 0.3, -0.2], dtype=torch.float64, requires_grad=True)
    advantage, episode = torch.tensor([1.0, -1.0, 2.0], dtype=torch.float64), torch.zeros(3, dtype=torch.long)
    loss = surrogate(Surrogate.GSPO, new, torch.zeros_like(new), advantage, episode, 0.5, 0.5)
    (gradient,) = torch.autograd.grad(loss.sum(), new)
    whole = math.exp(0.2 / 3)
    assert gradient.tolist() == pytest.approx([-whole, whole, -2 * whole], rel=1e-12)


def test_a_ratio_beyond_all_bounds_has_a_gradient_that_is_a_number() -> None:
    new = torch.full((400,), 0.3, dtype=torch.float32, requires_grad=True)
    old, advantage = torch.full((400,), -0.5), torch.ones(400)
    for kind in Surrogate:
        loss = surrogate(kind, new, old, advantage, torch.zeros(400, dtype=torch.long), 0.2, 0.28).sum()
        assert torch.autograd.grad(loss, new)[0].isfinite().all()


def test_an_episode_as_one_action_has_the_product_of_its_ratios() -> None:
    new = torch.tensor([0.1, 0.3, -0.2], dtype=torch.float64)
    found = episode_ratio(new, torch.zeros(3, dtype=torch.float64), torch.tensor([0, 0, 1]))
    assert found.tolist() == pytest.approx([math.exp(0.4), math.exp(0.4), math.exp(-0.2)], rel=1e-12)


def test_while_the_policy_is_the_sampler_all_surrogates_of_tokens_have_one_gradient() -> None:
    old = torch.tensor([-0.3, -1.2, -0.7], dtype=torch.float64)
    advantage, episode = torch.tensor([1.0, 1.0, -2.0], dtype=torch.float64), torch.tensor([0, 0, 1])
    gradients = []
    for kind in (Surrogate.PPO, Surrogate.GSPO, Surrogate.CISPO):
        new = old.clone().requires_grad_()
        loss = surrogate(kind, new, old, advantage, episode, 0.2, 0.28)
        weight = token_weights(Average.EPISODE, torch.tensor([2, 1]), 3, 2, 1)[episode]
        gradients.append(torch.autograd.grad((loss * weight).sum(), new)[0])
    for gradient in gradients[1:]:
        torch.testing.assert_close(gradient, gradients[0], rtol=1e-12, atol=0)


def test_token_weights_sum_to_what_each_average_means() -> None:
    sizes = torch.tensor([4, 1, 5])
    values = torch.arange(1.0, 11.0, dtype=torch.float64)
    per_episode = values.split(sizes.tolist())
    expected = {
        Average.TOKEN: values.mean().item(),
        Average.EPISODE: float(np.mean([part.mean().item() for part in per_episode])),
        Average.CONSTANT: values.sum().item() / (3 * 7),
    }
    for average, wanted in expected.items():
        weights: Tensor = token_weights(average, sizes, 10, 3, 7).repeat_interleave(sizes)
        assert (weights * values).sum().item() == pytest.approx(wanted, rel=1e-12)


def test_entropy() -> None:
    assert entropy(torch.full((2, 3, 8), -math.log(8))).flatten().tolist() == pytest.approx([math.log(8)] * 6)
    p = np.array([0.7, 0.2, 0.1])
    assert entropy(torch.tensor(np.log(p))).item() == pytest.approx(-(p * np.log(p)).sum(), rel=1e-12)


def test_long_episodes_lose_bit_by_bit() -> None:
    assert [overlong_penalty(n, 100, 20) for n in (0, 80, 85, 100, 130)] == [0, 0, 0.25, 1, 1]
    assert overlong_penalty(10_000, 100, 0) == 0


def test_learning_rates() -> None:
    assert [share_of_rate(Schedule.CONSTANT, step, 10, 2) for step in (0, 1, 2, 9, 50)] == [0.5, 1, 1, 1, 1]
    assert [share_of_rate(Schedule.LINEAR, step, 6, 2) for step in range(6)] == [0.5, 1, 1, 0.75, 0.5, 0.25]
    cosine = [share_of_rate(Schedule.COSINE, step, 4, 0) for step in range(4)]
    assert cosine == pytest.approx([1, (1 + math.cos(math.pi / 4)) / 2, 0.5, (1 - math.cos(math.pi / 4)) / 2])
    assert share_of_rate(Schedule.LINEAR, 99, 6, 0) > 0


def test_policy_gradient_of_two_arms_is_the_analytic_one() -> None:
    """Arm 0 pays 1, arm 1 pays 0: d/dtheta E[reward] = p (1 - p) for theta the logit of arm 0."""
    for kind in Surrogate:
        theta = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
        p = torch.sigmoid(theta).item()
        logprobs = torch.log_softmax(torch.stack((theta, torch.zeros_like(theta))), 0)
        advantage, arms = torch.tensor([1.0, 0.0], dtype=torch.float64), torch.tensor([0, 1])
        # Every arm in proportion to its probability: the expectation, without sampling noise.
        loss = surrogate(kind, logprobs, logprobs.detach(), advantage, arms, 0.2, 0.28)
        (gradient,) = torch.autograd.grad((loss * torch.tensor([p, 1 - p], dtype=torch.float64)).sum(), theta)
        assert -gradient.item() == pytest.approx(p * (1 - p), rel=1e-12)
