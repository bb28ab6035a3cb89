"""Makes every scenario known to Gymnasium as ``ftrl/<Name>-v<version>``, and makes its environment.

Registering reads names and versions only, so ``import ftrl_gym`` stays cheap; a scenario is loaded by the first
``gym.make``. A scenario folder that cannot be read is registered all the same, with a warning: making it raises.
"""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gymnasium as gym
from gymnasium.envs.registration import load_env_creator

from ftrl_gym import registry
from ftrl_gym.env_settings import check_keywords
from ftrl_gym.errors import FtrlGymError, UnknownNameError, UsageError
from ftrl_gym.task import Split

if TYPE_CHECKING:
    from ftrl_gym.env import ToolUseEnv
    from ftrl_gym.reward import VerifiableReward
    from ftrl_gym.scenario import Scenario, Tools
    from ftrl_gym.vector import ToolUseVectorEnv
    from ftrl_gym.world import WorldBase

NAMESPACE = "ftrl"

FOREIGN = {
    "RoTBench-v0": "ftrl_gym.suites.rotbench_env:make_env",
    "BFCL-v0": "ftrl_gym.suites.bfcl_env:make_env",
    "TauAirline-v0": "ftrl_gym.suites.tau_env:make_airline_env",
    "TauRetail-v0": "ftrl_gym.suites.tau_env:make_retail_env",
    "Tau2Airline-v0": "ftrl_gym.suites.tau2_env:make_airline_env",
    "Tau2Retail-v0": "ftrl_gym.suites.tau2_env:make_retail_env",
    "PublishedFTRL-v0": "ftrl_gym.suites.ftrl_published:make_env",
    "PublishedToolHop-v0": "ftrl_gym.suites.toolhop_published:make_env",
}
"""Envs over published data that pay by their benchmark's own rule: name with version -> what makes them."""

SUITES = {
    "FTRL-v0": "ftrl_gym.suites.ftrl:make_env",
    "ToolHop-v0": "ftrl_gym.suites.toolhop:make_env",
    **FOREIGN,
}
"""All envs over published data, which a user brings."""

SUITE = "Suite-v0"
"""The frozen evaluation set over all scenarios."""
FROZEN = "Suite/suite.json"
"""What says that it is there."""

TASKSET_KEYWORDS = ("split", "tasks", "kinds", "difficulty", "features", "always", "variant", "scalings", "unsafe")
ENV_KEYWORDS = ("docs", "dialect", "max_turns", "matching", "reward", "render_mode")
"""Together the keywords of ``gym.make("ftrl/<Scenario>-v<n>", ...)``; what they mean and which values they take say
:class:`~ftrl_gym.taskset.ScenarioTaskSet` and :class:`~ftrl_gym.env.ToolUseEnv`."""


def scenario_ids() -> Iterator[tuple[str, str]]:
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
    for name, maker in SUITES.items():
        if name in FOREIGN:
            _register_foreign(f"{NAMESPACE}/{name}", maker)
        else:
            _register(f"{NAMESPACE}/{name}", {"suite": name})
    try:
        if (registry.packaged_root() / FROZEN).is_file():
            _register(f"{NAMESPACE}/{SUITE}", {"suite": SUITE})
        for env_id, name in scenario_ids():
            _register(env_id, {"scenario": name})
    except (FtrlGymError, OSError) as error:
        warnings.warn(f"no scenario is registered: {error}", stacklevel=2)


def register_unbuilt(name: str) -> str:
    """Registers a scenario that lies in no registry but can be built, with endless tasks; returns its env id."""
    env_id = f"{NAMESPACE}/{name}-v0"
    _register(env_id, {"scenario": name, "tasks": "endless"})
    return env_id


def _register_foreign(env_id: str, entry_point: str) -> None:
    """Registers an environment that pays by a rule of its own; many of them are played by Gymnasium's vector envs."""
    if env_id not in gym.registry:
        gym.register(env_id, entry_point=entry_point, order_enforce=False, disable_env_checker=True)


def _register(env_id: str, kwargs: dict[str, Any]) -> None:
    if env_id not in gym.registry:
        # The environment itself refuses what Gymnasium's two default wrappers look for, at no cost to each step. The
        # reward is part of what the entry point makes: a spec with further wrappers has no vector entry point.
        gym.register(
            env_id,
            entry_point="ftrl_gym.registration:make_env",
            vector_entry_point="ftrl_gym.registration:make_vector_env",
            kwargs=kwargs,
            order_enforce=False,
            disable_env_checker=True,
        )


def make_env(**keywords: Any) -> VerifiableReward:
    """Entry point of every environment: one that plays, and the reward around it.

    Args:
        **keywords: ``scenario`` or ``suite``, and what :func:`make_scenario_env` or the suite takes.

    Raises:
        UsageError: A keyword or a value that cannot be; the text lists the right ones.
        RegistryError: The files are broken.
    """
    from ftrl_gym.reward import VerifiableReward

    return VerifiableReward(_made(keywords))


def make_vector_env(num_envs: int = 1, autoreset: str = "next_step", **keywords: Any) -> ToolUseVectorEnv:
    """Vector entry point of every environment.

    Args:
        num_envs: How many episodes.
        autoreset: ``next_step``, ``same_step`` or ``disabled``.
        **keywords: As for :func:`make_env`.

    Raises:
        UsageError: As :func:`make_env`.
        RegistryError: As :func:`make_env`.
    """
    from ftrl_gym.vector import ToolUseVectorEnv

    return ToolUseVectorEnv(_made(keywords), num_envs, autoreset)


