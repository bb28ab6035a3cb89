"""What fits where: which values may fill which parameters, judged by the documents alone.

Part of the independent solver. A value fits a parameter by what documents say about both: the attribute they bind or
deliver, words in names and descriptions, patterns of their schemas. Nothing is known here about any scenario.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.parameters import Leaf
from ftrl_gym.task import Json
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import FactSource, ToolDocument

_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an and any as at by code day details for from full how id in is iso it its key least letters name no
        number of on or reference second first text that the this three to value wanted what with yyyy mm dd one""",
    )
)
"""Words that say nothing about what a value is."""
_ALSO = {
    **dict.fromkeys(("origin", "destination", "hub", "from", "to"), frozenset({"city", "airport"})),
}
"""What an English reader takes a word for, beyond the word itself."""
_CONTAINERS = frozenset(
    ("argument", "body", "criterion", "data", "filter", "input", "item", "param", "parameter", "query", "request",
     "search", "selector", "where")
)  # fmt: skip
"""Names of objects and lists that say nothing about what is in them."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Sort(StrEnum):
    """What kind of value a parameter takes."""

    NAME = "name"
    """A proper name or a code."""
    DATE = "date"
    """An ISO day."""
    NUMBER = "number"
    CHOICE = "choice"
    """A member of a closed vocabulary."""
    FREE = "free"
    """Anything else: booleans, lists, objects; the solver leaves them at their default."""


@dataclass(frozen=True)
class Parameter:
    """One value that a tool takes."""

    name: str
    """Its path; see :mod:`ftrl_gym.parameters`."""
    required: bool
    sort: Sort
    bound: tuple[str, ...]
    """Every ``entity.attribute`` that it filters on; more than one where another parameter says which."""
    words: frozenset[str]
    """Content words of its path, attributes and description."""
    pattern: str | None
    choices: tuple[Json, ...]
    whole: bool
    """Whether a number must be an integer."""
    digits: bool = False
    """Whether it takes a number as text."""
    in_parts: bool = False
    """Whether it takes a day as an object of year, month and day."""
    least: int = 1
    """How many values it takes at least."""

    def written(self, value: Json) -> Json:
        """A value as a call gives it."""
        if self.in_parts and is_date(value):
            return parameters.in_parts(value)
        return str(value) if self.digits and is_number(value) else value


Way = tuple[Parameter, ...]
"""One way to call a tool: the values that it then takes, those that must be given being ``required``."""


@lru_cache(maxsize=8192)
def words(text: str) -> frozenset[str]:
    """Content words of a name or a sentence, in the singular.

    >>> sorted(words("loyalty_accounts")), sorted(words("dishes of branches"))
    (['account', 'loyalty'], ['branch', 'dish'])
    """
    return frozenset(_singular(w) for w in re.findall(r"[a-z]+", text.lower().replace("_", " "))) - _EMPTY_WORDS


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def is_date(value: Json) -> bool:
    """Whether a value is an ISO day."""
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def is_number(value: Json) -> bool:
    """Whether a value is a number; booleans are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


