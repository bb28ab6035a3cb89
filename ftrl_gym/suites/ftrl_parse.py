"""How FTRL reads calls out of a model's text: the Qwen and Llama 3.1 formats, faults included.

Bit-compatible with the released functions, on any text. The environment's own dialects live in
:mod:`ftrl_gym.toolcall` and tell a policy what was wrong; here a malformed call vanishes, as published.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ftrl_gym.errors import MissingExtraError

_QWEN_START, _QWEN_END = "<tool_call>", "</tool_call>"
_LLAMA_START = "<|python_tag|>"


class ParsedCall(NamedTuple):
    """One call. ``name`` is whatever JSON value stood there; ``arguments`` is JSON text of any type."""

    name: Any
    arguments: str


class ParsedTurn(NamedTuple):
    """One assistant message. ``content`` is None only for a Llama call without text before its tag."""

    content: str | None
    calls: list[ParsedCall]


def cut_end_tokens(text: str) -> str:
    """Strips space, then one trailing ``<|endoftext|>``, then one ``<|im_end|>``. Scored turns go through this,
    turns of an evaluated episode do not."""
    return text.strip().removesuffix("<|endoftext|>").strip().removesuffix("<|im_end|>").strip()


def parse_qwen(text: str, one_tool_only: bool = False) -> ParsedTurn:
    """Reads ``<tool_call>{"name": ..., "arguments": ...}</tool_call>`` blocks.

    Everything from the first start tag is cut at the end tags (a missing last one is forgiven). A piece counts when
    it begins with a start tag and holds one JSON object with a truthy name and arguments; others are dropped without
    a trace. When none counts, the whole text is content.

    Args:
        text: All that was written.
        one_tool_only: Look at the first piece only.
    """
    start = text.find(_QWEN_START)
    if start < 0:
        return ParsedTurn(text.strip(), [])
    pieces = text[start:].split(_QWEN_END)
    calls = []
    for piece in pieces[:1] if one_tool_only else pieces:
        call = _qwen_call(piece.strip())
        if call is not None:
            calls.append(call)
    return ParsedTurn(text[:start].strip() if calls else text.strip(), calls)


def _qwen_call(piece: str) -> ParsedCall | None:
    if not piece.startswith(_QWEN_START):
        return None
    # The released code strips the tag's *letters*, not the tag: "<tool_call>call {...}" is a call, too.
    body = piece.lstrip(_QWEN_START).strip()
    try:
        call = json.loads(body)
        name = call.get("name")
        if not name:
            return None
        arguments = call["arguments"]
        if type(arguments) is not dict:
            arguments = json.loads(arguments)
        return ParsedCall(name, json.dumps(arguments, ensure_ascii=False))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def parse_llama31(text: str) -> ParsedTurn:
    """Reads one ``{"name": ..., "parameters": ...}`` after ``<|python_tag|>``, or anywhere in a text without a tag.

    json_repair turns the text into an object where it can; of a list the first element counts.

    Raises:
        IndexError: The repaired text is an empty list.
        UnboundLocalError: json_repair failed on a text without a tag.
        MissingExtraError: json_repair is not installed.
    """
    try:
        import json_repair
    except ImportError:
        raise MissingExtraError("json_repair", "bench") from None

    content: str | None = None
    start = text.find(_LLAMA_START)
    if start < 0:
        source = text.strip()
        try:
            json_repair.loads(source)
        except Exception as error:  # whatever json_repair fails with: the released code then reads an unset variable
            raise UnboundLocalError(f"json_repair failed: {error}") from error
    else:
        content = text[:start].strip()
        source = text[start:].lstrip(_LLAMA_START).strip()  # the tag's letters again, see _qwen_call
    call: Any = json_repair.loads(source.split(_LLAMA_START)[0])
    if type(call) is list:
        call = call[0]
    if call:
        try:
            arguments = call["parameters"]
            if type(arguments) is not dict:
                arguments = json_repair.loads(arguments)
            return ParsedTurn(content, [ParsedCall(call["name"], json.dumps(arguments, ensure_ascii=False))])
        except Exception:  # json_repair's own failures included: the released code falls back to plain text
            pass
    return ParsedTurn(text.strip(), [])
