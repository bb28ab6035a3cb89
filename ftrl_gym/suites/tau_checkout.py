"""tau-bench's own files: finding a checkout, and loading a domain's tasks, tools, policy and data from it.

Its package imports litellm and three vendors' clients for its user models as soon as it is imported, so the few modules
needed are loaded by themselves and leave nothing behind in ``sys.modules``. They run in this process: a domain is
loaded if its files are the ones that this was tested with, by their sha256, or if the caller vouches for them.
"""

from __future__ import annotations

import hashlib
import json
import marshal
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.suites.data_files import DataFile, DataSet, Found, content_of, find
from ftrl_gym.suites.isolated_package import isolated_package

COMMIT = "59a200c6d575d595120f1cb70fea53cef0632f6b"
"""Of sierra-research/tau-bench: what this was tested with."""
KNOWN = {
    "airline": "71e80807a39d59201dacafa5efb8d09db2aa376d42a855c5d08fc6bc10707a9b",
    "retail": "da8da1f6b1704c7157a8de57bf1cafee9b06859b29ef6a65af9ff19ce62cae72",
}
"""Domain -> sha256 over its files there; see :func:`digest`."""
DATA = DataSet(
    title="tau-bench",
    files=(
        DataFile(names=("envs/tool.py",), size=233),
        DataFile(names=("envs/airline/tasks_test.py",), size=67_250),
        DataFile(names=("envs/airline/data/flights.json",), size=2_114_218),
        DataFile(names=("envs/airline/data/reservations.json",), size=2_325_594),
        DataFile(names=("envs/retail/tasks_test.py",), size=169_476),
        DataFile(names=("envs/retail/data/orders.json",), size=1_810_945),
    ),
    folders=("tau_bench", "", "tau-bench/tau_bench", "tau-bench"),
    source=f"a checkout of https://github.com/sierra-research/tau-bench at {COMMIT[:12]} (8 MB)",
    package="tau_bench",
)
_TABLES = {"airline": ("flights", "reservations", "users"), "retail": ("orders", "products", "users")}


@dataclass(frozen=True)
class TauTask:
    """One task as its authors wrote it."""

    instruction: str
    """What the user wants and knows."""
    actions: tuple[tuple[str, dict[str, Any]], ...]
    """The right calls, in order."""
    outputs: tuple[str, ...]
    """What the user has to be told."""


@dataclass(frozen=True)
class Domain:
    """What there is of one domain."""

    name: str
    folder: Path
    """The package's: holds ``envs``."""
    tasks: tuple[TauTask, ...]
    tools: Mapping[str, Callable[..., Any]]
    """Name -> what runs it on a database, given as ``data``."""
    documents: tuple[dict[str, Any], ...]
    policy: str
    """What the agent is to keep to."""
    packed: bytes
    """The database, in :mod:`marshal`'s form, of which a fresh copy is cheap."""
    sha256: str

    def database(self) -> Any:
        """A fresh copy of the database, as the tools take it."""
        return marshal.loads(self.packed)

    def plain(self, data: Any) -> dict[str, Any]:
        """A database as plain data."""
        plain: dict[str, Any] = data
        return plain


def find_checkout(path: Path | None) -> Found:
    """The files of both domains; :func:`package_of` says in which folder they are.

    Args:
        path: A checkout or the package in it; None looks into ``$FTRL_DATA_DIR`` and for an installed package.

    Raises:
        UsageError: They are not there.
    """
    return find(DATA, path)


def package_of(found: Found) -> Path:
    """The folder of the package that files were found in."""
    return found.paths[0].parent.parent.resolve()


def load_domain(name: str, folder: Path, *, unsafe: bool = False) -> Domain:
    """A domain of a checkout. Read once per version of its files.

    Args:
        name: ``airline`` or ``retail``.
        folder: As :func:`package_of` returns it.
        unsafe: Run its code although its files are not the known ones.

    Raises:
        UnknownNameError: No such domain.
        UsageError: A file is missing or broken, or the files are other ones than those this was tested with.
    """
    if name not in _TABLES:
        raise UnknownNameError("domain of tau-bench", name, _TABLES)
    found = digest(name, folder)
    if found != KNOWN[name] and not unsafe:
        raise UsageError(
            f"the {name} files in {str(folder)!r} are not those of commit {COMMIT[:12]} (sha256 {found[:16]}…), and "
            f"their code would run in this process. Check that commit out, or pass unsafe=True if you trust them"
        )
    return _load(name, folder, found)


def digest(name: str, folder: Path) -> str:
    """sha256 over the names and contents of the files that a domain is loaded from, whatever ends their lines.

    Args:
        name: ``airline`` or ``retail``.
        folder: As :func:`package_of` returns it.

    Raises:
        UsageError: One of them is missing.
    """
    place = folder / "envs" / name
    files = [folder / "types.py", folder / "envs" / "tool.py", folder / "envs" / "user.py"]
    files += [
        place / "tasks_test.py",
        place / "wiki.md",
        *(place / "data" / f"{table}.json" for table in _TABLES[name]),
    ]
    files += sorted((place / "tools").glob("*.py"))
    total = hashlib.sha256()
    for file in files:
        content = content_of(file, f"Take {DATA.source}")
        inner = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
        total.update(f"{file.relative_to(folder).as_posix()} {inner}\n".encode())
    return total.hexdigest()


def isolated(folder: Path, **stand_ins: ModuleType) -> AbstractContextManager[Callable[[str], ModuleType]]:
    """Imports modules of the checkout without what its packages import; see :func:`isolated_package`.

    Args:
        folder: As :func:`package_of` returns it.
        **stand_ins: What other libraries are taken to be meanwhile.
    """
    inner = ["tau_bench", "tau_bench.envs", *(f"tau_bench.envs.{name}" for name in _TABLES)]
    return isolated_package(folder, inner, stand_ins)


@lru_cache(maxsize=4)
def _load(name: str, folder: Path, sha256: str) -> Domain:
    place = folder / "envs" / name
    with isolated(folder) as imported:
        tools = imported(f"tau_bench.envs.{name}.tools").ALL_TOOLS
        written = vars(imported(f"tau_bench.envs.{name}.tasks_test"))
    tasks = written.get("TASKS_TEST") or written.get("TASKS")
    if not tasks:
        raise UsageError(f"{place / 'tasks_test.py'} has no tasks. Take {DATA.source}")
    documents = tuple(tool.get_info() for tool in tools)
    return Domain(
        name=name,
        folder=folder,
        tasks=tuple(
            TauTask(task.instruction, tuple((one.name, one.kwargs) for one in task.actions), tuple(task.outputs))
            for task in tasks
        ),
        tools={document["function"]["name"]: tool.invoke for document, tool in zip(documents, tools, strict=True)},
        documents=documents,
        policy=(place / "wiki.md").read_text(encoding="utf-8"),
        packed=marshal.dumps({table: _table(place / "data" / f"{table}.json") for table in _TABLES[name]}, 2),
        sha256=sha256,
    )


def _table(file: Path) -> dict[str, Any]:
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{file} is no JSON ({error}); is the file truncated?") from None
    if not isinstance(table, dict):
        raise UsageError(f"{file} holds a {type(table).__name__}; it is an object of records")
    return table
