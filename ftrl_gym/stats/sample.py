"""What is measured: tasks with their documents, the size of their tools' code, and a way to call the tools.

A scenario of a registry and a file of FTRL rows both become a :class:`Sample`, so that every figure is computed by one
function for both. A file that ``ftrl-gym export`` wrote is read as a file of rows, like anybody's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    """Tasks of one world get the same results; empty when each has tools of its own."""
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
    toolsets: dict[str, _Toolset] = {}

    def toolset(name: str) -> _Toolset:
        if name not in toolsets:
            toolsets[name] = _Toolset(scenario, name)
        return toolsets[name]

    def runner(task: Task) -> Runner | None:
        def call(tool: str, arguments: dict[str, Any]) -> Json:
            view = World(scenario.load_world(task.world)) if task.world else None
            return toolset(task.toolset).call(tool, arguments, view)

        return call if run else None

    wanted = [member for member in Split if split in (None, member.value)]
    tasks = [task for member in wanted for task in scenario.load_tasks(member)]
    return Sample(
        name,
        tuple(
            _measured(
                task,
                tuple(toolset(task.toolset).documents[tool] for tool in task.tools),
                {tool: toolset(task.toolset).lines(tool) for tool in task.tools},
                runner(task),
            )
            for task in tasks
        ),
        certified=True,
    )


class _Toolset:
    """The tools of one design of a scenario, as far as figures need them."""

    def __init__(self, scenario: Scenario, name: str) -> None:
        self.documents, source = scenario.tools(name)
        self._parts = ToolSource(source)
        self._lines: dict[str, int] = {}
        self._checkers: dict[str, Checker] = {}
        self._source, self._place = source, f"{scenario.manifest.name}/{name or 'tools'}.py"

    def lines(self, tool: str) -> int:
        """Lines of code that answer its calls."""
        if tool not in self._lines:
            self._lines[tool] = self._parts.lines(tool)
        return self._lines[tool]

    def call(self, tool: str, arguments: dict[str, Any], world: World | None) -> Json:
        """The result of a call. Raises ToolFailure."""
        if tool not in self._checkers:
            self._checkers[tool] = Checker(self.documents[tool])
        if problem := self._checkers[tool].problem(arguments):
            raise ToolFailure(problem)
        return TrustedToolbox(self._source, self._place).run(tool, self._checkers[tool].typed(arguments), world)


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
        run=run,
    )
