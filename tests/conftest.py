"""Shared by all tests: where reference facts and data lie, a registry of a test's own, one thread per worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym
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


@pytest.fixture
def own_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A registry and a user folder of the test's own; what it registers with Gymnasium is gone afterwards."""
    from ftrl_gym import trust

    monkeypatch.setenv("FTRL_REGISTRY", str(tmp_path / "registry"))
    monkeypatch.setattr(trust, "user_folder", lambda: tmp_path / "user")
    before = set(gym.registry)
    yield tmp_path / "registry"
    for env_id in set(gym.registry) - before:
        del gym.registry[env_id]
