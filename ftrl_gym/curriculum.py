"""Curriculum: what to play next, by how often it succeeds.

Tasks fall into cells of one kind and one band of difficulty. A cell in which everything fails or everything succeeds
teaches nothing: for a success rate p a policy gradient has the variance p(1-p) to work with (Rutherford et al. 2024,
"No Regrets", call it learnability). So cells are drawn by the p(1-p) that is expected of them, given what
was seen, with a share for every cell, so that none is forgotten. Old results fade: the policy changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.task import Kind

BANDS = 5
"""Bands of difficulty, each as wide."""


class Cell(NamedTuple):
    """Tasks of one kind and about one difficulty."""

    kind: Kind
    band: int
    """0 for the easiest."""

    @staticmethod
    def of(kind: Kind | str, difficulty: float) -> Cell:
        """The cell of a task.

        >>> Cell.of("multi_hop", 0.45).band, Cell.of("multi_hop", 1.0).band
        (2, 4)
        """
        return Cell(Kind(kind), min(BANDS - 1, int(difficulty * BANDS)))


@dataclass
class Curriculum:
    """A sampler over cells.

    Args:
        cells: To choose from.
        fading: What a result is worth after one more result of its cell; the last ``1 / (1 - fading)`` count.
        even: Share of draws that are even over all cells.

    Raises:
        UsageError: No cells, or a share or fading out of range.

    >>> curriculum = Curriculum([Cell.of("single_hop", 0.0), Cell.of("multi_hop", 0.5)], even=0.0)
    >>> for _ in range(40):
    ...     curriculum.record(Cell.of("single_hop", 0.0), True)
    >>> [round(share, 2) for share in curriculum.shares()]
    [0.16, 0.84]
    """

    cells: Sequence[Cell]
    fading: float = 0.98
    even: float = 0.1
    _seen: dict[Cell, tuple[float, float]] = field(default_factory=dict)
    """Cell -> faded successes and failures."""

    def __post_init__(self) -> None:
        if not self.cells:
            raise UsageError("a curriculum needs at least one cell of tasks")
        if not 0 < self.fading <= 1 or not 0 <= self.even <= 1:
            raise UsageError(f"fading is {self.fading} and even {self.even}; both go from 0 to 1")

    def rate(self, cell: Cell) -> float:
        """Expected success rate; 0.5 where nothing was seen."""
        won, lost = self._seen.get(cell, (0.0, 0.0))
        return (won + 1) / (won + lost + 2)

    def shares(self) -> list[float]:
        """Probability of each cell to be drawn."""
        weights = []
        for cell in self.cells:
            won, lost = (count + 1 for count in self._seen.get(cell, (0.0, 0.0)))
            total = won + lost
            weights.append(won * lost / (total * (total + 1)))  # the mean of p(1-p) under Beta(won, lost)
        norm, count = sum(weights), len(weights)
        return [self.even / count + (1 - self.even) * weight / norm for weight in weights]

    def draw(self, rng: np.random.Generator) -> Cell:
        """The cell to play next."""
        return self.cells[int(rng.choice(len(self.cells), p=self.shares()))]

    def record(self, cell: Cell, success: float) -> None:
        """Notes how an episode ended.

        Args:
            cell: Of its task.
            success: 1 or True for a right outcome, 0 for a wrong one; anything between counts in part.
        """
        won, lost = self._seen.get(cell, (0.0, 0.0))
        self._seen[cell] = (self.fading * won + success, self.fading * lost + 1 - success)

    def state(self) -> list[list[Any]]:
        """What it has seen, as JSON, for a checkpoint."""
        return [[cell.kind.value, cell.band, *counts] for cell, counts in self._seen.items()]

    def restore(self, state: Sequence[Sequence[Any]]) -> None:
        """Goes back to what :meth:`state` gave."""
        self._seen = {Cell(Kind(kind), band): (won, lost) for kind, band, won, lost in state}


class CurriculumWrapper(gym.Wrapper[str, str, str, str], gym.utils.RecordConstructorArgs):
    """Draws the task of each episode by a curriculum, and tells it how the episode ended.

    A reset that names a task plays that one, and the curriculum learns from it too.

    Args:
        env: An environment over a scenario, packaged or endless.
        curriculum: To share one among several environments; None makes one over all cells that there are.

    Raises:
        UsageError: The environment's tasks are not those of a scenario.
    """

    def __init__(self, env: gym.Env[str, str], curriculum: Curriculum | None = None) -> None:
        gym.utils.RecordConstructorArgs.__init__(self, curriculum=curriculum)
        super().__init__(env)
        base = env.unwrapped
        if not isinstance(base, ToolUseEnv) or not hasattr(base.taskset, "cells"):
            raise UsageError(
                "a curriculum is for training, in a scenario: gym.make('ftrl/<Scenario>-v0'); suites are for evaluation"
            )
        self._base = base
        self._ids: dict[Cell, list[str]] = {}
        for task_id, kind, difficulty in base.taskset.cells(BANDS):
            self._ids.setdefault(Cell.of(kind, difficulty), []).append(task_id)
        self.curriculum = curriculum or Curriculum(sorted(self._ids))
        self._rng = np.random.default_rng(0)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begins an episode on a drawn task."""
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        if not (options and "task" in options):
            ids = self._ids[self.curriculum.draw(self._rng)]
            task = ids[int(self._rng.integers(len(ids)))].format(seed=int(self._rng.integers(2**31)))
            options = {**(options or {}), "task": task}
        return self.env.reset(seed=seed, options=options)

    def step(self, action: str) -> tuple[str, Any, bool, bool, dict[str, Any]]:
        """Plays a turn; the last one is noted."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            task = self._base.task
            self.curriculum.record(Cell.of(task.kind, task.difficulty), info["score"]["outcome"])
        return observation, reward, terminated, truncated, info
