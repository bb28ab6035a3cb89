"""Workings: how an answer that no result shows comes from values that results do, one step after the other.

A small model neither adds nor compares within the one step that writes an answer's first digit. With both operands
side by side before it, the step is the same wherever it is taken: ``40 + 46 = 86``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from ftrl_gym.construct.operations import minutes_of
from ftrl_gym.task import Json

_COMPUTED = re.compile(r"(sum|difference|times|shift|minutes)\(.*?(?:, ([+-]?[\d.]+))?\)")
_TESTED = re.compile(r"(?!\w+\().* [<>] \"?([\d.:-]+)\"?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def working(program: str, values: Sequence[str], answer: Json) -> str:
    """How a program's answer comes from its values; empty where that takes no step, or none of these.

    Args:
        program: As :attr:`~ftrl_gym.task.Task.program` has it.
        values: That it works on, as results write them; of a comparison in the order in which it is asked for.
        answer: What it comes to; a working that comes to anything else is not given.

    >>> working('sum(train "A1".price, train "B2".price)', ["40", "46"], 86)
    '40 + 46 = 86'
    >>> working('train "A1".price < 50', ["40"], True)
    '40 < 50'
    """
    if program.startswith("is_lower("):
        return compared(*values) if len(values) == 2 else ""
    if tested := _TESTED.fullmatch(program):
        return compared(values[0], tested[1]) if len(values) == 1 else ""
    computed = _COMPUTED.fullmatch(program)
    if computed is None:
        return ""
    try:
        steps = list(_steps(computed[1], values, computed[2] or ""))
    except (ArithmeticError, ValueError):
        return ""
    right = bool(steps) and _same(steps[-1].rpartition(" ")[2], answer)
    return ", ".join(steps) if right else ""


def compared(left: str, right: str) -> str:
    """``40 < 50``; empty where neither is less.

    >>> compared("9.5", "10"), compared("18:05", "09:10"), compared("2026-05-04", "2026-05-04")
    ('9.5 < 10', '18:05 > 09:10', '')
    """
    try:
        less, more = Decimal(left) < Decimal(right), Decimal(left) > Decimal(right)
    except ArithmeticError:
        less, more = left < right, left > right
    return f"{left} {'<' if less else '>'} {right}" if less or more else ""


def step(left: str, sign: str, right: str) -> str:
    """One step and what it comes to: of two numbers, of a time and minutes, of a date and days, of two times.

    Raises:
        ArithmeticError: A number is none.
        ValueError: A date or a time is none, or it is on another day.

    >>> step("4.5", "x", "3"), step("18:35", "-", "30"), step("2026-05-30", "+", "3"), step("12:55", "-", "09:10")
    ('4.5 x 3 = 13.5', '18:35 - 30 = 18:05', '2026-05-30 + 3 = 2026-06-02', '12:55 - 09:10 = 03:45')
    """
    return f"{left} {sign} {right} = {_result(left, sign, right)}"


def _result(left: str, sign: str, right: str) -> str:
    if _DATE.fullmatch(left):
        days = int(right) if sign == "+" else -int(right)
        return (datetime.date.fromisoformat(left) + datetime.timedelta(days=days)).isoformat()
    if ":" in left:
        minutes = minutes_of(right) if ":" in right else int(right)
        at = minutes_of(left) + (minutes if sign == "+" else -minutes)
        if not 0 <= at < 24 * 60:
            raise ValueError(f"{left} {sign} {right} is on another day")
        return f"{at // 60:02d}:{at % 60:02d}"
    one, other = Decimal(left), Decimal(right)
    return str(one + other if sign == "+" else one - other if sign == "-" else one * other)


def _steps(operation: str, values: Sequence[str], figure: str) -> list[str]:
    match operation:
        case "sum" if len(values) > 1:
            totals = [values[0]]
            for value in values[1:]:
                totals.append(_result(totals[-1], "+", value))
            return [
                f"{total} + {value} = {after}"
                for (total, after), value in zip(pairwise(totals), values[1:], strict=True)
            ]
        case "difference" if len(values) == 2:
            less, more = sorted(values, key=Decimal)
            return [step(more, "-", less)]
        case "times" if len(values) == 1:
            return [step(values[0], "x", figure)]
        case "shift" if len(values) == 1:
            return [step(values[0], figure[0], figure[1:])]
        case "minutes" if len(values) == 2:
            less, more = sorted(values)
            apart = step(more, "-", less)
            return [f"{apart} = {minutes_of(apart[-5:])}"]
    return []


def _same(result: str, answer: Json) -> bool:
    if isinstance(answer, int | float):
        return abs(float(result) - answer) < 1e-6
    return bool(result == answer)
