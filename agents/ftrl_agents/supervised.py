"""Supervised training on conversations: the loss, the optimizer and its schedule. Pretraining and warm-up share it.

Only what the assistant said is learned in full. The rest may get a small weight: a result repeats what a call named,
so predicting it teaches the model to copy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

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
    """A model in training; its learning rate follows the tokens read: warm-up, plateau, linear decay to zero.

    A run that is resumed with a smaller ``total`` goes into its decay at once, so it can end well early.

    Args:
        model: In float32.
        peak: Learning rate on the plateau.
        total: Tokens of the whole run.
        warm_up: Share of the tokens over which the rate rises.
        decay: Share of the tokens over which it falls at the end.
        rest_weight: Weight of tokens that are not the assistant's.
        emphasis: Weights of what stands between two tokens, ``(opening, closing, weight)`` each; the assistant's other
            tokens weigh 1. Few tokens are an answer, and they are the hardest to learn.
        orthogonal: Update the matrices of the blocks by Muon instead of AdamW.
        half: Multiply matrices in bfloat16; weights and losses stay as they are.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        peak: float,
        total: int,
        warm_up: float = 0.02,
        decay: float = 0.4,
        rest_weight: float = 0.0,
        emphasis: Sequence[tuple[int, int, float]] = (),
        orthogonal: bool = False,
        half: bool = False,
    ) -> None:
        self.model, self.peak, self.total, self.warm_up = model, peak, total, warm_up
        self.decay, self.rest_weight, self.emphasis, self.half = decay, rest_weight, emphasis, half
        self.tokens = 0
        self.optimizer = Orthogonal(model, peak) if orthogonal else _adamw(model.parameters(), peak)

    def rate(self) -> float:
        """Learning rate of the next step."""
        up = (self.tokens + 1) / (self.warm_up * self.total)
        down = (self.total - self.tokens) / (self.decay * self.total)
        return self.peak * max(0.0, min(1.0, up, down))

    def step(self, batch: Batch) -> StepResult:
        """One update."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        batch = batch.to(self.model.device)
        with torch.autocast(self.model.device.type, torch.bfloat16, enabled=self.half):
            losses, own, right = token_losses(self.model, batch, self.rest_weight)
        own_loss = self._emphasised(batch, losses[own])
        loss = own_loss if bool(own.all()) else own_loss + self.rest_weight * losses[~own].mean()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        read = int(batch.real.sum())
        self.tokens += read
        return StepResult(losses[own].mean().item(), right[own].float().mean().item(), read)

    def _emphasised(self, batch: Batch, losses: Tensor) -> Tensor:
        """Weighted mean of the losses of the assistant's tokens."""
        weights = torch.ones_like(losses)
        for opening, closing, weight in self.emphasis:
            inside = ((batch.ids == opening).cumsum(1) > (batch.ids == closing).cumsum(1))[:, :-1]
            weights[inside[batch.own[:, 1:]]] = weight
        return (weights * losses).sum() / weights.sum()


class Orthogonal:
    """Muon for the matrices of the blocks, AdamW for embeddings and norms, as one optimizer.

    Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/) takes orthogonalised steps, here as large as
    AdamW's (Liu et al. 2025, arXiv 2502.16982, section 2.2), so that one learning rate fits both.
    """

    def __init__(self, model: PreTrainedModel, rate: float) -> None:
        matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and ".layers." in name]
        own = {id(p) for p in matrices}
        self.parts: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices, lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            _adamw((p for p in model.parameters() if id(p) not in own), rate),
        )

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Those of both."""
        return [group for part in self.parts for group in part.param_groups]

    def step(self) -> None:
        """One update."""
        for part in self.parts:
            part.step()

    def zero_grad(self) -> None:
        """Forgets gradients."""
        for part in self.parts:
            part.zero_grad()

    def state_dict(self) -> dict[str, Any]:
        """Those of both."""
        return {str(number): part.state_dict() for number, part in enumerate(self.parts)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts back what :meth:`state_dict` gave."""
        for number, part in enumerate(self.parts):
            part.load_state_dict(state[str(number)])


def _adamw(parameters: Iterable[torch.nn.Parameter], rate: float) -> torch.optim.AdamW:
    every = list(parameters)
    groups = [
        {"params": [p for p in every if p.ndim >= 2], "weight_decay": 0.05},
        {"params": [p for p in every if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), fused=True)


@torch.no_grad()
def likelihood(model: PreTrainedModel, batch: Batch) -> StepResult:
    """Loss and accuracy on the assistant's tokens of a batch, without an update."""
    batch = batch.to(model.device)
    losses, _, right = token_losses(model, batch, 0.0)
    assert math.isfinite(float(losses.sum()))
    return StepResult(losses.mean().item(), right.float().mean().item(), int(batch.real.sum()))
