"""Questions as programs: walks over a world, what they cost in calls, and every reading they have.

A :data:`Walk` names one thing: an anchor that the question states, a step from other things, or a member of a search's
result. A :class:`Program` asks for attributes at the ends of walks and perhaps computes one answer from them.

:func:`compile_program` turns a program into lookups (one per sub-question: a tool, where its arguments come from, the fact
it yields) without looking at any world; :class:`Reader` evaluates walks over a world, with *all* rows that the words could
mean, so a homonym, a tie or an alternative relation shows as a second row.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from ftrl_gym.construct.domain import Combination, Domain, Link, Pick, Search
from ftrl_gym.task import Json, Kind
from ftrl_gym.world import Row, WorldBase


@dataclass(frozen=True)
class Anchor:
    """A thing that the question names. ``key`` is empty as long as the program is a mere shape."""

    thing: str
    key: str = ""


@dataclass(frozen=True)
class Follow:
    """The thing that a step leads to. ``given`` is what the question adds: a date, or the name of a named one."""

    step: str
    target: str
    sources: tuple[Walk, ...]
    given: str = ""


@dataclass(frozen=True)
class Member:
    """The n-th of all rows that a search finds (for counts and lists)."""

    search: Follow
    rank: int

    @property
    def target(self) -> str:
        """Kind of thing."""
        return self.search.target


Walk = Anchor | Follow | Member


def thing_of(walk: Walk) -> str:
    """Name of the kind of thing a walk ends at."""
    return walk.thing if isinstance(walk, Anchor) else walk.target


@dataclass(frozen=True)
class Attr:
    """An attribute of the thing at the end of a walk."""

    walk: Walk
    attribute: str


@dataclass(frozen=True)
class Combined:
    """An attribute of what a combination computes from the ends of two walks."""

    combination: Combination
    walks: tuple[Walk, Walk]
    attribute: str

    def __hash__(self) -> int:
        return hash((self.combination.name, self.walks, self.attribute))


Value = Attr | Combined


class Op(StrEnum):
    """How the answer comes from the values."""

    VALUE = "value"
    """It is the one value."""
    LIST = "list"
    """All of them."""
    LOWEST = "lowest"
    """Which of the things has the lowest value."""
    HIGHEST = "highest"
    """Which of the things has the highest value."""
    SUM = "sum"
    DIFFERENCE = "difference"
    """Absolute difference of two."""
    IS_LOWER = "is_lower"
    """Whether the first value is lower than the second."""
    COUNT = "count"
    """How many rows the search finds."""


@dataclass(frozen=True)
class Program:
    """A question: values, and the operation that makes one answer of them.

    For counts and lists over a search ``over`` is the search, and ``values`` are its members once it is bound to a world.
    """

    op: Op
    values: tuple[Value, ...]
    over: Follow | None = None


# --- compiling ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """An argument that the question states: an attribute of an anchor."""

    anchor: Anchor
    attribute: str


@dataclass(frozen=True)
class Said:
    """An argument that the question states as such: a date."""

    walk: Follow


@dataclass(frozen=True)
class Fixed:
    """An enum member that the words stand for."""

    value: Json


@dataclass(frozen=True)
class Learned:
    """An argument that an earlier lookup yields."""

    lookup: int


Argument = Given | Said | Fixed | Learned


@dataclass(frozen=True)
class Lookup:
    """One sub-question: ``attribute`` of the thing at ``walk`` (or of a combination), through one tool."""

    tool: str
    arguments: tuple[tuple[str, Argument], ...]
    value: Value

    def needs(self) -> Iterator[int]:
        """Numbers of the lookups that it takes arguments from."""
        return (source.lookup for _, source in self.arguments if isinstance(source, Learned))


def compile_program(domain: Domain, program: Program) -> tuple[Lookup, ...]:
    """The lookups that answer a program, in an order in which they can be made."""
    compiler = _Compiler(domain)
    for value in program.values:
        compiler.learn_value(value)
    if program.over is not None and not program.values:
        compiler.learn(program.over, domain.thing(program.over.target).key)
    return tuple(compiler.lookups)


def compile_values(domain: Domain, values: tuple[Attr, ...]) -> tuple[tuple[Lookup, ...], tuple[Argument, ...]]:
    """The lookups that several values take, and where each value then comes from."""
    compiler = _Compiler(domain)
    sources = tuple(compiler.learn(value.walk, value.attribute) for value in values)
    return tuple(compiler.lookups), sources


class _Compiler:
    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.lookups: list[Lookup] = []
        self._known: dict[Value, Argument] = {}

    def learn_value(self, value: Value) -> Argument:
        """Where a value comes from, adding what has to be looked up for it."""
        if isinstance(value, Attr):
            return self.learn(value.walk, value.attribute)
        made = value.combination
        taken = {p: self.learn(value.walks[n], a) for p, (n, a) in made.arguments.items()}
        return self._add(value, made.tool, {**taken, **{p: Fixed(v) for p, v in made.fixed.items()}})

    def learn(self, walk: Walk, attribute: str) -> Argument:
        """Where an attribute of the thing at a walk's end comes from."""
        value = Attr(walk, attribute)
        if value in self._known:
            return self._known[value]
        thing = self.domain.thing(thing_of(walk))
        if isinstance(walk, Anchor) and attribute == thing.handle:
            return Given(walk, attribute)
        if isinstance(walk, Anchor):
            return self._look_up(value, walk, self.learn(walk, thing.handle))
        if isinstance(walk, Follow) and isinstance(step := self.domain.steps[walk.step], Link):
            if attribute == thing.key:
                return self.learn(walk.sources[0], step.attribute)
            return self._look_up(value, walk, self.learn(walk, thing.key))
        return self._search(value, walk, attribute)

    def _search(self, value: Attr, walk: Follow | Member, attribute: str) -> Argument:
        follow = walk.search if isinstance(walk, Member) else walk
        step = self.domain.steps[follow.step]
        thing = self.domain.thing(follow.target)
        assert isinstance(step, Search)
        if attribute not in self.domain.listed(step.tool, thing.entity):
            return self._look_up(value, walk, self.learn(walk, thing.key))
        taken = {p: self.learn(follow.sources[n], a) for p, (n, a) in step.arguments.items()}
        fixed: dict[str, Argument] = {p: Fixed(v) for p, v in step.fixed.items()}
        dated: dict[str, Argument] = {step.dated: Said(follow)} if step.dated else {}
        return self._add(value, step.tool, {**taken, **dated, **fixed})

    def _look_up(self, value: Attr, walk: Walk, handle: Argument) -> Argument:
        thing = self.domain.thing(thing_of(walk))
        return self._add(value, thing.tool, {self.domain.parameter(thing): handle})

    def _add(self, value: Value, tool: str, arguments: dict[str, Argument]) -> Argument:
        if value in self._known:
            return self._known[value]
        self.lookups.append(Lookup(tool, tuple(arguments.items()), value))
        self._known[value] = learned = Learned(len(self.lookups) - 1)
        return learned


