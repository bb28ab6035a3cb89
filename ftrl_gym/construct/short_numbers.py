"""Short numbers: "invoice 41622" for INV-41622, the way people say numbers of which all begin with the same letters.

Which numbers do is read off the patterns of the plain tools' results. Documents that go with such a question say how
the number is written in full, so that nobody has to guess the letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ftrl_gym.tooldoc import ToolDocument

_PATTERN = re.compile(r"\^((?:[A-Z]|\\?-)+)\[0-9\]\+\$")
"""Pattern of texts that begin with the same letters and go on with digits alone."""


def letters_of(documents: Iterable[ToolDocument]) -> dict[str, str]:
    """The letters that all values of an attribute begin with, before digits.

    Args:
        documents: Of a scenario's plain tools.

    Returns:
        ``entity.attribute`` -> letters, ``invoices.invoice_no`` -> ``INV-``. What tools take and no result shows has
        the letters of what is described in the same words.
    """
    every = tuple(documents)
    found: dict[str, str] = {}
    for document in every:
        for attribute, pattern in _patterns(document):
            if matched := _PATTERN.fullmatch(pattern):
                found.setdefault(attribute, matched[1].replace("\\", ""))
    described: dict[str, set[str]] = {}
    for about, attribute in _taken(every):
        described.setdefault(about, set()).add(found.get(attribute, ""))
    for about, attribute in _taken(every):
        letters = described[about] - {""}
        if attribute not in found and len(letters) == 1:
            found[attribute] = letters.pop()
    return found


def in_full(document: ToolDocument, letters: Mapping[str, str]) -> ToolDocument:
    """A document that says of each number it takes how it is written in full.

    Args:
        document: Of a plain tool, whose parameters are single values.
        letters: See :func:`letters_of`.
    """
    properties: dict[str, dict[str, Any]] = document.parameters.get("properties", {})
    told = {
        name: {**schema, "description": f"{schema['description'].rstrip('.')} in full: {_form(letters[bound])}."}
        for name, schema in properties.items()
        if (bound := document.binds.get(name, "")) in letters
    }
    if not told:
        return document
    return document.model_copy(update={"parameters": {**document.parameters, "properties": {**properties, **told}}})


def _form(letters: str) -> str:
    return f'"{letters}" and the number'


def _taken(documents: Iterable[ToolDocument]) -> Iterator[tuple[str, str]]:
    """Description of each parameter that is bound to an attribute, and that attribute."""
    for document in documents:
        for name, schema in document.parameters.get("properties", {}).items():
            if name in document.binds and "enum" not in schema:
                yield schema.get("description", ""), document.binds[name]


def _patterns(document: ToolDocument) -> Iterator[tuple[str, str]]:
    """Attributes in what a tool returns, with the pattern of each that has one."""
    for source in document.returns.facts:
        row = _inside(document.returns.schema_, source.path.split(".") if source.path else [])
        for field, attribute in source.fields.items():
            yield f"{source.entity}.{attribute}", _inside(row, field.split(".")).get("pattern", "")


def _inside(schema: dict[str, Any], path: Iterable[str]) -> dict[str, Any]:
    """What a schema says at a path, through the elements of arrays."""
    for name in path:
        schema = _element(schema).get("properties", {}).get(name, {})
    return _element(schema)


def _element(schema: dict[str, Any]) -> dict[str, Any]:
    return _element(schema["items"]) if "items" in schema else schema
