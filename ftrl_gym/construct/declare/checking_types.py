"""Whether every field of a declaration holds what its annotation says: the slips that Python lets pass.

A forgotten comma makes of ``(Get(...))`` a tool where tools are wanted, and of ``("loan")`` a text; both would surface
as somebody's TypeError far below.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from ftrl_gym.construct.declare.columns import Column

_CALLED = {str: "text", int: "a whole number", float: "a number", bool: "True or False", type(None): "None"}


def type_problems(value: Any, entry: str = "") -> Iterator[tuple[str, str]]:
    """(entry, what is wrong and how to mend it) of a dataclass and of all that it holds.

    Args:
        value: A :class:`~ftrl_gym.construct.declare.declaration.Declaration` or a part of one.
        entry: What it is, for the messages.
    """
    hints = typing.get_type_hints(type(value))
    for each in dataclasses.fields(value):
        yield from _problems(getattr(value, each.name), hints[each.name], entry, each.name)


def _problems(value: Any, hint: Any, entry: str, name: str) -> Iterator[tuple[str, str]]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    place = f"{entry}, {name}" if entry else name
    if origin in (typing.Union, types.UnionType):
        fits = [each for each in arguments if _is_a(value, each)]
        if not fits:
            yield place, f"it is {_told(value)}; it must be {_wanted(hint)}"
        else:
            yield from _problems(value, fits[0], entry, name)
    elif hint is Column and not isinstance(value, Column):
        return  # the check of columns says more about it
    elif not _is_a(value, hint):
        yield place, f"it is {_told(value)}; it must be {_wanted(hint)}{_mend(value, hint)}"
    elif origin is tuple:
        of_each = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        if len(of_each) != len(value):
            yield place, f"it has {len(value)} parts; it must have {len(of_each)}"
        for part, wanted in zip(value, of_each, strict=False):
            yield from _problems(part, wanted, entry, name)
    elif origin is not None and issubclass(origin, Mapping):
        for key, part in value.items():
            yield from _problems(key, arguments[0], entry, name)
            yield from _problems(part, arguments[1], entry, f"{name.removesuffix('s')} {key!r}")
    elif dataclasses.is_dataclass(value):
        yield from type_problems(value, _entry(value, entry, name))


def _is_a(value: Any, hint: Any) -> bool:
    kind = typing.get_origin(hint) or hint
    if kind in (int, float):
        return isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
    return not isinstance(kind, type) or isinstance(value, kind)


def _entry(value: Any, entry: str, name: str) -> str:
    """How :mod:`~ftrl_gym.construct.declare.checking` calls it too."""
    kinds = {"entities": "entity", "tools": "tool", "rules": "rule", "shorts": "short", "clauses": "clause"}
    known = next((getattr(value, field) for field in ("name", "topic") if getattr(value, field, "")), "")
    own = f"{kinds[name]} {known!r}".removesuffix(" ''") if name in kinds else name
    return f"{entry}, {own}" if entry else own


def _told(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {value!r:.60}"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    return f"a {type(value).__name__}"


def _wanted(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(map(_wanted, arguments))
    if origin is tuple:
        return (
            f"a tuple, each part {_wanted(arguments[0])}" if arguments[-1] is Ellipsis else f"{len(arguments)} values"
        )
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return "a dictionary {...: ...}"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return " or ".join(f"{hint.__name__}.{member.name}" for member in hint)
    return _CALLED.get(hint, getattr(hint, "__name__", str(hint)))


def _mend(value: Any, hint: Any) -> str:
    """The comma that makes a tuple of one."""
    arguments = typing.get_args(hint)
    several = typing.get_origin(hint) is tuple and arguments[-1] is Ellipsis
    inner = typing.get_args(arguments[0]) or (arguments[0],) if several else ()
    if several and any(_is_a(value, each) for each in inner):
        return "; give them as a tuple, one alone with a comma: (..., )"
    return ""
