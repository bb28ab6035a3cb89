"""What lies where in a result: rows that carry facts, in envelopes, lists and nested objects, and their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Any


def objects(result: Json, path: Iterable[str]) -> Iterator[dict[str, Json]]:
    """The objects at a path, through objects and lists alike.

    >>> list(objects({"data": {"items": [{"room": {"no": 1}}, {"room": {"no": 2}}]}}, ("data", "items", "room")))
    [{'no': 1}, {'no': 2}]
    """
    found = [result]
    for step in path:
        found = [one[step] for one in _opened(found) if step in one]
    return _opened(found)


def _opened(values: Iterable[Json]) -> Iterator[dict[str, Json]]:
    for value in values:
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            yield from _opened(value)


def scalars(value: Json) -> list[Json]:
    """What stands in a value, however deep, that is neither an object nor a list.

    >>> scalars({"names": ["Ada", "Bo"], "about": {"age": 7}})
    ['Ada', 'Bo', 7]
    """
    if isinstance(value, dict):
        return [one for inner in value.values() for one in scalars(inner)]
    return [one for inner in value for one in scalars(inner)] if isinstance(value, list) else [value]


def joined(first: Json, second: Json) -> Json:
    """Two pages of one list as one result: lists one after the other, all else as the second has it.

    >>> joined({"rooms": [1, 2], "next": 2}, {"rooms": [3], "next": None})
    {'rooms': [1, 2, 3], 'next': None}
    """
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return {**first, **{n: joined(first[n], value) if n in first else value for n, value in second.items()}}
    return [*first, *second] if isinstance(first, list) and isinstance(second, list) else second


def flat(row: Mapping[str, Json], before: str = "") -> dict[str, Json]:
    """An object with the fields of the objects in it beside its own, under dotted names.

    >>> flat({"id": "D1", "about": {"name": "Ada"}})
    {'id': 'D1', 'about': {'name': 'Ada'}, 'about.name': 'Ada'}
    """
    result: dict[str, Json] = {}
    for name, value in row.items():
        result[f"{before}{name}"] = value
        if isinstance(value, Mapping):
            result |= flat(value, f"{before}{name}.")
    return result
