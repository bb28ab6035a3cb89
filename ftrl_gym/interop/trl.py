"""Tasks for TRL's ``GRPOTrainer``: a data set, an environment for each set of tools, and the reward.

    spec = trl_spec("ftrl/TravelBooking-v0", difficulty=0.3)
    GRPOTrainer(model, args=GRPOConfig(...), **vars(spec)).train()

TRL offers the public methods of an environment object as tools, so a class is made for each set of tools that a task
has, with a method for each tool, and the column ``environment`` says whose class a row wants. Calls of one message are
one turn: TRL starts them together, since the methods are coroutines, and the turn is played when all are there.

The reward plays each finished conversation again, message by message, in a fresh episode: what TRL itself answered (a
tool that is not there, a message that it cannot read) counts as it does everywhere else, and the tools give the same
results whenever they are asked the same. TRL ends a conversation at the first message without a call, so tasks with a
user who answers are left out.
"""

from __future__ import annotations

import asyncio
import inspect
import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import UsageError
from ftrl_gym.interop.bare_env import bare_env
from ftrl_gym.interop.conversations import replayed
from ftrl_gym.interop.installed import require
from ftrl_gym.interop.template_keywords import refuse_template_keywords
from ftrl_gym.policies import call_text
from ftrl_gym.prompt import to_json
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.task import Nobody, Task
from ftrl_gym.tooldoc import ToolDocument

if TYPE_CHECKING:
    from datasets import Dataset

SUPPORTED = ("1.16", "2")
"""First version of TRL that works, and first that may not."""
_RESERVED = ("reset", "get_reward")
"""What TRL takes for something else than a tool."""

Tool = Callable[..., Any]
RewardFunction = Callable[..., list[float]]


@dataclass(frozen=True)
class TrlSpec:
    """What ``GRPOTrainer`` wants, under its names: pass it as ``**vars(spec)``."""

    train_dataset: Dataset
    """Columns ``prompt`` (messages), ``task`` (id) and ``environment`` (name)."""
    environment_factory: dict[str, Callable[[], Any]]
    """Name -> what makes an environment with the tools of these rows."""
    reward_funcs: list[RewardFunction]
    """One: the return of the episode."""


def trl_spec(env_id: str, ids: Sequence[str] | None = None, **keywords: Any) -> TrlSpec:
    """Tasks of an environment for TRL.

    Args:
        env_id: Such as ``ftrl/TravelBooking-v0``.
        ids: Of the tasks; None takes all that the environment holds and TRL can play.
        **keywords: Of ``gym.make``; ``docs`` and ``dialect`` are the chat template's business.

    Raises:
        MissingExtraError: TRL or ``datasets`` is not installed.
        UsageError: Another version is, a keyword is wrong, or TRL cannot play a task that was named.
    """
    require("trl", "trl", *SUPPORTED)
    require("datasets", "trl", "3", "6")
    from datasets import Dataset

    refuse_template_keywords(keywords, "TRL")
    env = gym.make(env_id, **keywords)
    base = bare_env(env)
    chosen = _chosen(base, ids)
    named: dict[tuple[str, tuple[str, ...]], str] = {}
    rows, factories, methods = [], {}, _Methods()
    for task in chosen:
        name = named.setdefault((task.toolset, task.tools), f"tools_{len(named)}")
        if name not in factories:
            offered = {document.name: methods.of(document) for document in base.taskset.documents(task)}
            factories[name] = _factory(type(name, (_Environment,), offered), base)
        _, info = env.reset(options={"task": task.id})
        rows.append({"prompt": info["messages"], "task": task.id, "environment": name})
    return TrlSpec(Dataset.from_list(rows), factories, [return_of(base)])


def _chosen(base: ToolUseEnv, ids: Sequence[str] | None) -> list[Task]:
    """The tasks that are wanted, or all that nobody has to be asked about."""
    every = list(map(base.taskset.get, base.taskset.ids() if ids is None else ids))
    alone = [task for task in every if isinstance(task.counterpart, Nobody)]
    if ids is not None and len(alone) < len(every):
        wrong = next(task.id for task in every if not isinstance(task.counterpart, Nobody))
        raise UsageError(f"task {wrong} has a user who answers, and TRL ends at the first message without a call")
    if not alone:
        raise UsageError(
            "no task is left: endless tasks have no list to make a data set of, and those with a user are left out. "
            "Name some: ids=['endless-1', 'endless-2', ...]"
        )
    return alone


# ---------------------------------------------------------------------- environments, as TRL wants them


