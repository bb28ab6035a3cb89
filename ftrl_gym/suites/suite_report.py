"""Verification of the frozen evaluation set: every task of it, and what shallow baselines earn on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ftrl_gym import registry
from ftrl_gym.baselines import shallow
from ftrl_gym.baselines.shallow import Earned, OneForEach
from ftrl_gym.suites.suite import SuiteTaskSet, scenario_of
from ftrl_gym.task import Split
from ftrl_gym.taskset import ScenarioTaskSet
from ftrl_gym.trajectory import Policy
from ftrl_gym.verify import Report, TaskReport, drawn, verify_tasks


def verify_suite(
    suite: SuiteTaskSet,
    limit: int | None = None,
    seed: int = 0,
    on_task: Callable[[TaskReport], None] | None = None,
    baselines: int = 0,
    on_episode: Callable[[], None] | None = None,
) -> Report:
    """Verifies the frozen evaluation set. A template parser learns from the training tasks of each scenario that
    come with the package.

    Args:
        suite: The set.
        limit: At most so many of its tasks.
        seed: Of the draw of these, and of the probes and baselines.
        on_task: Told of each task as it is done.
        baselines: Tasks that the shallow baselines play; 0 leaves them out.
        on_episode: Told of each of their episodes.

    Raises:
        RegistryError: A scenario of the suite does not come with the package, so that there is nothing to learn from.
        SandboxError: Its code is not trusted, and cannot run in the sandbox.
    """
    reports = []
    for report in verify_tasks(suite, drawn(suite.ids(), limit, seed), seed):
        reports.append(report)
        if on_task is not None:
            on_task(report)
    earned: list[Earned] = []
    if baselines:
        played = drawn([report.task_id for report in reports], baselines, seed)
        parser = for_each_scenario(played, lambda train: shallow.template_parser(train, seed))
        earned += shallow.measure(suite, played, parser, seed, on_episode)
    return Report(suite.name, tuple(reports), tuple(earned))


def for_each_scenario(played: Iterable[str], fit: Callable[[ScenarioTaskSet], Policy]) -> OneForEach:
    """Plays each task of the suite with the policy of its scenario.

    Args:
        played: Ids of the tasks.
        fit: Makes a policy of training tasks: those that come with the package, whatever other registries hold under
            the same name.

    Raises:
        RegistryError: Such tasks are not there.
    """
    place = registry.packaged_root()
    sets = {
        name: ScenarioTaskSet(registry.load_folder(place / name), split=Split.TRAIN.value)
        for name in dict.fromkeys(map(scenario_of, played))
    }
    return OneForEach({name: fit(train) for name, train in sets.items()}, scenario_of)
