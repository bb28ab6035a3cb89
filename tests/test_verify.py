"""Verification finds what is planted: a false certificate, a plan that does not pay, a task without proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaged import NAMES, WHOLE
from tiny_scenario import tiny_scenario

from ftrl_gym import registry
from ftrl_gym.task import Certificate, Task
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.verify import Report, TaskReport, verify, verify_tasks

PROOF = Certificate(oracle_return=1.0, floor_return=0.0, probe_return=0.0, solver_plan="confirmed", readings=1)


class Changed(ScenarioTaskSet):
    """The tiny scenario's training tasks with one field of each replaced."""

    def __init__(self, folder: Path, **update: object) -> None:
        super().__init__(tiny_scenario(folder), split="train")
        self._update = update

    def get(self, task_id: str) -> Task:
        return super().get(task_id).model_copy(update=self._update)


def test_a_sound_scenario_is_sound(tmp_path: Path) -> None:
    seen: list[TaskReport] = []
    report = verify(tiny_scenario(tmp_path), on_task=seen.append)
    assert report.ok, report.render()
    assert tuple(seen) == report.tasks
    assert {task.split for task in seen} == {"train", "test"}
    assert report.render().endswith("sound")


def test_limit_and_split(tmp_path: Path) -> None:
    report = verify(tiny_scenario(tmp_path), split="test", limit=1)
    assert [task.split for task in report.tasks] == ["test"]


@pytest.mark.parametrize(
    ("update", "problem"),
    [
        ({"certificate": None}, "no certificate"),
        ({"certificate": PROOF.model_copy(update={"floor_return": 0.3})}, "floor_return 0.300"),
        ({"certificate": PROOF.model_copy(update={"readings": 2})}, "2 readings"),
        ({"plans": ()}, "the oracle gets"),
        ({"question": "Where was the author born?"}, "the solver refuses it"),
    ],
)
def test_planted_faults_are_reported(tmp_path: Path, update: dict[str, object], problem: str) -> None:
    tasks = Changed(tmp_path, **update)
    reports = list(verify_tasks(tasks, tasks.ids()))
    assert all(any(problem in each for each in report.problems) for report in reports), reports


def test_probes_are_shown_by_what_they_get_beyond_silence() -> None:
    bought = TaskReport("t-1", "train", "single_hop", 1.0, 0.1, 0.15, 0.0, "confirmed", (), ())
    told = TaskReport("t-2", "train", "multi_hop", 1.0, 0.5, 1.0, 0.0, "confirmed", (), (), needs_tools=False)
    rows = [line.split() for line in Report("Tiny", (bought, told)).render().splitlines() if line.startswith("train")]
    assert {row[1]: row[5] for row in rows} == {"single_hop": "0.050", "multi_hop": "-", "all": "0.050"}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_of_every_packaged_scenario_is_sound(name: str) -> None:
    report = verify(registry.load(name), limit=25 if name == WHOLE else 2)
    assert report.ok, report.render()
