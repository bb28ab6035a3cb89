"""One call written as a JSON object, as most dialects have it: read, or said what is wrong with it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ftrl_gym.toolcall.calls import MAX_CALL_CHARS, MAX_DEPTH, Call


def too_long(size: int) -> Call:
    """The malformed call that stands for a text of so many characters, of which none is read."""
    return Call("", {}, f"the call has {size:,} characters; at most {MAX_CALL_CHARS:,} are read")


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_reject_constant)


def _decode(text: str) -> Any:
    """``_decoder.decode``, without the two regular expressions it spends on line breaks around a call."""
    try:
        value, end = _decoder.raw_decode(text, 1 if text[:1] == "\n" else 0)
    except ValueError:
        return _decoder.decode(text)  # raises too, unless there was more white space
    return value if text[end:] in ("", "\n") else _decoder.decode(text)


_SHORT_CALL = 1_024
SCALARS = frozenset((str, int, float, bool, type(None)))
"""Types of arguments that no tool can change in place: calls with no others may be shared."""


def json_call(body: str, arguments_key: str) -> Call:
    """Reads one call. Never raises.

    Args:
        body: The text of the object, with white space around it at most.
        arguments_key: The key under which the dialect has the arguments.

    Returns:
        A call that is the caller's own to change; a malformed one says in ``problem`` what would be right.
    """
    if len(body) > _SHORT_CALL:
        return _read(body, arguments_key) if len(body) <= MAX_CALL_CHARS else too_long(len(body))
    call = _read_short(body, arguments_key)
    if SCALARS.issuperset(map(type, call.arguments.values())):
        return Call(call.name, call.arguments.copy(), call.problem, call.hint)
    return _read(body, arguments_key)  # lists and objects could be changed in place


def _read(body: str, arguments_key: str) -> Call:
    try:
        value = _text_decoded(body)
    except UnicodeEncodeError:
        return Call("", {}, _SURROGATE)
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
        return Call("", {}, f"not valid JSON{where}; {_right(arguments_key)}")
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return Call("", {}, f"a call is an object with a name; {_right(arguments_key)}")
    arguments, hint = value.get(arguments_key, {}), ""
    if arguments_key not in value and (other := next(filter(value.__contains__, _OTHER_KEYS), None)):
        hint = f"arguments go under {arguments_key!r}, not under {other!r}: "
    if isinstance(arguments, str):  # some models quote the object
        try:
            arguments = _text_decoded(arguments)
        except UnicodeEncodeError:
            return Call("", {}, _SURROGATE)
        except (ValueError, RecursionError):
            arguments = None
    if not isinstance(arguments, dict):
        return Call(value["name"], {}, f"{arguments_key!r} is an object; {_right(arguments_key)}")
    return unless_deep(Call(value["name"], arguments, hint=hint))


_OTHER_KEYS = ("parameters", "arguments", "params", "args", "input")
"""Where calls of other dialects have their arguments."""
_SURROGATE = "the call holds a lone surrogate, which is not text"


def _text_decoded(text: str) -> Any:
    """The JSON value of a text. Raises UnicodeEncodeError for lone surrogates, ValueError, RecursionError."""
    value = _decode(text)
    if not text.isascii() or "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def unless_deep(call: Call) -> Call:
    """The call, or what is wrong with it where its arguments are nested too deeply. Does not recurse itself."""
    level: list[Any] = [call.arguments]
    for _ in range(MAX_DEPTH):
        inner = (value.values() if isinstance(value, dict) else value for value in level)
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        if not level:
            return call
    return Call("", {}, f"the call is nested more than {MAX_DEPTH} levels deep, and no tool takes that")


_read_short = lru_cache(maxsize=1024)(_read)
"""Policies repeat themselves, and the episodes of one task repeat each other."""


def _right(arguments_key: str) -> str:
    return f'write {{"name": "TOOL", "{arguments_key}": {{...}}}}'
