"""Entities: the values that an episode has shown so far, with where each stood.

An entity is a value of the question or a cell of a result. Rows that the same tool gives under the same path are one
table, in however many calls they came, so that two flights looked up one after the other can be compared like two rows
of a search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ftrl_gym.baselines.sight import Sight
from ftrl_gym.baselines.slots import Value, kind_of, of_question
from ftrl_gym.baselines.tables import Row
from ftrl_gym.baselines.words import stems
from ftrl_gym.task import Json

_TIME = re.compile(r"[0-2]\d:[0-5]\d$")
_AND = re.compile(r" (?:and|or)(?: of| the| for)? ")
"""Stands between two names as well as within one."""
MOST_ROWS = 12
"""Rows of one result, under one path, whose cells are entities."""
MOST = 400
"""Entities of an episode."""


@dataclass
class Table:
    """Rows of one tool under one path."""

    tool: str
    path: str
    rows: list[Row] = field(default_factory=list)
    results: list[int] = field(default_factory=list)
    """Of each row, the number of the result that it came with."""
    _known: tuple[int, dict[str, tuple[Json, Json]]] = (0, {})

    def extremes(self) -> dict[str, tuple[Json, Json]]:
        """The least and the greatest cell of each column in which rows differ; dates and times have an order too."""
        if self._known[0] != len(self.rows):
            found = {name: ends for name in self.rows[0] if (ends := self._ends(name)) is not None}
            self._known = len(self.rows), found
        return self._known[1]

    def _ends(self, name: str) -> tuple[Json, Json] | None:
        cells = self.column(name)
        if not (all(map(_is_number, cells)) or all(map(_is_moment, cells))):
            return None
        least, greatest = min(cells), max(cells)
        return (least, greatest) if least != greatest else None

    def column(self, name: str) -> list[Json]:
        """The cells of one column that hold anything."""
        return [row[name] for row in self.rows if row.get(name) is not None]


def _is_number(cell: Json) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _is_moment(cell: Json) -> bool:
    """Whether a cell is an ISO day or a time of day, which sort as texts."""
    return isinstance(cell, str) and cell[:2].isdigit() and (cell[2:3] == ":" or cell[4:5] == "-")


@dataclass(frozen=True)
class Entity(Value):
    """A value that was seen, and where."""

    column: str = ""
    """The name of its column; empty for the question."""
    tool: str = ""
    """The tool whose result holds it; empty for the question."""
    table: Table | None = field(default=None, compare=False, repr=False)
    row: int = 0
    """Its row in the table."""
    own: tuple[str, ...] = ()
    """The stems of its column without those of its tool's name, where others are left."""
    place: float = 0.0
    """Where in the question it stands, from 0 to 1, for one of the question."""

    def cells(self) -> Row:
        """The row that it stands in."""
        return {} if self.table is None else self.table.rows[self.row]


class Entities:
    """The entities of an episode, in the order in which they were seen.

    Args:
        sight: What the policy sees; :meth:`take_in` looks for what is new in it.
    """

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self.tables: dict[tuple[str, str], Table] = {}
        self.of_question: list[Entity] = []
        self.of_results: list[Entity] = []
        self._said = self._looked = 0

    def take_in(self) -> list[Entity]:
        """Adds what was said or came back since the last time, and returns it."""
        new: list[Entity] = []
        if len(self._sight.said) > self._said:
            known = {entity.value for entity in self.of_question}
            new = [entity for entity in self._named() if entity.value not in known]
            self.of_question += new
            self._said = len(self._sight.said)
        results = self._sight.results
        for number in range(self._looked, len(results)):
            for path, rows in results[number].tables.items():
                cells = list(self._cells(results[number].call[0], path, rows[:MOST_ROWS], number))
                cells = cells[: max(0, MOST - len(self.of_results))]
                self.of_results += cells
                new += cells
        self._looked = len(results)
        return new

    def _named(self) -> Iterator[Entity]:
        starts = {mention.text: mention.start for mention in self._sight.mentions()}
        length, place = max(1, len(self._sight.question)), 0.0
        for value in of_question(self._sight):
            place = starts.get(str(value.value), place * length) / length
            yield Entity(value.value, value.about, value.kind, -1, place=place)
            parts = _AND.split(str(value.value)) if value.kind == "name" else []
            for part in parts if len(parts) > 1 else ():
                yield Entity(part, value.about, value.kind, -1, place=place)

    def _cells(self, tool: str, path: str, rows: list[Row], number: int) -> Iterator[Entity]:
        table = self.tables.setdefault((tool, path), Table(tool, path))
        named = stems(tool)
        for row in rows:
            table.rows.append(row)
            table.results.append(number)
            for name, value in row.items():
                if value is not None and value != "":
                    about = stems(name.rpartition(".")[2]) or stems(path)
                    own = tuple(stem for stem in about if stem not in named) or about
                    kind = "truth" if isinstance(value, bool) else "time" if _TIME.match(str(value)) else kind_of(value)
                    row_number = len(table.rows) - 1
                    yield Entity(value, (*about, *named), kind, number, name, tool, table, row_number, own)
