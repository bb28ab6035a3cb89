"""Searches: look-ups by name, and lists by what rows belong to, that give what nearly fits as well.

A plain tool gives exactly what is asked for. A search of a design with long results takes the same and refuses the
same, but shows the rows whose value is most like the given one, the exact ones among them, in the order of their keys.
So a caller has to look which row is meant, and nobody can browse with made-up words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.functions import Function, Role, Schema, Sort, sort_of
from ftrl_gym.construct.wording import plural
from ftrl_gym.tooldoc import Returns, ToolDocument

_LOOK_UPS = (0.0, 0.3, 0.6, 0.9)
"""How many of the look-ups that could be searches are, by level."""
_LISTS = (0.0, 0.4, 0.7, 1.0)
"""How many of the lists."""
_FEWEST = 10
"""Rows that the shortest search shows."""
_MOST = (10, 20, 28, 40)
"""Rows that the longest one shows, by level."""
_CODE = re.compile(r"(^|_)(id|no|code|ref|reference|number)$")
"""Columns that only results tell, so that nobody knows them half."""


@dataclass(frozen=True)
class Likeness:
    """What makes a search of a function."""

    parameter: str
    """That takes the value."""
    table: str
    key: str
    """Field of a row that names it."""
    column: str
    """Whose values are held against the given one; rows show it under this name."""
    one: bool
    """Whether the function looks one row up."""
    most: int
    """Rows from which on nothing is added."""
    others: bool = False
    """Whether the function takes other values too, which are never matched loosely."""

    def sentence(self, said: str) -> str:
        """What a document says of it.

        Args:
            said: What the column is called in results.

        >>> print(Likeness("no", "cars", "car_id", "no", True, 24).sentence("no"))
        Shows up to 24 cars whose "no" is most like the given one, in the order of their ids, the exact one among them.
        """
        rows, order = self.table.replace("_", " "), plural(_last(self.key))
        if self.one:
            return (
                f'Shows up to {self.most} {rows} whose "{said}" is most like the given one, in the order of their '
                f"{order}, the exact one among them."
            )
        return (
            f'Shows up to about {self.most} {rows}, those whose "{said}" is most like the given one, in the order of '
            f'their {order}; only the ones with exactly that "{said}" belong to it.'
            f"{' Whatever else is given must fit exactly.' if self.others else ''}"
        )


def _last(name: str) -> str:
    """``id`` for ``doctor_id``."""
    word = name.rpartition("_")[2]
    return "number" if word == "no" else word


def searches(functions: Iterable[Function], scenario: str, design: Design, about: str = "searches") -> list[Function]:
    """The functions of a design, of which some search.

    Args:
        functions: That give exactly what is asked for.
        scenario: Its name.
        design: Which one.
        about: What the draws are for.
    """
    rng = design.draws(scenario, about)
    most = _MOST[design.long]
    found = []
    for function in functions:
        chance, size = rng.random(), rng.random()
        share = (_LOOK_UPS if function.role is Role.LOOKUP else _LISTS)[design.long]
        likeness = _likeness(function, _FEWEST + int(size * (most - _FEWEST + 1)))
        found.append(function if likeness is None or chance >= share else _search(function, likeness))
    return found


def _likeness(function: Function, most: int) -> Likeness | None:
    """What would make a search of a function; None where nothing would."""
    facts = function.document.returns.facts
    if function.role not in (Role.LOOKUP, Role.LISTING) or not function.flat or len(facts) != 1:
        return None
    if len(facts[0].key) != 1 or any(name != attribute for name, attribute in facts[0].fields.items()):
        return None
    one = function.role is Role.LOOKUP
    for parameter in function.required:
        table, _, column = function.document.binds.get(parameter, "").partition(".")
        texts = sort_of(function.parameters[parameter]) is Sort.TEXT and table == function.entity
        known = one and (_CODE.search(column) or "pattern" in function.fields.get(column, {}))
        if texts and not known:
            others = len(function.parameters) > 1
            return Likeness(parameter, table, facts[0].key[0], column, one, most, others)
    return None


def _search(function: Function, likeness: Likeness) -> Function:
    """The function as a search: the same name and parameters, and rows as a result."""
    document, rows = function.document, function.rows or likeness.table
    facts = document.returns.facts[0]
    fields: dict[str, Schema] = dict(function.fields)
    if likeness.column not in fields:
        key = likeness.key
        fields = {key: fields[key], likeness.column: {"type": "string"}, **fields}
    row = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    returns = Returns(
        schema={"type": "object", "properties": {rows: {"type": "array", "items": row}}, "required": [rows]},
        facts=(facts.model_copy(update={"path": rows, "fields": {name: name for name in fields}}),),
    )
    made: ToolDocument = document.model_copy(update={"returns": returns})
    return replace(function, document=made, role=Role.LISTING, rows=rows, like=likeness)
