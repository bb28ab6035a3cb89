"""What was played so far, a line of JSON each, so that the same command goes on where it stopped.

The first line pins the settings that decide what is played; a file with other settings is refused, not mixed. Each
later line is a record, appended and flushed as soon as it is there. A last line that a crash left torn is dropped, and
what it stood for is played again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from ftrl_gym.errors import UsageError

_PINNED = "pinned"


class PlayedLog:
    """An open log; :meth:`close` it, or use it in a ``with``.

    Args:
        path: Made if it is not there; its folder is.
        settings: What a record depends on, as JSON values.

    Raises:
        UsageError: The file is no such log, is broken in its middle, or was made with other settings; says which.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.path = path
        self.records: list[dict[str, Any]] = []
        """What the file held when it was opened, in order."""
        lines = _whole_lines(path)
        if lines:
            _check_same(path, _line(path, 1, lines[0]), settings)
            self.records = [_line(path, number, text) for number, text in enumerate(lines[1:], 2)]
        # Half of a surrogate pair, which a model may write, is no UTF-8: it stays the escape that JSON has for it.
        self._file = path.open("a", encoding="utf-8", errors="backslashreplace")
        if not lines:
            self._write({_PINNED: dict(settings)})

    def add(self, record: Mapping[str, Any]) -> None:
        """Appends a record; it is on its way to the disk when this returns."""
        self._write(record)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, record: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()


def _whole_lines(path: Path) -> list[bytes]:
    """The lines of a file that end; what comes behind the last of them is cut off the file."""
    if not path.exists():
        return []
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end < len(data):
        with path.open("r+b") as file:
            file.truncate(end)
    return data[:end].splitlines()


def _line(path: Path, number: int, text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UsageError(f"{path} is broken in line {number}. Delete that line, or give another --out")
    return value


def _check_same(path: Path, head: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    pinned = head.get(_PINNED)
    if not isinstance(pinned, dict):
        raise UsageError(f"{path} is no log of what was played. Give another --out")
    now = json.loads(json.dumps(dict(settings)))
    differ = [
        f"{name} is {_shown(now.get(name))}, and was {_shown(pinned.get(name))}"
        for name in sorted({*pinned, *now})
        if pinned.get(name) != now.get(name)
    ]
    if differ:
        raise UsageError(
            f"{path} holds what was played with other settings: {'; '.join(differ)}. Give the settings it has, or "
            "another --out"
        )


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
