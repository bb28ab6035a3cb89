"""Pages: lists that come a page at a time, and the record that results show about each row.

Both belong to a design with long results (:class:`~ftrl_gym.construct.variants.design.Design`). How an interface says
them, by numbers or by marks, flat or in an object, is drawn once for all tools of a variant; how long a page is, for
each tool.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftrl_gym.construct.variants.design import Design
from ftrl_gym.construct.variants.functions import Role, Schema
from ftrl_gym.construct.variants.naming import Names
from ftrl_gym.tooldoc import Pages

if TYPE_CHECKING:
    from ftrl_gym.construct.variants.faces import Face

_STYLES = (
    ("page", "next_page", "total"),
    ("page_number", "next_page_number", "total_count"),
    ("cursor", "next_cursor", ""),
    ("page_token", "next_page_token", "total_rows"),
)
"""Parameter, field that says the next one, and field that says how many rows there are in all."""
_NUMBERED = 2
"""So many of the styles number their pages."""
_SIZES = ((40,), (10, 20, 40, 40), (10, 15, 40, 40, 40), (10, 15, 20, 40, 40, 40, 40, 40))
"""Rows of a page, by level."""
_ENTRIES = ((0, 0), (1, 6), (2, 12), (4, 18))
"""Entries of a history in a list and by itself, by level."""
_HOLDERS = ("", "", "record", "audit")
"""Objects that hold what is kept about a row; empty for none."""
_WORDS = {
    "revision": ("revision", "version_no", "etag"),
    "created": ("row_created", "record_created", "entered"),
    "updated": ("row_updated", "record_updated", "last_synced"),
    "tags": ("tags", "labels", "flags"),
    "links": ("links", "urls", "refs"),
    "history": ("history", "changes", "earlier_values"),
    "field": ("field", "field", "name"),
    "was": ("was", "old_value", "value"),
    "until": ("until", "valid_until", "changed_on"),
}
"""Part of a record -> what it may be called."""


@dataclass(frozen=True)
class Paged:
    """How a tool pages."""

    parameter: str
    following: str
    """Field that holds the next value of the parameter; null on the last page."""
    total: str
    """Field that says how many rows there are in all; empty for none."""
    size: int
    numbered: bool

    @property
    def document(self) -> Pages:
        """As a tool document says it."""
        return Pages(parameter=self.parameter, following=self.following)

    @property
    def schema(self) -> Schema:
        """Of the parameter."""
        about = f"Page to show; the first if not given. {self.following} says the next one, null if there is none."
        if self.numbered:
            return {"type": "integer", "description": about, "minimum": 1, "default": 1}
        about = f"{self.following} of the page before, everything else as it was; the first page if not given."
        return {"type": "string", "description": about}

    @property
    def sentence(self) -> str:
        """What the description of a tool says of it."""
        return f"{self.size} rows a page."

    @property
    def results(self) -> dict[str, Schema]:
        """What stands beside the rows."""
        found: dict[str, Schema] = {self.following: {"type": ["integer" if self.numbered else "string", "null"]}}
        return {self.total: {"type": "integer"}, **found} if self.total else found

    def lines(self) -> Iterator[str]:
        """Python that leaves one page of ``found``."""
        if self.total:
            yield f'beside["{self.total}"] = len(found)'
        cut = "_page" if self.numbered else "_page_from"
        yield f'found, beside["{self.following}"] = {cut}(found, {self.parameter}, {self.size})'


class Lengths:
    """How long the results of one toolset are.

    Args:
        scenario: Its name.
        design: Which one.
        names: Of its parameters and fields.
        taken: Names of all fields of its rows.
    """

    def __init__(self, scenario: str, design: Design, names: Names, taken: Collection[str]) -> None:
        self._scenario, self._design = scenario, design
        rng = design.draws(scenario, "lengths")
        number = rng.randrange(len(_STYLES))
        self._style = tuple(names.option(word) if word else "" for word in _STYLES[number])
        self._numbered = number < _NUMBERED
        self.record = _record(rng, names, taken)
        """Part of a record -> what it is called here."""

    def paged(self, face: Face) -> Paged | None:
        """How a tool pages; None for one that gives no list, or takes what a page would be asked for by."""
        parameter, following, total = self._style
        if face.parts[0].function.role is not Role.LISTING or parameter in _parameters(face):
            return None
        rng = self._design.draws(self._scenario, f"pages/{face.name}")
        return Paged(parameter, following, total, rng.choice(_SIZES[self._design.long]), self._numbered)

    def entries(self, face: Face) -> int:
        """Entries of each row's history in a tool's results; 0 where nothing is told about rows."""
        parts = [part.function for part in face.parts]
        if any(part.role not in (Role.LOOKUP, Role.LISTING) or not part.flat or len(part.key) != 1 for part in parts):
            return 0
        return _ENTRIES[self._design.long][parts[0].role is Role.LOOKUP]

    def schema(self) -> dict[str, Schema]:
        """Fields that a record adds to a row."""
        said, text = self.record, {"type": "string"}
        entry = {said["field"]: text, said["was"]: {}, said["until"]: text}
        parts: dict[str, Schema] = {
            "revision": {"type": "integer"},
            "created": text,
            "updated": text,
            "tags": {"type": "array", "items": text},
            "links": {"type": "object", "additionalProperties": text},
            "history": {"type": "array", "items": {"type": "object", "properties": entry}},
        }
        fields = {said[part]: schema for part, schema in parts.items()}
        return {said["in"]: {"type": "object", "properties": fields}} if "in" in said else fields


def _parameters(face: Face) -> set[str]:
    return {leaf.path[0] for leaf in face.leaves} | {face.selector}


def _record(rng: random.Random, names: Names, taken: Iterable[str]) -> dict[str, str]:
    """Part of a record -> its name, which no field of a row has."""
    known, inner = set(taken), ("field", "was", "until")
    holder = rng.choice(_HOLDERS)
    found = {}
    for part, words in _WORDS.items():
        some = [said for said in map(names.option, rng.sample(words, len(words))) if part in inner or said not in known]
        assert some, f"every word for {part} is a field"
        found[part] = some[0]
    return {**found, "in": names.option(holder)} if holder and names.option(holder) not in known else found
