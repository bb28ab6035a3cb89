"""Supervised training on conversations: the loss, the optimizer and its schedule. Pretraining and warm-up share it.

Only what the assistant said is learned in full. The rest may get a small weight: a result repeats what a call named,
so predicting it teaches the model to copy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ftrl_agents.corpus import Batch

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class StepResult(NamedTuple):
    """What one optimizer step measured, before the update."""

    loss: float
    """Mean negative log-likelihood per assistant token, in nats."""
    accuracy: float
    """Share of assistant tokens that were the most likely one."""
    tokens: int
    """Tokens read, padding excluded."""


def token_losses(model: PreTrainedModel, batch: Batch, rest_weight: float) -> tuple[Tensor, Tensor, Tensor]:
    """Negative log-likelihood of the tokens that count.

    Padding stands on the right of every row, so a causal model needs no attention mask to ignore it.

    Returns:
        ``(N,)`` losses, ``(N,)`` whether each is the assistant's, ``(N,)`` whether it was the most likely token;
        N counts the assistant's tokens, and all real ones when ``rest_weight`` is positive.
    """
    hidden = model.base_model(input_ids=batch.ids, use_cache=False).last_hidden_state[:, :-1]
    wanted = (batch.real if rest_weight else batch.own)[:, 1:]
    targets, own = batch.ids[:, 1:][wanted], batch.own[:, 1:][wanted]
    logits = model.get_output_embeddings()(hidden[wanted]).float()
    return functional.cross_entropy(logits, targets, reduction="none"), own, logits.argmax(-1) == targets


class Supervised:
    """A model under supervised training.

    Args:
        model: In float32.
        peak: Learning rate after warm-up.
        steps: Optimizer steps in all; the rate ends at zero.
        warm_up: Steps of linear warm-up.
        decay: Share of the steps at the end over which the rate falls linearly (WSD); 1 means from the start.
        rest_weight: Weight of tokens that are not the assistant's.
    """

    def __init__(
        self, model: PreTrainedModel, *, peak: float, steps: int, warm_up: int, decay: float, rest_weight: float = 0.0
    ) -> None:
        self.model, self.peak, self.steps, self.warm_up = model, peak, steps, warm_up
        self.decay, self.rest_weight, self.step_count = decay, rest_weight, 0
        matrices = [p for p in model.parameters() if p.ndim >= 2]
        vectors = [p for p in model.parameters() if p.ndim < 2]
        groups = [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.95), fused=True)

    def rate(self, step: int) -> float:
        """Learning rate of a step: warm-up, plateau, decay."""
        up = min(1.0, (step + 1) / max(1, self.warm_up))
        down = min(1.0, (self.steps - step) / max(1.0, self.decay * self.steps))
        return self.peak * min(up, max(0.0, down))

    def step(self, batch: Batch) -> StepResult:
        """One update."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(self.step_count)
        losses, own, right = token_losses(self.model, batch, self.rest_weight)
        own_loss = losses[own].mean()
        rest = losses[~own].mean() if self.rest_weight and not bool(own.all()) else 0.0
        (own_loss + self.rest_weight * rest).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step_count += 1
        return StepResult(own_loss.item(), right[own].float().mean().item(), int(batch.real.sum()))


@torch.no_grad()
def likelihood(model: PreTrainedModel, batch: Batch) -> StepResult:
    """Loss and accuracy on the assistant's tokens of a batch, without an update."""
    losses, _, right = token_losses(model, batch, 0.0)
    assert math.isfinite(float(losses.sum()))
    return StepResult(losses.mean().item(), right.float().mean().item(), int(batch.real.sum()))
