"""Schemas of others, in whatever form, compile and check."""

from __future__ import annotations

from typing import Any

import pytest

from ftrl_gym.foreign_schema import clean_schema
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument


def _checker(**properties: Any) -> Checker:
    parameters = clean_schema({"type": "object", "properties": properties})
    return Checker(ToolDocument(name="tool", description="a tool", parameters=parameters))


@pytest.mark.parametrize("value", ["a", 1, None, True, [1, "a"], {"a": 1}])
def test_a_constant_is_a_vocabulary_of_one(value: Any) -> None:
    checker = _checker(x={"const": value})
    assert checker.fits({"x": value})
    assert "must be one of" in str(checker.problem({"x": "b"}))


@pytest.mark.parametrize("name", ["\\\"+str(1)+'", '"] = print(1) #', "a\nb", "{variable}", "\\", "a.b[]"])
def test_a_name_is_never_code(name: str) -> None:
    checker = _checker(x={"type": "object", "properties": {name: {"type": "integer"}}, "required": [name]})
    assert checker.fits({"x": {name: 1}})
    assert checker.problem({"x": {name: "1"}}) is not None
    assert checker.problem({"x": {}}) is not None