class Vocabulary:
    """What a set of tool documents says about parameters, attributes and how they go together."""

    def __init__(self, documents: Sequence[ToolDocument]) -> None:
        self.documents = {document.name: document for document in documents}
        self.nouns = frozenset().union(*(words(s.entity) for d in documents for s in d.returns.facts))
        """What the things are called that the tools know."""
        self._patterns: dict[str, str] = {}
        self._described: dict[str, frozenset[str]] = {}
        for document in documents:
            for source in document.returns.facts:
                for name, schema in _field_schemas(document, source).items():
                    if "pattern" in schema:
                        self._patterns.setdefault(f"{source.entity}.{source.fields[name]}", schema["pattern"])
            for leaf in document.leaves:
                for bound in document.bound(leaf.path):
                    self._described[bound] = self._described.get(bound, frozenset()) | words(leaf.about)
        self.parameters = {
            document.name: tuple(
                self._parameter(document, leaf) for leaf in document.leaves if not document.is_option(leaf.path)
            )
            for document in documents
        }
        self.switches = {document.name: _switches(document) for document in documents}
        """Tool -> its options that are off by default, turned on: a careful reader wants to see all there is."""
        self.ways = {document.name: self._ways(document) for document in documents}
        """Tool -> the ways to call it."""
        self._checkers: dict[str, Checker] = {}
        taken = [parameter for some in self.parameters.values() for parameter in some]
        choices = frozenset(str(choice) for parameter in taken for choice in parameter.choices)
        self.plain = self.nouns.union(*(_path_words(parameter.name) for parameter in taken)) - choices
        """Words that a question uses for kinds of things, so name no value: the view of a room may be "city"."""
        self._known: dict[tuple[int, str, str, str], bool] = {}

    def _parameter(self, document: ToolDocument, leaf: Leaf) -> Parameter:
        schema, bound = leaf.schema, document.bound(leaf.path)
        known = [self._patterns[one] for one in bound if one in self._patterns]
        whole = len(known) == len(bound) and known  # one of several that may be anything says nothing of the others
        pattern = schema.get("pattern") or ("|".join(dict.fromkeys(known)) if whole else None)
        about = _path_words(leaf.path) | words(leaf.about)
        sort = _sort(schema, pattern)
        return Parameter(
            name=leaf.path,
            required=leaf.required,
            sort=sort,
            bound=bound,
            words=about.union(*(self._attribute_words(*one.split(".", 1)) for one in bound)),
            pattern=pattern,
            choices=leaf.choices,
            whole=schema.get("type") == "integer",
            digits=sort is Sort.NAME and pattern is not None and _takes_digits(pattern),
            in_parts=leaf.in_parts,
            least=leaf.least,
        )

    def _ways(self, document: ToolDocument) -> tuple[Way, ...]:
        """One per alternative, and there one more per optional object that needs values of its own; one per filter
        where nothing need be given."""
        if document.plain and not document.alternatives:
            return (self.parameters[document.name],)
        members = {name for names in document.alternatives for name in names}
        ways: list[Way] = []
        for chosen in document.alternatives or ((),):
            left_out = members - set(chosen)
            own = [one for one in self.parameters[document.name] if one.name.partition(".")[0] not in left_out]
            needed = _required(document, chosen)
            ways.append(_requiring(own, needed))
            objects = {way for leaf in document.leaves for way in leaf.ways[:-1]} - {
                name.rpartition(".")[0] for name in needed
            }
            for path in sorted(objects):
                within = _required(document, (*chosen, path))
                if within > needed:
                    ways.append(_requiring(own, within))
            if not needed:
                ways += [_requiring(own, {one.name}) for one in own if one.bound and one.sort is not Sort.CHOICE]
        return tuple(ways)

    def problem(self, tool: str, arguments: dict[str, Json]) -> str | None:
        """What a tool's schema says against arguments; None when they fit."""
        if tool not in self._checkers:
            self._checkers[tool] = Checker(self.documents[tool])
        return self._checkers[tool].problem(arguments)

    def _attribute_words(self, entity: str, attribute: str) -> frozenset[str]:
        own = words(attribute) | self._described.get(f"{entity}.{attribute}", frozenset())
        return own.union(*(_ALSO.get(word, ()) for word in attribute.split("_"))) or words(entity)

    def fits(self, parameter: Parameter, entity: str, attribute: str, tool: str) -> bool:
        """Whether a value of ``entity.attribute`` that ``tool`` returned may fill a parameter that takes names."""
        question = (id(parameter), entity, attribute, tool)  # parameters live as long as the vocabulary
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = self._fits(parameter, entity, attribute, tool)
        return known

    def _fits(self, parameter: Parameter, entity: str, attribute: str, tool: str) -> bool:
        full = f"{entity}.{attribute}"
        if full in parameter.bound:
            return True
        if parameter.pattern and parameter.pattern == self._patterns.get(full):
            return True
        own = self._attribute_words(entity, attribute) | (words(entity) if not words(attribute) else frozenset())
        if own & parameter.words:
            return True
        said = words(self.documents[tool].description)
        return bool(words(attribute)) and words(attribute) <= said and bool(said & parameter.words)


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


def _required(document: ToolDocument, also: Sequence[str]) -> set[str]:
    """Paths of the values that a call must give when it gives these parameters or objects."""
    schema = document.parameters
    for path in also:
        schema = _needing(schema, path.split("."))
    return {leaf.path for leaf in parameters.leaves(schema) if leaf.required and not document.is_option(leaf.path)}


def _needing(schema: dict[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    """A schema in which what lies at a path is required."""
    name, *rest = steps
    inner = schema["properties"][name]
    if rest:
        inner = {**inner, "items": _needing(inner["items"], rest)} if "items" in inner else _needing(inner, rest)
    required = [*schema.get("required", ()), name]
    return {**schema, "required": required, "properties": {**schema["properties"], name: inner}}


def _requiring(own: Iterable[Parameter], needed: set[str]) -> Way:
    return tuple(one if one.required == (one.name in needed) else replace(one, required=True) for one in own)


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
