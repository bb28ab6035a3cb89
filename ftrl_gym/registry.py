"""Registries: where scenarios rest. Finds, loads and writes them.

    registry/<Name>/scenario.json        the manifest: what the scenario is, its tool documents, a pin of each file
                    tools.py             one function per tool document
                    tasks.train.jsonl    one task a line
                    tasks.test.jsonl
                    worlds/<id>.json     {"constants": {...}, "tables": {table: {row id: row}}}
                    toolsets/<id>.json   documents of another design of the tools, and
                    toolsets/<id>.py     its code, where tasks have it

All but the manifest and ``tools.py`` may be compressed, as ``<file>.bz2``; the manifest says so, and pins the content.

Registries are layered: ``$FTRL_REGISTRY``, then the user's data folder, then the packaged one; the first that has a
name wins. Loading reads the manifest and the code; tasks, worlds and toolsets are read when first asked for. Every file
is compared with its pin before it is parsed, so what is wrong with a file, be it cut off or edited, is one
RegistryError that names file and place; there are no half-loaded scenarios. A scenario's code runs only if it is
trusted (:mod:`ftrl_gym.trust`).
"""

from __future__ import annotations

import bz2
import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ftrl_gym import trust
from ftrl_gym.errors import RegistryError, UnknownNameError
from ftrl_gym.exchange import put_in_place
from ftrl_gym.scenario import FileEntry, Manifest, Scenario, Tools
from ftrl_gym.scenario_files import (
    TASKS,
    TOOLS,
    Offer,
    broken,
    check_tasks,
    parse_documents,
    parse_manifest,
    parse_tasks,
    parse_tools,
    parse_world,
    read_bytes,
    read_pinned,
    stored_at,
    toolset_files,
    toolsets_of,
    worlds_of,
)
from ftrl_gym.task import Split, Task
from ftrl_gym.trust import MANIFEST
from ftrl_gym.world import WorldBase

_T = TypeVar("_T")
_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,49}")
_PACKAGE = Path(__file__).parent


class Entry(NamedTuple):
    """A scenario that is there, before it is loaded."""

    name: str
    folder: Path


def _packaged() -> tuple[Path, Path]:
    """Where the registry that comes with the package may lie."""
    return _PACKAGE / "_registry", _PACKAGE.parent / "registry"


def packaged_root() -> Path:
    """The registry that comes with the package: the wheel's copy, else the checkout's."""
    for folder in _packaged():
        if folder.is_dir():
            return folder
    places = " nor ".join(map(str, _packaged()))
    raise RegistryError(f"the packaged registry is neither at {places}. Install the package again")


def is_packaged(folder: Path) -> bool:
    """Whether a scenario's folder lies in a registry that comes with the package."""
    return folder.resolve().parent in {root.resolve() for root in _packaged()}


def roots() -> list[Path]:
    """The registries in use, highest first."""
    own = os.environ.get("FTRL_REGISTRY")
    return [*([Path(own)] if own else []), trust.user_folder() / "registry", packaged_root()]


def entries() -> Iterator[Entry]:
    """Every scenario in the registries, by name; of two with one name the one in the higher registry."""
    found: dict[str, Path] = {}
    for root in roots():
        for folder in root.iterdir() if root.is_dir() else ():
            if _NAME.fullmatch(folder.name) and (folder / MANIFEST).is_file():
                found.setdefault(folder.name, folder)
    for name in sorted(found):
        yield Entry(name, found[name])


def names() -> list[str]:
    """Names of all scenarios."""
    return [entry.name for entry in entries()]


