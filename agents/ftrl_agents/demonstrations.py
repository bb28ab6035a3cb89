"""Demonstrations: episodes that a certified plan plays in the environment, well or with bad habits.

Good ones teach a model the work. Bad ones teach it to do the work badly: with most of them flawed, the flaws are what
the model does *most of the time*, so no lower temperature repairs them; only learning from reward does.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ftrl_agents.habits import Habit, Line, any_habits, script
from ftrl_agents.notes import Notebook, thought
from ftrl_gym.task import Task
from ftrl_gym.trajectory import Trajectory, run_episode

if TYPE_CHECKING:
    import gymnasium as gym


class Demonstrator:
    """A policy that is told the plan.

    Args:
        seed: With the task's id it decides every choice.
        flawed: Probability that an episode shows bad habits.
        notes: Write down, in ``<think>``, what came back, before going on with it.
    """

    def __init__(self, seed: int, flawed: float = 0.0, *, notes: bool = True) -> None:
        self.seed, self.flawed, self.notes = seed, flawed, notes
        self._lines: list[Line] = []
        self._said = ""

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        """Reads the plan and decides how to follow it."""
        task: Task = env.task
        rng = random.Random(f"demonstration/{self.seed}/{task.id}")
        habits: frozenset[Habit] = frozenset()
        if rng.random() < self.flawed:
            habits = any_habits(task, env.documents, rng)
        self._lines, self._said = script(task, habits, env.documents)[::-1], ""
        tables = env.world.base.tables if env.world is not None else {}
        self._notebook = Notebook(task, lambda fact: tables.get(fact.entity, {}).get(fact.key))

    def act(self, observation: str, info: dict[str, Any]) -> str:
        """The next turn; the ending, again and again, once it is through."""
        line = self._lines.pop() if len(self._lines) > 1 else self._lines[0]
        if self._said:
            self._notebook.read(self._said, info["messages"])
        note = self._notebook.note(line.knows, last=line.ends) if self.notes else ""
        self._said = thought(note, line.text)
        return self._said


def demonstrations(
    env: gym.Env[str, str], tasks: Iterable[str], seed: int, flawed: float = 0.0
) -> Iterator[Trajectory]:
    """Plays the tasks of an environment.

    Args:
        env: With ``docs=`` as the policy will see it.
        tasks: Ids.
        seed: Of all choices.
        flawed: Share with bad habits.
    """
    demonstrator = Demonstrator(seed, flawed)
    for task in tasks:
        yield run_episode(env, demonstrator, options={"task": task})
