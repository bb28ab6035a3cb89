"""Results as tables: whatever stands in a result, as rows of plain values under the path to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftrl_gym.task import Json

Row = dict[str, Json]
"""Field -> value. A field within an object has a dotted name."""


def tables(result: Json) -> dict[str, list[Row]]:
    """The rows of a result by the path to them; lists take no step of it. Values in a list stand under an empty name.

    >>> tables({"data": {"city": "Oslo", "rooms": [{"no": 1}, {"no": 2}], "tags": ["old"]}})
    {'': [{'data.city': 'Oslo'}], 'data.rooms': [{'no': 1}, {'no': 2}], 'data.tags': [{'': 'old'}]}
    """
    found: dict[str, list[Row]] = {}
    for path, row in _rows(result, ""):
        found.setdefault(path, []).append(row)
    return {path: found[path] for path in sorted(found)}


def _rows(value: Any, path: str) -> Iterator[tuple[str, Row]]:
    if isinstance(value, list):
        for each in value:
            yield from _rows(each, path)
        return
    if not isinstance(value, dict):
        yield path, {"": value}
        return
    row: Row = {}
    below: list[tuple[str, list[Any]]] = []
    _fill(value, "", row, below)
    if row:
        yield path, row
    for name, inner in below:
        yield from _rows(inner, f"{path}.{name}" if path else name)


def _fill(value: dict[str, Any], before: str, row: Row, below: list[tuple[str, list[Any]]]) -> None:
    for name, inner in value.items():
        if isinstance(inner, dict):
            _fill(inner, f"{before}{name}.", row, below)
        elif isinstance(inner, list):
            below.append((f"{before}{name}", inner))
        else:
            row[f"{before}{name}"] = inner
