"""Which libraries a test can count on."""

from __future__ import annotations

import importlib.metadata

import pytest
from packaging.requirements import Requirement


def leave_out_without(requirement: str) -> None:
    """Skips a test whose library is absent, or there in another version.

    Args:
        requirement: Such as ``trl`` or ``mcp>=2.3``.
    """
    wanted = Requirement(requirement)
    try:
        found = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{wanted.name} is not installed")
    if not wanted.specifier.contains(found, prereleases=True):
        pytest.skip(f"{wanted.name} {found} is installed, and the test is for {requirement}")
