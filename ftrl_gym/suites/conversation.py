"""An environment over tasks that are not ours: the contract of a :class:`ftrl_gym.env.ToolUseEnv`, and nothing else.

What plays tasks (an engine, ``run_episode``) reads of an environment: ``taskset.ids()``, ``task``, ``docs`` and
``dialect``; of a reset ``task_id``, ``kind``, ``messages`` and ``tools``; of a step ``messages``, ``calls``, ``score``
and ``end``. A benchmark's environment says how a task opens, what a turn does and what the episode is worth; all the
rest is here. Like there, a step takes any text, and nothing in ``info`` is shared or differs between runs.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import gymnasium as gym
import numpy as np

from ftrl_gym import prompt
from ftrl_gym.env import MAX_TEXT
from ftrl_gym.env_settings import check_turns_and_mode, wanted_task
from ftrl_gym.episode import End, Info, Message
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.spaces import UnicodeText
from ftrl_gym.taskset import one_of
from ftrl_gym.toolcall import CallStatus, Dialect, Turn, parse

KEYWORDS = ("docs", "dialect", "max_turns", "render_mode")
"""Of ``gym.make`` for every such environment."""


class ForeignTask(Protocol):
    """A task of a benchmark: whatever else it holds, it has a name and a kind."""

    @property
    def id(self) -> str:
        """Tells it from the others of its set."""

    @property
    def kind(self) -> str:
        """What reports break results down by."""


T = TypeVar("T", bound=ForeignTask)


class ForeignTasks(Generic[T]):
    """Tasks in their order.

    Args:
        name: Of the benchmark, for messages.
        tasks: At least one.

    Raises:
        UsageError: Two have one id.
    """

    def __init__(self, name: str, tasks: Sequence[T]) -> None:
        self.name = name
        self._tasks = {task.id: task for task in tasks}
        if len(self._tasks) != len(tasks):
            raise UsageError(f"{name}: two tasks have one id")
        self._ids = tuple(self._tasks)

    def ids(self) -> Sequence[str]:
        """Ids of the tasks."""
        return self._ids

    def get(self, task_id: str) -> T:
        """One task.

        Raises:
            UnknownNameError: No such task.
        """
        if task_id not in self._tasks:
            raise UnknownNameError(f"task of {self.name}", task_id, self._ids)
        return self._tasks[task_id]

    def draw(self, rng: np.random.Generator) -> T:
        """A random task."""
        return self._tasks[self._ids[int(rng.integers(len(self._ids)))]]


@dataclass(frozen=True)
class Opening:
    """What a policy is shown first."""

    system: str
    """Instruction, without tools; empty for none."""
    said: Sequence[Message]
    """The messages after it, the last of them the user's."""
    tools: Sequence[Mapping[str, Any]] = ()
    """Documents in OpenAI's format, ``{"type": "function", "function": {...}}``."""


@dataclass
class Played:
    """What one turn did."""

    results: list[tuple[str, CallStatus, str]] = field(default_factory=list)
    """(tool, status, text that is fed back) of each call, in order."""
    said: str | None = None
    """What a user said next."""
    end: End | None = None
    """Why the episode is over; None where it goes on."""


