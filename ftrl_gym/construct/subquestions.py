"""Sub-questions, reference calls and derivations of the lookups of a program that is bound to a world."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from ftrl_gym.construct.answering import Ground, attribute_of, unit_of
from ftrl_gym.construct.compiling import Argument, Fixed, Given, Learned, Lookup, Said, levels
from ftrl_gym.construct.domain import Link, Search, Thing
from ftrl_gym.construct.objects import GoldCall
from ftrl_gym.construct.phrasing import Speaker
from ftrl_gym.construct.programs import Attr, Combined, Follow, Member, Value, Walk, thing_of
from ftrl_gym.construct.wording import fill, tidy
from ftrl_gym.task import Answer, AnswerType, Derivation, Fact, Json, SubQuestion


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
        declared = thing.attributes.get(value.attribute)
        if isinstance(value.walk, Member) and value.attribute in (thing.key, thing.label):
            return f"Which is number {value.walk.rank + 1} of {self._rows(value.walk.search)}?"
        called = value.attribute in (thing.key, thing.handle)  # its own name would say what is asked
        name = (self._described if called else self._name)(value.walk)
        if value.attribute == thing.key:
            return f"What is the {thing.label_noun if thing.label == thing.key else _spoken(thing.key)} of {name}?"
        if declared is None:
            return self._ask_linked(thing, value.attribute, name)
        asks = declared.asks or tuple(f"What is {noun}?" for noun in declared.nouns)
        return fill(asks[0], {"x": name})

    def _ask_linked(self, thing: Thing, attribute: str, name: str) -> str:
        """The question for what is only ever passed on the way to something else."""
        for step in self.ground.domain.steps.values():
            if isinstance(step, Link) and (step.source, step.attribute) == (thing.name, attribute):
                people = self.ground.domain.thing(step.target).entity in self.ground.domain.people
                return f"{'Who' if people else 'What'} is {fill(step.nouns[0], {'x': name})}?"
        return f"What is the {_spoken(attribute)} of {name}?"

    def _described(self, walk: Walk) -> str:
        """The thing at a walk's end by the last step to it, for questions about the id that would name it."""
        if not isinstance(walk, Follow):
            return self._name(walk)
        names = self.speaker.with_given(walk, list(map(self._name, walk.sources)))
        return tidy(fill(self.ground.domain.steps[walk.step].nouns[0], {"day": "", **names}))

    def _rows(self, search: Follow) -> str:
        step = self.ground.domain.steps[search.step]
        assert isinstance(step, Search)
        names = {"day": "", **self.speaker.with_given(search, list(map(self._name, search.sources)))}
        return tidy(f"the {fill(step.plural, names)} {fill(step.place, names)}")

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

    def earned_by(self, sources: Sequence[Argument]) -> list[str]:
        """Sub-questions whose facts an answer is made of, from where its values come from. The key of a linked thing is
        a value of the thing that it is linked from."""
        wanted = dict.fromkeys(source.lookup for source in sources if isinstance(source, Learned))
        return [self.sub_questions[n].id for n in sorted(wanted)]

    def calls(self) -> list[GoldCall]:
        """The calls, equal ones once."""
        calls: dict[str, GoldCall] = {}
        for sub, lookup, level in zip(self.sub_questions, self.lookups, self.depth, strict=True):
            arguments = {parameter: self.argument(source) for parameter, source in lookup.arguments}
            key = f"{lookup.tool}{sorted(arguments.items())}"
            before = calls.get(key)
            answers = (*before.answers, sub.id) if before else (sub.id,)
            sees = tuple(dict.fromkeys([*(before.sees if before else ()), *self._told_apart_by(lookup)]))
            calls[key] = GoldCall(tool=lookup.tool, arguments=arguments, turn=level - 1, answers=answers, sees=sees)
        return sorted(calls.values(), key=lambda call: call.turn)

    def _told_apart_by(self, lookup: Lookup) -> list[str]:
        """The attribute that says which of the rows found is meant."""
        walk = lookup.value.walk if isinstance(lookup.value, Attr) else None
        step = self.ground.domain.steps[walk.step] if isinstance(walk, Follow) else None
        return [step.by] if isinstance(step, Search) and step.by and step.tool == lookup.tool else []

    def told(self, source: Argument) -> ast.expr:
        """What tells a value, in a condition: the id of its sub-question, or the value that the question gives."""
        if isinstance(source, Learned):
            return ast.Name(self.sub_questions[source.lookup].id, ast.Load())
        return ast.Constant(self.argument(source))

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


def _spoken(attribute: str) -> str:
    """An attribute's name as words: ``flight number`` for ``flight_no``."""
    return re.sub(" no$", " number", attribute.replace("_", " "))
