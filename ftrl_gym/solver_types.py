"""What fits where: which values may fill which parameters, judged by the documents alone.

Part of the independent solver. A value fits a parameter by what documents say about both: the attribute they bind or
deliver, words in names and descriptions, patterns of their schemas. Nothing is known here about any scenario.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ftrl_gym.task import Json
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
    """One parameter of a tool."""

    name: str
    required: bool
    sort: Sort
    bound: str | None
    """``entity.attribute`` it filters on."""
    words: frozenset[str]
    """Content words of its name, attribute and description."""
    pattern: str | None
    choices: tuple[Json, ...]
    whole: bool
    """Whether a number must be an integer."""


@lru_cache(maxsize=8192)
def words(text: str) -> frozenset[str]:
    """Content words of a name or a sentence, in the singular.

    >>> sorted(words("loyalty_accounts"))
    ['account', 'loyalty']
    """
    return frozenset(_singular(w) for w in re.findall(r"[a-z]+", text.lower().replace("_", " "))) - _EMPTY_WORDS


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
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
                for name, schema in _item_schema(document, source).items():
                    if name in source.fields and "pattern" in schema:
                        self._patterns.setdefault(f"{source.entity}.{source.fields[name]}", schema["pattern"])
            for name, bound in document.binds.items():
                said = words(document.parameters["properties"][name].get("description", ""))
                self._described[bound] = self._described.get(bound, frozenset()) | said
        self.parameters = {document.name: self._parameters(document) for document in documents}
        parameters = [parameter for some in self.parameters.values() for parameter in some]
        choices = frozenset(str(choice) for parameter in parameters for choice in parameter.choices)
        self.plain = self.nouns.union(*(words(parameter.name) for parameter in parameters)) - choices
        """Words that a question uses for kinds of things, so name no value: the view of a room may be "city"."""
        self._known: dict[tuple[int, str, str, str], bool] = {}

    def _parameters(self, document: ToolDocument) -> tuple[Parameter, ...]:
        required = document.parameters.get("required", ())
        result = []
        for name, schema in document.parameters.get("properties", {}).items():
            bound = document.binds.get(name)
            about = words(name) | words(schema.get("description", ""))
            pattern = schema.get("pattern")
            if bound:
                about |= self._attribute_words(*bound.split(".", 1))
                pattern = pattern or self._patterns.get(bound)
            result.append(
                Parameter(
                    name=name,
                    required=name in required,
                    sort=_sort(schema, pattern),
                    bound=bound,
                    words=about,
                    pattern=pattern,
                    choices=tuple(schema.get("enum", ())),
                    whole=schema.get("type") == "integer",
                )
            )
        return tuple(result)

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
        if parameter.bound == full:
            return True
        if parameter.pattern and parameter.pattern == self._patterns.get(full):
            return True
        own = self._attribute_words(entity, attribute) | (words(entity) if not words(attribute) else frozenset())
        if own & parameter.words:
            return True
        said = words(self.documents[tool].description)
        return bool(words(attribute)) and words(attribute) <= said and bool(said & parameter.words)


def _sort(schema: dict[str, Any], pattern: str | None) -> Sort:
    if "enum" in schema:
        return Sort.CHOICE
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return Sort.NUMBER
    if kind == "string":
        dated = pattern is not None and re.fullmatch(pattern, "2026-05-04") is not None
        return Sort.DATE if dated or schema.get("format") == "date" else Sort.NAME
    return Sort.FREE


def _item_schema(document: ToolDocument, source: FactSource) -> dict[str, Any]:
    """Properties of the objects that a fact source points to."""
    schema = document.returns.schema_
    for step in source.path.split(".") if source.path else ():
        schema = schema.get("properties", {}).get(step, {})
    schema = schema.get("items", schema)
    properties: dict[str, Any] = schema.get("properties", {})
    return properties
