"""The work folder of a long build: what is finished, kept such that a killed build can go on.

    DIR/.Clinic.building/plan.json       what is being built, and by which code
                         <chunk>.jsonl   finished tasks; a file is there whole or not at all
                         Clinic/         the scenario while it is put together

A folder that holds the work of another command, or of other code, is refused: its tasks would not be the ones that this
command makes.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ftrl_gym.errors import RegistryError, UsageError
from ftrl_gym.lock import held
from ftrl_gym.version import __version__

_PACKAGE = Path(__file__).parent.parent
_NOT_CONSTRUCTION = ("cli", "stats", "export", "suites")
PLAN = "plan.json"
_DRAFT = ".draft"


class WorkFolder:
    """One build's own folder, beside its target. Make it with :func:`opened`.

    Args:
        path: Where it lies.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def has(self, name: str) -> bool:
        """Whether a file of that name is finished."""
        return (self.path / name).is_file()

    def holds_work(self) -> bool:
        """Whether anything is finished."""
        return any(file.name != PLAN and file.suffix != _DRAFT for file in self.path.iterdir())

    def keep(self, name: str, content: bytes) -> None:
        """Adds a file at once and for good: a crash or a power cut leaves all of it or nothing. Raises OSError."""
        draft = self.path / f"{name}{_DRAFT}"
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / name)

    def read(self, name: str) -> bytes:
        """What :meth:`keep` has kept."""
        return (self.path / name).read_bytes()

    def remove(self) -> None:
        """Throws everything away."""
        shutil.rmtree(self.path, ignore_errors=True)


@contextlib.contextmanager
def opened(target: Path, plan: dict[str, Any], declared: str, *, restart: bool = False) -> Iterator[WorkFolder]:
    """The work folder of a build of ``target``, new or with what an interrupted build has left, and locked.

    Args:
        target: Folder of the scenario to be.
        plan: What is to be built, as JSON.
        declared: Text of the declaration, or anything that changes when it does.
        restart: Throw away what is there.

    Raises:
        UsageError: Another process builds the same, or the folder holds the work of another command.
        RegistryError: It cannot be made.
    """
    path = target.parent / f".{target.name}.building"
    code = hashlib.sha256(f"{_code()} {declared}".encode()).hexdigest()
    written = {"plan": plan, "version": __version__, "code": code}
    try:
        with held(target.parent / f".{target.name}.lock", f"building {target.name} into {target.parent}"):
            if restart and path.exists():
                shutil.rmtree(path)
            path.mkdir(exist_ok=True)
            work = WorkFolder(path)
            if work.has(PLAN) and work.holds_work():
                _check_same(path, written)
            else:  # nothing was finished by another command, such as one with a mistyped name: nothing is lost
                work.keep(PLAN, json.dumps(written, indent=1).encode())
            yield work
    except OSError as error:
        raise RegistryError(f"{path} cannot be written: {error}. Make room, or choose another folder") from error


def _check_same(path: Path, written: dict[str, Any]) -> None:
    """Whether what is in the folder is of the same command and code."""
    try:
        before = json.loads((path / PLAN).read_bytes())
        plan, code = dict(before["plan"]), before["code"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is no work of a build. Start anew with --restart, which deletes it") from None
    other = {name: plan[name] for name in plan if plan[name] != written["plan"].get(name)}
    if other:
        told = ", ".join(f"{name} {value}" for name, value in other.items())
        raise UsageError(
            f"{path} holds an unfinished build by another command: {told}. "
            "Give that command again to finish it, or start anew with --restart, which deletes it"
        )
    if code != written["code"]:
        raise UsageError(
            f"{path} holds an unfinished build, and the declaration or ftrl_gym has changed since (it was version "
            f"{before.get('version')}): its tasks would not fit. Start anew with --restart, which deletes it"
        )


@functools.cache
def _code() -> str:
    """Hash of the code that decides what a build makes."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        name = path.relative_to(_PACKAGE)
        if name.parts[0] not in _NOT_CONSTRUCTION:
            digest.update(f"{name.as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
