"""The worker processes behind the sandbox: started by the first call, one pool a process.

Python code of ours never runs in them and theirs never in ours: a worker is the ``monty`` interpreter, a program of
its own, and what passes between the two is text and plain values. Where the operating system lets us (Linux), every
worker is held to limits of address space, file size and core dumps too, should the interpreter's own ever fail.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from ftrl_gym.errors import SandboxError
from ftrl_gym.sandbox.limits import SandboxLimits

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontySession

RESIDENT: Final = 4
"""At most so many interpreters are kept between calls, each with a worker of its own."""
_NOW: Final = datetime(2025, 8, 1, 12, tzinfo=UTC)
"""What tools believe the time is: shortly after FTRL's data were made."""
_ADDRESS_SPACE: Final = 2**31
"""Bytes a worker may map, beside the heap limit of the interpreter, which bounds what a call may use."""


@dataclass
class _Pool:
    owner: int
    """Id of the process that started it."""
    monty: Monty
    held: set[int] = field(default_factory=set)
    """Ids of the workers that are held to the operating system's limits."""
    sessions: dict[int, MontySession] = field(default_factory=dict)
    """The open ones, by identity."""


_pool: _Pool | None = None
_starting = threading.Lock()
"""Of threads whose first calls come at once, one starts the pool."""


def forked() -> bool:
    """Whether this process was forked from one that had started workers. The library's threads do not survive that:
    a call would wait forever, here and in the parent, so calls go through a fresh process instead."""
    return _pool is not None and _pool.owner != os.getpid()


def open_session(limits: SandboxLimits) -> MontySession:
    """A fresh interpreter; :func:`close_session` ends it.

    Raises:
        SandboxError: The sandbox does not start.
    """
    pool = _workers()
    session = pool.monty.checkout(
        limits={
            "max_feed_duration_secs": limits.seconds,
            "max_memory": limits.memory_bytes,
            "max_recursion_depth": limits.recursion,
            "max_suspensions": 100,
        },
        os_policy={"datetime": _NOW, "timezone": "utc", "sleep": "zero", "random_start": {"seed": 0}},
    )
    session.__enter__()
    pool.sessions[id(session)] = session
    _hold(pool, session.worker_pid)
    return session


def close_session(session: MontySession) -> None:
    """Gives an interpreter's worker back; nothing of what ran stays in it."""
    if _pool is not None and _pool.sessions.pop(id(session), None) is not None:
        session.__exit__(None, None, None)


def _hold(pool: _Pool, worker: int | None) -> None:
    """Puts the operating system's limits on a worker, once."""
    if worker is None or worker in pool.held or not can_hold():
        return
    import resource

    try:
        for kind, most in (
            (resource.RLIMIT_AS, _ADDRESS_SPACE),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.prlimit(worker, kind, (most, most))
    except (OSError, ValueError):  # it is gone, or a container forbids it; the interpreter's own limits remain
        return
    pool.held.add(worker)


def can_hold() -> bool:
    """Whether this platform can put limits on another process."""
    if sys.platform != "linux":
        return False
    import resource

    return hasattr(resource, "prlimit")


def running() -> list[int]:
    """Process ids of the workers with an open interpreter."""
    sessions = _pool.sessions.values() if _pool is not None else ()
    return [worker for session in sessions if (worker := session.worker_pid) is not None]


def held() -> int:
    """How many workers are held to the operating system's limits."""
    return 0 if _pool is None else len(_pool.held)


def _workers() -> _Pool:
    if _pool is None:
        with _starting:
            _start()
    assert _pool is not None and _pool.owner == os.getpid()
    return _pool


def _start() -> None:
    global _pool
    if _pool is None:
        import pydantic_monty as monty

        _spare_a_search()
        try:
            pool = monty.Monty(min_processes=1, max_processes=RESIDENT + max(4, os.cpu_count() or 1)).__enter__()
        except (OSError, RuntimeError, monty.MontyError) as error:
            raise SandboxError(f"the sandbox does not start: {error}. Reinstall pydantic-monty") from error
        _pool = _Pool(os.getpid(), pool)
        atexit.register(_close, _pool)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_strand)


def _spare_a_search() -> None:
    """pydantic-monty looks for ``opentelemetry`` at every call and, where it is not installed, searches the whole
    path for it: three quarters of what a call costs this process. Python remembers no failed search, so it is told."""
    if "opentelemetry" not in sys.modules and find_spec("opentelemetry") is None:
        sys.modules["opentelemetry"] = None  # type: ignore[assignment]


def _strand() -> None:
    """Keeps a forked child from ever ending what it has inherited: child and parent share the queue of events that
    the library waits on, and a child that tidies up on its way out would leave the parent waiting forever."""
    if _pool is not None:
        for inherited in (_pool.monty, *_pool.sessions.values()):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(inherited))


def _close(pool: _Pool) -> None:
    if os.getpid() == pool.owner:
        pool.monty.__exit__(None, None, None)
