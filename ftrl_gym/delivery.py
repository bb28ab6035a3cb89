"""What a tool's result delivers: which of the wanted facts can stand where in it, and which of them do.

Compiled once per task and document, since every call of every episode asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ftrl_gym import results
from ftrl_gym.parameters import given, iso
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import FactSource, ToolDocument


class Wanted(NamedTuple):
    """A fact as one source delivers it."""

    field: str
    value: Json
    group: int
    brought_by: frozenset[str]
    """Paths of values that filter on it: a call that has one brings the fact in and does not deliver it."""


_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class Source:
    """A place of facts in a tool's result, with the facts that are wanted from it."""

    declared: FactSource
    path: tuple[str, ...]
    key: tuple[str, ...]
    unordered: bool
    plain: bool
    wanted: dict[str, list[Wanted]]
    """By the key of the entity's instance."""

    @staticmethod
    def of(source: FactSource, document: ToolDocument, facts: Mapping[str, list[tuple[str, Json, int]]]) -> Source:
        """``facts``: entity key -> (attribute, value, group)."""
        fields = {attribute: column for column, attribute in source.fields.items()}
        wanted: dict[str, list[Wanted]] = {}
        for key, asked in facts.items():
            ordered = "|".join(sorted(key.split("|"))) if source.unordered else key
            wanted.setdefault(ordered, []).extend(
                Wanted(fields[name], value, group, document.brings.get(f"{source.entity}.{name}", _NONE))
                for name, value, group in asked
                if name in fields
            )
        path = tuple(source.path.split(".")) if source.path else ()
        return Source(source, path, source.key, source.unordered, source.plain, wanted)

    def rows(self, result: Json) -> Iterable[dict[str, Any]]:
        """The objects of a result that may carry its facts."""
        return _rows(result, self.path) if self.plain else self.declared.rows(result)

    def serving(self, said: Iterable[str], result: Json, groups: set[int]) -> int:
        """How many rows of a result deliver a fact of these groups.

        Args:
            said: Paths at which the call's arguments say something.
            result: What the call returned.
            groups: Groups of equal facts.
        """
        return sum(
            any(
                group in groups and name in row and row[name] == value and brought_by.isdisjoint(said)
                for name, value, group, brought_by in self.asked_of(row)
            )
            for row in self.rows(result)
        )

    def asked_of(self, row: dict[str, Any]) -> Sequence[Wanted]:
        """What is wanted of the instance that a row of a result describes."""
        if len(self.key) == 1:
            return self.wanted.get(_key_part(row.get(self.key[0])), ())
        parts = [_key_part(row.get(name)) for name in self.key]
        return self.wanted.get("|".join(sorted(parts) if self.unordered else parts), ())


def asked_for(document: ToolDocument, arguments: Mapping[str, Json]) -> dict[str, list[Json]]:
    """What a call asks for: attribute -> values."""
    asked: dict[str, list[Json]] = {}
    for path, _, value in given(document.parameters, arguments):
        for attribute in document.bound(path):
            asked.setdefault(attribute, []).append(iso(value) or value)
    return asked


def is_exact(source: FactSource, asked: Mapping[str, list[Json]], row: Mapping[str, Json]) -> bool:
    """Whether a row has the values that were asked for, as far as it shows them.

    >>> source = FactSource(entity="doctors", key=("no",), fields={"no": "no", "name": "name"})
    >>> [is_exact(source, {"doctors.name": ["Ada"]}, {"no": 1, "name": name}) for name in ("Ada", "Adam")]
    [True, False]
    """
    shown = {name: f"{source.entity}.{attribute}" for name, attribute in source.fields.items() if name in row}
    return all(row[name] in asked[attribute] for name, attribute in shown.items() if attribute in asked)


def _rows(result: Json, path: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    for number, step in enumerate(path):
        if isinstance(result, dict):
            result = result.get(step)
        else:
            return results.objects(result, path[number:])
    if isinstance(result, dict):
        return (result,)
    return [row for row in result if isinstance(row, dict)] if isinstance(result, list) else ()


def _key_part(value: Json) -> str:
    if value.__class__ is str:
        return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
