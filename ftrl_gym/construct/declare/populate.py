"""The data of a declared world, all from one seed.

Entities are filled in an order in which every reference finds its rows; rows of one entity column by column. What a
superlative compares within a search is drawn without ties; references spread over their targets.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ftrl_gym.construct.declare import columns as kinds
from ftrl_gym.construct.declare import prelude
from ftrl_gym.construct.declare.columns import Column, Ref
from ftrl_gym.construct.declare.declaration import RULES, Declaration, Each, Entity, Together
from ftrl_gym.construct.declare.expressions import Scope, Term
from ftrl_gym.construct.declare.filling import Plan, leading, scope_so_far, values_of
from ftrl_gym.construct.declare.tools import Set
from ftrl_gym.construct.worlds.draft import Draft
from ftrl_gym.construct.worlds.names import Ids, Names, mailbox
from ftrl_gym.errors import ConstructionError
from ftrl_gym.world import Row, Tables, World, WorldBase

_DOMAINS = ("mail.example", "post.example", "inbox.example", "letters.example")
_MANY = 1000
"""Values that are too many to look at all of them for a free one. Only numbers and days are so many; they ascend."""
Taken = dict[tuple[Any, ...], set[Any]]
"""(entity, column, group) -> values that rows of the group have already."""


class Populator:
    """Draws worlds.

    Args:
        declaration: The scenario, checked.
    """

    def __init__(self, declaration: Declaration) -> None:
        self._plan = Plan(declaration)

    def __call__(self, seed: int, names: str) -> WorldBase:
        """A world.

        Args:
            seed: Any integer; another seed gives another world.
            names: ``real``, ``syllables``, ``mixed`` or ``blended``.

        Raises:
            ConstructionError: The declared ranges hold fewer values than there are rows to tell apart.
            ValueError: ``names`` is none of the three.
        """
        return _Population(self._plan, seed, names).world()


def populate(declaration: Declaration, seed: int, names: str) -> WorldBase:
    """One world, as :class:`Populator` draws it."""
    return Populator(declaration)(seed, names)


class _Growing(WorldBase):
    """A world that is still being filled: what stands where is looked up afresh once a table has grown."""

    def __init__(self, tables: Tables, constants: dict[str, Any]) -> None:
        super().__init__(tables, constants)
        self._sizes: dict[tuple[str, str], int] = {}

    def index(self, table: str, attribute: str) -> dict[Any, list[str]]:
        size = len(self.tables[table])
        if self._sizes.get((table, attribute)) != size:
            self._indices.pop((table, attribute), None)
            self._sizes[(table, attribute)] = size
        return super().index(table, attribute)

    def find(self, table: str, equal: dict[str, Any]) -> list[tuple[str, Row]]:
        (first, value), *others = equal.items()
        rows = self.tables[table]
        keys = self.index(table, first).get(value, ())
        return [(key, rows[key]) for key in keys if all(rows[key].get(name) == one for name, one in others)]

    def rewritten(self) -> None:
        """Forgets what stood where, after rows have changed."""
        self._sizes.clear()


class _Population:
    def __init__(self, plan: Plan, seed: int, names: str) -> None:
        self.plan = plan
        self.declaration = declaration = plan.declaration
        self.rng = random.Random(f"{declaration.name}/{seed}/{names}")
        keys = {entity.table: entity.key for entity in declaration.entities} | {RULES: "topic"}
        today = date.fromisoformat(declaration.today)
        self.draft = Draft(self.rng, Names(names, self.rng), Ids(self.rng), keys, today)
        self.base = _Growing(self.draft.tables, {"today": declaration.today, "currency": declaration.currency})
        self.view = World(self.base)
        self.taken: Taken = {}
        self.uses: Counter[tuple[str, str, str]] = Counter()
        self.shared: dict[tuple[str, str, Any], str] = {}
        self.pools: dict[tuple[str, str], list[str]] = {}

    def world(self) -> WorldBase:
        """All tables."""
        for rule in self.declaration.rules:
            value = self.rng.choice(rule.values)
            self.draft.add(RULES, topic=rule.topic, value=value, unit=rule.unit, text=rule.text.format(value))
        for entity in self.plan.order:
            for given in self._beginnings(entity):
                self._add(entity, given)
        for entity in self.declaration.entities:
            for name, column in entity.columns.items():
                if isinstance(column, Ref) and column.back:
                    self._fill_back(entity, name, column)
        tables = {entity.table: self._kept(entity) for entity in self.declaration.entities}
        if self.declaration.rules:
            tables[RULES] = self.draft.tables[RULES]
        return WorldBase(tables, self.base.constants)

    def _kept(self, entity: Entity) -> dict[str, Row]:
        rows = self.draft.tables[entity.table]
        if len(entity.kept) == len(entity.columns):
            return rows
        return {key: {name: row[name] for name in entity.kept} for key, row in rows.items()}

    def _beginnings(self, entity: Entity) -> Iterator[Row]:
        """For each row to be what is known of it beforehand, and which of its parent's rows it is as ``nth``."""
        if isinstance(entity.rows, Together):
            yield from entity.rows.make(self.draft)
            return
        if not isinstance(entity.rows, Each):
            yield from ({} for _ in range(entity.rows))
            return
        rows = entity.rows
        parents = list(self.draft.tables[self.declaration.entity(rows.entity).table])
        shares = self.draft.share(rows.total, parents, rows.least, rows.most) if rows.total else {}
        own = leading(entity)

        def parent() -> Scope:
            return {rows.entity.replace(" ", "_"): Term("parent", rows.entity)}

        for key in parents:
            if not rows.where or self._worked_out(entity.name, "rows", rows.where, parent, {"parent": key}):
                count = shares[key] if shares else self.rng.randint(rows.least, rows.most)
                yield from ({own: key, "nth": nth} for nth in range(1, count + 1))

    def _add(self, entity: Entity, given: Row) -> None:
        """Adds a row. Its columns are drawn in their order, but those that are shared last."""
        row = dict(given)
        columns: Mapping[str, Column] = entity.columns
        for name in self.plan.sequence[entity.name]:
            if name not in row:
                column = columns[name]
                if isinstance(column, Ref) and column.back:
                    row[name] = None
                elif column.value:
                    row[name] = self._of_row(entity, columns, name, column.value, row)
                    for some in self._held(entity, name, column, row) if column.apart is not None else ():
                        some.add(row[name])
                else:
                    row[name] = self._drawn(entity, columns, name, row)
            if name == entity.by_kind:
                columns = self.plan.kinds[entity.name][row[name]]
        self.draft.add(entity.table, **{name: row[name] for name in entity.columns})
        for effect in entity.also:
            self._change(entity, columns, effect, row)

    def _change(self, entity: Entity, columns: Mapping[str, Column], effect: Set, row: Row) -> None:
        """What a new row means for another."""
        place = f"also {effect.what}"
        if effect.when and not self._of_row(entity, columns, place, effect.when, row):
            return
        key = self._of_row(entity, columns, place, effect.what, row)
        kind = self.plan.worked(entity.name, _place(entity, place, row), effect.what, dict).kind
        changed = self.draft.tables[self.declaration.entity(kind).table][key]
        changed.update({name: self._of_row(entity, columns, place, text, row) for name, text in effect.values.items()})
        self.base.rewritten()

    # --- expressions -----------------------------------------------------------------------------------------------

    def _of_row(self, entity: Entity, columns: Mapping[str, Column], name: str, text: str, row: Row) -> Any:
        """An expression over the columns that a row has so far."""
        place = _place(entity, name, row)
        return self._worked_out(entity.name, place, text, lambda: scope_so_far(columns, row), {"row": row})

    def _worked_out(
        self, entity: str, place: str, text: str, scope: Callable[[], Scope], variables: dict[str, Any]
    ) -> Any:
        code = self.plan.worked(entity, place, text, scope).code
        return eval(code, vars(prelude), {"world": self.view, **variables})  # the author's own expression, translated

    # --- values ----------------------------------------------------------------------------------------------------

    def _drawn(self, entity: Entity, columns: Mapping[str, Column], name: str, row: Row) -> Any:
        rng, draft, column = self.rng, self.draft, columns[name]
        by = getattr(column, "by", "")
        group = str(self._of_row(entity, columns, name, by, row)) if by else ""
        if isinstance(column, kinds.Id):
            return self._id(entity, name, column, row)
        if isinstance(column, kinds.Name):
            return self._name(entity, name, column, group, row)
        if isinstance(column, kinds.Person):
            return draft.names.person()
        if isinstance(column, kinds.Email):
            return f"{mailbox(row[column.of])}@{rng.choice(_DOMAINS)}"
        if isinstance(column, kinds.Choice):
            return self._apart(entity, name, column, column.drawn.get(group) or column.values, row)
        if isinstance(column, kinds.Flag):
            return rng.random() < column.shares.get(group, column.share)
        if isinstance(column, Ref):
            return self._referred(entity, columns, name, column, row)
        if isinstance(column, kinds.Number) and any(column.between):
            low, high = (self._of_row(entity, columns, name, end, row) for end in column.between)
            return self._apart(entity, name, column, values_of(column, group, (low, high)), row)
        values = self.plan.values(entity, _place(entity, name, row), column, group)
        return self._apart(entity, name, column, values, row)

    def _id(self, entity: Entity, name: str, column: kinds.Id, row: Row) -> str:
        ids = self.draft.ids
        if column.mixed:
            return ids.mixed(column.mixed)
        letters = ""
        if column.letters:
            place = (entity.name, name, row[column.per]) if column.per else None
            letters = self.shared.get(place, "") if place else ""
            letters = letters or ids.letters(column.letters)
            if place:
                self.shared[place] = letters
        if not column.digits:
            return letters
        digits = column.digits if isinstance(column.digits, int) else self.rng.choice(column.digits)
        return ids.numbered(column.prefix + letters, digits)

    def _name(self, entity: Entity, name: str, column: kinds.Name, group: str, row: Row) -> str:
        """A name of its own, one that it shares, or one of the pool."""
        own = column.drawn.get(group)

        def new() -> str:
            return self.draft.names.pick(own) if own else self.draft.names.pick(column.words, *column.patterns)

        if column.pool:
            if (entity.name, name) not in self.pools:
                self.pools[(entity.name, name)] = [new() for _ in range(column.pool)]
            return str(self._apart(entity, name, column, self.pools[(entity.name, name)], row))
        if not column.per:
            return new()
        place = (entity.name, name, row[column.per])
        if place not in self.shared:
            self.shared[place] = new()
        return self.shared[place]

    def _held(self, entity: Entity, name: str, column: Column, row: Row) -> list[set[Any]]:
        """The sets of values that are taken already, one for each group that the row is in."""
        places = (
            (entity.name, name, group, *(row.get(by) for by in group))
            for group in self.plan.groups(entity, name, column)
        )
        return [self.taken.setdefault(place, set()) for place in places]

    def _apart(self, entity: Entity, name: str, column: Column, values: Sequence[Any], row: Row) -> Any:
        """One of the values that is not taken where rows are told apart or compared by it."""
        held = self._held(entity, name, column, row)
        taken: set[Any] = held[0] if len(held) == 1 else set().union(*held)
        if isinstance(column, kinds.Date):  # values are days from today; rows hold them as dates
            taken = {(date.fromisoformat(day) - self.draft.today).days for day in taken}
        value = self._free(values, taken)
        if value is None:
            together = self.plan.groups(entity, name, column)[:1]
            raise ConstructionError(
                f"{self.declaration.file or self.declaration.name}: {entity.name}.{name} has {len(values)} values, "
                f"too few for rows that {[row.get(by) for group in together for by in group]} have in common and "
                "that are compared by it; widen its range"
            )
        drawn = self.draft.day(value) if isinstance(column, kinds.Date) else value
        for some in held:
            some.add(drawn)
        return drawn

    def _free(self, values: Sequence[Any], taken: set[Any]) -> Any:
        """One of the values that are not taken; None if all are."""
        if len(values) <= _MANY:
            free = [value for value in values if value not in taken] if taken else values
            return self.rng.choice(free) if free else None
        gone = sorted(
            place for value in taken if (place := bisect_left(values, value)) < len(values) and values[place] == value
        )
        if len(gone) == len(values):
            return None
        place = self.rng.randrange(len(values) - len(gone))
        for each in gone:  # counted over, since to list those left takes long
            place += each <= place
        return values[place]

    def _referred(self, entity: Entity, columns: Mapping[str, Column], name: str, column: Ref, row: Row) -> str:
        """A row of the other entity: of two drawn the one that is referred to less."""
        if column.none and self._of_row(entity, columns, f"{name} none", column.none, row):
            return ""
        target = self.declaration.entity(column.entity)
        keys = list(self.draft.tables[target.table])
        held = self._held(entity, name, column, row)
        keys = [key for key in keys if not any(key in some for some in held)] if held else keys
        if column.where:

            def among() -> Scope:
                return {**scope_so_far(columns, row), name: Term("candidate", column.entity)}

            place, where = f"{name} among {target.table}", column.where
            keys = [k for k in keys if self._worked_out(entity.name, place, where, among, {"row": row, "candidate": k})]
        if column.most:
            keys = [key for key in keys if self.uses[(entity.name, name, key)] < column.most]
        if not keys and target is entity:
            return ""
        if not keys:
            raise ConstructionError(
                f"{self.declaration.file or self.declaration.name}: no {target.name} is left for {entity.name}.{name}"
                f"{f' where {column.where}' if column.where else ''}; make more of them, or ask for less"
            )
        pair = [self.rng.choice(keys) for _ in range(2)]
        chosen = min(pair, key=lambda key: self.uses[(entity.name, name, key)])
        self.uses[(entity.name, name, chosen)] += 1
        for some in held:
            some.add(chosen)
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


def _place(entity: Entity, name: str, row: Row) -> str:
    """Where an expression stands; in one kind of row it may mean something else than in another."""
    return f"{name} of {row[entity.by_kind]}" if row.get(entity.by_kind) else name
