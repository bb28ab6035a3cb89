"""One update of the weights from a batch of episodes.

In this order: what each token was paid (:mod:`.credit`), how much better than expected that was (:mod:`.advantage`),
passes over the batch in mini-batches, in each of which the loss (:mod:`.loss`) of all own tokens is summed over parts
that fit into memory, gradient clipping, AdamW. Groups that teach nothing are left out. Which published algorithm a
combination of settings is, says :mod:`.recipes`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from accelerate.utils import gather_object  # type: ignore[import-untyped]
from torch import Tensor
from transformers import PreTrainedModel

from ftrl_agents.adapter import adapter_off, adapter_weights, merged_weights
from ftrl_agents.advantage import advantages, gae, whitened
from ftrl_agents.config import Estimator, KlPlace, UpdateConfig
from ftrl_agents.episode import End, Episode
from ftrl_agents.lessons import Lesson, Part, idle_part, paid, parts
from ftrl_agents.loss import clipped_ratio, kl, surrogate, token_weights, truncated_importance, value_loss
from ftrl_agents.packed_attention import packed_attention
from ftrl_agents.scorer import Scorer
from ftrl_agents.sharding import part_of, whole
from ftrl_agents.stepping import stepper
from ftrl_gym.errors import FtrlGymError, UsageError

NOTHING = 1e-9
"""Advantages up to this teach nothing."""
WHITENED = (Estimator.REINFORCE_PLUS_PLUS, Estimator.REINFORCE_PLUS_PLUS_BASELINE, Estimator.GAE)
"""Estimators for which processes add up what they have, also one that has nothing."""


class LossNotFinite(FtrlGymError, ArithmeticError):
    """The loss or a gradient became NaN or infinite; says in which mini-batch, and of which tasks."""


class UpdateStats(NamedTuple):
    """Measured during one update; means are over own tokens."""

    loss: float
    entropy: float
    mismatch: float
    """Mean absolute difference of sampler's and learner's log-probabilities before the first optimizer step."""
    ratio_min: float
    ratio_max: float
    clipped: float
    """Share of tokens whose ratio, or whose episode's where that is what counts, lies outside the bounds."""
    kl: float
    """To the reference; 0 without one."""
    value_loss: float
    """Of the values; 0 without a value head."""
    grad_norm: float
    tokens: int
    """Own tokens that had an advantage."""
    flat_groups: float
    """Share of groups without signal."""


class _Sums(NamedTuple):
    """Over own tokens."""

    tokens: Tensor
    loss: Tensor
    entropy: Tensor
    mismatch: Tensor
    clipped: Tensor
    kl: Tensor
    value_loss: Tensor


