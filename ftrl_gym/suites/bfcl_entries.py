"""BFCL's entries, read from the data in its package: what is asked, with which tools, and what is right."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ftrl_gym.episode import Message
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.suites.bfcl_package import load
from ftrl_gym.suites.data_files import content_of

PREFIX = "BFCL_v4"
AST = ("simple_python", "simple_java", "simple_javascript", "multiple", "parallel", "parallel_multiple")
"""One turn, whose calls are compared with possible answers; made by the authors."""
LIVE = ("live_simple", "live_multiple", "live_parallel", "live_parallel_multiple")
"""The same, contributed by users."""
RELEVANCE = ("irrelevance", "live_irrelevance", "live_relevance")
"""Whether there is anything to call at all."""
MULTI_TURN = ("multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param", "multi_turn_long_context")
"""Several turns of a user, and tools that keep state."""
CATEGORIES = (*MULTI_TURN, *AST, *LIVE, *RELEVANCE)


@dataclass(frozen=True)
class Entry:
    """One entry."""

    id: str
    kind: str
    """The category."""
    turns: tuple[tuple[Message, ...], ...]
    """What is said by the user's turns, the first one with whatever goes before it."""
    functions: tuple[dict[str, Any], ...]
    """Documents as the checkers want them."""
    documents: tuple[dict[str, Any], ...]
    """The same in OpenAI's format, as a policy sees them at the start."""
    answer: Any
    """Possible answers; for several turns the right calls of each; None where nothing is to be called."""
    written: Mapping[str, Any]
    """The whole entry."""


def read_category(category: str, folder: Path) -> tuple[Entry, ...]:
    """All entries of a category, in order. Read once per version of the file.

    Args:
        category: One of :data:`CATEGORIES`.
        folder: With the package's data files.

    Raises:
        UnknownNameError: No such category.
        UsageError: A file is missing or broken; names it, and the line.
    """
    if category not in CATEGORIES:
        raise UnknownNameError("category", category, CATEGORIES)
    try:
        changed = files_of(category, folder)[0].stat().st_mtime_ns
    except OSError:
        raise UsageError(
            f"there is no {files_of(category, folder)[0].name} in {str(folder)!r}: the data are inside bfcl-eval, "
            "which is looked in when no folder is given"
        ) from None
    return _read(category, folder, changed)


def files_of(category: str, folder: Path) -> tuple[Path, ...]:
    """The file of a category's entries, and that of its answers where it has one."""
    name = f"{PREFIX}_{category}.json"
    return (folder / name,) if category in RELEVANCE else (folder / name, folder / "possible_answer" / name)


@lru_cache(maxsize=len(CATEGORIES))
def _read(category: str, folder: Path, changed: int) -> tuple[Entry, ...]:
    entries, *answers = files_of(category, folder)
    golds = {line["id"]: line["ground_truth"] for file in answers for line in _lines(file, ("id", "ground_truth"))}
    found = []
    for written in _lines(entries, ("id", "question")):
        if answers and written["id"] not in golds:
            raise UsageError(f"{answers[0]} has no answer to {written['id']!r:.80}")
        if "function" not in written and category not in MULTI_TURN:
            raise UsageError(f"{entries}: the entry {written['id']!r:.80} lacks function")
        found.append(_entry(category, written, golds.get(written["id"]), folder))
    if not found:
        raise UsageError(f"{entries} holds no entries; it is one of the data files of bfcl-eval")
    return tuple(found)


def _lines(file: Path, wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
    try:
        text = content_of(file).decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no text: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                data = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{file}, line {number}: no JSON ({error}); is the file truncated?") from None
            missing = [name for name in wanted if not isinstance(data, dict) or name not in data]
            if missing:
                raise UsageError(f"{file}, line {number}: it lacks {', '.join(missing)}")
            yield data


def _entry(category: str, written: dict[str, Any], answer: Any, folder: Path) -> Entry:
    functions = written["function"] if "function" in written else _tools_of(written, folder)
    missed = {name for names in written.get("missed_function", {}).values() for name in names}
    shown = [function for function in functions if function["name"] not in missed]
    return Entry(
        id=written["id"],
        kind=category,
        turns=tuple(tuple(turn) for turn in written["question"]),
        functions=tuple(functions),
        documents=openai_documents(category, shown),
        answer=answer,
        written=written,
    )


def _tools_of(written: Mapping[str, Any], folder: Path) -> list[dict[str, Any]]:
    """The documents of the classes that an entry of several turns involves."""
    names = [load().tool_files[name] for name in written["involved_classes"]]
    return [function for name in names for function in _documents(folder / "multi_turn_func_doc" / name)]


@lru_cache(maxsize=16)
def _documents(file: Path) -> tuple[dict[str, Any], ...]:
    return tuple(_lines(file, ("name", "parameters")))


def openai_documents(category: str, functions: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Documents in OpenAI's format: their types are JSON schema's, and dots in names are ``_``.

    Args:
        category: Of the entry, which decides what is said of the language.
        functions: As they stand in the data; left as they are.

    Raises:
        UsageError: The package is not installed.
    """
    bfcl = load()
    entry = {"id": f"{category}_0", "function": copy.deepcopy(list(functions))}
    found = []
    for function in bfcl.hinted([entry])[0]["function"]:
        schema = _schema({**function["parameters"], "type": "dict"}, bfcl.types)
        document = {**function, "name": called(function["name"]), "parameters": schema}
        found.append({"type": "function", "function": document})
    return tuple(found)


def called(name: str) -> str:
    """A tool's name as a policy calls it: most servers take no dots.

    >>> called("math.factorial")
    'math_factorial'
    """
    return name.replace(".", "_")


def _schema(part: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    schema = dict(part)
    if isinstance(schema.get("type"), str):
        schema["type"] = types.get(schema["type"], "string")
    if isinstance(schema.get("properties"), dict):
        schema["properties"] = {name: _schema(inner, types) for name, inner in schema["properties"].items()}
    if isinstance(schema.get("items"), dict):
        schema["items"] = _schema(schema["items"], types)
    return schema
