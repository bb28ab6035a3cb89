"""Calls that may never come back: each has so many seconds, and then its caller goes on without it.

A thread cannot be stopped from outside. One whose call is overdue is left behind; it ends with its call or the program.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Overdue(Exception):
    """A call took longer than it may."""


class Helper:
    """A thread that makes calls for others, one at a time, and is replaced when one does not come back."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], Any] | None] | None = None
        self._results: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def call(self, function: Callable[[], T], seconds: float) -> T:
        """What a function returns.

        Raises:
            Overdue: It has not come back in time.
            BaseException: What it raised.
        """
        if self._calls is None:
            self._calls, self._results = queue.SimpleQueue(), queue.SimpleQueue()
            threading.Thread(target=_work, args=(self._calls, self._results), daemon=True).start()
        self._calls.put(function)
        try:
            result, error = self._results.get(timeout=seconds)
        except BaseException as problem:  # overdue, or the caller is interrupted: what comes later is nobody's
            self.close()
            if isinstance(problem, queue.Empty):
                raise Overdue(f"it did not come back within {seconds:.3g} s") from None
            raise
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def close(self) -> None:
        """Lets the thread go when it is done."""
        if self._calls is not None:
            self._calls.put(None)
            self._calls = None


def _work(
    calls: queue.SimpleQueue[Callable[[], Any] | None], results: queue.SimpleQueue[tuple[Any, BaseException | None]]
) -> None:
    while (function := calls.get()) is not None:
        try:
            results.put((function(), None))
        except BaseException as error:
            results.put((None, error))
