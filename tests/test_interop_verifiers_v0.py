"""Episodes as the environments of verifiers' v0 lead them, with its own client, rollouts and rubrics."""

from __future__ import annotations

import pytest

pytest.importorskip("verifiers.legacy", reason="verifiers before 0.4 (the extra verifiers-v0) is not installed")

from chat_server import said
from verifiers_driving import as_answer, rollout_v0

from ftrl_gym.errors import UsageError
from ftrl_gym.interop.verifiers_v0 import load_environment

pytestmark = pytest.mark.filterwarnings("ignore")  # of what other libraries find old, or leave open

ID = "ftrl/TravelBooking-v0"
TASK = "test-00164"
CALL = ("get_flight", '{"flight_no": "LT3635"}')
ANSWER = "<answer>A220-300</answer>"


def test_an_episode_is_played() -> None:
    env = load_environment(ID, [TASK], split="test")
    output, requests = rollout_v0(env, TASK, [said("Let me see.", CALL), said(ANSWER)])
    assert output["error"] is None and output["reward"] == 1.0
    assert output["metrics"]["ftrl_gym_return"] == output["metrics"]["outcome"] == 1.0
    first, second = requests
    assert "get_flight" in {tool["function"]["name"] for tool in first["tools"]}
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    *_, assistant, result = second["messages"]
    assert assistant["tool_calls"][0]["function"]["name"] == "get_flight"
    assert result["role"] == "tool" and '"aircraft": "A220-300"' in result["content"]


def test_mistakes_are_told_to_the_model_and_cost() -> None:
    env = load_environment(ID, [TASK], split="test")
    broken = said("", ("get_flight", '{"flight_no": '), ("no_such_tool", "{}"))
    answers = [broken, as_answer("<tool_call>{}</tool_call>"), said("", CALL), said(ANSWER)]
    output, requests = rollout_v0(env, TASK, answers)
    told = requests[-1]["messages"]
    assert "malformed" in told[3]["content"] and "unknown tool" in told[4]["content"]
    assert told[6]["role"] == "user" and "malformed" in told[6]["content"]
    assert output["metrics"]["waste"] == 3 and 0.5 < output["reward"] < 1


def test_a_limit_of_verifiers_ends_an_episode_that_is_paid_so_far() -> None:
    env = load_environment(ID, [TASK], split="test")
    env.max_turns = 1
    output, _ = rollout_v0(env, TASK, [said("", CALL), said(ANSWER)])
    assert output["stop_condition"] == "max_turns_reached" and output["reward"] == 0.5


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(UsageError, match="chat template"):
        load_environment(ID, docs="signature")
    with pytest.raises(UsageError, match="have no list"):
        load_environment(ID, tasks="endless")
    assert len(load_environment(ID, ["endless-3"], tasks="endless").get_dataset()) == 1
