"""Questions as programs: walks over a world, and what they cost in calls.

A :data:`Walk` names one thing: an anchor that the question states, a step from other things, or a member of a search's
result. A :class:`Program` asks for attributes at the ends of walks and perhaps computes one answer from them.
:func:`compile_program` turns a program into lookups, one per sub-question: a tool, where its arguments come from, and
the fact it yields. It looks at no world; :mod:`ftrl_gym.construct.reading` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ftrl_gym.construct.domain import Combination, Domain, Link, Search
from ftrl_gym.task import Json, Kind


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

    For counts ``over`` is the search, and ``values`` are its members once it is bound to a world.
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
            told = not thing.key_tool or attribute in self.domain.listed(thing.tool, thing.entity)
            return self._look_up(value, walk, thing.handle) if told else self._look_up(value, walk, thing.key)
        if isinstance(walk, Follow) and isinstance(step := self.domain.steps[walk.step], Link):
            if attribute == thing.key:
                return self.learn(walk.sources[0], step.attribute)
            return self._look_up(value, walk, thing.key)
        return self._search(value, walk, attribute)

    def _search(self, value: Attr, walk: Follow | Member, attribute: str) -> Argument:
        follow = walk.search if isinstance(walk, Member) else walk
        step = self.domain.steps[follow.step]
        thing = self.domain.thing(follow.target)
        assert isinstance(step, Search)
        if attribute not in self.domain.listed(step.tool, thing.entity):
            return self._look_up(value, walk, thing.key)
        taken = {p: self.learn(follow.sources[n], a) for p, (n, a) in step.arguments.items()}
        fixed: dict[str, Argument] = {p: Fixed(v) for p, v in step.fixed.items()}
        dated: dict[str, Argument] = {step.dated: Said(follow)} if step.dated else {}
        return self._add(value, step.tool, {**taken, **dated, **fixed})

    def _look_up(self, value: Attr, walk: Walk, by: str) -> Argument:
        """Through the tool that takes ``by``, the thing's handle or its key, which may have to be learned first."""
        thing = self.domain.thing(thing_of(walk))
        given = self.learn(walk, by)
        tool = thing.key_tool if thing.key_tool and by == thing.key else thing.tool
        return self._add(value, tool, {self.domain.parameter(tool, thing.entity, by): given})

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


def walks_of(program: Program) -> Iterator[Walk]:
    """The walks that a program's values end."""
    for value in program.values:
        yield from (value.walk,) if isinstance(value, Attr) else value.walks
