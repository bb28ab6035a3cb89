"""Foreign JSON schemas made safe to compile: what is well-formed stays, types spelt as in Python are translated."""

from __future__ import annotations

from typing import Any

from ftrl_gym.foreign_pattern import is_quick

_TYPES = {name: name for name in ("string", "number", "integer", "boolean", "array", "object", "null")} | {
    "str": "string",
    "float": "number",
    "double": "number",
    "int": "integer",
    "bool": "boolean",
    "list": "array",
    "tuple": "array",
    "dict": "object",
}
_COUNTS = {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_TEXTS = {"description", "title"}
_ANNOTATIONS = {"default", "example", "examples", "uniqueItems"}
_MOST_REFERENCES = 500
"""References followed in one schema."""
_CHOICES = {"anyOf", "oneOf", "allOf"}


def clean_schema(schema: Any) -> dict[str, Any]:
    """The well-formed part of a schema; what no validator could read (or would follow elsewhere, as ``$ref``) is left
    out, so that a call is never refused for a fault of its document.

    >>> clean_schema({"type": "dict", "properties": {"x": {"type": "int", "enum": []}}, "required": ["x", "y"]})
    {'type': 'object', 'properties': {'x': {'type': 'integer'}}, 'required': ['x']}
    """
    if not isinstance(schema, dict):
        return {}
    clean: dict[str, Any] = {}
    for key, value in schema.items():
        kept = _keyword(key, value)
        if kept is not None:
            clean[key] = kept
    if "const" in schema and "enum" not in clean:  # which validators know and everything else here reads
        clean["enum"] = [schema["const"]]
    if "required" in clean:
        clean["required"] = [name for name in clean["required"] if name in clean.get("properties", {})]
    return clean


def without_references(schema: Any) -> Any:
    """A schema with what its ``$ref`` name put in their places; one that would go in circles becomes any value.

    >>> without_references({"$defs": {"Id": {"type": "string"}}, "properties": {"id": {"$ref": "#/$defs/Id"}}})
    {'properties': {'id': {'type': 'string'}}}
    """
    return _References(schema).resolved(schema, ())


class _References:
    """Follows the references of one schema, a bounded number of them, so that none grows without end."""

    def __init__(self, whole: Any) -> None:
        self._whole, self._left = whole, _MOST_REFERENCES

    def resolved(self, part: Any, within: tuple[str, ...]) -> Any:
        if isinstance(part, list):
            return [self.resolved(each, within) for each in part]
        if not isinstance(part, dict):
            return part
        named = part.get("$ref")
        kept = {key: value for key, value in part.items() if key not in ("$ref", "$defs", "definitions")}
        target = self._named(named) if isinstance(named, str) and named not in within else None
        if target is not None:
            beside = {key: value for key, value in target.items() if key not in ("$defs", "definitions")}
            return self.resolved({**beside, **kept}, (*within, str(named)))
        return {key: self.resolved(value, within) for key, value in kept.items()}

    def _named(self, name: str) -> dict[str, Any] | None:
        """The part that a reference names; None for one that leads nowhere, or one too many."""
        self._left -= 1
        target = self._whole
        for step in name.removeprefix("#/").split("/"):
            target = target.get(step) if isinstance(target, dict) else None
        return target if isinstance(target, dict) and self._left >= 0 else None


def _keyword(key: str, value: Any) -> Any:
    """The well-formed part of one keyword's value; None leaves the keyword out."""
    if key == "type":
        names = [_TYPES[name] for name in (value if isinstance(value, list) else [value]) if _known(name)]
        return names if len(names) > 1 else (names[0] if names else None)
    if key == "properties":
        return {str(name): clean_schema(part) for name, part in value.items()} if isinstance(value, dict) else None
    if key == "required":
        return list(dict.fromkeys(map(str, value))) if isinstance(value, list) else None
    if key == "enum":
        return value if isinstance(value, list) and value else None
    if key == "items":
        return clean_schema(value) if isinstance(value, dict) else None
    if key == "additionalProperties":
        return value if isinstance(value, bool) else clean_schema(value)
    if key in _CHOICES:
        return [clean_schema(part) for part in value] if isinstance(value, list) and value else None
    if key in _COUNTS:
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
    if key in _BOUNDS:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if number and (key != "multipleOf" or value > 0) else None
    if key == "pattern":
        return value if isinstance(value, str) and is_quick(value) else None
    if key == "format" or key in _TEXTS:
        return value if isinstance(value, str) else None
    return value if key in _ANNOTATIONS else None


def _known(name: Any) -> bool:
    return isinstance(name, str) and name in _TYPES
