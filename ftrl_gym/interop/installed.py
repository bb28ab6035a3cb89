"""Whether a library is installed, in a version that an adapter was written for."""

from __future__ import annotations

import importlib.metadata
import re

from ftrl_gym.errors import MissingExtraError, UsageError


def require(library: str, extra: str, least: str, below: str) -> None:
    """Refuses to go on without a library in a supported version.

    Args:
        library: Its name on the package index.
        extra: The extra that brings it.
        least: The first supported version.
        below: The first version that is not supported any more.

    Raises:
        MissingExtraError: It is not installed.
        UsageError: It is, in another version.

    >>> require("numpy", "viz", "1.0", "1.1")
    Traceback (most recent call last):
    ...
    ftrl_gym.errors.UsageError: numpy ... is installed, and numpy>=1.0,<1.1 is supported. Install it with: \
pip install 'ftrl-gym[viz]'
    """
    try:
        found = importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        raise MissingExtraError(library, extra) from None
    if not _numbers(least) <= _numbers(found) < _numbers(below):
        raise UsageError(
            f"{library} {found} is installed, and {library}>={least},<{below} is supported. "
            f"Install it with: pip install 'ftrl-gym[{extra}]'"
        )


def _numbers(version: str) -> tuple[int, ...]:
    """The release numbers of a version, without what follows them such as ``rc1``; trailing zeros mean nothing.

    >>> _numbers("2.3.0rc1"), _numbers("2.13.0+cpu")
    ((2, 3), (2, 13))
    """
    release = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in release.group().split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
