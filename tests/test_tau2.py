"""tau2-bench by its final state, on what the package ``inspect-evals`` carries."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from chat_server import chat_server, said

import ftrl_gym  # noqa: F401  registers the envs
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.policies import DoNothing
from ftrl_gym.suites import tau2bench
from ftrl_gym.suites.taubench import Solution
from ftrl_gym.trajectory import run_episode

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("inspect_evals") is None, reason="inspect-evals is not installed"
)


def call(name: str, /, **arguments: Any) -> str:
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def right(domain: str, policy: Any, most: int | None = None) -> tuple[float, int]:
    env = gym.make(f"ftrl/Tau2{domain}-v0")
    ids = env.unwrapped.taskset.ids()[:most]  # type: ignore[attr-defined]
    return sum(run_episode(env, policy, options={"task": one}).episode_return for one in ids), len(ids)


@needs_package
@pytest.mark.parametrize(("domain", "unsaid", "silent"), [("Airline", 4, 3), ("Retail", 2, 0)])
def test_the_solution_is_right(domain: str, unsaid: int, silent: int) -> None:
    """Of the first five tasks."""
    assert right(domain, Solution(), 5) == (5, 5)
    assert right(domain, Solution(speaks=False), 5) == (unsaid, 5)
    assert right(domain, DoNothing(), 5) == (silent, 5)


@needs_package
def test_tools_are_documented_by_their_signatures() -> None:
    _, info = gym.make("ftrl/Tau2Airline-v0").reset(options={"task": "airline-000"})
    tools = {tool["function"]["name"]: tool["function"] for tool in info["tools"]}
    assert len(tools) == 14 and tools["calculate"]["parameters"]["required"] == ["expression"]
    booking = tools["book_reservation"]["parameters"]["properties"]
    assert booking["cabin"]["enum"] == ["business", "economy", "basic_economy"]
    assert "flight_number" in booking["flights"]["items"]["anyOf"][0]["properties"]
    assert "IATA code" in booking["origin"]["description"]


@needs_package
def test_all_calls_of_a_turn_run_and_only_the_user_ends_it() -> None:
    env = gym.make("ftrl/Tau2Airline-v0")
    env.reset(options={"task": "airline-000"})
    turn = [call("calculate", expression="2 * 3"), call("get_user_details", user_id="nobody"), call("fly")]
    turn += [call("calculate", expression="9**9**9"), call("transfer_to_human_agents", summary="x"), call("calculate")]
    observation, _, over, _, info = env.step("".join(turn))
    statuses = ["ok", "tool_error", "unknown_tool", "tool_error", "ok", "tool_error"]
    assert [one["status"] for one in info["calls"]] == statuses
    assert "6.0" in observation and "nobody not found" in observation and not over
    assert env.step("You are being transferred.")[1:3] == (1.0, True)


@needs_package
def test_episodes_share_no_database() -> None:
    env, other = gym.make("ftrl/Tau2Retail-v0"), gym.make("ftrl/Tau2Retail-v0")
    assert run_episode(env, Solution(), options={"task": "retail-000"}).episode_return == 1.0
    assert run_episode(other, DoNothing(), options={"task": "retail-000"}).episode_return == 0.0
    assert run_episode(env, Solution(), options={"task": "retail-000"}).episode_return == 1.0


@needs_package
@pytest.mark.parametrize("word", ["###STOP###", "###TRANSFER###"])
def test_users_are_played_by_the_guidelines(word: str, tmp_path: Path) -> None:
    replies = iter(["Cancel EHGLP3, please.", f"Never mind. {word}"])
    with chat_server(lambda body: said(next(replies))) as (url, requests):
        env = gym.make("ftrl/Tau2Airline-v0", user="llm", user_endpoint=url, user_model="u")
        observation, _ = env.reset(seed=1, options={"task": "airline-000"})
        assert observation.endswith("Cancel EHGLP3, please.") and "emma_kim" not in observation
        assert env.step("I cannot.")[1:3] == (1.0, True)
    told = [message["role"] for message in requests[1]["messages"]]
    assert told == ["system", "user", "assistant", "user"] and "emma_kim_9957" in requests[0]["messages"][0]["content"]


@needs_package
def test_loading_leaves_nothing_behind() -> None:
    gym.make("ftrl/Tau2Airline-v0")
    assert not [name for name in sys.modules if name.startswith(("inspect_evals", "inspect_ai"))]


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


@pytest.mark.slow
@pytest.mark.timeout(1200)
@needs_package
@pytest.mark.parametrize(("domain", "tasks"), [("Airline", 50), ("Retail", 114)])
def test_the_authors_actions_are_right_in_every_task(domain: str, tasks: int) -> None:
    assert right(domain, Solution()) == (tasks, tasks)
