"""Running calls: which share an interpreter, which get one of their own, and what happens when one goes wrong.

Tools that keep nothing between calls (:mod:`ftrl_gym.sandbox.stateless`) run in an interpreter that is kept, one for
each realm: code of one scenario never meets another's. All calls of a turn are one message to it. If anything stops
it, it is thrown away and each of them is played again in an interpreter of its own, so that one endless call costs the
others nothing, and what a call comes to never depends on what else was called.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

from ftrl_gym.sandbox import relay, workers
from ftrl_gym.sandbox.interpreter import Interpreter, Outcome, Stopped
from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.sandbox.stateless import Maker, maker

_MOST_TOOLS = 256
"""An interpreter with more tools is replaced by a fresh one."""
_MOST_CALLS = 5_000
"""An interpreter that has run more calls is replaced by a fresh one: cycles fill its heap."""
_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")


class ForeignCall(NamedTuple):
    """A call of a tool that is not ours."""

    name: str
    source: str
    arguments: dict[str, Any]


def run_calls(realm: str, limits: SandboxLimits, calls: Sequence[ForeignCall]) -> list[Outcome]:
    """What becomes of each call; none of them knows of another.

    Raises:
        SandboxError: The sandbox does not start.
    """
    if workers.forked():
        return relay.run_calls(realm, limits, calls)
    makers = [maker(call.name, call.source) for call in calls]
    together = [(number, made) for number, made in enumerate(makers) if made is not None]
    outcomes: dict[int, Outcome] = {}
    if together:
        found = _run_together(realm, limits, [(made, calls[number].arguments) for number, made in together])
        outcomes = {number: outcome for (number, _), outcome in zip(together, found, strict=False)}
    return [
        outcomes[number] if number in outcomes and not _tells(outcomes[number]) else run_alone(call, limits)
        for number, call in enumerate(calls)
    ]


def run_alone(call: ForeignCall, limits: SandboxLimits) -> Outcome:
    """Runs a call in an interpreter that is made for it and ends with it."""
    interpreter = Interpreter(limits)
    try:
        return interpreter.run_alone(*call)
    except Stopped as stopped:
        return Outcome.stopped(stopped)
    finally:
        interpreter.close()


def kind_of(name: str, source: str, limits: SandboxLimits) -> str:
    """The type of what a source defines under a name.

    Raises:
        Stopped: It defines nothing, or takes too much to do so.
    """
    if workers.forked():
        return relay.kind_of(name, source, limits)
    interpreter = Interpreter(limits)
    try:
        return interpreter.kind(name, source)
    finally:
        interpreter.close()


def _tells(outcome: Outcome) -> bool:
    """Whether a result shows an address, which differs with what ran before."""
    return _ADDRESS.search(outcome.text) is not None


class _Kept:
    """An interpreter that is kept, and a lock: it does one thing at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.interpreter: Interpreter | None = None
        self.calls = 0

    def run(self, limits: SandboxLimits, calls: Sequence[tuple[Maker, dict[str, Any]]]) -> list[Outcome]:
        """See :meth:`Interpreter.run`; nothing if that was stopped."""
        with self.lock:
            if self.interpreter is not None and (self.interpreter.size > _MOST_TOOLS or self.calls > _MOST_CALLS):
                self.drop()
            if self.interpreter is None:
                self.interpreter, self.calls = Interpreter(limits), 0
            self.calls += len(calls)
            try:
                return self.interpreter.run(calls)
            except Stopped as stopped:
                self.drop()
                if stopped.out_of_time and len(calls) == 1:  # it had its whole time, and it would take it again
                    return [Outcome.stopped(stopped)]
                return []
            except BaseException:
                self.drop()
                raise

    def drop(self) -> None:
        """Ends the interpreter, if there is one."""
        if self.interpreter is not None:
            self.interpreter.close()
            self.interpreter = None


_kept: OrderedDict[tuple[str, SandboxLimits], _Kept] = OrderedDict()
_kept_lock = threading.Lock()


def _run_together(realm: str, limits: SandboxLimits, calls: Sequence[tuple[Maker, dict[str, Any]]]) -> list[Outcome]:
    with _kept_lock:
        kept = _kept.setdefault((realm, limits), _Kept())
        _kept.move_to_end((realm, limits))
        surplus = _kept.popitem(last=False)[1] if len(_kept) > workers.RESIDENT else None
    if surplus is not None:
        with surplus.lock:
            surplus.drop()
    return kept.run(limits, calls)
