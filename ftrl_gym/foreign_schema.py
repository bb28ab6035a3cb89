"""Foreign JSON schemas made safe to compile: what is well-formed stays, types spelt as in Python are translated."""

from __future__ import annotations

import re
from typing import Any

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
_ANNOTATIONS = {"default", "const", "example", "examples", "uniqueItems"}
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
    if "required" in clean:
        clean["required"] = [name for name in clean["required"] if name in clean.get("properties", {})]
    return clean


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
        return value if isinstance(value, str) and _compiles(value) else None
    if key == "format" or key in _TEXTS:
        return value if isinstance(value, str) else None
    return value if key in _ANNOTATIONS else None


def _known(name: Any) -> bool:
    return isinstance(name, str) and name in _TYPES


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
