"""What a scenario's plain tools do, read off their documents: the functions that variants offer in other ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ftrl_gym.tooldoc import Effect, ToolDocument

if TYPE_CHECKING:
    from ftrl_gym.construct.variants.searching import Likeness

Schema = dict[str, Any]


class Role(StrEnum):
    """What sort of function a tool is."""

    LOOKUP = "lookup"
    """One row, by one attribute."""
    LISTING = "listing"
    """The rows that fit."""
    WRITE = "write"
    """Changes rows."""
    OTHER = "other"
    """Anything else, such as a computation over two rows."""


class Sort(StrEnum):
    """What a field of a result holds."""

    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"
    TEXT = "text"


@dataclass(frozen=True, eq=False)
class Function:
    """One plain tool."""

    document: ToolDocument
    role: Role
    rows: str = ""
    """Field of the result that holds the list of rows, for listings."""
    like: Likeness | None = None
    """What it finds beside what is asked for; None where it finds nothing else."""

    @property
    def name(self) -> str:
        """Name of the plain tool."""
        return self.document.name

    @property
    def parameters(self) -> dict[str, Schema]:
        """Parameter -> its schema."""
        found: dict[str, Schema] = self.document.parameters.get("properties", {})
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """Parameters that must be given."""
        return tuple(self.document.parameters.get("required", ()))

    @property
    def entity(self) -> str:
        """Table of the rows that it is about; empty where it tells no facts."""
        return self.document.returns.facts[0].entity if self.document.returns.facts else ""

    @property
    def key(self) -> tuple[str, ...]:
        """Fields of its result that name the rows."""
        return tuple(dict.fromkeys(name for source in self.document.returns.facts for name in source.key))

    @cached_property
    def fields(self) -> dict[str, Schema]:
        """Fields of a row of its result, or of the result itself; empty where it is not flat."""
        schema = self.document.returns.schema_
        if self.rows:
            schema = schema["properties"][self.rows]["items"]
        found: dict[str, Schema] = schema.get("properties", {})
        return found

    @cached_property
    def flat(self) -> bool:
        """Whether its result is one object of plain values, or a list of such."""
        return bool(self.fields) and all(_plain(schema) for schema in self.fields.values())


def _plain(schema: Schema) -> bool:
    kinds = schema.get("type", "string")
    return not {"object", "array"} & set([kinds] if isinstance(kinds, str) else kinds)


def function_of(document: ToolDocument) -> Function:
    """What a tool does.

    >>> rows = {"type": "array", "items": {"type": "object", "properties": {"no": {"type": "string"}}}}
    >>> returns = {"schema": {"type": "object", "properties": {"rooms": rows}}}
    >>> function_of(ToolDocument(name="list_rooms", description="", parameters={}, returns=returns)).role.value
    'listing'
    """
    properties = document.returns.schema_.get("properties", {})
    lists = [name for name, schema in properties.items() if schema.get("type") == "array"]
    of_objects = [name for name in lists if properties[name].get("items", {}).get("properties")]
    if document.effect is Effect.WRITE:
        return Function(document, Role.WRITE)
    if len(properties) == 1 and of_objects:
        return Function(document, Role.LISTING, of_objects[0])
    required = document.parameters.get("required", ())
    about = {source.entity for source in document.returns.facts}
    by = [document.binds.get(name, "").partition(".")[0] for name in required]
    if len(required) == len(document.parameters.get("properties", {})) == 1 and len(about) == 1 and set(by) == about:
        return Function(document, Role.LOOKUP)
    return Function(document, Role.OTHER)


def sort_of(schema: Schema) -> Sort:
    """What values of a field are.

    >>> sort_of({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}).value
    'time'
    """
    pattern = schema.get("pattern", "")
    if "enum" in schema:
        return Sort.CHOICE
    if schema.get("format") == "date" or (pattern and re.fullmatch(pattern, "2026-05-04")):
        return Sort.DATE
    if pattern and re.fullmatch(pattern, "12:30"):
        return Sort.TIME
    if schema.get("type") == "boolean":
        return Sort.FLAG
    return Sort.NUMBER if schema.get("type") in ("number", "integer") else Sort.TEXT
