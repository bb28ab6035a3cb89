"""The folder that a script writes into, looked at before anything slow begins."""

from __future__ import annotations

from pathlib import Path

from ftrl_gym.errors import UsageError


def check_out(folder: Path) -> None:
    """Makes the folder before anything is played.

    Raises:
        UsageError: It cannot be made, or nothing can be written into it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / "out.tmp"
        probe.touch()
        probe.unlink()
    except FileExistsError:
        raise UsageError(f"--out {folder} is a file; give a folder") from None
    except OSError as error:
        raise UsageError(f"--out {folder} cannot be written: {error.strerror}. Choose another folder") from None
