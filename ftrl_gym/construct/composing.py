"""Composing: which operation a question of a requested kind, depth and width is made of, and of what values.

Everything drawn here is a shape, a program without rows. Difficulty decides through ``level`` how complex operations
may be; at level 0 questions ask for a value, a list, a comparison, a sum or a count.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from ftrl_gym.construct.compiling import compile_values
from ftrl_gym.construct.domain import Attribute, Search
from ftrl_gym.construct.operations import OPERATIONS, measured, named
from ftrl_gym.construct.programs import Anchor, Attr, Follow, Keep, Op, Program, Relation, Value, thing_of
from ftrl_gym.construct.roads import LONGEST, asked_of_one, attributes
from ftrl_gym.construct.shapes import Shapes
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import AnswerType, Kind

WIDEST = 4
"""Most chains side by side that a brief may ask for."""
_OF_ONE = (Op.TEST, Op.TIMES, Op.UNITS, Op.SHIFT, Op.UNTIL)
_OF_TWO = (Op.IS_LOWER, Op.DIFFERENCE, Op.DAYS, Op.MINUTES)
_OF_ROWS = (
    Op.COUNT, Op.SELECT, Op.LIST, Op.SUM, Op.MEAN, Op.LEAST, Op.MOST, Op.LOWEST, Op.HIGHEST, Op.SECOND_LOWEST,
    Op.SECOND_HIGHEST,
)  # fmt: skip
_SETS = (Op.BOTH, Op.EITHER, Op.FIRST_ONLY)
_NEEDS_NAMES = (Op.SELECT, Op.LOWEST, Op.HIGHEST, Op.SECOND_LOWEST, Op.SECOND_HIGHEST)
"""Operations over rows whose answer calls rows by name."""
_WORKED = 0.35
"""How often something is worked out from a value rather than asked for, from level 1."""
_APART = (0.0, 0.0, 0.0, 0.5, 1.0)
"""How often chains side by side take roads of their own rather than the same one from different starts, by level."""
_ROADS = 6
"""Roads that are drawn for each chain, so that one can be taken whose look-ups the others do not make already."""
_RICH = 4
"""From this level on questions are made of many look-ups by different tools."""
_MANY = 9
"""Different tools that are many."""
_SHAPES = 6
"""Shapes that are drawn until one takes that many."""
_LENGTH = 0.5
"""How many tools more a road must bring to be worth one more look-up."""
_TRIES = 12


def deepest(shapes: Shapes, kind: Kind, level: int = 0) -> int:
    """Most lookups that follow one another in tasks of a kind. A choice may put one chain behind another."""
    if kind in (Kind.SINGLE_HOP, Kind.PARALLEL_SINGLE_HOP):
        return 1
    longest = shapes.roads.deepest
    chosen = kind is Kind.MULTI_HOP and level >= OPERATIONS[Op.CHOOSE].level
    return min(LONGEST, 2 * longest) if chosen else longest


def check_shape(shapes: Shapes, scenario: str, kind: Kind, hops: int, width: int, level: int) -> None:
    """Refuses a shape that no question of a scenario has.

    Raises:
        ConstructionError: It says which is the nearest that there is.
    """
    parallel = kind in (Kind.PARALLEL_SINGLE_HOP, Kind.PARALLEL_MULTI_HOP)
    single = kind in (Kind.SINGLE_HOP, Kind.PARALLEL_SINGLE_HOP)
    most = deepest(shapes, kind, level)
    nearest = 1 if single else min(max(hops, 2), most)
    broad = min(max(width, 2), WIDEST) if parallel else 1
    if most < nearest or (nearest, broad) != (hops, width):
        there = f"hops={nearest}, width={broad}" if most >= nearest else "none: its chains end after one look-up"
        raise ConstructionError(
            f"scenario {scenario} has no question of kind {kind} with hops={hops} and width={width}; "
            f"the nearest: {there}"
        )


def draw(
    shapes: Shapes,
    rng: random.Random,
    kind: Kind,
    hops: int,
    width: int,
    level: int = 0,
    sort: float | None = None,
) -> Program | None:
    """A shape of the kind; None when the draw came to nothing.

    Args:
        shapes: Of the domain.
        rng: Chooses.
        kind: Of the task.
        hops: Lookups that follow one another.
        width: Chains side by side, for parallel kinds.
        level: Most complex operations that may be drawn (:class:`~ftrl_gym.construct.operations.Operation`).
        sort: 0 to 1, decides the sort of question where it is made of many look-ups; None draws it. Such draws often
            fail, and more so for some sorts than for others: to draw the sort anew each time would leave only these.
    """
    return _Composer(shapes, rng, hops, width, level, sort).draw(kind)


class _Composer:
    def __init__(
        self, shapes: Shapes, rng: random.Random, hops: int, width: int, level: int, sort: float | None
    ) -> None:
        self.shapes, self.rng, self.hops, self.width, self.level = shapes, rng, hops, width, level
        self.sort = sort
        self.domain = shapes.domain

    def draw(self, kind: Kind) -> Program | None:
        """A shape of the kind."""
        if kind is Kind.SINGLE_HOP:
            return self._one(self.shapes.combination(self.rng, 1) if self.rng.random() < 0.1 else None)
        if kind is Kind.MULTI_HOP:
            far = self.hops > self.shapes.roads.deepest
            if far or (self._allowed(Op.CHOOSE) and self.rng.random() < 0.15):
                return self._choice(1)
            return self._one(None)
        if kind is Kind.PARALLEL_SINGLE_HOP:
            return self._side_by_side()
        return self._deep()

    def _allowed(self, op: Op) -> bool:
        return OPERATIONS[op].level <= self.level

    def words(self, value: Value) -> Attribute:
        """How a value is talked about."""
        assert isinstance(value, Attr)
        return self.domain.thing(thing_of(value.walk)).attributes[value.attribute]

    # --- of one value ------------------------------------------------------------------------------------------------

    def _one(self, value: Value | None) -> Program | None:
        if value is not None:
            return Program(Op.VALUE, (value,))
        if self.level and self.rng.random() < _WORKED:
            for _ in range(_TRIES):
                chain = self.shapes.chain(self.rng, self.hops)
                if chain is not None and (ops := self._taking(_OF_ONE, chain)):
                    return self._sided(Program(self.rng.choice(ops), (chain,)))
        chain = self.shapes.chain(self.rng, self.hops)
        return None if chain is None else Program(Op.VALUE, (chain,))

    def _taking(self, ops: Sequence[Op], value: Value) -> list[Op]:
        """Operations that may be asked of a value."""
        return [op for op in ops if self._allowed(op) and OPERATIONS[op].takes(self.words(value))]

    def _sided(self, program: Program) -> Program:
        """With a side of its figure."""
        side = self.rng.choice((Relation.BELOW, Relation.ABOVE))
        return replace(program, relation=side) if program.op in (Op.TEST, Op.SHIFT) else program

    # --- of several --------------------------------------------------------------------------------------------------

    def _side_by_side(self) -> Program | None:
        draw = self.rng.random()
        if not self.level:
            return self._several() if draw < 0.85 else self._counted()
        if draw < 0.6:
            return self._several()
        if draw < 0.9:
            return self._rows()
        return self._choice(2) if self._allowed(Op.CHOOSE) else self._counted()

    def _deep(self) -> Program | None:
        draw = self.rng.random()
        if self.level >= _RICH:
            draw = draw if self.sort is None else self.sort
            shares = ((0.68, self._several), (0.8, self._rows), (0.87, self._sets), (0.97, lambda: self._choice(2)))
            for share, make in shares:
                if draw < share:
                    return self._richest(make) or self._richest(self._several)
            draw = 0.5 + (draw - 0.97) / 0.03 / 2
        elif self.level:
            if draw < 0.5:
                return self._several()
            if draw < 0.74:
                return self._rows()
            if draw < 0.86 and self._allowed(Op.BOTH):
                return self._sets()
            if draw < 0.93 and self._allowed(Op.CHOOSE):
                return self._choice(2)
            draw = 0.55 + (draw - 0.75)
        if draw < 0.5:
            return self._several()
        if draw < 0.6:
            return self._counted()
        branched = draw >= 0.8
        value = (self.shapes.branched if branched else self.shapes.combination)(self.rng, self.hops)
        return self._several() if value is None else Program(Op.VALUE, (value,))

    def _richest(self, make: Callable[[], Program | None]) -> Program | None:
        """The first shape that takes many tools; of a few that all take fewer the one with most."""
        best: tuple[int, Program | None] = (0, None)
        for _ in range(_SHAPES):
            shape = make()
            rich = 0 if shape is None else self._richness(shape)
            if rich > best[0]:
                best = (rich, shape)
            if rich >= _MANY:
                break
        return best[1]

    def _richness(self, shape: Program) -> int:
        searches = [each for each in (shape.over, shape.other) if each is not None]
        ends = [Attr(each, self.domain.thing(each.target).key) for each in searches]
        return len(self._tools([*ends, *shape.values, *shape.branches[:1]]))

    def _several(self) -> Program | None:
        """The same value of several things, or several values in a list."""
        draws = [value for value in (self.shapes.chain(self.rng, self.hops) for _ in range(2)) if value is not None]
        if not draws:
            return None
        compared = [value for value in draws if self.words(value).low]
        first = compared[0] if compared else draws[0]
        words = self.words(first)
        ops = [Op.LIST]
        if words.low:
            label = self.domain.thing(thing_of(first.walk)).label
            ops += [Op.LOWEST, Op.HIGHEST] * (2 if label else 0)
        if self.width == 2:
            ops += self._taking(_OF_TWO, first)
        ops += self._taking((Op.SUM,), first)
        if self._scatters():
            return self._on_roads_of_their_own(first, ops)
        op = self.rng.choice(ops)
        if op is Op.LIST and self.rng.random() < 0.4:
            others = (self.shapes.chain(self.rng, self.hops) for _ in range(self.width - 1))
            return Program(op, (first, *(other for other in others if other is not None)))
        return Program(op, (first,) * self.width)

    def _scatters(self) -> bool:
        """Whether chains side by side take roads of their own. Easy questions cost no draw, so that they stay."""
        often = _APART[self.level] if self.hops > 1 else 0
        return often > 0 and self.rng.random() < often

    def _on_roads_of_their_own(self, first: Attr, ops: Sequence[Op]) -> Program:
        """A list of values that have little to do with one another, or one made of values of a sort, each reached in
        another way."""
        op = self.rng.choice([*ops, *self._taking(_OF_TWO, first)])
        like = None if op is Op.LIST else first
        values = [first]
        for _ in range((2 if op in _OF_TWO else self.width) - 1):
            values.append(self._another(values, like) or first)
        return Program(op, tuple(values))

    def _chain(self, hops: int, like: Attr | None) -> Attr | None:
        """A value at the end of a chain: the same attribute as another one, or any."""
        return self.shapes.chain(self.rng, hops) if like is None else self.shapes.roads.like(self.rng, hops, like)

    def _another(self, values: Sequence[Attr], like: Attr | None) -> Attr | None:
        """A value that takes many look-ups of other tools and few of those that the values before it take.

        Args:
            values: Those before. The second chain may be as long as the first; further ones are short, for nobody
                follows four long ways in one question.
            like: A value of the same attribute; None for any.
        """
        longest = self.hops if len(values) == 1 else max(2, self.hops - 2)
        taken, found = self._tools(values), list[tuple[float, Attr]]()
        for _ in range(_ROADS):
            hops = self.rng.randint(2, longest)
            value = self._chain(hops, like)
            if value is not None and (like is not None or value not in values):
                found.append((len(self._tools([value]) - taken) - hops * _LENGTH, value))
        return max(found, key=lambda each: each[0])[1] if found else None

    def _tools(self, values: Sequence[Value]) -> set[str]:
        """What is called to find values out."""
        return {lookup.tool for lookup in compile_values(self.domain, values).lookups}

    # --- of the rows of searches -------------------------------------------------------------------------------------

    def _counted(self) -> Program | None:
        search = self.shapes.roads.search(self.rng, self.hops)
        return None if search is None else Program(Op.COUNT, (), search)

    def _rows(self) -> Program | None:
        """Something worked out over all rows of a search, which may each have to be looked up."""
        for _ in range(_TRIES):
            wide = self.level > 1 and self.hops > 1 and self.rng.random() < 0.7
            search = self.shapes.roads.search(self.rng, self.hops - wide)
            options = self._gathered(search, wide) if search is not None else []
            if search is not None and options:
                ops = list(dict.fromkeys(op for op, _ in options))
                if self.level >= _RICH:  # there are few questions over rows, and every other one keeps some of them
                    ops += [op for op in ops if op in (Op.COUNT, Op.SELECT)] * 3
                op = self.rng.choice(ops)
                attribute = self.rng.choice([a for other, a in options if other is op])
                if op not in (Op.COUNT, Op.SELECT):
                    return Program(op, (), search, gathers=attribute)
                words = self.domain.thing(search.target).attributes[attribute]
                sides = (Relation.BELOW, Relation.ABOVE) if measured(words) else (Relation.IS,)
                return Program(op, (), search, keep=Keep(attribute, self.rng.choice(sides)))
        return self._counted()

    def _gathered(self, search: Follow, wide: bool) -> list[tuple[Op, str]]:
        """What can be worked out over the rows of a search, from which of their attributes."""
        step, thing = self.domain.steps[search.step], self.domain.thing(search.target)
        assert isinstance(step, Search)
        listed = self.domain.listed(step.tool, thing.entity)
        found = []
        for name in attributes(self.domain, search):
            words = thing.attributes[name]
            if (name not in listed) is wide and name not in (thing.label, thing.key):
                for op in _OF_ROWS:
                    kept = op in (Op.COUNT, Op.SELECT) and words.type is AnswerType.NAME
                    takes = named(words) if op is Op.LIST else OPERATIONS[op].takes(words) or kept
                    if self._allowed(op) and takes and (thing.label or op not in _NEEDS_NAMES):
                        found.append((op, name))
        return found

    def _sets(self) -> Program | None:
        """What the rows of two searches have in common, or not."""
        for _ in range(_TRIES):
            wide = self.hops > 1 and self.rng.random() < 0.7
            # where lists hang on few things none is so far away, and the farthest will do: there are two of them
            nearest = 2 - wide if self.level >= _RICH else self.hops - wide
            lengths = range(self.hops - wide, nearest - 1, -1)
            search = next(filter(None, (self.shapes.roads.search(self.rng, hops) for hops in lengths)), None)
            if search is None:
                continue
            other = self._elsewhere(search) if self._scatters() else search
            shared = [name for op, name in self._gathered(search, wide) if op is Op.LIST]
            if other is not search:
                shared = [name for name in shared if name in attributes(self.domain, other)]
            if shared:
                return Program(self.rng.choice(_SETS), (), search, gathers=self.rng.choice(shared), other=other)
        return self._rows()

    def _elsewhere(self, search: Follow) -> Follow:
        """A search for the same kind of thing, from somewhere else if there is any such."""
        lengths = [self.rng.randint(max(1, self.hops - 2), self.hops) for _ in range(_ROADS)]
        found = [self.shapes.roads.search(self.rng, hops, search.target) for hops in lengths]
        names = self._tools_to(search)
        return max((each for each in found if each), key=lambda each: len(names | self._tools_to(each)), default=search)

    def _tools_to(self, search: Follow) -> set[str]:
        return self._tools([Attr(search, self.domain.thing(search.target).key)])

    # --- of what something depends on --------------------------------------------------------------------------------

    def _choice(self, width: int) -> Program | None:
        """If a comparison holds one thing is asked, otherwise another."""
        for _ in range(_TRIES):
            within = self.hops == 1
            most = self.shapes.roads.deepest
            first = self.hops if within else self.rng.randrange(max(1, self.hops - most), min(self.hops, most + 1))
            value = self.shapes.chain(self.rng, first)
            if value is None or not self._taking((Op.CHOOSE,), value) or (width == 2 and not self.words(value).low):
                continue
            side = self.rng.choice((Relation.BELOW, Relation.ABOVE))
            branches = self._within(value) if within else self._apart(value, self.hops - first)
            if branches is not None:
                if width == 1:
                    return Program(Op.CHOOSE, (value,), relation=side, branches=branches)
                twin = Attr(_twin(value), value.attribute)
                if not within and self._scatters():
                    twin = self._another([value], value) or twin
                if within:
                    branches = (branches[0], Attr(twin.walk, branches[1].attribute))
                return Program(Op.CHOOSE, (value, twin), relation=side, branches=branches)
        return None

    def _within(self, value: Attr) -> tuple[Attr, Attr] | None:
        """Other attributes of what is compared."""
        others = [name for name in asked_of_one(self.domain, value.walk) if name != value.attribute]
        if len(others) < 2:
            return None
        first, second = self.rng.sample(others, 2)
        return Attr(value.walk, first), Attr(value.walk, second)

    def _apart(self, value: Attr, hops: int) -> tuple[Attr, Attr] | None:
        """Values that have nothing to do with what is compared; two of them, not of the same sort."""
        first, second = self.shapes.chain(self.rng, hops), self.shapes.chain(self.rng, hops)
        if first is None or second is None or first.attribute == second.attribute or hops > LONGEST:
            return None
        kinds = [thing_of(each.walk) for each in (first, second)]
        return (first, second) if thing_of(value.walk) not in kinds else None


def _twin(value: Attr) -> Anchor | Follow:
    """The same walk as an object of its own, for another thing of the kind."""
    walk = value.walk
    assert isinstance(walk, Anchor | Follow)
    return replace(walk)
