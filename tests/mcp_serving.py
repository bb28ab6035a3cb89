"""Servers of the Model Context Protocol, for tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import serving

from ftrl_gym.interop import mcp
from ftrl_gym.interop.episodes import Episodes

ID = "ftrl/TravelBooking-v0"


def episodes(**settings: Any) -> Episodes:
    """Episodes of test tasks."""
    return Episodes(gym.make(ID, split="test"), **settings)


@contextlib.contextmanager
def listening(served: Episodes) -> Iterator[str]:
    """A server in a thread of this process; its address."""
    with serving.listening(mcp.http_app(served)) as address:
        yield f"{address}/mcp"
