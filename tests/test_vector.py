"""Many episodes at once: the package's own vector environment equals Gymnasium's, whose wrappers go around it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.policies import Oracle, Random
from ftrl_gym.vector import ToolUseVectorEnv

ID = "ftrl/TravelBooking-v0"


def turns(count: int, steps: int, seed: int = 0) -> list[list[str]]:
    """For each step a turn of each of ``count`` scripted policies, right ones and random ones in turn."""
    env = gym.make(ID)
    played: list[list[str]] = []
    for number in range(count):
        texts: list[str] = []
        policy = Random(seed) if number % 2 else Oracle()
        while len(texts) < steps:
            observation, info = env.reset(seed=seed + number + len(texts))
            policy.begin(env.unwrapped, observation, info)
            over = False
            while not over:
                texts.append(policy.act(observation, info))
                observation, _, terminated, truncated, info = env.step(texts[-1])
                over = terminated or truncated
        played.append(texts[:steps])
    return [list(step) for step in zip(*played, strict=True)]


def same(one: Any, other: Any) -> bool:
    """Whether infos are equal, types of arrays included."""
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one.dtype == other.dtype and one.shape == other.shape and one.tolist() == other.tolist())


@pytest.mark.parametrize("autoreset", ["next_step", "same_step"])
def test_it_equals_gymnasiums(autoreset: str) -> None:
    mode = AutoresetMode.NEXT_STEP if autoreset == "next_step" else AutoresetMode.SAME_STEP
    own = gym.make_vec(ID, num_envs=6, autoreset=autoreset, max_turns=3)
    theirs = gym.make_vec(
        ID, num_envs=6, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, max_turns=3
    )
    assert isinstance(own, ToolUseVectorEnv) and isinstance(theirs, SyncVectorEnv)
    assert own.metadata == theirs.metadata and own.metadata["autoreset_mode"] is mode
    assert own.action_space == theirs.action_space and own.observation_space == theirs.observation_space
    assert own.single_action_space == theirs.single_action_space
    (observations, infos), (expected, expected_infos) = own.reset(seed=11), theirs.reset(seed=11)
    assert observations == expected and same(infos, expected_infos)
    endings = 0
    for actions in turns(6, 25):
        observations, *numbers, infos = own.step(actions)
        expected, *expected_numbers, expected_infos = theirs.step(tuple(actions))
        assert observations == expected and observations in own.observation_space
        for mine, other in zip(numbers, expected_numbers, strict=True):
            assert mine.dtype == other.dtype and mine.tolist() == other.tolist()
        assert same(infos, expected_infos)
        endings += int((numbers[1] | numbers[2]).sum())
    assert endings > 10, "episodes end and begin in between"


def test_episodes_are_begun_by_the_caller_where_autoreset_is_off() -> None:
    env = gym.make_vec(ID, num_envs=3, autoreset="disabled", split="test")
    assert env.metadata["autoreset_mode"] is AutoresetMode.DISABLED
    tasks = ["test-00164", "test-00000", "test-00164"]
    _, infos = env.reset(seed=1, options={"task": tasks})
    assert infos["task_id"].tolist() == tasks
    turn = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>'
    _, _, terminated, _, _ = env.step([turn, "<answer>x</answer>", turn])
    assert terminated.tolist() == [False, True, False]
    with pytest.raises(UsageError, match="reset"):
        env.step([turn] * 3)
    options = {"task": ["test-00001"] * 3, "reset_mask": terminated}
    observations, infos = env.reset(seed=2, options=options)
    assert infos["_task_id"].tolist() == [False, True, False] and set(options) == {"task", "reset_mask"}
    assert observations[0].startswith("<tool_response>"), "the others go on"
    _, rewards, terminated, _, infos = env.step(["<answer>A220-300</answer>", turn, "<answer>A220-300</answer>"])
    assert rewards[[0, 2]].tolist() == [0.5, 0.5] and terminated.tolist() == [True, False, True]
    assert infos["score"]["outcome"].tolist() == [1.0, 0.0, 1.0]


def test_gymnasiums_wrappers_go_around() -> None:
    env: Any = gym.make_vec(ID, num_envs=2, split="test")
    env = gym.wrappers.vector.RecordEpisodeStatistics(
        gym.wrappers.vector.TransformReward(env, lambda reward: 2 * reward)
    )
    env.reset(options={"task": "test-00164"})
    turn = '<tool_call>\n{"name": "get_flight", "arguments": {"flight_no": "LT3635"}}\n</tool_call>'
    env.step([turn, "<answer>A220-300</answer>"])
    *_, infos = env.step(["<answer>A220-300</answer>", "begins the next episode"])
    assert infos["episode"]["r"].tolist() == [2.0, 0.0] and infos["episode"]["l"][0] == 2
    single: Any = gym.make(ID, split="test")
    single = gym.wrappers.RecordEpisodeStatistics(gym.wrappers.TransformReward(single, lambda reward: 2 * reward))
    single = gym.wrappers.TimeLimit(single, 5)
    single.reset(options={"task": "test-00164"})
    single.step(turn)
    *_, info = single.step("<answer>A220-300</answer>")
    assert info["episode"]["r"] == 2.0 and info["episode"]["l"] == 2


def played_on(env: Any, actions: list[list[str]]) -> list[Any]:
    results = []
    for turn in actions:
        observations, *numbers, infos = env.step(turn)
        results.append((observations, [part.tolist() for part in numbers], infos["messages"].tolist()))
    return results


def test_copies_and_pickles_go_on_alike() -> None:
    env = gym.make_vec(ID, num_envs=4)
    env.reset(seed=3)
    actions = turns(4, 8)
    played_on(env, actions[:3])
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    expected = played_on(env, actions[3:])
    assert all(played_on(twin, actions[3:]) == expected for twin in twins)


def test_a_wrapped_environment_copies_and_pickles() -> None:
    env = gym.wrappers.RecordEpisodeStatistics(gym.make(ID))
    env.reset(seed=3)
    env.step("<tool_call>{}</tool_call>")
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    expected = env.step("<answer>Oslo</answer>")[:4]
    assert all(twin.step("<answer>Oslo</answer>")[:4] == expected for twin in twins)
    assert all(twin.reset(seed=8)[0] == env.reset(seed=8)[0] for twin in twins)


def test_its_spec_goes_through_json() -> None:
    env = gym.make_vec(ID, num_envs=3, autoreset="same_step", max_turns=7)
    assert env.spec is not None
    again = gym.make_vec(EnvSpec.from_json(env.spec.to_json()))
    assert isinstance(again, ToolUseVectorEnv) and again.num_envs == 3 and again.envs[2].max_turns == 7
    assert again.metadata == env.metadata and again.reset(seed=3)[0] == env.reset(seed=3)[0]


def test_it_says_what_is_wrong() -> None:
    with pytest.raises(UsageError, match="num_envs is 0"):
        gym.make_vec(ID, num_envs=0)
    with pytest.raises(UnknownNameError, match="did you mean 'same_step'"):
        gym.make_vec(ID, autoreset="samestep")
    with pytest.raises(UnknownNameError, match="suite 'FTRL-v1'"):
        gym.make("ftrl/FTRL-v0", suite="FTRL-v1")
    env = gym.make_vec(ID, num_envs=2)
    with pytest.raises(UsageError, match="reset"):
        env.step(["", ""])
    env.reset(seed=0)
    for actions in ("ab", ["a"], ["a", "b", "c"]):
        with pytest.raises(UsageError, match="2 texts"):
            env.step(actions)
    with pytest.raises(UsageError, match="not int"):
        env.step(["a", 5])
    for options, wrong in (
        ({"task": ["train-00001"]}, "a list of 1"),
        ({"task": 5}, "a int 5"),
        (["task"], "it is a dict"),
        ({"reset_mask": np.zeros(2, bool)}, "of which one is true"),
        ({"reset_mask": [True]}, "2 booleans"),
        ({"tusk": "x"}, "unknown reset option"),
    ):
        with pytest.raises(UsageError, match=wrong):
            env.reset(options=options)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="seed is a list of 3"):
        env.reset(seed=[1, 2, 3])


def test_it_renders_and_reads_attributes() -> None:
    env = gym.make_vec(ID, num_envs=2, render_mode="ansi", split="test")
    assert gym.make_vec(ID, num_envs=2).render() is None
    env.reset(options={"task": "test-00164"})
    shown = env.render()
    assert shown is not None and all("LT3635" in text for text in shown)  # type: ignore[operator]
    assert isinstance(env, ToolUseVectorEnv)
    assert env.get_attr("turn") == (0, 0) and [one.id for one in env.call("task")] == ["test-00164"] * 2
    env.close()
    env.close()
