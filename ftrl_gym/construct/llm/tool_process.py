"""A process of a user's own code that answers one JSON line with another: started when needed, ended when it must be.

It survives what the code does: a call that takes too long ends the process and not the build, a crash is an error of
that one call, and the next call finds a new process. It never outlives the build: it ends when its input ends.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

_MAX_LINE = 4 * 1024 * 1024
_PIECE = 65_536


class ProcessEnded(Exception):
    """There is no answer: the process was too slow, ended, or said what is no JSON line. The text says which."""


class ToolProcess:
    """One process at a time; safe between threads, which take turns.

    Args:
        command: Starts it. Once started it writes one line, and then one for each that it is sent.
        seconds: How long each of its answers may take.
        starting: How long its first line may take.
    """

    def __init__(self, command: Sequence[str], seconds: float, starting: float) -> None:
        self._command, self._seconds, self._starting = list(command), seconds, starting
        self._process: subprocess.Popen[bytes] | None = None
        self._greeting: Any = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def greeting(self) -> Any:
        """What it wrote when it was started.

        Raises:
            ProcessEnded: It wrote nothing.
        """
        with self._lock:
            self._started()
            return self._greeting

    def ask(self, question: Any) -> Any:
        """Its answer to one question.

        Raises:
            ProcessEnded: There is none.
        """
        with self._lock:
            process = self._started()
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps(question).encode() + b"\n")
                process.stdin.flush()
            except OSError:
                self._end()
                raise ProcessEnded("it ended before it was asked") from None
            return self._line(process, self._seconds)

    def close(self) -> None:
        """Ends it; the next question would start a new one."""
        with self._lock:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            pipe = subprocess.PIPE
            # A session of its own: Ctrl-C is for the build, and what the code starts ends with it.
            self._process = subprocess.Popen(
                self._command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=True
            )
            self._greeting = self._line(self._process, self._starting)
        return self._process

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> Any:
        assert process.stdout is not None
        end, read = time.monotonic() + seconds, bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while not read.endswith(b"\n"):
                if not ready.select(max(0.0, end - time.monotonic())):
                    self._end()
                    raise ProcessEnded(f"it did not answer within {seconds:g} s and was ended")
                piece = os.read(process.stdout.fileno(), _PIECE)
                read += piece
                if not piece:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(1.0)
                    code = process.returncode
                    self._end()
                    raise ProcessEnded(f"its process ended ({_status(code)})")
                if len(read) > _MAX_LINE:
                    self._end()
                    raise ProcessEnded(f"it answered with more than {_MAX_LINE:,} bytes and was ended")
        try:
            return json.loads(read)
        except ValueError:
            self._end()
            raise ProcessEnded("it answered with what is no JSON") from None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _status(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"status {code}"
