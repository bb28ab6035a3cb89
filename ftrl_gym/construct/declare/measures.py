"""Measures: in which unit a result gives a number, said where the document of a look-up lists its fields."""

from __future__ import annotations

import re

from ftrl_gym.construct.declare.columns import Number
from ftrl_gym.construct.declare.declaration import Entity

_MEASURES = frozenset({
    "percent", "kelvin", "degrees", "lux", "watts", "kilowatts", "kWh", "mAh", "cents", "gulden", "kreuzer",
    "seconds", "minutes", "hours", "days", "weeks", "months", "years", "milligrams", "grams", "kilograms",
    "tonnes", "millilitres", "litres", "nanometres", "centimetres", "metres", "kilometres", "megabytes",
    "gigabytes", "terabytes", "square metres", "light years",
})  # fmt: skip
"""Units of what is measured; what is counted ("seats", "points") is its own unit."""
_END = re.compile(r" (?:in|of|on|at|for|from|with|under|by|through|shown|asked|given|to|that)\b|\{")
"""Where a noun phrase has said what it is, and goes on to say of what."""
_NEXT = re.compile(r"(, | and )(?![^(]*\))")
"""Between two fields; what stands in brackets belongs to the one before them."""


def with_units(about: str, entity: Entity, names: tuple[str, ...]) -> str:
    """A description with the unit of each number that it lists, where it is beyond doubt which one is meant.

    ``A vault: branch, fire resistance.`` becomes ``A vault: branch, fire resistance in minutes.``

    Args:
        about: The description.
        entity: What is described.
        names: The columns shown.
    """
    opening, colon, listed = about.partition(": ")
    if not colon:
        return about
    fields, semicolon, note = listed.partition(";")
    ending = "." if fields.endswith(".") else ""
    parts = _NEXT.split(fields.removesuffix("."))
    for name in names:
        column = entity.columns[name]
        if not isinstance(column, Number) or column.unit not in _MEASURES or not column.noun:
            continue
        meant = [n for n in range(0, len(parts), 2) if _is_about(parts[n], name, column.nouns[0])]
        if len(meant) == 1 and column.unit.split()[-1][:-1] not in parts[meant[0]]:
            parts[meant[0]] += f" in {column.unit}"
    return opening + colon + "".join(parts) + ending + semicolon + note


def _is_about(phrase: str, name: str, noun: str) -> bool:
    """Whether a field in a list is the one that a column's noun phrase speaks of."""
    words = set(phrase.lower().split())
    head = set(_END.split(noun.removeprefix("the "))[0].lower().split())
    return words == set(name.split("_")) or (bool(head) and (words <= head or head <= words))
