"""A world: the data a scenario's tools read and write.

A world is a frozen base, shared by every episode, and the few rows an episode has changed. So taking a snapshot, or
forking an episode, costs what the episode changed and not what the world holds. Rows are plain dicts and are never
mutated in place: a write replaces the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]
Tables = dict[str, dict[str, Row]]
"""Table name -> row id -> row. The row does not repeat its id unless the table's id is also an attribute."""

Changes = tuple[list[tuple[str, str, Row | None]], int]
"""What an episode changed, as plain values: (table, id, row now or None for deleted) in order, and how many ids were
made."""

_DELETED: Row = {}


class WorldBase:
    """The immutable part: tables, constants, and equality indices that are built on first use.

    Args:
        tables: Table name -> row id -> row.
        constants: Values every tool may read, such as ``today``.
    """

    def __init__(self, tables: Tables, constants: dict[str, Any] | None = None) -> None:
        self.tables = tables
        self.constants = constants or {}
        self._indices: dict[tuple[str, str], dict[Any, list[str]]] = {}
        self._groups: dict[tuple[str, ...], dict[tuple[Any, ...], list[tuple[str, Row]]]] = {}
        self._positions: dict[str, dict[str, int]] = {}

    def index(self, table: str, attribute: str) -> dict[Any, list[str]]:
        """Value -> ids of the base rows whose ``attribute`` has it."""
        index = self._indices.get((table, attribute))
        if index is None:
            index = {}
            for key, row in self.tables[table].items():
                index.setdefault(row.get(attribute), []).append(key)
            self._indices[(table, attribute)] = index
        return index

    def find(self, table: str, equal: dict[str, Any]) -> list[tuple[str, Row]]:
        """(id, row) of the base rows whose attributes equal the given values."""
        place = (table, *equal)
        try:
            groups = self._groups.get(place)
            if groups is None:
                groups = {}
                for key, row in self.tables[table].items():
                    groups.setdefault(tuple(map(row.get, equal)), []).append((key, row))
                self._groups[place] = groups
            return groups.get(tuple(equal.values()), []).copy()
        except TypeError:  # a list or an object is no key: such values are compared row by row
            return [(key, row) for key, row in self.tables[table].items() if _equals(row, equal)]

    def position(self, table: str, key: str) -> int:
        """Where a row of the base stands in its table."""
        if table not in self._positions:
            self._positions[table] = {name: number for number, name in enumerate(self.tables[table])}
        return self._positions[table][key]


def _equals(row: Row, equal: dict[str, Any]) -> bool:
    return all(row.get(attribute) == value for attribute, value in equal.items())


