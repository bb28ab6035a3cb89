"""Running calls: which share an interpreter, which get one of their own, and what happens when one goes wrong.

Tools that keep nothing between calls (:mod:`ftrl_gym.sandbox.stateless`) run in an interpreter that is kept, one for
each realm: code of one scenario never meets another's. All calls of a turn are one message to it. If anything stops
it, it is thrown away and each of them is played again in an interpreter of its own, so that one endless call costs the
others nothing, and what a call comes to never depends on what else was called.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from ftrl_gym.sandbox import relay, workers
from ftrl_gym.sandbox.foreign_source import adapted
from ftrl_gym.sandbox.interpreter import Interpreter, MadeCall, Outcome, Status, Stopped
from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.stateless import Maker, maker
from ftrl_gym.world import Changes, WorldBase

_MOST_MODULES = 256
"""An interpreter with more modules is replaced by a fresh one."""
_MOST_CALLS = 5_000
"""An interpreter that has run more calls is replaced by a fresh one: cycles fill its heap."""
_MOST_WORLDS = 8
"""An interpreter that holds more worlds is replaced by a fresh one."""
_WORLD_BYTES = 128 * 1024 * 1024
"""Heap for worlds, beside what a call may use."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class ForeignTool:
    """A tool that is not ours."""

    name: str
    source: str
    """Defines the tool, and perhaps others."""
    others: tuple[str, ...] = ()
    """Tools of the same source that are called, too: they are defined at once."""

    @functools.cached_property
    def maker(self) -> Maker | None:
        """How it is made anew, if the source proves that it leaves nothing behind."""
        return maker(self.others or (self.name,), adapted(self.source))


class ForeignCall(NamedTuple):
    """A call of a tool that is not ours."""

    tool: ForeignTool
    arguments: dict[str, Any]


def run_calls(realm: str, limits: SandboxLimits, calls: Sequence[ForeignCall]) -> list[Outcome]:
    """What becomes of each call; none of them knows of another.

    Raises:
        SandboxError: The sandbox does not start.
    """
    if workers.forked():
        return relay.run_calls(realm, limits, calls)
    together = [MadeCall(made, tool.name, arguments) for tool, arguments in calls if (made := tool.maker) is not None]
    found = _run_together(realm, limits, together) if together else []
    if len(found) == len(calls) and not any(outcome.status is Status.SHOWS_ADDRESS for outcome in found):
        return found
    rest = iter(found)
    outcomes = [next(rest, None) if call.tool.maker is not None else None for call in calls]
    return [
        run_alone(call, limits) if outcome is None or outcome.status is Status.SHOWS_ADDRESS else outcome
        for call, outcome in zip(calls, outcomes, strict=True)
    ]


def _run_together(realm: str, limits: SandboxLimits, calls: list[MadeCall]) -> list[Outcome]:
    """What becomes of each call in the interpreter that is kept; nothing, if something stopped it."""
    found = _kept_for(realm, limits).run(lambda interpreter: interpreter.run(calls), len(calls))
    if not isinstance(found, Stopped):
        return found
    # A single call that ran out of time had its whole time, and would take it again.
    return [Outcome.stopped(found)] if found.out_of_time and len(calls) == 1 else []


def run_alone(call: ForeignCall, limits: SandboxLimits) -> Outcome:
    """Runs a call in an interpreter that is made for it and ends with it."""
    tool, arguments = call
    source = adapted(tool.source)
    try:
        return _once(limits, lambda interpreter: interpreter.run_alone(tool.name, source, arguments))
    except Stopped as stopped:
        return Outcome.stopped(stopped)


def run_in_world(
    realm: str, limits: SandboxLimits, call: ForeignCall, place: WorldBase, changed: Changes
) -> tuple[Outcome, Changes]:
    """What becomes of a call on a world, and what the world's changes are then. What stops a call undoes it.

    Raises:
        SandboxError: The sandbox does not start.
    """
    if workers.forked():
        return relay.run_in_world(realm, limits, call, place, changed)
    limits = dataclasses.replace(limits, memory_bytes=limits.memory_bytes + _WORLD_BYTES)
    tool, arguments = call
    if tool.maker is not None:
        made = MadeCall(tool.maker, tool.name, arguments)
        found = _kept_for(realm, limits).run(lambda interpreter: interpreter.run_in_world(made, place, changed), 1)
        if not isinstance(found, Stopped) and found[0].status is not Status.SHOWS_ADDRESS:
            return found
        if isinstance(found, Stopped) and found.out_of_time:
            return Outcome.stopped(found), changed
    source = adapted(tool.source)
    try:
        return _once(
            limits,
            lambda interpreter: interpreter.run_alone_in_world(tool.name, source, arguments, place, changed),
        )
    except Stopped as stopped:
        return Outcome.stopped(stopped), changed


def kinds_of(source: str, names: Sequence[str], limits: SandboxLimits) -> list[str]:
    """The types of what a source defines under some names, "" for nothing.

    Raises:
        Stopped: It takes too much to define.
    """
    if workers.forked():
        return relay.kinds_of(source, names, limits)
    return _once(limits, lambda interpreter: interpreter.kinds(adapted(source), names))


def _once(limits: SandboxLimits, what: Callable[[Interpreter], _T]) -> _T:
    interpreter = Interpreter(limits)
    try:
        return what(interpreter)
    finally:
        interpreter.close()


class _Kept:
    """An interpreter that is kept, and a lock: it does one thing at a time."""

    def __init__(self, limits: SandboxLimits) -> None:
        self.limits = limits
        self.lock = threading.Lock()
        self.interpreter: Interpreter | None = None
        self.calls = 0
        self.retired = False
        """Whether others need its worker: it is ended after what it does."""

    def run(self, what: Callable[[Interpreter], _T], calls: int) -> _T | Stopped:
        """Does something with the interpreter; if that is stopped, ends the interpreter and says so."""
        with self.lock:
            if self.interpreter is not None and self._full(self.interpreter):
                self.drop()
            if self.interpreter is None:
                self.interpreter, self.calls = Interpreter(self.limits), 0
            self.calls += calls
            try:
                return what(self.interpreter)
            except Stopped as stopped:
                self.drop()
                return stopped
            except BaseException:
                self.drop()
                raise
            finally:
                if self.retired:
                    self.drop()

    def _full(self, interpreter: Interpreter) -> bool:
        return interpreter.size > _MOST_MODULES or interpreter.worlds > _MOST_WORLDS or self.calls > _MOST_CALLS

    def drop(self) -> None:
        """Ends the interpreter, if there is one."""
        if self.interpreter is not None:
            self.interpreter.close()
            self.interpreter = None


_kept: OrderedDict[tuple[str, SandboxLimits], _Kept] = OrderedDict()
_kept_lock = threading.Lock()


def _kept_for(realm: str, limits: SandboxLimits) -> _Kept:
    with _kept_lock:
        kept = _kept.setdefault((realm, limits), _Kept(limits))
        _kept.move_to_end((realm, limits))
        surplus = _kept.popitem(last=False)[1] if len(_kept) > workers.RESIDENT else None
    if surplus is not None:
        with surplus.lock:
            surplus.retired = True
            surplus.drop()
    return kept
