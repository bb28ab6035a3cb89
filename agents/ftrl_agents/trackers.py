"""Services that show the numbers of a run elsewhere: Weights & Biases, trackio. Imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ftrl_agents.config import TrainConfig
from ftrl_gym.errors import UsageError

PROJECT = "ftrl_gym"


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
    settings = config.model_dump(mode="json", exclude={"resume", "out"})
    return [_opened(name, config.name, settings, resumed=config.resume is not None) for name in config.track]


def _opened(name: str, run: str, settings: Mapping[str, Any], *, resumed: bool) -> Tracker:
    try:
        module: Any = importlib.import_module(name)
    except ImportError:
        raise UsageError(f"{name} is not installed. Install it (pip install {name}), or leave --track out") from None
    try:
        started = module.init(project=PROJECT, name=run, config=dict(settings), resume="allow" if resumed else "never")
    except Exception as error:  # each has its own errors, such as a login that is missing
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        raise UsageError(f"{name} does not start: {reason[:200]}. Mend that, or leave --track out") from None
    tracker: Tracker = started if hasattr(started, "log") and hasattr(started, "finish") else module
    return tracker
