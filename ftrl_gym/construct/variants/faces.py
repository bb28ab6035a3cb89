"""Faces: one tool of a variant each, over one or several functions of the plain pool.

A face knows three things that cannot disagree, because all come from its parts, leaves and options: its document, its
Python (:mod:`ftrl_gym.construct.variants.code`), and how a call of a plain tool is made through it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from ftrl_gym.construct.variants.functions import Function, Role, Schema
from ftrl_gym.construct.variants.naming import Names
from ftrl_gym.construct.variants.options import Option
from ftrl_gym.construct.variants.paging import Paged
from ftrl_gym.parameters import DATE_PARTS, in_parts
from ftrl_gym.task import Json
from ftrl_gym.tooldoc import FactSource, Returns, ToolDocument

DAY: Schema = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in DATE_PARTS},
    "required": list(DATE_PARTS),
    "additionalProperties": False,
}
"""A day in parts."""


class Form(StrEnum):
    """How a value of a plain parameter is passed (FTRL's parameter-type generalization, section 3.1)."""

    PLAIN = "plain"
    """As it is."""
    DATE = "date"
    """A day as year, month and day."""
    BATCH = "batch"
    """Several at once, of which each is looked up."""
    SEVERAL = "several"
    """Several members of a closed vocabulary, whose rows come together."""


@dataclass(frozen=True, eq=False)
class Part:
    """A function that a face offers, or some fields of it."""

    function: Function
    choice: str = ""
    """What it is called among the parts of its face."""
    only: tuple[str, ...] = ()
    """Fields that it shows, by their plain names; all if none is named."""
    code: str = ""
    """Member of the face's selector that stands for it, where that is not what it is called."""

    @property
    def member(self) -> str:
        """Member of the face's selector that stands for it."""
        return self.code or self.choice

    @property
    def fields(self) -> tuple[str, ...]:
        """Plain names of the fields in its rows."""
        return self.only or tuple(self.function.fields)


@dataclass(frozen=True, eq=False)
class Leaf:
    """One input of a face."""

    path: tuple[str, ...]
    """Where it stands in the arguments: a parameter, or an object and its property."""
    schema: Schema
    takes: tuple[str, ...]
    """For each part: its plain parameter; empty where it has none."""
    required: bool = True
    form: Form = Form.PLAIN
    default: Json = None
    """Value of the plain parameter where the caller gives none."""

    def passed(self, value: Json) -> Json:
        """A plain value in this form.

        >>> Leaf(("day",), {}, ("date",), form=Form.DATE).passed("2026-05-04")
        {'year': 2026, 'month': 5, 'day': 4}
        """
        if self.form is Form.DATE and isinstance(value, str):
            return in_parts(value)
        return [value] if self.form in (Form.BATCH, Form.SEVERAL) else value


@dataclass(frozen=True, eq=False)
class Face:
    """One tool of a variant."""

    name: str
    description: str
    parts: tuple[Part, ...]
    leaves: tuple[Leaf, ...]
    names: Names
    selector: str = ""
    """Parameter that says which part is meant; empty where there is one part, or alternatives."""
    alternatives: bool = False
    """Whether exactly one leaf is given, and says by that which part is meant."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Object parameter -> its description."""
    wrap: tuple[str, ...] = ()
    """Fields of the result around everything else."""
    listed_as: str = ""
    """Field of the result that holds a list."""
    options: tuple[Option, ...] = ()
    paged: Paged | None = None
    """How it pages; None where its result comes as a whole."""
    entries: int = 0
    """Entries of each row's history that it shows; with none it shows nothing of how rows are kept."""
    record: Mapping[str, Schema] = field(default_factory=dict)
    """Fields that tell how a row is kept."""

    # --- what it is ------------------------------------------------------------------------------------------------

    @property
    def batch(self) -> bool:
        """Whether it looks several rows up at once."""
        return bool(self.batch_parameter)

    @property
    def batch_parameter(self) -> str:
        """The parameter that takes several; empty where none does."""
        return next((leaf.path[0] for leaf in self.leaves if leaf.form is Form.BATCH), "")

    @property
    def listed(self) -> bool:
        """Whether its result is a list of rows."""
        return self.batch or self.parts[0].function.role is Role.LISTING

    def named(self, part: Part) -> dict[str, str]:
        """Plain field of a part -> its name in the result."""
        return {name: self.names.word(name) if part.function.flat else name for name in part.fields}

    def place(self, part: Part) -> tuple[str, ...]:
        """Where in the result the row, or the list of rows, of a part stands."""
        inner = (part.member,) if self.selector else (self.listed_as,) if self.listed else ()
        return (*self.wrap, *inner)

    # --- its document ----------------------------------------------------------------------------------------------

    def document(self) -> ToolDocument:
        """What a policy reads."""
        properties: dict[str, Schema] = {}
        required: list[str] = []
        if self.selector:
            properties[self.selector] = {
                "type": "string",
                "description": self._selection(),
                "enum": [part.member for part in self.parts],
            }
            required.append(self.selector)
        for leaf in self.leaves:
            if len(leaf.path) == 1:
                properties[leaf.path[0]] = leaf.schema
                required += [leaf.path[0]] if leaf.required and not self.alternatives else []
        for group, said in self.groups.items():
            inner = {leaf.path[1]: leaf for leaf in self.leaves if leaf.path[0] == group}
            properties[group] = {
                "type": "object",
                "description": said,
                "properties": {name: leaf.schema for name, leaf in inner.items()},
                "required": [name for name, leaf in inner.items() if leaf.required],
                "additionalProperties": False,
            }
            required += [group] if any(leaf.required for leaf in inner.values()) else []
        if self.paged is not None:
            properties[self.paged.parameter] = self.paged.schema
        ordered = [*required, *(name for name in properties if name not in required)]
        schema: Schema = {
            "type": "object",
            "properties": {name: properties[name] for name in ordered} | {o.name: o.schema for o in self.options},
            "required": required,
            "additionalProperties": False,
        }
        if self.alternatives:
            schema["oneOf"] = [{"required": [leaf.path[0]]} for leaf in self.leaves]
        return ToolDocument(
            name=self.name,
            description=f"{self.description.rstrip('.')}. {self.paged.sentence}"
            if self.paged is not None
            else self.description,
            parameters=schema,
            returns=self._returns(),
            binds=self._binds(),
            effect=self.parts[0].function.document.effect,
            options=tuple(option.name for option in self.options),
            pages=self.paged.document if self.paged is not None else None,
        )

    def _selection(self) -> str:
        """Description of the selector, with what its members stand for where they do not say it."""
        coded = [f'"{part.code}" is {part.choice.replace("_", " ")}' for part in self.parts if part.code]
        return f"What is wanted: {', '.join(coded)}." if coded else "What is wanted."

    def _binds(self) -> dict[str, str]:
        binds = {}
        for leaf in self.leaves:
            bound = [
                part.function.document.binds[taken]
                for part, taken in zip(self.parts, leaf.takes, strict=True)
                if taken in part.function.document.binds
            ]
            if bound:
                binds[".".join(leaf.path)] = "|".join(dict.fromkeys(bound))
        return binds

    def _returns(self) -> Returns:
        facts: dict[tuple[str, str, tuple[str, ...]], FactSource] = {}
        schema: Schema = {"type": "object", "properties": {}, "required": []}
        for part in self.parts:
            for source in self._facts(part):
                place = (source.path, source.entity, source.key)
                before = facts.get(place)
                fields = {**before.fields, **source.fields} if before else source.fields
                facts[place] = source.model_copy(update={"fields": fields})
            self._put(schema, part)
        if self.paged is not None:
            schema["properties"] |= self.paged.results
        return Returns(schema=schema, facts=tuple(facts.values()))

    def _facts(self, part: Part) -> list[FactSource]:
        found = []
        names = self.named(part)
        for source in part.function.document.returns.facts:
            inner = source.path.split(".") if source.path and not part.function.rows else []
            fields = {names.get(name, name): a for name, a in source.fields.items() if name in names or not names}
            key = tuple(names.get(name, name) for name in source.key)
            path = ".".join((*self.place(part), *inner))
            if all(name in fields for name in key) or not part.only:
                found.append(source.model_copy(update={"path": path, "key": key, "fields": fields}))
        return found

    def _put(self, schema: Schema, part: Part) -> None:
        """Adds what a part returns to the schema of the result."""
        names = self.named(part)
        own = part.function.document.returns.schema_
        row: Schema = own
        if names:
            properties = {names[name]: part.function.fields[name] for name in part.fields}
            row = {"type": "object", "properties": {**properties, **self.record}}
        inner: Schema = {"type": "array", "items": row} if self.listed else row
        for name in self.place(part):
            schema = schema["properties"].setdefault(name, {"type": "object", "properties": {}, "required": []})
        if "properties" in inner and "properties" in schema:
            schema["properties"] |= inner["properties"]
        else:
            schema.clear()
            schema.update(inner)

    # --- calls -----------------------------------------------------------------------------------------------------

    def covers(self, function: str, attributes: Collection[str]) -> frozenset[str]:
        """Which of these attributes its part for a plain tool delivers."""
        return self._delivers.get(function, frozenset()).intersection(attributes)

    @cached_property
    def _delivers(self) -> dict[str, frozenset[str]]:
        """Plain tool -> the attributes in what its parts return."""
        found: dict[str, frozenset[str]] = {}
        for part in self.parts:
            own = frozenset(a for source in self._facts(part) for a in source.fields.values())
            found[part.function.name] = found.get(part.function.name, frozenset()) | own
        return found

    def call(self, function: str, arguments: Mapping[str, Json], attributes: Collection[str]) -> dict[str, Json]:
        """The arguments by which a call of a plain tool is made.

        Args:
            function: The plain tool.
            arguments: Of the plain tool.
            attributes: Attributes of the row that the caller wants to see.
        """
        number = next(n for n, part in enumerate(self.parts) if part.function.name == function)
        passed: dict[str, Any] = {self.selector: self.parts[number].member} if self.selector else {}
        for leaf in self.leaves:
            taken = leaf.takes[number]
            if taken and taken in arguments:
                inside = passed
                for group in leaf.path[:-1]:
                    inside = inside.setdefault(group, {})
                inside[leaf.path[-1]] = leaf.passed(arguments[taken])
        if any(option.hides for option in self.options):
            names = self.named(self.parts[number])
            seen = {names.get(field, field) for field, a in _attributes(self.parts[number]).items() if a in attributes}
            passed |= {option.name: True for option in self.options if seen & set(option.hides)}
        return passed


def _attributes(part: Part) -> dict[str, str]:
    """Plain field of a part's result -> attribute."""
    return {name: a for source in part.function.document.returns.facts for name, a in source.fields.items()}
