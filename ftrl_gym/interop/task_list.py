"""The tasks of an environment by their number, for libraries that choose from a list."""

from __future__ import annotations

from typing import Any

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.toolcall import short


class TaskList:
    """Tasks by split and index, told without what would give them away.

    Args:
        base: The environment that has them. Endless tasks have no list.
    """

    def __init__(self, base: ToolUseEnv) -> None:
        self._taskset = base.taskset

    def splits(self) -> list[str]:
        """The split that the environment plays; none where tasks are made on the fly."""
        ids = self._taskset.ids()
        return [self._taskset.get(ids[0]).split.value] if ids else []

    def count(self, split: str) -> int:
        """How many tasks a split has.

        Raises:
            UsageError: It is not played here.
        """
        if split not in self.splits():
            played = self.splits()
            known = f"there is one: {played[0]}" if played else "tasks are made on the fly here, and have no list"
            raise UsageError(f"unknown split {short(str(split))}; {known}")
        return len(self._taskset.ids())

    def entry(self, split: str, index: int) -> dict[str, Any]:
        """A task: index, id, kind, difficulty (0 to 1) and features.

        Raises:
            IndexError: There is none of that number.
            UsageError: The split is not played here.
        """
        count = self.count(split)
        if not 0 <= index < count:
            raise IndexError(f"there is no task {index} among {count}, from 0 on")
        task = self._taskset.get(self._taskset.ids()[index])
        return {
            "index": index,
            "id": task.id,
            "kind": task.kind.value,
            "difficulty": task.difficulty,
            "features": list(task.features),
        }
