"""Policies of ftrl_gym by name, for an evaluation."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from typing import Any

from ftrl_agents.envs import NAMESPACE, env_factory, task_ids
from ftrl_agents.scripted_engine import ScriptedEngine
from ftrl_gym.baselines.catalogue import policy_named
from ftrl_gym.baselines.shallow import LESSONS, template_parser
from ftrl_gym.baselines.template_parser import TemplateParser
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.policies import DoNothing
from ftrl_gym.registration import SUITE, SUITES
from ftrl_gym.suites.benchmark import Benchmark
from ftrl_gym.suites.suite_report import for_each_scenario
from ftrl_gym.trajectory import Policy


def scripted_engine(
    name: str, env_id: str, keywords: dict[str, Any], played: Sequence[str], seed: int
) -> ScriptedEngine:
    """Plays the policy of a name.

    Args:
        name: See :func:`ftrl_gym.baselines.catalogue.policy_named`.
        env_id: The environment that it will play.
        keywords: With which it is made; a policy that learns does so from the train split.
        played: Ids of the tasks that it will play.
        seed: Of the tasks that it learns from.

    Raises:
        UsageError: There is no such policy, or it cannot be made for this environment.
    """

    def fit(temperature: float) -> Policy:
        if env_id.removeprefix(NAMESPACE) in SUITES:
            raise UsageError(f"{name} learns from training tasks, and {env_id} has none")
        if env_id.removeprefix(NAMESPACE) == SUITE:  # which has no training tasks of its own
            return for_each_scenario(played, lambda train: template_parser(train, seed, temperature=temperature))
        train = env_factory(env_id, **keywords | {"split": "train"})
        ids = task_ids(train)
        chosen = random.Random(f"fit/{seed}").sample(ids, min(LESSONS, len(ids)))
        return TemplateParser.fitted(train(), sorted(chosen), temperature)

    _find_beside_user(name)
    engine = ScriptedEngine(name, lambda temperature: policy_named(name, lambda: fit(temperature), temperature))
    if name != "template-parser":
        policy_named(name, lambda: fit(0.0))  # a wrong name is told before anything is played
    return engine


def benchmark_engine(name: str, benchmark: Benchmark) -> ScriptedEngine:
    """Plays the policy of a name in a published benchmark: one of its own, or a user's own, as module:factory.

    Raises:
        UsageError: There is no such policy.
    """
    _find_beside_user(name)
    if name not in benchmark.policies and ":" not in name:
        hint = "Your own: a module and what makes the policy, as module:factory"
        raise UnknownNameError(f"policy of {benchmark.title}", name, benchmark.policies, hint)
    make = benchmark.policies.get(name) or (lambda: policy_named(name, DoNothing))
    make()  # a wrong name is told before anything is played
    return ScriptedEngine(name, lambda temperature: make())


def _find_beside_user(name: str) -> None:
    """As `python -m` does, so that a module beside the user is found."""
    if ":" in name and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
