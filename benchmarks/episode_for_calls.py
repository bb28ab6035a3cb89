"""An episode in which one call can be made over and over, for measuring calls rather than tasks."""

from __future__ import annotations

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.task import Task


def long_task(env_id: str) -> Task:
    """A test task whose first planned call can be made over and over.

    Raises:
        UsageError: The environment has none.
    """
    base = gym.make(env_id, split="test").unwrapped
    assert isinstance(base, ToolUseEnv)
    for task_id in base.taskset.ids():
        task = base.taskset.get(task_id)
        if not task.features and task.plans:
            return task
    raise UsageError(f"{env_id} has no plain task to measure with")
