"""The files of a scenario's folder: bytes -> objects. Whatever is wrong becomes one RegistryError with file and place.

Nothing here looks at trust or runs code; where scenarios lie and when their files are read is the business of
:mod:`ftrl_gym.registry`.
"""

from __future__ import annotations

import ast
import bz2
import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from ftrl_gym.errors import RegistryError
from ftrl_gym.scenario import FORMAT, FileEntry, Manifest
from ftrl_gym.task import Split, Task
from ftrl_gym.tooldoc import ToolDocument
from ftrl_gym.trust import MANIFEST
from ftrl_gym.world import WorldBase

T = TypeVar("T")
M = TypeVar("M", Manifest, Task)

TOOLS = "tools.py"
TASKS = {split: f"tasks.{split.value}.jsonl" for split in Split}
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_DOCUMENTS = TypeAdapter(tuple[ToolDocument, ...])
_MEND = "Put the original back (check it out again, or reinstall the package) or build the scenario again"


class Offer(NamedTuple):
    """What the tasks of a scenario may refer to."""

    tools: Mapping[str, Collection[str] | None]
    """Toolset, empty for the plain one -> its tools; None where they are not looked at."""
    worlds: Collection[str]


def worlds_of(manifest: Manifest) -> dict[str, str]:
    """World id -> its file, ``worlds/<id>.json``."""
    files = [file for file in manifest.files if file.startswith("worlds/") and file.endswith(".json")]
    return {file.removeprefix("worlds/").removesuffix(".json"): file for file in files}


def toolset_files(toolset: str) -> tuple[str, str]:
    """Where a toolset's documents and its code lie."""
    return f"toolsets/{toolset}.json", f"toolsets/{toolset}.py"


def toolsets_of(manifest: Manifest) -> list[str]:
    """Toolsets that rest with the scenario, beside the plain one."""
    files = [file for file in manifest.files if file.startswith("toolsets/") and file.endswith(".json")]
    return [file.removeprefix("toolsets/").removesuffix(".json") for file in files]


def broken(path: Path, problem: str, place: str = "") -> RegistryError:
    """The one form in which a broken file is told."""
    return RegistryError(f"{path}{place and ', ' + place}: {problem}. {_MEND}")


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises RegistryError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise broken(path, f"cannot be read ({error.strerror})") from error


PACKED = ".bz2"
"""What the names of compressed files end with. Every version of bzip2 makes the same bytes of a content."""


def stored_at(path: Path, entry: FileEntry) -> Path:
    """Where a file lies on the disk."""
    return path.with_name(path.name + PACKED) if entry.packed else path


def read_pinned(path: Path, entry: FileEntry, parse: Callable[[Path, bytes], T]) -> T:
    """Parses the file if it is the pinned one; of another one it tells the first place that is wrong, if it can."""
    path = stored_at(path, entry)
    data = read_bytes(path)
    if entry.packed:
        try:
            data = bz2.decompress(data)
        except (OSError, ValueError) as error:
            raise broken(path, f"it cannot be unpacked ({error})") from error
    if hashlib.sha256(data).hexdigest() == entry.sha256:
        return parse(path, data)
    problem = f"this is not the content that {MANIFEST} pins"
    if len(data) != entry.bytes and not entry.packed:
        problem += f" ({len(data)} bytes instead of {entry.bytes})"
    try:
        parse(path, data)
    except RegistryError as error:
        problem += "; " + str(error).removeprefix(str(path)).removesuffix(f". {_MEND}").lstrip(",: ")
    raise broken(path, problem)


def parse_manifest(path: Path, data: bytes, name: str) -> Manifest:
    """``scenario.json``, of the scenario called ``name``. Raises RegistryError."""
    written = _json(path, data)
    number = written.get("format") if isinstance(written, dict) else None
    if number != FORMAT:
        raise RegistryError(
            f"{path}: its registry format is {number!r:.40}; this version of ftrl_gym reads {FORMAT}. "
            "Build the scenario again, or install the version of ftrl_gym that wrote it"
        )
    manifest = _model(path, data, Manifest)
    if manifest.name != name:
        raise broken(path, f"it describes {manifest.name}, but the folder is {name}")
    if twice := _repeated(document.name for document in manifest.documents):
        raise broken(path, f"tool {twice!r} is documented twice")
    if missing := {TOOLS, *TASKS.values()} - manifest.files.keys():
        raise broken(path, f"it pins no {', '.join(sorted(missing))}")
    if outside := [file for file in manifest.files if not _FILE.fullmatch(file) or file == MANIFEST]:
        raise broken(path, f"{outside[0]!r:.80} is no path within the folder")
    return manifest


