"""Tasks as rows of the FTRL data set, and back.

A row is self-contained: its ``codes`` are functions that carry their part of the world
(:mod:`ftrl_gym.export.standalone`). It is written only if it was seen to work: the calls of the first certified plan
are run on the row's own code, in the sandbox, and by the published rule each of them solves one of the row's
sub-answers. FTRL pays a call once, so what one call of the plan finds out is one sub-answer, its parts joined by ", ".

What FTRL's format has no field for, the facts, the plans, the proof, rides in one more field, ``ftrl_gym``:
:func:`read_export` gives back the identical tasks. Tasks that change the world, that need a user, or that end in
anything but an answer cannot live in this format and are left out, with the reason.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ftrl_gym.errors import RegistryError, SandboxError, UsageError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.export.standalone import StandaloneTools
from ftrl_gym.ftrl_ledger import answer_text
from ftrl_gym.ftrl_matching import solved_answers
from ftrl_gym.sandbox import SandboxToolbox
from ftrl_gym.scenario import Scenario
from ftrl_gym.task import AnswerType, Json, Nobody, OutcomeKind, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.toolsource import ToolSource

FIELD = "ftrl_gym"
"""Name of the field, in FTRL's rows and in parquet alike, that holds what a foreign format cannot."""

QUESTION = "Question: "
"""What stands before the question in a row's one message."""

_HOW = (
    "Use the tools to answer the question: take every piece of information from a tool's result, mend a call that "
    "fails, and go on until you know the answer."
)


class Skipped(NamedTuple):
    """A task that cannot be a row, and why, in words that fit "12 tasks left out: ..."."""

    task: str
    reason: str


class FtrlRows:
    """Makes rows from the tasks of one scenario.

    Args:
        env_id: Where the tasks come from; kept in each row.
        scenario: A loaded scenario.
    """

    def __init__(self, env_id: str, scenario: Scenario) -> None:
        self._env_id, self._scenario = env_id, scenario
        self._tools: dict[str, StandaloneTools] = {}
        self._codes: dict[tuple[str, str, str], str] = {}

    def row(self, task: Task) -> dict[str, Any] | Skipped:
        """The row of one task, or why there is none.

        Raises:
            UsageError: A tool cannot be taken out of its module.
        """
        if reason := unfit(task):
            return Skipped(task.id, reason)
        offered = self._scenario.tools(task.toolset).documents
        documents = [offered[name] for name in task.tools]
        codes = {document.name: self._code(task, document) for document in documents}
        goldens = _goldens(task, codes)
        if goldens is None:
            return Skipped(task.id, "their plan does not solve everything by FTRL's rule")
        answer = task.outcome.answer
        assert answer is not None, "the task is fit"
        today = self._scenario.load_world(task.world).constants.get("today") if task.world else None
        said = [_HOW, f"Today is {today}." if today else "", task.policy_text, QUESTION + task.question]
        return {
            "messages": [{"role": "user", "content": "\n".join(part for part in said if part)}],
            "tools": _json([document.openai() for document in documents]),
            "codes": _json(codes),
            "unsolved_set": _json(goldens),
            "solve_rate": 0.0,
            "data_source": f"ftrl_gym/{task.kind.value}",
            "split": task.split.value,
            "answer": plain_answer(task),
            FIELD: packed(self._env_id, task),
        }

    def _code(self, task: Task, document: ToolDocument) -> str:
        if self._scenario.manifest.provenance.writer == "llm":
            return self._scenario.tools(task.toolset).source  # it stands alone as it is, and takes no world
        key = (task.world, task.toolset, document.name)
        if key not in self._codes:
            if task.toolset not in self._tools:
                source = self._scenario.tools(task.toolset).source
                self._tools[task.toolset] = StandaloneTools(ToolSource(source))
            base = self._scenario.load_world(task.world) if task.world else None
            self._codes[key] = self._tools[task.toolset].code(document, base)
        return self._codes[key]


def unfit(task: Task) -> str | None:
    """Why FTRL's format cannot express a task, or None if it can."""
    if task.outcome.changes or any(sub.changes for sub in task.sub_questions):
        return "they change the world, and FTRL's tools keep nothing"
    if not isinstance(task.counterpart, Nobody) or any(turn.say for plan in task.plans for turn in plan.turns):
        return "they have a user to talk with, and FTRL has none"
    if task.timeline:
        return "their tools come and go or fail, and FTRL's do not"
    if task.outcome.kind is not OutcomeKind.ANSWER or task.outcome.answer is None:
        return "they do not end in an answer"
    if not task.plans or not task.sub_questions:
        return "they have no certified plan with something to find out"
    return None


def plain_answer(task: Task) -> str:
    """The final answer as text: what FTRL looks for in the last message. Empty for a task that asks for none."""
    answer = task.outcome.answer
    if answer is None or answer.type is AnswerType.NONE:
        return ""
    if answer.type is AnswerType.YES_NO:
        return "yes" if answer.value else "no"
    return answer_text(answer)


def _goldens(task: Task, codes: Mapping[str, str]) -> dict[str, list[str]] | None:
    """Tool -> sub-answers, each of which one call of the first plan solves; None if one does not, or if the code cannot
    run outside this package."""
    answers = {sub.id: answer_text(sub.answer) for sub in task.sub_questions}
    calls = task.plans[0].calls()
    if any(not call.solves for call in calls) or {sub for call in calls for sub in call.solves} != set(answers):
        return None
    golden = [(call.tool, ", ".join(dict.fromkeys(answers[sub] for sub in call.solves))) for call in calls]
    feedback: list[tuple[str, Json]] = []
    try:
        toolbox = SandboxToolbox({call.tool: codes[call.tool] for call in calls})
        for call in calls:
            feedback.append((call.tool, toolbox.run(call.tool, dict(call.arguments), None)))
    except (SandboxError, ToolFailure):
        return None
    # The rule gives a call the first open answer that matches it. In the plan's order that is its own.
    unsolved: dict[str, list[str]] = {}
    for tool, text in golden:
        unsolved.setdefault(tool, []).append(text)
    return unsolved if None not in solved_answers(unsolved, feedback) else None


def packed(env_id: str, task: Task) -> str:
    """The whole task as JSON text, with where it comes from."""
    return _json({"env_id": env_id, "task": task.model_dump(mode="json")})


def unpacked(text: str) -> Task:
    """The task that :func:`packed` wrote.

    Raises:
        ValueError, KeyError, TypeError: It is none.
    """
    return Task.model_validate_json(_json(json.loads(text)["task"]))


def read_export(path: str | os.PathLike[str]) -> list[Task]:
    """The tasks of a file that ``ftrl-gym export`` wrote in the format ``ftrl``, in order.

    Raises:
        UsageError: There is no such file.
        RegistryError: A line is no exported task; names file and line.
    """
    file = Path(path).expanduser()
    tasks = []
    try:
        with file.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    tasks.append(unpacked(json.loads(line)[FIELD]))
                except (ValueError, KeyError, TypeError, ValidationError, RecursionError) as error:
                    problem = f"no task exported by ftrl-gym ({type(error).__name__}: {str(error)[:200]})"
                    raise RegistryError(f"{file}, line {number}: {problem}. Export it again") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    return tasks


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
