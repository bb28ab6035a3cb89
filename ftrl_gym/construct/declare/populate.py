"""The data of a declared world, all from one seed.

Entities are filled in an order in which every reference finds its rows; rows of one entity column by column. What a
superlative compares within a search is drawn without ties; references spread over their targets.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from types import CodeType
from typing import Any

from ftrl_gym.construct.declare import columns as kinds
from ftrl_gym.construct.declare import prelude
from ftrl_gym.construct.declare.columns import Column, Ref
from ftrl_gym.construct.declare.declaration import RULES, Declaration, Each, Entity, Find
from ftrl_gym.construct.declare.expressions import Term, term_of, translate
from ftrl_gym.construct.domain import Pick
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.construct.worlds.names import Ids, Names, mailbox
from ftrl_gym.errors import ConstructionError
from ftrl_gym.world import Row, World, WorldBase

_DOMAINS = ("mail.example", "post.example", "inbox.example", "letters.example")
Taken = dict[tuple[Any, ...], set[Any]]
"""(entity, column, group) -> values that superlatives over the group compare already."""


def populate(declaration: Declaration, seed: int, names: str) -> WorldBase:
    """Draws a world.

    Args:
        declaration: The scenario, checked.
        seed: Any integer; another seed gives another world.
        names: ``real``, ``syllables`` or ``mixed``.

    Raises:
        ConstructionError: The declared ranges hold fewer values than there are rows to tell apart.
    """
    return _Population(declaration, seed, names).world()


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


def _before(entity: Entity) -> set[str]:
    """Entities whose rows an entity needs."""
    needed = {column.entity for column in entity.columns.values() if isinstance(column, Ref) and not column.back}
    return needed | ({entity.rows.entity} if isinstance(entity.rows, Each) else set())


class _Population:
    def __init__(self, declaration: Declaration, seed: int, names: str) -> None:
        self.declaration = declaration
        self.rng = random.Random(f"{declaration.name}/{seed}/{names}")
        keys = {entity.table: entity.key for entity in declaration.entities} | {RULES: "topic"}
        today = date.fromisoformat(declaration.today)
        self.draft = Draft(self.rng, Names(names, self.rng), Ids(self.rng), keys, today)
        self.base = WorldBase(self.draft.tables, {"today": declaration.today, "currency": declaration.currency})
        self.view = World(self.base)
        self.taken: Taken = {}
        self.uses: Counter[tuple[str, str, str]] = Counter()
        self.code: dict[tuple[str, str, str], CodeType] = {}
        self.values: dict[tuple[str, str, str], list[Any]] = {}

    def world(self) -> WorldBase:
        """All tables."""
        for rule in self.declaration.rules:
            value = self.rng.choice(rule.values)
            self.draft.add(RULES, topic=rule.topic, value=value, unit=rule.unit, text=rule.text.format(value))
        for entity in filling_order(self.declaration):
            for parent in self._parents(entity):
                self._add(entity, parent)
        for entity in self.declaration.entities:
            for name, column in entity.columns.items():
                if isinstance(column, Ref) and column.back:
                    self._fill_back(entity, name, column)
        tables = {entity.table: self.draft.tables[entity.table] for entity in self.declaration.entities}
        if self.declaration.rules:
            tables[RULES] = self.draft.tables[RULES]
        return WorldBase(tables, self.base.constants)

    def _parents(self, entity: Entity) -> Iterator[tuple[str, str] | None]:
        """For each row to be: the entity it is made for, and that one's key."""
        if not isinstance(entity.rows, Each):
            yield from [None] * entity.rows
            return
        rows = entity.rows
        for key in list(self.draft.tables[self.declaration.entity(rows.entity).table]):
            scope = {rows.entity.replace(" ", "_"): Term("parent", rows.entity)}
            if not rows.where or self._worked_out(entity.name, "rows", rows.where, scope, {"parent": key}):
                yield from [(rows.entity, key)] * self.rng.randint(rows.least, rows.most)

    def _add(self, entity: Entity, parent: tuple[str, str] | None) -> None:
        own = leading(entity)
        row: Row = {own: parent[1]} if own and parent is not None else {}
        for name, column in entity.columns.items():
            if name == own:
                continue
            if isinstance(column, Ref) and column.back:
                row[name] = None
            elif column.value:
                row[name] = self._of_row(entity, name, column.value, row)
            else:
                row[name] = self._drawn(entity, name, column, row)
        self.draft.add(entity.table, **{name: row[name] for name in entity.columns})

    # --- expressions -----------------------------------------------------------------------------------------------

    def _of_row(self, entity: Entity, name: str, text: str, row: Row, more: dict[str, Term] | None = None) -> Any:
        """An expression over the columns that a row has so far."""
        scope = {known: term_of(entity.columns[known], f"row[{known!r}]") for known in row}
        return self._worked_out(entity.name, name, text, scope | (more or {}), {"row": row})

    def _worked_out(self, entity: str, place: str, text: str, scope: dict[str, Term], variables: dict[str, Any]) -> Any:
        code = self.code.get((entity, place, text))
        if code is None:
            source = translate(text, scope, self.declaration).code
            code = self.code[(entity, place, text)] = compile(source, f"{entity}.{place}", "eval")
        return eval(code, vars(prelude), {"world": self.view, **variables})  # the author's own expression, translated

    # --- values ----------------------------------------------------------------------------------------------------

    def _drawn(self, entity: Entity, name: str, column: Column, row: Row) -> Any:
        rng, draft = self.rng, self.draft
        group = str(self._of_row(entity, name, column.by, row)) if getattr(column, "by", "") else ""  # type: ignore[attr-defined]
        if isinstance(column, kinds.Id):
            return draft.ids.mixed(column.mixed) if column.mixed else draft.ids.numbered(column.prefix, column.digits)
        if isinstance(column, kinds.Name):
            own = column.drawn.get(group)
            return draft.names.pick(own) if own else draft.names.pick(column.words, *column.patterns)
        if isinstance(column, kinds.Person):
            return draft.names.person()
        if isinstance(column, kinds.Email):
            return f"{mailbox(row[column.of])}@{rng.choice(_DOMAINS)}"
        if isinstance(column, kinds.Choice):
            return rng.choice(column.drawn.get(group) or column.values)
        if isinstance(column, kinds.Flag):
            return rng.random() < column.share
        if isinstance(column, Ref):
            return self._referred(entity, name, column, row)
        values = self.values.get((entity.name, name, group))
        if values is None:  # a range of amounts holds thousands, and every row would list them again
            values = self.values[(entity.name, name, group)] = _values(column, group)
        return self._apart(entity, name, values, row, draft.day)

    def _apart(self, entity: Entity, name: str, values: list[Any], row: Row, day: Callable[[int], str]) -> Any:
        """One of the values that is not taken where superlatives compare them."""
        places = [(entity.name, name, *(row.get(by) for by in group)) for group in self._groups(entity, name)]
        held = [self.taken.setdefault(place, set()) for place in places]
        used = set().union(*held)
        free = [value for value in values if value not in used] if used else values
        if not free:
            raise ConstructionError(
                f"{self.declaration.file or self.declaration.name}: {entity.name}.{name} has {len(values)} values, too "
                f"few for rows that {places[0][2:]} have in common and that are compared by it; widen its range"
            )
        value = self.rng.choice(free)
        for some in held:
            some.add(value)
        return day(value) if isinstance(entity.columns[name], kinds.Date) else value

    def _groups(self, entity: Entity, name: str) -> list[tuple[str, ...]]:
        """What rows have in common that a search compares by a column."""
        finds = (tool for tool in self.declaration.tools if isinstance(tool, Find) and tool.entity == entity.name)
        compared = [f for f in finds if any(m.by == name and m.pick in (Pick.LOWEST, Pick.HIGHEST) for m in f.means)]
        return [tuple(by for by in f.by.split() if isinstance(entity.columns[by], Ref | kinds.Date)) for f in compared]

    def _referred(self, entity: Entity, name: str, column: Ref, row: Row) -> str:
        """A row of the other entity: of two drawn the one that is referred to less."""
        target = self.declaration.entity(column.entity)
        keys = list(self.draft.tables[target.table])
        if column.where:
            term = {name: Term("candidate", column.entity)}
            scope = {known: term_of(entity.columns[known], f"row[{known!r}]") for known in row} | term
            keys = [
                key
                for key in keys
                if self._worked_out(entity.name, name, column.where, scope, {"row": row, "candidate": key})
            ]
        if column.most:
            keys = [key for key in keys if self.uses[(entity.name, name, key)] < column.most]
        if not keys:
            raise ConstructionError(
                f"{self.declaration.file or self.declaration.name}: no {target.name} is left for {entity.name}.{name}"
                f"{f' where {column.where}' if column.where else ''}; make more of them, or ask for less"
            )
        pair = [self.rng.choice(keys) for _ in range(2)]
        chosen = min(pair, key=lambda key: self.uses[(entity.name, name, key)])
        self.uses[(entity.name, name, chosen)] += 1
        return chosen

    def _fill_back(self, entity: Entity, name: str, column: Ref) -> None:
        target = self.declaration.entity(column.entity)
        for key, row in self.draft.tables[entity.table].items():
            ours = [other for other, their in self.draft.tables[target.table].items() if their[column.back] == key]
            if not ours:
                raise ConstructionError(
                    f"{self.declaration.file or self.declaration.name}: no {target.name} leads back to {entity.name} "
                    f"{key} through {column.back!r}, so {entity.name}.{name} is empty; give each {entity.name} one"
                )
            row[name] = self.rng.choice(ours)


def _values(column: Column, group: str) -> list[Any]:
    """Every value that a column may draw; for dates the days from today."""
    if isinstance(column, kinds.Number):
        low, high = column.ranges.get(group, (column.low_end, column.high_end))
        digits = max(0, len(str(column.step).partition(".")[2])) if isinstance(column.step, float) else 0
        count = round((high - low) / column.step) + 1
        values = [round(low + n * column.step, digits) for n in range(count)]
        return values if digits else [int(value) for value in values]
    if isinstance(column, kinds.Date):
        return list(range(column.first, column.last + 1))
    assert isinstance(column, kinds.Time)
    first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (column.first, column.last))
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(first, last + 1, column.step)]
