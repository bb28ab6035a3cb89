"""Whole runs in two processes: tasks, weights and files as in one, and no process waits for one that is gone."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.utils import DistributedType
from launching import launched
from transformers import AutoModelForCausalLM

from ftrl_agents import checkpoint, processes
from ftrl_agents.config import EnvConfig, EvaluationConfig, RolloutConfig, TrainConfig, UpdateConfig
from ftrl_gym.errors import UsageError

CONFIGS = Path(__file__).parent.parent / "agents" / "configs"
SCRIPT = Path(__file__).with_name("train_processes.py")
MEASURED = ("rollout_s", "update_s", "rollout_tokens_per_s", "update_tokens_per_s", "minutes")


def settings(out: Path, **changes: object) -> TrainConfig:
    chosen: dict[str, object] = {
        "out": out,
        "name": "run",
        "steps": 3,
        "save_every": 1,
        "threads": 1,
        "env": EnvConfig(id="toy/Letters-v0"),
        "rollout": RolloutConfig(tasks=3, group=4, max_turn_tokens=6),
        "update": UpdateConfig(learning_rate=1e-3, mini_batches=2),
        "evaluation": EvaluationConfig(tasks=3, temperatures=[0.0, 1.0]),
    }
    return TrainConfig.model_validate(chosen | changes)


def run(processes: int, config: TrainConfig, **variables: str) -> list[str]:
    return launched(SCRIPT, [config.model_dump_json()], processes, **variables)


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    latest = checkpoint.latest(folder)
    assert latest is not None and latest.name == "step-000003"
    return dict(AutoModelForCausalLM.from_pretrained(latest).state_dict())


def assert_same(one: Path, two: Path) -> None:
    """Weights to 1e-5, metrics to what that leaves of them, the same evaluations."""
    for name, value in weights(one).items():
        torch.testing.assert_close(weights(two)[name], value, rtol=0, atol=1e-5)
    for first, second in zip(records(one), records(two), strict=True):
        for name in first.keys() - set(MEASURED):
            assert second[name] == pytest.approx(first[name], rel=1e-3, abs=1e-4), name
    for path in one.glob("evaluation_*.json"):
        assert json.loads((two / path.name).read_text()) == json.loads(path.read_text()), path.name
    assert sorted(path.name for path in one.iterdir()) == sorted(path.name for path in two.iterdir())


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone")
    assert "process 0: 0" in run(1, settings(out))[0]
    return out / "run"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_two_processes_train_as_one_does(alone: Path, tmp_path: Path) -> None:
    said = run(2, settings(tmp_path))
    assert "process 0: 0" in said[0] and "memory of each process" in said[0]
    assert said[1].strip() == "process 1: 0"
    assert_same(alone, tmp_path / "run")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_an_interrupt_of_one_process_stops_all_and_the_run_goes_on(alone: Path, tmp_path: Path) -> None:
    said = run(2, settings(tmp_path, save_every=100), FTRL_TEST_BLOW="SIGINT@1@2")
    assert ["process 0: 130" in said[0], "process 1: 130" in said[1]] == [True, True]
    assert f"SIGINT: saved {tmp_path / 'run' / 'checkpoints' / 'step-000002'}" in said[0]
    # In another number of processes than it began with.
    run(1, settings(tmp_path, resume=tmp_path / "run", save_every=100))
    for name, value in weights(alone).items():
        torch.testing.assert_close(weights(tmp_path / "run")[name], value, rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_weights_in_parts_train_as_whole_ones_do_and_a_run_goes_on_with_whole_ones(alone: Path, tmp_path: Path) -> None:
    plugin = yaml.safe_load((CONFIGS / "fsdp2.yaml").read_text())["fsdp_config"]
    variables = {"ACCELERATE_USE_FSDP": "true", **{name.upper(): str(value) for name, value in plugin.items()}}
    said = run(2, settings(tmp_path, steps=2), **variables)
    assert "process 0: 0" in said[0] and "process 1: 0" in said[1]
    run(1, settings(tmp_path, resume=tmp_path / "run"))
    for name, value in weights(alone).items():
        torch.testing.assert_close(weights(tmp_path / "run")[name], value, rtol=0, atol=1e-5)


def deepspeed_variables(**changes: str) -> dict[str, str]:
    """What ``accelerate launch`` makes of the shipped file."""
    pytest.importorskip("deepspeed", reason="DeepSpeed is not installed")
    plugin = yaml.safe_load((CONFIGS / "deepspeed.yaml").read_text())["deepspeed_config"]
    shipped = {f"ACCELERATE_DEEPSPEED_{name.upper()}": str(value) for name, value in plugin.items()}
    return {"ACCELERATE_USE_DEEPSPEED": "true", **shipped, **changes}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("stage", ["1", "2"])
def test_deepspeed_trains_as_one_process_does_and_its_run_goes_on_without_it(
    stage: str, alone: Path, tmp_path: Path
) -> None:
    variables = deepspeed_variables(ACCELERATE_DEEPSPEED_ZERO_STAGE=stage)
    said = run(2, settings(tmp_path, steps=1), **variables)
    assert "process 0: 0" in said[0] and "process 1: 0" in said[1], said
    said = run(2, settings(tmp_path, steps=2, resume=tmp_path / "run"), **variables)
    assert "process 0: 0" in said[0], said
    run(1, settings(tmp_path, resume=tmp_path / "run"))
    for name, value in weights(alone).items():
        torch.testing.assert_close(weights(tmp_path / "run")[name], value, rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_what_breaks_in_one_process_is_told_by_the_main_one(tmp_path: Path) -> None:
    said = run(2, settings(tmp_path, save_every=100), FTRL_TEST_BLOW="broken@1@1")
    assert "process 0: StoppedByAnother: process 1 stopped: FtrlGymError: the toy broke" in said[0]
    assert said[1].strip() == "process 1: 1"
    assert checkpoint.latest(tmp_path / "run").name == "step-000001"  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["ddp", "fsdp2", "deepspeed"])
def test_accelerate_reads_the_shipped_settings(name: str) -> None:
    found = load_config_from_file(str(CONFIGS / f"{name}.yaml"))
    kinds = {"ddp": DistributedType.MULTI_GPU, "fsdp2": DistributedType.FSDP, "deepspeed": DistributedType.DEEPSPEED}
    assert found.distributed_type == kinds[name]
    assert found.mixed_precision == "no"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ACCELERATE_USE_FSDP": "true"}, r"configs/fsdp2\.yaml"),
        ({"ACCELERATE_USE_DEEPSPEED": "true"}, "--num_processes 2"),
        ({"ACCELERATE_USE_DEEPSPEED": "true", "WORLD_SIZE": "2"}, "pip install deepspeed"),
    ],
)
def test_what_would_train_wrongly_is_refused(
    variables: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "is_deepspeed_available", lambda: False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=words):
        processes.launched()


@pytest.mark.parametrize(
    ("stage", "offload", "precision", "words"),
    [
        (3, "none", "no", "stage 3 cannot train here"),
        (2, "cpu", "no", "offload_optimizer_device cpu"),
        (2, "none", "bf16", "mixed_precision bf16"),
    ],
)
def test_settings_of_deepspeed_that_cannot_be(stage: int, offload: str, precision: str, words: str) -> None:
    settings = {"zero_optimization": {"stage": stage, "offload_optimizer": {"device": offload}}}
    plugin = SimpleNamespace(zero_stage=stage, deepspeed_config=settings)
    accelerator = SimpleNamespace(state=SimpleNamespace(deepspeed_plugin=plugin), mixed_precision=precision)
    with pytest.raises(UsageError, match=words):
        processes.check_deepspeed(accelerator)  # type: ignore[arg-type]