def kind_of(depths: list[int]) -> Kind:
    """The kind of a task whose sub-questions lie at these depths."""
    if len(depths) == 1:
        return Kind.SINGLE_HOP
    if max(depths) == 1:
        return Kind.PARALLEL_SINGLE_HOP
    return Kind.MULTI_HOP if len(set(depths)) == len(depths) else Kind.PARALLEL_MULTI_HOP


def levels(lookups: tuple[Lookup, ...]) -> list[int]:
    """Depth of each lookup: 1 for those that need no other."""
    depth: list[int] = []
    for lookup in lookups:
        depth.append(1 + max((depth[n] for n in lookup.needs()), default=0))
    return depth


# --- evaluating --------------------------------------------------------------------------------------------------


class Reader:
    """Evaluates walks over one world, in every reading. Keeps what it has worked out."""

    def __init__(self, domain: Domain, world: WorldBase) -> None:
        self.domain, self.world = domain, world
        self._folded: dict[tuple[str, str], dict[str, list[str]]] = {}
        self._rows: dict[Walk, tuple[str, ...]] = {}

    def row(self, walk: Walk) -> Row:
        """The row at a walk's end, taken from the first reading."""
        return self.world.tables[self.domain.thing(thing_of(walk)).entity][self.keys(walk)[0]]

    def keys(self, walk: Walk) -> tuple[str, ...]:
        """Ids of all rows that the words of a walk could mean."""
        keys = self._rows.get(walk)
        if keys is None:
            keys = self._rows[walk] = tuple(dict.fromkeys(self._read(walk)))
        return keys

    def _read(self, walk: Walk) -> list[str]:
        if isinstance(walk, Anchor):
            return self._called(walk)
        if isinstance(walk, Member):
            return self.members(walk.search)[walk.rank : walk.rank + 1]
        step = self.domain.steps[walk.step]
        if isinstance(step, Link):
            table = self.world.tables[self.domain.thing(step.source).entity]
            target = self.world.tables[self.domain.thing(step.target).entity]
            found = (table[key].get(a) for key in self.keys(walk.sources[0]) for a in (step.attribute, *step.also))
            return [key for key in found if isinstance(key, str) and key in target]
        return [key for rows in self._matching(walk, step) for key in self._picked(walk, step, rows)]

    def _called(self, walk: Anchor) -> list[str]:
        """Rows that bear the name of the anchor."""
        thing = self.domain.thing(walk.thing)
        table = self.world.tables[thing.entity]
        index = self._folded.get((thing.entity, thing.handle))
        if index is None:
            index = self._folded[(thing.entity, thing.handle)] = {}
            for key, row in table.items():
                index.setdefault(str(row[thing.handle]).casefold(), []).append(key)
        return index[str(table[walk.key][thing.handle]).casefold()]

    def _matching(self, walk: Follow, step: Search) -> list[list[str]]:
        """For each reading of the sources: ids of the rows that the search finds."""
        entity = self.domain.thing(step.target).entity
        binds = self.domain.documents[step.tool].binds
        columns = {p: binds[p].partition(".")[2] for p in (*step.arguments, *step.fixed, *filter(None, [step.dated]))}
        fixed = {columns[p]: value for p, value in step.fixed.items()}
        if step.dated:
            fixed[columns[step.dated]] = walk.given
        result = []
        for keys in itertools.product(*map(self.keys, walk.sources)):
            equal = dict(fixed)
            for parameter, (n, attribute) in step.arguments.items():
                source = self.world.tables[self.domain.thing(step.sources[n]).entity][keys[n]]
                equal[columns[parameter]] = source[attribute]
            result.append(self._equal(entity, equal))
        return result

    def _equal(self, entity: str, equal: dict[str, Json]) -> list[str]:
        first, value = next(iter(equal.items()))
        table = self.world.tables[entity]
        keys = self.world.index(entity, first).get(value, [])
        return [key for key in keys if all(table[key].get(a) == v for a, v in equal.items())]

    def _picked(self, walk: Follow, step: Search, keys: list[str]) -> list[str]:
        thing = self.domain.thing(step.target)
        table = self.world.tables[thing.entity]
        if step.pick is Pick.NAMED:
            return [key for key in keys if str(table[key][thing.label]).casefold() == walk.given.casefold()]
        if step.pick is Pick.ONLY:
            return keys
        best = min if step.pick is Pick.LOWEST else max
        found = []
        for group in (
            keys,
            [key for key in keys if table[key][step.by]] if step.among == step.by else self._free(step, keys),
        ):
            if group:
                bound = best(table[key][step.by] for key in group)
                found += [key for key in group if table[key][step.by] == bound]
        return found

    def _free(self, step: Search, keys: list[str]) -> list[str]:
        table = self.world.tables[self.domain.thing(step.target).entity]
        return [key for key in keys if table[key].get(step.among)] if step.among else keys

    def members(self, walk: Follow) -> list[str]:
        """Ids of all rows that a search finds, in order of their ids; empty when the sources have several readings."""
        step = self.domain.steps[walk.step]
        assert isinstance(step, Search)
        readings = self._matching(walk, step)
        return sorted(readings[0]) if len(readings) == 1 else []

    def values(self, value: Value) -> list[Json]:
        """The value in every reading."""
        if isinstance(value, Attr):
            table = self.world.tables[self.domain.thing(thing_of(value.walk)).entity]
            return [table[key].get(value.attribute) for key in self.keys(value.walk)]
        tables = [self.world.tables[self.domain.thing(name).entity] for name in value.combination.sources]
        pairs = itertools.product(*map(self.keys, value.walks))
        rows = (value.combination.derive(self.world, tables[0][a], tables[1][b]) for a, b in pairs)
        return [row[value.attribute] for row in rows]

    def certain(self, walk: Walk) -> bool:
        """Whether a walk, and every walk it comes from, has exactly one reading."""
        sources = () if isinstance(walk, Anchor) else (walk.search,) if isinstance(walk, Member) else walk.sources
        if isinstance(walk, Member):
            return all(map(self.certain, walk.search.sources)) and len(self.keys(walk)) == 1
        return len(self.keys(walk)) == 1 and all(map(self.certain, sources))


def walks_of(program: Program) -> Iterator[Walk]:
    """The walks that a program's values end."""
    for value in program.values:
        yield from (value.walk,) if isinstance(value, Attr) else value.walks


def with_members(program: Program, reader: Reader) -> Program:
    """A count or list over a search, with one value per row found."""
    if program.over is None:
        return program
    key = reader.domain.thing(program.over.target).label or reader.domain.thing(program.over.target).key
    found = range(len(reader.members(program.over)))
    return replace(program, values=tuple(Attr(Member(program.over, n), key) for n in found))
