"""Rows with Python tools, played by the rules under which figures on them were published.

A turn is read by the released parser: what is no valid call vanishes, and a turn without a valid call ends the episode.
Every other call runs, whatever its schema says, and its result or failure comes back as the released code words it. The
tools run in the sandbox all the same. Beside it the same turns go to a :class:`ftrl_gym.env.ToolUseEnv` with strict
matching, which says what they are worth by the rules of this package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.episode import End
from ftrl_gym.execution import Toolbox, ToolFailure
from ftrl_gym.ftrl_matching import feedback_text
from ftrl_gym.prompt import MAX_RESULT_CHARS
from ftrl_gym.suites.conversation import ConversationEnv, ForeignTasks, Opening, Played
from ftrl_gym.suites.ftrl import FtrlTaskSet
from ftrl_gym.suites.ftrl_parse import ParsedCall, parse_qwen
from ftrl_gym.task import Task
from ftrl_gym.toolcall import CallStatus, Dialect, Turn


@dataclass(frozen=True)
class PublishedTask:
    """A row, and how it is put to a policy."""

    id: str
    kind: str
    row: Task
    opening: Opening


@dataclass(frozen=True)
class Ran:
    """One call of a turn, as the released code sees it."""

    tool: str
    feedback: str
    ok: bool


class ReleasedEnv(ConversationEnv[PublishedTask]):
    """What FTRL's rows and ToolHop's records share; a subclass scores.

    Args:
        rows: The rows.
        tasks: How each is put to a policy; without tools in its opening, no call can succeed.
        **keywords: See :class:`ConversationEnv`.
    """

    def __init__(self, rows: FtrlTaskSet, tasks: Sequence[PublishedTask], **keywords: Any) -> None:
        super().__init__(ForeignTasks(rows.name, tasks), **keywords)
        self.rows = rows
        self._strict = ToolUseEnv(
            rows, docs=self.docs.value, dialect=self.dialect.value, max_turns=self.max_turns, matching="strict"
        )
        self.turns: list[tuple[str, list[Ran]]] = []
        """Words beside the calls, and the calls, of each turn so far."""

    def begin(self, task: PublishedTask) -> Opening:
        """See :class:`ConversationEnv`.

        Raises:
            SandboxError: The task's tools cannot run in the sandbox.
        """
        self.turns = []
        self._toolbox: Toolbox | None = self.rows.toolbox(task.row) if task.opening.tools else None
        self._strict.reset(options={"task": task.row.id})
        self._strict_score: Mapping[str, float] = {}
        return task.opening

    def play(self, turn: Turn, text: str) -> Played:
        """See :class:`ConversationEnv`."""
        if self._strict_score.get("over", 0.0) == 0.0:
            *_, terminated, truncated, info = self._strict.step(text)
            self._strict_score = {**info["score"], "over": float(terminated or truncated)}
        content, calls = self._read(turn, text)
        ran = [self._run(call) for call in calls]
        self.turns.append((content, ran))
        results = [
            (_text(one.tool), CallStatus.OK if one.ok else CallStatus.TOOL_ERROR, _text(one.feedback)) for one in ran
        ]
        self.ran(ran)
        return Played(results, end=None if calls else End.ANSWERED)

    def ran(self, calls: Sequence[Ran]) -> None:
        """Told of the calls of each turn."""

    def strictly(self, figure: str) -> float:
        """A figure of ``info["score"]`` by strict matching; 0 before the first turn."""
        return float(self._strict_score.get(figure, 0.0))

    def _read(self, turn: Turn, text: str) -> tuple[str, list[ParsedCall]]:
        """Words and valid calls. The released parser knows the Hermes dialect; for others, what the dialect reads."""
        if self.dialect is Dialect.HERMES:
            parsed = parse_qwen(text)
            return parsed.content or "", parsed.calls
        calls = [ParsedCall(call.name, json.dumps(call.arguments)) for call in turn.calls if call.problem is None]
        return turn.content, calls

    def _run(self, call: ParsedCall) -> Ran:
        name, arguments = call.name, json.loads(call.arguments)
        shown = name if isinstance(name, str) else json.dumps(name)
        try:
            if self._toolbox is None or not isinstance(name, str) or name not in self.task.row.tools:
                raise ToolFailure(repr(name))
            if not isinstance(arguments, dict):
                raise ToolFailure(f"{name}() argument after ** must be a mapping, not {type(arguments).__name__}")
            return Ran(shown, feedback_text(self._toolbox.run(name, arguments, None)), True)
        except ToolFailure as failure:
            return Ran(shown, f"an error occured when call {shown}: {failure}", False)


def _text(said: str) -> str:
    """What a policy is shown of a text: not all of a very long one, and half of a surrogate pair as its escape."""
    return said[:MAX_RESULT_CHARS].encode("utf-8", "backslashreplace").decode()
