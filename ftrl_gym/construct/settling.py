"""Settling: what a program over rows still lacks once its rows are drawn.

The values of the rows that its searches find, the figure that the question is to give, and what has to be found out
because of what the values say: the branch taken, the names of the rows kept. Figures are round and lie between values,
so that "less than" and "at most" come to the same.
"""

from __future__ import annotations

import datetime
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ftrl_gym.construct.compiling import Lookup, compile_values
from ftrl_gym.construct.domain import Attribute, Domain
from ftrl_gym.construct.operations import UNITS, holds, minutes_of
from ftrl_gym.construct.programs import (
    Anchor,
    Attr,
    Follow,
    Keep,
    Member,
    Op,
    Program,
    Relation,
    Value,
    Walk,
    ends_of,
    named_in,
    thing_of,
)
from ftrl_gym.construct.reading import Reader
from ftrl_gym.task import AnswerType, Json

_STEPS = (1000, 500, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.1)
_FIGURES = range(2, 10)
"""How many times something is counted."""


def settle(program: Program, reader: Reader, rng: random.Random) -> Program | None:
    """The program with everything that its rows decide; None where they allow no such question."""
    if _meet(program, reader):
        return None
    if program.over is not None:
        return _over_rows(program, reader, rng)
    if program.op in (Op.LIST, Op.VALUE):
        return program
    domain, first = reader.domain, program.values[0]
    words = words_of(first, domain)
    values: list[Any] = [reader.values(value)[0] if reader.values(value) else None for value in program.values]
    if any(value is None or value == "" for value in values):
        return program if program.relation is None and program.op is not Op.UNITS else None
    if program.op in (Op.TEST, Op.CHOOSE) and len(values) == 1:
        program = replace(program, figure=_near(values[0], first, words, reader, rng))
    elif program.op is Op.TIMES:
        program = replace(program, figure=rng.choice(_FIGURES))
    elif program.op is Op.SHIFT:
        dated = words.type is AnswerType.DATE
        program = replace(program, figure=rng.choice((3, 5, 7, 10, 14, 21, 30) if dated else (20, 30, 40, 45, 75, 90)))
    elif program.op is Op.UNITS:
        whole = [unit for unit, factor in UNITS[str(words.unit)] if _is_whole(values[0] * factor)]
        program = replace(program, figure=rng.choice(whole)) if whole else program
    if program.op is Op.CHOOSE:
        return _branched(program, values)
    return program


def _meet(program: Program, reader: Reader) -> bool:
    """Whether roads of a question that differ pass the same name: what one of them looks up, another one has told, or
    the question itself."""
    roads = [walk for walk in named_in(program) if isinstance(walk, Follow)]
    if len({_steps(road) for road in roads}) < 2:
        return False
    learned: dict[str, Lookup] = {}
    told = {given for road in roads for given in _told(road, reader)}
    ends = [Attr(road, reader.domain.thing(road.target).key) for road in roads] if program.over else program.values
    for lookup in compile_values(reader.domain, [*ends, *program.branches]).lookups:
        for found in reader.values(lookup.value)[:1]:
            if isinstance(found, str) and (found in told or learned.setdefault(found, lookup) is not lookup):
                return True
    return False


def _steps(walk: Walk) -> tuple[str, ...]:
    """The steps on the way to a thing."""
    return (walk.step, *itertools.chain(*map(_steps, walk.sources))) if isinstance(walk, Follow) else ()


def _told(walk: Walk, reader: Reader) -> Iterator[str]:
    """What the question says on the way to a thing."""
    if isinstance(walk, Anchor):
        yield str(reader.row(walk)[reader.domain.thing(walk.thing).handle])
    elif isinstance(walk, Follow):
        yield walk.given
        for source in walk.sources:
            yield from _told(source, reader)


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-9


def _branched(program: Program, values: Sequence[Any]) -> Program | None:
    """A choice with the branch that its comparison asks for."""
    other = values[1] if len(values) == 2 else program.figure
    if other is None or values[0] == other:
        return None
    return replace(program, then=(program.branches[0 if holds(program.relation, values[0], other) else 1],))


