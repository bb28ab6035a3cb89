"""One update of the weights from a batch of episodes.

The order of the paper (GRPO, arXiv 2402.03300, with DAPO's clip bounds and token mean, arXiv 2503.14476): advantages
per group; groups whose members all earned the same teach nothing and are left out; the clipped surrogate, averaged over
all own tokens; gradient clipping; AdamW. Differences: no reference model unless ``kl`` is set, and an entropy bonus.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor
from transformers import PreTrainedModel

from ftrl_agents.advantage import group_advantages
from ftrl_agents.config import UpdateConfig
from ftrl_agents.episode import End, Episode
from ftrl_agents.loss import clipped_surrogate, k3, ratio, token_mean
from ftrl_agents.scorer import Scorer
from ftrl_gym.errors import FtrlGymError


class LossNotFinite(FtrlGymError, ArithmeticError):
    """The loss or a gradient became NaN or infinite; says in which mini-batch, and of which tasks."""


class Part(NamedTuple):
    """Some members of a group, padded: one forward pass."""

    prompt_P: Tensor
    tail_BT: Tensor
    own_BT: Tensor
    sampled_N: Tensor
    """The sampler's log-probabilities of the own tokens."""
    advantage_N: Tensor
    tasks: tuple[str, ...]


class UpdateStats(NamedTuple):
    """Measured during one update; means are over own tokens."""

    loss: float
    entropy: float
    mismatch: float
    """Mean absolute difference of sampler's and learner's log-probabilities before the first optimizer step."""
    ratio_max: float
    clipped: float
    """Share of tokens whose ratio lies outside the bounds."""
    kl: float
    """To the reference; 0 without one."""
    grad_norm: float
    tokens: int
    """Own tokens that had an advantage."""
    flat_groups: float
    """Share of groups without signal."""


