"""Stage 1, scenario decomposition: a brief becomes a question with sub-questions, answer and reference solution.

A shape is drawn, bound to rows of the world, evaluated in all its readings, and put into words. Whatever is not exactly
one right answer is no question: homonyms, ties and relations that can be taken two ways are refused here.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field, replace
from functools import cached_property

from ftrl_gym.construct.domain import Attribute, Domain
from ftrl_gym.construct.objects import Brief, Decomposition, GoldCall, GoldWords
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import (
    Anchor,
    kind_of,
    Argument,
    Attr,
    Combined,
    Fixed,
    Follow,
    Given,
    Lookup,
    Member,
    Op,
    Program,
    Reader,
    Said,
    Value,
    Walk,
    compile_program,
    levels,
    thing_of,
    walks_of,
    with_members,
)
from ftrl_gym.construct.shapes import Binder, Shapes
from ftrl_gym.construct.users import hide, parts_of
from ftrl_gym.errors import ConstructionError
from ftrl_gym.task import (
    Answer,
    AnswerType,
    ChangeOfMind,
    Counterpart,
    Derivation,
    Fact,
    Json,
    Kind,
    Nobody,
    Outcome,
    OutcomeKind,
    ScriptedUser,
    Slot,
    SubQuestion,
)
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


def decompose(brief: Brief, ground: Ground) -> Decomposition:
    """The question of one draw.

    Raises:
        NoQuestion: The draw has no rows, more than one reading, or an answer that cannot be asked for.
    """
    rng = random.Random(f"decompose/{brief.seed}/{brief.attempt}")
    user = "user" in brief.features
    twice = user and brief.width > 1 and rng.random() < 0.5
    kind = _ONE_OF.get(brief.kind, brief.kind) if twice else brief.kind
    shape = ground.shapes.draw(rng, kind, brief.hops, brief.width)
    program = _bound(shape, ground, rng)
    answer = answer_of(program, ground)
    speaker = Speaker(ground.reader, rng, brief.split, plain_dates=brief.difficulty < 0.2)
    script = _Script()
    if twice:
        script.reconsider(shape, program, ground, rng)
    elif user:
        script.keep_back(program, speaker, rng)
    said = speaker.say(program)
    if program.op in (Op.LOWEST, Op.HIGHEST):
        answer = _with_aliases(answer, program, ground, speaker)
    last = script.program or program
    lookups = compile_program(
        ground.domain, Program(Op.LIST, (*program.values, *(last.values if last is not program else ())))
    )
    writer = SubQuestions(ground, lookups, speaker)
    if kind_of(writer.depth) is not brief.kind:
        raise NoQuestion("its kind has changed with its rows")
    calls, words = writer.calls(), [GoldWords(turn=0, say=" ".join(script.asks))] if script.asks else []
    if script.program is not None:
        calls, words = _twice(calls, len(compile_program(ground.domain, program)), max(writer.depth), answer)
        answer = answer_of(script.program, ground)
    depth = writer.depth
    return Decomposition(
        brief=brief,
        question=said.text,
        family=said.family,
        hops=max(depth),
        width=max(depth.count(level) for level in depth),
        sub_questions=tuple(writer.sub_questions),
        outcome=Outcome(kind=OutcomeKind.ANSWER, answer=answer, earned_by=tuple(writer.earned_by(last.values))),
        calls=tuple(calls),
        words=tuple(words),
        counterpart=script.counterpart(),
        derivations=tuple(writer.derivations()),
        candidates=tuple(_candidates(program, ground.reader)),
        rivals=tuple(sorted(_rivals(program, writer.lookups, ground.domain))),
        readings=1,
    )


def _bound(shape: Program | None, ground: Ground, rng: random.Random) -> Program:
    program = Binder(ground.reader, rng).program(shape) if shape else None
    if program is None:
        raise NoQuestion("the shape finds no rows")
    return with_members(program, ground.reader)


@dataclass
class _Script:
    """What a scripted user does beside asking the question."""

    slots: list[Slot] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    changes: list[ChangeOfMind] = field(default_factory=list)
    program: Program | None = None
    """What they want to know after all."""

    def keep_back(self, program: Program, speaker: Speaker, rng: random.Random) -> None:
        """Hides details of the question."""
        walks = list(walks_of(program)) if program.over is None else [program.over]
        self.slots, self.asks = hide(walks, speaker, rng)
        if not self.asks:
            raise NoQuestion("the user has nothing to keep back")

    def reconsider(self, shape: Program | None, program: Program, ground: Ground, rng: random.Random) -> None:
        """Asks the same of something else once it is answered."""
        anchors = [walk for walk in parts_of(list(walks_of(program))) if isinstance(walk, Anchor)]
        if program.op is not Op.VALUE or len(set(anchors)) != 1:
            raise NoQuestion("a user who reconsiders needs one thing to take back")
        self.program = _bound(shape, ground, rng)
        other = next(walk for walk in parts_of(list(walks_of(self.program))) if isinstance(walk, Anchor))
        dates = {
            walk.given
            for p in (program, self.program)
            for walk in parts_of(list(walks_of(p)))
            if isinstance(walk, Follow)
        }
        if other in anchors or dates != {""} and dates:
            raise NoQuestion("nothing has changed")
        thing = ground.domain.thing(other.thing)
        before, after = (thing.anchors[0].format(x=ground.reader.row(a)[thing.handle]) for a in (anchors[0], other))
        if answer_of(self.program, ground) == answer_of(program, ground):
            raise NoQuestion("nothing has changed")
        self.changes = [ChangeOfMind(text=rng.choice(_REGRETS).format(before=before, after=after))]

    def counterpart(self) -> Counterpart:
        """The user, or nobody."""
        return (
            ScriptedUser(slots=tuple(self.slots), changes=tuple(self.changes))
            if self.slots or self.changes
            else Nobody()
        )


_ONE_OF = {Kind.PARALLEL_SINGLE_HOP: Kind.SINGLE_HOP, Kind.PARALLEL_MULTI_HOP: Kind.MULTI_HOP}
"""What is asked twice, once for each of two things, to make a task of a parallel kind."""

_REGRETS = (
    "Sorry, I meant {after}, not {before}. What is it for that?",
    "Oh, I mixed something up: it should be {after} instead of {before}. Could you look again?",
    "Thanks. On second thoughts I need the same for {after}, not for {before}.",
)


def _twice(calls: list[GoldCall], first: int, depth: int, answer: Answer) -> tuple[list[GoldCall], list[GoldWords]]:
    """The calls for the first wish, its answer, and then those for the second."""
    early = {f"s{n + 1}" for n in range(first)}
    moved = [
        call if early.issuperset(call.answers) else call.model_copy(update={"turn": call.turn + depth})
        for call in calls
    ]
    from ftrl_gym.policies import answer_text

    return sorted(moved, key=lambda call: call.turn), [GoldWords(turn=depth, say=answer_text(answer))]


# --- the answer ----------------------------------------------------------------------------------------------------


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


def _with_aliases(answer: Answer, program: Program, ground: Ground, speaker: Speaker) -> Answer:
    """The winner may also be called what the question calls it."""
    names = []
    for value in program.values:
        assert isinstance(value, Attr)
        label = ground.reader.row(value.walk)[ground.domain.thing(thing_of(value.walk)).label]
        if label == answer.value:
            names.append(speaker.noun(value.walk))
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


def _candidates(program: Program, reader: Reader) -> list[str]:
    if program.op in (Op.LOWEST, Op.HIGHEST):
        walks = [value.walk for value in program.values if isinstance(value, Attr)]
        return [str(reader.row(walk)[reader.domain.thing(thing_of(walk)).label]) for walk in walks]
    value = program.values[0]
    if isinstance(value, Combined) and attribute_of(value, reader.domain).type is AnswerType.CODE:
        return [str(reader.values(value)[0])]
    return []


def _rivals(program: Program, lookups: tuple[Lookup, ...], domain: Domain) -> set[str]:
    """Tools by which one could work the answer out without its facts."""
    used = {lookup.tool for lookup in lookups}
    rivals: set[str] = set()
    for made in domain.combinations:
        if made.tool in used:
            rivals |= set(made.rivals)
        elif used & set(made.rivals) and len(program.values) > 1:
            rivals.add(made.tool)
    return rivals - used


# --- sub-questions and calls ---------------------------------------------------------------------------------------


class SubQuestions:
    """Sub-questions, calls and derivations of the lookups of something bound to a world."""

    def __init__(self, ground: Ground, lookups: tuple[Lookup, ...], speaker: Speaker) -> None:
        self.ground, self.lookups, self.speaker = ground, lookups, speaker
        self.depth = levels(self.lookups)
        self.sub_questions = [self._sub_question(n, lookup) for n, lookup in enumerate(self.lookups)]

    def _sub_question(self, number: int, lookup: Lookup) -> SubQuestion:
        value = lookup.value
        fact = self._fact(lookup)
        return SubQuestion(
            id=f"s{number + 1}",
            question=self._ask(value),
            answer=self._answer(value, fact.value),
            depends_on=tuple(f"s{n + 1}" for n in dict.fromkeys(lookup.needs())),
            fact=fact,
            tool=lookup.tool,
        )

    def _fact(self, lookup: Lookup) -> Fact:
        value, reader = lookup.value, self.ground.reader
        if isinstance(value, Attr):
            thing = self.ground.domain.thing(thing_of(value.walk))
            key = reader.keys(value.walk)[0]
            return Fact(entity=thing.entity, key=key, attribute=value.attribute, value=self._row_value(value))
        source = self.ground.domain.documents[lookup.tool].returns.facts[0]
        row = value.combination.derive(self.ground.world, *(reader.row(walk) for walk in value.walks))
        return Fact(
            entity=source.entity,
            key="|".join(str(row[f]) for f in source.key),
            attribute=value.attribute,
            value=row[value.attribute],
        )

    def _row_value(self, value: Attr) -> Json:
        """The key of a row is a value too, though not every row repeats it."""
        thing = self.ground.domain.thing(thing_of(value.walk))
        if value.attribute == thing.key:
            return self.ground.reader.keys(value.walk)[0]
        return self.ground.reader.row(value.walk)[value.attribute]

    def _ask(self, value: Value) -> str:
        if isinstance(value, Combined):
            names = dict(zip("xy", map(self._name, value.walks), strict=True))
            return attribute_of(value, self.ground.domain).asks[0].format_map(names)
        thing = self.ground.domain.thing(thing_of(value.walk))
        name = self._name(value.walk)
        declared = thing.attributes.get(value.attribute)
        if isinstance(value.walk, Member):
            return f"What is number {value.walk.rank + 1} of the {thing.name}s?"
        if value.attribute == thing.key or declared is None:
            return f"What is the {value.attribute.replace('_', ' ')} of {self._described(value.walk)}?"
        return (declared.asks or tuple(f"What is {noun}?" for noun in declared.nouns))[0].format(x=name)

    def _described(self, walk: Walk) -> str:
        """The thing at a walk's end by the way to it, for questions about the id that would name it."""
        return self.speaker.noun(walk)

    def _name(self, walk: Walk) -> str:
        """The thing at a walk's end by its own name, as far as the world has one."""
        thing = self.ground.domain.thing(thing_of(walk))
        key = self.ground.reader.keys(walk)[0]
        if not thing.anchors:
            return f"{thing.name} {key}"
        return thing.anchors[0].format(x=self.ground.reader.row(walk).get(thing.handle, key))

    def _answer(self, value: Value, found: Json) -> Answer:
        if isinstance(value, Attr) and value.attribute not in self.ground.domain.thing(thing_of(value.walk)).attributes:
            return Answer(type=AnswerType.CODE if isinstance(found, str) else AnswerType.NUMBER, value=found)
        return Answer(type=attribute_of(value, self.ground.domain).type, value=found, unit=unit_of(value, self.ground))

    def earned_by(self, values: tuple[Value, ...]) -> list[str]:
        """Sub-questions whose facts an answer from these values is made of."""
        wanted = set(values)
        return [sub.id for sub, lookup in zip(self.sub_questions, self.lookups, strict=True) if lookup.value in wanted]

    def calls(self) -> list[GoldCall]:
        """The calls, equal ones once."""
        calls: dict[str, GoldCall] = {}
        for sub, lookup, level in zip(self.sub_questions, self.lookups, self.depth, strict=True):
            arguments = {parameter: self.argument(source) for parameter, source in lookup.arguments}
            key = f"{lookup.tool}{sorted(arguments.items())}"
            before = calls.get(key)
            answers = (*before.answers, sub.id) if before else (sub.id,)
            calls[key] = GoldCall(tool=lookup.tool, arguments=arguments, turn=level - 1, answers=answers)
        return sorted(calls.values(), key=lambda call: call.turn)

    def argument(self, source: Argument) -> Json:
        """The literal value of an argument."""
        if isinstance(source, Fixed):
            return source.value
        if isinstance(source, Said):
            return source.walk.given
        if isinstance(source, Given):
            return self.ground.reader.row(source.anchor)[source.attribute]
        fact = self.sub_questions[source.lookup].fact
        assert fact is not None
        return fact.value

    def derivations(self) -> list[Derivation]:
        """Arguments that follow from the question without standing in it."""
        found: list[Json] = list(self.speaker.derived)
        for lookup in self.lookups:
            properties = self.ground.domain.documents[lookup.tool].parameters["properties"]
            found += [s.value for p, s in lookup.arguments if isinstance(s, Fixed) and "enum" not in properties[p]]
        return [Derivation(value=value) for value in dict.fromkeys(found)]
