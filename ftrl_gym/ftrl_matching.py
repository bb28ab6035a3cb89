"""The published FTRL rules for crediting calls and paying turns, as small pure functions (arXiv 2508.08791).

Owns ``matching="ftrl"`` and the reward schemes of the paper and its ablation: substring matching of a golden answer
in a call's feedback, at most one answer per call, and what a turn is worth. Known to be gameable, which is why the
default is ``strict``; kept bit-compatible because published figures rest on it.

Invariants: nothing here changes its arguments, runs code or knows about environments. The released functions crash
on odd data and change the unsolved set in place; :mod:`ftrl_gym.suites.ftrl_rules` reproduces that on top of these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum

CALL_MARKS = ("<tool_call>", "</tool_call>", "<tool_parsed_response>")
"""A turn without a valid call that still holds one of these is a failed attempt at calling."""


class TurnScheme(StrEnum):
    """What a turn with p calls, q of them solving, is paid."""

    SOLVE_F1 = "solve_f1"
    """2q / (p + 1), the paper's choice."""
    SOLVE_PRECISION = "solve_precision"
    """q / p."""
    SOLVE_RATE = "solve_rate"
    """q."""
    SOLVE_PR = "solve_pr"
    """q * q / p."""


def _normal(text: str) -> str:
    return text.lower().replace(",", "").strip()


def feedback_text(value: object) -> str:
    """A tool's result as FTRL writes it into the tool message: strings as they are, dict and list as JSON, else
    ``str``.

    Raises:
        TypeError, ValueError: A dict or list that JSON cannot hold.
    """
    if isinstance(value, str):
        return value
    # Exact types: a subclass such as OrderedDict is written with str() by the released code.
    return json.dumps(value, ensure_ascii=False) if type(value) in (dict, list) else str(value)


def matches(golden: str, feedback: object) -> bool:
    """Whether every ", "-separated part of ``golden`` is a substring of ``feedback``, ignoring case and commas.

    Raises:
        AttributeError: ``golden`` is not a string, as in the released function.

    >>> matches("1,204", {"length": 1204}), matches("Ada, Bo", "bo and ada"), matches("", "anything")
    (True, True, True)
    """
    parts = golden.split(", ")
    text = _normal(feedback_text(feedback))
    return all(_normal(part) in text for part in parts)


def solve_turn(unsolved: Mapping[str, Sequence[str]], calls: Sequence[tuple[str, object]]) -> list[bool]:
    """Which calls of one turn solve a sub-question; ``unsolved`` is not changed.

    Args:
        unsolved: Tool -> golden answers still open before the turn.
        calls: (tool, feedback) in the order of the calls. The feedback of a failed call counts too: that is the rule.

    Returns:
        One flag per call. To know *which* answer a call solved, use :func:`solved_answers`.
    """
    return [index is not None for index in solved_answers(unsolved, calls)]


def solved_answers(unsolved: Mapping[str, Sequence[str]], calls: Sequence[tuple[str, object]]) -> list[int | None]:
    """Per call, the index into ``unsolved[tool]`` of the answer it solves (the first open one that matches), or None.

    >>> solved_answers({"staff": ["Ada", "Bo"]}, [("staff", "Ada, Bo"), ("staff", "Ada, Bo"), ("staff", "Ada, Bo")])
    [0, 1, None]
    """
    taken: set[tuple[str, int]] = set()
    result: list[int | None] = []
    for tool, feedback in calls:
        solved = None
        for index, golden in enumerate(unsolved.get(tool, ())):
            if (tool, index) not in taken and matches(golden, feedback):
                solved = index
                taken.add((tool, index))
                break
        result.append(solved)
    return result


def answer_in_text(answer: str, text: str) -> bool:
    """Whether the final answer stands in the text, ignoring case and commas; the answer is not split into parts."""
    return _normal(answer) in _normal(text)


def turn_reward(
    scheme: TurnScheme | str,
    *,
    calls: int,
    solved: int,
    content: str | None,
    unsolved: int,
    solve_rate: float,
    answer: str | None,
) -> float:
    """What one assistant turn is paid.

    Args:
        scheme: One of :class:`TurnScheme`; a name that is none of them raises ValueError.
        calls: Valid calls in the turn, p.
        solved: How many of them solved a sub-question, q.
        content: The turn's text before its first call; all of it when there is no valid call.
        unsolved: Sub-questions still open *before* the turn, t.
        solve_rate: Share of the sub-questions solved before the turn.
        answer: The task's final answer, or None.

    >>> turn_reward("solve_f1", calls=2, solved=1, content="", unsolved=3, solve_rate=0.0, answer=None)
    0.6666666666666666
    >>> turn_reward("solve_f1", calls=0, solved=0, content="Oslo!", unsolved=1, solve_rate=0.5, answer="oslo")
    0.5
    """
    scheme = TurnScheme(scheme)
    if calls:
        if scheme is TurnScheme.SOLVE_F1:
            return 2 * solved / (calls + 1)
        if scheme is TurnScheme.SOLVE_PRECISION:
            return solved / calls
        if scheme is TurnScheme.SOLVE_RATE:
            return float(solved)
        return solved * solved / calls
    if not content:
        return -0.5
    if any(mark in content for mark in CALL_MARKS):
        return -0.3
    if answer is not None and answer_in_text(answer, content):
        return 1 / (1 + unsolved)
    return 0.5 if solve_rate == 1.0 else 0.0
