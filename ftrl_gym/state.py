"""Comparing worlds: what an episode changed against what it should have changed.

Ids that tools generate depend on the order of calls, so created rows are compared up to renaming: a reference to a
created row stands for that row's content.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from ftrl_gym.task import Json, RowChange
from ftrl_gym.world import Row, World

Difference = dict[tuple[str, str], tuple[Row | None, Row | None]]
"""(table, id) -> (row before, row now), as :meth:`ftrl_gym.world.World.difference` gives it."""

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, check_circular=False).encode


class _Change(NamedTuple):
    """A row change before it is checked and kept."""

    table: str
    key: str | None
    values: dict[str, Json]
    deleted: bool


def changes_of(difference: Difference) -> tuple[RowChange, ...]:
    """The difference as row changes, created rows referred to as ``{"$new": "table/number"}``.

    Args:
        difference: Difference of the gold plan's final world; created rows in order of creation.
    """
    return tuple(RowChange(**change._asdict()) for change in _changes(difference))


def _changes(difference: Difference) -> list[_Change]:
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for (table, key), (before, now) in difference.items():
        if before is None and now is not None:
            names[key] = f"{table}/{counts[table]}"
            counts[table] += 1

    def named(value: Json) -> Json:
        return {"$new": names[value]} if isinstance(value, str) and value in names else value

    result = []
    for (table, key), (before, now) in difference.items():
        if now is None:
            result.append(_Change(table, key, {}, True))
        elif before is None:
            values = {a: named(v) for a, v in now.items() if v != key}
            result.append(_Change(table, None, values, False))
        else:
            values = {a: named(v) for a, v in now.items() if before.get(a) != v}
            result.append(_Change(table, key, values, False))
    return result


class Expected:
    """What a world should have become. Compiled when it is first compared with a world that may be it.

    Args:
        changes: The whole difference.
    """

    __slots__ = ("_changes", "_compiled", "_known")

    _MOST = 64

    def __init__(self, changes: Sequence[RowChange]) -> None:
        self._changes = changes
        self._compiled: Counter[str] | None = None
        self._known: dict[str, bool] = {}

    def is_reached(self, world: World) -> bool:
        """Whether a world has become that; looked up where one of the same mark was compared before."""
        mark = world.mark
        found = None if mark is None else self._known.get(mark)
        if found is None:
            found = self.is_same(world.difference())
            if mark is not None:
                if len(self._known) >= self._MOST:
                    self._known.clear()
                self._known[mark] = found
        return found

    def is_same(self, difference: Difference) -> bool:
        """Whether the difference is exactly the expected one, up to the names of created rows."""
        if len(self._changes) != len(difference):
            return False
        if not difference:
            return True
        if self._compiled is None:
            self._compiled = _contents(self._changes)
        return self._compiled == _contents(_changes(difference))


def _contents(changes: Sequence[RowChange | _Change]) -> Counter[str]:
    created: dict[str, RowChange | _Change] = {}
    counts: Counter[str] = Counter()
    for change in changes:
        if change.key is None:
            created[f"{change.table}/{counts[change.table]}"] = change
            counts[change.table] += 1

    def content(change: RowChange | _Change, seen: tuple[str, ...]) -> str:
        values = {}
        for attribute, value in change.values.items():
            if isinstance(value, dict) and "$new" in value:
                name = value["$new"]
                value = [
                    "$new",
                    content(created[name], (*seen, name)) if name in created and name not in seen else name,
                ]
            values[attribute] = value
        return _encode([change.table, change.key, change.deleted, values])

    return Counter(content(change, ()) for change in changes)


def holding(wanted: Sequence[Sequence[RowChange]], difference: Difference) -> set[int]:
    """Which groups of changes hold now: a created row may have more attributes than its group names.

    Equal changes of different groups need different rows, so one booking never counts for two.
    """
    used: dict[tuple[str, str], list[RowChange]] = {}
    result = set()
    for index, changes in enumerate(wanted):
        places = []
        for change in changes:
            for place, pair in difference.items():
                if _fits(change, place, pair, difference) and change not in used.get(place, ()):
                    places.append(place)
                    break
            else:
                break
        if len(places) == len(changes):
            result.add(index)
            for place, change in zip(places, changes, strict=True):
                used.setdefault(place, []).append(change)
    return result


def _fits(
    change: RowChange, place: tuple[str, str], pair: tuple[Row | None, Row | None], difference: Difference
) -> bool:
    (table, key), (before, now) = place, pair
    if table != change.table or (change.key is not None and key != change.key):
        return False
    if change.deleted or now is None:
        return change.deleted and now is None
    if (change.key is None) != (before is None):
        return False
    return all(_value_fits(value, now.get(attribute), difference) for attribute, value in change.values.items())


def _value_fits(wanted: Json, actual: Any, difference: Difference) -> bool:
    if isinstance(wanted, dict) and "$new" in wanted:
        pair = difference.get((wanted["$new"].split("/")[0], actual)) if isinstance(actual, str) else None
        return pair is not None and pair[0] is None
    return bool(wanted == actual)
