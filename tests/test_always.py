"""``always=``: dials that every task has, packaged, new or frozen."""

from __future__ import annotations

import json

import gymnasium as gym
import pytest
from gymnasium.envs.registration import EnvSpec

import ftrl_gym  # noqa: F401 - registers the envs
from ftrl_gym.cli import main
from ftrl_gym.construct.endless import endless_brief
from ftrl_gym.curriculum import CurriculumWrapper
from ftrl_gym.errors import UsageError
from ftrl_gym.task import Kind, Task

BANK, SUITE = "ftrl/Bank-v0", "ftrl/Suite-v0"


def packaged(env_id: str, **keywords: object) -> list[Task]:
    taskset = gym.make(env_id, **keywords).unwrapped.taskset  # type: ignore[attr-defined]
    return [taskset.get(task_id) for task_id in taskset.ids()]


def drawn(seeds: int, **keywords: object) -> list[Task]:
    env = gym.make(BANK, tasks="endless", **keywords)
    tasks = []
    for seed in range(seeds):
        env.reset(seed=seed)
        tasks.append(env.unwrapped.task)  # type: ignore[attr-defined]
    return tasks


@pytest.mark.parametrize(("env_id", "keywords"), [(BANK, {"split": "test"}), (SUITE, {"scenarios": ["Bank", "Court"]})])
def test_tasks_that_bear_a_dial_are_kept_whatever_else_they_bear(env_id: str, keywords: dict[str, object]) -> None:
    every = packaged(env_id, **keywords)
    kept = packaged(env_id, **keywords, always=["rules"])
    assert kept == [task for task in every if "rules" in task.features]
    assert len({task.features for task in kept}) > 2
    both = packaged(env_id, **keywords, always=["rules", "long"])
    assert both == [task for task in kept if "long" in task.features] != []


def test_with_features_only_those_may_stand_beside_it() -> None:
    kept = packaged(BANK, always=["rules"], features=["long"])
    assert kept and {task.features for task in kept} <= {("long", "rules", "state"), ("rules", "state")}


def test_new_tasks_have_it_every_time_and_those_of_features_now_and_then() -> None:
    tasks = drawn(8, always=["rules"], features=["long"])
    assert all({"rules", "state"} <= {*task.features} <= {"rules", "state", "long"} for task in tasks)
    assert 0 < sum("long" in task.features for task in tasks) < len(tasks)
    assert {task.kind for task in tasks} <= {Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP}


def test_what_would_push_it_out_gives_way() -> None:
    briefs = [endless_brief(seed, always=["rules"], features=["impossible"], scenario="Bank") for seed in range(40)]
    assert all("rules" in brief.features for brief in briefs if brief.kind in (Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP))


def test_a_curriculum_draws_kinds_that_can_have_it() -> None:
    env = CurriculumWrapper(gym.make(BANK, tasks="endless", always=["rules"]))
    assert {cell.kind for cell in env.curriculum.cells} == {Kind.MULTI_HOP, Kind.PARALLEL_MULTI_HOP}


@pytest.mark.parametrize("env_id", [BANK, SUITE])
def test_it_goes_through_a_spec(env_id: str) -> None:
    env = gym.make(env_id, always=["rules"])
    assert env.spec is not None
    again = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert again.reset(seed=3)[0] == env.reset(seed=3)[0]


@pytest.mark.parametrize(
    ("env_id", "keywords", "told"),
    [
        (BANK, {"always": "rules"}, "list of names"),
        (BANK, {"always": [3]}, "list of names"),
        (BANK, {"always": ["rule"]}, "did you mean 'rules'"),
        ("ftrl/TravelBooking-v0", {"always": ["rules"]}, "Known: state, user.*endless"),
        (BANK, {"always": ["direct", "impossible"]}, r"no train task of Bank.*always=\['direct', 'impossible'\]"),
        (BANK, {"always": ["rules"], "kinds": ["single_hop"]}, "drop one of them"),
        (BANK, {"tasks": "endless", "always": "rules"}, "list of names"),
        (BANK, {"tasks": "endless", "always": ["rule"]}, "did you mean 'rules'"),
        (BANK, {"tasks": "endless", "always": ["direct", "rules"]}, "no task has these together"),
        (BANK, {"tasks": "endless", "always": ["rules"], "kinds": ["single_hop"]}, "use multi_hop, parallel_multi_hop"),
        (BANK, {"tasks": "endless", "always": ["rules"], "kinds": ["single"]}, "did you mean 'single_hop'"),
        ("ftrl/Clinic-v0", {"tasks": "endless", "always": ["rules"]}, "Clinic declares no house rules"),
        (SUITE, {"always": "rules"}, "list of names"),
        (SUITE, {"always": ["rule"]}, "did you mean 'rules'"),
        (SUITE, {"always": ["rules"], "scenarios": ["Clinic"]}, "feature of the suite 'rules'"),
        (SUITE, {"always": ["direct", "impossible"]}, "drop one of them"),
    ],
)
def test_what_cannot_be_is_told_when_the_env_is_made(env_id: str, keywords: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        gym.make(env_id, **keywords)


def test_the_command_line_takes_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "quit")
    assert main(["play", BANK, "--seed", "1", "--set", f"always={json.dumps(['rules'])}"]) == 0
    assert "house rules" in capsys.readouterr().out.lower()
    command = ["calibrate", BANK, "--policy", "oracle", "--tasks", "2", "--group", "1", "--always", "rules", "long"]
    assert main(command) == 0
    assert "2 tasks, 1 episodes of each" in capsys.readouterr().out
    assert main([*command[:-2], "direct", "impossible"]) == 2
    assert "drop one of them" in capsys.readouterr().err
