"""Environments for training and evaluation, checked before anything slow is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym

import ftrl_gym  # noqa: F401 - registers the environments
from ftrl_gym.errors import UnknownNameError, UsageError

NAMESPACE = "ftrl/"

EnvFactory = Callable[[], "gym.Env[str, str]"]


def env_factory(env_id: str, **keywords: Any) -> EnvFactory:
    """Makes environments of an id; the first one is made here, so that what is wrong shows now.

    Raises:
        UsageError: There is no such environment, it is none for tool use, or it does not take a keyword.
    """
    known = sorted(name for name in gym.registry if name.startswith(NAMESPACE))
    if env_id not in gym.registry:
        raise UnknownNameError("environment", env_id, known)

    def make() -> gym.Env[str, str]:
        return gym.make(env_id, disable_env_checker=True, **keywords)

    try:
        env = make()
    except (TypeError, gym.error.Error) as error:
        if env_id.startswith(NAMESPACE):
            raise  # ours take these keywords, or say in words why not
        raise _foreign(env_id, known, str(error).splitlines()[0][:200]) from None
    try:
        if not hasattr(env.unwrapped, "taskset"):
            raise _foreign(env_id, known, "it has no task set")
    finally:
        env.close()
    return make


def task_ids(make: EnvFactory) -> list[str]:
    """Ids of all packaged tasks of an environment, in order."""
    env = make()
    try:
        return list(env.unwrapped.taskset.ids())  # type: ignore[attr-defined]
    finally:
        env.close()


def _foreign(env_id: str, known: list[str], reason: str) -> UsageError:
    return UsageError(
        f"{env_id} is no environment for tool use ({reason}). Known: {', '.join(known)}; a scenario of your own is "
        "known once its folder lies in FTRL_REGISTRY"
    )
