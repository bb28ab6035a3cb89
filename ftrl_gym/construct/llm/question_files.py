"""Files of questions to take apart: a text file, JSON lines, or a table.

A file is read by its ending; one of another kind is refused, since every line of it would be taken for a question.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ftrl_gym.errors import UsageError

_FIELDS = ("question", "query", "prompt", "text")
"""Under which names a question may stand in an object or a table, the first that is there."""
_NAMES = " or ".join(_FIELDS)
_KINDS = ".txt (one a line), .jsonl (one a line, a text or an object) or .csv (a column `question`)"


def read_questions(file: Path) -> tuple[str, ...]:
    """The questions of a file, each once.

    Raises:
        UsageError: It cannot be read, is of another kind, or holds no question, or a line that is none.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise UsageError(f"{file} is no file of questions: --questions takes {_KINDS}")
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}. --questions takes {_KINDS}, in UTF-8") from error
    found = tuple(dict.fromkeys(reader(file, content)))
    if not found:
        raise UsageError(f"{file} holds no question; --questions takes {_KINDS}")
    return found


def _of_text(file: Path, content: str) -> Iterator[str]:
    return (line.strip() for line in content.split("\n") if line.strip() and not line.startswith("#"))


def _of_json_lines(file: Path, content: str) -> Iterator[str]:
    for number, line in enumerate(content.split("\n"), 1):  # JSON may hold what else Python takes for ends of lines
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file}, line {number}: no JSON ({error})") from None
        if isinstance(value, dict):
            value = next((value[name] for name in _FIELDS if isinstance(value.get(name), str)), None)
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f"{file}, line {number}: it is no text, and no object with {_NAMES}")
        yield value.strip()


def _of_table(file: Path, content: str) -> Iterator[str]:
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        columns = [name.strip().casefold() for name in next(filter(None, rows), ())]
        column = next((columns.index(name) for name in _FIELDS if name in columns), None)
        if columns and column is None:
            said = ", ".join(map(repr, columns))[:200]
            raise UsageError(f"{file} has no column {_NAMES}; between its commas stand {said}")
        for row in rows:
            if any(map(str.strip, row[len(columns) :])):
                raise UsageError(
                    f"{file}, line {rows.line_num}: it has more commas than the first line; a question with a comma "
                    'stands in quotation marks, "like this, say"'
                )
            if column is not None and (question := "".join(row[column : column + 1]).strip()):
                yield question
    except csv.Error as error:
        raise UsageError(f"{file}, line {rows.line_num}: no table with commas ({error})") from None


_READERS: Mapping[str, Callable[[Path, str], Iterator[str]]] = {
    "": _of_text,
    ".txt": _of_text,
    ".jsonl": _of_json_lines,
    ".csv": _of_table,
}
