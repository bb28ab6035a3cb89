"""Hints: what a turn that ended an episode may have meant to be, where its form shows it.

Such a turn called nothing and answered nothing, so the episode is over and paid. What is said here is for whoever reads
the episode, and changes nothing about that.
"""

from __future__ import annotations

import re

from ftrl_gym import answers
from ftrl_gym.episode import TurnFacts
from ftrl_gym.prompt import Fed
from ftrl_gym.toolcall import MAX_CALL_CHARS, CallStatus, Dialect, parse, without_reasoning

_ENDED = "This turn called nothing, so it ended the task."
_CALLS = {
    Dialect.HERMES: 'Write each call between tool_call tags of its own, as {"name": "TOOL", "arguments": {...}}',
    Dialect.LLAMA3: 'A turn that calls is nothing but {"name": "TOOL", "parameters": {...}}, or several with ; between',
    Dialect.PYTHONIC: "A turn that calls is nothing but [TOOL(NAME=VALUE)], or several in one list",
}
_FENCED = re.compile(r"```[\w-]*\n(.*?)(?:```|\Z)", re.DOTALL)
_NAME, _ARGUMENTS = re.compile(r'"name"\s*:'), re.compile(r'"(?:arguments|parameters)"\s*:')


def of_ending(turn: str, dialect: Dialect, facts: TurnFacts | None) -> list[Fed]:
    """What is fed back after a turn, in place of what calls bring: a hint, where it ended the episode by a slip.

    Args:
        turn: As the policy wrote it.
        dialect: How calls are written.
        facts: What the turn did.

    Returns:
        One hint; none where the episode goes on, ended right, or shows no slip that is known.
    """
    if facts is None or facts.end is None or facts.right:
        return []
    slip = _slip(turn, dialect)
    return [Fed(CallStatus.MALFORMED, "unknown", f"{slip} {_ENDED}")] if slip else []


def _slip(turn: str, dialect: Dialect) -> str | None:
    """What is wrong with the form of an ending turn.

    >>> _slip("<answer>B12", Dialect.HERMES)
    'no answer was read: the answer tag has no end tag.'
    """
    if answers.said(turn) is not None:
        return None
    text = without_reasoning(turn)[-MAX_CALL_CHARS:]
    opened = text.rfind("<answer>")
    if opened != -1 and "</answer>" not in text[opened:]:
        return "no answer was read: the answer tag has no end tag."
    fenced = [match[1] for match in _FENCED.finditer(text)]
    if not any(_is_call(piece) for piece in (text, *fenced)):
        return None
    place = " in a code fence" if any(map(_is_call, fenced)) else ""
    return f"no call was read{place}: {_CALLS[dialect]}."


def _is_call(text: str) -> bool:
    named = _NAME.search(text)
    if named is not None and _ARGUMENTS.search(text, named.end()):
        return True
    calls = parse(text, Dialect.PYTHONIC).calls
    return bool(calls) and all(call.problem is None for call in calls)
