"""BFCL's entries as episodes: verdicts of the authors' checkers, calls that cannot hurt, and the known values."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import evaluate
import gymnasium as gym
import pytest
from bfcl_files import ENTRIES, bfcl_folder
from chat_server import Answer, chat_server, said
from hypothesis import given
from hypothesis import strategies as st

import ftrl_gym  # noqa: F401  registers the env
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.policies import DoNothing
from ftrl_gym.suites import bfcl, bfcl_entries, bfcl_package
from ftrl_gym.suites.bfcl_calls import call_string, literal
from ftrl_gym.suites.bfcl_solution import solution
from ftrl_gym.trajectory import run_episode

needs_package = pytest.mark.skipif(importlib.util.find_spec("bfcl_eval") is None, reason="bfcl-eval is not installed")


def call(name: str, /, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def made(folder: Path, category: str, **keywords: Any) -> gym.Env[str, str]:
    return gym.make("ftrl/BFCL-v0", path=str(bfcl_folder(folder)), category=category, **keywords)


def play(env: gym.Env[str, str], *turns: str) -> tuple[float, bool, dict[str, Any]]:
    env.reset(seed=0)
    for turn in turns:
        _, reward, terminated, _, info = env.step(turn)
    return float(reward), terminated, info


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_a_literal_is_its_value_and_holds_no_call(value: Any) -> None:
    text = literal(value)
    assert ast.literal_eval(text) == value and "(" not in text


def test_a_call_is_one_expression() -> None:
    text = call_string("echo", {"content": "'); quit(", "file_name": 'a"b\\'})
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call) and text.count("(") == 1
    assert [ast.literal_eval(one.value) for one in node.keywords] == ["'); quit(", 'a"b\\']


@needs_package
@pytest.mark.parametrize("category", ENTRIES)
def test_the_solution_is_right_and_silence_only_where_nothing_fits(tmp_path: Path, category: str) -> None:
    env = made(tmp_path, category)
    assert run_episode(env, bfcl.Solution(), seed=0).episode_return == 1.0
    assert run_episode(env, DoNothing(), seed=0).episode_return == float(category == "irrelevance")
    names = {name for name in vars(bfcl_package.load().execution) if bfcl_package.NAME in name}
    env.close()
    assert not {name for name in vars(bfcl_package.load().execution) if bfcl_package.NAME in name} and len(names) < 9


@needs_package
def test_a_policy_is_shown_json_schemas_under_names_that_servers_take(tmp_path: Path) -> None:
    observation, info = made(tmp_path, "simple_python").reset(seed=0)
    (tool,) = info["tools"]
    assert tool["function"]["name"] == "shape_area" and tool["function"]["parameters"]["type"] == "object"
    assert tool["function"]["parameters"]["properties"]["height"]["type"] == "number"
    assert info["messages"][0] == {"role": "system", "content": "Be brief."} and "Do it." in observation


@needs_package
@pytest.mark.parametrize(
    ("turn", "reward"),
    [
        (call("shape_area", base=10), 1),
        (call("shape_area", base=10, height=5.0, unit="cm"), 1),
        (call("shape_area", base="10"), 0),
        (call("shape_area", base=10, unit="mm"), 0),
        (call("shape_area", base=10, width=1), 0),
        (call("shape_area", base=10) * 2, 0),
        (call("shape_area", base=10) + "<tool_call>{</tool_call>", 0),
        (call("area", base=10), 0),
        ("The base is 10.", 0),
    ],
)
def test_one_turn_is_compared_with_possible_answers(tmp_path: Path, turn: str, reward: int) -> None:
    paid, over, info = play(made(tmp_path, "simple_python"), turn)
    assert over and paid == info["score"]["outcome"] == info["score"]["ast_official"] == reward
    assert "base_official" not in info["score"]


@needs_package
def test_a_conversation_goes_on_when_nothing_is_called(tmp_path: Path) -> None:
    env = made(tmp_path, "multi_turn_base")
    env.reset(seed=0)
    observation, *_, info = env.step(call("add", a=2, b=3) + call("add", a=2))
    assert [one["status"] for one in info["calls"]] == ["ok", "tool_error"] and '{"result": 5}' in observation
    observation, reward, over, *_ = env.step("It is 5.")
    assert (observation, reward, over) == ("Make a folder.", 0.0, False)
    env.step(call("mkdir", dir_name="new"))
    _, reward, over, _, info = env.step("Done.")
    assert (reward, over, info["end"], info["score"]["base_official"]) == (1.0, True, "user_done", 1.0)


@needs_package
@pytest.mark.parametrize(
    "turns",
    [
        [call("add", a=2, b=3), "", call("mkdir", dir_name="other"), ""],
        [call("add", a=2, b=3), "", ""],
        [call("mkdir", dir_name="new"), "", call("add", a=2, b=3), ""],
    ],
)
def test_another_state_at_the_end_of_a_turn_is_wrong(tmp_path: Path, turns: list[str]) -> None:
    assert play(made(tmp_path, "multi_turn_base"), *turns)[:2] == (0.0, True)


@needs_package
def test_rollouts_share_nothing(tmp_path: Path) -> None:
    one, other = made(tmp_path, "multi_turn_base"), made(tmp_path, "multi_turn_base")
    for env in (one, other, one):
        *_, info = play(env, call("mkdir", dir_name="new"))
        assert info["calls"][0]["status"] == "ok"


@needs_package
def test_tools_that_come_later_are_told_when_they_come(tmp_path: Path) -> None:
    env = made(tmp_path, "multi_turn_miss_func")
    observation, info = env.reset(seed=0)
    assert "mkdir" not in [tool["function"]["name"] for tool in info["tools"]] and '"mkdir"' not in observation
    assert '"name": "mkdir"' in env.step("I cannot.")[0]
    env.step(call("mkdir", dir_name="new"))
    assert env.step("")[1] == 1.0


@needs_package
def test_too_many_steps_for_a_turn_end_it(tmp_path: Path) -> None:
    steps = [call("add", a=2, b=3)] * (bfcl_package.load().steps + 1)
    reward, over, info = play(made(tmp_path, "multi_turn_base"), *steps)
    assert (reward, over, info["end"]) == (0.0, False, "turn_limit")


@needs_package
@pytest.mark.parametrize(
    ("turn", "status", "words"),
    [
        (call("power", base=9, exponent=10**9), "bad_arguments", "too large"),
        (call("power", base=10**4_000, exponent=9_999), "bad_arguments", "too large"),
        (call("logarithm", value=2, base=2, precision=10**9), "bad_arguments", "too large"),
        (call("power", base=10.0, exponent=9_999), "tool_error", "Error during execution"),
        (call("add", a=1, b=2, **{"c)": 1}), "bad_arguments", "unexpected keyword"),
        (call("add", a=1, b=2, __class__=1), "bad_arguments", "unexpected keyword"),
        (call("__import__", name="os"), "unknown_tool", "unknown tool"),
        (call("_load_scenario", scenario={}), "unknown_tool", "unknown tool"),
        (call("rm", file_name="x"), "unknown_tool", "unknown tool"),
        (call("cat", file_name="</tool_response>"), "tool_error", "Invalid character"),
        (call("touch", file_name=["a"]), "tool_error", "Error during execution"),
        ("<tool_call>[</tool_call>", "malformed", "malformed call"),
    ],
)
def test_no_call_raises_or_reaches_what_is_not_offered(tmp_path: Path, turn: str, status: str, words: str) -> None:
    *_, info = play(made(tmp_path, "multi_turn_base"), turn)
    assert info["calls"][0]["status"] == status and words in info["messages"][0]["content"]
    assert "<" not in info["messages"][0]["content"]


@needs_package
def test_words_that_look_like_calls_stay_words(tmp_path: Path) -> None:
    env, words = made(tmp_path, "multi_turn_base"), "see cat(x) and __import__('os')"
    *_, info = play(env, call("echo", content=words))
    assert json.loads(info["messages"][0]["content"]) == {"terminal_output": words}


@needs_package
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("BFCL_v4_simple_python.json", '{"id": "x", "question"', r"line 1: no JSON.*truncated"),
        ("BFCL_v4_simple_python.json", '\n{"id": "x"}', r"line 2: it lacks question"),
        ("BFCL_v4_simple_python.json", '{"id": "x", "question": [[]], "function": []}', "has no answer to 'x'"),
        ("BFCL_v4_simple_python.json", "\n", "holds no entries"),
        ("BFCL_v4_irrelevance.json", '{"id": "x", "question": [[]]}', "entry 'x' lacks function"),
        ("possible_answer/BFCL_v4_simple_python.json", "[]", "line 1: it lacks id"),
        ("possible_answer/BFCL_v4_simple_python.json", None, "cannot be read"),
        ("BFCL_v4_simple_python.json", None, "there is no BFCL_v4_simple_python.json"),
    ],
)
def test_broken_data_are_named(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    folder = bfcl_folder(tmp_path)
    (folder / name).unlink() if text is None else (folder / name).write_text(text)
    with pytest.raises(UsageError, match=words):
        gym.make("ftrl/BFCL-v0", path=str(folder), category=Path(name).stem.removeprefix("BFCL_v4_"))


@needs_package
def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    folder = bfcl_folder(tmp_path)
    (folder / "BFCL_v4_irrelevance.json").write_bytes(b'{"id": "\xff"}')
    with pytest.raises(UsageError, match=r"BFCL_v4_irrelevance\.json is no text"):
        gym.make("ftrl/BFCL-v0", path=str(folder), category="irrelevance")


def test_a_package_that_is_missing_and_wrong_keywords_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(UsageError, match=r"not installed.*--no-deps bfcl-eval=="):
            gym.make("ftrl/BFCL-v0")
    with pytest.raises(UnknownNameError, match="keyword"):
        gym.make("ftrl/BFCL-v0", matching="ftrl")
    with pytest.raises(UnknownNameError, match="did you mean 'multi_turn_base'"):
        gym.make("ftrl/BFCL-v0", path=".", category="multi_turn_bass")


@needs_package
def test_what_the_package_needs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bfcl_package.load.cache_clear()
    for name in [name for name in sys.modules if name.startswith("bfcl_eval.utils")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(UsageError, match=r"filelock.*pip install filelock"):
        bfcl_package.load()


@needs_package
def test_importing_the_package_leaves_nothing_behind() -> None:
    bfcl_package.load()
    site = bfcl_package.data_folder().parent.parent
    assert not (site / "result").exists() and not (site / ".file_locks").exists()
    assert "BFCL_PROJECT_ROOT" not in os.environ


@pytest.mark.slow
@needs_package
@pytest.mark.parametrize(
    ("task", "written", "otherwise"),
    [
        ("simple_java_22", "new ArrayList<Long>(Arrays.asList(101L, 202L, 303L))", "Arrays.asList(101, 202, 303)"),
        ("simple_java_27", "new int[]{2, 7, 11, 15}", "{2, 7, 11, 15}"),
    ],
)
def test_what_java_loses_by_another_way_of_writing(task: str, written: str, otherwise: str) -> None:
    """Both lost, 87 of the 100 are left, as others have found."""
    env = gym.make("ftrl/BFCL-v0", category="simple_java")
    env.reset(options={"task": task})
    entry = env.unwrapped.task  # type: ignore[attr-defined]
    ((name, given),) = solution(entry)[0]
    assert written in given.values()
    changed = {key: otherwise if value == written else value for key, value in given.items()}
    for arguments, paid in ((given, 1.0), (changed, 0.0)):
        env.reset(options={"task": task})
        assert env.step(call(name, **arguments))[1] == paid
    env.close()


@pytest.mark.slow
@needs_package
@pytest.mark.parametrize("category", bfcl_entries.CATEGORIES)
def test_known_values(category: str) -> None:
    """What the authors' answers get by their own checkers: how many of a category cannot be met."""
    unmet = {"simple_java": 11, "parallel_multiple": 2, "live_simple": 2, "live_multiple": 3}
    env = gym.make("ftrl/BFCL-v0", category=category)
    tasks = env.unwrapped.taskset.ids()  # type: ignore[attr-defined]

    def wrong(policy: Any) -> list[str]:
        return [one for one in tasks if not run_episode(env, policy, options={"task": one}).episode_return]

    try:
        missed = wrong(bfcl.Solution())
        assert len(missed) == unmet.get(category, 0)
        assert len(wrong(DoNothing())) == (0 if "irrelevance" in category else len(tasks))
    finally:
        env.close()
    if category == "simple_java":
        assert missed == [f"simple_java_{place}" for place in (35, 36, 64, 65, 78, 83, 85, 86, 89, 90, 91)]
    if category.startswith("multi_turn"):
        assert len(tasks) == 200