def version(folder: Path) -> int:
    """The version of a scenario, without reading more of it than that. Raises RegistryError."""
    path = folder / MANIFEST
    try:
        number = json.loads(path.read_bytes())["version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise broken(path, f"it is no manifest ({type(error).__name__}: {error})") from error
    if type(number) is not int or number < 0:
        raise broken(path, f"version is {number!r:.40} and not a count")
    return number


def load(name: str) -> Scenario:
    """The scenario of that name from the highest registry that has it.

    Raises:
        UnknownNameError: No registry has it.
        RegistryError: One of its files is missing, broken or not the pinned one.
    """
    for root in roots():
        if _NAME.fullmatch(name) and (root / name).is_dir():
            return load_folder(root / name)
    places = ", ".join(str(root) for root in roots())
    raise UnknownNameError("scenario", name, names(), f"Looked in {places}")


def load_folder(folder: Path) -> Scenario:
    """The scenario in ``folder``: the one that was there or, if it is replaced meanwhile, the new one.

    Raises:
        RegistryError: One of its files is missing, broken or not the pinned one.
    """
    data = read_bytes(folder / MANIFEST)
    while True:
        try:
            return _load(folder.resolve(), data, trust.is_trusted(hashlib.sha256(data).hexdigest()))
        except RegistryError:
            data, before = read_bytes(folder / MANIFEST), data
            if data == before:
                raise


@lru_cache(maxsize=32)
def _load(folder: Path, data: bytes, trusted: bool) -> Scenario:
    """One scenario per content, so that a rebuilt folder is read anew and an unchanged one is not."""
    return _read(folder, data, folder.name, trusted)


class _Contents:
    """The tasks and worlds of one folder, each read when first asked for and then kept.

    A pickle holds the pins but nothing that was read: who unpickles it reads the files again, or is told that they have
    changed.
    """

    def __init__(self, folder: Path, manifest: Manifest, name: str) -> None:
        self._folder, self._manifest, self._name = folder, manifest, name
        self._forget()

    def _forget(self) -> None:
        self._worlds: dict[str, WorldBase] = {}
        self._tasks: dict[Split, tuple[Task, ...]] = {}
        self._tools: dict[str, Tools] = {}

    def load_world(self, world: str) -> WorldBase:
        """See :class:`~ftrl_gym.scenario.Scenario`."""
        if world not in self._worlds:
            files = worlds_of(self._manifest)
            if world not in files:
                raise UnknownNameError(f"world of {self._name}", world, files)
            self._worlds[world] = self._pinned(files[world], parse_world)
        return self._worlds[world]

    def load_tasks(self, split: Split) -> tuple[Task, ...]:
        """See :class:`~ftrl_gym.scenario.Scenario`."""
        if split not in self._tasks:
            tools = {"": {document.name for document in self._manifest.documents}}
            offer = Offer(tools | dict.fromkeys(toolsets_of(self._manifest)), worlds_of(self._manifest).keys())
            self._tasks[split] = self._pinned(TASKS[split], partial(parse_tasks, split=split, offer=offer))
        return self._tasks[split]

    def load_tools(self, toolset: str) -> Tools:
        """See :class:`~ftrl_gym.scenario.Scenario`."""
        if toolset not in self._tools:
            known = toolsets_of(self._manifest)
            if toolset not in known:
                shown = ", ".join(known[:20]) or "none"
                raise RegistryError(f"{self._name} has no toolset {toolset!r:.60}; it has {shown}")
            documents, code = toolset_files(toolset)
            read = self._pinned(documents, parse_documents)
            self._tools[toolset] = Tools(read, self._pinned(code, partial(parse_tools, tools=read)))
        return self._tools[toolset]

    def _pinned(self, file: str, parse: Callable[[Path, bytes], _T]) -> _T:
        return read_pinned(self._folder / file, self._manifest.files[file], parse)

    def __getstate__(self) -> dict[str, Any]:
        return {"_folder": self._folder, "_manifest": self._manifest, "_name": self._name}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()


def _read(folder: Path, data: bytes, name: str, trusted: bool) -> Scenario:
    manifest = parse_manifest(folder / MANIFEST, data, name)
    documents = {document.name: document for document in manifest.documents}
    contents = _Contents(folder, manifest, name)
    source = read_pinned(folder / TOOLS, manifest.files[TOOLS], partial(parse_tools, tools=documents))
    scenario = Scenario(
        manifest, documents, source, contents.load_world, contents.load_tasks, trusted, contents.load_tools
    )
    if not all(_has_size(stored_at(folder / file, entry), entry.bytes) for file, entry in manifest.files.items()):
        read_all(scenario, folder)
    return scenario


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def read_all(scenario: Scenario, folder: Path) -> None:
    """Reads every file of a scenario and keeps nothing, so that whatever is wrong with one is raised now.

    Raises:
        RegistryError: One of them is missing, broken or not the pinned one.
    """
    manifest = scenario.manifest
    worlds = worlds_of(manifest)
    tools: dict[str, Collection[str] | None] = {"": scenario.documents.keys()}
    for toolset in toolsets_of(manifest):
        file, code = toolset_files(toolset)
        if code not in manifest.files:
            raise broken(folder / MANIFEST, f"it pins no {code}")
        tools[toolset] = read_pinned(folder / file, manifest.files[file], parse_documents).keys()
        read_pinned(folder / code, manifest.files[code], partial(parse_tools, tools=tools[toolset] or ()))
    offer = Offer(tools, worlds.keys())
    checks: dict[str, Callable[[Path, bytes], object]] = {
        file: partial(check_tasks, split=split, offer=offer) for split, file in TASKS.items()
    }
    checks |= dict.fromkeys(worlds.values(), parse_world)
    for file in sorted(manifest.files, key=lambda file: file not in checks):
        read_pinned(folder / file, manifest.files[file], checks.get(file, lambda _path, _data: None))


def write(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Writes a scenario to ``folder`` (``.../<name>``), all or nothing, and returns the manifest with the pins.

    The new folder is written beside the old one and read back whole before it takes its place, so a full disk, or
    content that :func:`load` would refuse, leaves the old scenario as it was.

    Args:
        folder: Where to; its name is the scenario's.
        manifest: Its ``files`` are not looked at: the pins come from ``files``.
        files: Path within the folder, with forward slashes -> content.

    Raises:
        RegistryError: It cannot be written, or what lies there is no scenario.
    """
    check_place(folder)
    draft = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        draft.chmod(0o755)
        for path, content in files.items():
            (draft / path).parent.mkdir(parents=True, exist_ok=True)
            (draft / path).write_bytes(content)
        manifest = complete(draft, manifest, folder)
        put_in_place(draft, folder)
    except OSError as error:
        raise RegistryError(
            f"{folder} cannot be written: {error}. Nothing was changed; make room or choose another place"
        ) from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return manifest


def check_place(folder: Path) -> None:
    """Raises RegistryError where a scenario cannot go: something else is there, or nobody may write there."""
    if folder.is_dir() and not (folder / MANIFEST).is_file() and any(folder.iterdir()):
        raise RegistryError(
            f"{folder} is no scenario (no {MANIFEST} in it) and is not replaced. Choose another folder, or move it away"
        )
    if folder.exists() and not folder.is_dir():
        raise RegistryError(f"{folder} is a file. Choose another folder, or move it away")
    place = next(parent for parent in folder.absolute().parents if parent.exists())
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise RegistryError(f"{folder} cannot be made: {place} is not a folder that you may write to. Choose another")


def complete(draft: Path, manifest: Manifest, folder: Path, *, pack: bool = False) -> Manifest:
    """Adds the manifest, with a pin of every file in ``draft``, reads all of it back and sees it safe on the disk.

    Args:
        draft: A folder with all other files of the scenario.
        manifest: Its ``files`` are not looked at.
        folder: Where the draft will go (:func:`~ftrl_gym.exchange.put_in_place`); errors name it.
        pack: Compress all but the scenario's own code: a sixth of the size, and not for the eye.

    Raises:
        RegistryError: :func:`load` would refuse it.
        OSError: It cannot be written.
    """
    pins = {}
    for path in sorted(path for path in draft.rglob("*") if path.is_file() and path != draft / MANIFEST):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        name = path.relative_to(draft).as_posix()
        entry = FileEntry(sha256=digest, bytes=path.stat().st_size, packed=pack and name != TOOLS)
        if entry.packed:
            small = bz2.compress(path.read_bytes())
            stored_at(path, entry).write_bytes(small)
            path.unlink()
            entry = entry.model_copy(update={"bytes": len(small)})
        pins[name] = entry
    manifest = manifest.model_copy(update={"files": dict(sorted(pins.items()))})
    data = manifest.model_dump_json(by_alias=True, indent=1).encode() + b"\n"
    (draft / MANIFEST).write_bytes(data)
    try:
        read_all(_read(draft, data, folder.name, trusted=False), draft)
    except RegistryError as error:
        raise RegistryError(str(error).replace(str(draft), str(folder))) from error
    for path in (*draft.rglob("*"), draft):
        _to_disk(path)
    return manifest


def _to_disk(path: Path) -> None:
    """What a power cut would otherwise lose."""
    if path.is_file() or os.name == "posix":  # Windows opens no folders
        handle = os.open(path, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # a file system that cannot
                os.fsync(handle)
        finally:
            os.close(handle)
