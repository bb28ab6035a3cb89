"""The environment itself, inside whatever is around it: what every adapter plays."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError


def bare_env(env: gym.Env[Any, Any]) -> ToolUseEnv:
    """The environment inside its wrappers.

    Args:
        env: As ``gym.make`` returns it.

    Raises:
        UsageError: It is another library's, or a published benchmark's with rules of its own.
    """
    base = env.unwrapped
    if not isinstance(base, ToolUseEnv):
        name = type(base).__name__ if base.spec is None else base.spec.id
        raise UsageError(
            f"{name} is no environment of ftrl_gym that pays by facts, and adapters play those only: make one such as "
            "gym.make('ftrl/TravelBooking-v0'). Published benchmarks are played with: python agents/evaluate.py "
            "--benchmark NAME"
        )
    return base
