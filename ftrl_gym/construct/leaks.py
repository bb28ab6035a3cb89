"""Leaks: ways to know an answer without a call. FTRL's data has three kinds; here each is a refusal.

47 of its sub-answers come from default arguments, 23 from no arguments, 10 stand in the tool's own schema.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ftrl_gym.grounding import tokens
from ftrl_gym.task import Answer, AnswerType
from ftrl_gym.tooldoc import ToolDocument


def stands_in_schema(answer: Answer, tool: ToolDocument) -> bool:
    """Whether an answer is a default or an enum member of a tool, or a text of it holds it."""
    if answer.type is AnswerType.YES_NO or isinstance(answer.value, bool):
        return False
    values = answer.value if isinstance(answer.value, list) else [answer.value]
    closed, text = _given_away(tool)
    return any(value in closed or (isinstance(value, str) and _tokens(value) in text) for value in values)


_tokens = lru_cache(maxsize=256)(tokens)
"""An answer is looked for in every document."""
_MOST = 4096
"""Documents whose words are kept."""
_TEXTS: dict[int, tuple[ToolDocument, list[Any], str]] = {}
"""What a document gives away, by its identity; the document is held so that no other takes its place."""


def _given_away(tool: ToolDocument) -> tuple[list[Any], str]:
    """Defaults and enum members of a tool, and all its words."""
    known = _TEXTS.get(id(tool))
    if known is None or known[0] is not tool:
        schemas = [*tool.parameters.get("properties", {}).values(), *(leaf.schema for leaf in tool.leaves)]
        page = tool.parameters["properties"][tool.pages.parameter] if tool.pages is not None else {}
        asked = [schema for schema in schemas if schema != page]  # the number of a page tells nothing of the world
        closed = [value for schema in asked for value in (*schema.get("enum", ()), schema.get("default"))]
        if len(_TEXTS) >= _MOST:
            _TEXTS.clear()
        words = " ".join([tool.description, *(str(schema.get("description", "")) for schema in schemas)])
        known = _TEXTS[id(tool)] = (
            tool,
            [value for value in closed if value is not None and not isinstance(value, bool)],
            tokens(words),
        )
    return known[1], known[2]


def empty_call_works(tool: ToolDocument) -> bool:
    """Whether a tool answers without any argument."""
    return not tool.parameters.get("required") and not tool.alternatives


def stands_in(text: str, answer: Answer) -> bool:
    """Whether an answer stands in a text, as whole tokens."""
    if answer.type is AnswerType.YES_NO:
        return False
    values = answer.value if isinstance(answer.value, list) else [answer.value]
    return any(tokens(str(value)) in tokens(text) for value in values)
