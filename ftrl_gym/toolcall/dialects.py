"""The dialects in which models write tool calls, and turns read from text. Nothing here raises on any text."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from ftrl_gym.toolcall.calls import MAX_CALL_CHARS, Call, Turn, short
from ftrl_gym.toolcall.json_calls import SCALARS, json_call, too_long, unless_deep
from ftrl_gym.toolcall.reasoning import without_reasoning


class Dialect(StrEnum):
    """How a model writes its calls."""

    HERMES = "hermes"
    """``<tool_call>{"name": ..., "arguments": {...}}</tool_call>``: Hermes, Qwen 2.5 and 3."""
    LLAMA3 = "llama3"
    """``{"name": ..., "parameters": {...}}``, several separated by ``;``, maybe after ``<|python_tag|>``."""
    PYTHONIC = "pythonic"
    """``[name(arg="x"), other()]``: Llama 4, Gemma and others."""


def parse(text: str, dialect: Dialect) -> Turn:
    """Splits an assistant message into words and calls. Never raises.

    Args:
        text: What the model wrote, reasoning blocks and all.
        dialect: How it writes calls.

    Returns:
        The turn, the caller's own to change; its words are the text outside reasoning blocks and calls.
    """
    return _PARSERS[dialect](without_reasoning(text))


def parse_shared(text: str, dialect: Dialect) -> Turn:
    """The same, for who changes nothing in it: of a short text that was parsed before, the same turn is returned."""
    turn = _parsed_short(text, dialect) if len(text) <= _SHORT_TURN else None
    return parse(text, dialect) if turn is None else turn


_SHORT_TURN = 2_048


@lru_cache(maxsize=2048)
def _parsed_short(text: str, dialect: Dialect) -> Turn | None:
    """A turn; None where one of its calls has arguments that a tool could change in place."""
    turn = parse(text, dialect)
    alone = all(SCALARS.issuperset(map(type, call.arguments.values())) for call in turn.calls)
    return turn if alone else None


def _parse_hermes(text: str) -> Turn:
    start = text.find("<tool_call>")
    if start == -1:
        return Turn(text, [])
    content, calls, end = [text[:start]], [], 0
    while start != -1:
        begin = start + 11
        if -1 < end < begin:  # searched for once per closing tag: a text of nothing but opening ones stays cheap
            end = text.find("</tool_call>", begin)
        following = text.find("<tool_call>", begin)
        if end == -1 or -1 < following < end:  # unclosed: up to the next call, or the end
            body, after = (text[begin:], len(text)) if following == -1 else (text[begin:following], following)
        else:
            body, after = text[begin:end], end + 12
        calls.append(json_call(body, "arguments"))
        content.append(text[after:following] if following != -1 else text[after:])
        start = following
    return Turn("".join(content), calls)


def _parse_llama3(text: str) -> Turn:
    body = text.removeprefix("<|python_tag|>").strip()
    for token in ("<|eom_id|>", "<|eot_id|>"):
        body = body.removesuffix(token).strip()
    if not body.startswith("{") or '"name"' not in body:
        return Turn(text, [])
    calls, decoder, position = [], json.JSONDecoder(), 0
    while position < len(body):
        try:
            _, size = decoder.raw_decode(body[position : position + MAX_CALL_CHARS])
        except (ValueError, RecursionError):
            calls.append(json_call(body[position:], "parameters"))
            break
        calls.append(json_call(body[position : position + size], "parameters"))
        position += size
        while position < len(body) and body[position] in " \t\r\n;":
            position += 1
    return Turn("", calls)


_PYTHONIC = re.compile(r"\[?\s*[A-Za-z_]\w*\s*\(")


def _parse_pythonic(text: str) -> Turn:
    body = text.strip()
    if not _PYTHONIC.match(body) or body[-1] not in ")]":
        return Turn(text, [])
    if len(body) > MAX_CALL_CHARS:
        return Turn("", [too_long(len(body))])
    try:
        tree = ast.parse(body, mode="eval").body
        nodes = tree.elts if isinstance(tree, ast.List) else [tree]
        calls = []
        for node in nodes:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)) or node.args or _unnamed(node):
                raise ValueError("write [name(argument=value)], with every argument named")
            arguments = {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}
            text = json.dumps(arguments, allow_nan=False, ensure_ascii=False)
            text.encode()
            calls.append(unless_deep(Call(node.func.id, json.loads(text))))  # tuples, number keys: as JSON has them
        return Turn("", calls)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        return Turn("", [Call("", {}, f"not a list of calls: {short(error)}")])


def _unnamed(call: ast.Call) -> bool:
    return any(keyword.arg is None for keyword in call.keywords)


_PARSERS: dict[Dialect, Callable[[str], Turn]] = {
    Dialect.HERMES: _parse_hermes,
    Dialect.LLAMA3: _parse_llama3,
    Dialect.PYTHONIC: _parse_pythonic,
}