def words_of(value: Value, domain: Domain) -> Attribute:
    """How a value is talked about."""
    if isinstance(value, Attr):
        return domain.thing(thing_of(value.walk)).attributes[value.attribute]
    return value.combination.fields[value.attribute]


# --- rows of searches ------------------------------------------------------------------------------------------------


def _over_rows(program: Program, reader: Reader, rng: random.Random) -> Program | None:
    assert program.over is not None
    thing = reader.domain.thing(program.over.target)
    label = thing.label or thing.key
    taken = program.keep.attribute if program.keep else program.gathers or label
    values = tuple(v for each in (program.over, program.other) if each for v in _members(each, taken, reader))
    program = replace(program, values=values)
    if program.keep is None or not values:
        return program
    found = [reader.values(value)[0] for value in values]
    if any(value is None or value == "" for value in found):
        return None
    figure = _between(found, program.keep, thing.attributes[taken], rng)
    if figure is None:
        return None
    keep = replace(program.keep, figure=figure)
    then: tuple[Value, ...] = ()
    if program.op is Op.SELECT:
        kept = (v for v, value in zip(values, found, strict=True) if holds(keep.relation, value, figure))
        then = tuple(Attr(ends_of(v)[0], label) for v in kept)
    return replace(program, keep=keep, then=then)


def _members(search: Follow, attribute: str, reader: Reader) -> list[Attr]:
    return [Attr(Member(search, n), attribute) for n in range(len(reader.members(search)))]


# --- figures ---------------------------------------------------------------------------------------------------------


def _between(values: Sequence[Any], keep: Keep, words: Attribute, rng: random.Random) -> Json:
    """A figure that keeps some rows and not all."""
    different = sorted(set(values))
    if keep.relation is Relation.IS:
        some = [value for value in different if 0 < list(values).count(value) < len(values)]
        return rng.choice(some) if some else None
    gaps = list(itertools.pairwise(different))
    rng.shuffle(gaps)
    for low, high in gaps:
        figure = _inside(low, high, words.type)
        if figure is not None:
            return figure
        if words.type is AnswerType.NUMBER and isinstance(low, int):
            return high if keep.relation is Relation.BELOW else low
    return None


def _inside(low: Any, high: Any, kind: AnswerType) -> Json:
    """The roundest figure between two values; None when there is none."""
    if kind is AnswerType.DATE:
        days = (datetime.date.fromisoformat(high) - datetime.date.fromisoformat(low)).days
        middle = datetime.date.fromisoformat(low) + datetime.timedelta(days=days // 2)
        return middle.isoformat() if low < middle.isoformat() < high else None
    if kind is AnswerType.TIME:
        found = _round(minutes_of(low), minutes_of(high), (60, 30, 15, 5))
        return None if found is None else f"{int(found) // 60:02d}:{int(found) % 60:02d}"
    # of what is counted, "more than 3.5" is nothing that anybody would say
    counted = kind is AnswerType.NUMBER and isinstance(low, int) and isinstance(high, int)
    return _round(low, high, [step for step in _STEPS if step >= 1] if counted else _STEPS)


def _round(low: float, high: float, steps: Sequence[float]) -> float | int | None:
    for step in steps:
        figure = round((math.floor(low / step) + 1) * step, 2)
        if low < figure < high:
            return int(figure) if float(figure).is_integer() else figure
    return None


def _near(value: Any, first: Value, words: Attribute, reader: Reader, rng: random.Random) -> Json:
    """A figure between a value and that of another thing of its kind, so that it is one that people would name."""
    if not isinstance(first, Attr):
        return None
    thing = reader.domain.thing(thing_of(first.walk))
    rows = reader.world.tables[thing.entity].values()
    others = sorted({row[first.attribute] for row in rows if row.get(first.attribute) not in (None, "", value)})
    if not others:
        return None
    low, high = sorted((value, rng.choice(others)))
    figure = _inside(low, high, words.type)
    return figure if figure is not None else high if value == low else low
