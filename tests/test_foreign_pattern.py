"""Patterns of foreign schemas: what is kept is searched for quickly, whatever the text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftrl_gym.foreign_pattern import is_quick
from ftrl_gym.foreign_schema import clean_schema


@pytest.mark.parametrize(
    "pattern",
    [
        r"^LN-\d{4}$",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^[A-Z]{2,3}-\d+$",
        r"^[a-z0-9_]+@[a-z0-9]+\.[a-z]+$",
        r"^(19|20)\d\d$",
        r"^(?:EUR|USD)$",
        r"^\d{4}(-\d{4})?$",
        r"^#?[0-9a-f]{6}$",
        r"^\S+$",
        "abc",
        "",
        r"^\+\d+$",
        r"^[^@]+@.+$",
    ],
)
def test_usual_patterns_are_kept(pattern: str) -> None:
    assert is_quick(pattern)
    assert clean_schema({"type": "string", "pattern": pattern})["pattern"] == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|aa)+$",
        "^(a|a?)+$",
        "^.*.*.*x$",
        "^a?a?a?a?a?aaaaa$",
        "(.*)x",
        ".*x",
        r"^(\w+\s?)*$",
        r"(.)\1",
        "^(?=a+)a+$",
        "^a{1,60}a{1,60}a{1,60}b$",
        "^[a-z]+[a-z0-9]+$",
        "^a++$",
        "^(a)?(a)?(a)?(a)?(a)?(a)?a$",
        "^(a??)$",
        "^a+?b$",
        "^(a{1,50}b?){50}$",
        "x" * 300,
        "^(",
    ],
)
def test_slow_ones_are_left_out(pattern: str) -> None:
    assert "pattern" not in clean_schema({"type": "string", "pattern": pattern})


@settings(max_examples=150, deadline=None)
@given(st.text("ab.*+?{1,}[]()|^$\\d", max_size=14))
def test_what_is_kept_is_quick(pattern: str) -> None:
    kept = clean_schema({"pattern": pattern}).get("pattern")
    if kept is not None:
        before = time.process_time()
        for text in ("a" * 16_000, "ab" * 8_000, "a" * 8_000 + "b" * 8_000, "1" * 16_000 + "x"):
            re.search(kept, text)
        assert time.process_time() - before < 0.5
