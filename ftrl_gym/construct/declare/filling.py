"""How the tables of a declaration are filled: in which order, from which expressions, with what kept apart.

A :class:`Plan` is made once for a declaration and serves every world that is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import Any, NamedTuple

from ftrl_gym.construct.declare import columns as kinds
from ftrl_gym.construct.declare.columns import Column, Ref
from ftrl_gym.construct.declare.declaration import Declaration, Each, Entity, Together
from ftrl_gym.construct.declare.expressions import Scope, Term, scope_of_row, translate
from ftrl_gym.construct.declare.tools import Find
from ftrl_gym.construct.domain import Pick
from ftrl_gym.world import Row


def filling_order(declaration: Declaration) -> list[Entity]:
    """Entities such that each comes after those that it refers to; fewer than declared where they go in a circle."""
    done: list[Entity] = []
    left = list(declaration.entities)
    while ready := [entity for entity in left if _before(entity) <= {each.name for each in done}]:
        done += ready
        left = [entity for entity in left if entity not in ready]
    return done


def leading(entity: Entity) -> str:
    """The reference to the row that a row is made for; it is known before all other columns."""
    parent = entity.rows.entity if isinstance(entity.rows, Each) else ""
    refs = (name for name, column in entity.columns.items() if isinstance(column, Ref) and column.entity == parent)
    return next(refs, "")


def late_columns(entity: Entity) -> list[str]:
    """Columns that rows share with others, drawn once it is known with which."""
    return [name for name, column in entity.columns.items() if isinstance(column, kinds.Id | kinds.Name) and column.per]


def _before(entity: Entity) -> set[str]:
    """Entities whose rows an entity needs."""
    if isinstance(entity.rows, Together):
        return {name.replace("_", " ") for name in entity.rows.after.split()}
    columns = [*entity.columns.values(), *(column for kind in entity.kinds for column in kind.columns.values())]
    needed = {column.entity for column in columns if isinstance(column, Ref) and not column.back}
    needed.discard(entity.name)  # it looks back at rows made before
    return needed | ({entity.rows.entity} if isinstance(entity.rows, Each) else set())


class Worked(NamedTuple):
    """A translated expression, and what it is."""

    code: CodeType
    kind: str


class Plan:
    """What is the same for every world of a declaration.

    Args:
        declaration: The scenario, checked.
    """

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.order = filling_order(declaration)
        self.sequence = {entity.name: _sequence(entity) for entity in declaration.entities}
        self.kinds = {
            entity.name: {kind.value: entity.of_kind(kind) for kind in entity.kinds} for entity in declaration.entities
        }
        self._worked: dict[tuple[str, str, str], Worked] = {}
        self._values: dict[tuple[str, str, str], Sequence[Any]] = {}
        self._groups: dict[tuple[str, str, str | None], list[tuple[str, ...]]] = {}

    def worked(self, entity: str, place: str, text: str, scope: Callable[[], Scope]) -> Worked:
        """An expression, translated when it is first met; ``place`` tells apart what the same text may mean."""
        found = self._worked.get((entity, place, text))
        if found is None:
            term = translate(text, scope(), self.declaration, drawing=True)
            found = self._worked[(entity, place, text)] = Worked(
                compile(term.code, f"{entity}.{place}", "eval"), term.kind
            )
        return found

    def values(self, entity: Entity, place: str, column: Column, group: str) -> Sequence[Any]:
        """Every value that a column may draw, where it does not depend on the row."""
        found = self._values.get((entity.name, place, group))
        if found is None:
            found = self._values[(entity.name, place, group)] = values_of(column, group)
        return found

    def groups(self, entity: Entity, name: str, column: Column) -> list[tuple[str, ...]]:
        """What rows have in common that must not share a value: what a search compares, and what is kept apart."""
        found = self._groups.get((entity.name, name, column.apart))
        if found is None:
            finds = [tool for tool in self.declaration.tools if isinstance(tool, Find) and tool.entity == entity.name]
            superlatives = (Pick.LOWEST, Pick.HIGHEST)
            compared = [f for f in finds if any(m.by == name and m.pick in superlatives for m in f.means)]
            found = [
                tuple(by for by in f.by.split() if isinstance(entity.columns[by], Ref | kinds.Date)) for f in compared
            ]
            found += [] if column.apart is None else [tuple(column.apart.split())]
            self._groups[(entity.name, name, column.apart)] = found
        return found


def _sequence(entity: Entity) -> list[str]:
    """Columns in the order in which they are drawn."""
    late = late_columns(entity)
    return [*(name for name in entity.columns if name not in late), *late]


def scope_so_far(columns: Mapping[str, Column], row: Row) -> dict[str, Term]:
    """What expressions may name: the columns that a row has so far, and which of its parent's rows it is."""
    scope = scope_of_row(columns, (name for name in row if name in columns))
    return {**scope, "nth": Term("row['nth']", "number")} if "nth" in row else scope


def values_of(column: Column, group: str, ends: tuple[float, float] = (0, 0)) -> Sequence[Any]:
    """Every value that a column may draw, in ascending order; for dates the days from today."""
    if isinstance(column, kinds.Number):
        low, high = ends if any(column.between) else column.ranges.get(group, (column.low_end, column.high_end))
        digits = max(0, len(str(column.step).partition(".")[2])) if isinstance(column.step, float) else 0
        if any(column.between):  # whatever it comes to, values stand on whole steps
            low, high = (round(round(end / column.step) * column.step, digits) for end in (low, high))
        count = round((high - low) / column.step) + 1
        if not digits and column.step == 1:
            return range(int(low), int(low) + count)
        values = [round(low + n * column.step, digits) for n in range(count)]
        return values if digits else [int(value) for value in values]
    if isinstance(column, kinds.Date):
        first, last = column.ranges.get(group, (column.first, column.last))
        return range(first, last + 1)
    assert isinstance(column, kinds.Time)
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (column.first, column.last))
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(start, end + 1, column.step)]
