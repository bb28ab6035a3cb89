"""Reading a program over a world: walks are evaluated with *all* rows that their words could mean.

A homonym, a tie or a relation that can be taken two ways shows as a second row, and so as a question that cannot be
asked.
"""

from __future__ import annotations

import itertools

from ftrl_gym.construct.domain import Domain, Link, Pick, Search, Step
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Member, Value, Walk, thing_of
from ftrl_gym.task import Json
from ftrl_gym.world import Row, WorldBase

FEWEST = 2
"""Rows that a superlative needs to choose from."""
Reach = dict[str, tuple[list[str], ...]]
"""Row that a walk without rows can lead to -> for each source, the rows that lead there."""
_MOST_REACHES = 4000


class Reader:
    """Evaluates walks over one world, in every reading. Keeps what it has worked out."""

    def __init__(self, domain: Domain, world: WorldBase) -> None:
        self.domain, self.world = domain, world
        self._folded: dict[tuple[str, str], dict[str, list[str]]] = {}
        self._rows: dict[Walk, tuple[str, ...]] = {}
        self._picks: dict[str, list[str]] = {}
        self._reach: dict[Walk, Reach] = {}

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
        return self._best(step, keys)

    def picks(self, step: Search) -> list[str]:
        """Ids of all rows that a search means, whatever its sources: the cheapest van of each city that has several."""
        if (found := self._picks.get(step.name)) is None:
            binds = self.domain.documents[step.tool].binds
            column = {parameter: bound.partition(".")[2] for parameter, bound in binds.items()}
            groups: dict[tuple[Json, ...], list[str]] = {}
            for key, row in self.world.tables[self.domain.thing(step.target).entity].items():
                if all(row[column[p]] == value for p, value in step.fixed.items()):
                    parts = (*step.arguments, *filter(None, [step.dated]))
                    groups.setdefault(tuple(row[column[p]] for p in parts), []).append(key)
            if step.pick is Pick.NAMED:
                found = [key for keys in groups.values() for key in keys]
            else:
                best = (list(dict.fromkeys(self._best(step, keys))) for keys in groups.values())
                found = [keys[0] for keys in best if len(keys) == 1]
            self._picks[step.name] = found
        return found

    def _best(self, step: Search, keys: list[str]) -> list[str]:
        if step.pick is Pick.ONLY:
            return keys
        table = self.world.tables[self.domain.thing(step.target).entity]
        if len(keys) < FEWEST or not self._free(step, keys):
            return []  # "the cheapest van" of one, or of none to be had, is not how anybody asks
        best = min if step.pick is Pick.LOWEST else max
        found = []
        for group in (keys, self._free(step, keys)):
            bound = best(table[key][step.by] for key in group)
            found += [key for key in group if table[key][step.by] == bound]
        return found

    def _free(self, step: Search, keys: list[str]) -> list[str]:
        table = self.world.tables[self.domain.thing(step.target).entity]
        return [key for key in keys if table[key].get(step.among)] if step.among else keys

    def members(self, walk: Follow) -> list[str]:
        """Ids of all rows that a search finds, in order of their ids; empty when the sources have several readings, or
        when counting only what is still to be had would give another number."""
        step = self.domain.steps[walk.step]
        assert isinstance(step, Search)
        readings = self._matching(walk, step)
        if len(readings) != 1 or len(self._free(step, readings[0])) < len(readings[0]):
            return []
        return sorted(readings[0])

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

    # --- walks without rows ------------------------------------------------------------------------------------------

    def fits(self, thing: str, key: str) -> bool:
        """Whether a row is such a thing."""
        declared = self.domain.thing(thing)
        row = self.world.tables[declared.entity][key]
        return all(row[attribute] == value for attribute, value in declared.where.items())

    def reach(self, walk: Walk) -> Reach:
        """Where a walk without rows can lead. So that no draw of rows comes to a dead end."""
        if (found := self._reach.get(walk)) is None:
            if len(self._reach) > _MOST_REACHES:
                self._reach.clear()
            if isinstance(walk, Anchor):
                table = self.world.tables[self.domain.thing(walk.thing).entity]
                found = {key: () for key in table if self.fits(walk.thing, key)}
            else:
                assert isinstance(walk, Follow)
                step = self.domain.steps[walk.step]
                found = self._linked(walk, step) if isinstance(step, Link) else self._searched(walk, step)
            self._reach[walk] = found
        return found

    def _linked(self, walk: Follow, step: Link) -> Reach:
        sources = self.world.tables[self.domain.thing(step.source).entity]
        targets = self.world.tables[self.domain.thing(step.target).entity]
        found: Reach = {}
        for key in self.reach(walk.sources[0]):
            target = sources[key].get(step.attribute)
            if isinstance(target, str) and target in targets and self.fits(step.target, target):
                found.setdefault(target, ([],))[0].append(key)
        return found

    def _searched(self, walk: Follow, step: Search) -> Reach:
        rows = self.world.tables[self.domain.thing(step.target).entity]
        lists = [self._by_arguments(step, n, list(self.reach(source))) for n, source in enumerate(walk.sources)]
        found: Reach = {}
        for key in self.picks(step):
            ends = [by.get(tuple(rows[key][column] for column in columns), []) for columns, by in lists]
            if all(ends):
                found[key] = tuple(ends)
        return found

    def _by_arguments(self, step: Step, n: int, keys: list[str]) -> tuple[list[str], dict[tuple[Json, ...], list[str]]]:
        """Columns of the found rows that the n-th source decides, and its rows by what they ask of them."""
        assert isinstance(step, Search)
        binds = self.domain.documents[step.tool].binds
        taken = [(binds[p].partition(".")[2], a) for p, (m, a) in step.arguments.items() if m == n]
        table = self.world.tables[self.domain.thing(step.sources[n]).entity]
        found: dict[tuple[Json, ...], list[str]] = {}
        for key in keys:
            found.setdefault(tuple(table[key][a] for _, a in taken), []).append(key)
        return [column for column, _ in taken], found
