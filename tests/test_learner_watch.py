"""What a run tells about itself: warnings in words, memory, trackers, samples."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from learner_toy import make_model, make_tokenizer

from ftrl_agents.config import TrainConfig
from ftrl_agents.memory import Shape, check, free_memory, need
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
    assert need(shape, recomputed).activations < wanted.activations / 5
    assert "optimizer" in wanted.table()


def test_what_cannot_fit_is_refused_with_the_setting_to_change() -> None:
    large = Shape(8_000_000_000, 8_000_000_000, 36, 4096, 151_936, 2 * 36 * 8 * 128)
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
        open_trackers(TrainConfig(track=["wandb"], name=".", out=tmp_path))
