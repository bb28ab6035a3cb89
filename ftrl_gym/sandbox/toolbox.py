"""Tools that are not ours, as an environment asks for them."""

from __future__ import annotations

import functools
import keyword
from collections.abc import Mapping, Sequence
from typing import Any

from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox.call_source import MESSAGE_CHARS
from ftrl_gym.sandbox.interpreter import Outcome, Status, Stopped
from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.running import ForeignCall, ForeignTool, kinds_of, run_calls, run_in_world
from ftrl_gym.task import Json
from ftrl_gym.world import World, WorldBase


class SandboxToolbox:
    """A :class:`ftrl_gym.execution.Toolbox` over foreign source.

    Args:
        sources: Tool name -> Python source that defines a function of that name, taking the tool's arguments.
        limits: What one call may use.
        realm: Whose code it is. Toolboxes of one realm may share an interpreter, though no state; others never do.
            By default only toolboxes over the same sources do.

    Raises:
        SandboxError: A source cannot be defined in the sandbox; names the tool and the reason.
    """

    def __init__(
        self, sources: Mapping[str, str], limits: SandboxLimits | None = None, realm: str | None = None
    ) -> None:
        self._limits = limits or SandboxLimits()
        self._realm = repr(sorted(sources.items())) if realm is None else realm
        together = _by_source(sources)
        _check(together)
        self._tools = {name: ForeignTool(name, source, together[source]) for name, source in sources.items()}

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`ftrl_gym.execution.Toolbox.run`. Foreign tools have no world.

        A result that is no JSON value comes back as FTRL writes it: ``str(result)`` at the top, a failure inside a
        list or an object.

        Raises:
            ToolFailure: The tool raised, ran into a limit, or returned what JSON cannot hold.
        """
        result = self.run_batch([(name, arguments)])[0]
        if isinstance(result, ToolFailure):
            raise result
        return result

    def run_batch(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[Json | ToolFailure]:
        """What :meth:`run` returns or raises for each (name, arguments), at a fraction of the cost."""
        known = [ForeignCall(tool, given) for name, given in calls if (tool := self._tools.get(name)) is not None]
        outcomes = iter(run_calls(self._realm, self._limits, known) if known else ())
        return [
            _told(next(outcomes), self._limits)
            if name in self._tools
            else ToolFailure(f"the tool {name} has no implementation")
            for name, _ in calls
        ]


class SandboxWorldToolbox:
    """The tools of somebody's scenario, which take a world, as a :class:`ftrl_gym.execution.Toolbox`.

    The world's base is brought into the interpreter once; with a call go the changes of the episode, and come back.

    Args:
        source: Python source with one top-level function per tool, first parameter ``world``.
        names: The tools.
        limits: What one call may use.
        realm: Whose code it is; see :class:`SandboxToolbox`.

    Raises:
        SandboxError: The source cannot be defined in the sandbox; gives the reason.
    """

    def __init__(
        self, source: str, names: Sequence[str], limits: SandboxLimits | None = None, realm: str | None = None
    ) -> None:
        together = tuple(names)
        self._tools = {name: ForeignTool(name, source, together) for name in together}
        self._limits = limits or SandboxLimits()
        self._realm = source if realm is None else realm
        _check({source: together})

    def run(self, name: str, arguments: dict[str, Any], world: World | None) -> Json:
        """See :meth:`ftrl_gym.execution.Toolbox.run`.

        Raises:
            ToolFailure: The tool raised, ran into a limit, or returned what JSON cannot hold.
        """
        tool = self._tools.get(name)
        if tool is None:
            raise ToolFailure(f"the tool {name} has no implementation")
        world = world or World(WorldBase({}))
        call = ForeignCall(tool, arguments)
        outcome, changes = run_in_world(self._realm, self._limits, call, world.base, world.changes())
        try:
            world.take(changes)
        except KeyError as error:
            raise ToolFailure(f"the tool wrote into a table that does not exist: {error}"[:MESSAGE_CHARS]) from None
        result = _told(outcome, self._limits)
        if isinstance(result, ToolFailure):
            raise result
        return result


def _told(outcome: Outcome, limits: SandboxLimits) -> Json | ToolFailure:
    status, value = outcome
    if status is Status.DONE:
        return value
    if status is Status.TOO_LONG:
        return ToolFailure(f"the tool's result is longer than {limits.output_chars:,} characters; ask for less")
    message = f"the tool's result is no JSON value: {value}" if status is Status.NO_JSON else str(value)
    return ToolFailure(message if len(message) <= MESSAGE_CHARS else message[:MESSAGE_CHARS] + "…")


def _by_source(sources: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for name, source in sources.items():
        names[source] = (*names.get(source, ()), name)
    return names


def _check(modules: Mapping[str, tuple[str, ...]]) -> None:
    for source, names in modules.items():
        for name, reason in zip(names, _refusals(names, source), strict=True):
            if reason is not None:
                raise SandboxError(
                    f"tool {name!r} cannot run in the sandbox: {reason}. Mend its source or leave the tool out; "
                    "foreign code is never run outside the sandbox"
                )


def refusal(name: str, source: str) -> str | None:
    """Why the sandbox cannot define this tool, or None if it can. Defining runs the source's top level once."""
    return _refusals((name,), source)[0]


def _refusals(names: tuple[str, ...], source: str) -> tuple[str | None, ...]:
    try:
        return _lasting_refusals(names, source)
    except Stopped as stopped:
        return (str(stopped),) * len(names)


@functools.lru_cache(maxsize=8192)
def _lasting_refusals(names: tuple[str, ...], source: str) -> tuple[str | None, ...]:
    """Raises Stopped for want of time, and remembers nothing then: the machine may only have been busy."""
    odd = [not name.isidentifier() or keyword.iskeyword(name) for name in names]
    if any(odd):
        return tuple("its name is no Python identifier" if is_odd else None for is_odd in odd)
    try:
        kinds = kinds_of(source, names, SandboxLimits())
    except Stopped as stopped:
        if stopped.out_of_time:
            raise
        return (str(stopped),) * len(names)
    return tuple(map(_not_callable, names, kinds))


def _not_callable(name: str, kind: str) -> str | None:
    if not kind:
        return f"NameError: its source defines no {name}"
    return None if kind in ("function", "type") else f"its source makes {name} a {kind}, not a function"
