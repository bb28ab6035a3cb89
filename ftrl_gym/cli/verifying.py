"""``ftrl-gym verify``: oracle, probes, solver and certificates of a scenario, and what shallow baselines earn in it.
Exit code 1 if a task is not sound."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from rich.progress import Progress
from rich.text import Text

from ftrl_gym import registry
from ftrl_gym.baselines.shallow import episodes
from ftrl_gym.cli.target import console, resolve
from ftrl_gym.errors import UsageError
from ftrl_gym.registration import NAMESPACE, SUITE, SUITES
from ftrl_gym.scenario_files import TASKS
from ftrl_gym.suites.suite import SuiteTaskSet
from ftrl_gym.suites.suite_report import verify_suite
from ftrl_gym.task import Split
from ftrl_gym.verify import Report, verify


def run(arguments: argparse.Namespace) -> int:
    """Verifies and prints the report."""
    env_id = resolve(arguments.id)
    name = env_id.removeprefix(f"{NAMESPACE}/")
    if name in SUITES:
        raise UsageError(f"{env_id} is published data without certified plans; verify is for scenarios (ftrl-gym list)")
    report_of: Callable[..., Report]
    if name == SUITE:
        if arguments.split == Split.TRAIN:
            raise UsageError(f"{env_id} is for evaluation and has no train split")
        suite = SuiteTaskSet()
        report_of, counts = partial(verify_suite, suite), [len(suite.ids())]
    else:
        scenario = registry.load(name.rpartition("-v")[0])
        splits = [Split(arguments.split)] if arguments.split else list(TASKS)
        counts = [len(scenario.load_tasks(split)) for split in splits]
        report_of = partial(verify, scenario, arguments.split)
    out = console()
    with Progress(console=out, transient=True, disable=not out.is_terminal) as progress:
        total = sum(min(count, arguments.limit or count) for count in counts)
        bar = progress.add_task(f"verifying {env_id}", total=total)
        played = sum(episodes(min(count, arguments.limit or count, arguments.baselines)) for count in counts)
        other = progress.add_task("shallow baselines", total=played, visible=played > 0)
        report = report_of(
            arguments.limit,
            on_task=lambda _task: progress.advance(bar),
            baselines=arguments.baselines,
            on_episode=lambda: progress.advance(other),
        )
    out.print(Text(report.render()))
    return 0 if report.ok else 1