class Learner:
    """A model, its optimizer, and how to improve the one by the other.

    Args:
        model: In float32.
        config: See :class:`~ftrl_agents.config.UpdateConfig`; with ``kl``, call :meth:`set_reference` too.
        temperature: At which episodes are sampled.
    """

    def __init__(self, model: PreTrainedModel, config: UpdateConfig, temperature: float) -> None:
        self.config, self.model = config, model
        self.accelerator = Accelerator()
        optimizer = torch.optim.AdamW(
            model.parameters(), lr=config.learning_rate, betas=(0.9, config.beta2), weight_decay=config.weight_decay
        )
        self.scorer, self.optimizer = self.accelerator.prepare(Scorer(model, temperature), optimizer)
        self.reference: Scorer | None = None
        self.midway = False
        """Whether an update has changed the weights and did not end: they are no step's result."""

    def set_reference(self, model: PreTrainedModel) -> None:
        """The policy that the KL is measured to."""
        self.reference = Scorer(model.to(self.accelerator.device).eval(), self.scorer.temperature)

    def update(self, episodes: Sequence[Episode], seed: int) -> UpdateStats:
        """Improve the policy by a batch of whole groups.

        Args:
            episodes: Members of a group share ``group``. Failed ones are no part of it.
            seed: Of the order in which parts go into mini-batches.

        Raises:
            LossNotFinite: The weights are those before the failing optimizer step; see :attr:`midway`.
        """
        groups: dict[int, list[Episode]] = {}
        for episode in episodes:
            groups.setdefault(episode.group, []).append(episode)
        parts = [part for group in groups.values() for part in self._parts(group)]
        random.Random(seed).shuffle(parts)
        signal = {part.tasks[0] for part in parts}
        totals = torch.zeros(6, dtype=torch.float64)
        ratio_max = grad_norm = 0.0
        self.scorer.train()
        mismatch = 0.0
        self.optimizer.zero_grad()  # of an update that was broken off
        batches = list(_split(parts, self.config.mini_batches))
        for number, batch in enumerate(batches):
            tokens = sum(len(part.advantage_N) for part in batch)
            where = f"in mini-batch {number + 1} of {len(batches)}"
            for part in batch:
                measured = self._backward(part, tokens, where)
                totals += measured[:6]
                ratio_max = max(ratio_max, float(measured[6]))
            if number == 0:
                mismatch = float(totals[3] / totals[0])
            norm = float(self.accelerator.clip_grad_norm_(self.model.parameters(), self.config.max_grad_norm))
            if not math.isfinite(norm):
                self.optimizer.zero_grad()
                raise LossNotFinite(f"the gradient is {norm} {where}, tasks {_names(batch)}")
            self.midway = True
            self.optimizer.step()
            self.optimizer.zero_grad()
            grad_norm = max(grad_norm, norm)
        self.midway = False
        count = max(int(totals[0]), 1)
        loss, bonus, _, clipped, kl = (totals[1:] / count).tolist()
        flat = 1 - len(signal) / max(len(groups), 1)
        return UpdateStats(loss, bonus, mismatch, ratio_max, clipped, kl, grad_norm, int(totals[0]), flat)

    def _backward(self, part: Part, tokens: int, where: str) -> Tensor:
        """Add a part's gradient; gives sums over its tokens: count, loss, entropy, mismatch, clipped, KL; ratio max."""
        config = self.config
        scored = self.scorer(part.prompt_P, part.tail_BT, part.own_BT)
        ratio_N = ratio(scored.logprobs_N, part.sampled_N)
        loss_N = clipped_surrogate(ratio_N, part.advantage_N, config.clip_low, config.clip_high)
        loss_N = loss_N - config.entropy * scored.entropy_N
        kl_N = torch.zeros_like(loss_N)
        if self.reference is not None:
            with torch.no_grad():
                reference = self.reference(part.prompt_P, part.tail_BT, part.own_BT)
            kl_N = k3(scored.logprobs_N, reference.logprobs_N)
            loss_N = loss_N + config.kl * kl_N
        loss = token_mean(loss_N, tokens)
        if not torch.isfinite(loss):
            self.optimizer.zero_grad()
            raise LossNotFinite(f"the loss is {loss.item()} {where}, tasks {_names([part])}")
        self.accelerator.backward(loss)
        with torch.no_grad():
            outside = (ratio_N < 1 - config.clip_low) | (ratio_N > 1 + config.clip_high)
            mismatch = (scored.logprobs_N - part.sampled_N).abs()
            sums = [loss_N, scored.entropy_N, mismatch, outside, kl_N]
            return torch.tensor([len(loss_N), *(float(x.double().sum()) for x in sums), float(ratio_N.max())])

    def _parts(self, group: list[Episode]) -> Iterator[Part]:
        """A group's episodes with an advantage, sorted by length and padded in parts of at most ``micro_tokens``."""
        played = [episode for episode in group if episode.end is not End.FAILED]
        if not played:
            return
        width = max(len(episode.turns) for episode in played)
        rewards_GK = torch.zeros(len(played), width, dtype=torch.float64)
        turns_GK = torch.zeros(len(played), width, dtype=torch.bool)
        for g, episode in enumerate(played):
            rewards_GK[g, : len(episode.turns)] = torch.tensor([turn.reward for turn in episode.turns])
            turns_GK[g, : len(episode.turns)] = True
        advantage_GK = group_advantages(rewards_GK, turns_GK, self.config.credit, scale=self.config.scale_by_std)
        if not advantage_GK.abs().gt(1e-9).any():
            return
        order = sorted(range(len(played)), key=lambda g: len(played[g].ids))
        prompt = played[0].prompt_length
        while order:
            longest = len(played[order[-1]].ids) - prompt
            count = max(1, (self.config.micro_tokens - prompt) // longest)
            chosen, order = order[-count:], order[:-count]
            yield self._pad([played[g] for g in chosen], advantage_GK[chosen])

    def _pad(self, episodes: list[Episode], advantage_BK: Tensor) -> Part:
        device = self.accelerator.device
        prompt = episodes[0].prompt_length
        width = max(len(episode.ids) for episode in episodes) - prompt
        tail_BT = torch.zeros(len(episodes), width, dtype=torch.long)
        own_BT = torch.zeros(len(episodes), width, dtype=torch.bool)
        sampled_BT, advantage_BT = torch.zeros(len(episodes), width), torch.zeros(len(episodes), width)
        for b, episode in enumerate(episodes):
            length = len(episode.ids) - prompt
            tail_BT[b, :length] = torch.tensor(episode.ids[prompt:])
            own_BT[b, :length] = torch.tensor(episode.own[prompt:])
            sampled_BT[b, :length] = torch.tensor(episode.logprobs[prompt:])
            for k, turn in enumerate(episode.turns):
                advantage_BT[b, turn.start - prompt : turn.end - prompt] = advantage_BK[b, k]
        return Part(
            torch.tensor(episodes[0].ids[:prompt], device=device),
            tail_BT.to(device),
            own_BT.to(device),
            sampled_BT[own_BT].to(device),
            advantage_BT[own_BT].to(device),
            tuple(episode.task for episode in episodes),
        )


def _split(parts: list[Part], count: int) -> Iterator[list[Part]]:
    """At most ``count`` runs of about as many parts."""
    size = -(-len(parts) // count) if parts else 1
    for start in range(0, len(parts), size):
        yield parts[start : start + size]


def _names(parts: list[Part]) -> str:
    names = sorted({task for part in parts for task in part.tasks})
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
