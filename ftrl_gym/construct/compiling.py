"""What a program costs: one lookup per sub-question, with a tool, its arguments, and the fact it yields.

Looks at no world; :mod:`ftrl_gym.construct.reading` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ftrl_gym.construct.domain import Domain, Link, Search
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Member, Program, Value, Walk, thing_of
from ftrl_gym.task import Json, Kind


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
    after: tuple[int, ...] = ()
    """Lookups that say whether this one is wanted at all."""

    def needs(self) -> Iterator[int]:
        """Numbers of the lookups that it takes arguments from, or that ask for it."""
        yield from (source.lookup for _, source in self.arguments if isinstance(source, Learned))
        yield from self.after


@dataclass(frozen=True)
class Compiled:
    """The lookups of several values, in an order in which they can be made, and where each value comes from."""

    lookups: tuple[Lookup, ...]
    sources: tuple[Argument, ...]


def compile_program(domain: Domain, program: Program) -> Compiled:
    """The lookups that answer a program. What a choice asks for comes after what it depends on."""
    if program.over is not None and not program.values:  # a mere shape: what it takes to find the rows
        over = tuple(Attr(s, domain.thing(s.target).key) for s in (program.over, program.other) if s is not None)
        return compile_values(domain, over)
    return compile_all(domain, [program])[0]


def compile_values(domain: Domain, values: Sequence[Value]) -> Compiled:
    """The lookups that several values take, and where each value then comes from."""
    compiler = _Compiler(domain)
    sources = tuple(compiler.learn_value(value) for value in values)
    return Compiled(tuple(compiler.lookups), sources)


def compile_all(domain: Domain, programs: Sequence[Program]) -> list[Compiled]:
    """Programs that one asker comes up with one after the other; what is known by then is not looked up again. Each has
    the lookups of all up to it."""
    compiler, found = _Compiler(domain), []
    for program in programs:
        sources = tuple(compiler.learn_value(value) for value in program.values)
        if program.branches:
            compiler.after = tuple(dict.fromkeys(s.lookup for s in sources if isinstance(s, Learned)))
        then = tuple(compiler.learn_value(value) for value in program.then)
        compiler.after = ()
        found.append(Compiled(tuple(compiler.lookups), (*sources, *then)))
    return found


class _Compiler:
    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.lookups: list[Lookup] = []
        self.after: tuple[int, ...] = ()
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
        if step.dated and self.domain.documents[step.tool].binds.get(step.dated) == f"{thing.entity}.{attribute}":
            return Said(follow)
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
        lookup = Lookup(tool, tuple(arguments.items()), value)
        if self.after and not any((lookup.tool, lookup.arguments) == (o.tool, o.arguments) for o in self.lookups):
            lookup = replace(lookup, after=self.after)
        self.lookups.append(lookup)
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
