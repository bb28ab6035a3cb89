"""Shapes of questions: every walk that a domain allows, sorted by what it costs.

A shape is a program without rows. All walks up to :data:`MAX_LOOKUPS` lookups are enumerated once per domain; drawing a
question of a requested kind, depth and width is then a choice from a list.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ftrl_gym.construct.domain import Combination, Domain, Pick, Search, Step
from ftrl_gym.construct.programs import (
    Anchor,
    Attr,
    Combined,
    Follow,
    Op,
    Program,
    Value,
    Walk,
    compile_program,
    levels,
    thing_of,
)
from ftrl_gym.task import AnswerType, Kind

MAX_LOOKUPS = 6
"""Most lookups of one value."""


@dataclass(frozen=True)
class Cost:
    """What a value takes."""

    lookups: int
    hops: int

    @property
    def chain(self) -> bool:
        """Whether each lookup needs the one before it."""
        return self.lookups == self.hops


def cost(domain: Domain, *values: Value, over: Follow | None = None) -> Cost:
    """Number of lookups, and of lookups that must follow one another."""
    lookups = compile_program(domain, Program(Op.LIST, values, over))
    return Cost(len(lookups), max(levels(lookups), default=0))


@dataclass
class Shapes:
    """All values that a domain lets one ask for, by cost."""

    domain: Domain
    _ending: dict[tuple[str, str], dict[int, list[Walk]]] = field(default_factory=dict)

    @cached_property
    def walks(self) -> list[Walk]:
        """Every walk, shortest first."""
        found: list[Walk] = [Anchor(thing.name) for thing in self.domain.things.values() if thing.anchors]
        frontier = list(found)
        while frontier:
            reached = [
                new for walk in frontier for step in self.domain.steps.values() for new in self._extend(walk, step)
            ]
            reached = [walk for walk in reached if self._cheapest(walk) <= MAX_LOOKUPS]
            found += reached
            frontier = reached
        return found

    def _cheapest(self, walk: Walk) -> int:
        """Least lookups of any value at the end of a walk."""
        costs = (cost(self.domain, value).lookups for value in self._attributes(walk))
        return min((n for n in costs if n), default=MAX_LOOKUPS + 1)

    def _extend(self, walk: Walk, step: Step) -> Iterator[Walk]:
        if step.sources[0] != thing_of(walk):
            return
        entity = self.domain.thing(step.target).entity
        if entity in {self.domain.thing(name).entity for name in _things_on(walk)}:
            return
        if len(step.sources) == 1:
            yield Follow(step.name, step.target, (walk,))
            return
        for second in self._ends(step.sources[1]):
            if isinstance(walk, Anchor) == isinstance(second, Anchor) or (isinstance(step, Search) and _is_long(walk)):
                yield Follow(step.name, step.target, (walk, second))

    def _ends(self, thing: str) -> Iterator[Walk]:
        """Second ends of a journey: named outright, or the way people name a place."""
        if self.domain.thing(thing).anchors:
            yield Anchor(thing)
        for step in self.domain.steps.values():
            if isinstance(step, Search) and step.brief and step.target == thing:
                yield Follow(step.name, thing, tuple(map(Anchor, step.sources)))

    def _attributes(self, walk: Walk) -> Iterator[Attr]:
        """What can be asked at the end of a walk and was not brought in on the way."""
        brought: set[str] = set()
        if isinstance(walk, Follow) and isinstance(step := self.domain.steps[walk.step], Search):
            binds = self.domain.documents[step.tool].binds
            brought = {bound.partition(".")[2] for bound in binds.values()}
            if step.pick is Pick.NAMED:
                brought.add(self.domain.thing(walk.target).label)
        thing = self.domain.thing(thing_of(walk))
        for name in thing.attributes:
            if name not in brought and not (isinstance(walk, Anchor) and name in (thing.handle, thing.key)):
                yield Attr(walk, name)

    @cached_property
    def _by_cost(self) -> dict[Cost, dict[str, list[Value]]]:
        """Cost -> entity asked about -> values."""
        table: dict[Cost, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
        for walk in self.walks:
            for value in self._attributes(walk):
                if 0 < (n := cost(self.domain, value)).lookups <= MAX_LOOKUPS:
                    table[n][self.domain.thing(thing_of(walk)).entity].append(value)
        return {n: dict(values) for n, values in table.items()}

    def ending_at(self, entity: str, attribute: str, deepest: int) -> dict[int, list[Walk]]:
        """Walks to a thing of an entity that a few words can name, by the lookups it takes to know ``attribute``."""
        if (found := self._ending.get((entity, attribute))) is None:
            found = self._ending[(entity, attribute)] = {}
            for walk in self.walks:
                if self.domain.thing(thing_of(walk)).entity == entity and len(set(_things_on(walk))) <= 3:
                    lookups = cost(self.domain, Attr(walk, attribute)).lookups
                    found.setdefault(lookups, []).append(walk)
        least = min(found)
        return {n: walks for n, walks in found.items() if n <= max(deepest, least)}

    @cached_property
    def _combined(self) -> dict[int, list[Combined]]:
        """Hops -> values of combinations."""
        ends: dict[str, list[Walk]] = defaultdict(list)
        for walk in self.walks:
            ends[thing_of(walk)].append(walk)
        table: dict[int, list[Combined]] = defaultdict(list)
        for made in self.domain.combinations:
            for first in ends[made.sources[0]]:
                for second in ends[made.sources[1]]:
                    for attribute in made.fields:
                        value = Combined(made, (first, second), attribute)
                        if self._sound(made, value):
                            n = cost(self.domain, value)
                            if n.lookups <= MAX_LOOKUPS + 1:
                                table[n.hops].append(value)
        return dict(table)

    def _sound(self, made: Combination, value: Combined) -> bool:
        """Whether no tool is in use by which one could do without the combination, and neither end is far-fetched."""
        if any(len(list(_things_on(walk))) > 3 for walk in value.walks):
            return False
        return not {lookup.tool for lookup in compile_program(self.domain, Program(Op.VALUE, (value,)))} & set(
            made.rivals
        )

    # --- drawing ---------------------------------------------------------------------------------------------------

    def draw(self, rng: random.Random, kind: Kind, hops: int, width: int) -> Program | None:
        """A shape of the kind; None when the draw came to nothing."""
        if kind is Kind.SINGLE_HOP:
            value = self._combination(rng, 1) if rng.random() < 0.1 else self._value(rng, 1, chain=True)
            return None if value is None else Program(Op.VALUE, (value,))
        if kind is Kind.MULTI_HOP:
            value = self._value(rng, hops, chain=True)
            return None if value is None else Program(Op.VALUE, (value,))
        if kind is Kind.PARALLEL_SINGLE_HOP:
            return self._several(rng, 1, width) if rng.random() < 0.85 else self._counted(rng, 1)
        draw = rng.random()
        if draw < 0.5:
            return self._several(rng, hops, width)
        if draw < 0.6:
            return self._counted(rng, hops)
        value = self._combination(rng, hops) if draw < 0.8 else self._value(rng, hops, chain=False)
        return None if value is None else Program(Op.VALUE, (value,))

    def _value(self, rng: random.Random, hops: int, chain: bool) -> Value | None:
        """By kind of thing first, so that things with many roads to them do not crowd out the others."""
        costs = [n for n in self._by_cost if n.hops == hops and n.chain is chain]
        if not costs:
            return None
        things = self._by_cost[rng.choice(costs)]
        return rng.choice(things[rng.choice(list(things))])

    def _combination(self, rng: random.Random, hops: int) -> Value | None:
        values = self._combined.get(hops)
        if not values:
            return None
        tools = sorted({value.combination.tool for value in values})
        tool = rng.choice(tools)
        return rng.choice([value for value in values if value.combination.tool == tool])

    @cached_property
    def _countable(self) -> dict[int, list[Follow]]:
        """Hops -> searches whose rows people count."""
        table: dict[int, list[Follow]] = defaultdict(list)
        for walk in self.walks:
            if isinstance(walk, Follow) and self._counts(walk):
                table[cost(self.domain, over=walk).hops].append(walk)
        return dict(table)

    def _counted(self, rng: random.Random, hops: int) -> Program | None:
        searches = self._countable.get(hops)
        return Program(Op.COUNT, (), rng.choice(searches)) if searches else None

    def _counts(self, walk: Follow) -> bool:
        step = self.domain.steps[walk.step]
        return isinstance(step, Search) and bool(step.plural)

    def _several(self, rng: random.Random, hops: int, width: int) -> Program | None:
        """The same value of several things, or several values in a list."""
        draws = [value for value in (self._value(rng, hops, chain=True) for _ in range(2)) if isinstance(value, Attr)]
        if not draws:
            return None
        compared = [value for value in draws if self.domain.thing(thing_of(value.walk)).attributes[value.attribute].low]
        first = compared[0] if compared else draws[0]
        attribute = self.domain.thing(thing_of(first.walk)).attributes[first.attribute]
        label = self.domain.thing(thing_of(first.walk)).label
        ops = [Op.LIST]
        if attribute.low:
            ops += [Op.LOWEST, Op.HIGHEST] * (2 if label else 0) + ([Op.IS_LOWER] if width == 2 else [])
        if attribute.adds:
            ops += [Op.SUM]
        if attribute.low and attribute.type in (AnswerType.NUMBER, AnswerType.MONEY) and width == 2:
            ops += [Op.DIFFERENCE]
        op = rng.choice(ops)
        if op is Op.LIST and rng.random() < 0.4:
            others = (self._value(rng, hops, chain=True) for _ in range(width - 1))
            return Program(op, (first, *(other for other in others if other is not None)))
        return Program(op, (first,) * width)


def _is_long(walk: Walk) -> bool:
    return isinstance(walk, Follow) and not all(isinstance(source, Anchor) for source in walk.sources)


def _things_on(walk: Walk) -> Iterator[str]:
    """Kinds of things that a walk passes."""
    yield thing_of(walk)
    if isinstance(walk, Follow):
        for source in walk.sources:
            yield from _things_on(source)
