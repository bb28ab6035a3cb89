"""Task sets: what an environment plays. A scenario's tasks are one; a file of foreign rows is another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import numpy as np

from ftrl_gym.errors import ConstructionError, SandboxError, UnknownNameError, UsageError
from ftrl_gym.execution import Toolbox, TrustedToolbox
from ftrl_gym.sandbox import SandboxToolbox, SandboxWorldToolbox
from ftrl_gym.scenario import Scenario, Tools
from ftrl_gym.task import Kind, Split, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.world import World


class TaskSource(StrEnum):
    """Where tasks come from."""

    PACKAGED = "packaged"
    """The scenario's files: a fixed, certified set."""
    ENDLESS = "endless"
    """The scenario's generator: a new certified task at every reset, from the seed."""


class TaskSet(Protocol):
    """Tasks with their tools and worlds."""

    name: str

    def instruction(self, task: Task) -> str:
        """First paragraph of the system message."""
        ...

    def ids(self) -> Sequence[str]:
        """Ids of the tasks, in their order; empty when they are made on the fly."""
        ...

    def get(self, task_id: str) -> Task:
        """One task.

        Raises:
            UnknownNameError: No such task.
        """
        ...

    def draw(self, rng: np.random.Generator) -> Task:
        """A random task."""
        ...

    def documents(self, task: Task) -> tuple[ToolDocument, ...]:
        """The documents of the tools offered, in order; the same objects at every call."""
        ...

    def toolbox(self, task: Task) -> Toolbox:
        """Runs the task's tools.

        Raises:
            SandboxError: They are not trusted, and cannot run in the sandbox.
        """
        ...

    def world(self, task: Task) -> World | None:
        """A fresh view of the task's world."""
        ...


