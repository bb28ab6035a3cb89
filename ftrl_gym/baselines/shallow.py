"""What each of the shallow baselines earns on some tasks: the sum of all that a task pays for no understanding."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from ftrl_gym.baselines.brute_force import BruteForce
from ftrl_gym.baselines.constant import WORDS, Constant
from ftrl_gym.baselines.retrieval import Retrieval
from ftrl_gym.baselines.template_parser import TemplateParser
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.taskset import TaskSet
from ftrl_gym.trajectory import Policy, run_episode

BASELINES = ("constant", "first-row", "retrieval", "template-parser", "brute-force")
"""The baselines in the order of a report."""
LESSONS = 400
"""Training tasks that the template parser learns from, at most."""


@dataclass(frozen=True)
class Earned:
    """What one baseline earned on the tasks of a split."""

    baseline: str
    split: str
    tasks: int
    outcome: float
    """Share of the tasks that ended right, and were earned."""
    mean_return: float
    best: str = ""
    """Of constant policies: what the best of them says."""


def episodes(tasks: int) -> int:
    """How many episodes :func:`measure` plays, for a progress bar."""
    return tasks * (len(WORDS) + len(BASELINES) - 1)


def template_parser(
    train: TaskSet, seed: int = 0, played: Sequence[str] = (), most: int = LESSONS, temperature: float = 0.0
) -> TemplateParser:
    """The template parser of some training tasks.

    Args:
        train: The training tasks.
        seed: Of the draw of those that it learns from.
        played: Ids of tasks that it will play; it learns from none of them.
        most: It learns from so many, at most.
        temperature: Of the parser.
    """
    others = [each for each in train.ids() if each not in set(played)]
    lessons = random.Random(f"lessons/{seed}").sample(others, min(most, len(others)))
    return TemplateParser.fitted(_env(train), sorted(lessons), temperature)


class OneForEach:
    """Plays each task with the policy of what it belongs to.

    Args:
        policies: Name -> policy.
        name_of: Task id -> name.
    """

    def __init__(self, policies: Mapping[str, Policy], name_of: Callable[[str], str]) -> None:
        self._policies, self._name_of = policies, name_of

    def begin(self, env: gym.Env[str, str], observation: str, info: dict[str, Any]) -> None:
        """Chooses one."""
        self._now = self._policies[self._name_of(info["task_id"])]
        self._now.begin(env, observation, info)

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """What the chosen one says."""
        return self._now.act(observation, info)


def measure(
    tasks: TaskSet, ids: Sequence[str], parser: Policy, seed: int = 0, on_episode: Callable[[], None] | None = None
) -> Iterator[Earned]:
    """Lets every baseline play some tasks.

    Args:
        tasks: The task set of one split.
        ids: Which of its tasks.
        parser: The template parser, of training tasks that are not among them.
        seed: Of brute force.
        on_episode: Told of each episode as it is done.
    """
    env = _env(tasks)

    def earned(name: str, policy: Policy, best: str = "") -> Earned:
        outcomes, returns, split = [], [], ""
        for task_id in ids:
            played = run_episode(env, policy, options={"task": task_id})
            outcomes.append(played.score.get("outcome", 0.0))
            returns.append(played.episode_return)
            split = tasks.get(task_id).split.value
            if on_episode is not None:
                on_episode()
        return Earned(name, split, len(ids), statistics.fmean(outcomes), statistics.fmean(returns), best)

    constants = [earned("constant", Constant(text), name) for name, text in WORDS.items()]
    yield max(constants, key=lambda one: (one.outcome, one.mean_return))
    yield earned("first-row", Retrieval(first_row=True))
    yield earned("retrieval", Retrieval())
    yield earned("template-parser", parser)
    yield earned("brute-force", BruteForce(seed))


def _env(tasks: TaskSet) -> gym.Env[str, str]:
    return VerifiableReward(ToolUseEnv(tasks, docs="signature"))
