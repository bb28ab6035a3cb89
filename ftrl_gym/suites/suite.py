"""``gym.make("ftrl/Suite-v0")``: the frozen evaluation set over all scenarios.

    registry/Suite/suite.json    what it is: canary, number of tasks, hash of each scenario's manifest, hash of all
                   <Scenario>/   its tasks with their tools and worlds, in the form of any scenario

It is made once (``benchmarks/freeze_suite.py``) and never again: a later one gets another name. What an engine of a
later version would make of the same seeds does not matter to it, since it holds everything that its tasks need.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from ftrl_gym import registry
from ftrl_gym.env_settings import check_keywords
from ftrl_gym.errors import RegistryError, UnknownNameError, UsageError
from ftrl_gym.execution import Toolbox
from ftrl_gym.task import Split, Task
from ftrl_gym.taskset import ScenarioTaskSet, TaskFilter, check_types
from ftrl_gym.tooldoc import Frozen, ToolDocument
from ftrl_gym.trust import MANIFEST
from ftrl_gym.world import World

if TYPE_CHECKING:
    import numpy as np

    from ftrl_gym.env import ToolUseEnv
    from ftrl_gym.scenario import Scenario

FOLDER, CONTENTS = "Suite", "suite.json"
CANARY = "ftrl_gym evaluation data, not for training: canary 7c1f3d52-9a8e-4e0b-b6d4-2f5e81a9c037"
"""Stands in the frozen set and in whatever is exported of it: a model that can say it has seen such files."""
_TASKSET_KEYWORDS = ("scenarios", "kinds", "difficulty", "features", "always")
_ENV_KEYWORDS = ("docs", "dialect", "max_turns", "matching", "reward", "render_mode")


class Contents(Frozen):
    """What a frozen set holds: ``suite.json``."""

    version: int = Field(ge=0)
    canary: str
    tasks: int = Field(ge=1)
    scenarios: dict[str, str]
    """Name -> sha256 of its manifest, which pins every file."""
    sha256: str
    """Of all the above: what a reported score names."""

    @staticmethod
    def of(version: int, tasks: int, scenarios: dict[str, str]) -> Contents:
        """With the hash worked out.

        Args:
            version: Of the set, from 0.
            tasks: How many it holds.
            scenarios: Name -> sha256 of its manifest.
        """
        told = json.dumps([version, CANARY, tasks, sorted(scenarios.items())], separators=(",", ":"))
        digest = hashlib.sha256(told.encode()).hexdigest()
        return Contents(version=version, canary=CANARY, tasks=tasks, scenarios=scenarios, sha256=digest)


@functools.lru_cache(maxsize=4)
def contents(folder: Path) -> Contents:
    """What the frozen set in a folder holds.

    Raises:
        RegistryError: It is not there, or not as it was frozen.
    """
    path = folder / CONTENTS
    try:
        found = Contents.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RegistryError(f"{path} cannot be read ({error.strerror}). Install the package again") from error
    except ValidationError as error:
        raise RegistryError(f"{path} describes no frozen set. Install the package again") from error
    if found != Contents.of(found.version, found.tasks, found.scenarios):
        raise RegistryError(f"{path} is not what was frozen. Install the package again")
    for name, digest in found.scenarios.items():
        manifest = folder / name / MANIFEST
        if not manifest.is_file() or hashlib.sha256(manifest.read_bytes()).hexdigest() != digest:
            raise RegistryError(f"{manifest} is not what was frozen. Install the package again")
    return found


class SuiteTaskSet:
    """The frozen tasks, as a :class:`ftrl_gym.taskset.TaskSet`; an id is ``<Scenario>.<task>``.

    Args:
        scenarios: Keep only those of these scenarios; None keeps all.
        kinds: Keep only these kinds; None keeps all.
        difficulty: Keep only tasks up to this difficulty, 0 to 1; None keeps all.
        features: Keep only tasks all of whose features are among these; None keeps all.
        always: Keep only tasks that have all of these features, whether ``features`` names them too or not.
        folder: Where it lies; the packaged one unless said otherwise.

    Raises:
        UnknownNameError: A scenario, kind or feature that does not exist.
        UsageError: The filters leave no task, or the difficulty is not between 0 and 1.
        RegistryError: Its files are not as they were frozen.
    """

    name = FOLDER

    def __init__(
        self,
        scenarios: Sequence[str] | None = None,
        *,
        kinds: Sequence[str] | None = None,
        difficulty: float | None = None,
        features: Sequence[str] | None = None,
        always: Sequence[str] | None = None,
        folder: Path | None = None,
    ) -> None:
        kept = TaskFilter.of(kinds, difficulty, features, always)
        place = folder or registry.packaged_root() / FOLDER
        self.contents = contents(place)
        wanted = list(self.contents.scenarios) if scenarios is None else list(dict.fromkeys(scenarios))
        for name in wanted:
            if name not in self.contents.scenarios:
                raise UnknownNameError("scenario of the suite", name, self.contents.scenarios)
        self._scenarios = {name: registry.load_folder(place / name) for name in wanted}
        self._sets: dict[str, ScenarioTaskSet] = {}
        self._tasks: dict[str, tuple[str, Task]] = {}
        for name, scenario in self._scenarios.items():
            own = ScenarioTaskSet(scenario, split=Split.TEST.value)
            self._sets[name] = own
            for task in map(own.get, own.ids()):
                self._tasks[f"{name}.{task.id}"] = name, task.model_copy(update={"id": f"{name}.{task.id}"})
        _check_features(kept.named, (task for _, task in self._tasks.values()))
        self._tasks = {task_id: (name, task) for task_id, (name, task) in self._tasks.items() if kept.keeps(task)}
        if not self._tasks:
            raise UsageError(
                f"no task of the suite has scenarios={scenarios}, kinds={kinds}, difficulty<={difficulty}, "
                f"features={features}, always={always}; drop one of them"
            )
        self._ids = tuple(self._tasks)

    def scenarios(self) -> dict[str, list[str]]:
        """Scenario -> ids of its tasks that are kept."""
        found: dict[str, list[str]] = {}
        for task_id in self._ids:
            found.setdefault(scenario_of(task_id), []).append(task_id)
        return found

    def scenario(self, name: str) -> Scenario:
        """What it holds of a scenario; raises KeyError for one that is not kept."""
        return self._scenarios[name]

    def instruction(self, task: Task) -> str:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._own(task).instruction(task)

    def ids(self) -> Sequence[str]:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._ids

    def get(self, task_id: str) -> Task:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        if task_id not in self._tasks:
            raise UnknownNameError("task of the suite", task_id, self._ids)
        return self._tasks[task_id][1]

    def draw(self, rng: np.random.Generator) -> Task:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self.get(self._ids[int(rng.integers(len(self._ids)))])

    def documents(self, task: Task) -> tuple[ToolDocument, ...]:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._own(task).documents(task)

    def toolbox(self, task: Task) -> Toolbox:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._own(task).toolbox(task)

    def world(self, task: Task) -> World | None:
        """See :class:`ftrl_gym.taskset.TaskSet`."""
        return self._own(task).world(task)

    def _own(self, task: Task) -> ScenarioTaskSet:
        return self._sets[scenario_of(task.id)]


def scenario_of(task_id: str) -> str:
    """The scenario that a task of the suite is of."""
    return task_id.partition(".")[0]


def _check_features(features: Iterable[str], tasks: Iterable[Task]) -> None:
    known = {name for task in tasks for name in task.features}
    for feature in sorted(features):
        if feature not in known:
            raise UnknownNameError("feature of the suite", feature, sorted(known))


def make_env(**keywords: Any) -> ToolUseEnv:
    """Makes ``ftrl/Suite-v0``.

    Args:
        **keywords: ``scenarios``, ``kinds``, ``difficulty``, ``features`` and ``always`` keep only some of its tasks;
            ``docs``, ``dialect``, ``max_turns``, ``matching``, ``reward`` as for every environment here.

    Raises:
        UnknownNameError: A keyword or value that does not exist.
        UsageError: No such tasks.
        RegistryError: Its files are not as they were frozen.
    """
    if keywords.pop("split", Split.TEST.value) != Split.TEST.value:
        raise UsageError(
            "the suite is for evaluation and has no train split; train in a scenario, such as ftrl/Bank-v0"
        )
    check_keywords(keywords, (*_TASKSET_KEYWORDS, *_ENV_KEYWORDS))
    check_types(keywords, ("scenarios", "kinds", "features", "always"))

    from ftrl_gym.env import ToolUseEnv

    taskset = SuiteTaskSet(**{key: keywords.pop(key) for key in _TASKSET_KEYWORDS if key in keywords})
    return ToolUseEnv(taskset, **keywords)