_ENDLESS = re.compile(r"endless-(?P<seed>\d+)(?:-(?P<kind>[a-z_]+)-(?P<percent>\d\d?|100))?")


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks of a set are kept; made by :meth:`of`. None keeps all."""

    kinds: frozenset[str] | None
    difficulty: float | None
    features: frozenset[str] | None
    always: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        kinds: Iterable[str] | None,
        difficulty: float | None,
        features: Iterable[str] | None,
        always: Iterable[str] | None = None,
    ) -> TaskFilter:
        """Whichever of these kinds a task is of, up to this difficulty, with all of ``always``, and beside these and
        what they bring with them without any feature but ``features``.

        Raises:
            UnknownNameError: A kind that does not exist. Features are for the task set to know.
            UsageError: The difficulty is not between 0 and 1.
        """
        if difficulty is not None and not 0 <= difficulty <= 1:
            raise UsageError(f"difficulty is {difficulty}; it goes from 0 to 1")
        sure = frozenset(always or ())
        return cls(
            None if kinds is None else frozenset(one_of("kind", kind, Kind) for kind in kinds),
            difficulty,
            None if features is None else with_brought(sure).union(features),
            sure,
        )

    @property
    def named(self) -> frozenset[str]:
        """Every feature that it speaks of."""
        return self.always | (self.features or frozenset())

    def keeps(self, task: Task) -> bool:
        """Whether a task is one of them."""
        return (
            (self.kinds is None or task.kind in self.kinds)
            and (self.difficulty is None or task.difficulty <= self.difficulty)
            and (self.features is None or self.features.issuperset(task.features))
            and self.always.issubset(task.features)
        )


def with_brought(features: Iterable[str]) -> frozenset[str]:
    """Features with those that their tasks bear besides: what house rules decide is always something to be done.

    >>> sorted(with_brought(["rules"]))
    ['rules', 'state']
    """
    found = frozenset(features)
    return found | {"state"} if "rules" in found else found


class _Running(NamedTuple):
    """The tools of one design, compiled."""

    documents: Mapping[str, ToolDocument]
    toolbox: Toolbox


class _Toolsets(dict[str, _Running]):
    """Toolset -> its tools, made when first asked for; the least used of many go."""

    _MOST = 64

    def __init__(self, scenario: Scenario, unsafe: bool) -> None:
        super().__init__()
        self._scenario, self._unsafe = scenario, unsafe

    def __missing__(self, toolset: str) -> _Running:
        tools = self._scenario.tools(toolset)
        if len(self) >= self._MOST:
            del self[next(iter(self))]
        toolbox = toolbox_of(self._scenario, tools, toolset, unsafe=self._unsafe)
        self[toolset] = made = _Running(tools.documents, toolbox)
        return made


def toolbox_of(scenario: Scenario, tools: Tools, toolset: str, *, unsafe: bool = False) -> Toolbox:
    """What runs tools of a scenario. Where code comes from decides how: what a language model wrote is never trusted.

    Args:
        scenario: A loaded scenario.
        tools: Of one design.
        toolset: Its name.
        unsafe: Run code that is not trusted in this process, not in the sandbox.

    Raises:
        SandboxError: They are not trusted, and cannot run in the sandbox.
    """
    manifest = scenario.manifest
    place = f"{manifest.name}/{toolset or 'tools'}.py"
    written = manifest.provenance.writer == "llm"
    if unsafe or (scenario.trusted and not written):
        return TrustedToolbox(tools.source, place, world=not written)
    try:
        if written:
            return SandboxToolbox(dict.fromkeys(tools.documents, tools.source), realm=manifest.name)
        return SandboxWorldToolbox(tools.source, tuple(tools.documents), realm=manifest.name)
    except SandboxError as error:
        raise SandboxError(f"{place} is not trusted, and {error}") from None


class ScenarioTaskSet:
    """The tasks of a scenario.

    Args:
        scenario: A loaded scenario.
        split: ``train`` or ``test``.
        tasks: ``packaged`` or ``endless``.
        kinds: Keep only these kinds; None keeps all.
        difficulty: Keep only tasks up to this difficulty, 0 to 1; None keeps all.
        features: Keep only tasks all of whose features are among these; None keeps all.
        always: Keep only tasks that have all of these features, whether ``features`` names them too or not.
        variant: Design of the tools. None takes tasks as they are; a number those of that variant, which are the plain
            ones told anew where the scenario holds none; ``any`` (endless only) another one each time.
        scalings: Scalings that follow the difficulty of endless tasks; None for all four.
        unsafe: Run code that is not trusted in this process, not in the sandbox.

    Raises:
        UnknownNameError: A value that does not exist.
        UsageError: The filters leave no task.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        split: str = "train",
        tasks: str = "packaged",
        kinds: Sequence[str] | None = None,
        difficulty: float | None = None,
        features: Sequence[str] | None = None,
        always: Sequence[str] | None = None,
        variant: int | str | None = None,
        scalings: Sequence[str] | None = None,
        unsafe: bool = False,
    ) -> None:
        self.name = scenario.manifest.name
        self._scenario = scenario
        self._split = Split(one_of("split", split, Split))
        self._source = TaskSource(one_of("tasks", tasks, TaskSource))
        if self._source is TaskSource.ENDLESS and features is not None:
            features = sorted(with_brought(features))
        self._filter = TaskFilter.of(kinds, difficulty, features, always)
        self._tools = _Toolsets(scenario, unsafe)
        self._by_id: dict[str, Task] = {}
        self._retold: dict[str, Task] = {}
        self._variant = variant
        if self._source is TaskSource.ENDLESS:
            if scenario.endless is None:
                raise UsageError(
                    f"{self.name} has no generator for endless tasks; use tasks='packaged', or, where you have its "
                    "declaration, load that first: ftrl_gym.construct.declaration_file.scenario_of(Path('my_shop.py'))"
                )
        else:
            if scalings is not None or isinstance(variant, str):
                raise UsageError(
                    f"{'scalings' if scalings is not None else f'variant={variant!r}'} is for tasks='endless'"
                )
            self._check_features()
            self._by_id = {task.id: task for task in self._packaged() if self._filter.keeps(task)}
            if not self._by_id:
                raise UsageError(
                    f"no {self._split} task of {self.name} has kinds={kinds}, difficulty<={difficulty}, "
                    f"features={features}, always={always}; drop one of them"
                )
        self._ids = tuple(self._by_id)

    def _packaged(self) -> Iterable[Task]:
        """The tasks of the split; where a variant is wanted, its own, or else the plain ones, to be told anew."""
        tasks = self._scenario.load_tasks(self._split)
        if self._variant is None:
            return tasks
        own = [task for task in tasks if _variant_of(task) == self._variant]
        if own:
            self._variant = None
            return own
        if self._scenario.retell is None:
            variants = sorted({_variant_of(task) for task in tasks})
            raise UnknownNameError("variant", self._variant, map(str, variants), f"{self.name} has no other designs")
        return [task for task in tasks if not task.toolset]

    def _check_features(self) -> None:
        """No closed vocabulary has them: they are those that a task of either split bears."""
        wanted, known = self._filter.named, set[str]()
        for split in (self._split, *Split):
            if wanted <= known:
                return
            known.update(*(task.features for task in self._scenario.load_tasks(split)))
        for feature in sorted(wanted):
            if feature not in known:
                hint = (
                    "No packaged task has another; tasks='endless' makes tasks with any dial that the scenario serves"
                )
                raise UnknownNameError(f"feature of {self.name}", feature, known, hint)

    def instruction(self, task: Task) -> str:
        """See :class:`TaskSet`."""
        return self._scenario.manifest.instruction

    def ids(self) -> Sequence[str]:
        """See :class:`TaskSet`."""
        return self._ids

    def get(self, task_id: str) -> Task:
        """See :class:`TaskSet`. An endless task's id ``endless-<seed>`` makes that task again, and
        ``endless-<seed>-<kind>-<percent>`` one of a kind and difficulty."""
        if task_id in self._by_id:
            return self._told(task_id)
        named = _ENDLESS.fullmatch(task_id)
        if self._source is TaskSource.ENDLESS and named and self._scenario.endless is not None:
            if named["kind"] is None:
                return self._scenario.endless(int(named["seed"]), self._split)
            kind, difficulty = Kind(one_of("kind", named["kind"], Kind)), int(named["percent"]) / 100
            task = self._scenario.endless(int(named["seed"]), self._split, kinds=(kind,), difficulty=difficulty)
            return task.model_copy(update={"id": task_id})
        hint = 'Tasks of that name are made with tasks="endless"' if named else self._other_split(task_id)
        raise UnknownNameError(f"task of {self.name} ({self._split})", task_id, self._ids, hint)

    def _other_split(self, task_id: str) -> str:
        for split in Split:
            if split is not self._split and any(task.id == task_id for task in self._scenario.load_tasks(split)):
                return f"It is a task of the other split: split={split.value!r}"
        return ""

    def cells(self, bands: int) -> Iterator[tuple[str, Kind, float]]:
        """Id, kind and difficulty of every task; of endless ones a pattern for ``{seed}`` per kind and band of
        difficulty, as far as the filters let them in."""
        if self._source is TaskSource.PACKAGED:
            for task in self._by_id.values():
                yield task.id, task.kind, task.difficulty
            return
        hardest = 1.0 if self._filter.difficulty is None else self._filter.difficulty
        for kind in Kind:
            for band in range(bands):
                difficulty = min((band + 0.5) / bands, hardest)
                if (self._filter.kinds is None or kind in self._filter.kinds) and band / bands <= hardest:
                    yield f"endless-{{seed}}-{kind.value}-{round(100 * difficulty)}", kind, difficulty

    def _told(self, task_id: str) -> Task:
        if self._variant is None or self._source is TaskSource.ENDLESS:
            return self._by_id[task_id]
        if task_id not in self._retold:
            assert self._scenario.retell is not None and isinstance(self._variant, int)
            self._retold[task_id] = self._scenario.retell(self._by_id[task_id], self._variant)
        return self._retold[task_id]

    def draw(self, rng: np.random.Generator) -> Task:
        """See :class:`TaskSet`."""
        if self._scenario.endless is None or self._source is TaskSource.PACKAGED:
            return self._drawn(rng)
        for _ in range(1000):
            task = self._scenario.endless(int(rng.integers(2**62)), self._split)
            if self._filter.keeps(task):
                return task
        raise UsageError(f"1,000 endless tasks of {self.name} in a row did not fit the filters")

    def _drawn(self, rng: np.random.Generator) -> Task:
        """A packaged task; one of the few that the wanted variant cannot tell is passed over."""
        for _ in range(100):
            try:
                return self._told(self._ids[int(rng.integers(len(self._ids)))])
            except ConstructionError as error:
                refused = error
        raise refused

    def documents(self, task: Task) -> tuple[ToolDocument, ...]:
        """See :class:`TaskSet`."""
        documents = self._tools[task.toolset].documents
        return tuple(documents[name] for name in task.tools)

    def toolbox(self, task: Task) -> Toolbox:
        """See :class:`TaskSet`."""
        return self._tools[task.toolset].toolbox

    def world(self, task: Task) -> World | None:
        """See :class:`TaskSet`."""
        return World(self._scenario.load_world(task.world)) if task.world else None


