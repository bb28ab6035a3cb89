"""Forward chaining: from what a question names, through the tools, to what it asks.

Part of the independent solver. Rounds of calls: every parameter is filled with a value that the question names or that
an earlier result brought and that fits by :mod:`ftrl_gym.solver_types`; reading tools only. Where a result has several
rows, the question's own words (a named value, a superlative) must pick; what they do not pick is followed only as
*doubtful*, so that a second reading shows up instead of going unnoticed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.question_values import Named
from ftrl_gym.solver_types import Parameter, Sort, Vocabulary, is_date, is_number, words
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import Effect, ToolDocument
from ftrl_gym.world import World

MOST_CALLS = 600
"""The search gives up after so many calls."""
MOST_FILLINGS = 64
"""At most so many ways to fill one tool's parameters are tried in a round."""

_SUPERLATIVES = (
    (r"cheapest|least expensive|lowest priced|best value", r"price|fee|cost|amount|rate\b|tax", min),
    (r"dearest|priciest|costliest|most expensive", r"price|fee|cost|amount|rate\b|tax", max),
    (r"earliest|soonest|first|next", r"depart|start|date|from|arrive|time", min),
    (r"latest|last|most recent|newest", r"depart|start|date|from|arrive|time", max),
    (r"best rated|best reviewed|highest rated|top rated|best", r"rating|score", max),
    (r"worst rated|lowest rated|worst", r"rating|score", min),
    (r"nearest|closest|shortest|quickest|fastest", r"minute|distance|duration|km|hours", min),
    (r"furthest|farthest|longest|slowest", r"minute|distance|duration|km|hours", max),
    (r"biggest|largest|roomiest", r"beds|seats|size|area|capacity", max),
    (r"smallest", r"beds|seats|size|area|capacity", min),
)
"""Words of a question, the fields they may be about, and which end of these they mean."""
_BY_NOUN = ((r"most|highest|greatest|maximum", max), (r"fewest|least|lowest|minimum", min))
"""``the most seats``: the field is named by the words that follow."""


@dataclass(eq=False)
class Value:
    """A value that may fill a parameter, and where it comes from."""

    value: Json
    row: Row | None
    """None when the question names it."""
    attribute: str = ""
    """``entity.attribute`` it was delivered as."""


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

    def spans(self) -> frozenset[str]:
        """The values of the question that it rests on."""
        found: set[str] = set()
        for value in self.inputs:
            found |= value.row.spans() if value.row is not None else {str(value.value)}
        return frozenset(found)

    def steps(self) -> frozenset[str]:
        """The attributes whose values led to it."""
        found: set[str] = set()
        for value in self.inputs:
            if value.row is not None:
                found |= value.row.steps() | {f"{value.attribute}={value.value}"}
        return frozenset(found)


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
    _values: list[Value] = field(default_factory=list)
    _tried: set[tuple[Any, ...]] = field(default_factory=set)

    def run(self, targets: Iterable[tuple[str, str]]) -> None:
        """Searches until the rows ``(entity, key)`` of all targets with their attributes are there, or nothing is new.

        Args:
            targets: ``(entity.attribute, key)`` pairs.
        """
        missing = set(targets)
        self._values = [Value(span, None) for span in (*self.named.names, *self.named.dates, *self.named.numbers)]
        documents = [d for d in self.vocabulary.documents.values() if d.effect is Effect.READ]
        direct = [d for d in documents if self._delivers(d) & self.wanted]
        for tools, doubtful in ((direct, False), (documents, False), (direct, True), (documents, True)):
            self._rounds(tools, doubtful, missing)
            if not missing:
                return

    def _rounds(self, tools: Sequence[ToolDocument], doubtful: bool, missing: set[tuple[str, str]]) -> None:
        new = True
        while new and missing and self.calls < MOST_CALLS:
            new = False
            usable = [value for value in self._values if doubtful or value.row is None or not value.row.doubt]
            for document in tools:
                for filling in self._fillings(document, usable):
                    new |= self._call(document, filling, missing)

    def _delivers(self, document: ToolDocument) -> set[str]:
        return {f"{s.entity}.{attribute}" for s in document.returns.facts for attribute in s.fields.values()}

    def _fillings(self, document: ToolDocument, usable: Sequence[Value]) -> list[dict[str, Value]]:
        choices = []
        for parameter in self.vocabulary.parameters[document.name]:
            if parameter.required:
                fitting: dict[tuple[type, Json], Value] = {}
                for value in usable:
                    if self.admits(parameter, value):
                        fitting.setdefault((type(value.value), value.value), value)
                choices.append([(parameter.name, value) for value in fitting.values()] or self._by_choice(parameter))
        fillings = itertools.islice(itertools.product(*choices), MOST_FILLINGS)
        return [filling for filling in map(dict, fillings) if _all_different(filling)]

    def _by_choice(self, parameter: Parameter) -> list[tuple[str, Value]]:
        said = [choice for choice in parameter.choices if self.named.says(str(choice))]
        return [(parameter.name, Value(choice, None)) for choice in said or parameter.choices]

    def admits(self, parameter: Parameter, value: Value) -> bool:
        """Whether a value may fill a parameter, by sort, pattern and what documents say."""
        given = value.value
        if parameter.sort is Sort.NUMBER:
            asked = value.row is None or value.attribute in self.wanted
            return is_number(given) and asked and not (parameter.whole and isinstance(given, float))
        if parameter.sort is Sort.DATE:
            return is_date(given)
        if parameter.sort is not Sort.NAME or not isinstance(given, str) or is_date(given):
            return False
        if value.row is None:
            return parameter.pattern is None or re.search(parameter.pattern, given) is not None
        entity, attribute = value.attribute.split(".", 1)
        return self.vocabulary.fits(parameter, entity, attribute, value.row.tool)

    def _call(self, document: ToolDocument, filling: dict[str, Value], missing: set[tuple[str, str]]) -> bool:
        arguments = {name: value.value for name, value in filling.items()}
        key = (document.name, *arguments.items())
        if key in self._tried or self.calls >= MOST_CALLS:
            return False
        self._tried.add(key)
        self.calls += 1
        try:
            result = self.toolbox.run(document.name, arguments, self.world)
        except ToolFailure:
            return False
        inputs = tuple(filling.values())
        depth = 1 + max((value.row.depth for value in inputs if value.row is not None), default=0)
        doubt = max((value.row.doubt for value in inputs if value.row is not None), default=0)
        for row in rows_of(document, arguments, result, self.named, inputs, depth, doubt):
            self.rows.append(row)
            for attribute, value in row.fields.items():
                full = f"{row.entity}.{attribute}"
                missing.discard((full, row.key))
                if isinstance(value, str | int | float) and not isinstance(value, bool):
                    self._values.append(Value(value, row, full))
        return True


