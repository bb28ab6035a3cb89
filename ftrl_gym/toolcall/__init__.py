"""From text to calls: the dialects in which models write tool calls, and the check against a tool's schema.

Nothing here raises on any text. What a policy got wrong becomes a :class:`Call` with a status and a message that
says what would be right. Text inside a reasoning block calls nothing, and a forged ``<tool_response>`` is only text.

    calls.py       a call, a turn, what became of a call, and how much of a text is read and shown again
    reasoning.py   the text outside reasoning blocks
    dialects.py    a turn from text, dialect by dialect
    json_calls.py  one call from its JSON object
    checker.py     arguments against a tool's schema, and the forms in which they are run and compared
    validators.py  schemas, compiled once
"""

from ftrl_gym.toolcall.calls import ECHO_CHARS, MAX_CALL_CHARS, MAX_DEPTH, Call, CallStatus, Turn, short
from ftrl_gym.toolcall.checker import Checker
from ftrl_gym.toolcall.dialects import Dialect, parse, parse_shared
from ftrl_gym.toolcall.reasoning import without_reasoning

__all__ = [
    "ECHO_CHARS",
    "MAX_CALL_CHARS",
    "MAX_DEPTH",
    "Call",
    "CallStatus",
    "Checker",
    "Dialect",
    "Turn",
    "parse",
    "parse_shared",
    "short",
    "without_reasoning",
]
