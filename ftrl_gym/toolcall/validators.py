"""Schemas of tools, compiled once and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftrl_gym.tooldoc import ToolDocument

_VALIDATORS: dict[tuple[int, bool], tuple[ToolDocument, Callable[[Any], Any]]] = {}
"""Compiled schemas by the identity of their document, which is held so that no other takes its place. Compiling one
takes as long as hundreds of calls, and twice as long where its exceptions are to say everything."""
_MOST_VALIDATORS = 2048
CUT_SHORT = (" must contain ", " must be valid exactly by one definition")
"""Ends of messages whose rest only a detailed exception has."""


def validator(document: ToolDocument, *, detailed: bool = False) -> Callable[[Any], Any]:
    """The check of arguments against a document's schema, compiled at the first use.

    Args:
        document: The tool's; looked up by identity, since nobody changes one.
        detailed: Whether the messages name everything; it takes twice as long to compile.

    Returns:
        A function of the arguments that raises fastjsonschema's ``JsonSchemaValueException`` where they do not fit.
    """
    known = _VALIDATORS.get((id(document), detailed))
    if known is None:
        if len(_VALIDATORS) >= _MOST_VALIDATORS:
            _VALIDATORS.clear()
        known = _VALIDATORS[id(document), detailed] = (document, _compiled(document, detailed))
    return known[1]


def _compiled(document: ToolDocument, detailed: bool) -> Callable[[Any], Any]:
    import fastjsonschema

    schema = {"additionalProperties": False, **document.parameters, "type": "object"}
    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema, use_default=False, detailed_exceptions=detailed)
    return compiled
