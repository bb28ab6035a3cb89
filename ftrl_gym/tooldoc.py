"""Tool documents: what a policy reads about a tool, and what the environment knows about its results.

A :class:`ToolDocument` is the OpenAI function schema plus :class:`Returns`: the schema of the result and
where in it facts of the world lie. Scoring works on those facts, never on text, so a document that does not say
where its facts are can solve nothing. Values of parameters are named by their paths (:mod:`ftrl_gym.parameters`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from ftrl_gym import parameters, results
from ftrl_gym.parameters import Leaf


class Frozen(BaseModel):
    """Base of the domain model: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Effect(StrEnum):
    """What a tool does to the world."""

    READ = "read"
    """Looks, never changes."""
    WRITE = "write"
    """May change rows."""


class FactSource(Frozen):
    """Where a tool's result carries facts of one entity.

    For the result ``{"flights": [{"flight_no": "KX482", "price": 90}]}`` the source
    ``FactSource(path="flights", entity="flights", key=("flight_no",), fields={"price": "price"})`` says that each
    element of ``flights`` delivers the fact *price of flight KX482*.
    """

    path: str = ""
    """Dotted path to an object or a list of objects in the result; empty for the result itself. It goes through the
    lists on its way."""
    entity: str
    """Entity (table, or a derived one such as ``conversions``) whose facts these are."""
    key: tuple[str, ...]
    """Fields of the object that name the entity's instance; several are joined by ``|``."""
    fields: dict[str, str]
    """Field of the object -> attribute of the entity. A dotted field lies in an object within the object."""
    unordered: bool = False
    """Whether the key's parts may stand in any order, as for a comparison of two things."""
    where: dict[str, Any] = Field(default_factory=dict)
    """Fields that an object must have with these values to be one of the entity, e.g. ``{"kind": "doctor"}``: needed
    where results of several entities stand in the same place under the same names."""

    @property
    def plain(self) -> bool:
        """Whether every field stands in the object itself, whatever its other fields are."""
        return not self.where and not any("." in name for name in (*self.key, *self.fields))

    def rows(self, result: Any) -> list[dict[str, Any]]:
        """The objects that carry facts of this entity, each with its nested fields under dotted names too.

        >>> source = FactSource(path="data", entity="hotels", key=("id",), fields={"about.stars": "stars"})
        >>> source.rows({"data": [{"id": "H1", "about": {"stars": 4}}]})
        [{'id': 'H1', 'about': {'stars': 4}, 'about.stars': 4}]
        """
        found = results.objects(result, self.path.split(".") if self.path else ())
        rows = found if self.plain else map(results.flat, found)
        return [row for row in rows if self.where.items() <= row.items()] if self.where else list(rows)