class ConversationEnv(gym.Env[str, str], ABC, Generic[T]):
    """A task of a benchmark at a time, a turn a step.

    The last step pays :meth:`reward`, all others 0.

    Args:
        taskset: The tasks.
        docs: ``json`` or ``signature``.
        dialect: How calls are written: ``hermes``, ``llama3`` or ``pythonic``.
        max_turns: Turn limit.
        render_mode: ``ansi`` or None.

    Raises:
        UsageError: A value that cannot be.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 - Gymnasium's declaration

    def __init__(
        self,
        taskset: ForeignTasks[T],
        *,
        docs: str = "json",
        dialect: str = "hermes",
        max_turns: int = 20,
        render_mode: str | None = None,
    ) -> None:
        check_turns_and_mode(max_turns, render_mode)
        self.taskset = taskset
        self.docs = prompt.Docs(one_of("docs", docs, prompt.Docs))
        self.dialect = Dialect(one_of("dialect", dialect, Dialect))
        self.max_turns = max_turns
        self.render_mode = render_mode
        self.action_space = UnicodeText(MAX_TEXT)
        self.observation_space = UnicodeText(MAX_TEXT)
        self.transcript: list[Message] = []
        """The conversation so far, the policy's own turns included."""
        self.turn = 0
        """Assistant turns so far."""
        self._task: T | None = None
        self._end: End | None = None

    @abstractmethod
    def begin(self, task: T) -> Opening:
        """Sets a task up, whatever was going on before. Its own random choices come from ``np_random``."""

    @abstractmethod
    def play(self, turn: Turn, text: str) -> Played:
        """What a turn does.

        Args:
            turn: The text as the dialect reads it.
            text: All that was written.
        """

    @abstractmethod
    def score(self) -> dict[str, float]:
        """Every figure by every scorer, from 0 to 1, for the episode as it stands."""

    @abstractmethod
    def reward(self) -> float:
        """What the episode is paid when it ends, from 0 to 1."""

    @property
    def task(self) -> T:
        """The task being played.

        Raises:
            UsageError: ``reset`` was not called yet.
        """
        if self._task is None:
            raise UsageError("call reset() first")
        return self._task

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        """Starts an episode.

        Args:
            seed: Of the task's draw, and of whatever the task draws itself.
            options: ``{"task": ID}`` plays that task; None draws one.

        Returns:
            All that is needed to act, and ``info`` with ``task_id``, ``kind``, ``messages`` and ``tools``.

        Raises:
            UnknownNameError: No such option or task.
            UsageError: Options of a wrong type.
        """
        super().reset(seed=seed)
        wanted = wanted_task(options)
        task = self.taskset.get(wanted) if wanted is not None else self.taskset.draw(self.np_random)
        self._task, self.turn, self._end = task, 0, None
        opening = self.begin(task)
        tools = [dict(tool) for tool in opening.tools]
        system = opening.system
        if tools and self.docs is prompt.Docs.SIGNATURE:
            system = f"{system}\n\nTools:\n{prompt.how_to_call(self.dialect)}\n" + "\n".join(map(_line, tools))
        first = [{"role": "system", "content": system.strip()}] if system.strip() else []
        self.transcript = [*first, *map(dict, opening.said)]
        texts = [str(message["content"]) for message in self.transcript]
        if tools and self.docs is prompt.Docs.JSON:
            listing = "\n".join(prompt.to_json(tool) for tool in tools)
            texts.insert(len(first), f"{prompt.how_to_call(self.dialect)}\n\nTools:\n{listing}")
        info: Info = {
            "task_id": task.id,
            "kind": task.kind,
            "messages": copy.deepcopy(self.transcript),
            "tools": copy.deepcopy(tools),
        }
        return "\n\n".join(texts), info

    def step(self, action: str) -> tuple[str, float, bool, bool, Info]:
        """Plays one assistant turn. Any text is a legal action.

        Returns:
            As Gymnasium has it; ``info`` holds ``messages``, ``calls``, ``score`` (figures from 0 to 1) and ``end``.

        Raises:
            UsageError: There is no running episode, or ``action`` is not a str.
        """
        if self._task is None:
            raise UsageError("call reset() first")
        if self._end is not None:
            raise UsageError("the episode has ended; call reset()")
        if not isinstance(action, str):
            raise UsageError(f"an action is a str, not {type(action).__name__}")
        self.turn += 1
        self.transcript.append({"role": "assistant", "content": action})
        played = self.play(parse(action, self.dialect), action)
        self._end = played.end or (End.TURN_LIMIT if self.turn >= self.max_turns else None)
        fed: list[Message] = [{"role": "tool", "name": tool, "content": text} for tool, _, text in played.results]
        observation = prompt.tool_observation([text for *_, text in played.results]) if played.results else ""
        if played.said is not None:
            fed.append({"role": "user", "content": played.said})
            observation = f"{observation}\n\n{played.said}".strip()
        self.transcript += fed
        info: Info = {
            "messages": copy.deepcopy(fed),
            "calls": [{"tool": tool, "status": status.value} for tool, status, _ in played.results],
            "score": self.score(),
            "end": None if self._end is None else self._end.value,
        }
        over, truncated = self._end is not None, self._end is End.TURN_LIMIT
        return observation, self.reward() if over else 0.0, over and not truncated, truncated, info

    def render(self) -> str | None:
        """The conversation so far, with ``render_mode="ansi"``."""
        if self.render_mode is None:
            return None
        return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in self.transcript)


def _line(tool: Mapping[str, Any]) -> str:
    """A document in one line: the name, its parameters with their types, ``?`` after optional ones."""
    function = tool.get("function", tool)
    parameters = function.get("parameters") or {}
    required = parameters.get("required") or ()
    listed = ", ".join(
        f"{name}{'' if name in required else '?'}: {schema.get('type', 'any') if isinstance(schema, dict) else 'any'}"
        for name, schema in (parameters.get("properties") or {}).items()
    )
    return f"{function['name']}({listed}): {function.get('description', '')}"
