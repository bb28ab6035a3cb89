"""Files that appear whole or not at all: written beside their place, then moved into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from ftrl_gym.errors import UsageError


def check_place(path: str | os.PathLike[str], *, force: bool) -> Path:
    """The path, if a file can be written there, so that no work is done for nothing.

    Args:
        path: Where to.
        force: Whether a file that is there may be replaced.

    Raises:
        UsageError: There is a file already, it is a folder, or its folder is missing or cannot be written to.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a file in it")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already; name another file, or replace it with --force")
    if not file.parent.is_dir():
        raise UsageError(f"the folder {file.parent} does not exist; make it first (mkdir -p {file.parent})")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {file.parent} cannot be written to; choose another place")
    return file


def write_whole(file: Path, fill: Callable[[Path], None]) -> None:
    """Lets ``fill`` write a draft, and moves it to ``file`` once it is complete.

    Whatever ``fill`` raises passes through and leaves nothing behind; a file that was there stays as it was.

    Raises:
        UsageError: The disk is full, or the place cannot be written to.
    """
    draft: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        draft = Path(name)
        os.close(handle)
        fill(draft)
        mask = os.umask(0)
        os.umask(mask)
        draft.chmod(0o666 & ~mask)  # a temporary file is its owner's alone
        draft.replace(file)
    except OSError as error:
        problem = f"{file} cannot be written: {error.strerror or error}"
        raise UsageError(f"{problem}. Nothing was changed; make room or choose another place") from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
