"""Rich documents from end to end: what is scored, checked, solved, probed and exported for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from rich_scenario import MAY_12, TASKS, rich_scenario

from ftrl_gym import solver
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import Oracle, Random, call_text
from ftrl_gym.probes import probe_task
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Task
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.trajectory import run_episode

IDS = [task.id for task in TASKS]
Env = gym.Env[str, str]


@pytest.fixture(scope="module")
def tasksets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ScenarioTaskSet]:
    scenario = rich_scenario(Path(tmp_path_factory.mktemp("registry")))
    return {split: ScenarioTaskSet(scenario, split=split) for split in ("train", "test")}


@pytest.fixture
def env(tasksets: dict[str, ScenarioTaskSet]) -> Iterator[dict[str, Env]]:
    yield {split: VerifiableReward(ToolUseEnv(tasks)) for split, tasks in tasksets.items()}


def play(env: dict[str, Env], task: str, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The score after calls, a turn each."""
    mine = env[task.split("-")[0]]
    mine.reset(options={"task": task})
    info: dict[str, Any] = {}
    for call in calls:
        info = mine.step(call_text([call]))[-1]
    return info["score"] | {"said": info["messages"][0]["content"]}


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_the_oracle_gets_everything(env: dict[str, Env], task: Task) -> None:
    episode = run_episode(env[task.split.value], Oracle(), options={"task": task.id})
    assert episode.episode_return == pytest.approx(1.0)


# --- scoring ---------------------------------------------------------------------------------------------------------


def test_a_call_never_earns_what_its_arguments_say(env: dict[str, Env]) -> None:
    """Neither the id of a merged look-up, nor a nested filter, nor an element of a batch."""
    asked = "test-day"
    assert play(env, asked, ("look_up", {"kind": "doctor", "id": "D582"}))["solved"] == 0
    assert play(env, asked, ("get_doctor", {"name": "Bo Lind"}), ("get_doctors", {"ids": ["D582"]}))["waste"] == 1
    known = ("find_doctors", {"filter": {"city": "Tromso"}})
    named = ("find_doctors", {"filter": {"city": "Tromso", "speciality": "surgeon"}})
    assert play(env, "train-nested", known)["solved"] == 1
    assert play(env, "train-nested", named)["solved"] == 1


def test_every_element_of_a_batch_must_be_known(env: dict[str, Env]) -> None:
    assert play(env, "train-batch", ("get_doctors", {"ids": ["D417", "D582"]}))["solved"] == 0
    assert play(env, "train-batch", ("get_doctors", {"ids": ["D417"]}))["solved"] == 1
    both = play(env, "train-batch", ("get_doctors", {"ids": ["D903", "D417"]}))
    assert (both["solved"], both["waste"], both["f1"]) == (2, 0, 1.0)


def test_a_day_in_parts_is_one_value(env: dict[str, Env]) -> None:
    first = ("get_doctor", {"name": "Bo Lind"})
    on = {"doctor_id": "D582"}
    assert play(env, "test-day", first, ("get_visits", {**on, "day": MAY_12}))["solved"] == 2
    other = {"year": 2026, "month": 12, "day": 5}  # each number of it stands in the question
    score = play(env, "test-day", first, ("get_visits", {**on, "day": other}), ("get_visits", {**on, "day": MAY_12}))
    assert (score["solved"], score["waste"]) == (2, 1)
    reordered = {"day": {"day": 12, "month": 5.0, "year": 2026}, **on}
    score = play(env, "test-day", first, ("get_visits", reordered), ("get_visits", {**on, "day": MAY_12}))
    assert (score["solved"], score["waste"]) == (2, 1), "in another order it is the same call"


def test_options_cost_nothing_and_gain_nothing(env: dict[str, Env]) -> None:
    city = {"filter": {"city": "Tromso"}}
    for options in ({}, {"limit": 7}, {"sort_by": "fee", "limit": 1}, {"filter": {"city": "Tromso", "max_fee": 99}}):
        score = play(env, "train-cheapest", ("find_doctors", {**city, **options}))
        assert (score["solved"], score["waste"], score["precision"]) == (1, 0, 1.0), options
    score = play(env, "train-cheapest", ("find_doctors", city), ("find_doctors", {**city, "limit": 7}))
    assert (score["solved"], score["waste"]) == (1, 1), "the same look-up again"
    assert play(env, "train-cheapest", ("find_doctors", {"filter": {"city": "Galway"}, "limit": 7}))["waste"] == 1


def test_a_needed_look_up_is_needed_once_whatever_its_options(env: dict[str, Env]) -> None:
    pass


# --- checking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (("get_doctor", {}), "give exactly one of doctor_id and name. Usage: get_doctor((doctor_id: string | name"),
        (("get_doctor", {"doctor_id": "D1", "name": "A"}), "give exactly one of doctor_id and name, not more"),
        (("find_doctors", {"filter": {}}), "filter must contain ['city'] properties"),
        (("find_doctors", {"filter": {"city": 5}}), "filter.city must be string"),
        (("find_doctors", {"filter": {"city": "x", "<town>": 1}}), "unknown argument 'filter."),
        (("get_doctors", {"ids": "D417"}), "ids must be array"),
        (("get_doctors", {"ids": []}), "ids must contain at least 1 items"),
        (("find_rooms", {"floor": 3}), "floor must be string"),
        (("get_visits", {"doctor_id": "D582", "day": "2026-05-12"}), "day must be object"),
        (("look_up", {"kind": "nurse", "id": "x"}), "kind must be one of"),
    ],
)
def test_bad_arguments_are_explained(env: dict[str, Env], call: tuple[str, dict[str, Any]], says: str) -> None:
    assert says in play(env, "train-merged", call)["said"]


# --- solver ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_the_solver_confirms(tasksets: dict[str, ScenarioTaskSet], task: Task) -> None:
    tasks = tasksets[task.split.value]
    assert solver.confirm(task, tasks.documents(task), tasks.toolbox(task), tasks.world(task)) == solver.CONFIRMED


# --- probes and policies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_no_probe_is_paid(env: dict[str, Env], task: Task) -> None:
    assert probe_task(env[task.split.value], task.id).findings == ()


def test_random_arguments_are_valid(env: dict[str, Env]) -> None:
    for seed in range(20):
        run_episode(env["train"], Random(seed), options={"task": "train-merged"})
