"""tau2-bench by its final state: on a package written for the tests, and on the one that ``inspect-evals`` carries."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import evaluate
import gymnasium as gym
import pytest
from chat_server import Answer, chat_server, said
from tau2_files import tau2_package

import ftrl_gym  # noqa: F401  registers the envs
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.policies import DoNothing
from ftrl_gym.suites import tau2bench
from ftrl_gym.suites.taubench import Solution
from ftrl_gym.trajectory import run_episode

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("inspect_evals") is None, reason="inspect-evals is not installed"
)
DOMAINS = ("Airline", "Retail")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package of the tests in place of an installed one; the folder of its tau2."""
    pytest.importorskip("docstring_parser")
    monkeypatch.syspath_prepend(str(tau2_package(tmp_path)))
    return tmp_path / "inspect_evals" / "tau2"


def call(name: str, /, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def returns(domain: str, policy: Any, most: int | None = None) -> list[float]:
    env = gym.make(f"ftrl/Tau2{domain}-v0")
    ids = env.unwrapped.taskset.ids()[:most]  # type: ignore[attr-defined]
    return [run_episode(env, policy, options={"task": one}).episode_return for one in ids]


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_solution_is_right_and_silence_is_where_nothing_was_to_be_done(written: Path, domain: str) -> None:
    assert returns(domain, Solution()) == [1, 1, 1]
    assert returns(domain, Solution(speaks=False)) == [1, 0, 1]
    assert returns(domain, DoNothing()) == [0, 0, 1]


def test_tools_are_documented_by_their_signatures(written: Path) -> None:
    _, info = gym.make("ftrl/Tau2Airline-v0").reset(options={"task": "airline-000"})
    tools = {tool["function"]["name"]: tool["function"] for tool in info["tools"]}
    assert list(tools) == ["rename", "calculate", "transfer_to_human_agents"]
    renaming = tools["rename"]["parameters"]
    assert renaming["required"] == ["user_id", "name"] and renaming["properties"]["style"]["enum"] == ["plain", "loud"]
    assert renaming["properties"]["user_id"]["description"] == "Whose." and "$ref" not in json.dumps(renaming)
    assert tools["rename"]["description"] == "Give a user another name."
    assert info["messages"][0]["content"].startswith("# airline agent policy")


def test_all_calls_of_a_turn_run_and_only_the_user_ends_it(written: Path) -> None:
    env = gym.make("ftrl/Tau2Airline-v0")
    env.reset(options={"task": "airline-002"})
    turn = [call("calculate", expression="2 * 3"), call("rename", user_id="nobody", name="x"), call("fly")]
    turn += [call("calculate", expression="9**9**9"), call("transfer_to_human_agents", summary="x"), call("calculate")]
    observation, _, over, _, info = env.step("".join(turn))
    statuses = ["ok", "tool_error", "unknown_tool", "tool_error", "ok", "tool_error"]
    assert [one["status"] for one in info["calls"]] == statuses
    assert "6.0" in observation and "nobody not found" in observation and not over
    assert env.step("You are being transferred.")[1:3] == (1.0, True)


def test_episodes_share_no_database(written: Path) -> None:
    env, other = gym.make("ftrl/Tau2Retail-v0"), gym.make("ftrl/Tau2Retail-v0")
    for _ in range(2):
        assert run_episode(env, Solution(), options={"task": "retail-000"}).episode_return == 1.0
        assert run_episode(other, DoNothing(), options={"task": "retail-000"}).episode_return == 0.0


@pytest.mark.parametrize("word", ["###STOP###", "###TRANSFER###", "###OUT-OF-SCOPE###"])
def test_users_are_played_by_the_guidelines(written: Path, word: str) -> None:
    replies = iter(["Help me, please.", f"Never mind. {word}"])
    with chat_server(lambda body: said(next(replies))) as (url, requests):
        env = gym.make("ftrl/Tau2Airline-v0", user="llm", user_endpoint=url, user_model="u")
        observation, _ = env.reset(seed=1, options={"task": "airline-002"})
        assert observation.endswith("Help me, please.") and "what nobody does" not in observation
        assert env.step("I cannot.")[1:3] == (1.0, True)
    told = [message["role"] for message in requests[1]["messages"]]
    assert told == ["system", "user", "assistant", "user"]
    first = requests[0]["messages"]
    assert "Play the user." in first[0]["content"] and "Ask for what nobody does." in first[0]["content"]
    assert first[1]["content"] == "How can I help you?"


def test_loading_leaves_nothing_behind(written: Path) -> None:
    gym.make("ftrl/Tau2Airline-v0")
    assert not [name for name in sys.modules if name.startswith(("inspect_evals", "inspect_ai"))]
    assert not list(written.rglob("*.pyc"))


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("data/domains/airline/tasks.json", '[{"id": "0"', r"tasks\.json is no JSON .*truncated"),
        ("data/domains/airline/db.json.gz", "no archive", r"db\.json\.gz is no JSON .*truncated"),
        ("data/domains/airline/policy.txt", None, r"policy\.txt cannot be read: .*pip install --no-deps inspect-evals"),
        ("airline/tools.py", "def broken(", r"tools\.py, line 1: .*truncated"),
        ("airline/tools.py", "import nowhere_to_be_found", "nowhere_to_be_found"),
    ],
)
def test_broken_files_are_named(written: Path, file: str, text: str | None, words: str) -> None:
    (written / file).unlink() if text is None else (written / file).write_text(text)
    with pytest.raises(UsageError, match=words):
        gym.make("ftrl/Tau2Airline-v0")


