"""What fits where: which values may fill which parameters, judged by the documents alone.

Part of the independent solver. A value fits a parameter by what documents say about both: the attribute they bind or
deliver, words in names and descriptions, patterns of their schemas. Nothing is known here about any scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ftrl_gym.solver_document import Place, reading_of
from ftrl_gym.solver_types import Parameter, Way, words
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import ToolDocument

_ALSO = {
    **dict.fromkeys(("origin", "destination", "hub", "from", "to"), frozenset({"city", "airport"})),
}
"""What an English reader takes a word for, beyond the word itself."""


class Vocabulary:
    """What a set of tool documents says about parameters, attributes and how they go together."""

    def __init__(self, documents: Sequence[ToolDocument]) -> None:
        self.documents = {document.name: document for document in documents}
        self.readings = {document.name: reading_of(document) for document in documents}
        readings = [*map(reading_of, documents)]
        self.nouns = frozenset().union(*(reading.nouns for reading in readings))
        """What the things are called that the tools know."""
        self._patterns: dict[str, str] = {}
        self._described: dict[str, frozenset[str]] = {}
        for reading in readings:
            for attribute, pattern in reading.patterns:
                self._patterns.setdefault(attribute, pattern)
            for attribute, about in reading.described:
                self._described[attribute] = self._described.get(attribute, frozenset()) | about
        self.parameters: dict[str, tuple[Parameter, ...]] = {}
        self.ways: dict[str, tuple[Way, ...]] = {}
        """Tool -> the ways to call it."""
        for name, reading in self.readings.items():
            values = [self._values(place) for place in reading.places]
            self.parameters[name] = tuple(one for one, _ in values)
            self.ways[name] = reading.ways(values)
        self.by_path = {tool: {one.name: one for one in some} for tool, some in self.parameters.items()}
        """Tool -> path -> what it takes there."""
        self.lesser = frozenset(self._lesser())
        """Tools that tell less than another one does of what is found by the same."""
        choices = frozenset(str(one) for some in self.parameters.values() for each in some for one in each.choices)
        places = (place for reading in self.readings.values() for place in reading.places)
        self.plain = self.nouns.union(*(place.path_words for place in places)) - choices
        """Words that a question uses for kinds of things, so name no value: the view of a room may be "city"."""
        self._known: dict[tuple[int, str, str, str], bool] = {}

    def _lesser(self) -> Iterator[str]:
        found_by = {
            name: frozenset(one for leaf in document.needed for one in document.bound(leaf.path))
            for name, document in self.documents.items()
        }
        for name, found in found_by.items():
            alike = (other for other, same in found_by.items() if other != name and same == found)
            if found and any(self.readings[name].delivers < self.readings[other].delivers for other in alike):
                yield name

    def _values(self, place: Place) -> tuple[Parameter, Parameter]:
        """What is taken at a place, also as one that must be given."""
        known = [self._patterns[one] for one in place.bound if one in self._patterns]
        whole = len(known) == len(place.bound) and known  # one of several that may be anything says nothing of others
        pattern = place.leaf.schema.get("pattern") or ("|".join(dict.fromkeys(known)) if whole else None)
        about = (self._attribute_words(*one.split(".", 1)) for one in place.bound)
        return place.parameter(pattern, frozenset().union(*about))

    def problem(self, tool: str, arguments: dict[str, Json]) -> str | None:
        """What a tool's schema says against arguments; None when they fit."""
        return self.readings[tool].checker.problem(arguments)

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
        pattern = self._patterns.get(full)
        if pattern and (
            pattern == parameter.pattern or any(self._patterns.get(one) == pattern for one in parameter.bound)
        ):
            return True
        own = self._attribute_words(entity, attribute) | (words(entity) if not words(attribute) else frozenset())
        if own & parameter.words:
            return True
        said = words(self.documents[tool].description)
        return bool(words(attribute)) and words(attribute) <= said and bool(said & parameter.words)
