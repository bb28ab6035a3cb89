"""Shapes of questions: programs without rows, drawn to a requested kind, depth and width.

Chains are found by :class:`~ftrl_gym.construct.roads.Roads`, at any depth. What has more than one source (journeys
between two searched places, combinations) is enumerated up to :data:`MAX_LOOKUPS` lookups, once per domain. Which
operation a shape gets is drawn by :mod:`ftrl_gym.construct.composing`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ftrl_gym.construct.compiling import compile_values, levels
from ftrl_gym.construct.domain import Domain, Search, Step
from ftrl_gym.construct.programs import Anchor, Attr, Combined, Follow, Value, Walk, thing_of
from ftrl_gym.construct.roads import Roads, asked_of_one

MAX_LOOKUPS = 5
"""Most lookups of one value that is no chain."""
_FAR = 3
"""Most kinds of things on the way to one end of a combination, or to what an action is about."""


@dataclass(frozen=True)
class Cost:
    """What a value takes."""

    lookups: int
    hops: int

    @property
    def chain(self) -> bool:
        """Whether each lookup needs the one before it."""
        return self.lookups == self.hops


def cost(domain: Domain, *values: Value) -> Cost:
    """Number of lookups, and of lookups that must follow one another."""
    lookups = compile_values(domain, values).lookups
    return Cost(len(lookups), max(levels(lookups), default=0))


@dataclass
class Shapes:
    """All values that a domain lets one ask for."""

    domain: Domain
    _ending: dict[tuple[str, str], dict[int, list[Walk]]] = field(default_factory=dict)

    @cached_property
    def roads(self) -> Roads:
        """The chains."""
        return Roads(self.domain)

    @cached_property
    def walks(self) -> list[Walk]:
        """Every walk of few lookups, shortest first."""
        found: list[Walk] = [Anchor(thing.name) for thing in self.domain.things.values() if thing.anchors]
        frontier = list(found)
        while frontier:
            reached = [
                new for walk in frontier for step in self.domain.steps.values() for new in self._extend(walk, step)
            ]
            reached = [walk for walk in reached if self._wanted(walk) and self._cheapest(walk) <= MAX_LOOKUPS]
            found += reached
            frontier = reached
        return found

    def _wanted(self, walk: Walk) -> bool:
        """Whether chains do not have it already, or it is near enough to be one of two ends."""
        return _branches(walk) or len(list(_things_on(walk))) <= _FAR + 1

    def _cheapest(self, walk: Walk) -> int:
        """Least lookups of any value at the end of a walk."""
        costs = (cost(self.domain, value).lookups for value in self._attributes(walk))
        return min((n for n in costs if n), default=MAX_LOOKUPS + 1)

    def _extend(self, walk: Walk, step: Step) -> Iterator[Walk]:
        if step.sources[0] != thing_of(walk):
            return
        entity = self.domain.thing(step.target).entity
        climbs = step.name in self.roads.climbing and self.roads.climbing.isdisjoint(_steps_on(walk))
        if not climbs and entity in {self.domain.thing(name).entity for name in _things_on(walk)}:
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
        return (Attr(walk, name) for name in asked_of_one(self.domain, walk))

    @cached_property
    def _branched(self) -> dict[int, dict[str, list[Value]]]:
        """Hops -> entity asked about -> values that are no chain."""
        table: dict[int, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
        for walk in self.walks:
            if _branches(walk):
                for value in self._attributes(walk):
                    n = cost(self.domain, value)
                    if 0 < n.lookups <= MAX_LOOKUPS and not n.chain:
                        table[n.hops][self.domain.thing(thing_of(walk)).entity].append(value)
        return {n: dict(values) for n, values in table.items()}

    def ending_at(self, entity: str, attribute: str, deepest: int) -> dict[int, list[Walk]]:
        """Walks to a thing of an entity that a few words can name, by the lookups it takes to know ``attribute``."""
        if (found := self._ending.get((entity, attribute))) is None:
            found = self._ending[(entity, attribute)] = {}
            for walk in self.walks:
                if self.domain.thing(thing_of(walk)).entity == entity and len(set(_things_on(walk))) <= _FAR:
                    lookups = cost(self.domain, Attr(walk, attribute)).lookups
                    found.setdefault(lookups, []).append(walk)
        least = min(found)
        return {n: walks for n, walks in found.items() if n <= max(deepest, least)}

    @cached_property
    def _combined(self) -> dict[int, dict[str, list[Combined]]]:
        """Hops -> tool -> values of combinations."""
        ends: dict[str, list[Walk]] = defaultdict(list)
        for walk in self.walks:
            if len(list(_things_on(walk))) <= _FAR:
                ends[thing_of(walk)].append(walk)
        table: dict[int, dict[str, list[Combined]]] = defaultdict(lambda: defaultdict(list))
        for made in self.domain.combinations:
            for first in ends[made.sources[0]]:
                for second in ends[made.sources[1]]:
                    for attribute in made.fields:
                        value = Combined(made, (first, second), attribute)
                        lookups = compile_values(self.domain, (value,)).lookups
                        rivals = set(made.rivals) & {lookup.tool for lookup in lookups}
                        if not rivals and len(lookups) <= MAX_LOOKUPS + 1:  # a rival would do without the combination
                            table[max(levels(lookups))][made.tool].append(value)
        return {n: dict(values) for n, values in table.items()}

    # --- drawing values ----------------------------------------------------------------------------------------------

    def chain(self, rng: random.Random, hops: int) -> Attr | None:
        """A value at the end of a chain."""
        return self.roads.value(rng, hops)

    def branched(self, rng: random.Random, hops: int) -> Value | None:
        """A value with lookups side by side on the way to it."""
        things = self._branched.get(hops)
        return rng.choice(things[rng.choice(list(things))]) if things else None

    def combination(self, rng: random.Random, hops: int) -> Combined | None:
        """What a tool works out from two things."""
        tools = self._combined.get(hops)
        return rng.choice(tools[rng.choice(sorted(tools))]) if tools else None


def _branches(walk: Walk) -> bool:
    return isinstance(walk, Follow) and (len(walk.sources) > 1 or _branches(walk.sources[0]))


def _is_long(walk: Walk) -> bool:
    return isinstance(walk, Follow) and not all(isinstance(source, Anchor) for source in walk.sources)


def _steps_on(walk: Walk) -> Iterator[str]:
    """Steps that a walk takes."""
    if isinstance(walk, Follow):
        yield walk.step
        for source in walk.sources:
            yield from _steps_on(source)


def _things_on(walk: Walk) -> Iterator[str]:
    """Kinds of things that a walk passes."""
    yield thing_of(walk)
    if isinstance(walk, Follow):
        for source in walk.sources:
            yield from _things_on(source)
