"""Shared by all tests: where reference facts and data lie, and a machine on which two workers do not fight for cores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")


def _folder(variable: str) -> Path:
    place = os.environ.get(variable)
    if not place:
        pytest.skip(f"{variable} is not set")
    return Path(place)


@pytest.fixture
def reference_dir() -> Path:
    """The reference facts about FTRL: ``golden/`` and ``ftrl/``."""
    return _folder("FTRL_REFERENCE_DIR")


@pytest.fixture
def data_dir() -> Path:
    """Data of published benchmarks."""
    return _folder("FTRL_DATA_DIR")
