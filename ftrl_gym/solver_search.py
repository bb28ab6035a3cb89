"""Forward chaining: from what a question names, through the tools, to what it asks.

Part of the independent solver. Rounds of calls: every parameter is filled with a value that the question names or that
an earlier result brought and that fits by :mod:`ftrl_gym.solver_vocabulary`; reading tools only. Where a result has
several rows, the question's own words (a named value, a superlative) must pick; what they do not pick is followed only
as *doubtful*, so that a second reading shows up instead of going unnoticed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from ftrl_gym import parameters, results
from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.question_values import Named
from ftrl_gym.solver_pick import Object, among, pick, says
from ftrl_gym.solver_types import Parameter, Sort, Way, is_date, is_number, words
from ftrl_gym.solver_vocabulary import Vocabulary
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import Effect, FactSource, ToolDocument
from ftrl_gym.world import World

MOST_CALLS = 1500
"""The search gives up after so many calls."""
_DIGITS = 3
"""Of the shortest number by which a thing is called."""
MOST_FILLINGS = 64
"""At most so many ways to fill one tool's parameters are tried in a round."""


class Trust(IntEnum):
    """Which values are followed, in the order in which the search lets them in."""

    ASKED = 0
    """The question names them, or they answer a sub-question."""
    LISTED = 1
    """They answer a sub-question about a row that the question does not pick; perhaps it asks about every row."""
    FOUND = 2
    """Whatever else came back."""
    DOUBTED = 3
    """They stand in a row that the question does not pick."""


@dataclass(eq=False)
class Value:
    """A value that may fill a parameter, and where it comes from."""

    value: Json
    row: Row | None
    """None when the question names it."""
    attribute: str = ""
    """``entity.attribute`` it was delivered as."""
    choice: bool = False
    """Whether it is common knowledge or a member of a closed vocabulary, which names no thing."""
    letters: str = ""
    """Letters that are no part of what the question says, but that documents write such a number with."""


Filling = dict[str, tuple[Value, ...]]
"""Path of a parameter -> the values to fill it with; several only for one that lies in an array."""
_Choices = list[tuple[str, tuple[Value, ...]] | None]


@dataclass(eq=False)
class Row:
    """One object of a result that carries facts of one entity."""

    entity: str
    key: str
    fields: dict[str, Json]
    """Attribute -> value, without what the call itself brought in."""
    tool: str
    inputs: tuple[Value, ...]
    depth: int
    doubt: int
    """How many choices on the way to it the question's words did not make."""
    own: Object
    """The object with its facts under the names of their attributes."""
    result: Sequence[Object]
    """All objects of the list it stands in."""
    meant: Sequence[Object]
    """Those of them that have the very values that the call gave."""

    def spans(self) -> frozenset[str]:
        """The values of the question that it rests on."""
        found: set[str] = set()
        for value in self.inputs:
            if value.row is not None:
                found |= value.row.spans()
            elif not value.choice:
                found.add(str(value.value))
        return frozenset(found)

    def steps(self) -> frozenset[tuple[str, str, str]]:
        """(entity, key, attribute) of every value that led to it."""
        found: set[tuple[str, str, str]] = set()
        for value in self.inputs:
            if value.row is not None:
                entity, attribute = value.attribute.split(".", 1)
                found |= value.row.steps() | {(entity, value.row.key, attribute)}
        return frozenset(found)

    def chain(self) -> list[Row]:
        """It and every row on the way to it."""
        return [self, *(row for value in self.inputs if value.row is not None for row in value.row.chain())]


