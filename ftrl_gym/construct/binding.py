"""Binding: shapes get their rows, picked backwards from what is to be found to what the asker names.

So few draws come to nothing: a flight is drawn first, and its route and date are what the question then says. Only rows
are drawn that a walk can lead to, and none twice on one walk.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from ftrl_gym.construct.domain import Pick, Search
from ftrl_gym.construct.programs import Anchor, Attr, Combined, Follow, Op, Program, Value, Walk, ends_of, thing_of
from ftrl_gym.construct.reading import Reader

_TRIES = 4
"""Rows that are tried where one turns out to lead back to where it came from, or is taken already."""


class Binder:
    """Gives shapes their rows."""

    def __init__(self, reader: Reader, rng: random.Random) -> None:
        self.reader, self.rng = reader, rng
        self.domain, self.tables = reader.domain, reader.world.tables

    def program(self, program: Program) -> Program | None:
        """The program over rows of this world; None when this draw found none."""
        searches = self._different([each for each in (program.over, program.other) if each is not None])
        values: list[Value] = []
        for shape in program.values:
            value = self._another(shape, values)
            if value is None:
                return None
            values.append(value)
        branches = [self._branch(branch, program.values, values) for branch in program.branches]
        if searches is None or any(branch is None for branch in branches):
            return None
        if program.op in (Op.LOWEST, Op.HIGHEST) and program.over is None and not self._alternatives(values):
            return None
        over, other = (*searches, None, None)[:2]
        bound = tuple(branch for branch in branches if branch is not None)
        return replace(program, values=tuple(values), over=over, other=other, branches=bound)

    def _alternatives(self, values: Sequence[Value]) -> bool:
        """Whether people choose between these things: not between a gas tariff and a water tariff."""
        walks = [value.walk for value in values if isinstance(value, Attr)]
        thing = self.domain.thing(thing_of(walks[0])) if walks else None
        if thing is None or not thing.alike:
            return True
        rows = self.tables[thing.entity]
        return len({rows[key][thing.alike] for walk in walks for key in self.reader.keys(walk)}) == 1

    def _different(self, shapes: Sequence[Follow]) -> list[Follow] | None:
        """Searches that are not one and the same."""
        found: list[Follow] = []
        for shape in shapes:
            walks = (self.walk(shape) for _ in range(_TRIES))
            fresh = [walk for walk in walks if isinstance(walk, Follow) and walk not in found]
            if not fresh:
                return None
            found.append(fresh[0])
        return found

    def _another(self, shape: Value, before: Sequence[Value]) -> Value | None:
        """A value that was not taken before, if there is one."""
        value = self._value(shape)
        for _ in range(_TRIES):
            if value is None or value not in before:
                break
            value = self._value(shape)
        return value

    def _branch(self, branch: Value, shapes: Sequence[Value], bound: Sequence[Value]) -> Value | None:
        """A branch about a thing that is compared is about that very thing."""
        if isinstance(branch, Attr):
            for shape, value in zip(shapes, bound, strict=True):
                if shape.walk is branch.walk if isinstance(shape, Attr) else False:
                    return Attr(ends_of(value)[0], branch.attribute)
        return self._value(branch)

    def _value(self, value: Value) -> Value | None:
        if isinstance(value, Attr):
            walk = self.walk(value.walk)
            return None if walk is None else Attr(walk, value.attribute)
        first, second = map(self.walk, value.walks)
        return (
            None if first is None or second is None else Combined(value.combination, (first, second), value.attribute)
        )

    def walk(self, walk: Walk, want: str | None = None) -> Walk | None:
        """The walk with its anchors chosen, such that it can lead to the row ``want``."""
        ends = self.reader.reach(walk)
        some = [want] if want is not None else self.rng.sample(list(ends), min(len(ends), _TRIES))
        return self._first(walk, [key for key in some if key in ends], ())

    def fits(self, thing: str, key: str) -> bool:
        """Whether a row is such a thing."""
        return self.reader.fits(thing, key)

    def _first(self, walk: Walk, keys: Sequence[str], met: tuple[tuple[str, str], ...]) -> Walk | None:
        """The way back from the first of some rows that has one."""
        return next((way for key in keys if (way := self._back(walk, key, met)) is not None), None)

    def _back(self, walk: Walk, key: str, met: tuple[tuple[str, str], ...]) -> Walk | None:
        """The way back from a row."""
        if isinstance(walk, Anchor):
            return Anchor(walk.thing, key)
        assert isinstance(walk, Follow)
        met = (*met, (self.domain.thing(walk.target).entity, key))
        sources = []
        for source, keys in zip(walk.sources, self.reader.reach(walk)[key], strict=True):
            entity = self.domain.thing(thing_of(source)).entity
            fresh = [key for key in keys if (entity, key) not in met]
            some = self.rng.sample(fresh, min(len(fresh), _TRIES))
            bound = self._first(source, some, met)
            if bound is None:
                return None
            sources.append(bound)
        return Follow(walk.step, walk.target, tuple(sources), self._given(walk, key))

    def _given(self, walk: Follow, key: str) -> str:
        """What the question says of a row beside where it belongs."""
        step = self.domain.steps[walk.step]
        if not isinstance(step, Search):
            return ""
        row = self.tables[self.domain.thing(walk.target).entity][key]
        if step.pick is Pick.NAMED:
            return str(row[self.domain.thing(step.target).label])
        binds = self.domain.documents[step.tool].binds
        return str(row[binds[step.dated].partition(".")[2]]) if step.dated else ""
