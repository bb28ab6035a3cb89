"""Tools that are not ours, as an environment asks for them."""

from __future__ import annotations

import functools
import json
import keyword
from collections.abc import Mapping, Sequence
from typing import Any

from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.sandbox.interpreter import MESSAGE_CHARS, Outcome, Status, Stopped
from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.running import ForeignCall, kind_of, run_calls
from ftrl_gym.task import Json
from ftrl_gym.world import World


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
        self._sources = dict(sources)
        self._limits = limits or SandboxLimits()
        self._realm = repr(sorted(self._sources.items())) if realm is None else realm
        for name, source in self._sources.items():
            reason = refusal(name, source)
            if reason is not None:
                raise SandboxError(
                    f"tool {name!r} cannot run in the sandbox: {reason}. Mend its source or leave the tool out; "
                    "foreign code is never run outside the sandbox"
                )

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
        known = [ForeignCall(name, self._sources[name], given) for name, given in calls if name in self._sources]
        outcomes = iter(run_calls(self._realm, self._limits, known) if known else ())
        return [
            self._told(next(outcomes))
            if name in self._sources
            else ToolFailure(f"the tool {name} has no implementation")
            for name, _ in calls
        ]

    def _told(self, outcome: Outcome) -> Json | ToolFailure:
        status, text = outcome
        if status is Status.TOO_LONG:
            return ToolFailure(
                f"the tool's result is longer than {self._limits.output_chars:,} characters; ask for less"
            )
        try:
            value: Json = json.loads(text)
        except (ValueError, RecursionError) as error:
            status, value = Status.NO_JSON, str(error)
        if status is Status.DONE:
            return value
        message = f"the tool's result is no JSON value: {value}" if status is Status.NO_JSON else str(value)
        return ToolFailure(message if len(message) <= MESSAGE_CHARS else message[:MESSAGE_CHARS] + "…")


@functools.lru_cache(maxsize=8192)
def refusal(name: str, source: str) -> str | None:
    """Why the sandbox cannot define this tool, or None if it can. Defining runs the source's top level once."""
    if not name.isidentifier() or keyword.iskeyword(name):
        return "its name is no Python identifier"
    try:
        kind = kind_of(name, source, SandboxLimits(seconds=1.0))
    except Stopped as stopped:
        return str(stopped)
    return None if kind in ("function", "type") else f"its source makes {name} a {kind}, not a function"
