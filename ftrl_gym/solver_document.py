"""What one tool document says by itself, to a reader who knows no other.

Part of the independent solver. Most of what the solver asks about a tool follows from its own document, so a document
is read once, however many tasks offer the tool.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.parameters import Leaf
from ftrl_gym.solver_types import Parameter, Sort, Way, words
from ftrl_gym.task import Json
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import FactSource, ToolDocument

_CONTAINERS = frozenset(
    ("argument", "body", "criterion", "data", "filter", "input", "item", "param", "parameter", "query", "request",
     "search", "selector", "where")
)  # fmt: skip
"""Names of objects and lists that say nothing about what is in them."""

_LETTERS = re.compile(r'"([A-Z-]+)" (?:and|&) (?:the )?(?:number|no\.)')
"""How a description says which letters stand before a number."""


class Same:
    """A document as a key: by identity, since documents hold dicts."""

    def __init__(self, document: ToolDocument) -> None:
        self.document = document

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.document is self.document


@dataclass(frozen=True, eq=False)
class Place:
    """Where a tool takes a value, options not among them."""

    leaf: Leaf
    bound: tuple[str, ...]
    words: frozenset[str]
    """Content words of its path and description."""
    path_words: frozenset[str]
    """Content words of its path alone."""
    _made: dict[tuple[str | None, frozenset[str]], tuple[Parameter, Parameter]] = field(default_factory=dict)

    def parameter(self, pattern: str | None, words: frozenset[str]) -> tuple[Parameter, Parameter]:
        """The value that is taken here, as the document says it and as one that must be given.

        Args:
            pattern: Which texts are taken, by this or other documents.
            words: Content words of the attributes that it is bound to.
        """
        pair = self._made.get((pattern, words))
        if pair is None:
            one = self._parameter(pattern, words)
            pair = self._made[(pattern, words)] = (one, one if one.required else replace(one, required=True))
        return pair

    def _parameter(self, pattern: str | None, words: frozenset[str]) -> Parameter:
        leaf = self.leaf
        sort = _sort(leaf.schema, pattern)
        return Parameter(
            name=leaf.path,
            required=leaf.required,
            sort=sort,
            bound=self.bound,
            words=self.words | words,
            pattern=pattern,
            choices=leaf.choices,
            whole=leaf.schema.get("type") == "integer",
            digits=sort is Sort.NAME and pattern is not None and _takes_digits(pattern),
            in_parts=leaf.in_parts,
            least=leaf.least,
            letters=tuple(_LETTERS.findall(leaf.about)),
        )


@dataclass(frozen=True)
class _Choice:
    """One way to call a tool, before it is known what its values are."""

    own: tuple[int, ...]
    """Numbers of the places that it has."""
    needed: frozenset[str] | None
    """Paths of the values that must be given; None where those are that the document calls required."""


class Reading:
    """One document, read."""

    def __init__(self, document: ToolDocument) -> None:
        self.document = document
        facts = document.returns.facts
        self.delivers = frozenset(f"{s.entity}.{attribute}" for s in facts for attribute in s.fields.values())
        """Every ``entity.attribute`` that a result may hold."""
        self.nouns = frozenset().union(*(words(source.entity) for source in facts))
        """What the things are called that it knows."""
        self.patterns = tuple(_patterns(document))
        """(``entity.attribute``, what its texts look like) of its results, in order."""
        self.described = tuple(
            (bound, words(leaf.about)) for leaf in document.leaves for bound in document.bound(leaf.path)
        )
        """(``entity.attribute``, words by which a parameter that is bound to it is described)."""
        self.switches = _switches(document)
        """Its options that are off by default, turned on: a careful reader wants to see all there is."""
        self.checker = Checker(document)
        self.places = tuple(map(self._place, (one for one in document.leaves if not document.is_option(one.path))))
        self._choices = tuple(self._ways())

    def _place(self, leaf: Leaf) -> Place:
        own = _path_words(leaf.path)
        return Place(leaf, self.document.bound(leaf.path), own | words(leaf.about), own)

    def ways(self, values: Sequence[tuple[Parameter, Parameter]]) -> tuple[Way, ...]:
        """The ways to call it: one per alternative, and there one more per optional object that needs values of its
        own; one per filter where nothing need be given.

        Args:
            values: For each place what it takes, as :meth:`Place.parameter` gives it.
        """
        return tuple(
            tuple(values[n][choice.needed is not None and values[n][0].name in choice.needed] for n in choice.own)
            for choice in self._choices
        )

    def _ways(self) -> Iterator[_Choice]:
        document, numbers = self.document, range(len(self.places))
        if document.plain and not document.alternatives:
            yield _Choice(tuple(numbers), None)
            return
        members = {name for names in document.alternatives for name in names}
        for chosen in document.alternatives or ((),):
            left_out = members - set(chosen)
            own = tuple(n for n in numbers if self.places[n].leaf.parameter not in left_out)
            needed = _required(document, chosen)
            yield _Choice(own, needed)
            objects = {way for leaf in document.leaves for way in leaf.ways[:-1]} - {
                name.rpartition(".")[0] for name in needed
            }
            for path in sorted(objects):
                within = _required(document, (*chosen, path))
                if within > needed:
                    yield _Choice(own, within)
            if not needed:
                filters = (self.places[n] for n in own)
                yield from (
                    _Choice(own, frozenset((one.leaf.path,)))
                    for one in filters
                    if one.bound and "enum" not in one.leaf.schema
                )


def reading_of(document: ToolDocument) -> Reading:
    """A document, read; the same object for the same document, while it is in use."""
    return _reading(Same(document))


@functools.lru_cache(maxsize=1024)
def _reading(same: Same) -> Reading:
    return Reading(same.document)


def _patterns(document: ToolDocument) -> Iterator[tuple[str, str]]:
    for source in document.returns.facts:
        for name, schema in _field_schemas(document, source).items():
            if "pattern" in schema:
                yield f"{source.entity}.{source.fields[name]}", schema["pattern"]


def _switches(document: ToolDocument) -> dict[str, Json]:
    """Top-level options that are false by default, as true."""
    properties = document.parameters.get("properties", {})
    return {name: True for name in document.options if properties.get(name, {}).get("default") is False}


def _sort(schema: Mapping[str, Any], pattern: str | None) -> Sort:
    if "enum" in schema:
        return Sort.CHOICE
    if parameters.is_date_in_parts(schema):
        return Sort.DATE
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return Sort.NUMBER
    if kind == "string":
        dated = pattern is not None and re.fullmatch(pattern, "2026-05-04") is not None
        return Sort.DATE if dated or schema.get("format") == "date" else Sort.NAME
    return Sort.FREE


def _takes_digits(pattern: str) -> bool:
    """Whether a pattern takes numbers and no words."""
    return any(re.search(pattern, text) for text in ("7", "42", "1.5")) and not re.search(pattern, "Word")


def _path_words(path: str) -> frozenset[str]:
    *around, own = path.split(".")
    return words(own).union(*(words(step) - _CONTAINERS for step in around))


def _required(document: ToolDocument, also: Sequence[str]) -> frozenset[str]:
    """Paths of the values that a call must give when it gives these parameters or objects."""
    schema = document.parameters
    for path in also:
        schema = _needing(schema, path.split("."))
    own = document.leaves if schema is document.parameters else parameters.leaves(schema)
    return frozenset(leaf.path for leaf in own if leaf.required and not document.is_option(leaf.path))


def _needing(schema: dict[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    """A schema in which what lies at a path is required."""
    name, *rest = steps
    inner = schema["properties"][name]
    if rest:
        inner = {**inner, "items": _needing(inner["items"], rest)} if "items" in inner else _needing(inner, rest)
    required = [*schema.get("required", ()), name]
    return {**schema, "required": required, "properties": {**schema["properties"], name: inner}}


def _field_schemas(document: ToolDocument, source: FactSource) -> dict[str, dict[str, Any]]:
    """Schema of each result field that carries a fact."""
    within = _at(document.returns.schema_, source.path.split(".") if source.path else ())
    return {field: _at(within, field.split(".")) for field in source.fields}


def _at(schema: dict[str, Any], steps: Iterable[str]) -> dict[str, Any]:
    """What a schema says at a path, through the elements of arrays."""
    for step in steps:
        schema = _elements(schema).get("properties", {}).get(step, {})
    return _elements(schema)


def _elements(schema: dict[str, Any]) -> dict[str, Any]:
    return _elements(schema["items"]) if isinstance(schema.get("items"), dict) else schema
