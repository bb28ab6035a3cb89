"""Ctrl-C and SIGTERM, at moments when the run can be saved."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupted(BaseException):
    """Somebody wants the run to stop. Not an Exception, so that nothing that tolerates failures swallows it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)

    @property
    def exit_code(self) -> int:
        """130 after Ctrl-C, as shells have it; 0 after SIGTERM, which asks for an orderly end."""
        return 130 if self.number == signal.SIGINT else 0


class Interrupts:
    """Turns both signals into :class:`Interrupted` while active, except within :meth:`deferred`.

    Args:
        notice: Called when a signal has to wait: a person must see that it was heard.
        patient: Let signals wait at all times but within :meth:`heard`, as :meth:`deferred` does even there. For one of
            several processes, which must not leave the others where they wait for it.
    """

    def __init__(self, notice: Callable[[], object] = lambda: None, *, patient: bool = False) -> None:
        self._notice = notice
        self._before: dict[int, Any] = {}
        self._patient, self._deferring, self._deaf = patient, False, False
        self._pending: int | None = None

    def __enter__(self) -> Interrupts:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """An interrupt waits until the end of this block: weights are changing, or a file is being written."""
        self._deferring = True
        try:
            yield
        finally:
            self._deferring = False
        self._tell()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """An interrupt is raised at once within this block, and one that waited where it begins."""
        before, self._patient = self._patient, False
        try:
            self._tell()
            yield
        finally:
            self._patient = before

    @contextmanager
    def ignored(self) -> Iterator[None]:
        """While a checkpoint is written on the way out."""
        self._deaf = True
        yield

    @property
    def _waits(self) -> bool:
        return self._patient or self._deferring or self._deaf

    def _tell(self) -> None:
        if self._pending is not None and not self._waits:
            raise Interrupted(self._pending)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._waits:
            if self._pending is None:
                self._notice()
            self._pending = number
        else:
            raise Interrupted(number)
