"""What is measured: tasks with their documents, the size of their tools' code, and a way to call the tools.

A scenario of a registry and a file of FTRL rows both become a :class:`Sample`, so that every figure is computed by one
function for both. A file that ``ftrl-gym export`` wrote is read as a file of rows, like anybody's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure, TrustedToolbox
from ftrl_gym.ftrl_ledger import answer_text
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.scenario import Scenario
from ftrl_gym.suites.ftrl_rows import Row, read_rows
from ftrl_gym.task import AnswerType, Json, Split, Task
from ftrl_gym.toolcall import Checker
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.toolsource import ToolSource
from ftrl_gym.world import World

Runner = Callable[[str, dict[str, Any]], Json]
"""(tool, arguments) -> result, with nothing called before.

Raises:
    ToolFailure: The call fails.
    SandboxError: The tool cannot be run here at all.
"""

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
        SandboxError: Tools are to be called and the scenario's code is not trusted.
    """
    if run and not scenario.trusted:
        raise SandboxError(f"the code of {name} is not trusted, so its leaks cannot be measured; pass --no-run")
    wanted = [member for member in Split if split in (None, member.value)]
    tasks = [task for member in wanted for task in scenario.load_tasks(member)]
    tools = {toolset: _Toolset(scenario, toolset) for toolset in dict.fromkeys(task.toolset for task in tasks)}
    return Sample(name, tuple(tools[task.toolset].measured(task, run) for task in tasks), certified=True)


class _Toolset:
    """The tools of one design, as its tasks are measured with them."""

    def __init__(self, scenario: Scenario, toolset: str) -> None:
        self._scenario, self._tools = scenario, scenario.tools(toolset)
        self._place = f"{scenario.manifest.name}/{toolset or 'tools'}.py"
        source = ToolSource(self._tools.source)
        self._lines = {tool: source.lines(tool) for tool in self._tools.documents}
        self._checkers = {tool: Checker(document) for tool, document in self._tools.documents.items()}

    def measured(self, task: Task, run: bool) -> Measured:
        """A task that has these tools."""
        documents = [self._tools.documents[tool] for tool in task.tools]
        lines = {tool: self._lines[tool] for tool in task.tools}
        return _measured(task, documents, lines, partial(self._call, task.world) if run else None)

    def _call(self, world: str, tool: str, arguments: dict[str, Any]) -> Json:
        checker = self._checkers[tool]
        if problem := checker.problem(arguments):
            raise ToolFailure(problem)
        view = World(self._scenario.load_world(world)) if world else None
        return self._toolbox.run(tool, checker.typed(arguments), view)

    @cached_property
    def _toolbox(self) -> TrustedToolbox:
        return TrustedToolbox(self._tools.source, self._place)


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
    )
