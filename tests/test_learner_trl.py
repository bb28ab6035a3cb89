"""Our losses and TRL's, each through its own code, on the same numbers: values and gradients."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from ftrl_agents.config import Average, KlEstimator, Surrogate
from ftrl_agents.loss import kl, surrogate, token_weights

pytest.importorskip("trl", reason="TRL is not installed")

B, T, CONSTANT = 6, 11, 32
LENGTHS = torch.tensor([11, 3, 7, 1, 9, 5])


class Numbers:
    """Log-probabilities of a batch, padded as TRL takes them."""

    def __init__(self, seed: int, dtype: torch.dtype) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.mask = (torch.arange(T) < LENGTHS[:, None]).to(dtype)
        self.new = (-torch.rand(B, T, generator=generator, dtype=torch.float64) * 2).to(dtype)
        self.old = self.new + (0.3 * torch.randn(B, T, generator=generator, dtype=torch.float64)).to(dtype)
        self.reference = self.new + (0.5 * torch.randn(B, T, generator=generator, dtype=torch.float64)).to(dtype)
        self.advantages = torch.randn(B, generator=generator, dtype=torch.float64).to(dtype)


def stub(numbers: Numbers, new: Tensor, **settings: Any) -> SimpleNamespace:
    """What the loss of TRL's trainers reads of a trainer."""
    fields = {
        "_get_per_token_logps_and_entropies": lambda *given, **named: (new, torch.zeros_like(new), None),
        "accelerator": SimpleNamespace(num_processes=1, reduce=lambda x, reduction: x, gather=lambda x: x),
        "args": SimpleNamespace(use_bias_correction_kl=False, delta=None, steps_per_generation=1),
        "model": SimpleNamespace(training=True),
        "_metrics": {"train": defaultdict(list)},
        "aux_loss_enabled": False,
        "top_entropy_quantile": 1.0,
        "off_policy_mask_threshold": None,
        "use_vllm": False,
        "_entropy_bonus_enabled": False,
        "current_gradient_accumulation_steps": 1,
        "max_completion_length": CONSTANT,
        "importance_sampling_level": "token",
        "beta": 0.0,
        "epsilon_low": 0.2,
        "epsilon_high": 0.28,
    }
    return SimpleNamespace(**{**fields, **settings})


def inputs(numbers: Numbers) -> dict[str, Tensor]:
    ids = torch.zeros(B, T, dtype=torch.long)
    return {
        "prompt_ids": ids[:, :1],
        "prompt_mask": ids[:, :1] + 1,
        "completion_ids": ids,
        "completion_mask": numbers.mask,
        "advantages": numbers.advantages,
        "old_per_token_logps": numbers.old,
        "old_logps": (numbers.old * numbers.mask).sum(1),
        "ref_per_token_logps": numbers.reference,
        "num_items_in_batch": numbers.mask.sum(),
    }


def ours(
    numbers: Numbers, new: Tensor, kind: Surrogate, average: Average, bounds: tuple[float, float], beta: float
) -> Tensor:
    own = numbers.mask.bool()
    episode = torch.arange(B).repeat_interleave(LENGTHS)
    loss = surrogate(kind, new[own], numbers.old[own], numbers.advantages[episode], episode, *bounds)
    loss = loss + beta * kl(KlEstimator.K3, new[own], numbers.reference[own])
    weights = token_weights(average, LENGTHS, int(LENGTHS.sum()), B, CONSTANT)
    return (loss * weights[episode].to(loss.dtype)).sum()


CASES = {
    "grpo": ({"loss_type": "grpo", "beta": 0.04}, Surrogate.PPO, Average.EPISODE, (0.2, 0.28), 0.04),
    "dr_grpo": ({"loss_type": "dr_grpo"}, Surrogate.PPO, Average.CONSTANT, (0.2, 0.28), 0.0),
    "dapo": ({"loss_type": "dapo"}, Surrogate.PPO, Average.TOKEN, (0.2, 0.28), 0.0),
    "gspo": (
        {"loss_type": "grpo", "importance_sampling_level": "sequence", "epsilon_low": 3e-2, "epsilon_high": 4e-2},
        Surrogate.GSPO, Average.EPISODE, (3e-2, 4e-2), 0.0,
    ),
    "cispo": ({"loss_type": "cispo", "epsilon_high": 1.28}, Surrogate.CISPO, Average.TOKEN, (1.0, 0.28), 0.0),
}  # fmt: skip


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-5)])
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_grpo_and_its_kin(name: str, seed: int, dtype: torch.dtype, tolerance: float) -> None:
    from trl import GRPOTrainer

    settings, kind, average, bounds, beta = CASES[name]
    numbers = Numbers(seed, dtype)
    compare(
        lambda new: GRPOTrainer._compute_loss(stub(numbers, new, **settings), None, inputs(numbers)),  # type: ignore[arg-type]
        lambda new: ours(numbers, new, kind, average, bounds, beta),
        numbers,
        tolerance,
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-5)])
@pytest.mark.parametrize("seed", range(3))
def test_rloo(seed: int, dtype: torch.dtype, tolerance: float) -> None:
    from trl import RLOOTrainer

    numbers = Numbers(seed, dtype)
    compare(
        lambda new: RLOOTrainer._compute_loss(stub(numbers, new), None, inputs(numbers)),  # type: ignore[arg-type]
        lambda new: ours(numbers, new, Surrogate.SEQUENCE, Average.EPISODE, (0.2, 0.28), 0.0),
        numbers,
        tolerance,
    )


def compare(theirs: Any, mine: Any, numbers: Numbers, tolerance: float) -> None:
    results = []
    for function in (theirs, mine):
        new = numbers.new.clone().requires_grad_()
        loss = function(new)
        (gradient,) = torch.autograd.grad(loss, new)
        results.append((loss.detach(), gradient * numbers.mask))
    (their_loss, their_gradient), (my_loss, my_gradient) = results
    assert their_gradient.abs().max() > 1e-3
    torch.testing.assert_close(my_loss, their_loss, rtol=tolerance, atol=tolerance / 100)
    torch.testing.assert_close(my_gradient, their_gradient, rtol=tolerance, atol=tolerance / 100)
