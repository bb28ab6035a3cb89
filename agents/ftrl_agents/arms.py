"""Ways to spend the same compute on a policy: reinforcement learning, and what it has to be better than.

All three begin with the same weights, read the same training tasks in the same order, and stop at the same number of
CPU seconds of their process. Their learning rates are constant.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any

import numpy as np

from ftrl_agents.config import TrainConfig
from ftrl_agents.corpus import Conversation, batches, encode
from ftrl_agents.demonstrations import demonstrations
from ftrl_agents.envs import EnvFactory
from ftrl_agents.episode import End, Episode
from ftrl_agents.learner import Learner
from ftrl_agents.policy import Policy
from ftrl_agents.rollout import EnvPool, collect
from ftrl_agents.run import tasks_of_step
from ftrl_agents.supervised import Supervised

FULL_MARKS = 0.999
"""Return from which on an episode counts as successful: everything right, nothing wasted."""
SUPERVISED_RATE = 3e-4
"""Learning rate of the supervised arms."""
_BATCH_TOKENS = 8_192
_WARM_UP_TOKENS = 20_000
_NO_END = 10**12
"""Tokens of a schedule that stays on its plateau."""


class Arm(StrEnum):
    """What a policy learns from."""

    RL = "rl"
    """Rewards: GRPO, as ``train_llm.py`` does it."""
    DEMONSTRATIONS = "demonstrations"
    """Certified plans, played well: continued supervised training."""
    REJECTION = "rejection"
    """Its own successful episodes: sampled, sieved by the reward, and learned by heart."""


class Spent:
    """CPU seconds of this process, of all its threads."""

    def __init__(self, limit: float) -> None:
        self.limit, self._begun = limit, time.process_time()

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.process_time() - self._begun

    @property
    def left(self) -> bool:
        """Whether there is something to spend."""
        return self.seconds < self.limit


Progress = Callable[[str], None]


def train_arm(
    arm: Arm,
    policy: Policy,
    make_env: EnvFactory,
    tasks: Sequence[str],
    config: TrainConfig,
    seconds: float,
    tell: Progress = lambda _: None,
) -> dict[str, float]:
    """Trains a policy in place.

    Args:
        arm: What it learns from.
        policy: In float32.
        make_env: Makes training environments.
        tasks: Ids of the training tasks.
        config: Seed, sizes of a step, and how the weights are updated.
        seconds: CPU seconds that may be spent; the step in which they run out is finished.
        tell: Called with a line after every step.

    Returns:
        Steps taken, CPU seconds spent, tokens learned from.
    """
    steps: Callable[..., Iterator[tuple[int, str]]] = {
        Arm.RL: _rl,
        Arm.DEMONSTRATIONS: _demonstrations,
        Arm.REJECTION: _rejection,
    }[arm]
    spent, taken, learned = Spent(seconds), 0, 0
    for tokens, note in steps(policy, make_env, tasks, config):
        taken, learned = taken + 1, learned + tokens
        tell(f"{arm} step {taken}  {spent.seconds:.0f} CPU-s  {note}")
        if not spent.left:
            break
    return {"steps": taken, "seconds": round(spent.seconds, 1), "tokens": learned}


def _rl(policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig) -> Iterator[tuple[int, str]]:
    learner = Learner(policy.model, config.update, config.rollout.temperature)
    for step, episodes in _sampled(policy, make_env, tasks, config):
        stats = learner.update(episodes, seed=config.seed + step)
        yield stats.tokens, f"return {_mean_return(episodes):.3f}"


def _demonstrations(
    policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig
) -> Iterator[tuple[int, str]]:
    trainer, env, step = _trainer(policy), make_env(), 0
    try:
        while True:
            chosen = list(tasks_of_step(tasks, step, _per_step(config), config.seed))
            played = demonstrations(env, chosen, config.seed, flawed=0.0)
            made = [encode(policy.tokenizer, one.messages()) for one in played]
            yield _learned(trainer, made, policy, config.seed, step)
            step += 1
    finally:
        env.close()


def _rejection(
    policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig
) -> Iterator[tuple[int, str]]:
    trainer = _trainer(policy)
    for step, episodes in _sampled(policy, make_env, tasks, config):
        good = {tuple(one.ids): one for one in episodes if one.episode_return >= FULL_MARKS}
        made = [Conversation(np.asarray(one.ids, np.int32), np.asarray(one.own, np.bool_)) for one in good.values()]
        tokens, note = _learned(trainer, made, policy, config.seed, step)
        yield tokens, f"return {_mean_return(episodes):.3f}  {len(made)} kept  {note}"


def _sampled(
    policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig
) -> Iterator[tuple[int, list[Episode]]]:
    """Groups of episodes of the weights as they are, step by step, without end."""
    rollout, pool, step = config.rollout, EnvPool(), 0
    try:
        while True:
            chosen = tasks_of_step(tasks, step, rollout.tasks, config.seed)
            yield (
                step,
                collect(
                    *policy,
                    [(make_env, task) for task in chosen],
                    temperature=rollout.temperature,
                    seed=config.seed * 1_000_003 + step,
                    group_size=rollout.group,
                    docs=config.env.docs,
                    in_flight=rollout.in_flight,
                    max_turn_tokens=rollout.max_turn_tokens,
                    max_episode_tokens=rollout.max_episode_tokens,
                    pool=pool,
                ),
            )
            step += 1
    finally:
        pool.close()


def _trainer(policy: Policy) -> Supervised:
    return Supervised(policy.model, peak=SUPERVISED_RATE, total=_NO_END, warm_up=_WARM_UP_TOKENS / _NO_END)


def _learned(
    trainer: Supervised, made: Sequence[Conversation], policy: Policy, seed: int, step: int
) -> tuple[int, str]:
    """One pass over some conversations."""
    if not made:
        return 0, "nothing to learn from"
    policy.model.train()
    rng, pad = np.random.default_rng([seed, step]), _pad(policy)
    results = [trainer.step(batch) for batch in batches(made, _BATCH_TOKENS, rng, pad)]
    return sum(one.tokens for one in results), f"loss {np.mean([one.loss for one in results]):.3f}"


def _pad(policy: Policy) -> int:
    tokenizer: Any = policy.tokenizer
    return int(tokenizer.pad_token_id)


def _per_step(config: TrainConfig) -> int:
    """Demonstrations of a step: as many as a step of the others has tasks, twice over."""
    return 2 * config.rollout.tasks


def _mean_return(episodes: Sequence[Episode]) -> float:
    played = [one.episode_return for one in episodes if one.end is not End.FAILED]
    return float(np.mean(played)) if played else 0.0
