"""Forward chaining: from what a question names, through the tools, to what it asks.

Part of the independent solver. Rounds of calls: every parameter is filled with a value that the question names or that
an earlier result brought and that fits by :mod:`ftrl_gym.solver_types`; reading tools only. Where a result has several
rows, the question's own words (a named value, a superlative) must pick; what they do not pick is followed only as
*doubtful*, so that a second reading shows up instead of going unnoticed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.question_values import Named
from ftrl_gym.solver_pick import Object, among, pick, says
from ftrl_gym.solver_types import Parameter, Sort, Vocabulary, is_date, is_number, words
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import Effect, ToolDocument
from ftrl_gym.world import World

MOST_CALLS = 600
"""The search gives up after so many calls."""
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
    """The object as it came."""
    result: Sequence[Object]
    """All objects of the list it stands in."""

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

    def run(self, targets: Iterable[tuple[str, str]]) -> None:
        """Searches until the rows ``(entity, key)`` of all targets with their attributes are there, or nothing is new.

        Args:
            targets: ``(entity.attribute, key)`` pairs.
        """
        missing = set(targets)
        self._targets = frozenset(missing)
        self._values = [Value(span, None) for span in (*self.named.names, *self.named.dates, *self.named.numbers)]
        self._values += [Value(known, None, choice=True) for known in self.named.common]
        documents = [d for d in self.vocabulary.documents.values() if d.effect is Effect.READ]
        direct = [d for d in documents if self._delivers(d) & self.wanted]
        for trust in Trust:
            for tools in (direct, documents):
                self._rounds(tools, trust, missing)
                if not missing:
                    return

    def _rounds(self, tools: Sequence[ToolDocument], trust: Trust, missing: set[tuple[str, str]]) -> None:
        new = True
        while new and missing and self.calls < MOST_CALLS:
            new = False
            usable = [value for value in self._values if self._trust(value) <= trust]
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

    def _delivers(self, document: ToolDocument) -> set[str]:
        return {f"{s.entity}.{attribute}" for s in document.returns.facts for attribute in s.fields.values()}

    def _fillings(self, document: ToolDocument, usable: Sequence[Value]) -> list[dict[str, Value]]:
        """New ways to fill a tool's required parameters, and its optional ones with choices that the question says."""
        options: list[list[tuple[str, Value] | None]] = []
        for parameter in self.vocabulary.parameters[document.name]:
            if parameter.sort is Sort.CHOICE:
                said: list[Json] = [choice for choice in parameter.choices if says(self.named, choice)]
                chosen = said or (parameter.choices if parameter.required else [])
                some = [(parameter.name, Value(choice, None, choice=True)) for choice in chosen]
                options.append([*some] if parameter.required else [None, *some])
            elif parameter.required:
                fitting: dict[tuple[type, Json], Value] = {}
                for value in sorted(usable, key=lambda value: value.row is None):  # what tools gave fits better
                    if self.admits(parameter, value):
                        fitting.setdefault((type(value.value), value.value), value)
                options.append([(parameter.name, value) for value in fitting.values()])
        new = []
        for picked in itertools.product(*options):
            filling = dict(one for one in picked if one is not None)
            key = (document.name, *((name, value.value) for name, value in filling.items()))
            if key not in self._tried and len({str(value.value) for value in filling.values()}) == len(filling):
                self._tried.add(key)  # no question compares a thing with itself, hence the second condition
                new.append(filling)
                if len(new) == MOST_FILLINGS:
                    break
        return new

    def admits(self, parameter: Parameter, value: Value) -> bool:
        """Whether a value may fill a parameter, by sort, pattern and what documents say."""
        given = value.value
        if parameter.sort is Sort.NUMBER:
            asked = value.row is None or value.attribute in self.wanted
            return is_number(given) and asked and not (parameter.whole and isinstance(given, float))
        if parameter.sort is Sort.DATE:
            return is_date(given) and (value.row is None or value.attribute in self.wanted)
        if parameter.sort is not Sort.NAME or not isinstance(given, str) or is_date(given):
            return False
        if value.row is None:
            return parameter.pattern is None or re.search(parameter.pattern, given) is not None
        entity, attribute = value.attribute.split(".", 1)
        return self.vocabulary.fits(parameter, entity, attribute, value.row.tool)

    def _call(self, document: ToolDocument, filling: dict[str, Value], missing: set[tuple[str, str]]) -> None:
        if self.calls >= MOST_CALLS:
            return
        arguments = {name: value.value for name, value in filling.items()}
        self.calls += 1
        try:
            result = self.toolbox.run(document.name, arguments, self.world)
        except ToolFailure:
            return
        inputs = tuple(filling.values())
        depth = 1 + max((value.row.depth for value in inputs if value.row is not None), default=0)
        doubt = max((value.row.doubt for value in inputs if value.row is not None), default=0)
        rows = rows_of(document, arguments, result, inputs, depth, doubt)
        picks = {id(row.result): self._pick(row) for row in rows}
        for row in rows:
            left, picked = picks[id(row.result)]
            row.doubt += 0 if among(row.own, picked) else 1 if among(row.own, left) else 2
            self.rows.append(row)
            for attribute, value in row.fields.items():
                full = f"{row.entity}.{attribute}"
                missing.discard((full, row.key))
                if isinstance(value, str | int | float) and not isinstance(value, bool):
                    self._values.append(Value(value, row, full))

    def _pick(self, row: Row) -> tuple[list[Object], list[Object]]:
        others = self.vocabulary.nouns - words(row.entity)
        return pick(row.result, row.entity, others, self.vocabulary.plain, self.named)


def rows_of(
    document: ToolDocument,
    arguments: dict[str, Json],
    result: Json,
    inputs: tuple[Value, ...] = (),
    depth: int = 0,
    doubt: int = 0,
) -> list[Row]:
    """The rows of facts in a result, without the attributes that the call itself brought in."""
    bound = {document.binds[name] for name in arguments if name in document.binds}
    found = []
    for source in document.returns.facts:
        objects = [o for o in _objects(result, source.path) if all(name in o for name in source.key)]
        for each in objects:
            fields = {a: each[f] for f, a in source.fields.items() if f in each and f"{source.entity}.{a}" not in bound}
            key = "|".join(str(each[name]) for name in source.key)
            found.append(Row(source.entity, key, fields, document.name, inputs, depth, doubt, each, objects))
    return found


def _objects(result: Json, path: str) -> list[Object]:
    for step in path.split(".") if path else ():
        result = result.get(step) if isinstance(result, dict) else None
    if isinstance(result, dict):
        return [result]
    return [each for each in result if isinstance(each, dict)] if isinstance(result, list) else []
