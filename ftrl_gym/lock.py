"""One process at a time: a lock file that names its holder and is free again when the holder has ended, however it did.

The operating system keeps the lock, so a file that a killed process has left behind holds nobody up.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from ftrl_gym.errors import UsageError

_FAR = 1 << 30
"""Where Windows locks a byte: it would keep readers from the text at the beginning."""


@contextlib.contextmanager
def held(path: Path, doing: str, *, wait: bool = False) -> Iterator[None]:
    """Holds the lock file ``path``, and removes it afterwards.

    Args:
        path: The file; it and its folder are made if need be.
        doing: What the holder does, for the message: ``building Clinic``.
        wait: Whether to wait for another holder.

    Raises:
        UsageError: Another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(file, wait)
            if _is_still(path, file):
                break
        except BlockingIOError:
            who = os.read(file, 200).decode(errors="replace").strip() or "it does not say which"
            os.close(file)
            raise UsageError(f"another process is {doing} ({who}). Wait until it is done, or stop it") from None
        except BaseException:
            os.close(file)
            raise
        os.close(file)
    try:
        os.ftruncate(file, 0)
        os.write(file, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps an open file; the next holder uses it again
            path.unlink()
        os.close(file)


def _is_still(path: Path, file: int) -> bool:
    """Whether the open file is the one that lies there: its last holder may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int, wait: bool) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            raise BlockingIOError from None
        finally:
            os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int, wait: bool) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:
            pass  # a file system without locks
