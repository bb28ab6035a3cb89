"""Servers and clients of the Model Context Protocol, for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import gymnasium as gym

from ftrl_gym.interop import mcp
from ftrl_gym.interop.episodes import Episodes

ID = "ftrl/TravelBooking-v0"


def episodes(**settings: Any) -> Episodes:
    """Episodes of test tasks."""
    return Episodes(gym.make(ID, split="test"), **settings)


@contextlib.contextmanager
def listening(served: Episodes) -> Iterator[str]:
    """A server in a thread of this process; its address."""
    import uvicorn

    place = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(mcp.http_app(served), log_level="error"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        while not running.started:
            assert thread.is_alive(), "the server has ended"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{place.getsockname()[1]}/mcp"
    finally:
        running.should_exit = True
        thread.join()
