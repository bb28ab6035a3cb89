"""Tool documents: what a policy reads about a tool, and what the environment knows about its results.

A :class:`ToolDocument` is the OpenAI function schema plus :class:`Returns`: the schema of the result and
where in it facts of the world lie. Scoring works on those facts, never on text, so a document that does not say
where its facts are can solve nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


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
    """Dotted path to an object or a list of objects in the result; empty for the result itself."""
    entity: str
    """Entity (table, or a derived one such as ``conversions``) whose facts these are."""
    key: tuple[str, ...]
    """Fields of the object that name the entity's instance; several are joined by ``|``."""
    fields: dict[str, str]
    """Field of the object -> attribute of the entity."""
    unordered: bool = False
    """Whether the key's parts may stand in any order, as for a comparison of two things."""


class Returns(Frozen):
    """What a valid call gives back."""

    schema_: dict[str, Any] = Field(default_factory=dict, alias="schema")
    """JSON schema of the result."""
    facts: tuple[FactSource, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ToolDocument(Frozen):
    """One tool as a policy sees it (name, description, parameters) and as the scorer sees it (returns, binds)."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")
    description: str
    parameters: dict[str, Any]
    """JSON schema of type ``object``; each property has a ``description``, optional ones a ``default``."""
    returns: Returns = Returns()
    binds: dict[str, str] = Field(default_factory=dict)
    """Parameter -> ``entity.attribute`` that it filters on. Such an attribute is brought in by the call, so the
    call cannot be credited with delivering it."""
    effect: Effect = Effect.READ

    def openai(self) -> dict[str, Any]:
        """The document in OpenAI's ``tools`` format, as chat templates take it."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}

    def signature(self) -> str:
        """The document in one line, for small models.

        >>> ToolDocument(name="rate", description="Exchange rate.", parameters={"type": "object", "properties":
        ... {"to": {"type": "string", "enum": ["EUR", "USD"]}, "day": {"type": "string", "default": "today"}},
        ... "required": ["to"]}).signature()
        'rate(to: "EUR"|"USD", day: string = "today") - Exchange rate.'
        """
        import json

        required = set(self.parameters.get("required", ()))
        parts = []
        for name, schema in self.parameters.get("properties", {}).items():
            kind = (
                "|".join(json.dumps(e, ensure_ascii=False) for e in schema["enum"])
                if "enum" in schema
                else _type(schema)
            )
            default = f" = {json.dumps(schema['default'], ensure_ascii=False)}" if "default" in schema else ""
            parts.append(f"{name}{'' if name in required or default else '?'}: {kind}{default}")
        return f"{self.name}({', '.join(parts)}) - {self.description}"


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if kind == "object" and schema.get("properties"):
        return "{" + ", ".join(f"{k}: {_type(v)}" for k, v in schema["properties"].items()) + "}"
    return "|".join(kind) if isinstance(kind, list) else str(kind)
