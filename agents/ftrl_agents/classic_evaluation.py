"""How good a policy over a numeric view is on held-out tasks."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ftrl_agents.classic_config import Algorithm
from ftrl_agents.evaluation import EpisodeScore, Evaluation
from ftrl_gym.interop.numeric.view import NumericView, Observation

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

Chooser = Callable[[Observation, "np.typing.NDArray[np.bool_]"], int]
"""From an observation and what stands open to an action."""


def spread(ids: Sequence[str], most: int) -> list[str]:
    """At most so many ids, drawn once and for all, in their order.

    >>> spread(["a", "b", "c", "d", "e"], 2) == spread(["a", "b", "c", "d", "e"], 2)
    True
    """
    drawn = random.Random("held-out").sample(range(len(ids)), min(most, len(ids)))
    return [ids[number] for number in sorted(drawn)]


def random_chooser(seed: int) -> Chooser:
    """Any action that stands open, one as likely as the other."""
    rng = np.random.default_rng(seed)
    return lambda _, mask: int(rng.choice(np.flatnonzero(mask)))


def model_chooser(model: BaseAlgorithm, algo: Algorithm) -> Chooser:
    """The action that a model thinks best; masks are for those that take them."""
    if algo is Algorithm.MASKABLE_PPO:
        return lambda seen, mask: int(model.predict(seen, deterministic=True, action_masks=mask)[0])
    return lambda seen, _: int(model.predict(seen, deterministic=True)[0])


def evaluate_classic(view: NumericView, tasks: Sequence[str], choose: Chooser, name: str) -> Evaluation:
    """Plays every task once.

    Args:
        view: With ``discrete`` actions.
        tasks: Ids of the tasks.
        choose: The policy.
        name: How reports call it.
    """
    return Evaluation(0.0, tuple(_played(view, task, choose) for task in tasks), (), name)


def _played(view: NumericView, task: str, choose: Chooser) -> EpisodeScore:
    seen, info = view.reset(options={"task": task})
    kind, total, statuses = info["kind"], 0.0, list[str]()
    over = False
    while not over:
        seen, reward, terminated, truncated, info = view.step(choose(seen, view.action_masks()))
        total += float(reward)
        statuses += [call["status"] for call in info["calls"]]
        over = terminated or truncated
    score: dict[str, Any] = info["score"]
    return EpisodeScore(
        task=task,
        kind=kind,
        tools=(),
        precision=score["precision"],
        recall=score["recall"],
        f1=score["f1"],
        outcome=score["outcome"],
        invalid=sum(status != "ok" for status in statuses) / len(statuses) if statuses else 0.0,
        calls=float(len(statuses)),
        reward=total,
        figures={key: float(value) for key, value in score.items()},
    )