def helper(body: dict[str, Any]) -> Answer:
    text, last = str(body["messages"]), body["messages"][-1]
    if last["role"] == "tool":
        return said("1200")
    if "Be called Ann" in text:
        return said(None, ("rename", '{"user_id": "u1", "name": "Ann"}'))
    return said("1200")


def test_a_policy_behind_an_endpoint_plays_it(written: Path, tmp_path: Path) -> None:
    pytest.importorskip("openai")
    out = tmp_path / "out"
    with chat_server(helper) as (url, requests):
        command = ["--benchmark", "tau2-bench", "--endpoint", url, "--model", "toy", "--out", str(out)]
        assert evaluate.main(command) == 0
        sent = len(requests)
        assert evaluate.main(command) == 0 and len(requests) == sent, "nothing is played twice"
    record = json.loads((out / "tau2-bench_0.json").read_text())
    assert record["columns"]["reward_official"]["mean"] == 100.0 and record["columns"]["reward_official"]["n"] == 6


def test_what_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="keyword"):
        gym.make("ftrl/Tau2Airline-v0", scorer="ftrl")
    with pytest.raises(UnknownNameError, match="user"):
        gym.make("ftrl/Tau2Airline-v0", user="react")
    with pytest.raises(UsageError, match="leave --data out"):
        tau2bench.locate(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="pip install --no-deps inspect-evals"):
        gym.make("ftrl/Tau2Retail-v0")


@needs_package
@pytest.mark.parametrize(("domain", "unsaid", "silent"), [("Airline", 4, 3), ("Retail", 2, 0)])
def test_the_real_solution_is_right(domain: str, unsaid: int, silent: int) -> None:
    """Of the first five tasks."""
    assert sum(returns(domain, Solution(), 5)) == 5
    assert sum(returns(domain, Solution(speaks=False), 5)) == unsaid
    assert sum(returns(domain, DoNothing(), 5)) == silent


@needs_package
def test_the_real_tools_are_documented_by_their_signatures() -> None:
    _, info = gym.make("ftrl/Tau2Airline-v0").reset(options={"task": "airline-000"})
    tools = {tool["function"]["name"]: tool["function"] for tool in info["tools"]}
    assert len(tools) == 14 and tools["calculate"]["parameters"]["required"] == ["expression"]
    booking = tools["book_reservation"]["parameters"]["properties"]
    assert booking["cabin"]["enum"] == ["business", "economy", "basic_economy"]
    assert "flight_number" in booking["flights"]["items"]["anyOf"][0]["properties"]
    assert "IATA code" in booking["origin"]["description"]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@needs_package
@pytest.mark.parametrize(("domain", "tasks"), [("Airline", 50), ("Retail", 114)])
def test_the_authors_actions_are_right_in_every_task(domain: str, tasks: int) -> None:
    assert returns(domain, Solution()) == [1] * tasks
