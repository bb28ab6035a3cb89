"""From text to calls: dialects, malformed calls, hostile text, schema checks."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrl_gym.toolcall import MAX_CALL_CHARS, Checker, Dialect, parse, short
from ftrl_gym.tooldoc import ToolDocument

DOCUMENT = ToolDocument(
    name="rate",
    description="Exchange rate.",
    parameters={
        "type": "object",
        "properties": {
            "to": {"type": "string", "enum": ["EUR", "USD"]},
            "amount": {"type": "number"},
            "days": {"type": "integer", "default": 1},
        },
        "required": ["to"],
    },
)


def hermes(name: str, **arguments: object) -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


def test_parallel_calls_with_words_around_them() -> None:
    turn = parse(f"First. {hermes('a', x=1)} and {hermes('b')} done", Dialect.HERMES)
    assert [(c.name, c.arguments, c.problem) for c in turn.calls] == [("a", {"x": 1}, None), ("b", {}, None)]
    assert turn.content == "First.  and  done"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"x"',
        "{}",
        '{"name": 3}',
        '{"name": ["a"]}',
        '{"name": "a", "arguments": 5}',
        '{"name": "a"',
        "NaN",
        '{"name": "a", "arguments": {"x": NaN}}',
        '{"name": "a", "arguments": {"x": "\\ud800"}}',
        "[" * 5000,
    ],
)
def test_a_malformed_call_is_one_call_with_its_problem(body: str) -> None:
    (call,) = parse(f"<tool_call>{body}</tool_call>", Dialect.HERMES).calls
    assert call.problem and len(call.problem) < 300


def test_an_unclosed_call_ends_at_the_next_one() -> None:
    turn = parse('<tool_call>{"name": "a"}<tool_call>{"name": "b"}</tool_call><tool_call>{"name": "c"}', Dialect.HERMES)
    assert [call.name for call in turn.calls] == ["a", "b", "c"]


def test_reasoning_calls_nothing() -> None:
    assert parse(f"<think>{hermes('a')}</think>so", Dialect.HERMES).calls == []
    assert parse(f"<think>{hermes('a')}", Dialect.HERMES).calls == []
    assert [c.name for c in parse(f"thought</think>{hermes('a')}", Dialect.HERMES).calls] == ["a"]


def test_a_huge_call_is_refused_without_parsing() -> None:
    (call,) = parse(hermes("a", x="y" * MAX_CALL_CHARS), Dialect.HERMES).calls
    assert call.problem is not None and "at most" in call.problem


def test_llama3_and_pythonic() -> None:
    text = '<|python_tag|>{"name": "a", "parameters": {"x": 1}}; {"name": "b", "parameters": {}}<|eom_id|>'
    assert [(c.name, c.arguments) for c in parse(text, Dialect.LLAMA3).calls] == [("a", {"x": 1}), ("b", {})]
    assert parse("Just words.", Dialect.LLAMA3).calls == []
    calls = parse("[a(x=1, y='z'), b()]", Dialect.PYTHONIC).calls
    assert [(c.name, c.arguments) for c in calls] == [("a", {"x": 1, "y": "z"}), ("b", {})]
    assert parse("[a(open('f'))]", Dialect.PYTHONIC).calls[0].problem
    assert parse("(see above)", Dialect.PYTHONIC).calls == []


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("<tool_call>" * 150_000, Dialect.HERMES),
        ("<tool_call>" * 150_000 + "</tool_call>", Dialect.HERMES),
        ('{"name":"a"}' * 100_000, Dialect.LLAMA3),
        (" " * 1_000_000 + "a", Dialect.PYTHONIC),
        ("[" + " " * 1_000_000 + ")", Dialect.PYTHONIC),
    ],
    ids=["open", "closed at the end", "objects", "blanks", "blanks in a list"],
)
def test_the_time_to_parse_grows_with_the_text_and_not_faster(text: str, dialect: Dialect) -> None:
    begun = time.process_time()
    parse(text, dialect)
    assert time.process_time() - begun < 10  # with a search of the whole rest at each tag: minutes


def test_pythonic_arguments_are_named_and_json() -> None:
    assert parse("[f(**{'a': 1})]", Dialect.PYTHONIC).calls[0].problem
    assert parse("[f(a=(1, 2), b={1: 2, 'x': 3})]", Dialect.PYTHONIC).calls[0].arguments == {
        "a": [1, 2],
        "b": {"1": 2, "x": 3},
    }


@given(st.text(max_size=300), st.sampled_from(list(Dialect)))
def test_no_text_raises(text: str, dialect: Dialect) -> None:
    for variant in (text, f"<tool_call>{text}</tool_call>", '{"name": ' + text, f"[{text}]", f"f({text})"):
        parse(variant, dialect)


WORDS = st.text(st.characters(exclude_characters="<", codec="utf-8"), max_size=8)


@given(st.dictionaries(WORDS, st.recursive(st.integers() | WORDS, st.lists, max_leaves=4)))
def test_what_is_written_is_what_is_read(arguments: dict[str, object]) -> None:
    named = {f"k{k}": v for k, v in arguments.items()}
    (call,) = parse(hermes("f", **named), Dialect.HERMES).calls
    assert (call.problem, call.arguments) == (None, named)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "missing to"),
        ({"to": "XYZ"}, "must be one of"),
        ({"to": "EUR", "n": 1}, "unknown argument"),
        ({"to": "EUR", "amount": "1"}, "must be number"),
        ({"to": "EUR", "days": True}, "must be integer"),
    ],
)
def test_bad_arguments_are_explained(arguments: dict[str, object], says: str) -> None:
    problem = Checker(DOCUMENT).problem(arguments)
    assert problem is not None and says in problem and "rate(" in problem


def test_equal_calls_have_one_canonical_form() -> None:
    checker = Checker(DOCUMENT)
    assert checker.problem({"to": "EUR", "amount": 2.0}) is None
    assert checker.canonical({"to": "EUR", "amount": 2.0, "days": 1}) == {"to": "EUR", "amount": 2}
    assert checker.canonical({"to": "EUR", "days": 2}) == {"to": "EUR", "days": 2}


@given(st.text())
def test_an_echo_is_short_and_plain(text: str) -> None:
    assert len(short(text)) <= 125
    assert short(text).removesuffix("…'").isascii()


@pytest.mark.parametrize(("dialect", "written"), [
    (Dialect.HERMES, '<tool_call>{{"name": "f", "arguments": {{"x": {}}}}}</tool_call>'),
    (Dialect.LLAMA3, '{{"name": "f", "parameters": {{"x": {}}}}}'),
    (Dialect.PYTHONIC, "[f(x={})]"),
])  # fmt: skip
def test_what_is_nested_beyond_any_use_is_malformed(dialect: Dialect, written: str) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")):
        call = parse(written.format(f"{opening * 80}1{closing * 80}"), dialect).calls[0]
        assert call.problem is not None and call.arguments == {}
        assert parse(written.format(f"{opening * 20}1{closing * 20}"), dialect).calls[0].problem is None


def test_a_lone_surrogate_in_quoted_arguments_is_refused() -> None:
    quoted = json.dumps({"name": "f", "arguments": json.dumps({"x": "\ud800"})})
    assert "lone surrogate" in str(parse(f"<tool_call>{quoted}</tool_call>", Dialect.HERMES).calls[0].problem)


def test_a_list_of_unique_items_can_be_checked_however_deep_the_call() -> None:
    ids = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    checker = Checker(ToolDocument(name="f", description="", parameters={"properties": {"ids": ids}}))
    call = parse(hermes("f", ids=json.loads("[" * 60 + "1" + "]" * 60)), Dialect.HERMES).calls[0]
    assert call.problem is None and "ids" in str(checker.problem(call.arguments))
