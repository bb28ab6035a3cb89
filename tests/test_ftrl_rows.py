"""FTRL rows as tasks and as episodes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import ftrl_gym  # noqa: F401  registers the env
from ftrl_gym import answers
from ftrl_gym.errors import SandboxError, UnknownNameError, UsageError
from ftrl_gym.foreign_schema import clean_schema
from ftrl_gym.suites.ftrl import FtrlTaskSet
from ftrl_gym.suites.ftrl_rows import final_answer
from ftrl_gym.toolcall import Checker

REFERENCE = os.environ.get("FTRL_REFERENCE_DIR")
SOURCE = """
def river_length(river, unit="km"):
    table = {"amber": 1204, "dovey": 7}
    if river not in table:
        return {"error": "unknown river: " + river}
    return {"river": river, "length": table[river], "unit": unit}
"""


def row(**changes: Any) -> dict[str, Any]:
    """A small row in FTRL's format."""
    parameters = {"type": "object", "properties": {"river": {"type": "string"}}, "required": ["river"]}
    function = {"name": "river_length", "description": "Length of a river.", "parameters": parameters}
    texts = {
        "tools": [{"type": "function", "function": function}],
        "codes": {"river_length": SOURCE},
        "unsolved_set": {"river_length": ["1,204"]},
    }
    fields = {
        "messages": [{"role": "user", "content": "How long is the amber?"}],
        "solve_rate": 0.0,
        "data_source": "self/single_hop",
        "split": "test",
        "answer": "1,204",
    }
    fields |= {name: json.dumps(value) for name, value in texts.items()}
    return fields | {k: json.dumps(v) if k in texts and not isinstance(v, str) else v for k, v in changes.items()}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def writer(*rows: dict[str, Any] | str) -> Path:
        path = tmp_path / "rows.jsonl"
        lines = (line if isinstance(line, str) else json.dumps(line) for line in rows)
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    return writer


