"""The parameters of a tool as their leaves: the places in its arguments where single values stand.

An object's properties and an array's elements are followed, so a parameter ``filter`` of type object with a property
``city`` has the leaf ``filter.city``, and a parameter ``ids`` of type array has the leaf ``ids``, of which a call may
give several. Arrays take no step of a path. An object of exactly ``year``, ``month`` and ``day`` is one leaf: a day.
Everybody who asks what a tool takes, or what a call gave it, asks here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

Json = Any
Schema = Mapping[str, Any]

DATE_PARTS = ("year", "month", "day")


@dataclass(frozen=True)
class Leaf:
    """One place for a value among a tool's parameters."""

    path: str
    """Its parameter, then the properties that lead to it, joined by dots."""
    schema: Schema
    """JSON schema of the value; within arrays that of one element."""
    required: bool
    """Whether every call must give it; members of an alternative are not required."""
    many: bool = False
    """Whether it lies within an array, so that one call may give several values."""
    least: int = 1
    """How many values a call that gives any gives at least."""
    about: str = ""
    """What it is said to be, by its schema and by that of an array around it."""

    @cached_property
    def name(self) -> str:
        """The last step of its path."""
        return self.path.rpartition(".")[2]

    @cached_property
    def parameter(self) -> str:
        """The parameter that it belongs to."""
        return self.path.partition(".")[0]

    @cached_property
    def ways(self) -> tuple[str, ...]:
        """Its path and the paths of all that it lies in."""
        steps = self.path.split(".")
        return tuple(".".join(steps[:length]) for length in range(1, len(steps) + 1))

    @cached_property
    def choices(self) -> tuple[Json, ...]:
        """The members of its closed vocabulary; empty where it has none."""
        return tuple(self.schema.get("enum", ()))

    @cached_property
    def in_parts(self) -> bool:
        """Whether it is a day given as an object of year, month and day."""
        return is_date_in_parts(self.schema)

    @cached_property
    def takes(self) -> tuple[str, str | None, bool] | None:
        """Type, pattern and whether it is a day in parts; None where it has a closed vocabulary or lies in an array.

        The options of all the tools of a task are of a few such forms.
        """
        kind = self.schema.get("type")
        closed = self.choices or self.many
        return None if closed else (kind if isinstance(kind, str) else "", self.schema.get("pattern"), self.in_parts)


class Given(NamedTuple):
    """One value that a call gives."""

    path: str
    schema: Schema
    value: Json


def leaves(schema: Schema) -> tuple[Leaf, ...]:
    """All leaves of an object schema, in its order.

    >>> schema = {"properties": {"ids": {"type": "array", "items": {"type": "string"}}, "filter": {"type": "object",
    ... "properties": {"city": {"type": "string"}}, "required": ["city"]}}, "required": ["filter"]}
    >>> [(leaf.path, leaf.required, leaf.many) for leaf in leaves(schema)]
    [('ids', False, True), ('filter.city', True, False)]
    """
    return tuple(_leaves(schema, Leaf("", schema, True)))


def _leaves(schema: Schema, around: Leaf) -> Iterator[Leaf]:
    needed = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        path = f"{around.path}.{name}" if around.path else name
        yield from _below(inner, replace(around, path=path, required=around.required and name in needed, about=""))


def _below(schema: Schema, around: Leaf) -> Iterator[Leaf]:
    about = " ".join(filter(None, (around.about, schema.get("description", ""))))
    elements = _elements(schema)
    if elements is not None:
        least = max(1, schema.get("minItems", 1))
        yield from _below(elements, replace(around, many=True, least=least, about=about))
    elif _is_object(schema):
        yield from _leaves(schema, around)
    else:
        yield replace(around, schema=schema, about=about)


def _of_type(schema: Schema, kind: str) -> bool:
    named = schema.get("type")
    return named == kind or (isinstance(named, list) and kind in named)


def _elements(schema: Schema) -> Schema | None:
    """Schema of an array's elements; None for what is no array, or one of which nothing is said."""
    items = schema.get("items") if _of_type(schema, "array") else None
    return items if isinstance(items, Mapping) else None


def _is_object(schema: Schema) -> bool:
    """Whether a schema is of an object with named properties that is not one value."""
    return _of_type(schema, "object") and bool(schema.get("properties")) and not is_date_in_parts(schema)


def is_date_in_parts(schema: Schema) -> bool:
    """Whether a schema is of an object with exactly the properties year, month and day."""
    return _of_type(schema, "object") and set(schema.get("properties", ())) == set(DATE_PARTS)


def is_day(value: Json) -> bool:
    """Whether a value is an ISO day."""
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def iso(value: Json) -> str | None:
    """The ISO day of an object of year, month and day; None for anything else.

    >>> iso({"year": 2026, "month": 5, "day": 12})
    '2026-05-12'
    """
    if not isinstance(value, Mapping) or set(value) != set(DATE_PARTS):
        return None
    parts = [value[name] for name in DATE_PARTS]
    try:
        year, month, day = (int(part) for part in parts if not isinstance(part, bool))
    except (TypeError, ValueError, OverflowError):
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"


