"""Ways to spend the same compute on a policy: reinforcement learning, and what it has to be better than.

All begin with the same weights and read the same training tasks in the same order. Their learning rates are constant.
"""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from ftrl_agents.branching import Place, branched, chosen_places, places
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
PLACES = 2
"""Places of a task from which other episodes go on."""
SUPERVISED_RATE = 3e-4
"""Learning rate of the supervised arms."""
_BATCH_TOKENS = 8_192
_WARM_UP_TOKENS = 20_000
_NO_END = 10**12
"""Tokens of a schedule that stays on its plateau."""


class Arm(StrEnum):
    """What a policy learns from."""

    RL = "rl"
    """Rewards of live episodes: GRPO, as ``train_llm.py`` does it."""
    BRANCHING = "branching"
    """Rewards of live episodes, and of others that go on from places in the middle of them: credit for single turns."""
    PREFIXES = "prefixes"
    """Rewards of single turns, each behind a prefix of an episode: the recipe of FTRL (arXiv 2508.08791)."""
    DEMONSTRATIONS = "demonstrations"
    """Certified plans, played well: continued supervised training."""
    REJECTION = "rejection"
    """Its own successful episodes: sampled, sieved by the reward, and learned by heart."""


class Step(NamedTuple):
    """What one step of an arm took."""

    sampled: int
    """Tokens that the policy wrote."""
    learned: int
    """Tokens that it learned from."""
    note: str


def learning(
    arm: Arm, policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig
) -> Iterator[Step]:
    """Trains a policy in place, a step each time, without end.

    Args:
        arm: What it learns from.
        policy: In float32.
        make_env: Makes training environments.
        tasks: Ids of the training tasks.
        config: Seed, sizes of a step, and how the weights are updated.
    """
    arms = {
        Arm.RL: _rl,
        Arm.BRANCHING: _branching,
        Arm.PREFIXES: _prefixes,
        Arm.DEMONSTRATIONS: _demonstrations,
        Arm.REJECTION: _rejection,
    }
    return arms[arm](policy, make_env, tasks, config)


def train_arm(
    arm: Arm,
    policy: Policy,
    make_env: EnvFactory,
    tasks: Sequence[str],
    config: TrainConfig,
    seconds: float,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, float]:
    """Trains a policy in place for some CPU seconds of this process, of all its threads.

    Args:
        arm: See :func:`learning`; so do the next four.
        policy: See there.
        make_env: See there.
        tasks: See there.
        config: See there.
        seconds: What may be spent; the step in which it runs out is finished.
        tell: Called with a line after every step.

    Returns:
        Steps taken, CPU seconds spent, tokens sampled, tokens learned from.
    """
    begun, taken, sampled, learned, spent = time.process_time(), 0, 0, 0, 0.0
    for step in learning(arm, policy, make_env, tasks, config):
        taken, sampled, learned = taken + 1, sampled + step.sampled, learned + step.learned
        spent = time.process_time() - begun
        tell(f"{arm} step {taken}  {spent:.0f} CPU-s  {step.note}")
        if spent >= seconds:
            break
    return {"steps": taken, "seconds": round(spent, 1), "sampled": sampled, "tokens": learned}


def _rl(policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig) -> Iterator[Step]:
    learner = Learner(policy.model, config.update, config.rollout.temperature)
    for step, episodes in _sampled(policy, make_env, tasks, config):
        yield _improved(learner, episodes, config.seed + step)