@dataclass(slots=True)
class _Message:
    """The calls of one assistant message, while they come in; then what became of them."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    results: list[str] | None = None


class _Environment:
    """One episode at a time. Every public method but ``reset`` is a tool; subclasses have them."""

    def __init__(self, base: ToolUseEnv) -> None:
        self._env = base.sibling()
        self._message = _Message()
        self._over = False

    def reset(self, task: str, **row: Any) -> None:
        """Begins the episode of a row."""
        self._env.reset(options={"task": task})
        self._message, self._over = _Message(), False

    async def _called(self, name: str, arguments: dict[str, Any]) -> str:
        """What a call returns, once all calls of its message are there."""
        message = self._message
        place = len(message.calls)
        message.calls.append((name, arguments))
        await asyncio.sleep(0)  # the others of the message have been started before this one goes on
        if message.results is None:
            self._message = _Message()
            message.results = self._played(message.calls)
        return message.results[min(place, len(message.results) - 1)]  # the last one says what was too much

    def _played(self, calls: list[tuple[str, dict[str, Any]]]) -> list[str]:
        if self._over:
            return [to_json({"error": "there are no turns left; give the answer"})]
        _, _, terminated, truncated, info = self._env.step(call_text(calls))
        self._over = terminated or truncated
        return [message["content"] for message in info["messages"]]


def _factory(made: type, base: ToolUseEnv) -> Callable[[], Any]:
    return lambda: made(base)


class _Methods:
    """Documents as methods, each made once."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[ToolDocument, Tool]] = {}

    def of(self, document: ToolDocument) -> Tool:
        """The method of a document, which is held so that no other takes its identity."""
        if id(document) not in self._made:
            self._made[id(document)] = document, method_of(document)
        return self._made[id(document)][1]


def method_of(document: ToolDocument) -> Tool:
    """A coroutine method whose name, type hints and docstring say what the document says.

    Whatever a type hint cannot say (bounds, defaults, the fields of an object) is added to the parameter's description
    as JSON schema.

    Args:
        document: Of the tool.

    Returns:
        A function of an environment and the tool's arguments, whose coroutine gives the result as JSON text.

    Raises:
        UsageError: The tool or a parameter has a name that no method can have.
    """
    name = document.name
    function = document.openai()["function"]
    properties: dict[str, Any] = function["parameters"].get("properties", {})
    if not _can_be_named(name) or name in _RESERVED or name.startswith("_"):
        raise UsageError(
            f"TRL makes tools of methods, and no tool of it can be called {name!r:.80}; leave its tasks out"
        )
    for parameter in properties:
        if not _can_be_named(parameter):
            raise UsageError(
                f"TRL makes tools of methods, and {name} has a parameter {parameter!r:.80} that none can have"
            )

    async def method(self: _Environment, **arguments: Any) -> str:
        return await self._called(name, arguments)

    required = function["parameters"].get("required", ())
    receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    parameters = [
        inspect.Parameter(
            parameter,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if parameter in required else None,
            annotation=hint_of(schema),
        )
        for parameter, schema in properties.items()
    ]
    method.__name__ = name
    method.__qualname__ = name
    method.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": str}
    method.__signature__ = inspect.Signature([receiver, *parameters], return_annotation=str)  # type: ignore[attr-defined]
    lines = [f"    {parameter}: {_description(schema)}" for parameter, schema in properties.items()]
    sections = [_line(function["description"]), *(["", "Args:", *lines] if lines else [])]
    method.__doc__ = "\n".join([*sections, "", "Returns:", "    The result, as JSON."])
    return method


def _can_be_named(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and name != "self"


_HINTS: Mapping[str, Any] = {
    "string": str, "integer": int, "number": float, "boolean": bool, "object": dict, "array": list, "null": type(None),
}  # fmt: skip


def hint_of(schema: Mapping[str, Any]) -> Any:
    """The type hint for a JSON schema; ``Any`` where there is none.

    >>> hint_of({"type": "array", "items": {"enum": ["a", "b"], "type": "string"}})
    list[typing.Literal['a', 'b']]
    """
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    kind = schema.get("type")
    if kind == "array" and isinstance(schema.get("items"), dict):
        return list[hint_of(schema["items"])]  # type: ignore[misc]
    return _HINTS.get(kind, Any) if isinstance(kind, str) else Any


_SAID_BY_HINTS = frozenset(("type", "enum", "description"))


def _description(schema: Mapping[str, Any]) -> str:
    """A parameter's description, with what its hint leaves out."""
    more = {key: value for key, value in schema.items() if key not in _SAID_BY_HINTS}
    if schema.get("type") == "array" and _SAID_BY_HINTS.issuperset(more.get("items", {})):
        more.pop("items", None)
    text = _line(schema.get("description", "") or "See its type.")
    return f"{text} {to_json(more)}" if more else text


def _line(text: str) -> str:
    return " ".join(text.split())


# ---------------------------------------------------------------------- the reward


def return_of(base: ToolUseEnv) -> RewardFunction:
    """A reward function for TRL: the return of each conversation, by the environment's reward scheme.

    Args:
        base: The environment that knows the tasks.

    Returns:
        A function of conversations and ids of their tasks, of one length; it gives a return for each, and raises
        UnknownNameError where there is no such task.
    """
    env = VerifiableReward(base.sibling())

    def ftrl_gym_return(
        completions: Sequence[Sequence[dict[str, Any]]], task: Sequence[str], **others: Any
    ) -> list[float]:
        """Returns of conversations about tasks. With TRL's ``log_metric`` the share of right outcomes is logged."""
        returns, outcomes = [], []
        for messages, task_id in zip(completions, task, strict=True):
            total, score = replayed(env, task_id, messages)
            returns.append(total)
            outcomes.append(score.get("outcome", 0.0))
        if "log_metric" in others and outcomes:
            others["log_metric"]("ftrl_gym_outcome", sum(outcomes) / len(outcomes))
        return returns

    return ftrl_gym_return