def _made(keywords: dict[str, Any]) -> ToolUseEnv:
    suite = keywords.pop("suite", None)
    if suite is None:
        return make_scenario_env(**keywords)
    makers = {**SUITES, SUITE: "ftrl_gym.suites.suite:make_env"}
    if suite not in makers:
        raise UnknownNameError("suite", suite, makers)
    maker: Callable[..., Any] = load_env_creator(makers[suite])
    made: ToolUseEnv = maker(**keywords)
    return made


def make_scenario_env(scenario: str, **keywords: Any) -> ToolUseEnv:
    """A scenario's environment, without a reward.

    Args:
        scenario: Name of the scenario.
        **keywords: ``TASKSET_KEYWORDS`` and ``ENV_KEYWORDS``. ``unsafe=True`` runs the tools' code in this process
            although nobody vouches for it; without that, such code runs in the sandbox.

    Raises:
        UsageError: A keyword or a value that cannot be; the text lists the right ones.
        RegistryError: The scenario's files are broken.
    """
    check_keywords(keywords, TASKSET_KEYWORDS + ENV_KEYWORDS)

    from ftrl_gym.env import ToolUseEnv
    from ftrl_gym.taskset import ScenarioTaskSet, check_types

    check_types(keywords, ("kinds", "features", "always", "scalings"))
    _check_types(keywords)

    if keywords.get("tasks") == "endless" and keywords.get("always"):
        keywords["kinds"] = _kinds(keywords)
    loaded = _with_construction(_loaded(scenario, keywords), keywords)
    of_tasks = {keyword: keywords[keyword] for keyword in TASKSET_KEYWORDS if keyword in keywords}
    of_env = {keyword: keywords[keyword] for keyword in ENV_KEYWORDS if keyword in keywords}
    return ToolUseEnv(ScenarioTaskSet(loaded, **of_tasks), **of_env)


def _loaded(name: str, keywords: dict[str, Any]) -> Scenario:
    """The scenario of the registries or, for endless tasks, one that is in none and comes from its declaration."""
    if keywords.get("tasks") != "endless" or name in registry.names():
        return registry.load(name)

    from ftrl_gym.construct import scenarios
    from ftrl_gym.construct.unbuilt import unbuilt

    return unbuilt(name) if name in scenarios.names() else registry.load(name)


def _check_types(keywords: dict[str, Any]) -> None:
    """Holds ``variant`` and ``unsafe`` to the types they have."""
    variant = keywords.get("variant")
    if isinstance(variant, bool) or not (variant is None or variant == "any" or isinstance(variant, int)):
        raise UsageError(f"variant is {variant!r:.80}; it is a number from 0, 'any' (endless tasks only), or None")
    if not isinstance(keywords.get("unsafe", False), bool):
        raise UsageError(f"unsafe is {keywords['unsafe']!r:.80}; it is True or False")


def _kinds(keywords: dict[str, Any]) -> list[str]:
    """The kinds of new tasks that can have every dial that is always on."""
    from ftrl_gym.construct.briefs import check_features, kinds_with

    check_features(keywords["always"])
    return kinds_with(keywords["always"], keywords.get("kinds"))


def _with_construction(scenario: Scenario, keywords: dict[str, Any]) -> Scenario:
    """Adds what construction knows of a scenario, where the keywords ask for it: other designs of its tools, or the
    generator of new tasks with its worlds.

    The generator is told the filters too: drawing until a task happens to fit would waste most of its work.
    """
    endless, variant = keywords.get("tasks") == "endless", keywords.get("variant")
    if not endless and variant in (None, 0):
        return scenario

    from ftrl_gym.construct import scenarios
    from ftrl_gym.construct.briefs import check_features, check_served, check_variant
    from ftrl_gym.construct.endless import endless_task
    from ftrl_gym.construct.objects import SCALINGS

    split = keywords.get("split", Split.TRAIN)
    if isinstance(variant, int) and split in list(Split):
        check_variant(variant, Split(split))
    name = scenario.manifest.name
    if not endless:
        from ftrl_gym.construct.variants.redesigned import Redesigned

        other = Redesigned(scenario)
        return dataclasses.replace(scenario, retell=other.retell, load_tools=other.tools)
    if name not in scenarios.names():
        return scenario
    scalings = keywords.get("scalings")
    features, always = keywords.get("features") or (), keywords.get("always") or ()
    check_features((*features, *always))
    check_served((*features, *always), name)
    generator = functools.partial(
        endless_task,
        kinds=keywords.get("kinds"),
        features=features,
        always=always,
        scenario=name,
        variant=0 if variant is None else variant,
        scalings=SCALINGS if scalings is None else scalings,
        hardest=1.0 if keywords.get("difficulty") is None else keywords["difficulty"],
    )
    return dataclasses.replace(
        scenario,
        endless=generator,
        load_world=functools.partial(_world, scenario.load_world),
        load_tools=functools.partial(_designed, name),
    )


def _designed(name: str, toolset: str) -> Tools:
    """The tools of a scenario that can be built, in a design."""
    from ftrl_gym.construct.scenarios import scenario
    from ftrl_gym.construct.variants.design import Design
    from ftrl_gym.scenario import Tools

    made = scenario(name).toolset(Design.named(toolset))
    return Tools(made.documents, made.source)


def _world(packaged: Callable[[str], WorldBase], world: str) -> WorldBase:
    from ftrl_gym.construct.endless import world_of

    return world_of(world) if world.startswith("endless-") else packaged(world)
