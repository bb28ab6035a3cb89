"""What the scripts have in common: settings are read from the command line, and whatever goes wrong for a reason that a
user can mend is a message, not a traceback.

Our own bugs keep their traceback.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from typing import TypeVar

from rich.console import Console

from ftrl_gym.errors import FtrlGymError, UsageError

_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
"""Of the disk, not of the program."""

A = TypeVar("A")


def run_script(
    arguments: type[A],
    run: Callable[[A, Console], int],
    command_line: list[str] | None,
    description: str | None,
    *,
    out_of_memory: Callable[[A], str],
) -> int:
    """Reads a script's settings and runs it.

    Args:
        arguments: The settings: each field is a flag.
        run: Given them and a console on stderr; returns an exit code.
        command_line: The flags; None takes those of the process.
        description: What ``--help`` says first.
        out_of_memory: What to do about it, given the settings.

    Returns:
        As :func:`exit_code`.
    """
    import tyro

    given = tyro.cli(arguments, args=command_line, description=description)
    console = Console(stderr=True)
    return exit_code(
        lambda: run(given, console),
        console,
        out_of_memory=out_of_memory(given),
        no_room="Make room, or choose another --out",
    )


def exit_code(command: Callable[[], int], console: Console, *, out_of_memory: str, no_room: str) -> int:
    """Run a command.

    Args:
        command: Returns an exit code.
        console: For the message.
        out_of_memory: What to do about it.
        no_room: What to do when a file cannot be written.

    Returns:
        The command's own; 2 for a wrong setting, 1 for what went wrong on the way, 130 after Ctrl-C.
    """
    try:
        return command()
    except UsageError as error:
        text, code = str(error), 2
    except FtrlGymError as error:
        text, code = str(error), 1
    except KeyboardInterrupt:
        text, code = "\ninterrupted", 130
    except OSError as error:
        if error.errno not in _PLACE:
            raise
        text, code = f"cannot write {error.filename or 'a file'}: {error.strerror}. {no_room}", 1
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        text, code = f"Out of memory. {out_of_memory}", 1
    console.print(text, markup=False, highlight=False)
    return code


def tell_full_disks_once() -> None:
    """For scripts: TensorBoard's writer thread prints a traceback of what it also raises in the main thread."""
    shown = threading.excepthook

    def hook(failed: threading.ExceptHookArgs) -> None:
        if not (isinstance(failed.exc_value, OSError) and failed.exc_value.errno in _PLACE):
            shown(failed)

    threading.excepthook = hook


def _is_out_of_memory(error: BaseException) -> bool:
    """torch has a class for it on a GPU; on a CPU it is a RuntimeError that says so."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "allocate memory" in text
