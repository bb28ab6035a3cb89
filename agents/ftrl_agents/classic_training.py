"""The training loop around Stable-Baselines3: it learns on train tasks and is judged on held-out ones."""

from __future__ import annotations

import functools
import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from rich.console import Console
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import DummyVecEnv

from ftrl_agents.classic_config import ClassicConfig
from ftrl_agents.classic_evaluation import (
    ViewFactory,
    evaluate_classic,
    model_chooser,
    random_chooser,
    spread,
    view_factory,
)
from ftrl_agents.classic_models import load_model, new_model
from ftrl_agents.classic_report import read_run, write_classic_report
from ftrl_agents.holding_back import HoldingBack

if TYPE_CHECKING:
    from pathlib import Path

_WINDOW = 400
"""Training episodes of a kind over which a curve's point is the mean."""
_EVERY = 4_096
"""Turns between two points of a curve."""


def train_classic(config: ClassicConfig, console: Console) -> int:
    """Trains, evaluates, and writes the run's folder, which exists. Returns the exit code."""
    held_out = view_factory(config, "test")()
    kinds: Sequence[str | None] = config.kinds or (None,)
    trains = [view_factory(config, "train", kind) for kind in kinds]
    torch.set_num_threads(config.threads)
    earlier = read_run(config.out) if config.go_on else None
    (config.out / "config.json").write_text(config.model_dump_json(indent=2) + "\n", encoding="utf-8")
    held = [functools.partial(_held, make, config) for make in trains] if config.held_back else trains
    envs = DummyVecEnv([held[number % len(held)] for number in range(config.envs)])
    envs.seed(config.seed)
    model = load_model(config, envs) if earlier is not None else new_model(config, envs)
    console.print(f"{config.algo} on {config.env}: {config.steps:,} turns or {config.minutes:g} minutes at most")
    progress = Progress(config, console, earlier.metrics[-1] if earlier is not None else None)
    model.learn(config.steps, callback=progress, reset_num_timesteps=earlier is None)
    model.save(config.out / "model.zip")
    tasks = spread(held_out.unwrapped.taskset.ids(), config.tasks)  # type: ignore[attr-defined]
    console.print(f"playing {len(tasks)} held-out tasks")
    evaluate_classic(held_out, tasks, random_chooser(config.seed), "random").save(config.out / "random.json")
    chooser = model_chooser(load_model(config), config.algo)
    evaluate_classic(held_out, tasks, chooser, config.algo.value).save(config.out / "evaluation.json")
    console.print(write_classic_report(config.out, config.beside), markup=False, highlight=False, soft_wrap=True)
    return 0


def _held(make: ViewFactory, config: ClassicConfig) -> HoldingBack:
    return HoldingBack(make(), config.calls, config.held_back)


class Progress(BaseCallback):
    """Writes down how training episodes end, and ends training when its time is over.

    Args:
        config: Of the run.
        console: Told of every point.
        earlier: The last point of a run that this one goes on from.
    """

    def __init__(self, config: ClassicConfig, console: Console, earlier: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._config, self._console = config, console
        self._path: Path = config.out / "metrics.jsonl"
        if earlier is None:
            self._path.write_text("", encoding="utf-8")
        self._ended: dict[str, deque[float]] = {}
        self._kinds = [""] * config.envs
        self._last: int = earlier["step"] if earlier else 0
        self._begun, self._cpu_begun = time.monotonic(), time.process_time()
        self._before = (earlier["seconds"], earlier["cpu_seconds"]) if earlier else (0.0, 0.0)

    def _on_training_start(self) -> None:
        self._kinds = [info["kind"] for info in self.training_env.reset_infos]

    def _on_step(self) -> bool:
        for place, info in enumerate(self.locals["infos"]):
            if info["end"] is not None:
                window = self._ended.setdefault(self._kinds[place], deque(maxlen=_WINDOW))
                window.append(info["score"]["outcome"])
                # The environment within has begun the next episode already; its kind stands in what reset said.
                self._kinds[place] = self.training_env.reset_infos[place]["kind"]
        if self.num_timesteps >= self._last + _EVERY:
            self._write()
        return time.monotonic() - self._begun < 60 * self._config.minutes

    def _on_training_end(self) -> None:
        self._write()

    def _write(self) -> None:
        self._last = self.num_timesteps
        means = {f"outcome/{kind}": float(np.mean(ended)) for kind, ended in sorted(self._ended.items())}
        seconds, cpu_seconds = time.monotonic() - self._begun, time.process_time() - self._cpu_begun
        record: dict[str, Any] = {
            "step": self.num_timesteps,
            "seconds": round(self._before[0] + seconds, 1),
            "cpu_seconds": round(self._before[1] + cpu_seconds, 1),
            **means,
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        shown = ", ".join(f"{name.partition('/')[2]} {value:.2f}" for name, value in means.items())
        self._console.print(
            f"{self.num_timesteps:>8,} turns, {record['seconds']:>5.0f} s: right {shown}", highlight=False
        )