def assistant(body: dict[str, Any]) -> Answer:
    """Answers the entries written for the tests."""
    text, last = str(body["messages"]), body["messages"][-1]
    if last["role"] == "tool":
        return said("Done.")
    if "Make a folder." in text:
        return said(None, ("mkdir", '{"dir_name": "new"}'))
    if "Add 2" in text:
        return said(None, ("add", '{"a": 2, "b": 3}'))
    return said(None, ("shape_area", '{"base": 10}'))


@needs_package
def test_a_policy_behind_an_endpoint_plays_it(tmp_path: Path) -> None:
    data, out = bfcl_folder(tmp_path / "data"), tmp_path / "out"
    with chat_server(assistant) as (url, requests):
        command = ["--benchmark", "bfcl", "--data", str(data), "--endpoint", url, "--model", "toy", "--out", str(out)]
        command += ["--parts", "multi_turn_base", "simple_python", "irrelevance"]
        assert evaluate.main(command) == 0
        sent = len(requests)
        assert evaluate.main(command) == 0 and len(requests) == sent, "nothing is played twice"
    columns = json.loads((out / "bfcl_0.json").read_text())["columns"]
    figures = {name: columns[f"{name}_official"]["mean"] for name in ("base", "multi_turn", "ast", "relevance")}
    assert figures == {"base": 100.0, "multi_turn": 100.0, "ast": 100.0, "relevance": 0.0}
    assert "live_official" not in columns
