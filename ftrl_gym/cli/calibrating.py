"""``ftrl-gym calibrate``: how often a policy passes each task, and which tasks teach it something."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
from rich.progress import Progress
from rich.text import Text

from ftrl_gym.baselines import shallow
from ftrl_gym.baselines.catalogue import policy_named
from ftrl_gym.baselines.template_parser import TemplateParser
from ftrl_gym.calibrate import calibrate
from ftrl_gym.cli.target import bare, console, make, playable
from ftrl_gym.errors import UsageError
from ftrl_gym.export.writing import check_place, write_whole
from ftrl_gym.registration import NAMESPACE, SUITES
from ftrl_gym.suites.suite import SuiteTaskSet
from ftrl_gym.suites.suite_report import for_each_scenario
from ftrl_gym.task import Split
from ftrl_gym.trajectory import Policy


def run(arguments: argparse.Namespace) -> int:
    """Calibrates and prints the report."""
    out = None if arguments.out is None else check_place(arguments.out, force=True)
    if not 0 <= arguments.temperature <= 10:
        raise UsageError(f"--temperature is {arguments.temperature:g}; it goes from 0, always the same, to 10")
    env_id = playable(arguments.id)
    if env_id.removeprefix(f"{NAMESPACE}/") in SUITES:
        raise UsageError(f"{env_id} is published data without outcomes; calibrate is for scenarios (ftrl-gym list)")
    dials = {"features": arguments.features, "always": arguments.always}
    keywords: dict[str, Any] = {name: given for name, given in dials.items() if given is not None}
    env = make(env_id, arguments.settings, split=arguments.split, **keywords)

    draws = drawn(env, arguments.tasks, arguments.seed, "calibrate")

    def fit() -> Policy:
        if isinstance(bare(env).taskset, SuiteTaskSet):  # which has no training tasks of its own
            return for_each_scenario(
                map(str, draws),
                lambda train: shallow.template_parser(
                    train, arguments.seed, most=arguments.fit, temperature=arguments.temperature
                ),
            )
        if arguments.split == Split.TRAIN:
            print("note: the template parser is asked about tasks of the split that it learned from", file=sys.stderr)
        train = make(env_id, arguments.settings, split=Split.TRAIN.value, **keywords)
        ids = drawn(train, arguments.fit, arguments.seed, "fit")
        return TemplateParser.fitted(train, ids, arguments.temperature)

    if ":" in arguments.policy:
        sys.path.insert(0, os.getcwd())  # as `python -m` does, so that a module beside the user is found
    policy = policy_named(arguments.policy, fit, arguments.temperature)
    screen = console()
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        bar = progress.add_task(f"calibrating {arguments.policy}", total=len(draws))
        name = f"{env_id}, {arguments.split}: {arguments.policy}"
        report = calibrate(env, policy, draws, arguments.group, name, lambda _: progress.advance(bar))
    screen.print(Text(report.render()))
    if out is not None:
        write_whole(out, lambda draft: _write(draft, report.to_jsonl()))
    return 0


def drawn(env: gym.Env[str, str], count: int, seed: int, purpose: str) -> Sequence[str | int]:
    """Some tasks of an env: ids where it has a fixed set, else seeds."""
    ids = list(bare(env).taskset.ids())
    rng = random.Random(f"{purpose}/{seed}")
    if not ids:
        return [rng.randrange(2**31) for _ in range(count)]
    return sorted(rng.sample(ids, min(count, len(ids))))


def _write(draft: Path, text: str) -> None:
    draft.write_text(text, encoding="utf-8")
