"""Held-out tasks to judge a policy on, of three distances from what it was trained on.

All are endless tasks of the test split: worlds, names and some phrasings that no training task has. They are made
once and kept, so that many looks at the same ones cost one making.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gymnasium as gym

import ftrl_gym  # noqa: F401 - registers the environments
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Kind, Task

if TYPE_CHECKING:
    import numpy as np

    from ftrl_agents.envs import EnvFactory
    from ftrl_gym.execution import Toolbox
    from ftrl_gym.taskset import TaskSet
    from ftrl_gym.tooldoc import ToolDocument
    from ftrl_gym.world import World

HARDEST = 60
"""Difficulty of the hardest, in percent: up to where the policy is trained."""
_STEP = 5
_FIRST_SEED = 500_000


class Remembered:
    """A task set that makes each of its tasks once."""

    def __init__(self, made: TaskSet) -> None:
        self._made, self.name = made, made.name
        self._tasks: dict[str, Task] = {}

    def instruction(self, task: Task) -> str:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._made.instruction(task)

    def ids(self) -> Sequence[str]:
        """See there."""
        return self._made.ids()

    def get(self, task_id: str) -> Task:
        """See there."""
        if task_id not in self._tasks:
            self._tasks[task_id] = self._made.get(task_id)
        return self._tasks[task_id]

    def draw(self, rng: np.random.Generator) -> Task:
        """See there."""
        return self._made.draw(rng)

    def documents(self, task: Task) -> tuple[ToolDocument, ...]:
        """See there."""
        return self._made.documents(task)

    def toolbox(self, task: Task) -> Toolbox:
        """See there."""
        return self._made.toolbox(task)

    def world(self, task: Task) -> World | None:
        """See there."""
        return self._made.world(task)


@dataclass(frozen=True)
class HeldOutTasks:
    """Some tasks, in order."""

    title: str
    tasks: tuple[tuple[EnvFactory, str], ...]
    """Environments to play them in, with their ids."""


def held_out(
    title: str, scenarios: Sequence[str], count: int, *, variant: int | str | None = None, max_turns: int = 12
) -> HeldOutTasks:
    """Plain look-ups of some scenarios by turns: all kinds alike, difficulties evenly from 0 to :data:`HARDEST`.

    Args:
        title: What they are.
        scenarios: Their names.
        count: How many.
        variant: Design of the tools, as for ``gym.make``.
        max_turns: Turns per episode.
    """
    factories = [_factory(name, variant, max_turns) for name in scenarios]
    kinds, levels = list(Kind), HARDEST // _STEP + 1
    tasks = []
    for number in range(count):
        turn, place = divmod(number, len(factories))
        kind, percent = kinds[turn % len(kinds)], _STEP * (turn // len(kinds) % levels)
        tasks.append((factories[place], f"endless-{_FIRST_SEED + turn}-{kind.value}-{percent}"))
    return HeldOutTasks(title, tuple(tasks))


def _factory(scenario: str, variant: int | str | None, max_turns: int) -> EnvFactory:
    env = gym.make(
        f"ftrl/{scenario}-v0",
        split="test",
        tasks="endless",
        features=[],
        variant=variant,
        docs="signature",
        scalings=[],
    )
    tasks = Remembered(env.unwrapped.taskset)  # type: ignore[attr-defined]
    return lambda: VerifiableReward(ToolUseEnv(tasks, docs="signature", max_turns=max_turns))
