"""Arguments as a cheater writes them: without information, from what results said, respelt, with an option more."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any

from ftrl_gym.parameters import Leaf, assembled, in_parts, is_day
from ftrl_gym.probe_sight import SEEN, Sight
from ftrl_gym.tooldoc import ToolDocument

Arguments = dict[str, Any]


def uninformed(document: ToolDocument, text: str) -> list[Arguments]:
    """Required arguments without information, one set per alternative: no enum member, number or boolean is chosen by
    its meaning. An array holds the text, or nothing where the text is empty."""
    return [_blank(schema, text) for schema in _each_needed(document)]


def _each_needed(document: ToolDocument) -> list[dict[str, Any]]:
    """The schema of a document's parameters with each of its alternatives among the required ones."""
    required = document.parameters.get("required", ())
    return [{**document.parameters, "required": [*required, *names]} for names in document.alternatives or ((),)]


def _blank(schema: dict[str, Any], text: str) -> Any:
    blank: dict[str, Any] = {"integer": 0, "number": 0, "boolean": False}
    properties, items = schema.get("properties", {}), schema.get("items", {})
    if schema.get("type") == "object":
        return {name: _blank(properties.get(name, {}), text) for name in schema.get("required", ())}
    if schema.get("type") == "array":
        return [_blank(items, text)] * max(bool(text), schema.get("minItems", 0))
    return blank.get(str(schema.get("type")), text)


def as_seen(sight: Sight, document: ToolDocument, planted: dict[str, Any]) -> Arguments:
    """Required arguments: the planted ones (by path), else what results last had in fields of the same name, or of
    another name for the same attribute."""
    values: dict[str, list[Any]] = {path: [value] for path, value in planted.items()}
    for leaf in document.needed:
        if leaf.path not in values:
            spare = _spare(leaf, sight.day)
            values[leaf.path] = [spare or SEEN.format("|".join(_fields_for(sight, document, leaf)))]
    return assembled(document.parameters, values)


def _spare(leaf: Leaf, day: str) -> Any:
    if leaf.choices:
        return leaf.choices[0]
    if leaf.in_parts:
        return in_parts(day)
    if leaf.schema.get("format") == "date":
        return day
    return 1 if leaf.schema.get("type") in ("integer", "number") else None


def _fields_for(sight: Sight, document: ToolDocument, leaf: Leaf) -> list[str]:
    """Names under which results may have a value for a parameter, its own first."""
    bound = document.bound(leaf.path)
    fields = [name for attribute, name in sight.shown if attribute in bound] if bound else ()
    return list(dict.fromkeys([leaf.name, *fields]))


def respelt(value: Any, spelling: Callable[[str], str]) -> Any:
    """Arguments with each of their texts in another spelling."""
    if isinstance(value, dict):
        return {name: respelt(inner, spelling) for name, inner in value.items()}
    if isinstance(value, list):
        return [respelt(inner, spelling) for inner in value]
    return spelling(value) if isinstance(value, str) else value


def with_value(arguments: Arguments, path: str, value: Any) -> Arguments:
    """Arguments with a value at a path through objects.

    >>> with_value({"filter": {"city": "Oslo"}}, "filter.limit", 3)
    {'filter': {'city': 'Oslo', 'limit': 3}}
    """
    name, _, rest = path.partition(".")
    inner = arguments.get(name)
    return {**arguments, name: with_value(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


def beside(leaf: Leaf, secret: str) -> tuple[Any, Any, Any] | None:
    """A secret as an option may take it, between two values right next to it; None where it can take no such thing.

    >>> beside(Leaf("limit", {"type": "integer"}, required=False), "7")
    (6, 7, 8)
    >>> beside(Leaf("after", {"type": "string", "format": "date"}, required=False), "2026-05-01")
    ('2026-04-30', '2026-05-01', '2026-05-02')
    >>> beside(Leaf("trace", {"type": "string", "pattern": "^[A-Z0-9]+$"}, required=False), "KX48")
    ('KX47', 'KX48', 'KX49')
    """
    if leaf.takes is None:
        return None
    kind, pattern, day_in_parts = leaf.takes
    if is_day(secret):
        return _days(kind, day_in_parts, secret)
    if kind in ("integer", "number") and re.fullmatch(r"\d+(\.\d+)?", secret):
        number = float(secret)
        less, same, more = (int(n) if n.is_integer() else n for n in (number - 1, number, number + 1))
        return less, same, more
    if kind == "string" and secret:
        texts = [secret[:-1] + chr(ord(secret[-1]) + step) for step in (-1, 0, 1)]
        if pattern is not None and all(re.search(pattern, text) for text in texts):
            return texts[0], texts[1], texts[2]
    return None


def _days(kind: str, day_in_parts: bool, secret: str) -> tuple[Any, Any, Any] | None:
    day = datetime.date.fromisoformat(secret)
    before, after = ((day + datetime.timedelta(days)).isoformat() for days in (-1, 1))
    if day_in_parts:
        return in_parts(before), in_parts(secret), in_parts(after)
    return (before, secret, after) if kind == "string" else None


def options(sight: Sight) -> Iterator[tuple[ToolDocument, Leaf]]:
    """The options of all documents."""
    for document in sight.documents:
        yield from ((document, leaf) for leaf in document.option_leaves)
