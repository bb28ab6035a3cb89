"""Jobs in threads, none of which can hold up the others for longer than it may take.

A thread cannot be stopped from outside. One that is overdue is left behind, another takes its place, and whatever it
still brings is thrown away; it ends with the program.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_LOOK_S = 0.05


class _Crew:
    """Threads that take the next job until none is left."""

    def __init__(self, jobs: int, play: Callable[[int], object]) -> None:
        self.waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(jobs):
            self.waiting.put(number)
        self.done: queue.SimpleQueue[tuple[int, object, BaseException | None]] = queue.SimpleQueue()
        self.begun: dict[int, float] = {}
        self.left_behind: set[int] = set()
        self.over = False
        self._play = play

    def hire(self) -> None:
        """One more thread."""
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while not self.over:
            try:
                number = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.begun[number] = time.monotonic()
            try:
                self.done.put((number, self._play(number), None))
            except BaseException as error:
                self.done.put((number, None, error))
            if number in self.left_behind:
                return


def in_threads(
    jobs: Sequence[Job],
    play: Callable[[Job], Result],
    overdue: Callable[[Job], Result],
    *,
    threads: int,
    limit_s: float,
) -> Iterator[Result]:
    """The results of all jobs, as they come.

    Args:
        jobs: What is to be done; they begin in this order.
        play: Does a job, in a thread.
        overdue: Stands in for a job that took longer than ``limit_s``, in the caller's thread.
        threads: How many jobs at once.
        limit_s: Seconds that a job may take.

    Raises:
        Exception: Whatever ``play`` raised; jobs that have not begun do not begin any more.
    """
    crew = _Crew(len(jobs), lambda number: play(jobs[number]))
    for _ in range(min(threads, len(jobs))):
        crew.hire()
    finished: set[int] = set()
    try:
        while len(finished) < len(jobs):
            try:
                number, result, error = crew.done.get(timeout=_LOOK_S)
            except queue.Empty:
                now = time.monotonic()
                late = [n for n, begun in list(crew.begun.items()) if n not in finished and now - begun > limit_s]
                for number in late:
                    finished.add(number)
                    crew.left_behind.add(number)
                    crew.hire()
                    yield overdue(jobs[number])
                continue
            if number in finished:
                continue
            finished.add(number)
            if error is not None:
                raise error
            yield result  # type: ignore[misc]
    finally:
        crew.over = True
