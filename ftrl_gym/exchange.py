"""Two folders swap their places in one step, so that whoever looks finds the one or the other and never none.

Linux (``renameat2``) and macOS (``renamex_np``) can do that on most file systems. Elsewhere it takes two renames, and
for the moment between them there is no folder: :func:`put_in_place` then keeps the old one beside it, and puts it back
should the second rename fail.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from pathlib import Path

_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
_HERE = -100
"""``AT_FDCWD``: paths are taken as everywhere else."""
_SWAP = 2
"""``RENAME_EXCHANGE`` on Linux, ``RENAME_SWAP`` on macOS."""


def exchange(one: Path, other: Path) -> bool:
    """Swaps two folders of one file system; False where the platform or the file system cannot.

    Raises:
        OSError: One of them is not there, or may not be moved.
    """
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "win32":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform.startswith("linux") and hasattr(library, "renameat2"):
        failed = library.renameat2(_HERE, first, _HERE, second, ctypes.c_uint(_SWAP))
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, ctypes.c_uint(_SWAP))
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


def put_in_place(draft: Path, folder: Path) -> None:
    """Moves ``draft`` to ``folder``; what was there is then at ``draft``, or gone.

    Raises:
        OSError: It cannot be moved; the old folder is where it was.
    """
    if not folder.exists():
        draft.rename(folder)
        return
    if exchange(draft, folder):
        return
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-old-"))
    folder.rename(old / folder.name)
    try:
        draft.rename(folder)
    except OSError:
        (old / folder.name).rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
