"""A world while it is being drawn: its chance, its names and ids, the rows so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from ftrl_gym.construct.worlds.names import Ids, Names
from ftrl_gym.world import Row, Tables

T = TypeVar("T")


class Draft:
    """Collects rows and draws what must differ.

    Args:
        rng: The only source of chance.
        names: Source of names.
        ids: Source of ids.
        keys: Table -> its key column, for every table of the world.
        today: Day the world is at.
    """

    def __init__(self, rng: Random, names: Names, ids: Ids, keys: dict[str, str], today: date) -> None:
        self.rng, self.names, self.ids, self.today = rng, names, ids, today
        self.tables: Tables = {table: {} for table in keys}
        self._keys = keys

    def add(self, table: str, **row: object) -> Row:
        """Adds a row under the value of its key column."""
        key = row[self._keys[table]]
        assert isinstance(key, str) and key not in self.tables[table], f"{table}/{key} exists already"
        self.tables[table][key] = row
        return row

    def day(self, after: int) -> str:
        """The date so many days after today (before it, if negative)."""
        return (self.today + timedelta(days=after)).isoformat()

    def apart(self, draw: Callable[[], T], taken: set[T]) -> T:
        """Draws until the value is not in ``taken``, and adds it: superlatives compare values that never tie."""
        for _ in range(10_000):
            value = draw()
            if value not in taken:
                taken.add(value)
                return value
        raise AssertionError(f"no value left beside {sorted(map(str, taken))[:20]}")

    def share(self, total: int, among: Iterable[str], least: int, most: int) -> dict[str, int]:
        """Splits ``total`` by chance, each part within the bounds (the sum gives way if they do not allow it)."""
        parts = dict.fromkeys(among, least)
        for _ in range(min(total, most * len(parts)) - least * len(parts)):
            parts[self.rng.choice([key for key, part in parts.items() if part < most])] += 1
        return parts
