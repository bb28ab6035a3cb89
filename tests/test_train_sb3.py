"""Training with Stable-Baselines3: the command, what it writes, and the network that scores actions one by one."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import train_sb3
from gymnasium import spaces

from ftrl_agents.classic_config import Algorithm, ClassicConfig
from ftrl_agents.classic_evaluation import evaluate_classic, random_chooser, spread, view_factory
from ftrl_agents.evaluation import Evaluation
from ftrl_agents.holding_back import HoldingBack

SMALL = ["--steps", "64", "--envs", "2", "--tasks", "3", "--calls", "12", "--endings", "6", "--difficulty", "0.2"]


def test_flags_are_an_interface() -> None:
    assert " ".join(ClassicConfig.model_fields) == (
        "algo env kinds difficulty features policy calls endings steps minutes go_on hold_back envs learning_rate "
        "gamma tasks seed threads beside out"
    )


def test_a_missing_library_is_a_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert train_sb3.main([]) == 2
    assert "pip install 'ftrl-gym[sb3]'" in capsys.readouterr().err


def test_holding_back_wants_masks(capsys: pytest.CaptureFixture[str]) -> None:
    for algo in ("ppo", "a2c", "dqn"):
        with pytest.raises(SystemExit):
            train_sb3.main(["--algo", algo, "--hold-back", "3"])
        assert f"{algo} looks at none" in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert ClassicConfig(hold_back=3).held_back == 3 and ClassicConfig(hold_back=0).held_back == 0
    assert ClassicConfig().held_back > 0 and ClassicConfig(algo="ppo").held_back == 0


def test_held_out_tasks_are_drawn_from_all() -> None:
    ids = [str(number) for number in range(100)]
    drawn = spread(ids, 20)
    assert drawn == sorted(set(drawn), key=int) and len(drawn) == 20
    assert {int(one) % 2 for one in drawn} == {0, 1}, "kinds of tasks take turns in a registry"
    assert spread(ids, 1000) == ids


def test_random_choice_is_the_floor() -> None:
    view = view_factory(ClassicConfig(), "test")()
    tasks = spread(view.unwrapped.taskset.ids(), 24)  # type: ignore[attr-defined]
    played = evaluate_classic(view, tasks, random_chooser(0), "random")
    assert [score.task for score in played.scores] == tasks
    assert played.interval("outcome").mean < 0.2
    assert all(0 <= score.reward <= 1 for score in played.scores)


def test_endings_are_held_back_while_learning() -> None:
    view = HoldingBack(view_factory(ClassicConfig(), "train")(), calls=64, most=3)
    turns = []
    for seed in range(12):
        view.reset(seed=seed)
        for turn in range(4):
            mask = view.action_masks()
            if mask[64:].any():
                turns.append(turn)
                break
            view.step(int(np.flatnonzero(mask)[0]))
    assert set(turns) == {0, 1, 2, 3}


@pytest.fixture
def _libraries() -> None:
    pytest.importorskip("stable_baselines3")
    pytest.importorskip("sb3_contrib")


@pytest.mark.usefixtures("_libraries")
@pytest.mark.parametrize("policy", ["slots", "mlp"])
@pytest.mark.parametrize("algo", list(Algorithm))
@pytest.mark.filterwarnings("ignore")  # of what other libraries deprecate
def test_every_algorithm_runs(algo: Algorithm, policy: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert train_sb3.main([*SMALL, "--algo", algo.value, "--policy", policy, "--out", str(out)]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {
        "config.json", "metrics.jsonl", "model.zip", "random.json", "evaluation.json", "report.md", "curves.png",
    }  # fmt: skip
    assert json.loads((out / "config.json").read_text())["algo"] == algo.value
    assert len(Evaluation.load(out / "evaluation.json").scores) == 3
    report = (out / "report.md").read_text()
    assert algo.value in report and "random among what stands open" in report
    assert json.loads((out / "metrics.jsonl").read_text().splitlines()[-1])["step"] >= 64


@pytest.mark.usefixtures("_libraries")
@pytest.mark.filterwarnings("ignore")
def test_runs_stand_beside_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert train_sb3.main([*SMALL, "--algo", "a2c", "--out", str(first)]) == 0
    assert train_sb3.main([*SMALL, "--beside", str(first), "--out", str(second)]) == 0
    lines = (second / "report.md").read_text().splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith("|")][2:] == [
        "random among what stands open", "maskable_ppo", "a2c",
    ]  # fmt: skip
    assert train_sb3.main([*SMALL, "--beside", str(tmp_path), "--out", str(tmp_path / "third")]) == 2
    assert "holds no finished run" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("_libraries")
@pytest.mark.filterwarnings("ignore")
def test_a_run_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    assert train_sb3.main([*SMALL, "--go-on", "--out", str(out)]) == 2
    assert "holds no finished run" in " ".join(capsys.readouterr().err.split())
    assert train_sb3.main([*SMALL, "--out", str(out)]) == 0
    assert train_sb3.main([*SMALL, "--go-on", "--algo", "ppo", "--out", str(out)]) == 2
    assert "with --algo maskable_ppo, not ppo" in " ".join(capsys.readouterr().err.split())
    assert train_sb3.main([*SMALL, "--go-on", "--hold-back", "3", "--out", str(out)]) == 0
    records = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    first, last = records[0], records[-1]
    assert last["step"] >= first["step"] + 64
    assert last["cpu_seconds"] >= first["cpu_seconds"] > 0 and last["seconds"] >= first["seconds"]


def _features(slots: int, width: int) -> Any:
    from ftrl_agents.slot_policy import SlotFeatures

    boxes = {name: spaces.Box(-1, 1, (size,), np.float32) for name, size in (("progress", 4), ("slots", slots * width))}
    return SlotFeatures(spaces.Dict({**boxes, "question": spaces.MultiBinary(6)}), slots)


@pytest.mark.usefixtures("_libraries")
def test_an_action_is_scored_wherever_it_is_listed() -> None:
    import torch

    torch.manual_seed(0)
    network = _features(slots=5, width=3)
    seen = {"progress": torch.rand(2, 4), "question": torch.randint(0, 2, (2, 6)), "slots": torch.rand(2, 15)}
    seen["slots"][:, 12:] = 0  # nothing is listed there
    order = torch.tensor([3, 0, 4, 2, 1])
    moved = {**seen, "slots": seen["slots"].view(2, 5, 3)[:, order].reshape(2, 15)}
    before, after = network(seen), network(moved)
    torch.testing.assert_close(after[:, :5], before[:, :5][:, order])
    torch.testing.assert_close(after[:, 5:], before[:, 5:])
    assert before[:, :4].unique().numel() == 8


@pytest.mark.usefixtures("_libraries")
def test_the_score_depends_on_the_question() -> None:
    import torch

    torch.manual_seed(0)
    network = _features(slots=4, width=3)
    one = {"progress": torch.rand(1, 4), "question": torch.zeros(1, 6), "slots": torch.rand(1, 12)}
    scores = network(one)[:, :4]
    other = network({**one, "question": torch.ones(1, 6)})[:, :4]
    assert not torch.allclose(scores - scores.mean(), other - other.mean())


@pytest.mark.slow
@pytest.mark.usefixtures("_libraries")
@pytest.mark.filterwarnings("ignore")
def test_it_learns(tmp_path: Path) -> None:
    """Single-hop tasks, a few thousand turns: far above random choice on tasks that it has never seen."""
    arguments = ["--kinds", "single_hop", "--steps", "5000", "--tasks", "60", "--out", str(tmp_path / "run")]
    assert train_sb3.main(arguments) == 0
    learned, floor = (Evaluation.load(tmp_path / "run" / name) for name in ("evaluation.json", "random.json"))
    assert learned.gain(floor, "outcome").low > 0.3
