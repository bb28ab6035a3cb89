"""Replies of a model, kept in a file: the same request is answered alike, after an interrupt too."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from ftrl_gym.errors import UsageError


class ReplyCache:
    """One SQLite file; several threads and processes may use it, and wait for each other for 60 seconds at most.

    Args:
        path: Made if it is not there; its folder is.

    Raises:
        UsageError: It is no such file, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._file = sqlite3.connect(path, timeout=60.0, check_same_thread=False, isolation_level=None)
            self._file.execute("create table if not exists replies (request text primary key, reply text not null)")
        except sqlite3.Error as error:
            raise UsageError(f"{path} cannot keep replies: {error}. Give another file") from None

    def get(self, request: Any) -> str | None:
        """The reply to a request, which is any JSON value; None where there is none yet.

        Raises:
            TypeError: The request is no JSON value.
            sqlite3.Error: The file is broken, or another process keeps it for too long.
        """
        with self._lock:
            row = self._file.execute("select reply from replies where request = ?", (_key(request),)).fetchone()
        return None if row is None else str(row[0])

    def put(self, request: Any, reply: str) -> None:
        """Keeps a reply; the first one to a request stays. Raises as :meth:`get`, and where the disk is full."""
        text = reply.encode("utf-8", "replace").decode()
        with self._lock:
            self._file.execute("insert or ignore into replies values (?, ?)", (_key(request), text))

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def _key(request: Any) -> str:
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
