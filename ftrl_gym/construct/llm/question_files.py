"""Files of questions to take apart: a text file, JSON lines, or a table.

A file is read by its ending; one of another kind is refused, since every line of it would be taken for a question.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ftrl_gym.errors import UsageError

_FIELDS = ("question", "query", "prompt", "text")
"""Under which names a question may stand in an object or a table, the first that is there."""
_NAMES = " or ".join(_FIELDS)
KINDS = ".txt (one a line), .jsonl (one a line, a text or an object) or .csv (a column `question`)"


def read_questions(file: Path) -> tuple[str, ...]:
    """The questions of a file, each once.

    Raises:
        UsageError: It cannot be read, is of another kind, or holds no question, or a line that is none.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise UsageError(f"{file} is no file of questions: --questions takes {KINDS}")
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}. --questions takes {KINDS}, in UTF-8") from error
    found = tuple(dict.fromkeys(reader(file, content)))
    if not found:
        raise UsageError(f"{file} holds no question; --questions takes {KINDS}")
    return found


def _of_text(file: Path, content: str) -> Iterator[str]:
    return (line.strip() for line in content.splitlines() if line.strip() and not line.startswith("#"))


def _of_json_lines(file: Path, content: str) -> Iterator[str]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file}, line {number}: no JSON ({error})") from None
        question = _field(value) if isinstance(value, dict) else value
        if not isinstance(question, str) or not question.strip():
            raise UsageError(f"{file}, line {number}: it is no text, and no object with {_NAMES}")
        yield question.strip()


def _of_table(file: Path, content: str) -> Iterator[str]:
    rows = csv.DictReader(io.StringIO(content, newline=""), strict=True)
    try:
        columns = [name.strip().casefold() for name in rows.fieldnames or ()]
        if columns and not set(_FIELDS) & set(columns):
            said = ", ".join(map(repr, columns))[:200]
            raise UsageError(f"{file} has no column {_NAMES}; between its commas stand {said}")
        rows.fieldnames = columns
        for row in rows:
            if question := (_field(row) or "").strip():
                yield question
    except csv.Error as error:
        raise UsageError(f"{file}, line {rows.line_num}: no table with commas ({error})") from None


def _field(row: Mapping[str, Any]) -> str | None:
    return next((row[name] for name in _FIELDS if isinstance(row.get(name), str)), None)


_READERS: Mapping[str, Callable[[Path, str], Iterator[str]]] = {
    "": _of_text,
    ".txt": _of_text,
    ".jsonl": _of_json_lines,
    ".csv": _of_table,
}