@dataclass
class Search:
    """One search over one task.

    Args:
        vocabulary: Of the offered documents.
        named: What the question names.
        toolbox: Runs the tools.
        world: Where they read.
        wanted: ``entity.attribute`` of everything that is asked.
    """

    vocabulary: Vocabulary
    named: Named
    toolbox: Toolbox
    world: World | None
    wanted: frozenset[str]
    rows: list[Row] = field(default_factory=list)
    calls: int = 0
    _targets: frozenset[tuple[str, str]] = frozenset()
    _values: list[Value] = field(default_factory=list)
    _tried: set[tuple[Any, ...]] = field(default_factory=set)
    _exhausted: set[tuple[Any, ...]] = field(default_factory=set)
    """Ways with values that may fill them, of which every combination was tried."""

    _told: dict[frozenset[tuple[Any, ...]], list[frozenset[str]]] = field(default_factory=dict)
    """What was looked up by which values -> what the tools tell that were asked."""
    _refused: set[frozenset[tuple[Any, ...]] | None] = field(default_factory=set)
    """What was looked up in vain."""

    def run(self, targets: Iterable[tuple[str, str]]) -> None:
        """Searches until the rows ``(entity, key)`` of all targets with their attributes are there, or nothing is new.

        Args:
            targets: ``(entity.attribute, key)`` pairs.
        """
        missing = set(targets)
        self._targets = frozenset(missing)
        self._values = [Value(span, None) for span in (*self.named.names, *self.named.dates, *self.named.numbers)]
        self._values += self.written_in_full(*itertools.chain.from_iterable(self.vocabulary.parameters.values()))
        self._values += [Value(known, None, choice=True) for known in self.named.common]
        documents = [d for d in self.vocabulary.documents.values() if d.effect is Effect.READ]
        documents.sort(key=lambda document: document.name in self.vocabulary.lesser)
        direct = [d for d in documents if self.vocabulary.readings[d.name].delivers & self.wanted]
        for trust in Trust:
            for tools in (direct, documents):
                self._rounds(tools, trust, missing)
                if not missing:
                    return

    def written_in_full(self, *parameters: Parameter) -> list[Value]:
        """Numbers that the question names, with the letters that parameters write them with."""
        letters = dict.fromkeys(itertools.chain.from_iterable(one.letters for one in parameters))
        numbers = dict.fromkeys(word for word in self.named.text.split() if word.isdecimal() and len(word) >= _DIGITS)
        return [Value(f"{before}{number}", None, letters=before) for before in letters for number in numbers]

    def _rounds(self, tools: Sequence[ToolDocument], trust: Trust, missing: set[tuple[str, str]]) -> None:
        new = True
        while new and missing and self.calls < MOST_CALLS:
            new = False
            usable = [value for value in self._values if self._trust(value) <= trust]
            usable.sort(key=lambda value: value.row is None)  # what tools gave fits better
            for document in tools:
                for filling in self._fillings(document, usable):
                    self._call(document, filling, missing)
                    new = True

    def _trust(self, value: Value) -> Trust:
        if value.row is None or (not value.row.doubt and value.attribute in self.wanted):
            return Trust.ASKED
        if (value.attribute, value.row.key) in self._targets:
            return Trust.LISTED
        return Trust.DOUBTED if value.row.doubt else Trust.FOUND

    def _fillings(self, document: ToolDocument, usable: Sequence[Value]) -> list[Filling]:
        """New ways to fill a tool's required parameters, and its optional ones with choices that the question says."""
        new: list[Filling] = []
        for number, way in enumerate(self.vocabulary.ways[document.name]):
            choices = self._choices(way, usable)
            offered = (document.name, number, *(_values_of(some) for some in choices))
            if offered in self._exhausted:
                continue
            for picked in itertools.product(*choices):
                filling = dict(one for one in picked if one is not None)
                key = (document.name, *((name, *(one.value for one in some)) for name, some in filling.items()))
                given = [str(one.value) for some in filling.values() for one in some]
                if key not in self._tried and len(set(given)) == len(given):
                    self._tried.add(key)  # no question compares a thing with itself, hence the second condition
                    new.append(filling)
                    if len(new) == MOST_FILLINGS:
                        return new
            self._exhausted.add(offered)
        return new

    def _choices(self, way: Way, usable: Sequence[Value]) -> list[_Choices]:
        """For each parameter of a way the values that may fill it; None where it may be left out."""
        choices: list[_Choices] = []
        merged = any(len(parameter.bound) > 1 for parameter in way)
        for parameter in way:
            if parameter.sort is Sort.CHOICE:
                said: list[Json] = [choice for choice in parameter.choices if says(self.named, choice)]
                rest = [choice for choice in parameter.choices if choice not in said]
                every = not said or (merged and not parameter.bound)  # it says what is looked up, step by step
                chosen = [*said, *rest] if parameter.required and every else said
                some = [(parameter.name, (Value(choice, None, choice=True),)) for choice in chosen]
                choices.append([*some] if parameter.required else [None, *some])
            elif parameter.required:
                fitting: dict[tuple[type, Json], Value] = {}
                for value in usable:
                    if self.admits(parameter, value):
                        fitting.setdefault((type(value.value), value.value), value)
                sets = itertools.islice(itertools.permutations(fitting.values(), parameter.least), MOST_FILLINGS)
                choices.append([(parameter.name, one) for one in sets])
        return choices

    def admits(self, parameter: Parameter, value: Value) -> bool:
        """Whether a value may fill a parameter, by sort, pattern and what documents say."""
        given = value.value
        if parameter.sort is Sort.NUMBER:
            asked = value.row is None or value.attribute in self.wanted
            return is_number(given) and asked and not (parameter.whole and isinstance(given, float))
        if parameter.sort is Sort.DATE:
            return is_date(given) and (value.row is None or value.attribute in self.wanted)
        if parameter.digits and parameter.pattern and is_number(given):
            asked = value.row is None or value.attribute in self.wanted
            return asked and re.search(parameter.pattern, str(given)) is not None
        if parameter.sort is not Sort.NAME or not isinstance(given, str) or is_date(given):
            return False
        if value.letters:
            return value.letters in parameter.letters
        if value.row is None:
            return parameter.pattern is None or re.search(parameter.pattern, given) is not None
        entity, attribute = value.attribute.split(".", 1)
        return self.vocabulary.fits(parameter, entity, attribute, value.row.tool)

    def _call(self, document: ToolDocument, filling: Filling, missing: set[tuple[str, str]]) -> None:
        if self.calls >= MOST_CALLS:
            return
        arguments = self._arguments(document, filling)
        if arguments is None:
            return
        look_up = self._look_up(document, filling)
        delivers = self.vocabulary.readings[document.name].delivers
        if look_up and any(delivers <= known for known in self._told.get(look_up, ())):
            return
        again = look_up in self._refused and document.name in self.vocabulary.lesser
        self.calls += not again  # what tells more has been refused, so nothing is looked for in vain by this one
        try:
            result = self._whole(document, arguments)
        except ToolFailure:
            self._refused.add(look_up)
            return
        if look_up:
            self._told.setdefault(look_up, []).append(delivers)
        inputs = tuple(value for some in filling.values() for value in some)
        depth = 1 + max((value.row.depth for value in inputs if value.row is not None), default=0)
        doubt = max((value.row.doubt for value in inputs if value.row is not None), default=0)
        rows = rows_of(document, arguments, result, inputs, depth, doubt)
        lists = {id(row.result): row for row in rows}
        picks = {result: self._pick(row) for result, row in lists.items()}
        for row in rows:
            left, picked = picks[id(row.result)]
            row.doubt += 0 if among(row.own, picked) else 1 if among(row.own, left) else 2
            self.rows.append(row)
            asked_for = row.meant is row.result or among(row.own, row.meant)
            for attribute, value in row.fields.items():
                full = f"{row.entity}.{attribute}"
                if asked_for:  # what is like it may be found by chance, before it is known which one is meant
                    missing.discard((full, row.key))
                if isinstance(value, str | int | float) and not isinstance(value, bool):
                    self._values.append(Value(value, row, full))

    def _look_up(self, document: ToolDocument, filling: Filling) -> frozenset[tuple[Any, ...]] | None:
        """Equal for calls that find the same rows, by whatever tool; None where the documents do not tell."""
        bounds = [self.vocabulary.by_path[document.name][name].bound for name in filling]
        if not all(bounds):
            return None
        values = (tuple((type(one.value), one.value) for one in some) for some in filling.values())
        return frozenset(zip(bounds, values, strict=True))

    def _arguments(self, document: ToolDocument, filling: Filling) -> dict[str, Json] | None:
        """The arguments that a filling makes; None where its parts do not go together."""
        known = self.vocabulary.by_path[document.name]
        given = {name: [known[name].written(value.value) for value in some] for name, some in filling.items()}
        if document.plain and not document.alternatives:
            return {name: values[0] for name, values in given.items()}
        arguments = parameters.assembled(document.parameters, given) | self.vocabulary.readings[document.name].switches
        return None if self.vocabulary.problem(document.name, arguments) else arguments

    def _whole(self, document: ToolDocument, arguments: dict[str, Json]) -> Json:
        """What a tool says, all pages of it."""
        result = self.toolbox.run(document.name, arguments, self.world)
        pages = document.pages
        while pages is not None and result[pages.following] is not None:
            further = {**arguments, pages.parameter: result[pages.following]}
            result = results.joined(result, self.toolbox.run(document.name, further, self.world))
        return result

    def _pick(self, row: Row) -> tuple[list[Object], list[Object]]:
        others = self.vocabulary.nouns - words(row.entity)
        return pick(row.meant, row.entity, others, self.vocabulary.plain, self.named)


