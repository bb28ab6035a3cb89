"""A slip in the form of a turn is named to whoever reads the episode, and pays what it paid before."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import pytest

import ftrl_gym  # noqa: F401 - registers the envs

TASK = "test-00164"
CALL = '{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}'


def played(turn: str, dialect: str = "hermes") -> tuple[str, float, bool, dict[str, Any]]:
    env = gym.make("ftrl/TravelBooking-v0", split="test", dialect=dialect)
    env.reset(options={"task": TASK})
    observation, reward, terminated, _, info = env.step(turn)
    return observation, float(reward), terminated, info


@pytest.mark.parametrize(
    ("turn", "dialect", "told"),
    [
        (f"```json\n{CALL}\n```", "hermes", "no call was read in a code fence: Write each call between tool_call tags"),
        (f"I look it up.\n```\n{CALL}", "hermes", "no call was read in a code fence"),
        (CALL, "hermes", "no call was read: Write each call between tool_call tags"),
        ("get_flight(flight_no='LT3635')", "hermes", "no call was read: "),
        (f"First this: {CALL}", "llama3", "no call was read: A turn that calls is nothing but"),
        ("```python\nget_flight(flight_no='LT3635')\n```", "pythonic", "no call was read in a code fence"),
        ("It is <answer>A220-300", "hermes", "no answer was read: the answer tag has no end tag"),
    ],
)
def test_an_ending_by_a_slip_says_which(turn: str, dialect: str, told: str) -> None:
    observation, reward, terminated, info = played(turn, dialect)
    assert told in observation.replace('\\"', '"') and "ended the task" in observation
    assert [message["role"] for message in info["messages"]] == ["tool"] and info["messages"][0][
        "content"
    ] in observation
    assert (reward, terminated, info["calls"], info["end"]) == (0.0, True, [], "answered")
    assert info["score"]["calls"] == info["score"]["invalid"] == 0


@pytest.mark.parametrize(
    "turn",
    [
        "",
        "<answer>A220-300</answer>",
        f"<answer>A220-300</answer> by {CALL}",
        "I do not know (yet)",
        f"<think>{CALL}",
        '"name": nothing',
    ],
)
def test_any_other_ending_says_nothing(turn: str) -> None:
    observation, _, terminated, info = played(turn)
    assert (observation, terminated, info["messages"]) == ("", True, [])


@pytest.mark.parametrize(
    ("turn", "dialect", "told"),
    [
        (f"<tool_call>{CALL.replace('arguments', 'parameters')}</tool_call>", "hermes", "under 'arguments', not under"),
        (f"<tool_call>{CALL.replace('arguments', 'args')}</tool_call>", "hermes", "not under 'args'"),
        (CALL, "llama3", "under 'parameters', not under 'arguments'"),
    ],
)
def test_arguments_under_another_name_are_told_of(turn: str, dialect: str, told: str) -> None:
    observation, _, terminated, info = played(turn, dialect)
    assert told in observation and "missing flight_no. Usage: get_flight(" in observation
    assert not terminated and info["calls"] == [{"tool": "get_flight", "status": "bad_arguments"}]


def test_a_slip_costs_no_time() -> None:
    for turn in ('"name":' * 200_000, "```\n" * 200_000, "<answer>" * 200_000, "f(" * 200_000 + ")"):
        assert played(turn)[2]
