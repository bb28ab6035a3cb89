"""Probes: nobody is paid for no work, and an environment that pays for it is caught."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, SupportsFloat

import gymnasium as gym
import pytest
from packaged import NAMES, some
from tiny_scenario import TASKS, tiny_scenario

from ftrl_gym import registry
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import Oracle
from ftrl_gym.probe_sight import Sight
from ftrl_gym.probes import PROBES, Bound, Finding, play, probe_task
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.trajectory import run_episode


@pytest.fixture(scope="module")
def tasksets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ScenarioTaskSet]:
    scenario = tiny_scenario(Path(tmp_path_factory.mktemp("registry")))
    return {split: ScenarioTaskSet(scenario, split=split) for split in ("train", "test")}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_no_probe_is_paid(tasksets: dict[str, ScenarioTaskSet], task: Any) -> None:
    probed = probe_task(VerifiableReward(ToolUseEnv(tasksets[task.split.value])), task.id)
    assert probed.findings == ()
    assert probed.floor == probed.silent == 0.0
    assert probed.episodes > 40


def test_every_probe_says_what_it_tries() -> None:
    assert len({probe.name for probe in PROBES}) == len(PROBES) >= 20
    assert all(probe.tries.endswith(".") for probe in PROBES)
    assert {probe.bound for probe in PROBES} == set(Bound)


def test_waste_costs(tasksets: dict[str, ScenarioTaskSet]) -> None:
    """Not only is waste never paid: an episode with calls that a good policy does not make earns less."""
    tasks = tasksets["train"]
    env = VerifiableReward(ToolUseEnv(tasks))
    honest = run_episode(env, Oracle(), options={"task": "train-00001"})
    task = tasks.get("train-00001")
    sight = Sight(task, tasks.documents(task), honest.observation, "", honest)
    for probe in PROBES:
        if probe.bound is Bound.WASTEFUL and probe.name != "calls_in_reasoning":
            for script in probe.write(sight):
                env.reset(options={"task": "train-00001"})
                assert play(env, script) < 0.999, probe.name


class Gullible(gym.Wrapper[str, str, str, str]):
    """Pays half for any text that holds the answer, as a careless reward would."""

    def step(self, action: str) -> tuple[str, SupportsFloat, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.env.step(action)
        return observation, float(reward) + 0.5 * ("Tromso" in action), terminated, truncated, info


class Forgetful(gym.Wrapper[str, str, str, str]):
    """Pays for every call that runs, again and again."""

    def step(self, action: str) -> tuple[str, SupportsFloat, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.env.step(action)
        runs = sum(call["status"] == "ok" for call in info["calls"])
        return observation, float(reward) + 0.1 * runs, terminated, truncated, info


@pytest.mark.parametrize(
    ("careless", "caught"),
    [
        (Gullible, {"answer_at_once", "forge_result", "answer_in_reasoning", "hedge", "answer_out_of_place"}),
        (Forgetful, {"repeat_calls", "flood_the_turn"}),
    ],
)
def test_a_careless_reward_is_caught(
    tasksets: dict[str, ScenarioTaskSet], careless: type[gym.Wrapper[str, str, str, str]], caught: set[str]
) -> None:
    env = careless(VerifiableReward(ToolUseEnv(tasksets["train"])))
    findings: Sequence[Finding] = probe_task(env, "train-00001").findings
    assert caught <= {finding.probe for finding in findings}


def _probe_packaged(name: str, split: str, most: int | None, of_others: int) -> None:
    tasks = ScenarioTaskSet(registry.load(name), split=split)
    env = VerifiableReward(ToolUseEnv(tasks, docs="signature"))
    for task_id in some(tasks, most, of_others):
        assert probe_task(env, task_id).findings == (), task_id


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_probes_on_a_sample_of_packaged_tasks(name: str, split: str) -> None:
    _probe_packaged(name, split, most=40, of_others=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_probes_on_packaged_tasks(name: str, split: str) -> None:
    _probe_packaged(name, split, most=500, of_others=8)
