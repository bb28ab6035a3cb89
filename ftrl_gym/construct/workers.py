"""The processes of a build. They end with the process that started them, however that ends."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TypeVar

from ftrl_gym.errors import RegistryError

_T = TypeVar("_T")
_AHEAD = 2
"""Pieces of work that wait for each process."""


class Workers:
    """So many processes, started when there is enough to do for more than one; a context manager that ends them.

    Args:
        jobs: How many; with 1 everything happens in this process.
        file: An author's declaration file, which each of them reads.
    """

    def __init__(self, jobs: int, file: Path | None = None) -> None:
        self.jobs, self._file = jobs, file
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            processes = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            if any(error):
                for process in processes:
                    process.kill()  # whatever it is at, nobody wants any more

    def map(self, work: Callable[[_T], bytes], pieces: Iterable[_T]) -> Iterator[tuple[_T, bytes]]:
        """Each piece with what came of it, as they are done. What ``work`` raises comes out here.

        Raises:
            RegistryError: A process was killed.
        """
        waiting = list(pieces)[::-1]
        if self.jobs == 1 or len(waiting) < 2:
            yield from ((piece, work(piece)) for piece in reversed(waiting))
            return
        pool = self._started()
        running: dict[Future[bytes], _T] = {}
        try:
            while waiting or running:
                while waiting and len(running) < _AHEAD * self.jobs:
                    piece = waiting.pop()
                    running[pool.submit(work, piece)] = piece
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        except BrokenProcessPool as error:
            raise RegistryError(
                "a process of the build was killed, perhaps because memory ran out. What is finished is kept: give the "
                "same command again, with fewer --jobs"
            ) from error

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(self._file,)
            )
        return self._pool


def _begin(file: Path | None) -> None:
    gc.set_threshold(50_000, 20, 50)  # next to nothing that a build makes is circular, and looking for it takes time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one ends the others
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if file is not None:
        from ftrl_gym.construct.declaration_file import read_declaration
        from ftrl_gym.construct.scenarios import register

        register(read_declaration(file))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
