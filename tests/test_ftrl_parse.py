"""The released parsers, faults included."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym.suites.ftrl_parse import ParsedCall, cut_end_tokens, parse_llama31, parse_qwen

CALL = '{"name": "f", "arguments": {"x": 1}}'
F = ParsedCall("f", '{"x": 1}')


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ("  plain ", "plain", []),
        (f"so <tool_call>{CALL}</tool_call> tail", "so", [F]),
        (f"<tool_call>{CALL}", "", [F]),
        (f"<tool_call>{CALL}</tool_call><tool_call>{CALL}</tool_call>", "", [F, F]),
        (f"<tool_call>{CALL}</tool_call> words <tool_call>{CALL}</tool_call>", "", [F]),
        (f"<tool_call>call\n{CALL}</tool_call>", "", [F]),
        (f"<tool_call><tool_call>{CALL}</tool_call>", "", [F]),
        (f"<tool_call>{{oops</tool_call><tool_call>{CALL}</tool_call>", "", [F]),
        ("<tool_call>{oops</tool_call>", "<tool_call>{oops</tool_call>", []),
        ('<tool_call>{"name": "", "arguments": {}}', '<tool_call>{"name": "", "arguments": {}}', []),
        ('<tool_call>{"name": "f"}', '<tool_call>{"name": "f"}', []),
        ('<tool_call>["f"]', '<tool_call>["f"]', []),
        ('<tool_call>{"name": "f", "arguments": [1]}', '<tool_call>{"name": "f", "arguments": [1]}', []),
        ('<tool_call>{"name": "f", "arguments": "[1]"}', "", [ParsedCall("f", "[1]")]),
        ('<tool_call>{"name": ["f"], "arguments": "{}"}', "", [ParsedCall(["f"], "{}")]),
        ('<tool_call>{"name": "f", "arguments": {"k": "\\u00e9"}}', "", [ParsedCall("f", '{"k": "é"}')]),
    ],
)
def test_qwen(text: str, content: str, calls: list[ParsedCall]) -> None:
    assert parse_qwen(text) == (content, calls)


def test_one_tool_only_looks_at_the_first_piece_even_if_it_is_broken() -> None:
    assert parse_qwen(f"<tool_call>{CALL}</tool_call><tool_call>{CALL}</tool_call>", one_tool_only=True).calls == [F]
    assert parse_qwen(f"<tool_call>x</tool_call><tool_call>{CALL}</tool_call>", one_tool_only=True).calls == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("done<|im_end|><|endoftext|>", "done"),
        ("done<|endoftext|><|im_end|>", "done<|endoftext|>"),
        ("done<|im_end|><|im_end|>", "done<|im_end|>"),
    ],
)
def test_end_tokens_are_cut_once_and_in_order(text: str, expected: str) -> None:
    assert cut_end_tokens(text) == expected


@given(st.text(st.sampled_from(list('<tol_ca>/{}[]":, nameargumts1\\\ud800'))) | st.text())
def test_qwen_never_raises(text: str) -> None:
    for piece in (text, f"<tool_call>{text}</tool_call>"):
        for call in parse_qwen(piece).calls:
            json.loads(call.arguments)


def test_qwen_survives_deep_nesting() -> None:
    assert parse_qwen("<tool_call>" + "[" * 100_000).calls == []


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ('{"name": "f", "parameters": {"x": 1}}', None, [F]),
        ('hm <|python_tag|>{"name": "f", "parameters": {"x": 1}}', "hm", [F]),
        ('[{"name": "f", "parameters": {"x": 1}}, {"name": "g", "parameters": {}}]', None, [F]),
        ('{"name": "f", "parameters": "{\\"x\\": 1}"}', None, [F]),
        ('{"name": "f", "arguments": {}}', '{"name": "f", "arguments": {}}', []),
        ("just words", "just words", []),
    ],
)
def test_llama(text: str, content: str | None, calls: list[ParsedCall]) -> None:
    pytest.importorskip("json_repair")
    assert parse_llama31(text) == (content, calls)


def test_llama_crashes_on_an_empty_list_as_released() -> None:
    pytest.importorskip("json_repair")
    with pytest.raises(IndexError):
        parse_llama31("[]")