def _all_different(filling: dict[str, Value]) -> bool:
    """No question compares a thing with itself."""
    values = [str(value.value) for value in filling.values()]
    return len(set(values)) == len(values)


def rows_of(
    document: ToolDocument,
    arguments: dict[str, Json],
    result: Json,
    named: Named,
    inputs: tuple[Value, ...],
    depth: int,
    doubt: int,
) -> list[Row]:
    """The rows of facts in a result; those that the question does not pick are doubted once more."""
    bound = {document.binds[name] for name in arguments if name in document.binds}
    found = []
    for source in document.returns.facts:
        objects = [o for o in _objects(result, source.path) if all(name in o for name in source.key)]
        picked = pick(objects, named)
        for each in objects:
            fields = {a: each[f] for f, a in source.fields.items() if f in each and f"{source.entity}.{a}" not in bound}
            key = "|".join(str(each[name]) for name in source.key)
            more = 0 if any(each is one for one in picked) else 1
            found.append(Row(source.entity, key, fields, document.name, inputs, depth, doubt + more))
    return found


def _objects(result: Json, path: str) -> list[dict[str, Json]]:
    for step in path.split(".") if path else ():
        result = result.get(step) if isinstance(result, dict) else None
    if isinstance(result, dict):
        return [result]
    return [each for each in result if isinstance(each, dict)] if isinstance(result, list) else []


def pick(objects: Sequence[dict[str, Json]], named: Named) -> list[dict[str, Json]]:
    """The rows that the question's words mean: the only one, the ones with a named value, or an extreme one.

    Nothing is picked where several rows remain and no word of the question chooses between them.
    """
    if len(objects) < 2:
        return list(objects)
    left = list(objects)
    for name in objects[0]:
        values = [str(each.get(name)) for each in left]
        if len(set(values)) > 1:
            said = [each for each, value in zip(left, values, strict=True) if _speakable(value) and named.says(value)]
            left = said or left
    if len(left) == 1:
        return left
    extremes = [one for one in (_extreme(left, field, end) for field, end in _ends(left[0], named)) if one is not None]
    return [each for each in left if any(each is one for one in extremes)]


def _ends(sample: dict[str, Json], named: Named) -> list[tuple[str, Callable[..., Json]]]:
    """Fields of which the question wants the least or the greatest value."""
    asked = []
    for said, fields, end in _SUPERLATIVES:
        if re.search(rf" (?:{said}) ", named.text):
            about = [name for name in sample if re.search(fields, name) and _comparable(sample[name])]
            spoken = [name for name in about if words(name) & words(named.text)]
            asked += [(name, end) for name in (spoken or about)[:1]]
    for said, end in _BY_NOUN:
        for after in re.findall(rf" (?:{said}) ((?:\w+ ){{1,3}})", named.text):
            asked += [(name, end) for name in sample if words(name) & words(after) and _comparable(sample[name])]
    return list(dict.fromkeys(asked))


def _extreme(rows: Sequence[dict[str, Json]], name: str, end: Callable[..., Json]) -> dict[str, Json] | None:
    """The one row with the least or greatest value; None in a tie."""
    values = [each[name] for each in rows]
    best = end(values)
    return rows[values.index(best)] if values.count(best) == 1 else None


def _speakable(value: str) -> bool:
    return len(value) > 1 and value not in ("True", "False", "None")


def _comparable(value: Json) -> bool:
    return is_number(value) or is_date(value) or (isinstance(value, str) and bool(re.fullmatch(r"\d\d:\d\d", value)))
