"""Sandboxed calls from a process that was forked too late: through a process of its own that was not.

The library behind the workers has threads, and these do not survive a fork. So such a child starts a fresh Python
process, which runs its calls as any process does, and passes them on. What goes either way is written by us, never by
a tool: results are text.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from ftrl_gym.errors import SandboxError
from ftrl_gym.sandbox.interpreter import Outcome, Stopped
from ftrl_gym.sandbox.limits import SandboxLimits

if TYPE_CHECKING:
    from ftrl_gym.sandbox.running import ForeignCall

_lock = threading.Lock()
_process: tuple[int, subprocess.Popen[bytes]] | None = None
"""(id of the process that started it, the process that runs the calls)."""


def run_calls(realm: str, limits: SandboxLimits, calls: Sequence[ForeignCall]) -> list[Outcome]:
    """See :func:`ftrl_gym.sandbox.running.run_calls`."""
    return cast("list[Outcome]", _asked("run_calls", realm, limits, list(calls)))


def kind_of(name: str, source: str, limits: SandboxLimits) -> str:
    """See :func:`ftrl_gym.sandbox.running.kind_of`."""
    return str(_asked("kind_of", name, source, limits))


def _asked(what: str, *arguments: Any) -> Any:
    global _process
    with _lock:
        if _process is None or _process[0] != os.getpid():
            _process = (os.getpid(), _started())
        process = _process[1]
        assert process.stdin is not None and process.stdout is not None
        try:
            pickle.dump((what, arguments), process.stdin)
            process.stdin.flush()
            failed, value = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            _process = None
            process.kill()
            raise SandboxError(f"the process that runs sandboxed tools ended: {error}. Try again") from error
    if failed:
        raise value
    return value


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

    while True:
        try:
            what, arguments = pickle.load(sys.stdin.buffer)
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = (False, getattr(running, what)(*arguments))
        except (Stopped, SandboxError) as error:
            answer = (True, error)
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()
