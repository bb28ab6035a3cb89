"""Makes every scenario known to Gymnasium as ``ftrl/<Name>-v<version>``, and makes its environment.

Registering reads names and versions only, so ``import ftrl_gym`` stays cheap; a scenario is loaded by the first
``gym.make``. A scenario folder that cannot be read is registered all the same, with a warning: making it raises.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import gymnasium as gym
from gymnasium.envs.registration import WrapperSpec

from ftrl_gym import registry
from ftrl_gym.errors import FtrlGymError, SandboxError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from ftrl_gym.env import ToolUseEnv
    from ftrl_gym.scenario import Scenario

NAMESPACE = "ftrl"
SUITES = {"FTRL-v0": "ftrl_gym.suites.ftrl:make_env"}
"""Envs over published data: name with version -> entry point."""

DEFAULTS: Mapping[str, Any] = {
    "split": "train",
    "tasks": "packaged",
    "kinds": None,
    "difficulty": None,
    "variant": None,
    "docs": "json",
    "dialect": "hermes",
    "max_turns": 20,
    "matching": "strict",
    "reward": "default",
    "unsafe": False,
}
"""The keywords of ``gym.make("ftrl/<Scenario>-v<n>", ...)`` with their defaults."""

_TASKSET = ("split", "tasks", "kinds", "difficulty", "variant")
_ENV = ("docs", "dialect", "max_turns", "matching", "reward")


def env_ids() -> Iterator[tuple[str, str]]:
    """(env id, scenario name) of every scenario in the registries. Warns about the ones that cannot be read."""
    for name, folder in registry.entries():
        try:
            version = registry.version(folder)
        except FtrlGymError as error:
            warnings.warn(f"scenario {name} cannot be made: {error}", stacklevel=2)
            version = 0
        yield f"{NAMESPACE}/{name}-v{version}", name


def register_all() -> None:
    """Registers what is not registered yet; call it again after a scenario was built."""
    for name, entry_point in SUITES.items():
        _register(f"{NAMESPACE}/{name}", entry_point, {})
    try:
        for env_id, name in env_ids():
            _register(env_id, "ftrl_gym.registration:make_scenario_env", {"scenario": name})
    except (FtrlGymError, OSError) as error:
        warnings.warn(f"no scenario is registered: {error}", stacklevel=2)


def _register(env_id: str, entry_point: str, kwargs: dict[str, Any]) -> None:
    if env_id in gym.registry:
        return
    gym.register(
        env_id,
        entry_point=entry_point,
        kwargs=kwargs,
        additional_wrappers=(WrapperSpec("VerifiableReward", "ftrl_gym.reward:VerifiableReward", kwargs={}),),
    )


def make_scenario_env(scenario: str, **keywords: Any) -> ToolUseEnv:
    """Entry point of every scenario's env.

    Args:
        scenario: Name of the scenario.
        **keywords: See ``DEFAULTS``; ``unsafe=True`` runs tool code in this process although nobody vouches for it.

    Raises:
        UsageError: A keyword or a value that cannot be; the text lists the right ones.
        RegistryError: The scenario's files are broken.
        SandboxError: The scenario is not trusted.
    """
    for keyword in keywords:
        if keyword not in DEFAULTS:
            raise UnknownNameError("keyword of gym.make", keyword, DEFAULTS)
    given = {**DEFAULTS, **keywords}
    if not isinstance(given["unsafe"], bool):
        raise UsageError(f"unsafe is {given['unsafe']!r:.80}; it is True or False")
    loaded = registry.load(scenario)
    if not (loaded.trusted or given["unsafe"]):
        raise SandboxError(
            f"scenario {scenario} is not trusted: neither the package nor this user has pinned its manifest (it was "
            "changed since it was built, or comes from elsewhere), so its tools.py will not run in this process. "
            "Build it again on this machine, or, having read its tools.py, pass unsafe=True to gym.make"
        )
    loaded = dataclasses.replace(loaded, trusted=True)
    if given["tasks"] == "endless":
        loaded = _with_generator(loaded)

    from ftrl_gym.env import ToolUseEnv
    from ftrl_gym.taskset import ScenarioTaskSet

    taskset = ScenarioTaskSet(loaded, **{key: given[key] for key in _TASKSET})
    return ToolUseEnv(taskset, **{key: given[key] for key in _ENV})


def _with_generator(scenario: Scenario) -> Scenario:
    """Adds the generator of new tasks, and its worlds, where the scenario has one."""
    return scenario