def _branching(policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig) -> Iterator[Step]:
    """Half of each group plays from the start, and as many go on from each of some places in what these played."""
    learner = Learner(policy.model, config.update, config.rollout.temperature)
    half = config.rollout.model_copy(update={"group": max(2, config.rollout.group // 2)})
    for step, roots in _sampled(policy, make_env, tasks, config.model_copy(update={"rollout": half})):
        rng = random.Random(f"places/{config.seed}/{step}")
        found = chosen_places(roots, PLACES, rng)
        more = _played(policy, [(branched(make_env, one), one.task) for one in found], config, half.group, step)
        yield _improved(learner, [*roots, *_behind(more, half.tasks)], config.seed + step)


def _prefixes(policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig) -> Iterator[Step]:
    """Trajectories first, one of each task; then single turns behind their prefixes, the empty one among them."""
    learner = Learner(policy.model, config.update, config.rollout.temperature)
    single = config.rollout.model_copy(update={"group": 1})
    for step, trunks in _sampled(policy, make_env, tasks, config.model_copy(update={"rollout": single})):
        found = [place for trunk in trunks for place in (Place(trunk.task, ()), *places(trunk))]
        chosen = random.Random(f"prefixes/{config.seed}/{step}").sample(found, min(len(found), 2 * single.tasks))
        pairs = [(branched(make_env, one, turns=1), one.task) for one in chosen]
        turns = _played(policy, pairs, config, config.rollout.group, step)
        taken = _improved(learner, turns, config.seed + step)
        yield taken._replace(sampled=taken.sampled + sum(trunk.own_count for trunk in trunks))


def _improved(learner: Learner, episodes: Sequence[Episode], seed: int) -> Step:
    stats = learner.update(episodes, seed=seed)
    return Step(_own(episodes), stats.tokens, f"return {_mean_return(episodes):.3f}")


def _behind(episodes: Sequence[Episode], groups: int) -> list[Episode]:
    """The episodes with groups of their own, behind so many others."""
    return [dataclasses.replace(episode, group=episode.group + groups) for episode in episodes]


def _demonstrations(policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig) -> Iterator[Step]:
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


def _rejection(policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig) -> Iterator[Step]:
    trainer = _trainer(policy)
    for step, episodes in _sampled(policy, make_env, tasks, config):
        good = {tuple(one.ids): one for one in episodes if one.episode_return >= FULL_MARKS}
        made = [Conversation(np.asarray(one.ids, np.int32), np.asarray(one.own, np.bool_)) for one in good.values()]
        taken = _learned(trainer, made, policy, config.seed, step)
        note = f"return {_mean_return(episodes):.3f}  {len(made)} kept  {taken.note}"
        yield taken._replace(sampled=_own(episodes), note=note)


def _sampled(
    policy: Policy, make_env: EnvFactory, tasks: Sequence[str], config: TrainConfig
) -> Iterator[tuple[int, list[Episode]]]:
    """Groups of episodes of the weights as they are, step by step, without end."""
    rollout, pool, step = config.rollout, EnvPool(), 0
    try:
        while True:
            chosen = tasks_of_step(tasks, step, rollout.tasks, config.seed)
            yield step, _played(policy, [(make_env, task) for task in chosen], config, rollout.group, step, pool)
            step += 1
    finally:
        pool.close()


def _played(
    policy: Policy,
    tasks: Sequence[tuple[EnvFactory, str]],
    config: TrainConfig,
    group: int,
    step: int,
    pool: EnvPool | None = None,
) -> list[Episode]:
    rollout = config.rollout
    return collect(
        *policy,
        tasks,
        temperature=rollout.temperature,
        seed=config.seed * 1_000_003 + step,
        group_size=group,
        docs=config.env.docs,
        in_flight=rollout.in_flight,
        max_turn_tokens=rollout.max_turn_tokens,
        max_episode_tokens=rollout.max_episode_tokens,
        pool=pool,
    )


def _trainer(policy: Policy) -> Supervised:
    return Supervised(policy.model, peak=SUPERVISED_RATE, total=_NO_END, warm_up=_WARM_UP_TOKENS / _NO_END)


def _learned(trainer: Supervised, made: Sequence[Conversation], policy: Policy, seed: int, step: int) -> Step:
    """One pass over some conversations."""
    if not made:
        return Step(0, 0, "nothing to learn from")
    policy.model.train()
    rng, pad = np.random.default_rng([seed, step]), _pad(policy)
    results = [trainer.step(batch) for batch in batches(made, _BATCH_TOKENS, rng, pad)]
    return Step(0, sum(one.tokens for one in results), f"loss {np.mean([one.loss for one in results]):.3f}")


def _pad(policy: Policy) -> int:
    tokenizer: Any = policy.tokenizer
    return int(tokenizer.pad_token_id)


def _per_step(config: TrainConfig) -> int:
    """Demonstrations of a step: as many as a step of the others has tasks, twice over."""
    return 2 * config.rollout.tasks


def _own(episodes: Sequence[Episode]) -> int:
    return sum(episode.own_count for episode in episodes)


def _mean_return(episodes: Sequence[Episode]) -> float:
    played = [one.episode_return for one in episodes if one.end is not End.FAILED]
    return float(np.mean(played)) if played else 0.0
