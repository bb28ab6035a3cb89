"""A world while it is being drawn: its chance, its names and ids, the rows so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from ftrl_gym.construct.worlds.names import Ids, Names
from ftrl_gym.world import Row, Tables


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

    def distinct(self, low: int, high: int, taken: set[int]) -> int:
        """An integer in [low, high) that is not in ``taken``, and adds it: what superlatives compare never ties."""
        assert len(taken) < high - low or not taken.issuperset(range(low, high)), f"[{low}, {high}) is used up"
        while True:
            value = self.rng.randrange(low, high)
            if value not in taken:
                taken.add(value)
                return value

    def share(self, total: int, among: Iterable[str], least: int, most: int) -> dict[str, int]:
        """Splits ``total`` by chance, each part within the bounds (the sum gives way if they do not allow it)."""
        parts = dict.fromkeys(among, least)
        for _ in range(min(total, most * len(parts)) - least * len(parts)):
            parts[self.rng.choice([key for key, part in parts.items() if part < most])] += 1
        return parts
