"""The tiny library as a scenario that is built: what to order, and for how long it is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tiny_declaration import LIBRARY

from ftrl_gym.construct import build as build_module
from ftrl_gym.construct import scenarios
from ftrl_gym.construct.endless import endless_writer
from ftrl_gym.construct.orders import Plan
from ftrl_gym.task import Kind

NAME = "TinyLibrary"
FILE = Path(__file__).with_name("tiny_declaration.py")
SIZE = ["--seed", "3", "--train", "40", "--test", "10", "--kind", "single_hop"]
PLAN = Plan(NAME, 3, train=40, test=10, kinds=(Kind.SINGLE_HOP,))


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the tiny library a scenario until the monkeypatch is undone."""
    monkeypatch.setattr(scenarios, "_REGISTERED", dict(scenarios._REGISTERED))
    scenarios.register(dataclasses.replace(LIBRARY, file=str(FILE)))


@contextmanager
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tiny library is a scenario within, and nothing that was made of it is remembered afterwards."""
    register(monkeypatch)
    yield
    scenarios.scenario.cache_clear()
    for cached in (endless_writer, build_module._writer, build_module._ground, build_module.world_of_build):
        cached.cache_clear()
