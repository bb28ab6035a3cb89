"""Toolset extension (FTRL, section 3.1): more tools that really work, beside those that a scenario has.

They find rows by a thing that the rows refer to, where no tool of the scenario does: the prescriptions for a medicine,
the flights of an airline. What they take has to be found out first, so that none of them lists what nobody asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ftrl_gym.construct.variants.functions import Function, Role, Sort, function_of, sort_of
from ftrl_gym.tooldoc import FactSource, Returns, ToolDocument

_SHOWN = 4
"""Fields of a row in their results, its key among them."""


class Added(NamedTuple):
    """One more function."""

    function: Function
    source: str
    parents: tuple[str, ...] = ()
    """The scenario's own functions that it shows in another way, the one whose arguments it takes first."""
    sure: bool = True
    """Whether it serves every row that its parent does."""


def extension(functions: Sequence[Function]) -> list[Added]:
    """All that a scenario's documents allow, in the order of its tools."""
    found: list[Added] = []
    names = {function.name for function in functions}
    for function in richest(functions):
        for field, attribute in function.document.returns.facts[0].fields.items():
            added = _by(function, field, attribute, functions)
            if added is not None and added.function.name not in names:
                names.add(added.function.name)
                found.append(added)
    return found


def richest(functions: Iterable[Function]) -> Iterator[Function]:
    """For each kind of row, the look-up that tells most of it."""
    best: dict[str, Function] = {}
    for function in functions:
        if function.role is Role.LOOKUP and function.flat and len(function.key) == 1:
            before = best.get(function.entity)
            if before is None or len(function.fields) > len(before.fields):
                best[function.entity] = function
    yield from best.values()


def _by(function: Function, field: str, attribute: str, functions: Sequence[Function]) -> Added | None:
    """A search of rows by one of their fields; None where it refers to nothing, or a tool for it is there."""
    bound = f"{function.entity}.{attribute}"
    if field in function.key or sort_of(function.fields[field]) is not Sort.TEXT:
        return None
    takers = {name for other in functions for name in other.required}
    if not takers & {field, f"{field}_id", f"{field}_no", f"{field}_code"} - {"name"}:
        return None
    if any(bound in other.document.binds.values() for other in functions if other.role is not Role.WRITE):
        return None
    entity, key = function.entity, function.key[0]
    words, of = entity.replace("_", " "), field.replace("_", " ")
    others = [name for name in function.fields if name not in (key, field)][: _SHOWN - 1]
    shown = {key: function.fields[key], **{name: function.fields[name] for name in others}}
    row = {"type": "object", "properties": shown, "required": list(shown), "additionalProperties": False}
    fields = {name: a for name, a in function.document.returns.facts[0].fields.items() if name in shown}
    name = f"find_{entity}_by_{field}"
    document = ToolDocument(
        name=name,
        description=f"{words[0].upper()}{words[1:]} by their {of}.",
        parameters={
            "type": "object",
            "properties": {field: {"type": "string", "description": f"The {of} that they have."}},
            "required": [field],
            "additionalProperties": False,
        },
        returns=Returns(
            schema={"type": "object", "properties": {entity: {"type": "array", "items": row}}, "required": [entity]},
            facts=(FactSource(path=entity, entity=entity, key=(key,), fields=fields),),
        ),
        binds={field: bound},
    )
    return Added(function_of(document), _source(name, field, attribute, entity, key, fields))


def _source(name: str, field: str, attribute: str, entity: str, key: str, fields: dict[str, str]) -> str:
    values = ", ".join(f'"{shown}": row["{a}"]' for shown, a in fields.items() if shown != key)
    words = entity.replace("_", " ")
    return "\n".join(
        (
            f"def {name}(world: Any, {field}: str) -> dict[str, Any]:",
            f'    found = world.find("{entity}", {attribute}={field})',
            "    if not found:",
            f'        raise ValueError("no {words} have this {field.replace("_", " ")}; check how it is written")',
            f'    return {{"{entity}": [{{"{key}": key, {values}}} for key, row in found]}}',
            "",
        )
    )
