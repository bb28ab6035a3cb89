"""Running tools: what an environment asks for, and the in-process way for code that is trusted.

Packaged scenarios are compiled once and called on JSON values. A tool tells a policy its mistake by raising
``ValueError``; that becomes :class:`ToolFailure`. Whatever else it raises is a bug of ours and propagates. Code that
is not ours never comes here: see :mod:`ftrl_gym.sandbox`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from ftrl_gym.errors import RegistryError
from ftrl_gym.task import Json, ToolEvent, ToolEventKind
from ftrl_gym.toolcall import Call, Checker
from ftrl_gym.world import World


class ToolFailure(Exception):
    """A tool's own telling error; its text is for the policy."""


class Toolbox(Protocol):
    """Runs the tools of a task by name."""

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """Calls one tool with schema-valid arguments.

        Raises:
            ToolFailure: The tool refused the arguments, and says why.
        """
        ...


@runtime_checkable
class BatchToolbox(Protocol):
    """A toolbox whose tools keep no state, so that calls may run together and in any order."""

    def run_batch(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[Json | ToolFailure]:
        """What :meth:`Toolbox.run` returns or raises for each (name, arguments)."""
        ...


class _Ahead:
    """A toolbox that has run some calls already."""

    def __init__(self, toolbox: Toolbox, results: dict[tuple[str, str], Json | ToolFailure]) -> None:
        self._toolbox, self._results = toolbox, results

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`Toolbox.run`."""
        key = (name, repr(arguments))
        if key not in self._results:
            return self._toolbox.run(name, arguments, world)
        result = self._results[key]
        if isinstance(result, ToolFailure):
            raise result
        return result


def run_ahead(toolbox: Toolbox, calls: Sequence[Call], checker: Callable[[str], Checker | None]) -> Toolbox:
    """A toolbox for the calls of one turn, which have run by then, together, where ``toolbox`` can do that. Calls
    that will be refused for another reason may be among them: they leave nothing behind."""
    if len(calls) < 2 or isinstance(toolbox, TrustedToolbox) or not isinstance(toolbox, BatchToolbox):
        return toolbox  # asking for the protocol costs as much as a call
    wanted: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    for call in calls:
        checks = checker(call.name) if call.problem is None else None
        if checks is not None and checks.problem(call.arguments) is None:
            arguments = checks.typed(call.arguments)
            wanted[(call.name, repr(arguments))] = (call.name, arguments)
    results = toolbox.run_batch(list(wanted.values()))
    return _Ahead(toolbox, dict(zip(wanted, results, strict=True)))


class TrustedToolbox:
    """Tools of a scenario whose source is pinned, called in this process.

    What one returns follows from its arguments and the world, so it is not always called again to hear the same.

    Args:
        source: Python source with one top-level function per tool, first parameter ``world``.
        filename: What tracebacks call it.
        world: Whether the functions have that parameter.

    Raises:
        RegistryError: The source does not compile.
    """

    def __init__(self, source: str, filename: str = "tools.py", world: bool = True) -> None:
        self._source, self._filename, self._world = source, filename, world
        self._functions = _compiled(source, filename)

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`Toolbox.run`."""
        try:
            return self._functions[name](world, **arguments) if self._world else self._functions[name](**arguments)
        except ValueError as error:
            raise ToolFailure(str(error)) from None

    def __reduce__(self) -> tuple[type[TrustedToolbox], tuple[str, str, bool]]:
        return (TrustedToolbox, (self._source, self._filename, self._world))

    def __deepcopy__(self, memo: dict[int, object]) -> TrustedToolbox:
        return self


@functools.lru_cache(maxsize=64)
def _compiled(source: str, filename: str) -> dict[str, Callable[..., Any]]:
    namespace: dict[str, Any] = {"__name__": "ftrl_gym_tools"}
    try:
        exec(compile(source, filename, "exec"), namespace)  # trusted: the caller has checked the pin
    except SyntaxError as error:
        raise RegistryError(f"{filename}, line {error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        problem = f"its definitions raise {type(error).__name__}: {str(error)[:200]}"
        raise RegistryError(f"{filename}: {problem}. Mend it, or build the scenario again") from error
    return {name: value for name, value in namespace.items() if callable(value) and not name.startswith("_")}


def absent(timeline: Iterable[ToolEvent], tool: str, turn: int) -> bool:
    """Whether a task's timeline says that a documented tool is not there in a turn, counted from 0."""
    for event in timeline:
        if event.tool != tool:
            continue
        if event.kind is ToolEventKind.APPEARS and turn < event.at:
            return True
        if event.kind is ToolEventKind.MISSING and turn >= event.at:
            return True
    return False


def failing(timeline: Iterable[ToolEvent], tool: str, number: int) -> ToolEvent | None:
    """The event that makes the ``number``-th call of a tool fail, counted from 0, if there is one."""
    for event in timeline:
        within = event.at <= number < event.at + event.times
        if event.kind is ToolEventKind.FAILS and event.tool == tool and within:
            return event
    return None
