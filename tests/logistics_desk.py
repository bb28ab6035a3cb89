"""A world of Logistics with its tools and rows, for the tests of what its actions do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from ftrl_gym.construct.scenarios import Source
from ftrl_gym.execution import ToolFailure
from ftrl_gym.world import Row, World, WorldBase

TODAY = date(2026, 5, 4)


class Desk:
    """One world, its tools and its rows."""

    def __init__(self, source: Source, base: WorldBase) -> None:
        self.toolbox, self.world = source.pool.toolbox, World(base)

    def run(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.toolbox.run(tool, arguments, self.world)
        return result

    def refuses(self, text: str, tool: str, **arguments: Any) -> None:
        before = self.world.difference()
        with pytest.raises(ToolFailure, match=text):
            self.run(tool, **arguments)
        assert self.world.difference() == before

    def row(self, table: str, key: str) -> Row:
        row = self.world.get(table, key)
        assert row is not None
        return row

    def keys(self, table: str, **equal: Any) -> Iterator[str]:
        return (key for key, row in self.world.rows(table) if equal.items() <= row.items())

    def first(self, table: str, **equal: Any) -> str:
        return next(self.keys(table, **equal))

    def rule(self, topic: str) -> int:
        value: int = self.row("rules", topic)["value"]
        return value

    def set(self, table: str, key: str, **values: Any) -> None:
        self.world.update(table, key, **values)


def day(ahead: int) -> str:
    """The date so many days after the world's today."""
    return (TODAY + timedelta(days=ahead)).isoformat()
