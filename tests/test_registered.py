"""Contracts that every registered environment keeps: Gymnasium's checker is silent, texts depend on the seed alone."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import gymnasium as gym
import pytest
import rotbench_records
from bfcl_files import bfcl_folder
from gymnasium.utils.env_checker import check_env
from tau_files import checkout
from toolhop_records import record, written

import ftrl_gym
from ftrl_gym.policies import Oracle, plan_text

ftrl_gym.register_all()
IDS = sorted(name for name in gym.registry if name.startswith("ftrl/"))
SCENARIOS = [name for name in IDS if "scenario" in gym.spec(name).kwargs]
SOME = [name for name in ("ftrl/Bank-v0", "ftrl/Museum-v0", "ftrl/TravelBooking-v0") if name in SCENARIOS]
"""Where looking at all of them would say no more."""


def make(env_id: str, **keywords: object) -> gym.Env[str, str]:
    if env_id in ("ftrl/FTRL-v0", "ftrl/PublishedFTRL-v0"):
        folder = os.environ.get("FTRL_REFERENCE_DIR")
        if not folder:
            pytest.skip("FTRL_REFERENCE_DIR is not set")
        keywords["path"] = f"{folder}/ftrl/test_sample.jsonl"
    if env_id in ("ftrl/ToolHop-v0", "ftrl/PublishedToolHop-v0"):
        keywords["path"] = str(written(Path(tempfile.mkdtemp()), record()))
    if env_id == "ftrl/RoTBench-v0":
        keywords["path"] = str(rotbench_records.written(Path(tempfile.mkdtemp())))
    if env_id == "ftrl/BFCL-v0":
        pytest.importorskip("bfcl_eval")
        keywords["path"] = str(bfcl_folder(Path(tempfile.mkdtemp())))
    if env_id.startswith("ftrl/Tau2"):
        pytest.importorskip("inspect_evals")
    elif env_id.startswith("ftrl/Tau"):
        keywords |= {"path": str(checkout(Path(tempfile.mkdtemp()))), "unsafe": True}
    return gym.make(env_id, **keywords)


def test_travel_booking_is_registered() -> None:
    assert "ftrl/TravelBooking-v0" in SCENARIOS and "ftrl/FTRL-v0" in IDS


@pytest.mark.parametrize("env_id", IDS)
def test_check_env_is_silent(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = make(env_id, render_mode="ansi")
        check_env(env.unwrapped)
        env.close()


@pytest.mark.parametrize("env_id", IDS)
def test_a_spec_goes_through_json(env_id: str) -> None:
    env = make(env_id, max_turns=7)
    assert env.spec is not None
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert again.reset(seed=3)[0] == env.reset(seed=3)[0]
    assert again.unwrapped.max_turns == 7  # type: ignore[attr-defined]


@pytest.mark.parametrize("env_id", SOME)
def test_endless_tasks_are_solved_by_their_plans(env_id: str) -> None:
    env = gym.make(env_id, tasks="endless", split="test")
    oracle = Oracle()
    for seed in range(3):
        observation, info = env.reset(seed=seed)
        oracle.begin(env.unwrapped, observation, info)
        total, ended = 0.0, False
        while not ended:
            observation, reward, terminated, truncated, info = env.step(oracle.act(observation, info))
            total, ended = total + float(reward), terminated or truncated
        assert total == pytest.approx(1.0)


@pytest.mark.parametrize("tasks", ["packaged", "endless"])
@pytest.mark.parametrize("env_id", SOME)
def test_environments_pickle(env_id: str, tasks: str) -> None:
    env = gym.make(env_id, tasks=tasks, split="test")
    env.reset(seed=1)
    twin = pickle.loads(pickle.dumps(env.unwrapped))
    assert twin.step("")[0] == env.unwrapped.step("")[0]
    assert twin.reset(seed=6)[0] == env.unwrapped.reset(seed=6)[0]


CODE = """
import gymnasium as gym, ftrl_gym
from ftrl_gym.policies import plan_text
for tasks in ("packaged", "endless"):
    env = gym.make({env_id!r}, tasks=tasks)
    for seed in range(4):
        print(env.reset(seed=seed))
        for turn in env.unwrapped.task.plans[0].turns:
            print(env.step(plan_text(turn)))
"""


@pytest.mark.parametrize("env_id", SOME)
def test_episodes_are_the_same_whatever_the_hash_seed(env_id: str) -> None:
    texts = [
        subprocess.run(
            [sys.executable, "-c", CODE.format(env_id=env_id)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "77")
    ]
    assert texts[0] == texts[1] and len(texts[0]) > 10_000


@pytest.mark.parametrize("env_id", SOME)
def test_forks_cost_what_the_episode_changed(env_id: str) -> None:
    env = gym.make(env_id, features=["state"])
    env.reset(seed=0)
    base = env.unwrapped
    before = base.snapshot()  # type: ignore[attr-defined]
    for turn in base.task.plans[0].turns:  # type: ignore[attr-defined]
        env.step(plan_text(turn))
    after = base.snapshot()  # type: ignore[attr-defined]
    assert before.world.base is after.world.base, "the world itself is never copied"
    base.restore(before)  # type: ignore[attr-defined]
    assert not base.world.difference()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"vectorization_mode": "sync"},
        {"vectorization_mode": "async", "vector_kwargs": {"shared_memory": False}},
    ],
    ids=["own", "sync", "async"],
)
def test_several_are_played_at_once(how: dict[str, object]) -> None:
    alone = [gym.make("ftrl/TravelBooking-v0").reset(seed=seed)[0] for seed in (5, 6)]
    env = gym.make_vec("ftrl/TravelBooking-v0", num_envs=2, **how)  # type: ignore[arg-type]
    try:
        observations, info = env.reset(seed=5)
        assert list(observations) == alone and len(info["task_id"]) == 2
        _, rewards, terminated, truncated, info = env.step(("<answer>x</answer>", "<answer>y</answer>"))
        assert list(rewards) == [0, 0] and all(terminated) and not any(truncated)
    finally:
        env.close()