class World:
    """One episode's view of a world. Tools get it as their first argument.

    >>> world = World(WorldBase({"hotels": {"H1": {"city": "Oslo", "stars": 4}}, "bookings": {}}))
    >>> world.find("hotels", city="Oslo")
    [('H1', {'city': 'Oslo', 'stars': 4})]
    >>> saved = world.snapshot()
    >>> world.insert("bookings", {"hotel": "H1"}, prefix="B")
    'B0001'
    >>> world.restore(saved); world.get("bookings", "B0001") is None
    True
    """

    __slots__ = ("_changed", "_count", "base", "mark")

    def __init__(self, base: WorldBase) -> None:
        self.base = base
        self.mark: str | None = ""
        """Equal only for views on the same base that have changed the same, by the same calls: empty where nothing was
        changed. A write takes it away (None), and whoever knows what wrote may set it anew."""
        self._changed: dict[tuple[str, str], Row] = {}
        self._count = 0

    @property
    def constants(self) -> dict[str, Any]:
        """Values every tool may read, such as ``today``."""
        return self.base.constants

    def get(self, table: str, key: str) -> Row | None:
        """The row, or None. Do not change it: use :meth:`update`."""
        if self._changed:
            row = self._changed.get((table, key))
            if row is not None:
                return row if row is not _DELETED else None
        return self.base.tables[table].get(key)

    def rows(self, table: str) -> Iterator[tuple[str, Row]]:
        """All (id, row) in base order, then created ones in order of creation."""
        base = self.base.tables[table]
        if not self._changed:
            yield from base.items()
            return
        for key, row in base.items():
            row = self._changed.get((table, key), row)
            if row is not _DELETED:
                yield key, row
        for (name, key), row in self._changed.items():
            if name == table and key not in base and row is not _DELETED:
                yield key, row

    def find(self, table: str, **equal: Any) -> list[tuple[str, Row]]:
        """(id, row) of every row whose attributes equal the given values; indices make it quick."""
        found = self.base.find(table, equal)
        if self._changed and any(name == table for name, _ in self._changed):
            return self._with_changes(table, equal, found)
        return found

    def _with_changes(self, table: str, equal: dict[str, Any], found: list[tuple[str, Row]]) -> list[tuple[str, Row]]:
        """What was found in the base, put right by what the episode changed, in the order of :meth:`rows`."""
        mine = {key: row for (name, key), row in self._changed.items() if name == table}
        fitting = [(key, row) for key, row in mine.items() if row is not _DELETED and _equals(row, equal)]
        created = [(key, row) for key, row in fitting if key not in self.base.tables[table]]
        changed = [(key, row) for key, row in fitting if key in self.base.tables[table]]
        kept = [(key, row) for key, row in found if key not in mine]
        if changed:
            kept = sorted(kept + changed, key=lambda pair: self.base.position(table, pair[0]))
        return kept + created

    def insert(self, table: str, row: Row, prefix: str) -> str:
        """Adds a row under a generated id and returns the id; ids count up within an episode."""
        self.mark = None
        self._count += 1
        key = f"{prefix}{self._count:04d}"
        while self.get(table, key) is not None:
            self._count += 1
            key = f"{prefix}{self._count:04d}"
        self._changed[(table, key)] = dict(row)
        return key

    def update(self, table: str, key: str, **values: Any) -> Row:
        """Replaces attributes of an existing row and returns the new row."""
        row = self.get(table, key)
        assert row is not None, f"{table}/{key} does not exist"
        self.mark = None
        self._changed[(table, key)] = new = {**row, **values}
        return new

    def delete(self, table: str, key: str) -> None:
        """Removes a row."""
        self.mark = None
        self._changed[(table, key)] = _DELETED

    def snapshot(self) -> tuple[dict[tuple[str, str], Row], int]:
        """What the episode changed so far; rows are shared, they are never mutated."""
        return dict(self._changed), self._count

    def restore(self, saved: tuple[dict[tuple[str, str], Row], int], mark: str | None = None) -> None:
        """Goes back to a snapshot, of this world or of another view on the same base; ``mark`` is what it had then."""
        changed, self._count = saved
        self._changed, self.mark = dict(changed), mark

    def changes(self) -> Changes:
        """What the episode changed so far, as plain values; see :meth:`take`."""
        changed = [(table, key, None if row is _DELETED else row) for (table, key), row in self._changed.items()]
        return changed, self._count

    def take(self, changes: Changes) -> None:
        """Replaces all that the episode changed by what :meth:`changes` gave.

        Raises:
            KeyError: A table that the world has not.
        """
        changed, count = changes
        for table, _, _ in changed:
            self.base.tables[table]
        self._count, self.mark = count, None
        self._changed = {(table, key): _DELETED if row is None else row for table, key, row in changed}

    @property
    def touched(self) -> bool:
        """Whether the episode wrote anything, be it undone by now."""
        return bool(self._changed) or self._count > 0

    def copy(self) -> World:
        """An independent view that has changed so far what this one has."""
        twin = World(self.base)
        twin._changed, twin._count, twin.mark = self._changed.copy(), self._count, self.mark
        return twin

    def difference(self) -> dict[tuple[str, str], tuple[Row | None, Row | None]]:
        """(table, id) -> (row before, row now) of every row that differs from the base; None where absent."""
        result: dict[tuple[str, str], tuple[Row | None, Row | None]] = {}
        for (table, key), row in self._changed.items():
            before = self.base.tables[table].get(key)
            now = None if row is _DELETED else row
            if before != now:
                result[(table, key)] = (before, now)
        return result