def call(name: str, /, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def test_a_row_is_played_to_a_return_of_one(write: Any) -> None:
    env = gym.make("ftrl/FTRL-v0", path=str(write(row())))
    observation, info = env.reset(seed=1)
    assert info["task_id"] == "row-0001" and info["kind"] == "single_hop"
    assert "How long is the amber?" in observation and "river_length" in observation
    assert "1,204" not in observation and "1204" not in repr(info)
    _, first, *_, info = env.step(call("river_length", river="amber"))
    assert info["calls"] == [{"tool": "river_length", "status": "ok"}]
    _, second, terminated, _, info = env.step("<answer>1204</answer>")
    assert terminated and first + second == 1.0 and info["score"]["outcome"] == 1.0


def test_an_answer_that_was_not_looked_up_earns_nothing(write: Any) -> None:
    env = gym.make("ftrl/FTRL-v0", path=str(write(row())))
    env.reset(seed=1)
    _, reward, terminated, _, _ = env.step("<answer>1204</answer>")
    assert terminated and reward == 0.0


def test_an_echoed_answer_earns_nothing_in_strict_and_is_paid_by_the_published_rule(write: Any) -> None:
    path = str(write(row()))
    for matching, solved in (("strict", 0), ("ftrl", 1)):
        env = gym.make("ftrl/FTRL-v0", path=path, matching=matching)
        env.reset(seed=1)
        *_, info = env.step(call("river_length", river="1204"))
        assert info["score"]["solved"] == solved


def test_the_published_reward_scheme_pays_as_published(write: Any) -> None:
    env = gym.make("ftrl/FTRL-v0", path=str(write(row())), matching="ftrl", reward="solve_f1")
    env.reset(seed=1)
    _, reward, *_ = env.step(call("river_length", river="amber") + call("river_length", river="dovey"))
    assert reward == 2 / 3
    _, reward, *_ = env.step("It is 1204.")
    assert reward == 1.0


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ('{"messages": [', "no JSON"),
        ("[1]", "a row is a JSON object"),
        ("{}", "lacks messages, tools"),
        (row(tools="[{"), "field 'tools' is no JSON text"),
        (row(tools={"a": 1}), "field 'tools' holds a dict"),
        (row(tools=[1]), "tool 0 is no OpenAI function schema"),
        (row(tools=[{"function": {"name": "two words"}}]), "name is 'two words'"),
        (row(unsolved_set=["x"]), "field 'unsolved_set' holds a list"),
        (row(unsolved_set={"river_length": "x"}), "no list"),
        (row(data_source="self/three_hop"), "known: single_hop"),
        (row(split="dev"), "known: train, test"),
        (row(messages=[]), "untouched rows"),
        (row(messages=[{"role": "user", "content": "?"}, {"role": "assistant", "content": ""}]), "training prefixes"),
        (row(messages=[{"role": "user", "content": None}]), "content is text"),
    ],
)
def test_a_broken_row_is_named_by_file_and_line(write: Any, bad: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        FtrlTaskSet(write(row(), "", bad))
    assert "rows.jsonl, line 3: " in str(caught.value) and message in str(caught.value)


def test_bytes_that_are_no_text_are_named_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xff\xfe{\n")
    with pytest.raises(UsageError, match="line 1"):
        FtrlTaskSet(path)


def test_missing_data_says_where_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    for path in (tmp_path / "no.jsonl", tmp_path, tmp_path / "empty.jsonl"):
        with pytest.raises(UsageError, match="bytedance/FTRL"):
            FtrlTaskSet(path)
    with pytest.raises(UsageError, match="needs path="):
        gym.make("ftrl/FTRL-v0")


def test_wrong_keywords_list_the_right_ones(write: Any) -> None:
    path = str(write(row()))
    with pytest.raises(UnknownNameError, match="did you mean 'kinds'"):
        gym.make("ftrl/FTRL-v0", path=path, kind=["single_hop"])
    with pytest.raises(UnknownNameError, match="single_hop"):
        gym.make("ftrl/FTRL-v0", path=path, kinds=["singlehop"])
    with pytest.raises(UnknownNameError, match="did you mean 'row-0001'"):
        FtrlTaskSet(path).get("row-001")


def test_filters(write: Any) -> None:
    path = write(row(), row(split="train", data_source="self/multi_hop"), row(data_source="multi_hop"))
    assert FtrlTaskSet(path).ids() == ("row-0001", "row-0002", "row-0003")
    assert FtrlTaskSet(path, split="test").ids() == ("row-0001", "row-0003")
    assert FtrlTaskSet(path, split="test", kinds=["multi_hop"]).ids() == ("row-0003",)
    with pytest.raises(UsageError, match="it holds test/multi_hop, test/single_hop, train/multi_hop"):
        FtrlTaskSet(path, split="train", kinds=["single_hop"])
    tasks = FtrlTaskSet(path)
    assert {tasks.draw(np.random.default_rng(seed)).id for seed in range(30)} == set(tasks.ids())


@pytest.mark.parametrize(
    "changes",
    [
        {"unsolved_set": {"river_length": [1204, None, ""]}, "answer": 1204},
        {"unsolved_set": {}},
        {"unsolved_set": {"elsewhere": ["x"]}},
        {"answer": None},
        {"codes": {}},
        {"codes": {"river_length": 5}},
        {"tools": []},
        {
            "tools": [{"function": {"name": "river_length", "parameters": {"properties": {"x": {"type": ["int", 3]}}}}}]
            * 2
        },
    ],
)
@pytest.mark.parametrize("matching", ["strict", "ftrl"])
def test_odd_rows_and_odd_calls_never_crash_an_episode(write: Any, changes: dict[str, Any], matching: str) -> None:
    env = gym.make("ftrl/FTRL-v0", path=str(write(row(**changes))), matching=matching, reward="solve_f1")
    env.reset(seed=0)
    odd = '<tool_call>{"name": ["river_length"], "arguments": {}}</tool_call><tool_call>{"arguments": {}}</tool_call>'
    for turn in (
        odd,
        call("river_length", river="amber"),
        call("river_length", river="\ud800"),
        "<answer>1204</answer>",
    ):
        _, _, terminated, _, info = env.step(turn)
    assert terminated and info["end"] == "answered"


def test_a_tool_that_the_sandbox_cannot_run_is_refused_with_its_row(write: Any) -> None:
    env = gym.make("ftrl/FTRL-v0", path=str(write(row(codes={"river_length": "import socket\n" + SOURCE}))))
    with pytest.raises(SandboxError, match=r"row-0001.*'river_length'.*socket"):
        env.reset(seed=0)


def test_answers_of_the_data_set_are_typed() -> None:
    assert answers.right(final_answer("14,700"), "14700")
    assert answers.right(final_answer("2007-11-7"), "2007-11-07")
    assert answers.right(final_answer("Abdel Fattah el-Sisi."), "abdel fattah el sisi")
    assert answers.right(final_answer("c, a, b"), "c, a, b") and not answers.right(final_answer("c, a, b"), "a, b, c")
    assert answers.right(final_answer("yes"), "Yes") and not answers.right(final_answer("yes"), "no")


def test_schemas_keep_what_is_well_formed() -> None:
    schema = {
        "type": "dict",
        "properties": {
            "a": {"type": "float", "minimum": "low", "default": 1.5},
            "b": {"type": "wish", "enum": [], "pattern": "("},
            "c": {"type": "list", "items": {"type": "str"}, "minItems": -1},
            "d": "nothing",
        },
        "required": ["a", "ghost", "a"],
        "$ref": "http://nowhere",
    }
    assert clean_schema(schema) == {
        "type": "object",
        "properties": {
            "a": {"type": "number", "default": 1.5},
            "b": {},
            "c": {"type": "array", "items": {"type": "string"}},
            "d": {},
        },
        "required": ["a"],
    }
    assert clean_schema(clean_schema(schema)) == clean_schema(schema)


@pytest.mark.skipif(REFERENCE is None, reason="FTRL_REFERENCE_DIR is not set: no real rows at hand")
def test_the_real_rows_run_as_episodes() -> None:
    path = Path(str(REFERENCE)) / "ftrl" / "test_sample.jsonl"
    env: Any = gym.make("ftrl/FTRL-v0", path=str(path)).unwrapped
    tasks = env.taskset
    assert len(tasks.ids()) == 40
    ran = 0
    for task_id in tasks.ids():
        env.reset(seed=0, options={"task": task_id})
        assert len({document.name for document in tasks.documents(env.task)}) == len(env.task.tools)
        for document in tasks.documents(env.task):
            properties = document.parameters["properties"]
            arguments = {name: _example(schema) for name, schema in properties.items()}
            problem = Checker(document).problem(arguments)
            *_, truncated, info = env.step(call(document.name, **arguments))
            assert (info["calls"][0]["status"] == "bad_arguments") == (problem is not None)
            ran += info["calls"][0]["status"] == "ok"
        assert not truncated
        *_, info = env.step("<answer>no idea</answer>")
        assert info["end"] == "answered" and info["score"]["outcome"] == 0.0
    assert ran > 300


def _example(schema: dict[str, Any]) -> Any:
    if "enum" in schema or "default" in schema:
        return schema["enum"][0] if "enum" in schema else schema["default"]
    if "format" in schema:
        return {"date": "2020-01-01", "time": "10:00:00", "date-time": "2020-01-01T10:00:00Z"}.get(
            schema["format"], "x"
        )
    kind = schema["type"]
    if kind == "array":
        return [_example(schema.get("items", {"type": "string"}))] * max(1, schema.get("minItems", 1))
    if kind == "object":
        return {name: _example(part) for name, part in schema.get("properties", {}).items()}
    samples = {
        "string": "x",
        "boolean": True,
        "integer": schema.get("minimum", 1),
        "number": schema.get("minimum", 1.5),
    }
    return samples[kind[0] if isinstance(kind, list) else kind]
