"""Binding: shapes get their rows, picked backwards from what is to be found to what the asker names.

So few draws come to nothing: a flight is drawn first, and its route and date are what the question then says.
"""

from __future__ import annotations

import random

from ftrl_gym.construct.domain import Link, Pick, Search
from ftrl_gym.construct.programs import Anchor, Attr, Combined, Follow, Program, Value, Walk
from ftrl_gym.construct.reading import Reader


class Binder:
    """Gives shapes their rows."""

    def __init__(self, reader: Reader, rng: random.Random) -> None:
        self.reader, self.rng = reader, rng
        self.domain, self.tables = reader.domain, reader.world.tables

    def program(self, program: Program) -> Program | None:
        """The program over rows of this world; None when this draw found none."""
        values = [self._value(value) for value in program.values]
        over = None if program.over is None else self.walk(program.over)
        if any(value is None for value in values) or (program.over is not None and over is None):
            return None
        assert over is None or isinstance(over, Follow)
        return Program(program.op, tuple(value for value in values if value is not None), over)

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
        if isinstance(walk, Anchor):
            key = want or self._any(walk.thing)
            return None if key is None or not self.fits(walk.thing, key) else Anchor(walk.thing, key)
        assert isinstance(walk, Follow)
        step = self.domain.steps[walk.step]
        return self._link(walk, step, want) if isinstance(step, Link) else self._search(walk, step, want)

    def _any(self, thing: str) -> str | None:
        keys = [key for key in self.tables[self.domain.thing(thing).entity] if self.fits(thing, key)]
        return self.rng.choice(keys) if keys else None

    def fits(self, thing: str, key: str) -> bool:
        """Whether a row is such a thing."""
        declared = self.domain.thing(thing)
        row = self.tables[declared.entity][key]
        return all(row[attribute] == value for attribute, value in declared.where.items())

    def _link(self, walk: Follow, step: Link, want: str | None) -> Walk | None:
        start = None
        if want is not None:
            index = self.reader.world.index(self.domain.thing(step.source).entity, step.attribute)
            keys = [key for key in index.get(want, []) if self.fits(step.source, key)]
            if not keys:
                return None
            start = self.rng.choice(keys)
        source = self.walk(walk.sources[0], start)
        return None if source is None else Follow(walk.step, walk.target, (source,))

    def _search(self, walk: Follow, step: Search, want: str | None) -> Walk | None:
        entity = self.domain.thing(step.target).entity
        binds = self.domain.documents[step.tool].binds
        column = {parameter: bound.partition(".")[2] for parameter, bound in binds.items()}
        picks = self.reader.picks(step)
        if not picks or (want is not None and want not in picks):
            return None
        want = want or self.rng.choice(picks)
        row = self.tables[entity][want]
        sources = []
        for n, source in enumerate(walk.sources):
            parameter, attribute = next((p, a) for p, (m, a) in step.arguments.items() if m == n)
            keys = self._having(step.sources[n], attribute, row[column[parameter]])
            bound = self.walk(source, self.rng.choice(keys)) if keys else None
            if bound is None:
                return None
            sources.append(bound)
        given = row[column[step.dated]] if step.dated else ""
        if step.pick is Pick.NAMED:
            given = row[self.domain.thing(step.target).label]
        return Follow(walk.step, walk.target, tuple(sources), given)

    def _having(self, thing: str, attribute: str, value: str) -> list[str]:
        entity = self.domain.thing(thing).entity
        keys = self.reader.world.index(entity, attribute).get(value, [])
        return [key for key in keys if self.fits(thing, key)]
