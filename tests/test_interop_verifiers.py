"""Episodes as verifiers leads them, with its own environment, interception and traces."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("verifiers", "0.4", reason="the extra verifiers is not installed")

from adapter_episodes import has_user, played_bare, scripts
from chat_server import refused, said
from verifiers_driving import Model, total

from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.interop.verifiers import plugin

pytestmark = pytest.mark.filterwarnings("ignore")  # of what other libraries find old, or leave open

ID = "ftrl/TravelBooking-v0"
TEST = f"{ID!r}, split='test'"
TASK = "test-00164"
CALL = ("get_flight", '{"flight_no": "LT3635"}')
ANSWER = "<answer>A220-300</answer>"


def config_of(plugged: Any) -> Any:
    """The taskset of a plug-in, made as verifiers makes it."""
    import verifiers.v1 as vf

    return plugged.taskset(vf.TasksetConfig(id="any"))


def test_an_episode_is_played(tmp_path: Path) -> None:
    with Model.of_plugin(tmp_path, TEST) as model:
        episode = model.answered(TASK, [said("Let me see.", CALL), said(ANSWER)])
        first, second = model.requests
    (trace,) = episode.traces
    assert episode.ok and total(trace) == 1.0 and trace.metrics["outcome"] == 1.0
    assert "get_flight" in {tool["function"]["name"] for tool in first["tools"]}
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    assert "LT3635" in first["messages"][1]["content"]
    *_, assistant, result = second["messages"]
    assert assistant["content"] == "Let me see." and assistant["tool_calls"][0]["function"]["name"] == "get_flight"
    assert result["role"] == "tool" and '"aircraft": "A220-300"' in result["content"]
    assert result["tool_call_id"] == assistant["tool_calls"][0]["id"]
    assert trace.task.key == f"{ID}/{TASK}" and trace.num_turns == 2


def test_mistakes_are_told_to_the_model_and_cost(tmp_path: Path) -> None:
    with Model.of_plugin(tmp_path, TEST) as model:
        broken = said("", ("get_flight", '{"flight_no": '), ("no_such_tool", "{}"))
        (trace,) = model.answered(
            TASK, [broken, said("<tool_call>{}</tool_call>"), said("", CALL), said(ANSWER)]
        ).traces
        told = model.requests[-1]["messages"]
    assert ["malformed" in told[3]["content"], "unknown tool" in told[4]["content"]] == [True, True]
    assert told[6]["role"] == "user" and "malformed" in told[6]["content"], "a call in words is answered in words"
    assert trace.metrics["waste"] == 3 and 0.5 < total(trace) < 1


def test_a_user_answers(tmp_path: Path) -> None:
    speaking = [script for script in scripts() if has_user(script) and "<tool_call>" not in script.turns[0]]
    script = next(script for script in speaking if sum(played_bare([script])[0].rewards) > 0.99)
    with Model.of_plugin(tmp_path, TEST) as model:
        (trace,) = model.told(script.task, script.turns).traces
        roles = [message["role"] for message in model.requests[-1]["messages"]]
    (expected,) = played_bare([script])
    assert total(trace) == pytest.approx(sum(expected.rewards)) and roles.count("user") > 1


def test_a_limit_of_verifiers_ends_an_episode_that_is_paid_so_far(tmp_path: Path) -> None:
    with Model.of_plugin(tmp_path, TEST, max_turns=1) as model:
        (trace,) = model.answered(TASK, [said("", CALL), said(ANSWER)]).traces
    assert trace.stop_condition == "max_turns" and trace.metrics["outcome"] == 0.0
    assert trace.reward == 0.5


def test_a_model_that_fails_fails_the_episode_alone(tmp_path: Path) -> None:
    with Model.of_plugin(tmp_path, TEST) as model:
        failed = model.answered(TASK, [refused(500, "out of order")])
        assert not failed.ok and failed.traces[0].errors
        assert model.answered(TASK, [said(ANSWER)]).ok


def test_tasks_are_those_that_are_wanted() -> None:
    every = list(config_of(plugin(ID, split="test", kinds=["single_hop"], features=[])))
    assert len(every) > 20 and len({task.key for task in every}) == len(every)
    chosen = list(config_of(plugin(ID, ["test-00003", "test-00001"], split="test")))
    assert [task.data.id for task in chosen] == ["test-00003", "test-00001"]
    assert all(task.data.system_prompt and task.data.prompt for task in chosen)


def test_endless_tasks_have_no_end() -> None:
    tasks = config_of(plugin(ID, tasks="endless", difficulty=0.1, features=[]))
    assert not tasks.bounded and len(list(tasks.take(3))) == 3
    assert [task.data.id for task in itertools.islice(tasks, 2)] == ["endless-0", "endless-1"]


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(UsageError, match="chat template"):
        plugin(ID, docs="signature")
    with pytest.raises(UnknownNameError, match="unknown task"):
        plugin(ID, ["test-99999"], split="test")
    with pytest.raises(UsageError, match="split"):
        plugin(ID, split="tset")
    with pytest.raises(UsageError, match="CartPole-v1 is no environment of ftrl_gym"):
        plugin("CartPole-v1")
