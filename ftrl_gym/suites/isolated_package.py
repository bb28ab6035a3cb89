"""Modules of somebody's package without the rest of it: a few files that do what they say, not their clients."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from ftrl_gym.errors import UsageError

_LOADING = threading.Lock()


@contextmanager
def isolated_package(
    folder: Path, packages: Sequence[str], stand_ins: Mapping[str, ModuleType]
) -> Iterator[Callable[[str], ModuleType]]:
    """Imports modules of a package, and forgets them at the end.

    Args:
        folder: Of the package.
        packages: Names of it and of packages in it, of which nothing is run: the modules in them are looked for all the
            same.
        stand_ins: What other libraries, and modules of theirs, are taken to be meanwhile.

    Yields:
        What imports a module by its full name.

    Raises:
        UsageError: From that: the module is missing or broken.
    """

    def imported(name: str) -> ModuleType:
        try:
            return importlib.import_module(name)
        except SyntaxError as error:
            raise UsageError(f"{error.filename}, line {error.lineno}: {error.msg}; is the file truncated?") from None
        except Exception as error:
            problem = f"{type(error).__name__}: {str(error)[:200]}"
            raise UsageError(f"{name} in {str(folder)!r} cannot be loaded: {problem}") from error

    with _LOADING:
        roots = {name.partition(".")[0] for name in (*packages, *stand_ins)}
        kept = {name: sys.modules.pop(name) for name in _of(roots)}
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder stays as it is
        try:
            for name in packages:
                bare = ModuleType(name)
                bare.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
                sys.modules[name] = bare
            sys.modules.update(stand_ins)
            importlib.invalidate_caches()
            yield imported
        finally:
            for name in _of(roots):
                del sys.modules[name]
            sys.dont_write_bytecode = writes
            sys.modules.update(kept)


def _of(roots: set[str]) -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in roots]