def in_parts(day: str) -> dict[str, int]:
    """An ISO day as an object of year, month and day.

    >>> in_parts("2026-05-12")
    {'year': 2026, 'month': 5, 'day': 12}
    """
    return dict(zip(DATE_PARTS, map(int, day.split("-")), strict=True))


def given(schema: Schema, arguments: Mapping[str, Json]) -> Iterator[Given]:
    """The values that arguments hold, leaf by leaf; what the schema does not name comes with an empty schema.

    >>> schema = {"properties": {"ids": {"type": "array", "items": {"type": "string"}}}}
    >>> [(one.path, one.value) for one in given(schema, {"ids": ["D1", "D2"]})]
    [('ids', 'D1'), ('ids', 'D2')]
    """
    properties = schema.get("properties", {})
    for name, value in arguments.items():
        yield from _given(properties.get(name, {}), name, value)


def _given(schema: Schema, path: str, value: Json) -> Iterator[Given]:
    inner = inside(schema, path, value)
    if inner is None:
        yield Given(path, schema, value)
    else:
        for one in inner:
            yield from _given(one.schema, one.path, one.value)


def inside(schema: Schema, path: str, value: Json) -> list[Given] | None:
    """The values directly in an array or in an object that is not one value; None for anything else."""
    elements = _elements(schema)
    if isinstance(value, list) and elements is not None:
        return [Given(path, elements, each) for each in value]
    if isinstance(value, Mapping) and _is_object(schema):
        return [Given(f"{path}.{name}", schema["properties"].get(name, {}), inner) for name, inner in value.items()]
    return None


def paths(arguments: Mapping[str, Json]) -> frozenset[str]:
    """Every path that arguments say anything at, of objects and arrays as well as of what is in them.

    >>> sorted(paths({"filter": {"city": "Oslo"}, "ids": []}))
    ['filter', 'filter.city', 'ids']
    """
    return frozenset(_paths(arguments, ""))


def _paths(value: Json, before: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield f"{before}{name}"
            yield from _paths(inner, f"{before}{name}.")
    elif isinstance(value, list):
        for each in value:
            yield from _paths(each, before)


def assembled(schema: Schema, values: Mapping[str, Sequence[Json]]) -> dict[str, Json]:
    """Arguments that give these values at these paths: objects are made around them, arrays hold all of a leaf's.

    >>> schema = {"properties": {"ids": {"type": "array", "items": {"type": "string"}}, "filter": {"type": "object",
    ... "properties": {"city": {"type": "string"}, "stars": {"type": "integer"}}}}}
    >>> assembled(schema, {"ids": ["D1", "D2"], "filter.city": ["Oslo"]})
    {'ids': ['D1', 'D2'], 'filter': {'city': 'Oslo'}}
    """
    return _assembled(schema, values, "", None)


def _assembled(
    schema: Schema, values: Mapping[str, Sequence[Json]], before: str, number: int | None
) -> dict[str, Json]:
    """``number``: which of the values this object holds, for one within an array; None for all."""
    result: dict[str, Json] = {}
    for name, inner in schema.get("properties", {}).items():
        path = f"{before}{name}"
        counts = [len(some) for at, some in values.items() if at == path or at.startswith(f"{path}.")]
        if counts:
            numbers = range(max(counts)) if number is None else range(number, number + 1)
            result[name] = _value(inner, values, path, numbers, number)
    return result


def _value(schema: Schema, values: Mapping[str, Sequence[Json]], path: str, numbers: range, number: int | None) -> Json:
    elements = _elements(schema)
    if elements is not None:
        return [_value(elements, values, path, range(one, one + 1), one) for one in numbers]
    if path in values:
        return values[path][min(number or 0, len(values[path]) - 1)]
    return _assembled(schema, values, f"{path}.", number)


def alternatives(schema: Schema) -> tuple[tuple[str, ...], ...]:
    """The sets of parameters of which a call gives exactly one; empty where there is no such choice.

    >>> text = {"type": "string"}
    >>> alternatives({"properties": {"id": text, "first": text, "last": text},
    ... "oneOf": [{"required": ["id"]}, {"required": ["first", "last"]}]})
    (('id',), ('first', 'last'))
    """
    properties = schema.get("properties", {})
    some = schema.get("oneOf", ())
    if not all(isinstance(one, Mapping) and set(one) == {"required"} for one in some):
        return ()
    sets = tuple(tuple(one["required"]) for one in some)
    return sets if all(names and set(names) <= properties.keys() for names in sets) else ()


def exactly_one(choices: Sequence[Sequence[str]]) -> str:
    """What alternatives ask for, in words.

    >>> exactly_one([["doctor_id"], ["first", "last"]])
    'exactly one of doctor_id and (first and last)'
    """
    said = [names[0] if len(names) == 1 else f"({' and '.join(names)})" for names in choices]
    return f"exactly one of {', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
