"""Whether what a script will need is installed: told before anything is played, not when it is imported hours later."""

from __future__ import annotations

import importlib.util

from ftrl_gym.errors import MissingExtraError

MODEL = ("torch", "transformers")
"""What a language model on this machine needs."""


def check_installed(*libraries: str, extra: str = "train") -> None:
    """Looks for libraries without importing them.

    Args:
        libraries: Names to import them by.
        extra: The extra that brings them.

    Raises:
        MissingExtraError: One is not installed.

    >>> check_installed("numpy")
    >>> check_installed("numpy", "nowhere_to_be_found", extra="viz")
    Traceback (most recent call last):
    ...
    ftrl_gym.errors.MissingExtraError: nowhere_to_be_found is not installed. Install it with: \
pip install 'ftrl-gym[viz]'
    """
    for library in libraries:
        if importlib.util.find_spec(library) is None:
            raise MissingExtraError(library, extra)
