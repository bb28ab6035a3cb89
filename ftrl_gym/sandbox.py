"""Running tools that are not ours: each call in a fresh `pydantic-monty` interpreter, in a worker process.

What enters it is a tool's source and the arguments of one call; never an answer, a reward or another call's data.
There are no files, no network, no environment variables, no real clock or entropy (both are fixed, so an episode
repeats), and limits on time, memory, recursion and output. State cannot leak: the interpreter lives for one call.

Two worlds of failure: what a *call* does wrong, an endless loop included, is a :class:`ToolFailure` for the policy;
source that the interpreter cannot define is refused with :class:`SandboxError` before anything is called.
"""

from __future__ import annotations

import atexit
import functools
import json
import keyword
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ftrl_gym.errors import SandboxError
from ftrl_gym.execution import ToolFailure
from ftrl_gym.task import Json
from ftrl_gym.world import World

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontySession

_MESSAGE_CHARS = 2_000
_PRINT_BYTES = 64 * 1024
_NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
"""What tools believe the time is: shortly after FTRL's data were made."""


@dataclass(frozen=True, kw_only=True)
class SandboxLimits:
    """What one call may use."""

    seconds: float = 2.0
    """Execution time; the worker is killed a second after it."""
    memory_bytes: int = 64 * 1024 * 1024
    """Heap of the interpreter."""
    recursion: int = 200
    """Depth of the call stack."""
    output_chars: int = 100_000
    """Length of the result as JSON text."""


class SandboxToolbox:
    """A :class:`ftrl_gym.execution.Toolbox` over foreign source.

    Args:
        sources: Tool name -> Python source that defines a function of that name, taking the tool's arguments.
        limits: What one call may use.

    Raises:
        SandboxError: A source cannot be defined in the sandbox; names the tool and the reason.
    """

    def __init__(self, sources: Mapping[str, str], limits: SandboxLimits | None = None) -> None:
        self._sources = dict(sources)
        self._limits = limits or SandboxLimits()
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
        source = self._sources.get(name)
        if source is None:
            raise ToolFailure(f"the tool {name} has no implementation")
        result = _evaluate(f"{source}\n\n{name}(**_call_arguments)", {"_call_arguments": arguments}, self._limits)
        return _json_value(result, self._limits.output_chars)


@functools.lru_cache(maxsize=8192)
def refusal(name: str, source: str) -> str | None:
    """Why the sandbox cannot define this tool, or None if it can. Defining runs the source's top level once."""
    if not name.isidentifier() or keyword.iskeyword(name):
        return "its name is no Python identifier"
    try:
        kind = _evaluate(f"{source}\n\ntype({name}).__name__", {}, SandboxLimits(seconds=1.0))
    except ToolFailure as failure:
        return str(failure)
    return None if kind in ("function", "type") else f"its source makes {name} a {kind!s:.40}, not a function"


def _evaluate(code: str, inputs: dict[str, Any], limits: SandboxLimits) -> Any:
    import pydantic_monty as monty

    try:
        with _session(limits) as session:
            return session.feed_run(code, inputs=inputs, print_callback=monty.CollectString(max_bytes=_PRINT_BYTES))
    except (monty.MontyRuntimeError, monty.MontySyntaxError) as error:
        raise ToolFailure(_explain(error.display("type-msg"), limits)) from None
    except monty.MontyCrashedError as error:
        why = f"did not stop within {limits.seconds:g} s" if error.timed_out else "crashed its sandbox"
        raise ToolFailure(f"the tool {why} and was ended") from None
    except (monty.MontyConversionError, OverflowError, RecursionError, ValueError) as error:
        raise ToolFailure(f"a value cannot pass into or out of the tool: {error}"[:_MESSAGE_CHARS]) from None


def _explain(message: str, limits: SandboxLimits) -> str:
    kind, _, text = message.partition(": ")
    if kind == "TimeoutError" and "time limit exceeded" in text:
        return f"the tool ran longer than {limits.seconds:g} s and was stopped"
    if kind == "MemoryError":
        return f"the tool needed more than {limits.memory_bytes // 2**20} MiB of memory and was stopped"
    if kind == "ValueError" and text:  # what tools raise to tell a caller its mistake
        message = text
    return message if len(message) <= _MESSAGE_CHARS else message[:_MESSAGE_CHARS] + "…"


def _json_value(result: Any, max_chars: int) -> Json:
    if not (result is None or isinstance(result, str | bool | int | float | list | dict)):
        result = str(result)
    try:
        text = json.dumps(result, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ToolFailure(f"the tool's result is no JSON value: {error}"[:_MESSAGE_CHARS]) from None
    if len(text) > max_chars:
        raise ToolFailure(f"the tool's result is longer than {max_chars:,} characters; ask for less")
    # Nested tuples become lists and keys become strings, as a policy sees them.
    return json.loads(text) if isinstance(result, list | dict) else result


_pool: tuple[int, Monty] | None = None
"""(id of the process that started it, the pool of workers); started by the first call."""


def _session(limits: SandboxLimits) -> MontySession:
    return _workers().checkout(
        limits={
            "max_feed_duration_secs": limits.seconds,
            "max_memory": limits.memory_bytes,
            "max_recursion_depth": limits.recursion,
            "max_suspensions": 100,
        },
        os_policy={"datetime": _NOW, "timezone": "utc", "sleep": "zero", "random_start": {"seed": 0}},
    )


def _workers() -> Monty:
    global _pool
    if _pool is None:
        import pydantic_monty as monty

        try:
            pool = monty.Monty(min_processes=1).__enter__()
        except (OSError, RuntimeError, monty.MontyError) as error:
            raise SandboxError(f"the sandbox does not start: {error}. Reinstall pydantic-monty") from error
        _pool = (os.getpid(), pool)
        atexit.register(_close, pool, os.getpid())
    # The library's threads do not survive a fork: a child would wait for its first call forever.
    if _pool[0] != os.getpid():
        raise SandboxError(
            "this process was forked from one that had already run sandboxed tools. Start worker processes before "
            "the first reset, or with the start method 'spawn' or 'forkserver' (AsyncVectorEnv: context='spawn')"
        )
    return _pool[1]


def _close(pool: Monty, owner: int) -> None:
    if os.getpid() == owner:
        pool.__exit__(None, None, None)