class Learner:
    """A model, its optimizer, and how to improve the one by the other.

    Args:
        model: In float32.
        config: See :class:`~ftrl_agents.config.UpdateConfig`; with ``kl``, call :meth:`set_reference` too.
        temperature: At which episodes are sampled.
        accelerator: Of the run; by default one for a single process.
    """

    def __init__(
        self, model: PreTrainedModel, config: UpdateConfig, temperature: float, accelerator: Accelerator | None = None
    ) -> None:
        self.config, self.model = config, model
        self.accelerator = accelerator or Accelerator()
        with_values = config.estimator is Estimator.GAE
        if config.recompute:
            # Renamed within transformers 5.
            enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
            enable({"use_reentrant": False})
        scorer = Scorer(model, temperature, values=with_values, in_bfloat16=config.precision == "bfloat16")
        trained = [p for p in scorer.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(
            trained, lr=config.learning_rate, betas=(0.9, config.beta2), weight_decay=config.weight_decay
        )
        self.stepper = stepper(self.accelerator, scorer, optimizer, config.max_grad_norm)
        self.scorer: Any = self.stepper.module
        self.reference: Scorer | None = None
        self._referring = False
        self.midway = False
        """Whether an update has changed the weights and did not end: they are no step's result."""

    def set_reference(self, model: PreTrainedModel | None) -> None:
        """The policy that the KL is measured to; None for that of an adapted model without its adapter."""
        self._referring = True
        if model is not None:
            own = self.accelerator.unwrap_model(self.scorer)
            self.reference = Scorer(
                model.to(self.accelerator.device).eval(), own.temperature, in_bfloat16=own.in_bfloat16
            )

    def _reference_logprobs(self, lessons: Sequence[Lesson]) -> list[Tensor]:
        if self.reference is None:
            with adapter_off(self.model):
                return [logprobs for logprobs, _ in self._measured(self.scorer, lessons)]
        return [logprobs for logprobs, _ in self._measured(self.reference, lessons)]

    def heads(self) -> dict[str, Tensor]:
        """Weights that are trained and not saved with the model: those of the value head and of an adapter, if any."""
        return {name: whole(value).detach().cpu() for name, value in self._heads().items()}

    def load_heads(self, heads: Mapping[str, Tensor]) -> None:
        """Puts back what :meth:`heads` gave.

        Raises:
            UsageError: They are not those of this estimator.
        """
        own = self._heads()
        if heads.keys() != own.keys():
            raise UsageError(
                f"the checkpoint was trained {'with' if heads else 'without'} a value head, and estimator "
                f"{self.config.estimator} wants it {'with' if own else 'without'} one. Keep the estimator, or "
                "start a new run from its weights with --model"
            )
        with torch.no_grad():
            for name, value in heads.items():
                own[name].copy_(part_of(value, own[name]))

    def _heads(self) -> dict[str, Tensor]:
        weights = self.accelerator.unwrap_model(self.scorer).named_parameters()
        adapter = {f"model.{name}" for name in adapter_weights(self.model)}
        return {name: value for name, value in weights if not name.startswith("model.") or name in adapter}

    @torch.no_grad()
    def hand_over(self, model: PreTrainedModel) -> None:
        """Gives a whole copy of the model the weights as they are; for all processes together."""
        if model is not self.model:
            own = dict(model.named_parameters())
            for name, value in merged_weights(self.model):
                own[name].copy_(value)

    @torch.no_grad()
    def whole_weights(self) -> dict[str, Tensor]:
        """The model's weights as they are, on the CPU; for all processes together."""
        return {name: value.cpu() for name, value in merged_weights(self.model)}

    def update(self, episodes: Sequence[Episode], seed: int, share_of_rate: float = 1.0) -> UpdateStats:
        """Improve the policy by a batch of whole groups.

        Args:
            episodes: Members of a group share ``group``, and lie in one process. Failed ones are no part of it.
            seed: Of the order in which groups go into mini-batches.
            share_of_rate: What the learning rate is multiplied by.

        Raises:
            LossNotFinite: The weights are those before the failing optimizer step; see :attr:`midway`.
        """
        self.stepper.set_rate(self.config.learning_rate * share_of_rate)
        self.stepper.forget()  # of an update that was broken off
        groups = self._lessons(episodes)
        signal = sorted(gather_object(sorted(groups)))
        played = sorted({*gather_object(sorted({episode.group for episode in episodes}))})
        sums = _Sums(*(torch.zeros((), dtype=torch.float64) for _ in _Sums._fields))
        extremes, mismatch, grad_norm = (math.inf, -math.inf), 0.0, 0.0
        self.scorer.train()
        for epoch in range(self.config.epochs):
            order = list(signal)
            random.Random(seed if not epoch else f"{seed}/{epoch}").shuffle(order)
            batches = list(_split(order, self.config.mini_batches))
            for number, batch in enumerate(batches):
                where = f"in mini-batch {number + 1} of {len(batches)}"
                own = [groups[group] for group in batch if group in groups]
                measured, seen, norm = self._mini_batch(own, where)
                sums = _Sums(*(one + other for one, other in zip(sums, measured, strict=True)))
                extremes = min(extremes[0], seen[0]), max(extremes[1], seen[1])
                if not epoch and not number:
                    mismatch = float(measured.mismatch / measured.tokens.clamp(min=1))
                grad_norm = max(grad_norm, norm)
        self.midway = False
        lows, highs = zip(*gather_object([extremes]), strict=True)
        count = max(float(sums.tokens), 1.0)
        return UpdateStats(
            loss=float(sums.loss) / count,
            entropy=float(sums.entropy) / count,
            mismatch=mismatch,
            ratio_min=min(lows) if signal else 1.0,
            ratio_max=max(highs) if signal else 1.0,
            clipped=float(sums.clipped) / count,
            kl=float(sums.kl) / count,
            value_loss=float(sums.value_loss) / count,
            grad_norm=grad_norm,
            tokens=int(sums.tokens) // self.config.epochs,
            flat_groups=1 - len(signal) / max(len(played), 1),
        )

    def _lessons(self, episodes: Sequence[Episode]) -> dict[int, list[Lesson]]:
        """Group -> what its episodes are to teach, of the groups of this process that teach anything."""
        config = self.config
        lessons = [Lesson.of(episode) for episode in episodes if episode.end is not End.FAILED]
        if config.importance_cap:
            self._measure_importance(lessons)
        costs = None
        if self._referring:
            for lesson, logprobs in zip(lessons, self._reference_logprobs(lessons), strict=True):
                lesson.reference_N = logprobs
            if config.kl_place is KlPlace.REWARD:
                costs = [config.kl * kl(config.kl_estimator, one.sampled_N, one.reference_N) for one in lessons]
        self._set_advantages(lessons, costs)
        groups: dict[int, list[Lesson]] = {}
        for lesson in lessons:
            if not (config.drop_cut and lesson.episode.end is End.TOKEN_BUDGET):
                groups.setdefault(lesson.episode.group, []).append(lesson)
        return {
            group: members
            for group, members in groups.items()
            if config.estimator is Estimator.GAE or any(one.advantage_N.abs().gt(NOTHING).any() for one in members)
        }

    def _set_advantages(self, lessons: Sequence[Lesson], costs: Sequence[Tensor] | None) -> None:
        config = self.config
        reward = paid([lesson.episode for lesson in lessons], costs) if lessons else None
        with_values = config.estimator is Estimator.GAE
        measured = self._measured(self.scorer, lessons) if with_values else []
        if reward is None:
            if config.estimator in WHITENED:
                none = torch.zeros(0, 0, dtype=torch.float64)
                whitened(none, none.bool(), self._summed)
            return
        if with_values:
            values = torch.zeros_like(reward.rewards_BN)
            for row, (lesson, (_, value)) in enumerate(zip(lessons, measured, strict=True)):
                assert value is not None
                lesson.value_N, values[row, : len(value)] = value, value.double()
            own = reward.turn_BN >= 0
            found = gae(reward.rewards_BN, values, own, config.discount, config.gae_lambda)
            advantage_BN = whitened(found.advantage_BN, own, self._summed)
            for row, lesson in enumerate(lessons):
                lesson.target_N = found.target_BN[row, : len(lesson.sampled_N)].float()
        else:
            advantage_BN = advantages(reward, config.estimator, config.credit_by, config.discount, self._summed)
        for row, lesson in enumerate(lessons):
            lesson.advantage_N = advantage_BN[row, : len(lesson.sampled_N)].float()

    def _measure_importance(self, lessons: Sequence[Lesson]) -> None:
        """Where another engine sampled: the learner's own log-probabilities are the ones to start from."""
        for lesson, (logprobs, _) in zip(lessons, self._measured(self.scorer, lessons), strict=True):
            lesson.importance_N = truncated_importance(logprobs, lesson.sampled_N, self.config.importance_cap)
            lesson.sampled_N = logprobs

    def _summed(self, sums: Tensor) -> Tensor:
        """Over all processes."""
        if self.accelerator.num_processes == 1:
            return sums
        total: Tensor = self.accelerator.reduce(sums.to(self.accelerator.device), "sum")
        return total.to(sums.device)

    @torch.no_grad()
    def _measured(self, scorer: Scorer, lessons: Sequence[Lesson]) -> list[tuple[Tensor, Tensor | None]]:
        """Log-probabilities and values ``(N,)`` of each lesson's own tokens, without gradient."""
        scorer.eval()
        groups: dict[int, list[Lesson]] = {}
        for lesson in lessons:
            groups.setdefault(lesson.episode.group, []).append(lesson)
        cut = list(parts(groups.values(), self.config.micro_tokens))
        found: dict[int, tuple[Tensor, Tensor | None]] = {}
        for number in range(self._most(len(cut))):
            part, members = cut[number % len(cut)] if cut else (idle_part(), [])
            scored = scorer(*part.to(self.accelerator.device).inputs)
            if not members:
                continue
            sizes = part.sizes_B.tolist()
            logprobs = scored.logprobs_N.float().cpu().split(sizes)
            values = [None] * len(sizes) if scored.value_N is None else scored.value_N.float().cpu().split(sizes)
            found |= {id(one): pair for one, pair in zip(members, zip(logprobs, values, strict=True), strict=True)}
        return [found[id(lesson)] for lesson in lessons]

    def _most(self, passes: int) -> int:
        """Forward passes of the process with the most: wrappers that share weights want as many of each."""
        return int(max(gather_object([passes])))

    def _mini_batch(self, groups: Sequence[Sequence[Lesson]], where: str) -> tuple[_Sums, tuple[float, float], float]:
        """Takes a step by a mini-batch; gives sums over its tokens, the extreme ratios, the gradient's norm.

        Raises:
            LossNotFinite: No step was taken.
        """
        own = [part for part, _ in parts(groups, self.config.micro_tokens)]
        sizes = [sum(len(part.advantage_N) for part in own), sum(len(part.sizes_B) for part in own)]
        tokens, count = (int(x) for x in self._summed(torch.tensor(sizes, dtype=torch.float64)))
        sums, extremes, bad = torch.zeros(len(_Sums._fields), dtype=torch.float64), (math.inf, -math.inf), None
        passes = self._most(len(own))
        for number in range(passes):
            # A process with fewer parts than another repeats one, or makes one up, which then counts for nothing.
            idle = number >= len(own)
            part = own[number % len(own)] if own else idle_part()
            last = number == passes - 1
            # What checkpointing computes again in the backward pass has to find the same attention.
            with packed_attention(self.model), self.stepper.part(last):
                loss, measured, seen = self._backward(part.to(self.accelerator.device), tokens, count, idle, last)
            if not math.isfinite(loss):
                bad = bad or f"the loss is {loss} {where}, tasks {_names([part])}"
            if not idle:
                sums += measured
                extremes = min(extremes[0], seen[0]), max(extremes[1], seen[1])
        bad = next(filter(None, gather_object([bad])), None)  # all of them stop, or none
        if bad:
            self.stepper.forget()
            raise LossNotFinite(bad)
        before, self.midway = self.midway, True
        norm = self.stepper.step()
        if not math.isfinite(norm):
            self.midway = before
            raise LossNotFinite(f"the gradient is {norm} {where}, tasks {_names(own)}")
        return _Sums(*self._summed(sums)), extremes, norm

    def _backward(
        self, part: Part, tokens: int, episodes: int, idle: bool, last: bool
    ) -> tuple[float, Tensor, tuple[float, float]]:
        """Adds a part's gradient; gives its loss, sums over its tokens, and its extreme ratios."""
        config = self.config
        scored = self.scorer(*part.inputs)
        logprobs_N = scored.logprobs_N
        loss_N = part.importance_N * surrogate(
            config.surrogate, logprobs_N, part.sampled_N, part.advantage_N, part.episode_N, config.clip_low,
            config.clip_high,
        )  # fmt: skip
        loss_N = loss_N - config.entropy * scored.entropy_N
        kl_N = error_N = torch.zeros_like(loss_N)
        if self._referring:
            kl_N = kl(config.kl_estimator, logprobs_N, part.reference_N)
            if config.kl_place is KlPlace.LOSS:
                loss_N = loss_N + config.kl * kl_N
        if scored.value_N is not None:
            error_N = value_loss(scored.value_N.float(), part.value_N, part.target_N, config.value_clip)
            loss_N = loss_N + config.value_weight * error_N
        weight_B = token_weights(config.average, part.sizes_B, tokens, episodes, config.constant_tokens)
        loss = (loss_N * weight_B.to(loss_N.dtype)[part.episode_N]).sum()
        # Gradients are averaged over processes, and each has only its own share of the mini-batch.
        self.stepper.backward(loss * (0.0 if idle else float(self.accelerator.num_processes)), last)
        with torch.no_grad():
            ratio_N = clipped_ratio(config.surrogate, logprobs_N, part.sampled_N, part.episode_N)
            outside = (ratio_N < 1 - config.clip_low) | (ratio_N > 1 + config.clip_high)
            mismatch = (logprobs_N - part.sampled_N).abs() + part.importance_N.log().abs()
            sums = [torch.ones_like(loss_N), loss_N, scored.entropy_N, mismatch, outside, kl_N, error_N]
            measured = torch.stack([value.double().sum().cpu() for value in sums])
            return float(loss), measured, (float(ratio_N.min()), float(ratio_N.max()))


def _split(groups: list[int], count: int) -> Iterator[list[int]]:
    """At most ``count`` runs of about as many groups."""
    size = -(-len(groups) // count) if groups else 1
    for start in range(0, len(groups), size):
        yield groups[start : start + size]


def _names(some: Sequence[Part]) -> str:
    names = sorted({task for part in some for task in part.tasks})
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
