"""How good a policy over a numeric view is on held-out tasks, and the views that it plays in."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ftrl_agents.classic_config import Algorithm, ClassicConfig
from ftrl_agents.envs import env_factory
from ftrl_agents.evaluation import EpisodeScore, Evaluation
from ftrl_gym.interop.numeric.view import NumericView, Observation

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

Chooser = Callable[[Observation, "np.typing.NDArray[np.bool_]"], int]
"""From an observation and what stands open to an action."""
ViewFactory = Callable[[], NumericView]


def view_factory(config: ClassicConfig, split: str, kind: str | None = None) -> ViewFactory:
    """Makes views of the tasks of one split.

    Args:
        config: Of the run.
        split: ``train`` or ``test``.
        kind: Of the tasks; None takes all kinds of the run.

    Raises:
        UsageError: The settings name no environment, or no task is left.
    """
    make = env_factory(
        config.env,
        split=split,
        docs="signature",
        kinds=config.kinds if kind is None else [kind],
        difficulty=config.difficulty,
        features=config.features,
    )
    return lambda: NumericView(make(), calls=config.calls, endings=config.endings)


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