def _values_of(choices: _Choices) -> tuple[Any, ...]:
    return tuple(one and (one[0], *((type(each.value), each.value) for each in one[1])) for one in choices)


def rows_of(
    document: ToolDocument,
    arguments: dict[str, Json],
    result: Json,
    inputs: tuple[Value, ...] = (),
    depth: int = 0,
    doubt: int = 0,
) -> list[Row]:
    """The rows of facts in a result, without the attributes that the call itself brought in."""
    said = parameters.paths(arguments)
    asked = _asked(document, arguments) if document.pages is not None else {}
    bound = {attribute for path in document.binds if path in said for attribute in document.bound(path)}
    found = []
    for source in document.returns.facts:
        rows = [row for row in source.rows(result) if all(name in row for name in source.key)]
        rows = [row for row in rows if not _rather_another(row, source, document.returns.facts)]
        named = [_by_attribute(row, source) for row in rows]
        meant = [own for own in named if _has(own, source.entity, asked)] if asked else named
        for row, own in zip(rows, named, strict=True):
            fields = {a: row[f] for f, a in source.fields.items() if f in row and f"{source.entity}.{a}" not in bound}
            key = "|".join(str(row[name]) for name in source.key)
            found.append(Row(source.entity, key, fields, document.name, inputs, depth, doubt, own, named, meant))
    return found


