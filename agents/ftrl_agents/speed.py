"""How fast rollouts and updates are on this machine; for ``benchmarks/speed.py learner``."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftrl_agents.config import UpdateConfig
from ftrl_agents.learner import Learner
from ftrl_agents.rollout import EnvFactory, EnvPool, collect


class StepSpeed(NamedTuple):
    """One whole training step, warm; seconds are CPU seconds of this process."""

    episodes: int
    own_tokens: int
    """Sampled."""
    all_tokens: int
    """Sampled, fed back, and prompts once per group."""
    rollout_s: float
    update_s: float

    @property
    def own_tokens_per_s(self) -> float:
        """Generated tokens a CPU second of rollout."""
        return self.own_tokens / self.rollout_s

    @property
    def episodes_per_s(self) -> float:
        """Episodes a CPU second of rollout and update together."""
        return self.episodes / (self.rollout_s + self.update_s)


def step_speed(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    tasks: Sequence[tuple[EnvFactory, str]],
    *,
    group_size: int = 8,
    update: UpdateConfig | None = None,
    clock: Callable[[], float] = time.process_time,
    **sampling: Any,
) -> StepSpeed:
    """Play and learn once to warm up and once with the clock running.

    Args:
        tasks: As for :func:`~ftrl_agents.rollout.collect`.
        update: Settings of the update.
        clock: ``time.monotonic`` on a GPU.
        sampling: Passed on to :func:`~ftrl_agents.rollout.collect`.
    """
    learner, pool = Learner(model, update or UpdateConfig(), temperature=1.0), EnvPool()
    for seed in (0, 1):
        begun = clock()
        episodes = collect(
            model, tokenizer, tasks, temperature=1.0, seed=seed, group_size=group_size, pool=pool, **sampling
        )
        sampled = clock()
        # All groups take part: what is measured must not depend on how good the policy is.
        for episode in episodes:
            for turn in episode.turns:
                turn.reward = float(episode.member)
        learner.update(episodes, seed)
        updated = clock()
    pool.close()
    prompts = sum(episode.prompt_length for episode in episodes if episode.member == 0)
    return StepSpeed(
        episodes=len(episodes),
        own_tokens=sum(episode.own_count for episode in episodes),
        all_tokens=prompts + sum(len(episode.ids) - episode.prompt_length for episode in episodes),
        rollout_s=sampled - begun,
        update_s=updated - sampled,
    )
