"""A toolbox that remembers what reading tools have said of a world that nothing has changed.

Proving a task makes the same calls hundreds of times: in each plan that is tried, by each probe, by the solver. Long
results take their time to make.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.task import Json
from ftrl_gym.world import World, WorldBase

_MOST = 4096
"""Results that are kept, of one world at a time."""


class Remembering:
    """A toolbox over another one. Whoever gets a result leaves it as it is, since others get the same.

    Args:
        toolbox: Runs the tools.
        reading: Names of those that change nothing.
    """

    def __init__(self, toolbox: Toolbox, reading: Collection[str]) -> None:
        self._toolbox, self._reading = toolbox, frozenset(reading)
        self._base: WorldBase | None = None
        self._said: dict[str, Json | ToolFailure] = {}

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`ftrl_gym.execution.Toolbox.run`."""
        if world is None or world.touched or name not in self._reading:
            return self._toolbox.run(name, arguments, world)
        if world.base is not self._base or len(self._said) >= _MOST:
            self._base, self._said = world.base, {}
        call = f"{name}{arguments!r}"
        if call not in self._said:
            try:
                self._said[call] = self._toolbox.run(name, arguments, world)
            except ToolFailure as failure:
                self._said[call] = failure
        said = self._said[call]
        if isinstance(said, ToolFailure):
            raise ToolFailure(str(said)) from None
        return said
