"""A right turn of each kind of BFCL entry, written out from its possible answers: the oracle's.

Some answers cannot be met: a required parameter has no possible value, a document lacks it, or the checker leaves the
quotes in place that Java has around the texts of an array. So the ceiling of these categories lies below 100.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ftrl_gym.suites.bfcl_calls import Arguments, read_call
from ftrl_gym.suites.bfcl_entries import MULTI_TURN, RELEVANCE, Entry, called

_JAVA_NUMBERS = {"long": "{}L", "float": "{}f"}
_JAVA_TYPES: Mapping[str | None, str] = {"any": "Object", "integer": "int", None: "Object"}
"""Documented type of an array's elements -> Java's, where that is another word."""


def solution(entry: Entry) -> list[list[tuple[str, Arguments]]]:
    """The calls of each assistant turn; a turn without calls hands a conversation back to the user.

    Args:
        entry: Of any category.

    Returns:
        By turns, the name and arguments of each call.

    Raises:
        UsageError: The package is not installed; it is needed for entries of several turns.
    """
    if entry.kind in MULTI_TURN:
        classes = entry.written["involved_classes"]
        turns = [[read_call(text, classes) for text in texts] for texts in entry.answer]
        return [step for calls in turns for step in ([calls, []] if calls else [[]])]
    if entry.kind in RELEVANCE:
        return [[] if "irrelevance" in entry.kind else [(called(entry.functions[0]["name"]), {})]]
    return [[_call(entry, name, possible) for one in entry.answer for name, possible in one.items()]]


def _call(entry: Entry, name: str, possible: Mapping[str, Any]) -> tuple[str, Arguments]:
    """The first possible value of each parameter; one that may be left out has ``""`` among them."""
    given = {parameter: _value(value) for parameter, value in _given(possible).items()}
    write = {"simple_java": in_java, "simple_javascript": in_javascript}.get(entry.kind)
    if write is not None:
        properties = entry.functions[0]["parameters"]["properties"]
        given = {parameter: write(value, properties[parameter]) for parameter, value in given.items()}
    return called(name), given


def _given(possible: Mapping[str, Any]) -> dict[str, Any]:
    """The first value of each name that has one."""
    lists = {name: values if isinstance(values, list) else [values] for name, values in possible.items()}
    left = {name: [value for value in values if value != ""] for name, values in lists.items()}
    return {name: values[0] for name, values in left.items() if values}


def _value(value: Any) -> Any:
    """Objects of an answer hold lists of possible values, too."""
    if isinstance(value, dict):
        return {name: _value(inner) for name, inner in _given(value).items()}
    return [_value(each) for each in value] if isinstance(value, list) else value


def in_java(value: Any, schema: Mapping[str, Any]) -> str:
    """A value as a Java expression of its documented type, which such parameters take as text.

    >>> in_java([1, 2], {"type": "ArrayList", "items": {"type": "long"}})
    'new ArrayList<Long>(Arrays.asList(1L, 2L))'
    >>> in_java([1, 2], {"type": "Array", "items": {"type": "integer"}})
    'new int[]{1, 2}'
    >>> in_java({"a": True}, {"type": "HashMap"})
    'new HashMap<String, Object>() {{ put("a", true); }}'
    """
    kind = schema["type"]
    inner = schema.get("items", {}).get("type")
    if kind == "Array" and isinstance(value, list):
        return f"new {_JAVA_TYPES.get(inner, inner)}[]{{{', '.join(_java_element(each, inner) for each in value)}}}"
    if kind == "ArrayList" and isinstance(value, list):
        listed = ", ".join(_java_element(each, inner) for each in value)
        boxed = "Object" if inner in ("any", None) else inner.capitalize()
        return f"new ArrayList<{boxed}>(Arrays.asList({listed}))"
    if kind == "HashMap" and isinstance(value, dict):
        puts = " ".join(f'put("{key}", {_java_element(each, None)});' for key, each in value.items())
        return f"new HashMap<String, Object>() {{{{ {puts} }}}}"
    if isinstance(value, bool):
        return str(value).lower()
    return _JAVA_NUMBERS.get(kind, "{}").format(value)


def _java_element(value: Any, kind: str | None) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return in_java(value, {"type": kind or "any"})


def in_javascript(value: Any, schema: Mapping[str, Any]) -> str:
    """A value as a JavaScript expression, which such parameters take as text.

    >>> in_javascript({"a": [True]}, {"type": "dict"}), in_javascript("x", {"type": "String"})
    ('{"a": [true]}', 'x')
    """
    if isinstance(value, str):
        return value
    return f"{value}n" if schema["type"] == "Bigint" else json.dumps(value)
