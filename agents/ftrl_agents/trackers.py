"""Services that show the numbers of a run elsewhere: Weights & Biases, trackio. Imported when they are asked for."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ftrl_agents.config import TrainConfig
from ftrl_gym.errors import UsageError

PROJECT = "ftrl_gym"
IDENTITY = "wandb_id"
"""File in a run's folder: what the run is called where names may come twice."""


class Tracker(Protocol):
    """What both of them have."""

    def log(self, values: dict[str, Any], step: int) -> None:
        """The numbers of a step."""
        ...

    def finish(self) -> None:
        """No more to come."""
        ...


def open_trackers(config: TrainConfig) -> Sequence[Tracker]:
    """Those that a configuration names; a run that is resumed goes on in the same place.

    Raises:
        UsageError: One is not installed, or does not start; says what to do.
    """
    return [_opened(name, config) for name in config.track]


def _opened(name: str, config: TrainConfig) -> Tracker:
    try:
        module: Any = importlib.import_module(name)
    except ImportError:
        raise UsageError(f"{name} is not installed. Install it (pip install {name}), or leave --track out") from None
    told: dict[str, Any] = {"project": PROJECT, "name": config.name, "resume": "allow" if config.resume else "never"}
    told["config"] = config.model_dump(mode="json", exclude={"resume", "out"})
    if name == "wandb":  # which finds a run again by its id, never by its name
        told["id"] = _identity(config.run_dir)
    try:
        started = module.init(**told)
    except Exception as error:  # each has its own errors, such as a login that is missing
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        raise UsageError(f"{name} does not start: {reason[:200]}. Mend that, or leave --track out") from None
    tracker: Tracker = started if hasattr(started, "log") and hasattr(started, "finish") else module
    return tracker


def _identity(run_dir: Path) -> str:
    """What a run is called for good, the same when it goes on."""
    path = run_dir / IDENTITY
    if not path.exists():
        path.write_text(secrets.token_hex(8), encoding="utf-8")
    return path.read_text(encoding="utf-8")
