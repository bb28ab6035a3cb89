"""Answers: what a bound program comes to, and whether it is the only thing its words can mean."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property

from ftrl_gym.construct.domain import Attribute, Domain
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Attr, Combined, Lookup, Op, Program, Value, thing_of, walks_of
from ftrl_gym.construct.reading import Reader
from ftrl_gym.construct.shapes import Shapes
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import Answer, AnswerType, Json
from ftrl_gym.world import WorldBase

COUNTS = range(2, 6)
"""How many rows a question may count."""


class NoQuestion(ConstructionError):
    """This draw gives no question; another may."""


@dataclass
class Ground:
    """One world with its vocabulary, ready to ask about."""

    domain: Domain
    shapes: Shapes
    world: WorldBase

    @cached_property
    def reader(self) -> Reader:
        """Evaluates walks over the world."""
        return Reader(self.domain, self.world)


def readings(program: Program, ground: Ground) -> set[str]:
    """The different answers that a program has over all readings of its words, as texts."""
    columns = [ground.reader.values(value) for value in program.values]
    return {repr(_combine(program, values, ground)) for values in itertools.product(*columns)}


def answer_of(program: Program, ground: Ground) -> Answer:
    """The one answer.

    Raises:
        NoQuestion: There is none, or more than one.
    """
    if not program.values or any(not ground.reader.certain(walk) for walk in walks_of(program)):
        raise NoQuestion("the words mean no row, or several")
    if len(readings(program, ground)) != 1:
        raise NoQuestion("the question has several right answers")
    values = [ground.reader.values(value)[0] for value in program.values]
    answer = _combine(program, values, ground)
    if answer is None:
        raise NoQuestion("the values allow no such question")
    return answer


def _combine(program: Program, values: list[Json] | tuple[Json, ...], ground: Ground) -> Answer | None:
    """The answer from the values; None where they allow no such question (ties, empty values, equal list entries)."""
    if program.op is Op.COUNT:
        return Answer(type=AnswerType.NUMBER, value=len(values)) if len(values) in COUNTS else None
    first = program.values[0]
    words = attribute_of(first, ground.domain)
    unit = unit_of(first, ground)
    if any(value is None or value == "" for value in values):
        return None
    if program.op is Op.VALUE:
        if isinstance(first, Combined) and isinstance(values[0], int | float) and values[0] <= 0:
            return None
        return Answer(type=words.type, value=values[0], unit=unit)
    if len(set(map(str, values))) < len(values):
        return None
    if program.op is Op.LIST:
        listable = not any(mark in str(value) for value in values for mark in (",", ";", " and "))
        return Answer(type=AnswerType.LIST, value=list(values)) if listable else None
    if program.op is Op.IS_LOWER:
        return Answer(type=AnswerType.YES_NO, value=values[0] < values[1])
    if program.op in (Op.SUM, Op.DIFFERENCE):
        total = sum(values) if program.op is Op.SUM else abs(values[0] - values[1])
        return Answer(type=words.type, value=round(total, 2), unit=unit)
    best = (min if program.op is Op.LOWEST else max)(range(len(values)), key=lambda n: values[n])
    winner = program.values[best]
    assert isinstance(winner, Attr)
    thing = ground.domain.thing(thing_of(winner.walk))
    return Answer(type=thing.label_type, value=ground.reader.row(winner.walk)[thing.label])


def with_aliases(answer: Answer, program: Program, ground: Ground, speaker: Speaker) -> Answer:
    """The winner may also be called what the question calls it."""
    names = []
    for value in program.values:
        assert isinstance(value, Attr)
        label = ground.reader.row(value.walk)[ground.domain.thing(thing_of(value.walk)).label]
        if label == answer.value:
            names += [speaker.noun(value.walk), *filter(None, [speaker.called.get(value.walk)])]
    return answer.model_copy(update={"aliases": tuple(name for name in names if name != answer.value)})


def attribute_of(value: Value, domain: Domain) -> Attribute:
    """How a value is talked about."""
    if isinstance(value, Attr):
        return domain.thing(thing_of(value.walk)).attributes[value.attribute]
    return value.combination.fields[value.attribute]


def unit_of(value: Value, ground: Ground) -> str | None:
    """Unit of a value, looked up where it depends on the row."""
    unit = attribute_of(value, ground.domain).unit
    if unit is None or not unit.startswith("@"):
        return unit
    return str(ground.reader.values(replace(value, attribute=unit[1:]))[0])


def candidates_of(program: Program, reader: Reader) -> list[str]:
    """What the question names although one of them is its answer."""
    if program.op in (Op.LOWEST, Op.HIGHEST):
        walks = [value.walk for value in program.values if isinstance(value, Attr)]
        return [str(reader.row(walk)[reader.domain.thing(thing_of(walk)).label]) for walk in walks]
    value = program.values[0]
    if isinstance(value, Combined) and attribute_of(value, reader.domain).type is AnswerType.CODE:
        return [str(reader.values(value)[0])]
    return []


def rivals_of(program: Program, lookups: tuple[Lookup, ...], domain: Domain) -> set[str]:
    """Tools by which one could work the answer out without its facts."""
    used = {lookup.tool for lookup in lookups}
    rivals: set[str] = set()
    for made in domain.combinations:
        if made.tool in used:
            rivals |= set(made.rivals)
        elif used & set(made.rivals) and len(program.values) > 1:
            rivals.add(made.tool)
    return rivals - used
