"""Calibration: pass rates over groups of episodes, which groups are mixed, and the command that prints them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_scenario import NAME, tiny_scenario, write_tiny

from ftrl_gym import registration, trust
from ftrl_gym.baselines.retrieval import Retrieval
from ftrl_gym.calibrate import Calibration, Group, calibrate
from ftrl_gym.cli import main
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.policies import Oracle, Scripted
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.verify import verify


class Sometimes:
    """The oracle in every other episode of a task, and silent in the others."""

    def __init__(self) -> None:
        self.seed = 0
        self.seeds: list[int] = []

    def begin(self, env: Any, observation: str, info: dict[str, Any]) -> None:
        self.seeds.append(self.seed)
        self._policy = Oracle() if self.seed % 2 else Scripted(["No idea."])
        self._policy.begin(env, observation, info)

    def act(self, observation: str, info: dict[str, Any]) -> str:
        return self._policy.act(observation, info)


@pytest.fixture
def env(tmp_path: Path) -> VerifiableReward:
    return VerifiableReward(ToolUseEnv(ScenarioTaskSet(tiny_scenario(tmp_path), split="test")))


def test_groups_are_mixed_where_some_episodes_pass(env: VerifiableReward) -> None:
    policy, seen = Sometimes(), list[Group]()
    report = calibrate(env, policy, ["test-00000", "test-00001"], group=4, name="sometimes", on_task=seen.append)
    assert policy.seeds == [0, 1, 2, 3] * 2
    assert [(group.passes, group.returns, group.mixed) for group in seen] == [(2, (0.0, 1.0, 0.0, 1.0), True)] * 2
    assert report.mixed == 1.0 and not report.fixed
    assert "2 of 4      2 ####" in report.render() and "learns nothing" not in report.render()


def test_a_policy_that_always_does_the_same_is_told_of(env: VerifiableReward) -> None:
    report = calibrate(env, Oracle(), ["test-00000"], group=3)
    assert report.mixed == 0.0 and report.fixed and report.groups[0].passes == 3
    assert "no group could be mixed" in report.render()


def test_every_episode_of_a_group_starts_anew(env: VerifiableReward) -> None:
    report = calibrate(env, Oracle(), ["test-00001"], group=3)  # its reservation is made three times
    assert report.groups[0].returns == (1.0, 1.0, 1.0)


def test_a_seed_draws_a_task(env: VerifiableReward) -> None:
    one, same = (calibrate(env, Retrieval(), [7, 8], group=2) for _ in range(2))
    assert one == same and len(one.groups) == 2


def test_the_report_fits_a_screen() -> None:
    kinds = ("single_hop", "parallel_single_hop", "multi_hop", "parallel_multi_hop")
    groups = [
        Group(f"t-{n}", kinds[n % 4], n / 400, (), n % 9, tuple([0.5] * 8), False) for n in range(400)
    ]  # every kind, every band, every number of passes
    lines = Calibration("ftrl/TravelBooking-v0, test: template-parser", tuple(groups)).render().splitlines()
    assert len(lines) <= 30 and max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[4:9]] == ["all", *sorted(kinds)]


@pytest.fixture
def own(own_registry: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    trust.pin(write_tiny(own_registry))
    registration.register_all()
    (tmp_path / "somebody.py").write_text(
        "from ftrl_gym.policies import Oracle\n\n\ndef oracle():\n    return Oracle()\n"
    )
    monkeypatch.chdir(tmp_path)


def test_the_command(own: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    command = ["calibrate", NAME, "--policy", "somebody:oracle", "--tasks", "9", "--group", "2", "--out", str(out)]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert f"ftrl/{NAME}-v0, test: somebody:oracle: 2 tasks, 2 episodes of each" in shown
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["task_id"], row["passes"], row["returns"]) for row in rows] == [
        ("test-00000", 2, [1.0, 1.0]),
        ("test-00001", 2, [1.0, 1.0]),
    ]


def test_the_command_fits_a_template_parser(own: None, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["calibrate", NAME, "--policy", "template-parser", "--group", "2", "--features"]
    assert main(command) == 0
    assert "1 tasks" in capsys.readouterr().out  # --features without a name leaves the plain one
    assert main([*command, "state", "--split", "train"]) == 0
    assert "learned from" in capsys.readouterr().err


def test_the_command_plays_a_scenario_that_no_registry_holds(own: None, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["calibrate", "Clinic", "--policy", "retrieval", "--tasks", "1", "--group", "2", "--temperature", "0"]
    assert main(command) == 0
    assert "It did the same in every episode" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--policy", "retrieva"], "did you mean 'retrieval'"),
        (["--policy", "nowhere.at.all:make"], "cannot import nowhere.at.all"),
        (["--policy", "somebody:orakle"], "did you mean 'oracle'"),
        (["--policy", "oracle", "--features", "weather"], "unknown feature"),
        (["--policy", "oracle", "--set", "difficulty=0", "--set", 'kinds=["parallel_multi_hop"]'], "no test task"),
        (["--policy", "oracle", "--temperature", "-1"], "--temperature is -1"),
        (["--policy", "oracle", "--out", "nowhere/rows.jsonl"], "the folder nowhere does not exist"),
    ],
)
def test_a_mistake_is_one_message(
    arguments: list[str], told: str, own: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", NAME, *arguments]) == 2
    out, err = capsys.readouterr()
    assert told in err and not out and len(err.splitlines()) <= 20


def test_published_data_is_not_calibrated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "FTRL", "--policy", "oracle"]) == 2
    assert "calibrate is for scenarios" in capsys.readouterr().err


# --- verify ---------------------------------------------------------------------------------------------------------


def test_verify_reports_the_baselines(tmp_path: Path) -> None:
    ticks: list[None] = []
    report = verify(tiny_scenario(tmp_path), baselines=1, on_episode=lambda: ticks.append(None))
    assert len(report.baselines) == 10 and len(ticks) == 2 * 12
    lines = report.render().splitlines()
    head = next(line for line in lines if line.startswith("shallow baseline"))
    assert "train, 1 tasks" in head and "test, 1 tasks" in head and lines[-1] == "sound"
    assert any(line.startswith("brute-force") for line in lines)
    assert not verify(tiny_scenario(tmp_path / "again")).baselines


def test_the_command_leaves_the_baselines_out(own: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", NAME, "--split", "test", "--baselines", "0"]) == 0
    assert "shallow baseline" not in capsys.readouterr().out
    assert main(["verify", NAME, "--split", "test", "--baselines", "1"]) == 0
    assert "template-parser" in capsys.readouterr().out


def test_the_frozen_set_is_parsed_with_what_its_scenarios_teach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Clinic").mkdir()  # a namesake of one's own, with nothing in it
    monkeypatch.setenv("FTRL_REGISTRY", str(tmp_path))
    command = ["calibrate", "Suite", "--policy", "template-parser", "--tasks", "1", "--group", "1", "--fit", "3"]
    assert main([*command, "--set", 'scenarios=["Clinic"]']) == 0
    assert "template-parser" in capsys.readouterr().out
