"""Conditions: small expressions whose truth may be clear before everything in them is known.

    days_until(s2) < 3 and s4 == 'gold'

A name stands for a value; one that nobody gave is unknown, and so is what depends on it: ``False and unknown`` is
false, ``True and unknown`` is unknown (Kleene's three values). House rules are written this way
(:class:`~ftrl_gym.task.Judgement`), over the ids of the sub-questions that find their values out.
"""

from __future__ import annotations

import ast
import datetime
import operator
from collections.abc import Callable, Mapping
from typing import Any

from ftrl_gym.task import Json

_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.In: lambda one, some: one in some, ast.NotIn: lambda one, some: one not in some,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip


class _Unknown(Exception):
    """A value that nobody gave."""


def decided(condition: str, known: Mapping[str, Json], today: str) -> bool | None:
    """Whether a condition holds; None while that depends on what is not known.

    Args:
        condition: A Python expression of comparisons, ``and``, ``or``, ``not``, arithmetic and a few functions on days.
        known: Name -> value.
        today: ISO day.

    Raises:
        ValueError: It holds something else.

    >>> decided("days_until(s1) < 3 and s2 == 'gold'", {"s1": "2026-05-09"}, "2026-05-04")
    False
    >>> decided("days_until(s1) < 3 and s2 == 'gold'", {"s1": "2026-05-05"}, "2026-05-04") is None
    True
    """
    return _truth(ast.parse(condition, mode="eval").body, known, today)


def _truth(node: ast.expr, known: Mapping[str, Json], today: str) -> bool | None:
    if isinstance(node, ast.BoolOp):
        ends = isinstance(node.op, ast.Or)
        parts = [_truth(part, known, today) for part in node.values]
        if ends in parts:
            return ends
        return None if None in parts else not ends
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _truth(node.operand, known, today)
        return None if inner is None else not inner
    try:
        return bool(_value(node, known, today))
    except _Unknown:
        return None


def _value(node: ast.expr, known: Mapping[str, Json], today: str) -> Any:
    def value(inner: ast.expr) -> Any:
        return _value(inner, known, today)

    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        if node.id == "today":
            return today
        if node.id not in known:
            raise _Unknown(node.id)
        return known[node.id]
    if isinstance(node, ast.Tuple):
        return [value(each) for each in node.elts]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _COMPARED[type(node.ops[0])](value(node.left), value(node.comparators[0]))
    if isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        return _COMPUTED[type(node.op)](value(node.left), value(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value(node.operand)
    if isinstance(node, ast.IfExp):
        test = _truth(node.test, known, today)
        if test is None:
            raise _Unknown
        return value(node.body if test else node.orelse)
    if isinstance(node, ast.BoolOp | ast.UnaryOp):
        truth = _truth(node, known, today)
        if truth is None:
            raise _Unknown
        return truth
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        return _FUNCTIONS[node.func.id](today, *map(value, node.args))
    raise ValueError(f"{ast.unparse(node)!r} is not part of the language of conditions")


def _days_until(today: str, day: str) -> int:
    return (datetime.date.fromisoformat(day) - datetime.date.fromisoformat(today)).days


def _hours_until(today: str, day: str, clock: str) -> float:
    hours, minutes = map(int, clock.split(":"))
    return 24 * _days_until(today, day) + hours + minutes / 60


def _add_days(today: str, day: str, days: int) -> str:
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=days)).isoformat()


def _years_between(today: str, day: str, later: str) -> int:
    one, other = datetime.date.fromisoformat(day), datetime.date.fromisoformat(later)
    return other.year - one.year - ((other.month, other.day) < (one.month, one.day))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "days_until": _days_until,
    "hours_until": _hours_until,
    "add_days": _add_days,
    "years_between": _years_between,
    "round": lambda today, *given: round(*given),
    "min": lambda today, *given: min(given),
    "max": lambda today, *given: max(given),
    "abs": lambda today, given: abs(given),
}
