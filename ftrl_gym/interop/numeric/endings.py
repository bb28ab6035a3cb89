"""Endings: what could be answered, from entities that were seen.

A cell of a result as it stands; what the cells of one column come to together (all of them, their sum, how far two of
them lie apart); how many rows there are; yes and no; and what the system message names as an answer of its own.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ftrl_gym.baselines.sight import Sight
from ftrl_gym.interop.numeric.asked import Asked
from ftrl_gym.interop.numeric.entities import Entities, Entity, Table
from ftrl_gym.policies import DONE
from ftrl_gym.task import Json

_TOLD = re.compile(r"<answer>([a-z]+)</answer>")
"""An answer that the system message names."""


_LONGEST_LIST = 3
"""Values of different columns that are listed together."""


class Way(StrEnum):
    """How an ending is made."""

    CELL = "cell"
    """A value as it stands in a result."""
    YES = "yes"
    NO = "no"
    TOLD = "told"
    """A word that the system message names, as for what cannot be done."""
    DONE = "done"
    """No answer: what was asked for is done."""
    GIVE_UP = "give up"
    """No answer either, and nothing is done; it stands open at any time."""
    COUNT = "count"
    """How many rows."""
    LIST = "list"
    """The cells of a column, one after the other."""
    SUM = "sum"
    DIFFERENCE = "difference"
    """How far two cells lie apart."""
    EACH = "each"
    """Of each result the cell that is called most like what is asked for."""


@dataclass(frozen=True)
class Ending:
    """An answer that could be given."""

    text: str
    """The whole turn."""
    way: Way
    entity: Entity | None = None
    """The value behind it, or the first of several."""
    size: int = 1
    """How many values are behind it."""


_FIXED = {
    Way.YES: "<answer>yes</answer>",
    Way.NO: "<answer>no</answer>",
    Way.DONE: DONE,
    Way.GIVE_UP: "I do not know.",
}
"""Endings that rest on nothing."""


def endings(sight: Sight, asked: Asked, entities: Entities, most: int) -> list[Ending]:
    """The endings that could be said now, each text once; cells that are called like what is asked for first.

    Args:
        sight: What was seen.
        asked: What was asked for.
        entities: Values seen so far.
        most: At most so many.
    """
    always = [Ending(_FIXED[way], way) for way in (Way.YES, Way.NO)] if sight.results else []
    always += [Ending(_said(word), Way.TOLD) for word in dict.fromkeys(_TOLD.findall(sight.system))]
    if any(not sight.tools[result.call[0]].looks and result.error is None for result in sight.results):
        always.append(Ending(_FIXED[Way.DONE], Way.DONE))
    always.append(Ending(_FIXED[Way.GIVE_UP], Way.GIVE_UP))
    together = list(itertools.islice(_together(asked, entities), most // 2))
    rank = {id(entity): nearness(asked, entity) for entity in entities.of_results}
    cells = sorted(entities.of_results, key=lambda one: (-rank[id(one)], -one.result, one.row))
    found: dict[str, Ending] = {}
    for ending in (*always, *together, *(Ending(_said(cell.value), Way.CELL, cell) for cell in cells)):
        found.setdefault(ending.text, ending)
        if len(found) == most:
            break
    return list(found.values())


WAYS = (Way.CELL, Way.YES, Way.NO, Way.COUNT, Way.LIST, Way.SUM, Way.DIFFERENCE, Way.DONE, Way.GIVE_UP)
"""The ways that :func:`ending_of` knows."""


def ending_of(way: Way, entity: Entity | None) -> Ending | None:
    """The ending of a way that rests on an entity, or on its column; None where there is none.

    Args:
        way: One of :data:`WAYS`.
        entity: A cell of a result; not needed for those that say the same at any time.
    """
    if way in _FIXED:
        return Ending(_FIXED[way], way)
    if entity is None:
        return None
    if way is Way.CELL:
        return Ending(_said(entity.value), way, entity)
    if entity.table is None:
        return None
    if way is Way.COUNT:
        return Ending(_said(len(entity.table.rows)), way, None, len(entity.table.rows))
    return next((ending for ending in _of_column(entity.table, entity) if ending.way is way), None)


def nearness(asked: Asked, entity: Entity) -> float:
    """How much of a column's name is asked for: 1 for each stem, and 1 more in the head of the question."""
    own = entity.own
    return sum((stem in asked.word_set) + (stem in asked.head) for stem in own) / len(own) ** 0.5 if own else 0.0


def _together(asked: Asked, entities: Entities) -> Iterator[Ending]:
    """What several cells come to together, the tables that were read last first."""
    tables = sorted(entities.tables.values(), key=lambda table: -table.results[-1])
    first = {(id(one.table), one.column): one for one in reversed(entities.of_results)}
    for table in tables:
        yield Ending(_said(len(table.rows)), Way.COUNT, None, len(table.rows))
    for table in tables:
        columns = [one for (owner, _), one in first.items() if owner == id(table) and nearness(asked, one) > 0]
        for entity in sorted(columns, key=lambda one: -nearness(asked, one))[:3]:
            yield from _of_column(table, entity)
    groups = [sorted(group, key=lambda one: -nearness(asked, one))[:2] for group in _by_result(entities)]
    if 1 < len(groups) <= _LONGEST_LIST:
        for best in itertools.product(*groups):
            yield Ending(_said(_listed([one.value for one in best])), Way.EACH, best[0], len(best))


def _of_column(table: Table, entity: Entity) -> Iterator[Ending]:
    cells = table.column(entity.column)
    if len(cells) < 2:
        return
    yield Ending(_said(_listed(cells)), Way.LIST, entity, len(cells))
    if all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells):
        yield Ending(_said(_plain(sum(cells))), Way.SUM, entity, len(cells))
        if len(cells) == 2:
            yield Ending(_said(_plain(abs(cells[0] - cells[1]))), Way.DIFFERENCE, entity, 2)


def _by_result(entities: Entities) -> list[list[Entity]]:
    found: dict[int, list[Entity]] = {}
    for entity in entities.of_results:
        found.setdefault(entity.result, []).append(entity)
    return list(found.values())


def _listed(cells: Sequence[Json]) -> str:
    return ", ".join(map(str, cells))


def _plain(number: float) -> float | int:
    """A number without the dust of binary fractions."""
    rounded = round(number, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _said(value: Json) -> str:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return f"<answer>{value}</answer>"
