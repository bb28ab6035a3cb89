"""What a run tells about itself: warnings in words, memory, trackers, samples."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from learner_toy import make_model, make_tokenizer
from transformers import Qwen3Config, Qwen3ForCausalLM

from ftrl_agents.config import TrainConfig
from ftrl_agents.memory import Shape, check, free_memory, kept_by_layer, need
from ftrl_agents.packed_attention import Packing
from ftrl_agents.scorer import Scorer
from ftrl_agents.trackers import open_trackers
from ftrl_agents.watch import WINDOW, warnings
from ftrl_gym.errors import UsageError

WELL: dict[str, Any] = {
    "flat_groups": 0.3, "entropy": 0.5, "calls": 2.0, "kl": 0.01, "mismatch": 1e-6, "failed": 0, "out_of_budget": 0.0,
    "cut_turns": 0.0,
}  # fmt: skip


def run(*phases: tuple[int, dict[str, float]]) -> list[dict[str, Any]]:
    return [{**WELL, **changes} for steps, changes in phases for _ in range(steps)]


def test_a_healthy_run_warns_of_nothing() -> None:
    assert warnings(run((30, {}))) == {}
    assert warnings([]) == {}


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("flat", {"flat_groups": 1.0}, "--env.difficulty"),
        ("entropy", {"entropy": 0.01}, "--update.entropy"),
        ("calls", {"calls": 0.1}, "tool use vanishes"),
        ("kl", {"kl": 3.0}, "--update.kl"),
        ("mismatch", {"mismatch": 0.2}, "--update.importance-cap"),
        ("failed", {"failed": 3}, "episodes/"),
        ("budget", {"out_of_budget": 0.5}, "--rollout.max-episode-tokens"),
        ("cut", {"cut_turns": 1.0}, "--rollout.max-turn-tokens"),
    ],
)
def test_what_goes_wrong_is_said_with_the_setting_to_change(name: str, changes: dict[str, float], words: str) -> None:
    found = warnings(run((10, {}), (WINDOW, changes)))
    assert list(found) == [name]
    assert words in found[name]
    assert warnings(run((10, {}), (WINDOW, changes), (WINDOW, {}))) == {}


def test_the_first_steps_say_nothing_yet() -> None:
    assert warnings(run((WINDOW - 1, {"flat_groups": 1.0}))) == {}


def test_memory_of_a_known_shape() -> None:
    shape = Shape.of(make_model(make_tokenizer()))
    assert shape.key_values == 2 * 2 * 2 * 8
    settings = TrainConfig()
    wanted = need(shape, settings)
    assert wanted.weights == 4 * shape.parameters
    assert wanted.optimizer == 12 * shape.parameters
    assert wanted.reference == 0
    assert wanted.cache == 4 * shape.key_values * 128 * 4096
    with_kl = settings.model_copy(update={"update": settings.update.model_copy(update={"kl": 0.1})})
    assert need(shape, with_kl).reference == wanted.weights
    assert need(shape, settings, parts=4).optimizer == wanted.optimizer / 4
    # Gradients whole, and a quarter of two moments and of the weights that these change.
    assert need(shape, settings, moments=4).optimizer == wanted.optimizer / 3 * (1 + 3 / 4)
    recomputed = settings.model_copy(update={"update": settings.update.model_copy(update={"recompute": True})})
    assert need(shape, recomputed).activations < wanted.activations
    rounded = settings.model_copy(update={"update": settings.update.model_copy(update={"precision": "bfloat16"})})
    states = 8192 * shape.layers * kept_by_layer(shape, "bfloat16", settings.rollout.group)
    assert need(shape, rounded).activations == states + 2 * shape.parameters
    assert "optimizer" in wanted.table()


def kept_for_backward(layers: int, precision: str, packing: Packing, *, recompute: bool = False) -> int:
    """Bytes of what autograd saves in a forward pass, without weights and copies of them."""
    config = Qwen3Config(
        vocab_size=64, hidden_size=128, num_hidden_layers=layers, num_attention_heads=4, num_key_value_heads=2,
        head_dim=32, intermediate_size=384,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config).train()
    if recompute:
        enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
        enable({"use_reentrant": False})
    scorer = Scorer(model, 1.0, in_bfloat16=precision == "bfloat16")
    weights = {tuple(sorted(weight.shape)) for weight in model.parameters()}
    alive, sizes = list[torch.Tensor](), dict[int, int]()

    def save(value: torch.Tensor) -> torch.Tensor:
        if tuple(sorted(value.shape)) not in weights:
            sizes[value.untyped_storage().data_ptr()] = value.untyped_storage().nbytes()
        alive.append(value)  # or another would be put where it was
        return value

    places = packing.places()
    chosen = torch.ones_like(places)
    with torch.autograd.graph.saved_tensors_hooks(save, lambda value: value):
        scorer(chosen, places, chosen.bool(), chosen, packing)
    return sum(sizes.values())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_activations_are_what_autograd_keeps(precision: str) -> None:
    shape = Shape(0, 0, 1, 128, 64, 2 * 2 * 32, 4 * 32, 384)

    def of_a_layer(packing: Packing) -> float:
        one, three = (kept_for_backward(layers, precision, packing) for layers in (1, 3))
        return (three - one) / 2 / len(packing.places())

    alone, group = Packing([(0, [301])]), Packing([(64, [65] * 8)])
    assert of_a_layer(alone) == pytest.approx(kept_by_layer(shape, precision, 0), rel=0.02)
    stated = kept_by_layer(shape, precision, 8)
    assert 0.5 * stated < of_a_layer(group) < stated
    one, three = (kept_for_backward(layers, precision, alone, recompute=True) for layers in (1, 3))
    assert (three - one) / 2 / 301 == pytest.approx(4 * 128, rel=0.02)


def test_what_cannot_fit_is_refused_with_the_setting_to_change() -> None:
    large = Shape(8_000_000_000, 8_000_000_000, 36, 4096, 151_936, 2 * 36 * 8 * 128, 4096, 12_288)
    with pytest.raises(UsageError, match="smaller model"):
        check(large, TrainConfig(), 80 * 2**30)
    with pytest.raises(UsageError, match="micro-tokens"):
        check(large, TrainConfig(), 128 * 2**30)
    assert check(large, TrainConfig(), 400 * 2**30).weights == 32_000_000_000


def test_weights_that_are_loaded_already_need_no_room_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model(make_tokenizer())
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=1_000))
    assert free_memory(model, "cpu") == 1_000 + 4 * Shape.of(model).parameters
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda device: (2_000, 9_000))
    assert free_memory(model, "cuda") == 2_000  # where it is not yet


def test_trackers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []
    started = SimpleNamespace(log=lambda values, step: seen.append((step, values)), finish=lambda: seen.append("end"))
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=lambda **given: seen.append(given) or started))
    settings = TrainConfig(track=["wandb"], name="mine", out=tmp_path)
    settings.run_dir.mkdir()
    (tracker,) = open_trackers(settings)
    tracker.log({"f1": 0.5}, step=3)
    tracker.finish()
    assert seen[0]["name"] == "mine" and seen[0]["resume"] == "never"
    assert seen[1:] == [(3, {"f1": 0.5}), "end"]
    open_trackers(settings.model_copy(update={"resume": settings.run_dir}))
    assert seen[-1]["resume"] == "allow" and seen[-1]["id"] == seen[0]["id"]
    other = settings.model_copy(update={"name": "other"})
    other.run_dir.mkdir()
    open_trackers(other)
    assert seen[-1]["id"] != seen[0]["id"]


def test_trackio_is_told_a_runs_name_and_no_id(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []

    def init(project: str, name: str, resume: str, config: dict[str, Any]) -> Any:
        seen.append((project, name, resume, config["seed"]))
        return SimpleNamespace(log=lambda values, step: seen.append((step, values)), finish=lambda: seen.append("end"))

    monkeypatch.setitem(sys.modules, "trackio", SimpleNamespace(init=init))
    (tracker,) = open_trackers(TrainConfig(track=["trackio"], name="mine", out=tmp_path, seed=7))
    tracker.log({"f1": 0.5}, step=3)
    tracker.finish()
    assert seen == [("ftrl_gym", "mine", "never", 7), (3, {"f1": 0.5}), "end"]


def test_a_tracker_that_is_missing_or_does_not_start_is_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "trackio", None)
    with pytest.raises(UsageError, match="pip install trackio"):
        open_trackers(TrainConfig(track=["trackio"]))

    def refuse(**given: object) -> None:
        raise RuntimeError("no login\nand more")

    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=refuse))
    with pytest.raises(UsageError, match=r"wandb does not start: no login\."):
        open_trackers(TrainConfig(track=["wandb"], name=tmp_path.name, out=tmp_path.parent))
