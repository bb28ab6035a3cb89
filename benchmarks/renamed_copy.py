"""Copies of a scenario that no comparison of skeletons may take for another scenario.

In a *renamed* one every word that names an entity, a column, a tool, a role or a parameter is an invented one, wherever
it stands: in names, in expressions and in what people say. Everything else stays, so it can still be played. A
*disguised* one is changed a little besides, as somebody would who wants it to look new.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from ftrl_gym.construct.declare.columns import Number
from ftrl_gym.construct.declare.declaration import Declaration, Together
from ftrl_gym.construct.declare.tools import Do, Find, Tool, WorkOut

SUFFIX = "Renamed"
"""Of the name of a copy."""
_KEPT = frozenset(
    re.findall(
        r"\w+",
        """abs add among and between count day days earlier else false first for higher hours id if in is kind later
        less listed lower max min more name new none not nth of on or reference round row rule rules the to today total
        true until x y years""",
    )
)
"""Words of the language of expressions, and of phrases that are raised to a superlative."""
_WORD = re.compile(r"[A-Za-z]+")
_LEFT_ALONE = ("file", "today", "currency", "unit")


def renamed(declaration: Declaration) -> Declaration:
    """The copy with other nouns. It can be played if :func:`can_be_played` says so."""
    copy: Declaration = _copied(declaration, _words(declaration))
    return dataclasses.replace(copy, name=f"{declaration.name}{SUFFIX}")


def can_be_played(declaration: Declaration) -> bool:
    """Whether worlds of a renamed copy can be drawn: not where code makes rows, since that has names of its own."""
    return not any(isinstance(entity.rows, Together) for entity in declaration.entities)


def disguised(declaration: Declaration) -> Declaration:
    """A renamed copy with a column more in every third entity, and without every sixth tool. It is to be looked at
    only."""
    copy = renamed(declaration)
    entities = [
        dataclasses.replace(entity, columns={**entity.columns, "extra": Number()}) if place % 3 == 1 else entity
        for place, entity in enumerate(copy.entities)
    ]
    tools = [tool for place, tool in enumerate(copy.tools) if place % 6 != 5]
    return dataclasses.replace(copy, entities=tuple(entities), tools=tuple(tools))


def _words(declaration: Declaration) -> dict[str, str]:
    """Word -> invented word; what is the plural of a word stays its plural."""
    found = {word.lower() for name in _identifiers(declaration) for word in _WORD.findall(name)}
    stems = sorted(found - _KEPT)
    words = dict(zip(stems, _invented(), strict=False))
    return words | {f"{word}s": f"{words[word]}s" for word in stems if f"{word}s" not in _KEPT}


def _identifiers(declaration: Declaration) -> Iterator[str]:
    for entity in declaration.entities:
        yield from (entity.name, entity.plural, *entity.columns)
        yield from (column.alias for column in entity.columns.values())
        for kind in entity.kinds:
            yield from (kind.name, *kind.columns)
    for tool in declaration.tools:
        yield tool.name
        yield from _of_tool(tool)


def _of_tool(tool: Tool) -> Iterable[str]:
    if isinstance(tool, Find):
        return tool.bounds
    if isinstance(tool, WorkOut):
        return (*tool.roles, *tool.figures, *tool.gives, tool.result)
    return (*tool.roles, *tool.asks, *tool.lets, *tool.gives) if isinstance(tool, Do) else ()


def _invented() -> Iterator[str]:
    """Words that nobody has heard, each once, none of them a beginning of another."""
    for first in "bdfgklmnprtvz":
        for second in "aeiou":
            for third in "bdfgklmnprtvz":
                for last in "aeiou":
                    yield f"q{first}{second}{third}{last}"


def _copied(value: Any, words: Mapping[str, str]) -> Any:
    """A part of a declaration with its words replaced."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return _WORD.sub(lambda found: _replaced(found.group(), words), value)
    if isinstance(value, tuple):
        return tuple(_copied(each, words) for each in value)
    if isinstance(value, Mapping):
        return {_copied(key, words): _copied(each, words) for key, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.init and field.name not in _LEFT_ALONE]
        return dataclasses.replace(value, **{name: _copied(getattr(value, name), words) for name in fields})
    return value


def _replaced(word: str, words: Mapping[str, str]) -> str:
    new = words.get(word.lower(), word)
    return new if new == word or not word[0].isupper() else new.capitalize()