def _variant_of(task: Task) -> int:
    """The variant of a task's tools, by the name of its toolset; tools that belong to one task are of none."""
    number = task.toolset[1:5]
    return int(number) if number.isdecimal() else 0


def one_of(what: str, value: object, known: type[StrEnum]) -> str:
    """``value`` if it is a member of a closed vocabulary.

    Raises:
        UnknownNameError: It is not.
    """
    names = [member.value for member in known]
    if value not in names:
        raise UnknownNameError(what, value, names)
    return str(value)


def check_types(keywords: Mapping[str, Any], lists: Iterable[str]) -> None:
    """Holds keywords to what no closed vocabulary covers: a wrong type would surface as a TypeError deep below.

    Args:
        keywords: As given to ``gym.make``; ``difficulty`` and those of ``lists`` are looked at.
        lists: Keywords that hold names.

    Raises:
        UsageError: One is of another type.
    """
    for keyword in lists:
        names = keywords.get(keyword)
        if names is not None and not (isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)):
            raise UsageError(f"{keyword} is {names!r:.80}; it is a list of names or None")
    difficulty = keywords.get("difficulty")
    if difficulty is not None and (isinstance(difficulty, bool) or not isinstance(difficulty, int | float)):
        raise UsageError(f"difficulty is {difficulty!r:.80}; it is a number from 0 to 1 or None")
