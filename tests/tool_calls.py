"""Calling the tools of a declared scenario in its tests: results, refusals that change nothing, rows and rules."""

from __future__ import annotations

from typing import Any

import pytest

from ftrl_gym.construct.scenarios import scenario
from ftrl_gym.execution import ToolFailure
from ftrl_gym.world import Row, World


def run(name: str, world: World, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a plain tool of a scenario returns."""
    result: dict[str, Any] = scenario(name).pool.toolbox.run(tool, arguments, world)
    return result


def fails(name: str, world: World, text: str, tool: str, **arguments: Any) -> None:
    """Expects a refusal with this text, which leaves the world as it is."""
    before = world.difference()
    with pytest.raises(ToolFailure, match=text):
        run(name, world, tool, **arguments)
    assert world.difference() == before


def row_of(world: World, table: str, key: str) -> Row:
    """A row that is there."""
    found = world.get(table, key)
    assert found is not None
    return found


def figure_of(world: World, topic: str) -> int:
    """The figure of a house rule."""
    figure: int = row_of(world, "rules", topic)["value"]
    return figure