class Returns(Frozen):
    """What a valid call gives back."""

    schema_: dict[str, Any] = Field(default_factory=dict, alias="schema")
    """JSON schema of the result."""
    facts: tuple[FactSource, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Pages(Frozen):
    """How a tool gives a long list: a page at a time."""

    parameter: str
    """Asks for a page; the first one where it is not given."""
    following: str
    """Field of the result, at its top, that says by which value of the parameter the next page is had; null on the last
    one. A call may ask for a page only by what such a field has said."""


class ToolDocument(Frozen):
    """One tool as a policy sees it (name, description, parameters) and as the scorer sees it (returns, binds)."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")
    description: str
    parameters: dict[str, Any]
    """JSON schema of type ``object``; each property has a ``description``, optional ones a ``default``."""
    returns: Returns = Returns()
    binds: dict[str, str] = Field(default_factory=dict)
    """Path of a parameter's value -> ``entity.attribute`` that it filters on, or several joined by ``|`` where another
    parameter says which. For an array they are its elements that are bound. Such an attribute is brought in by the
    call, so the call cannot be credited with delivering it."""
    options: tuple[str, ...] = ()
    """Paths of optional values that only shape the result: its length, order, fields, page, unit, the ends of a range.

    They need no grounding, and two calls that differ in nothing else are one look-up. So an option must name nothing
    of the world: neither a thing nor a value that somebody may be asked for. ``max_price`` is one; a filter on exactly
    one price is none, since a guess would then be confirmed. Nor may the tool repeat an option's value in its result or
    write it into the world: what a result says grounds later calls. Booleans, numbers, closed vocabularies and strings
    with a pattern or a format can be options, free text cannot. A value that comes in another form by an option, hours
    instead of minutes, is another value and answers nothing."""
    effect: Effect = Effect.READ
    pages: Pages | None = None
    """How its result is paged; None where it comes as a whole."""

    @model_serializer(mode="wrap")
    def _without_pages(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A document as it was written before there were pages, where it has none: its bytes are pinned."""
        written: dict[str, Any] = dump(self)
        if self.pages is None:
            written.pop("pages", None)
        return written

    @model_validator(mode="after")
    def _paths_exist(self) -> Self:
        if self.binds or self.options:
            known = {path for leaf in self.leaves for path in leaf.ways}
            for path in (*self.binds, *self.options):
                if path not in known:
                    raise ValueError(f"tool {self.name!r} has no parameter {path!r}; it has {sorted(known)}")
        for leaf in self.leaves:
            problem = self._no_option(leaf) if self.is_option(leaf.path) else None
            if problem:
                raise ValueError(f"{leaf.path!r} of tool {self.name!r} cannot be an option: {problem}")
        if self.pages is not None:
            self._check_pages(self.pages.parameter)
        return self

    def _check_pages(self, parameter: str) -> None:
        """Raises ValueError where a page cannot be asked for by a parameter."""
        properties = self.parameters.get("properties", {})
        if parameter not in properties or parameter in (*self.binds, *self.options):
            raise ValueError(
                f"tool {self.name!r} cannot be paged by {parameter!r}: it is a parameter that does only that"
            )

    def _no_option(self, leaf: Leaf) -> str | None:
        """Why a leaf that is called an option cannot be one."""
        if leaf.required or any(leaf.parameter in names for names in self.alternatives):
            return "a call must give it"
        if any(path in self.binds for path in leaf.ways):
            return "it is bound to an attribute"
        if not (
            leaf.in_parts or leaf.schema.keys() & {"enum", "const", "pattern", "format"} or _of_numbers(leaf.schema)
        ):
            return "it takes any text; give it an enum, a pattern or a format"
        return None

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The places of single values among its parameters."""
        return parameters.leaves(self.parameters)

    @cached_property
    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        """The sets of parameters of which a call gives exactly one (``oneOf``); empty where there is no such choice."""
        return parameters.alternatives(self.parameters)

    @cached_property
    def needed(self) -> tuple[Leaf, ...]:
        """The values that a call must give, by the first alternative."""
        found = self.leaves
        if self.alternatives:
            required = [*self.parameters.get("required", ()), *self.alternatives[0]]
            found = parameters.leaves({**self.parameters, "required": required})
        return tuple(leaf for leaf in found if leaf.required)

    @cached_property
    def option_leaves(self) -> tuple[Leaf, ...]:
        """Those of its leaves that are options."""
        return tuple(leaf for leaf in self.leaves if self.is_option(leaf.path)) if self.options else ()

    @cached_property
    def plain(self) -> bool:
        """Whether each parameter is one value, none of them a day in parts, and none is an option."""
        single = all(leaf.path == leaf.parameter and not leaf.many and not leaf.in_parts for leaf in self.leaves)
        return single and not self.options

    @cached_property
    def closed(self) -> frozenset[str]:
        """Its parameters that have a closed vocabulary."""
        return frozenset(name for name, schema in self.parameters.get("properties", {}).items() if "enum" in schema)

    @cached_property
    def brings(self) -> dict[str, frozenset[str]]:
        """``entity.attribute`` -> the paths that are bound to it."""
        attributes = dict.fromkeys(attribute for path in self.binds for attribute in self.bound(path))
        return {one: frozenset(path for path in self.binds if one in self.bound(path)) for one in attributes}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; what was worked out from the parameters is worked out anew."""
        copy = super().model_copy(update=update, deep=deep)
        for name in _WORKED_OUT:
            copy.__dict__.pop(name, None)
        return copy

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        state["__dict__"] = {name: value for name, value in state["__dict__"].items() if name not in _WORKED_OUT}
        return state

    def bound(self, path: str) -> tuple[str, ...]:
        """Every ``entity.attribute`` that a value is bound to; empty where it is bound to none.

        >>> ToolDocument(name="look_up", description="", parameters={"properties": {"id": {"type": "string"}}},
        ... binds={"id": "doctors.doctor_id|rooms.room_no"}).bound("id")
        ('doctors.doctor_id', 'rooms.room_no')
        """
        joined = self.binds.get(path)
        return tuple(joined.split("|")) if joined else ()

    def is_option(self, path: str) -> bool:
        """Whether a value, or an object or array around it, is an option."""
        options = self.options
        return path in options or ("." in path and any(path.startswith(f"{option}.") for option in options))

    def without_options(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What a call looks up: its arguments without options, and without objects that hold nothing else."""
        kept: dict[str, Any] = self._kept(arguments, "")
        return kept

    def _kept(self, value: Any, before: str) -> Any:
        if isinstance(value, list):
            return [self._kept(each, before) for each in value]
        if not isinstance(value, Mapping):
            return value
        kept = {n: self._kept(v, f"{before}{n}.") for n, v in value.items() if not self.is_option(f"{before}{n}")}
        return {name: inner for name, inner in kept.items() if inner != {}}

    def openai(self) -> dict[str, Any]:
        """The document in OpenAI's ``tools`` format, as chat templates and servers take it.

        The format has no place for alternatives, so the description says them.
        """
        schema, description = self.parameters, self.description
        if self.alternatives:
            schema = {name: part for name, part in schema.items() if name != "oneOf"}
            description = f"{description} Give {parameters.exactly_one(self.alternatives)}."
        return {"type": "function", "function": {"name": self.name, "description": description, "parameters": schema}}

    def signature(self) -> str:
        """The document in one line, for small models. Alternatives stand in parentheses, with bars between them.

        Of what describes its parameters it has only that which nobody could guess: what codes stand for, and which
        letters stand before a number.

        >>> ToolDocument(name="rate", description="Exchange rate.", parameters={"type": "object", "properties":
        ... {"to": {"type": "string", "enum": ["EUR", "USD"]}, "day": {"type": "string", "default": "today"}},
        ... "required": ["to"]}).signature()
        'rate(to: "EUR"|"USD", day: string = "today") - Exchange rate.'
        >>> ToolDocument(name="get_doctor", description="A doctor.", parameters={"type": "object", "properties":
        ... {"doctor_id": {"type": "string"}, "name": {"type": "string"}, "full": {"type": "boolean"}},
        ... "oneOf": [{"required": ["doctor_id"]}, {"required": ["name"]}]}).signature()
        'get_doctor((doctor_id: string | name: string), full?: boolean) - A doctor.'
        >>> ToolDocument(name="get_invoice", description="An invoice.", parameters={"type": "object", "properties":
        ... {"no": {"type": "string", "description": 'Invoice number in full: "INV-" and the number.'}}}).signature()
        'get_invoice(no?: string) - An invoice. no: Invoice number in full: "INV-" and the number.'
        """
        parts = _members(self.parameters)
        if self.alternatives:
            chosen = [name for names in self.alternatives for name in names]
            members = _members({**self.parameters, "required": chosen})
            sets = [", ".join(members[name] for name in names) for names in self.alternatives]
            said = " | ".join(f"({one})" if ", " in one and len(sets) > 1 else one for one in sets)
            first = next(name for name in parts if name in chosen)
            parts = {name: part for name, part in parts.items() if name == first or name not in chosen}
            parts[first] = f"({said})"
        spelt = [f"{leaf.path}: {leaf.about}" for leaf in self.leaves if _SPELT.search(leaf.about)]
        ending = f"{self.description.rstrip('.')}. {' '.join(spelt)}" if spelt else self.description
        return f"{self.name}({', '.join(parts.values())}) - {ending}"


_SPELT = re.compile(r'"[A-Z0-9-]+" (?:is|and|&) ')
"""How a description tells what a code stands for, or which letters stand before a number (dial ``indirect``)."""
_WORKED_OUT = ("leaves", "alternatives", "plain", "closed", "brings", "needed", "option_leaves")


def _of_numbers(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is of numbers or booleans only."""
    kinds = schema.get("type")
    return {*(kinds if isinstance(kinds, list) else [kinds])} <= {"boolean", "integer", "number", "null"}


def _members(schema: Mapping[str, Any]) -> dict[str, str]:
    """The properties of an object as a signature writes them, by name."""
    required = schema.get("required", ())
    parts = {}
    for name, inner in schema.get("properties", {}).items():
        default = f" = {json.dumps(inner['default'], ensure_ascii=False)}" if "default" in inner else ""
        parts[name] = f"{name}{'' if name in required or default else '?'}: {_type(inner)}{default}"
    return parts


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "|".join(json.dumps(member, ensure_ascii=False) for member in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if kind == "object" and schema.get("properties"):
        return "{" + ", ".join(_members(schema).values()) + "}"
    return "|".join(kind) if isinstance(kind, list) else str(kind)
