"""How the episodes of a task begin: its goal compiled, its tools with what checks their calls, the texts it is told by.

All of it follows from the task alone and never changes, so it is worked out once and shared by every episode of the
task, in whichever of the environments over a task set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ftrl_gym import counterpart, prompt
from ftrl_gym.goal import Goal
from ftrl_gym.grounding import Grounding
from ftrl_gym.known_calls import KnownCalls
from ftrl_gym.task import Task
from ftrl_gym.taskset import TaskSet
from ftrl_gym.toolcall import Checker, Dialect
from ftrl_gym.tooldoc import ToolDocument


class OfferedTool(NamedTuple):
    """What is made of a document, once."""

    checker: Checker
    text: str
    """The document in OpenAI's format, as JSON."""
    line: str
    """Its signature."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What every episode of a task begins with."""

    task: Task
    tools: dict[str, OfferedTool]
    """By name, in the task's order."""
    goal: Goal
    told: Grounding
    """What grounds the first calls; an episode adds to a copy of it."""
    system: str
    """The system message."""
    turns_needed: int
    """So many turns let a policy follow the shortest plan call by call, or any plan turn by turn, and answer."""


class Openings:
    """The openings of the tasks of a set; those made first are forgotten when there are many.

    Args:
        taskset: Whose tasks.
        docs: How documents are shown.
        dialect: How calls are written.
    """

    _MOST = 1024

    def __init__(self, taskset: TaskSet, docs: prompt.Docs, dialect: Dialect) -> None:
        self._taskset, self._docs, self._dialect = taskset, docs, dialect
        self._made: dict[int, Opening] = {}
        self._tools: dict[int, OfferedTool] = {}
        self.calls = KnownCalls()
        """Those that episodes of these tasks have made."""

    def of(self, task: Task) -> Opening:
        """How episodes of this task begin."""
        made = self._made.get(id(task))  # an opening holds its task, so the id stays the task's
        if made is None:
            if len(self._made) >= self._MOST:
                del self._made[next(iter(self._made))]
            made = self._made[id(task)] = self._compiled(task)
        return made

    def _compiled(self, task: Task) -> Opening:
        documents = self._taskset.documents(task)
        tools = {document.name: self._tool(document) for document in documents}
        # one call a turn is enough to follow the shortest plan, and the turns of each are enough for it
        shortest = min((sum(max(1, len(turn.calls)) for turn in plan.turns) for plan in task.plans), default=0)
        world = self._taskset.world(task)
        today = world.constants.get("today") if world else None
        system = prompt.system_message(
            self._taskset.instruction(task),
            task.policy_text,
            today,
            self._docs,
            self._dialect,
            [tool.line for tool in tools.values()],
        )
        return Opening(
            task=task,
            tools=tools,
            goal=Goal.of(task, documents, counterpart.asked_after(task)),
            told=Grounding(task.question, today or "", task.policy_text),
            system=system,
            turns_needed=max([shortest + 1, *(len(plan.turns) + 1 for plan in task.plans)]),
        )

    def _tool(self, document: ToolDocument) -> OfferedTool:
        tool = self._tools.get(id(document))
        if tool is None:  # its checker holds the document, so the id stays the document's
            tool = OfferedTool(Checker(document), prompt.document_text(document), document.signature())
            self._tools[id(document)] = tool
        return tool

    def __reduce__(self) -> tuple[type[Openings], tuple[TaskSet, prompt.Docs, Dialect]]:
        return Openings, (self._taskset, self._docs, self._dialect)  # ids mean nothing elsewhere