def parse_tools(path: Path, data: bytes, tools: Collection[str]) -> str:
    """``tools.py``: the source, once it is known to define every tool. Raises RegistryError."""
    try:
        source = data.decode()
        tree = ast.parse(source)
    except UnicodeDecodeError as error:
        raise broken(path, "it is not UTF-8 text", f"byte {error.start}") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = f"line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise broken(path, f"it is no Python ({error.args[0]})", place) from error
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    if missing := sorted(set(tools) - defined):
        raise broken(path, f"it defines no function {missing[0]!r} for the tool of that name")
    return source


def parse_documents(path: Path, data: bytes) -> dict[str, ToolDocument]:
    """``toolsets/<id>.json``: the documents of a toolset, by name. Raises RegistryError."""
    try:
        documents = _DOCUMENTS.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise broken(path, first["msg"][:200]) from error
    if twice := _repeated(document.name for document in documents):
        raise broken(path, f"tool {twice!r} is documented twice")
    return {document.name: document for document in documents}


def parse_world(path: Path, data: bytes) -> WorldBase:
    """``worlds/<id>.json``. Raises RegistryError."""
    match _json(path, data):
        case {"constants": dict(constants), "tables": dict(tables), **rest} if not rest:
            for table, rows in tables.items():
                if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
                    raise broken(path, "it is not an object of row id -> row", f"table {table!r:.60}")
            return WorldBase(tables, constants)
    raise broken(path, 'it is not {"constants": {...}, "tables": {...}}')


def parse_tasks(path: Path, data: bytes, split: Split, offer: Offer) -> tuple[Task, ...]:
    """``tasks.<split>.jsonl``: one task a line, every reference in them resolved. Raises RegistryError."""
    return tuple(_tasks(path, data, split, offer))


def check_tasks(path: Path, data: bytes, split: Split, offer: Offer) -> None:
    """What :func:`parse_tasks` would raise, with one task at a time in memory. Raises RegistryError."""
    for _ in _tasks(path, data, split, offer):
        pass


def _tasks(path: Path, data: bytes, split: Split, offer: Offer) -> Iterator[Task]:
    known: set[str] = set()
    for number, line in enumerate(io.BytesIO(data), 1):
        if not line.endswith(b"\n"):
            raise broken(path, "it does not end with a line break; the file is cut off", f"line {number}")
        task = _model(path, line, Task, f"line {number}")
        problem = dangling(task, offer)
        if task.split is not split:
            problem = f"task {task.id!r} belongs to split {task.split.value!r}"
        if task.id in known:
            problem = f"task {task.id!r} is there twice"
        if problem:
            raise broken(path, problem, f"line {number}")
        known.add(task.id)
        yield task


def dangling(task: Task, offer: Offer) -> str | None:
    """The first reference of a task that leads nowhere, in words; None if all lead somewhere."""
    questions = [question.id for question in task.sub_questions]
    calls = [call for plan in task.plans for call in plan.calls()]
    if task.toolset not in offer.tools:
        return f"task {task.id!r} names a toolset that is not there: {task.toolset!r:.60}"
    offered = offer.tools[task.toolset]
    references: Iterable[tuple[str, Iterable[str], Collection[str]]] = (
        ("world", [task.world] if task.world else [], offer.worlds),
        ("offered tool", task.tools, task.tools if offered is None else offered),
        ("tool of a sub-question", [question.tool for question in task.sub_questions if question.tool], task.tools),
        ("tool of a plan", [call.tool for call in calls], task.tools),
        ("tool of the timeline", [event.tool for event in task.timeline], task.tools),
        ("sub-question solved by a plan", [solved for call in calls for solved in call.solves], questions),
        ("sub-question depended on", [on for question in task.sub_questions for on in question.depends_on], questions),
        ("sub-question the outcome is earned by", task.outcome.earned_by, questions),
        (
            "sub-question a derivation follows",
            [after for value in task.derivations for after in value.after],
            questions,
        ),
    )
    if twice := _repeated(questions):
        return f"task {task.id!r} has sub-question {twice!r} twice"
    for what, used, known in references:
        for name in used:
            if name not in known:
                return f"task {task.id!r} names a {what} that is not there: {name!r:.60}"
    return None


def _repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _json(path: Path, data: bytes) -> Any:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise broken(path, f"it is no JSON ({error.msg})", f"line {error.lineno}") from error
    except UnicodeDecodeError as error:
        raise broken(path, "it is not UTF-8 text", f"byte {error.start}") from error
    except RecursionError as error:
        raise broken(path, "it is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise broken(path, f"it is no JSON ({str(error)[:100]})") from error


def _model(path: Path, data: bytes, model: type[M], place: str = "") -> M:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:120]  # it may hold the file's own keys
        raise broken(path, first["msg"][:200] + (f" at {where}" if where else ""), place) from error
