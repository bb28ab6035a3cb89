"""What runs in an interpreter around a call, in the interpreter's Python.

A call comes out as ``[status, value]`` in JSON; a batch as a list of these, written in one piece, and one by one only
where that is too long or cannot be done.

``round`` is our own there: the interpreter's rounds 3.705 down, by multiplying, where Python rounds what the number is.
"""

from __future__ import annotations

MESSAGE_CHARS = 2_000
"""Longest message of a tool's that leaves it."""

ALONE = f"""
from json import dumps as _ftrl_dumps

_ftrl_round = round

def round(number, ndigits=None):
    if ndigits is None:
        return _ftrl_round(number)
    if isinstance(number, float) and isinstance(ndigits, int) and 0 <= ndigits <= 20 and -1e15 < number < 1e15:
        return float(f"{{number:.{{ndigits}}f}}")
    return _ftrl_round(number, ndigits)

def _ftrl_alone(source):
    def made():
        own = {{'__name__': 'tool', 'round': round}}
        exec(source, own)
        return own
    return made

def _ftrl_done(make, name, arguments):
    try:
        result = make()[name](**arguments)
        if not (isinstance(result, dict) or result is None or isinstance(result, (str, bool, int, float, list))):
            result = str(result)
        return [0, result]
    except BaseException as error:
        kind, text = type(error).__name__, str(error)
        if kind != 'ValueError' or not text:
            text = kind + ': ' + text if text else kind
        return [1, text[:{MESSAGE_CHARS + 1}]]

def _ftrl_one(make, name, arguments, chars):
    return _ftrl_told(_ftrl_done(make, name, arguments), chars)

def _ftrl_told(done, chars):
    if done[0]:
        return _ftrl_dumps(done)
    try:
        text = _ftrl_dumps(done[1], ensure_ascii=False, allow_nan=False)
    except BaseException as error:
        return _ftrl_dumps([2, str(error)[:{MESSAGE_CHARS}]])
    return '[0,' + text + ']' if len(text) <= chars else '[3,null]'
"""
"""What every interpreter has beside a tool. One that is made for a single call reads it for that: it is kept short.

A call is as deep down in ``_ftrl_one`` as in ``_ftrl_calls``, so that it may recurse as far in either.
"""

KEPT = f"""
{ALONE}
_ftrl_tools = []

def _ftrl_always(tools):
    def made():
        return tools
    return made

def _ftrl_calls(tools, given, chars):
    done = [_ftrl_done(*_ftrl_tools[tool], arguments) for tool, arguments in zip(tools, given)]
    try:
        text = _ftrl_dumps(done, ensure_ascii=False, allow_nan=False)
        if len(text) <= chars:
            return text
    except BaseException:
        pass
    return '[' + ','.join([_ftrl_told(one, chars) for one in done]) + ']'
"""
"""What an interpreter has that is kept between calls."""

KINDS = f"""
{ALONE}
own = _ftrl_alone(_ftrl_s)()
[str(type(own[name]).__name__)[:40] if name in own else '' for name in _ftrl_n]
"""
"""The types of what a source defines under some names."""