def _asked(document: ToolDocument, arguments: dict[str, Json]) -> dict[str, list[Json]]:
    """``entity.attribute`` -> the values that a call gave for it."""
    asked: dict[str, list[Json]] = {}
    for path, _, value in parameters.given(document.parameters, arguments):
        for attribute in document.bound(path):
            asked.setdefault(attribute, []).append(parameters.iso(value) or value)
    return asked


def _has(own: Object, entity: str, asked: dict[str, list[Json]]) -> bool:
    """Whether an object has what was asked for, as far as it shows it: a list may hold what is only like it."""
    shown = ((name, asked.get(f"{entity}.{name}")) for name in own)
    return all(values is None or own[name] in values for name, values in shown)


def _rather_another(row: Object, source: FactSource, others: Sequence[FactSource]) -> bool:
    """Whether an object has more of the fields of another entity that is named by the same key in the same place."""

    def share(one: FactSource) -> float:
        return sum(name in row for name in one.fields) / max(1, len(one.fields))

    rivals = [one for one in others if one is not source and (one.path, one.key) == (source.path, source.key)]
    return any(share(one) > share(source) for one in rivals if one.where.items() <= row.items())


def _by_attribute(row: Object, source: FactSource) -> Object:
    """An object with its facts under the names of their attributes, whatever the result calls them.

    What it says beside them, of how it is kept, tells nothing about the thing.
    """
    return {attribute: row[name] for name, attribute in source.fields.items() if name in row}
