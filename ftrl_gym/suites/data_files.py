"""Finds the files of published data: nothing third-party is packaged, so they are the user's.

Looked for in this order: the folder (or, for one file, the file) that was given, ``$FTRL_DATA_DIR``, an installed
package that brings them, the Hugging Face hub where the authors put them there. Where all fail, the error says what to
put where.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ftrl_gym.errors import UsageError

VARIABLE = "FTRL_DATA_DIR"


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """A published file."""

    names: tuple[str, ...]
    """What it may be called; the first is the authors' name, another one is that of a part of it."""
    size: int | None = None
    """Bytes of the published version."""
    sha256: str = ""
    """Of the published version, where known."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """Published data."""

    title: str
    files: tuple[DataFile, ...]
    folders: tuple[str, ...]
    """Where files may lie below a folder that is looked in; ``""`` is that folder."""
    source: str
    """Where they are to be had, as a person reads it."""
    package: str = ""
    """Installed package that brings them, where there is one."""
    hub: str = ""
    """Data set on the Hugging Face hub, where there is one."""
    hub_folder: str = ""
    """Folder in it."""


@dataclass(frozen=True)
class Found:
    """Files that were found, in the order of the data set's."""

    paths: tuple[Path, ...]
    digest: str
    """Of their contents."""
    note: str
    """What differs from what was published; empty where nothing does."""


def find(data: DataSet, given: Path | None, wanted: Sequence[int] | None = None) -> Found:
    """The files of a data set, all from one place.

    Args:
        data: The data set.
        given: What the user said; then nothing else is looked at.
        wanted: Which of its files; None is all.

    Raises:
        UsageError: They are not all there; names the data set, its size and checksum, and where to put it.
    """
    files = data.files if wanted is None else tuple(data.files[place] for place in wanted)
    if given is not None and given.expanduser().is_file():
        if len(files) == 1:
            return _found(files, (given.expanduser(),))
        raise UsageError(f"{given} is a file; {data.title} has {len(files)}: give their folder")
    missing = files[0].names[0]
    for root in _roots(data, given):
        for folder in data.folders:
            paths = [_first(root / folder, one) for one in files]
            there = tuple(path for path in paths if path is not None)
            if len(there) == len(files):
                return _found(files, there)
            if there:
                missing = next(one.names[0] for one, path in zip(files, paths, strict=True) if path is None)
    if given is None and data.hub and (downloaded := _from_hub(data, files)):
        return _found(files, downloaded)
    raise UsageError(_absent(data, files, given, missing))


def content_of(file: Path, hint: str = "") -> bytes:
    """What a file of published data holds.

    Args:
        file: The file.
        hint: What to do where it cannot be read; ends what is said of it.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        told = f"{file} cannot be read: {error.strerror}"
        raise UsageError(f"{told}. {hint}" if hint else told) from None


def checked_path(path: object) -> Path | None:
    """A ``path=`` of ``gym.make``, which may be left out.

    Raises:
        UsageError: It is no path.
    """
    if path is None or isinstance(path, str | os.PathLike):
        return None if path is None else Path(path)
    raise UsageError(f"path is {path!r:.80}; it is the path of a folder or file with the data, or left out")


def _roots(data: DataSet, given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.expanduser()
        return
    if os.environ.get(VARIABLE):
        yield Path(os.environ[VARIABLE]).expanduser()
    spec = importlib.util.find_spec(data.package) if data.package else None
    if spec is not None and spec.submodule_search_locations:
        yield Path(next(iter(spec.submodule_search_locations)))


def _first(folder: Path, file: DataFile) -> Path | None:
    return next((folder / name for name in file.names if (folder / name).is_file()), None)


def _from_hub(data: DataSet, files: Sequence[DataFile]) -> tuple[Path, ...]:
    """The files from the hub or its cache; none where they cannot be had."""
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError:
        return ()
    paths = []
    for file in files:
        name = "/".join(part for part in (data.hub_folder, file.names[0]) if part)
        try:
            paths.append(Path(hf_hub_download(data.hub, name, repo_type="dataset")))
        except (OSError, ValueError, HfHubHTTPError, LocalEntryNotFoundError):
            return ()
    return tuple(paths)


def _found(files: Sequence[DataFile], paths: tuple[Path, ...]) -> Found:
    sums = [_sha256(path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths]
    notes = []
    for file, path, digest in zip(files, paths, sums, strict=True):
        if path.name != file.names[0] and path.name in file.names:
            notes.append(f"{path.name} is a part of {file.names[0]}")
        elif file.sha256 and digest != file.sha256:
            notes.append(f"{path.name} is not the published file (sha256 {digest[:12]}…, not {file.sha256[:12]}…)")
    return Found(paths, hashlib.sha256("".join(sums).encode()).hexdigest()[:16], "; ".join(notes))


@lru_cache(maxsize=64)
def _sha256(path: Path, mtime_ns: int, size: int) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _absent(data: DataSet, files: Sequence[DataFile], given: Path | None, missing: str) -> str:
    where = f"${VARIABLE} is not set, or has no {missing} of"
    if given is not None:
        where = f"{given} has no {missing} of" if given.expanduser().exists() else f"there is no {given} with"
    listed = ", ".join(f"{one.names[0]}{_described(one)}" for one in files[:6])
    return (
        f"{where} {data.title}: {listed}. Get it from {data.source}, and give its folder with --data DIR (path= of "
        f"gym.make), or put it into {Path(f'${VARIABLE}') / data.folders[-1]}"
    )


def _described(file: DataFile) -> str:
    facts = [f"{file.size:,} bytes"] if file.size else []
    facts += [f"sha256 {file.sha256}"] if file.sha256 else []
    return f" ({', '.join(facts)})" if facts else ""
