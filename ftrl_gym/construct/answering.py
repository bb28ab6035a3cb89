"""Answers: what a bound program comes to, and whether it is the only thing its words can mean."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ftrl_gym.construct.compiling import Lookup
from ftrl_gym.construct.domain import Attribute, Domain
from ftrl_gym.construct.operations import OPERATIONS, Asked
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Attr, Combined, Member, Op, Program, Value, thing_of, walks_of
from ftrl_gym.construct.reading import Reader
from ftrl_gym.construct.settling import words_of
from ftrl_gym.construct.shapes import Shapes
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import Answer, AnswerType, Json
from ftrl_gym.world import WorldBase


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
    reader = ground.reader
    if not program.values or any(not reader.certain(walk) for walk in walks_of(program)):
        raise NoQuestion("the words mean no row, or several")
    if len(readings(program, ground)) != 1:
        raise NoQuestion("the question has several right answers")
    answer = _combine(program, [reader.values(value)[0] for value in program.values], ground)
    if answer is None:
        raise NoQuestion("the values allow no such question")
    return answer


def _combine(program: Program, values: Sequence[Json], ground: Ground) -> Answer | None:
    """The answer from the values; None where they allow no such question (ties, empty values, equal list entries)."""
    if any(value is None or value == "" for value in values) and (program.op is not Op.COUNT or program.keep):
        return None
    first = program.values[0]
    worked_out = program.op is Op.VALUE and isinstance(first, Combined)
    if worked_out and isinstance(values[0], int | float) and values[0] <= 0:
        return None
    counts_names = program.op is Op.COUNT and program.keep is None  # names need not be what anybody asks for
    asked = Asked(
        program=program,
        values=values,
        words=Attribute(AnswerType.NAME, ()) if counts_names else attribute_of(first, ground.domain),
        unit=None if counts_names else unit_of(first, ground),
        label=lambda n: label_of(program.values[n], ground),
        today=str(ground.world.constants["today"]),
        split=sum(isinstance(v, Attr) and isinstance(v.walk, Member) and v.walk.search == program.over
                  for v in program.values),
        then=_branch(program, ground),
        each=[(attribute_of(v, ground.domain).type, unit_of(v, ground)) for v in program.values]
        if program.op is Op.LIST and program.over is None else (),
    )  # fmt: skip
    return OPERATIONS[program.op].answer(asked)


def _branch(program: Program, ground: Ground) -> Answer | None:
    """What the branch of a choice comes to; None when it could be several things."""
    if program.op is not Op.CHOOSE or not program.then:
        return None
    found = set(map(str, ground.reader.values(program.then[0])))
    return answer_of(Program(Op.VALUE, program.then), ground) if len(found) == 1 else None


def label_of(value: Value, ground: Ground) -> tuple[AnswerType, Json]:
    """What the thing is called that a value is of."""
    assert isinstance(value, Attr)
    thing = ground.domain.thing(thing_of(value.walk))
    return thing.label_type, ground.reader.row(value.walk)[thing.label]


def with_aliases(answer: Answer, program: Program, ground: Ground, speaker: Speaker) -> Answer:
    """The winner may also be called what the question calls it."""
    names = []
    for value in program.values:
        if label_of(value, ground)[1] == answer.value:
            assert isinstance(value, Attr)
            others = speaker.short(value.walk), speaker.called.get(value.walk)
            names += [speaker.noun(value.walk), *filter(None, others)]
    return answer.model_copy(update={"aliases": tuple(name for name in names if name != answer.value)})


def attribute_of(value: Value, domain: Domain) -> Attribute:
    """How a value is talked about."""
    return words_of(value, domain)


def unit_of(value: Value, ground: Ground) -> str | None:
    """Unit of a value, looked up where it depends on the row."""
    unit = attribute_of(value, ground.domain).unit
    if unit is None or not unit.startswith("@"):
        return unit
    return str(ground.reader.values(replace(value, attribute=unit[1:]))[0])


def candidates_of(program: Program, reader: Reader) -> list[str]:
    """What the question names although one of them is its answer."""
    if program.op in (Op.LOWEST, Op.HIGHEST) and program.over is None:
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
