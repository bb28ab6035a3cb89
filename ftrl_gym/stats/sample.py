"""What is measured: tasks with their documents, the size of their tools' code, and a way to call the tools.

The tasks of a scenario, packaged or made anew, and a file of FTRL rows all become a :class:`Sample`, so that every
figure is computed by one function for all. A file that ``ftrl-gym export`` wrote is read as a file of rows, like
anybody's.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import islice, product
from typing import Any

from ftrl_gym.execution import Toolbox, ToolFailure, TrustedToolbox, failing
from ftrl_gym.ftrl_ledger import answer_text
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.scenario import Scenario, Tools
from ftrl_gym.suites.ftrl_rows import Row, read_rows
from ftrl_gym.suites.suite import SuiteTaskSet
from ftrl_gym.task import AnswerType, Json, Kind, Split, Task
from ftrl_gym.taskset import toolbox_of
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.toolsource import ToolSource
from ftrl_gym.world import World, WorldBase

Runner = Callable[[str, dict[str, Any]], Json]
"""(tool, arguments) -> result, with nothing called before.

Raises:
    ToolFailure: The call fails.
    SandboxError: The tool cannot be run here at all.
"""

Replay = Callable[[Task], list[Json]]
"""Task of this world and toolset -> what the calls of its first plan give, in order; None for one that fails."""

_ORDERS = 800
"""Orders of either split, among which there are enough hard ones of every kind."""
_QUESTION = "Question:"
"""What FTRL's rows write between their instruction, always the same, and the question."""


@dataclass(frozen=True)
class SubAnswer:
    """A golden sub-answer."""

    tool: str
    text: str
    """As FTRL writes it: parts joined by ", "."""


@dataclass(frozen=True)
class Measured:
    """One task, as far as figures need it."""

    kind: str
    question: str
    documents: tuple[ToolDocument, ...]
    lines: Mapping[str, int]
    """Tool -> lines of code that answer its calls; tools whose code is not at hand are missing."""
    golden_tools: frozenset[str]
    """Tools of the sub-questions."""
    sub_questions: int
    """State changes to bring about count, too."""
    sub_answers: tuple[SubAnswer, ...]
    shape: tuple[str, int, int] | None
    """(kind, hops, width); None where the data do not say."""
    family: str | None
    """Operation and phrasing of the question; None where the data do not say."""
    program: str | None
    """What is asked, as a program in one line; None where the data do not say."""
    world: str
    """Tasks of one world and one toolset get the same results; empty when each has tools of its own."""
    toolset: str
    """Design of the tools; empty for the plain one."""
    run: Runner | None
    """None when the tools are not to be run."""
    task: Task | None
    """As it is recorded; None where the data do not say how it was made."""
    replay: Replay | None
    """None when the tools are not to be run, and where the data know no plan."""


@dataclass(frozen=True)
class Sample:
    """Tasks from one source."""

    name: str
    tasks: tuple[Measured, ...]
    certified: bool
    """Whether the source records the shape and the family of a task."""


def of_scenario(name: str, scenario: Scenario, split: str | None, *, run: bool) -> Sample:
    """The packaged tasks of a scenario, of one split or of both.

    Args:
        name: What to call it.
        scenario: A loaded scenario.
        split: ``train``, ``test`` or None for both.
        run: Whether tools may be called.

    Raises:
        SandboxError: Tools are to be called, and are neither trusted nor can they run in the sandbox.
    """
    wanted = [member for member in Split if split in (None, member.value)]
    tasks = [task for member in wanted for task in scenario.load_tasks(member)]
    return _of_tasks(name, tasks, scenario.tools, partial(toolbox_of, scenario), scenario.load_world, run)


def of_suite(name: str, suite: SuiteTaskSet, *, run: bool) -> Sample:
    """The tasks of the frozen evaluation set.

    Args:
        name: What to call it.
        suite: The set.
        run: Whether tools may be called.
    """
    tasks: list[Measured] = []
    for scenario, ids in suite.scenarios().items():
        own = suite.scenario(scenario)
        wanted = [suite.get(each) for each in ids]
        tasks += _of_tasks(name, wanted, own.tools, partial(toolbox_of, own), own.load_world, run).tasks
    return Sample(name, tuple(tasks), certified=True)


