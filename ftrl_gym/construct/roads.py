"""Roads: chains of lookups through a vocabulary, each needing the one before, of any length up to ten.

Walks are not enumerated. What it costs to know an attribute at the end of a chain depends on how its last thing is
reached and on a number, the cost of the road before it; so the roads of a length are found backwards, from what is
asked to what the asker names, along numbers that are known to be possible. A road takes no step twice and, as long as
there are others, meets no kind of thing twice; it never goes back the way it came. A link to another thing of the same
kind, as from a person to their mother, is no such meeting: a road may climb a tree, the same link again and again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ftrl_gym.construct.domain import Domain, Link, Pick, Search, Step
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Walk, thing_of
from ftrl_gym.construct.wording import names_property

LONGEST = 10
"""Most lookups of a chain."""
_MOST_AGAIN = 4
"""Most times in all that a road meets a kind of thing again."""
_CLIMBS = 3
"""Most links of a road to another thing of the same kind."""
_SAME = 2
"""Most times in a row that one of them is taken: "the manager of that manager" is the last that people follow."""
_PATIENCE = 4000
"""Ways that are tried before a road counts as impossible."""


@dataclass(frozen=True)
class _Way:
    """How a thing is reached: named outright, or by a step, perhaps with a second end that is named outright."""

    thing: str
    step: str = ""
    paired: bool = False


_Road = tuple[_Way, ...]


@dataclass
class Roads:
    """The chains of one domain."""

    domain: Domain
    _found: dict[tuple[_Way, int, int], _Road | None] = field(default_factory=dict)
    _tables: dict[int, tuple[int, dict[str, list[tuple[_Way, int, str]]]]] = field(default_factory=dict)

    @cached_property
    def climbing(self) -> frozenset[str]:
        """Names of the links that lead to another thing of the same kind."""
        things, links = self.domain.things, (step for step in self.domain.steps.values() if isinstance(step, Link))
        return frozenset(link.name for link in links if things[link.source].entity == things[link.target].entity)

    @cached_property
    def ways(self) -> list[_Way]:
        """Every way to reach something."""
        found = [_Way(thing.name) for thing in self.domain.things.values() if thing.anchors]
        for step in self.domain.steps.values():
            if len(step.sources) == 1:
                found.append(_Way(step.target, step.name))
            elif self._free(_Way(step.sources[1]), step, 1):
                found.append(_Way(step.target, step.name, paired=True))
        return found

    def _free(self, second: _Way, step: Step, source: int) -> bool:
        """Whether a second end that is named outright costs nothing."""
        named = bool(self.domain.thing(second.thing).anchors)
        return named and not any(self._offset(second, a) for a in self._wanted(step, source))

    def _wanted(self, step: Step, source: int = 0) -> list[str]:
        """Attributes of a source that a step takes."""
        if isinstance(step, Link):
            return [step.attribute]
        return [attribute for n, attribute in step.arguments.values() if n == source]

    def _offset(self, way: _Way, attribute: str) -> int:
        """Lookups from the end of a road to an attribute of the thing there."""
        thing = self.domain.thing(way.thing)
        if not way.step:
            if attribute == thing.handle:
                return 0
            told = not thing.key_tool or attribute in self.domain.listed(thing.tool, thing.entity)
            return 1 if told else 2
        step = self.domain.steps[way.step]
        if isinstance(step, Link):
            return int(attribute != thing.key)
        return int(attribute not in self.domain.listed(step.tool, thing.entity))

    def _before(self, way: _Way, length: int) -> Iterator[tuple[_Way, int]]:
        """Ways by which a road of this length, measured at ``way``, may come, and their lengths."""
        return ((before, length - more) for before, more in self._steps[way])

    @cached_property
    def _steps(self) -> dict[_Way, list[tuple[_Way, int]]]:
        """Way -> ways before it, and the lookups from there."""
        found: dict[_Way, list[tuple[_Way, int]]] = {}
        for way in self.ways:
            step = self.domain.steps.get(way.step)
            found[way] = []
            for before in self.ways if step is not None else ():
                if step is not None and before.thing == step.sources[0]:
                    most = max(self._offset(before, attribute) for attribute in self._wanted(step))
                    found[way].append((before, most + isinstance(step, Search)))
        return found

    @cached_property
    def _possible(self) -> dict[_Way, set[int]]:
        """Lengths at which each way can be reached, whatever is on the road."""
        found: dict[_Way, set[int]] = {way: set() if way.step else {0} for way in self.ways}
        for length in range(LONGEST + 1):
            changed = True
            while changed:  # a link to a key costs nothing, so lengths may spread within one round
                changed = False
                for way in self.ways:
                    if way.step and length not in found[way]:
                        reached = any(n in found[before] for before, n in self._before(way, length))
                        if reached:
                            found[way].add(length)
                            changed = True
        return found

    @cached_property
    def _led_to(self) -> dict[_Way, list[tuple[_Way, int, set[int]]]]:
        """Way -> ways before it, the lookups from there, and the lengths at which those can be reached."""
        return {
            way: [(before, more, self._possible[before]) for before, more in steps]
            for way, steps in self._steps.items()
        }

    # --- one road ----------------------------------------------------------------------------------------------------

    def _search(
        self, road: list[_Way], length: int, again: int, rng: random.Random | None, left: list[int]
    ) -> _Road | None:
        """The road completed towards its start; ``road`` holds its ways from the end on."""
        way = road[-1]
        if not way.step:
            return tuple(reversed(road)) if length == 0 else None
        ways = [(before, length - more) for before, more, lengths in self._led_to[way] if length - more in lengths]
        if rng is not None:
            rng.shuffle(ways)
        for before, n in ways:
            left[0] -= 1
            if left[0] < 0:
                return None
            if self._fits(before, road, again) and (found := self._search([*road, before], n, again, rng, left)):
                return found
        return None

    def _fits(self, before: _Way, road: list[_Way], again: int) -> bool:
        """Whether a road may come this way."""
        after = road[-1]
        step = self.domain.steps[after.step]
        climbs = [way.step for way in (*road, before) if way.step in self.climbing]
        if before.step not in climbs and before.step and any(before.step == way.step for way in road):
            return False
        if before.step in climbs and [way.step for way in road[-_SAME:]] == [before.step] * _SAME:
            return False
        if before.step and isinstance(step, Link) and self._undoes(self.domain.steps[before.step], step):
            return False
        if len(road) > 1 and self._is_detour(before, after, road[-2]):
            return False
        entities = [self._entities[way.thing] for way in (*road, before) if way.step not in climbs]
        if len(climbs) > _CLIMBS or entities.count(self._entities[before.thing]) > 2:
            return False
        if len(entities) - len({*entities}) > again:
            return False
        # a second end is named outright only at the end of a longer road: not "from the airport of Porto to Oslo"
        return bool(before.step) or not (len(road) > 1 and road[-2].paired)

    @cached_property
    def _entities(self) -> dict[str, str]:
        """Thing -> what it is one of."""
        return {name: thing.entity for name, thing in self.domain.things.items()}

    def _undoes(self, search: Step, link: Link) -> bool:
        """Whether a link leads back to where a search came from: the patient on one of a patient's invoices."""
        if not isinstance(search, Search):
            return False
        binds = self.domain.documents[search.tool].binds
        columns = {binds[parameter].partition(".")[2] for parameter in search.arguments}
        return bool(columns & {link.attribute, *link.also})

    def _is_detour(self, start: _Way, middle: _Way, end: _Way) -> bool:
        """Whether two links lead where one does, or none: to the patient of the appointment on an invoice, which names
        them; to the department of the head doctor of a department."""
        first, last = (self.domain.steps[way.step] for way in (middle, end))
        if not isinstance(first, Link) or not isinstance(last, Link):
            return False
        if first.source == first.target:  # to its parent's owner, who is another one unless both must have the same
            return last.attribute in first.shared
        return start.thing == end.thing or (start.thing, last.attribute, end.thing) in self._linked

    @cached_property
    def _linked(self) -> set[tuple[str, str, str]]:
        """Things between which there is a link, and by which attribute."""
        links = (step for step in self.domain.steps.values() if isinstance(step, Link))
        return {(link.source, link.attribute, link.target) for link in links}

    def _road(self, way: _Way, length: int, again: int) -> _Road | None:
        """Some road of a length to a way; always the same. None when there is none."""
        key = (way, length, again)
        if key not in self._found:
            self._found[key] = self._search([way], length, again, None, [_PATIENCE])
        return self._found[key]

    def _walk(self, road: _Road) -> Walk:
        walk: Walk = Anchor(road[0].thing)
        for way in road[1:]:
            seconds = (Anchor(self.domain.steps[way.step].sources[1]),) if way.paired else ()
            walk = Follow(way.step, way.thing, (walk, *seconds))
        return walk

    def _drawn(self, rng: random.Random, way: _Way, length: int, again: int) -> Walk:
        fallback = self._road(way, length, again)
        assert fallback is not None
        found = self._search([way], length, again, random.Random(rng.random()), [_PATIENCE // 10])
        return self._walk(found or fallback)

    # --- what can be asked at the end --------------------------------------------------------------------------------

    def asked(self, way: _Way) -> Iterator[str]:
        """Attributes that can be asked for at the end of a road and were not brought in on the way."""
        walk = Follow(way.step, way.thing, ()) if way.step else Anchor(way.thing)
        yield from asked_of_one(self.domain, walk)

    def _table(self, hops: int) -> tuple[int, dict[str, list[tuple[_Way, int, str]]]]:
        for again in range(_MOST_AGAIN + 1):
            table: dict[str, list[tuple[_Way, int, str]]] = {}
            for way in self.ways:
                for attribute in self.asked(way):
                    length = hops - self._offset(way, attribute)
                    if length in self._possible[way] and self._road(way, length, again) is not None:
                        entity = self.domain.thing(way.thing).entity
                        table.setdefault(entity, []).append((way, length, attribute))
            if table:
                return again, table
        return 0, {}

    def table(self, hops: int) -> tuple[int, dict[str, list[tuple[_Way, int, str]]]]:
        """Fewest repetitions at which there are chains of so many lookups; entity asked about -> where they end."""
        if hops not in self._tables:
            self._tables[hops] = self._table(hops)
        return self._tables[hops]

    @cached_property
    def deepest(self) -> int:
        """Lookups of the longest chain."""
        return max((hops for hops in range(1, LONGEST + 1) if self.table(hops)[1]), default=0)

    def value(self, rng: random.Random, hops: int) -> Attr | None:
        """A chain of so many lookups: by kind of thing first, so that none is crowded out by others with more roads."""
        again, table = self.table(hops)
        if not table:
            return None
        way, length, attribute = rng.choice(table[rng.choice(list(table))])
        return Attr(self._drawn(rng, way, length, again), attribute)

    def like(self, rng: random.Random, hops: int, value: Attr) -> Attr | None:
        """A chain of so many lookups to the same attribute of the same kind of thing, on whatever road."""
        again, table = self.table(hops)
        thing = thing_of(value.walk)
        ends = [
            (way, length)
            for way, length, attribute in table.get(self.domain.thing(thing).entity, ())
            if (way.thing, attribute) == (thing, value.attribute)
        ]
        return Attr(self._drawn(rng, *rng.choice(ends), again), value.attribute) if ends else None

    @cached_property
    def _countable(self) -> dict[int, dict[str, list[_Way]]]:
        """Lookups until the rows are found -> kind of thing -> searches whose rows people speak of."""
        table: dict[int, dict[str, list[_Way]]] = {}
        for way in self.ways:
            step = self.domain.steps.get(way.step)
            if isinstance(step, Search) and step.plural and step.pick is not Pick.NAMED:
                for length in sorted(self._possible[way]):
                    if length and self._road(way, length, 0) is not None:
                        table.setdefault(length, {}).setdefault(way.thing, []).append(way)
        return table

    def search(self, rng: random.Random, hops: int, target: str = "") -> Follow | None:
        """A search whose rows people speak of, at the end of a chain of so many lookups.

        Args:
            rng: Chooses.
            hops: Lookups until the rows are found.
            target: Kind of thing that it finds; empty for any.
        """
        table = self._countable.get(hops)
        if not table or (target and target not in table):
            return None
        walk = self._drawn(rng, rng.choice(table[target or rng.choice(list(table))]), hops, 0)
        assert isinstance(walk, Follow)
        return walk


def attributes(domain: Domain, walk: Walk) -> Iterator[str]:
    """What can be asked at the end of a walk and was not brought in on the way."""
    brought: set[str] = set()
    if isinstance(walk, Follow) and isinstance(step := domain.steps[walk.step], Search):
        binds = domain.documents[step.tool].binds
        brought = {bound.partition(".")[2] for bound in binds.values()}
        if step.pick is Pick.NAMED:
            brought.add(domain.thing(walk.target).label)
    thing = domain.thing(thing_of(walk))
    for name in thing.attributes:
        if name not in brought and not (isinstance(walk, Anchor) and name in (thing.handle, thing.key)):
            yield name


def asked_of_one(domain: Domain, walk: Walk) -> Iterator[str]:
    """What can be asked of the one thing at the end of a walk: not what its own phrase goes by, as "the fee of the loan
    with the highest fee" does."""
    step = domain.steps[walk.step] if isinstance(walk, Follow) else None
    for name in attributes(domain, walk):
        nouns = domain.thing(thing_of(walk)).attributes[name].nouns
        by = isinstance(step, Search) and name == step.by
        if not (by and step is not None and any(names_property(form, noun) for form in step.nouns for noun in nouns)):
            yield name
