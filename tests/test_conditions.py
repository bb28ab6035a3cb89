"""Conditions of house rules: three values, days, and what is no condition."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym.conditions import decided

TODAY = "2026-05-04"


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ("a > 3", {"a": 4}, True),
        ("a > 3", {}, None),
        ("a > 3 and b == 'x'", {"b": "y"}, False),
        ("a > 3 or b == 'x'", {"b": "x"}, True),
        ("not a == 'x'", {"a": "x"}, False),
        ("not a == 'x'", {}, None),
        ("a in ('x', 'y')", {"a": "y"}, True),
        ("a not in ('x', 'y')", {"a": "y"}, False),
        ("days_until(a) < 3", {"a": "2026-05-06"}, True),
        ("days_until(a) >= -10", {"a": "2026-04-01"}, False),
        ("hours_until(a, b) < 30", {"a": "2026-05-05", "b": "05:30"}, True),
        ("add_days(a, 3) == '2026-05-07'", {"a": TODAY}, True),
        ("years_between(a, today) >= 18", {"a": "2008-05-05"}, False),
        ("a < today", {"a": "2026-05-03"}, True),
        ("(a if b == 'x' else 2) > 1", {"b": "y"}, True),
        ("(a if b == 'x' else 2) > 1", {"b": "x"}, None),
        ("max(a, 2) * 3 - 1 == 8", {"a": 3}, True),
        ("-a < -2", {"a": 3}, True),
    ],
)
def test_a_condition_holds_or_not_or_is_open(condition: str, known: dict[str, Any], expected: bool | None) -> None:
    assert decided(condition, known, TODAY) is expected


@pytest.mark.parametrize("condition", ["open('x')", "a.b == 1", "[a]", "lambda: 1"])
def test_what_is_no_condition_is_told(condition: str) -> None:
    with pytest.raises(ValueError, match="not part of the language"):
        decided(condition, {"a": 1}, TODAY)


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_what_is_decided_early_stays_so(a: int, b: int, figure: int) -> None:
    condition = f"(a > {figure} and b < {figure}) or not a != b"
    whole = decided(condition, {"a": a, "b": b}, TODAY)
    assert whole is ((a > figure and b < figure) or a == b)
    for known in ({"a": a}, {"b": b}, {}):
        assert decided(condition, known, TODAY) in (whole, None)