def of_endless(
    name: str,
    scenario: str,
    split: str | None,
    number: int,
    *,
    difficulty: float | None = None,
    features: Sequence[str] = (),
    always: bool = False,
    variant: int | str = 0,
    run: bool,
) -> Sample:
    """New tasks of a scenario that can be built; whether a registry holds it does not matter.

    Args:
        name: What to call it.
        scenario: Name of the scenario.
        split: ``train``, ``test`` or None for half of the tasks from each.
        number: How many tasks.
        difficulty: Of every task, or less where the world is too small for it; None draws one for each.
        features: Dials; each is on in half of the tasks.
        always: Each is on in every task that can have it.
        variant: Design of the tools: a number, or ``any``.
        run: Whether tools may be called.

    Raises:
        UnknownNameError: A scenario, feature or variant that does not exist.
        UsageError: The difficulty is out of range, or the scenario has nothing for a feature.
        ConstructionError: The scenario gives no task.
    """
    from ftrl_gym.construct.briefs import easing
    from ftrl_gym.construct.endless import endless_brief, endless_writer, world_of
    from ftrl_gym.construct.writer import write_first

    def made(seed: int, of: Split) -> Task:
        brief = endless_brief(
            seed,
            of,
            difficulty=difficulty,
            features=features,
            always=features if always else (),
            scenario=scenario,
            variant=variant,
        )
        return write_first(endless_writer(scenario), easing(brief), f"endless-{seed}")

    halves = [(Split.TRAIN, number - number // 2), (Split.TEST, number // 2)]
    if split is not None:
        halves = [(Split(split), number)]
    tasks = [made(seed, of) for of, count in halves for seed in range(count)]
    return _of_new_tasks(name, scenario, tasks, world_of, run)


def of_build(name: str, scenario: str, number: int, *, seed: int, least: float, run: bool) -> Sample:
    """New tasks of a scenario that can be built, with the dials that a build gives them; no registry is changed.

    Args:
        name: What to call it.
        scenario: Name of the scenario.
        number: How many tasks; both splits and all kinds in turn.
        seed: Of the build.
        least: Least difficulty of the tasks that are taken.
        run: Whether tools may be called.

    Raises:
        UnknownNameError: There is no such scenario.
        ConstructionError: The scenario gives no task.
    """
    from ftrl_gym.construct.build import make_task, world_of_build
    from ftrl_gym.construct.orders import Plan
    from ftrl_gym.construct.scenarios import scenario as scenario_of

    source, plan = scenario_of(scenario), Plan(scenario, seed, train=_ORDERS, test=_ORDERS)
    orders = [order for split in Split for order in plan.orders(split)]
    hard = [order for order in orders if next(order.briefs(source.domain)).difficulty >= least]
    turns = [[order for order in hard if (order.split, order.kind) == turn] for turn in product(Split, Kind)]
    chosen = islice((order for row in zip(*turns, strict=False) for order in row), number)
    tasks = [make_task(order)[0] for order in chosen]

    def world(world_id: str) -> WorldBase:
        return world_of_build(scenario, seed, world_id)

    return _of_new_tasks(name, scenario, tasks, world, run)


def _of_new_tasks(
    name: str, scenario: str, tasks: Sequence[Task], load_world: Callable[[str], WorldBase], run: bool
) -> Sample:
    """A sample of tasks that were made just now, with the tools that the scenario's writer has for them."""
    from ftrl_gym.construct.scenarios import scenario as scenario_of
    from ftrl_gym.construct.variants.design import Design

    source = scenario_of(scenario)

    def tools(toolset: str) -> Tools:
        made = source.toolset(Design.named(toolset))
        return Tools(made.documents, made.source)

    def toolbox(tools: Tools, toolset: str) -> Toolbox:
        return TrustedToolbox(tools.source, f"{scenario}/{toolset or 'tools'}.py")

    return _of_tasks(name, tasks, tools, toolbox, load_world, run)


def _of_tasks(
    name: str,
    tasks: Sequence[Task],
    tools: Callable[[str], Tools],
    toolbox: Callable[[Tools, str], Toolbox],
    load_world: Callable[[str], WorldBase],
    run: bool,
) -> Sample:
    toolsets = {
        toolset: _Toolset(tools(toolset), toolset, toolbox, load_world)
        for toolset in dict.fromkeys(task.toolset for task in tasks)
    }
    return Sample(name, tuple(toolsets[task.toolset].measured(task, run) for task in tasks), certified=True)


class _Toolset:
    """The tools of one design, as its tasks are measured with them."""

    def __init__(
        self,
        tools: Tools,
        name: str,
        toolbox: Callable[[Tools, str], Toolbox],
        load_world: Callable[[str], WorldBase],
    ) -> None:
        self._tools, self._name, self._made, self._load_world = tools, name, toolbox, load_world
        source = ToolSource(tools.source)
        self._lines = {tool: source.lines(tool) for tool in tools.documents}
        self._checkers = {tool: Checker(document) for tool, document in tools.documents.items()}

    def measured(self, task: Task, run: bool) -> Measured:
        """A task that has these tools."""
        documents = [self._tools.documents[tool] for tool in task.tools]
        lines = {tool: self._lines[tool] for tool in task.tools}
        if not run:
            return _measured(task, documents, lines, None)
        return _measured(task, documents, lines, partial(self._call, task.world), self._replay)

    def _call(self, world: str, tool: str, arguments: dict[str, Any]) -> Json:
        return self._called(self._view(world), tool, arguments)

    def _replay(self, task: Task) -> list[Json]:
        view, made, found = self._view(task.world), Counter[str](), []
        for call in task.plans[0].calls() if task.plans else ():
            down = failing(task.timeline, call.tool, made[call.tool]) is not None
            made[call.tool] += 1
            try:
                found.append(None if down else self._called(view, call.tool, call.arguments))
            except ToolFailure:
                found.append(None)
        return found

    def _view(self, world: str) -> World | None:
        return World(self._load_world(world)) if world else None

    def _called(self, view: World | None, tool: str, arguments: dict[str, Any]) -> Json:
        checker = self._checkers[tool]
        if problem := checker.problem(arguments):
            raise ToolFailure(problem)
        return self._toolbox.run(tool, checker.typed(arguments), view)

    @cached_property
    def _toolbox(self) -> Toolbox:
        return self._made(self._tools, self._name)


def of_rows(path: str | os.PathLike[str], *, run: bool) -> Sample:
    """The rows of a file in FTRL's format; their tools are called in the sandbox only.

    Raises:
        UsageError: The file does not exist or holds a row that cannot be played.
    """
    return Sample(os.path.basename(os.fspath(path)), tuple(_row(row, run) for row in read_rows(path)), certified=False)


def _row(row: Row, run: bool) -> Measured:
    @lru_cache(maxsize=1)
    def toolbox(tool: str) -> SandboxToolbox:
        return SandboxToolbox({tool: row.sources[tool]} if tool in row.sources else {})

    def call(tool: str, arguments: dict[str, Any]) -> Json:
        return toolbox(tool).run(tool, arguments, None)

    lines = {tool: len(source.strip().splitlines()) for tool, source in row.sources.items()}
    return _measured(row.task, row.documents, lines, call if run else None, foreign=True)


def _measured(
    task: Task,
    documents: Sequence[ToolDocument],
    lines: Mapping[str, int],
    run: Runner | None,
    replay: Replay | None = None,
    *,
    foreign: bool = False,
) -> Measured:
    answers = [
        SubAnswer(sub.tool or "", answer_text(sub.answer))
        for sub in task.sub_questions
        if sub.answer.type is not AnswerType.NONE
    ]
    return Measured(
        kind=task.kind.value,
        question=task.question.rpartition(_QUESTION)[2].strip() if foreign else task.question,
        documents=tuple(documents),
        lines=lines,
        golden_tools=frozenset(sub.tool for sub in task.sub_questions if sub.tool),
        sub_questions=len(task.sub_questions),
        sub_answers=tuple(answers),
        shape=None if foreign else (task.kind.value, task.hops, task.width),
        family=None if foreign else task.family,
        program=None if foreign else task.program,
        world="" if foreign else task.world,
        toolset=task.toolset,
        run=run,
        task=None if foreign else task,
        replay=replay,
    )
