"""The training command: its flags, its exit codes, and messages instead of tracebacks."""

from __future__ import annotations

from typing import Any

import pytest
import train_llm
from pydantic import BaseModel, ValidationError

from ftrl_agents import train as train_module
from ftrl_agents.config import TrainConfig
from ftrl_agents.learner import LossNotFinite
from ftrl_agents.run import _evaluation_file


def flags(settings: type[BaseModel], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, field in settings.model_fields.items():
        nested = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        found += flags(field.annotation, f"{name}.") if nested else [prefix + name]  # type: ignore[arg-type]
    return found


def test_flags_are_an_interface() -> None:
    assert " ".join(flags(TrainConfig)) == (
        "name out resume model recipe seed steps minutes save_every keep track threads "
        "env.id env.docs env.kinds env.difficulty env.features env.max_turns env.reward env.matching "
        "rollout.tasks rollout.group rollout.temperature rollout.in_flight rollout.max_turn_tokens "
        "rollout.max_episode_tokens rollout.thinking rollout.stop rollout.env_seconds "
        "rollout.engine rollout.vllm_memory rollout.source rollout.trajectories rollout.refills "
        "update.learning_rate update.warm_up update.schedule update.beta2 update.weight_decay update.estimator "
        "update.credit update.discount update.gae_lambda update.surrogate update.clip_low update.clip_high "
        "update.average update.constant_tokens update.entropy update.kl update.kl_estimator update.kl_place "
        "update.overlong_tokens update.drop_cut update.importance_cap update.value_weight update.value_clip "
        "update.mini_batches update.epochs update.max_grad_norm update.micro_tokens update.precision update.recompute "
        "lora.rank lora.alpha lora.targets "
        "evaluation.tasks evaluation.temperatures evaluation.look_every evaluation.look_tasks evaluation.best"
    )


def test_the_command_line_reaches_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[TrainConfig] = []
    monkeypatch.setattr(train_module, "train", lambda config, console: seen.append(config) or 130)
    arguments = ["--rollout.tasks", "4", "--env.kinds", "multi_hop", "single_hop", "--update.credit", "turn"]
    assert train_llm.main(arguments) == 130
    assert seen[0].rollout.tasks == 4
    assert seen[0].env.kinds == ["multi_hop", "single_hop"]
    assert seen[0].update.credit == "turn"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 bytes"), 1, "--rollout.in-flight"),
        (MemoryError(), 1, "--update.micro-tokens"),
        (LossNotFinite("step 3: the loss is nan"), 1, "step 3"),
    ],
)
def test_what_goes_wrong_is_said_in_words(
    error: Exception, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: Any) -> int:
        raise error

    monkeypatch.setattr(train_module, "train", fail)
    assert train_llm.main([]) == code
    assert words in capsys.readouterr().err


def test_an_unknown_environment_is_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert train_llm.main(["--env.id", "ftrl/TravelBoking-v0"]) == 2
    assert "unknown environment" in capsys.readouterr().err


def test_our_own_bugs_still_show(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setattr(train_module, "train", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        train_llm.main([])


@pytest.mark.parametrize("name", ["..", ".", "a/../..", "/tmp", "a\0b"])
def test_a_run_has_a_folder_of_its_own(name: str) -> None:
    with pytest.raises(ValidationError, match="no folder inside --out"):
        TrainConfig(name=name)
    assert TrainConfig(name="grids/1").run_dir == TrainConfig().out / "grids" / "1"


def test_temperatures_that_are_nearly_alike_have_files_of_their_own() -> None:
    config = TrainConfig()
    near = {_evaluation_file(config, "before", one).name for one in (0.3333333, 0.33333331, 0.0, 1.0)}
    assert near >= {"evaluation_before_0.json", "evaluation_before_1.json"} and len(near) == 4
