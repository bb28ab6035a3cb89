"""Sandboxed calls from a process that was forked too late: through a process of its own that was not.

The library behind the workers has threads, and these do not survive a fork. So such a child starts a fresh Python
process, which runs its calls as any process does, and passes them on. What goes either way is written by us, never by
a tool: results are what JSON can hold.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ftrl_gym.errors import SandboxError
from ftrl_gym.sandbox.interpreter import Outcome, Stopped
from ftrl_gym.sandbox.limits import SandboxLimits
from ftrl_gym.world import Changes, WorldBase

if TYPE_CHECKING:
    from ftrl_gym.sandbox.running import ForeignCall

_MOST_WORLDS = 8
"""Worlds that the relay holds."""
_lock = threading.Lock()


@dataclass
class _Relay:
    owner: int
    """Id of the process that started it."""
    process: subprocess.Popen[bytes]
    places: dict[int, WorldBase] = field(default_factory=dict)
    """Worlds that it has been given, by identity; held, so that the identities stay theirs."""


_relay: _Relay | None = None


class _Place(NamedTuple):
    """A world on its way to the relay: whole the first time, then by its number."""

    number: int
    base: WorldBase | None


def run_calls(realm: str, limits: SandboxLimits, calls: Sequence[ForeignCall]) -> list[Outcome]:
    """See :func:`ftrl_gym.sandbox.running.run_calls`."""
    return cast("list[Outcome]", _asked("run_calls", realm, limits, list(calls)))


def run_in_world(
    realm: str, limits: SandboxLimits, call: ForeignCall, place: WorldBase, changed: Changes
) -> tuple[Outcome, Changes]:
    """See :func:`ftrl_gym.sandbox.running.run_in_world`."""
    return cast("tuple[Outcome, Changes]", _asked("run_in_world", realm, limits, call, place, changed))


def kinds_of(source: str, names: Sequence[str], limits: SandboxLimits) -> list[str]:
    """See :func:`ftrl_gym.sandbox.running.kinds_of`."""
    return cast("list[str]", _asked("kinds_of", source, list(names), limits))


def _asked(what: str, *arguments: Any) -> Any:
    global _relay
    with _lock:
        if _relay is None or _relay.owner != os.getpid():
            _relay = _Relay(os.getpid(), _started())
        stdin, stdout = _relay.process.stdin, _relay.process.stdout
        assert stdin is not None and stdout is not None
        try:
            pickle.dump((what, [_sent(_relay, argument) for argument in arguments]), stdin)
            stdin.flush()
            failed, value = pickle.load(stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            _relay.process.kill()
            _relay = None
            raise SandboxError(f"the process that runs sandboxed tools ended: {error}. Try again") from error
    if failed:
        raise value
    return value


def _sent(to: _Relay, argument: Any) -> Any:
    if not isinstance(argument, WorldBase):
        return argument
    known = id(argument) in to.places
    if not known:
        _make_room(to.places)
        to.places[id(argument)] = argument
    return _Place(id(argument), None if known else WorldBase(argument.tables, argument.constants))


def _received(places: dict[int, WorldBase], argument: Any) -> Any:
    if not isinstance(argument, _Place):
        return argument
    if argument.base is not None:
        _make_room(places)
        places[argument.number] = argument.base
    return places[argument.number]


def _make_room(places: dict[int, WorldBase]) -> None:
    """Forgets all worlds where they are too many; both sides do so at the same ones."""
    if len(places) >= _MOST_WORLDS:
        places.clear()


def _started() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", "from ftrl_gym.sandbox.relay import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    atexit.register(process.kill)
    return process


def serve() -> None:
    """Runs calls until its input ends."""
    from ftrl_gym.sandbox import running

    places: dict[int, WorldBase] = {}
    while True:
        try:
            what, arguments = pickle.load(sys.stdin.buffer)
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = (False, getattr(running, what)(*(_received(places, argument) for argument in arguments)))
        except (Stopped, SandboxError) as error:
            answer = (True, error)
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()
