"""ToolHop's records as tasks and as episodes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from toolhop_records import record, written

import ftrl_gym  # noqa: F401  registers the env
from ftrl_gym.errors import SandboxError, UnknownNameError, UsageError
from ftrl_gym.suites.toolhop_rows import read_records
from ftrl_gym.task import Kind


def call(name: str, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


@pytest.mark.parametrize("lines", [False, True])
def test_a_record_is_played_to_a_return_of_one(tmp_path: Path, lines: bool) -> None:
    env = gym.make("ftrl/ToolHop-v0", path=str(written(tmp_path, record(), lines=lines)))
    observation, info = env.reset(options={"task": "record-7"})
    assert "mayor of Harlen" in observation and "Ada Brandt" not in observation
    assert info["kind"] == "multi_hop"
    _, first, *_ = env.step(call("find_mayor", city="Harlen"))
    observation, second, *_ = env.step(call("count_letters", text="Ada Brandt"))
    assert "9" in observation
    _, last, terminated, _, info = env.step("<answer>9</answer>")
    assert terminated and info["score"]["outcome"] == 1.0
    assert first + second + last == pytest.approx(1.0)


def test_one_turn_runs_its_calls_together(tmp_path: Path) -> None:
    env = gym.make("ftrl/ToolHop-v0", path=str(written(tmp_path, record())))
    env.reset(seed=0)
    names = ["Ada Brandt", "Harlen", "", "x" * 500]
    *_, info = env.step("".join(call("count_letters", text=name) for name in names))
    assert [ran["status"] for ran in info["calls"]] == ["ok", "ok", "ok", "tool_error"], "the last recurs too deep"


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("mapped", [False, True])
def test_tools_and_functions_come_in_two_shapes(tmp_path: Path, listed: bool, mapped: bool) -> None:
    plain = record()
    schemas = list(plain["tools"].values())
    tools = [{"type": "function", "function": schema} for schema in schemas] if listed else plain["tools"]
    sources = plain["functions"]
    functions = dict(zip(("find_mayor", "count_letters"), sources, strict=True)) if mapped else sources[::-1]
    (row,) = read_records(written(tmp_path, record(tools=tools, functions=functions)))
    assert row.sources == dict(zip(("find_mayor", "count_letters"), sources, strict=True))
    assert [sub.tool for sub in row.task.sub_questions] == ([None] * 2 if listed else ["find_mayor", "count_letters"])
    assert [sub.question for sub in row.task.sub_questions] == list(plain["sub_task"])


def test_one_sub_question_is_a_single_hop_and_numbers_are_answers(tmp_path: Path) -> None:
    (row,) = read_records(written(tmp_path, record(sub_task={"How many?": 9}, answer=9, id="a-1")))
    assert row.task.kind is Kind.SINGLE_HOP and row.task.id == "record-a-1"
    assert row.task.outcome.answer is not None and row.task.outcome.answer.value == "9"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sub_task": []}, "sub_task"),
        ({"sub_task": {"Who?": ["a"]}}, "Who"),
        ({"question": 3}, "question"),
        ({"answer": None}, "answer"),
        ({"id": [1]}, "'id'"),
        ({"tools": 3}, "tools"),
        ({"tools": [{"description": "no name"}]}, "tool 0"),
        ({"functions": "def f(): pass"}, "functions"),
        ({"functions": ["def other():\n    pass"]}, "function 0 defines none"),
        ({"functions": [3]}, "function 0"),
        ({"functions": {"find_mayor": "def find_mayor(city): return 1"}}, "count_letters"),
    ],
)
def test_a_broken_record_is_named_with_its_line(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    path = written(
        tmp_path, record(), record(id=8, **changes) if "id" not in changes else record(**changes), lines=True
    )
    with pytest.raises(UsageError, match="line 2") as caught:
        read_records(path)
    assert problem in str(caught.value) and path.name in str(caught.value) and len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds no records"),
        ("[]", "holds no records"),
        ("[3]", "line 1: a record is a JSON object"),
        ('[\n{"id": 1},\n{"id": 2}]', "line 2: the record lacks question"),
        ('{"id": 1', "line 1: no JSON"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "records.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=problem):
        read_records(path)
    cut = written(tmp_path, record())
    cut.write_text(cut.read_text().rstrip().removesuffix("]"))
    with pytest.raises(UsageError, match="no end"):
        read_records(cut)


def test_twice_the_same_id_a_missing_file_and_wrong_keywords(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="second record"):
        read_records(written(tmp_path, record(), record()))
    with pytest.raises(UsageError, match="there is no file"):
        gym.make("ftrl/ToolHop-v0", path=str(tmp_path / "gone.json"))
    with pytest.raises(UsageError, match="needs path="):
        gym.make("ftrl/ToolHop-v0")
    with pytest.raises(UnknownNameError, match="keyword"):
        gym.make("ftrl/ToolHop-v0", path="x", unsafe=True)


def test_a_tool_that_cannot_run_is_named(tmp_path: Path) -> None:
    bad = {
        "find_mayor": "import socket\ndef find_mayor(city): return 1",
        "count_letters": "def count_letters(text): pass",
    }
    env = gym.make("ftrl/ToolHop-v0", path=str(written(tmp_path, record(functions=bad))))
    with pytest.raises(SandboxError, match=r"record-7.*find_mayor.*socket"):
        env.reset(seed=0)
